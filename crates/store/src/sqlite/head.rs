//! The head of the log, also as other processes move it.

use super::{connect, schema::number};
use meydan_kernel::{Result, head_watch};
use parking_lot::Mutex;
use rusqlite::Connection;
use std::{path::Path, sync::Arc, thread, time::Duration};

/// How often the file is looked at for other processes' entries when nobody asks for the head.
const LOOK_EVERY: Duration = Duration::from_millis(100);

struct Eye {
    conn: Connection,
    data_version: i64,
}

/// Knows the head: cheaply when nothing was written, at once when something was.
pub(super) struct Head {
    eye: Mutex<Eye>,
    sender: head_watch::Sender,
}

impl Head {
    /// Looks at the file from now on.
    pub(super) fn start(path: &Path, sender: head_watch::Sender) -> Result<Arc<Self>> {
        let eye = Eye { conn: connect::reader(path)?, data_version: -1 };
        let head = Arc::new(Self { eye: Mutex::new(eye), sender });
        head.look()?;
        let weak = Arc::downgrade(&head);
        thread::Builder::new()
            .name("sqlite-head".to_owned())
            .spawn(move || {
                while let Some(head) = weak.upgrade() {
                    // A failing look is tried again; whoever needs the data meets the error itself.
                    let _ = head.look();
                    drop(head);
                    thread::sleep(LOOK_EVERY);
                }
            })
            .map_err(meydan_kernel::Error::unavailable)?;
        Ok(head)
    }

    /// The head now.
    pub(super) fn now(&self) -> i64 {
        // If the file can't be looked at, what this process knows is the best answer.
        let _ = self.look();
        self.sender.head()
    }

    fn look(&self) -> Result<()> {
        let mut eye = self.eye.lock();
        let version = {
            let read = eye.conn.prepare_cached("PRAGMA data_version").and_then(|mut s| s.query_row([], |r| r.get(0)));
            read.map_err(super::failure::failure)?
        };
        if version != eye.data_version {
            let head = number(&eye.conn, "SELECT coalesce(max(position), -1) + 1 FROM meydan_log")?;
            eye.data_version = version;
            self.sender.send(head);
        }
        Ok(())
    }
}
