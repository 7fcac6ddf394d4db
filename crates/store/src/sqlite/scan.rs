//! Streams of records from one snapshot, in bounded memory, each with its own connection and thread.

use super::{connect, readers::in_snapshot};
use futures::stream::{self, BoxStream, StreamExt};
use meydan_kernel::{Error, Kind, Record, Result};
use parking_lot::Mutex;
use rusqlite::Connection;
use std::{path::PathBuf, sync::Arc, thread};
use tokio::sync::mpsc;

/// Records of one batch.
const BATCH: usize = 1_000;
/// Batches that may wait for the one who reads them.
const AHEAD: usize = 2;
/// Limit: streams at once.
const MAX_STREAMS: usize = 32;

/// What a stream is filled with: calls its argument with each record until that says no.
pub(super) type Fill = Box<dyn FnOnce(&Connection, &mut dyn FnMut(Record) -> Result<bool>) -> Result<()> + Send>;

/// Starts streams and counts them.
pub(super) struct Streams {
    path: PathBuf,
    running: Arc<Mutex<usize>>,
}

/// One of the running streams; ends the count when it goes.
struct Place(Arc<Mutex<usize>>);

impl Drop for Place {
    fn drop(&mut self) {
        *self.0.lock() -= 1;
    }
}

impl Streams {
    /// Streams over the file at a path.
    pub(super) fn new(path: PathBuf) -> Self {
        Self { path, running: Arc::default() }
    }

    /// A stream of batches.
    pub(super) fn start(&self, fill: Fill) -> BoxStream<'static, Result<Vec<Record>>> {
        let (sender, receiver) = mpsc::channel(AHEAD);
        if let Err(error) = self.spawn(fill, sender) {
            return stream::once(async { Err(error) }).boxed();
        }
        stream::unfold(receiver, |mut receiver| async { receiver.recv().await.map(|batch| (batch, receiver)) }).boxed()
    }

    fn spawn(&self, fill: Fill, sender: mpsc::Sender<Result<Vec<Record>>>) -> Result<()> {
        let place = self.place()?;
        let path = self.path.clone();
        let run = move || {
            let _place = place;
            // A fault in the reading of a row must not look like the end of the stream: half an export would pass for whole.
            let done = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
                connect::reader(&path).and_then(|conn| in_snapshot(&conn, |conn| pump(conn, fill, &sender)))
            }));
            if let Err(error) = done.unwrap_or_else(|_| Err(Error::internal("a stream broke while it was read"))) {
                // Nobody may be listening any more.
                let _ = sender.blocking_send(Err(error));
            }
        };
        thread::Builder::new().name("sqlite-scan".to_owned()).spawn(run).map(|_| ()).map_err(Error::unavailable)
    }

    fn place(&self) -> Result<Place> {
        let mut running = self.running.lock();
        if *running >= MAX_STREAMS {
            return Err(Error::new(
                Kind::Unavailable,
                "too-many-streams",
                format!("Aynı anda en çok {MAX_STREAMS} dışa aktarma yapılabilir."),
                format!("At most {MAX_STREAMS} exports can run at once."),
            )
            .hint("Biri bitince yeniden deneyin.", "Try again when one has ended."));
        }
        *running += 1;
        Ok(Place(Arc::clone(&self.running)))
    }
}

fn pump(conn: &Connection, fill: Fill, sender: &mpsc::Sender<Result<Vec<Record>>>) -> Result<()> {
    let mut batch = Vec::with_capacity(BATCH);
    fill(conn, &mut |record| {
        batch.push(record);
        if batch.len() < BATCH {
            return Ok(true);
        }
        // A closed channel means that nobody wants more.
        Ok(sender.blocking_send(Ok(std::mem::replace(&mut batch, Vec::with_capacity(BATCH)))).is_ok())
    })?;
    if !batch.is_empty() {
        let _ = sender.blocking_send(Ok(batch));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_stream_that_breaks_does_not_look_complete() {
        let directory = tempfile::tempdir().expect("a directory");
        let path = directory.path().join("any.gpkg");
        drop(connect::writer(&path).expect("a file"));
        let mut broken = Streams::new(path).start(Box::new(|_, _| panic!("a fault in the reading of a row")));
        assert_eq!(broken.next().await.expect("an answer").expect_err("not an end").code(), "internal");
        assert!(broken.next().await.is_none());
    }
}
