//! Full-text search by Turkish rules over the records of all registers, kept from the log.
//!
//! The index is a folder that may be thrown away at any time: it is made anew from the registers, as it is when the definitions
//! of what it holds change. It holds words with the field that they stand in, and the values that grants go by; it never decides
//! alone what somebody sees (see [`FullText::search`]).

mod keep;
mod layout;
mod question;
mod ranked;
mod schema;
mod search;
mod sets;
mod snippet;
mod state;
mod words;

pub use question::{MAX_TEXT_BYTES, MAX_WORDS};
pub use search::{Count, Hit, Hits, MAX_DEPTH, MAX_HITS};
pub use snippet::{MAX_SNIPPET_LETTERS, Marked};

use keep::Keeper;
use layout::Layout;
use meydan_kernel::{Catalogue, Error, Result, Store};
use parking_lot::Mutex;
use state::State;
use std::{
    path::Path,
    sync::{Arc, atomic::Ordering},
    time::Duration,
};
use tokio::time::{Instant, sleep, sleep_until, timeout};

/// The index is committed at most so often while nobody waits for it.
pub const COMMIT_PAUSE: Duration = Duration::from_secs(1);
/// After a failure.
const FAILURE_PAUSE: Duration = Duration::from_secs(5);
/// Limit: searches that run at once; the others wait. Each takes a processor for its time.
const MAX_SEARCHES: usize = 8;

/// The follower. Cheap to clone; every method may be called from many tasks at once.
#[derive(Clone)]
pub struct FullText {
    state: Arc<State>,
    searches: Arc<tokio::sync::Semaphore>,
    trouble: Arc<Mutex<Option<Error>>>,
    reloaded: Arc<tokio::sync::Notify>,
}

/// What the index holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Size {
    /// Records with a word in the index.
    pub records: u64,
    /// Segments that they are in.
    pub segments: usize,
    /// How often it was made anew since it was opened.
    pub builds: u64,
}

impl FullText {
    /// The index in a folder (`full-text` in it is the index's own), or in memory without one. Nothing is found before
    /// [`FullText::follow`] or [`FullText::catch_up`] has run.
    ///
    /// # Errors
    /// If the folder can't be used, or another process writes to its index; `bad-filter` as [`meydan_kernel::Desk::new`].
    pub fn open(folder: Option<&Path>, store: Arc<dyn Store>, catalogue: &Catalogue) -> Result<Self> {
        let layout = Layout::new(catalogue)?;
        let (keeper, stand) = Keeper::open(folder)?;
        Ok(Self {
            state: Arc::new(State::new(store, keeper, stand, layout)),
            searches: Arc::new(tokio::sync::Semaphore::new(MAX_SEARCHES)),
            trouble: Arc::default(),
            reloaded: Arc::default(),
        })
    }

    /// Follows the log for ever: a task of its own. A failure (the store is away, the disk is full) is tried again, and told by
    /// [`FullText::trouble`].
    pub async fn follow(self) {
        let watch = self.state.store.watch();
        loop {
            let begun = Instant::now();
            match self.catch_up().await {
                Ok(()) => {
                    tokio::select! {
                        _ = watch.beyond(self.state.next()) => {}
                        () = self.reloaded.notified() => {}
                    }
                    sleep_until(begun + COMMIT_PAUSE).await;
                }
                Err(_) => sleep(FAILURE_PAUSE).await,
            }
        }
    }

    /// Takes in what the log holds now; what was acknowledged before is found after.
    ///
    /// # Errors
    /// Those of the store and of the disk; the index stays at its last commit then.
    pub async fn catch_up(&self) -> Result<()> {
        let state = Arc::clone(&self.state);
        // A task of its own: it goes on if the one who asked goes away.
        let done = tokio::spawn(async move { state.catch_up().await }).await.map_err(Error::internal)?;
        *self.trouble.lock() = done.as_ref().err().cloned();
        done
    }

    /// Waits until all entries below a position of the log are found (after a change: its first position and how many records
    /// it changed); false if it takes longer.
    ///
    /// # Errors
    /// As [`FullText::catch_up`].
    pub async fn wait_for(&self, position: i64, at_most: Duration) -> Result<bool> {
        if self.state.next() >= position {
            return Ok(true);
        }
        match timeout(at_most, self.catch_up()).await {
            Ok(done) => done.map(|()| self.state.next() >= position),
            Err(_) => Ok(false),
        }
    }

    /// Takes other definitions, after the store was brought to them. If what the index holds changes, it is made anew by whoever
    /// catches up next; meanwhile registers that changed are not searched.
    ///
    /// # Errors
    /// `bad-filter`; the old ones stay then.
    pub fn reload(&self, catalogue: &Catalogue) -> Result<()> {
        self.state.reload(catalogue)?;
        self.reloaded.notify_one();
        Ok(())
    }

    /// How many log entries it does not hold yet.
    pub fn behind(&self) -> i64 {
        (self.state.store.head() - self.state.next()).max(0)
    }

    /// What it holds, for the operator.
    pub fn size(&self) -> Size {
        let (records, segments) = self.state.keeper.size();
        Size { records, segments, builds: self.state.builds.load(Ordering::Relaxed) }
    }

    /// Why it does not follow, if it doesn't.
    pub fn trouble(&self) -> Option<Error> {
        self.trouble.lock().clone()
    }
}
