//! How the index keeps up with the log. Its place in the log is committed with it, so a killed process goes on from there: what
//! is taken in twice ends the same, since always the present state of a record is taken in place of what was known of it.

use super::{
    keep::{Keeper, Stand},
    layout::Layout,
};
use futures::StreamExt;
use meydan_kernel::{
    Catalogue, Error, Query, Record, Result, Store,
    log::{Entry, Verb},
};
use parking_lot::RwLock;
use std::{
    collections::{HashMap, HashSet},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};
use tantivy::Searcher;
use uuid::Uuid;

/// Limit: log entries taken in at once.
const BATCH: usize = 5_000;
/// Limit: records asked of the store at once.
const RECORDS: usize = 1_000;
/// Log entries after which a long way is made durable.
const COMMIT_EVERY: i64 = 50_000;
/// Records after which an index that is being made shows what it has.
const SHOW_EVERY: usize = 200_000;

pub(super) struct State {
    pub(super) store: Arc<dyn Store>,
    pub(super) keeper: Arc<Keeper>,
    /// What the index shall be of.
    layout: RwLock<Arc<Layout>>,
    /// What is searched; none while there is nothing of the present definitions.
    seen: RwLock<Option<Seen>>,
    /// Held by the one who catches up.
    turn: tokio::sync::Mutex<Turn>,
    /// How often the index was made anew.
    pub(super) builds: AtomicU64,
}

/// What is searched: an index, and by which layout its terms are to be read. One without the other would take a word of one
/// field for a word of another.
#[derive(Clone)]
pub(super) struct Seen {
    pub(super) layout: Arc<Layout>,
    pub(super) searcher: Searcher,
    /// Position of the next log entry that it wants.
    pub(super) next: i64,
}

/// Where the index stands.
struct Turn {
    /// As of the last commit.
    stand: Option<Stand>,
    /// It was made from this store's log, not from another's.
    checked: bool,
}

impl State {
    pub(super) fn new(store: Arc<dyn Store>, keeper: Keeper, stand: Option<Stand>, layout: Layout) -> Self {
        Self {
            store,
            keeper: Arc::new(keeper),
            layout: RwLock::new(Arc::new(layout)),
            seen: RwLock::new(None),
            turn: tokio::sync::Mutex::new(Turn { stand, checked: false }),
            builds: AtomicU64::new(0),
        }
    }

    fn layout(&self) -> Arc<Layout> {
        Arc::clone(&self.layout.read())
    }

    /// What the index is of from now on; the next who catches up makes it anew if it is of something else.
    pub(super) fn reload(&self, catalogue: &Catalogue) -> Result<()> {
        *self.layout.write() = Arc::new(Layout::new(catalogue)?);
        Ok(())
    }

    pub(super) fn seen(&self) -> Option<Seen> {
        self.seen.read().clone()
    }

    /// Position of the next log entry that what is searched wants.
    pub(super) fn next(&self) -> i64 {
        self.seen.read().as_ref().map_or(0, |seen| seen.next)
    }

    /// Brings the index to the log's head as it is now.
    pub(super) async fn catch_up(&self) -> Result<()> {
        let mut turn = self.turn.lock().await;
        let done = self.bring(&mut turn).await;
        if done.is_err() {
            // What was taken in since the last commit is taken in again.
            let keeper = Arc::clone(&self.keeper);
            done.and(blocking(move || keeper.roll_back()).await)
        } else {
            done
        }
    }

    async fn bring(&self, turn: &mut Turn) -> Result<()> {
        let layout = self.layout();
        if !self.is_fit(turn, &layout).await? {
            turn.stand = None;
            turn.stand = Some(self.build(&layout).await?);
        }
        turn.checked = true;
        let Some(stand) = &mut turn.stand else { return Err(Error::internal("the text index stands nowhere")) };
        self.follow_to(stand, &layout, self.store.head()).await
    }

    /// True if the index is of these definitions and of this log.
    async fn is_fit(&self, turn: &Turn, layout: &Layout) -> Result<bool> {
        let Some(stand) = &turn.stand else { return Ok(false) };
        if stand.building || stand.digest != layout.digest || stand.next > self.store.head() {
            return Ok(false);
        }
        match stand.changeset.filter(|_| !turn.checked) {
            Some(changeset) => {
                let last = self.store.entries(stand.next - 1, 1).await?;
                Ok(last.first().is_some_and(|e| e.changeset == changeset))
            }
            None => Ok(turn.checked || stand.next == 0),
        }
    }

    fn show(&self, layout: &Arc<Layout>, next: i64) {
        let seen = Seen { layout: Arc::clone(layout), searcher: self.keeper.reader.searcher(), next };
        *self.seen.write() = Some(seen);
    }

    /// Makes the index from the registers as they are.
    async fn build(&self, layout: &Arc<Layout>) -> Result<Stand> {
        self.builds.fetch_add(1, Ordering::Relaxed);
        let next = self.store.head();
        let changeset = match next {
            0 => None,
            _ => self.store.entries(next - 1, 1).await?.first().map(|e| e.changeset),
        };
        // Scrubbed at its end: what it held before may have been erased while nobody looked.
        let mut stand = Stand { next, digest: layout.digest.clone(), changeset, scrub: true, building: true };
        let keeper = Arc::clone(&self.keeper);
        blocking(move || keeper.clear()).await?;
        self.commit(&stand).await?;
        self.show(layout, 0);
        let mut taken = 0;
        for indexed in layout.all() {
            let mut batches = self.store.scan(Query::all(Arc::clone(&indexed.register)));
            while let Some(batch) = batches.next().await {
                let batch = batch?;
                let before = taken;
                taken += batch.len();
                self.put(layout, &indexed.register.name, Vec::new(), batch, true).await?;
                if taken / SHOW_EVERY > before / SHOW_EVERY {
                    self.commit(&stand).await?;
                    self.show(layout, 0);
                }
            }
        }
        stand.building = false;
        self.commit(&stand).await?;
        self.show(layout, next);
        Ok(stand)
    }

    async fn follow_to(&self, stand: &mut Stand, layout: &Arc<Layout>, wanted: i64) -> Result<()> {
        let mut at = stand.clone();
        while at.next < wanted {
            let entries = self.entries(at.next).await?;
            self.take_in(layout, &entries).await?;
            at.scrub |= entries.iter().any(|e| e.verb == Verb::Erase);
            if let Some(last) = entries.last() {
                (at.next, at.changeset) = (last.position + 1, Some(last.changeset));
            }
            if at.next >= wanted || at.next - stand.next >= COMMIT_EVERY {
                self.commit(&at).await?;
                stand.clone_from(&at);
                self.show(layout, at.next);
            }
        }
        if stand.scrub {
            self.scrub(stand, layout).await?;
        }
        self.show(layout, stand.next);
        Ok(())
    }

    /// Takes erased words out of the files. What is searched lets go of the old ones first.
    async fn scrub(&self, stand: &mut Stand, layout: &Arc<Layout>) -> Result<()> {
        let keeper = Arc::clone(&self.keeper);
        blocking(move || keeper.scrub()).await?;
        self.show(layout, stand.next);
        let mut clean = stand.clone();
        clean.scrub = false;
        self.commit(&clean).await?;
        *stand = clean;
        let keeper = Arc::clone(&self.keeper);
        blocking(move || keeper.collect_garbage()).await
    }

    async fn entries(&self, from: i64) -> Result<Vec<Entry>> {
        let entries = self.store.entries(from, BATCH).await?;
        if entries.first().is_none_or(|e| e.position != from) {
            return Err(Error::unavailable(format!("the log's head is beyond {from}, but entry {from} can't be read")));
        }
        Ok(entries)
    }

    async fn take_in(&self, layout: &Arc<Layout>, entries: &[Entry]) -> Result<()> {
        let mut changed: HashMap<&str, Vec<Uuid>> = HashMap::new();
        let mut seen = HashSet::new();
        for entry in entries.iter().filter(|e| seen.insert(e.id)) {
            changed.entry(&entry.register).or_default().push(entry.id);
        }
        for (name, ids) in changed {
            let Some(indexed) = layout.get(name) else { continue };
            for chunk in ids.chunks(RECORDS) {
                let query =
                    Query { ids: Some(chunk.to_vec()), limit: Some(RECORDS), ..Query::all(Arc::clone(&indexed.register)) };
                let records = self.store.query(&query).await?;
                let found: HashSet<Uuid> = records.iter().map(|r| r.id).collect();
                let gone = chunk.iter().filter(|id| !found.contains(id)).copied().collect();
                self.put(layout, name, gone, records, false).await?;
            }
        }
        Ok(())
    }

    async fn put(&self, layout: &Arc<Layout>, register: &str, gone: Vec<Uuid>, records: Vec<Record>, anew: bool) -> Result<()> {
        let (keeper, layout, register) = (Arc::clone(&self.keeper), Arc::clone(layout), register.to_owned());
        blocking(move || keeper.put(&layout, &register, &gone, &records, anew)).await
    }

    async fn commit(&self, stand: &Stand) -> Result<()> {
        let (keeper, stand) = (Arc::clone(&self.keeper), stand.clone());
        blocking(move || keeper.commit(&stand)).await
    }
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
    tokio::task::spawn_blocking(work).await.map_err(Error::internal)?
}
