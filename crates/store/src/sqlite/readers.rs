//! A pool of threads that read, each with its own connection.

use super::{connect, failure::failure};
use meydan_kernel::{Error, Kind, Result};
use parking_lot::{Condvar, Mutex};
use rusqlite::Connection;
use std::{collections::VecDeque, path::Path, sync::Arc, thread};

/// Limit: questions that wait for a reader; more are refused.
const MAX_WAITING: usize = 4_096;
/// Readers per processor: some wait for the disk while others compute.
const PER_CPU: usize = 2;
/// Limit: readers.
const MAX_READERS: usize = 16;

type Work = Box<dyn FnOnce(&Connection) + Send>;

#[derive(Default)]
struct Queue {
    work: VecDeque<Work>,
    closed: bool,
}

#[derive(Default)]
struct Shared {
    queue: Mutex<Queue>,
    ready: Condvar,
}

/// The pool.
pub(super) struct Readers(Arc<Shared>);

impl Readers {
    /// Starts the threads.
    pub(super) fn start(path: &Path) -> Result<Self> {
        let shared = Arc::new(Shared::default());
        let cpus = thread::available_parallelism().map_or(1, usize::from);
        for i in 0..(cpus * PER_CPU).min(MAX_READERS) {
            let conn = connect::reader(path)?;
            let shared = Arc::clone(&shared);
            thread::Builder::new()
                .name(format!("sqlite-read-{i}"))
                .spawn(move || work(&shared, &conn))
                .map_err(Error::unavailable)?;
        }
        Ok(Self(shared))
    }

    /// Asks a question; it sees one snapshot.
    pub(super) async fn ask<T: Send + 'static>(
        &self,
        question: impl FnOnce(&Connection) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let (reply, answer) = tokio::sync::oneshot::channel();
        let work: Work = Box::new(move |conn| {
            // Whoever asked may have gone away.
            let _ = reply.send(in_snapshot(conn, question));
        });
        {
            let mut queue = self.0.queue.lock();
            if queue.work.len() >= MAX_WAITING {
                return Err(overloaded());
            }
            queue.work.push_back(work);
        }
        self.0.ready.notify_one();
        answer.await.map_err(|_| Error::internal("a reader failed while it answered"))?
    }
}

impl Drop for Readers {
    fn drop(&mut self) {
        self.0.queue.lock().closed = true;
        self.0.ready.notify_all();
    }
}

/// Runs a question inside of a read transaction, so that its statements agree.
pub(super) fn in_snapshot<T>(conn: &Connection, question: impl FnOnce(&Connection) -> Result<T>) -> Result<T> {
    let run = |sql| conn.prepare_cached(sql).and_then(|mut s| s.execute([])).map_err(failure);
    run("BEGIN")?;
    let answer = question(conn);
    run("COMMIT")?;
    answer
}

fn work(shared: &Shared, conn: &Connection) {
    loop {
        let work = {
            let mut queue = shared.queue.lock();
            loop {
                match queue.work.pop_front() {
                    Some(work) => break work,
                    None if queue.closed => return,
                    None => shared.ready.wait(&mut queue),
                }
            }
        };
        // A fault in one answer must not end the thread; the asker sees that the reply was dropped.
        if std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| work(conn))).is_err() && !conn.is_autocommit() {
            let _ = conn.execute_batch("ROLLBACK");
        }
    }
}

fn overloaded() -> Error {
    Error::new(
        Kind::Unavailable,
        "too-many-requests",
        format!("Şu anda çok fazla istek bekliyor (sınır {MAX_WAITING})."),
        format!("Too many requests are waiting at the moment (limit {MAX_WAITING})."),
    )
    .hint("Biraz sonra yeniden deneyin.", "Try again in a moment.")
}
