//! What the follower holds, and how it keeps up with the log.
//!
//! The promise: a tile asked for after a change was acknowledged shows the change. It rests on three rules.
//!
//! 1. *Catch up, then look up.* A request reads the log's head and brings every layer to it before it looks for its layer or
//!    into the cache. `applied` moves on only after every layer in the map has what came before it; a layer that can't keep
//!    up leaves the map before `applied` moves.
//! 2. *The cache follows the index under the index's lock.* Who changes an index holds it for writing until the touched tiles
//!    are out of the cache; who draws a tile holds it for reading until the tile is in. So a tile drawn from the state before
//!    a change is in the cache before the change takes it out, or is drawn from the state after.
//! 3. *A new layer joins at `applied`.* It is scanned from a snapshot no older than the head noted before, and replays the log
//!    from there while the one that catches up is held.

use super::{
    cache::{LayerNumber, TileCache},
    layer::Layer,
};
use futures::StreamExt;
use meydan_geo::tiles::{Scratch, Touched};
use meydan_kernel::{Error, Kind, Query, Record, Register, Result, Store, log::Entry};
use parking_lot::{Mutex, RwLock};
use std::{
    collections::{HashMap, HashSet},
    sync::{
        Arc,
        atomic::{AtomicI64, AtomicU64, Ordering},
    },
};
use uuid::Uuid;

/// Limit: log entries taken in at once.
const BATCH: usize = 5_000;
/// Limit: records asked of the store at once.
const RECORDS: usize = 1_000;
/// A follower further behind than this drops its indexes: reading the registers anew is quicker than reading the log.
pub const MAX_LAG: i64 = 100_000;
/// A follower further behind than this forgets all tiles instead of naming those that each change touched.
const MANY_CHANGES: i64 = 20_000;
/// Limit: sets of working memory kept for drawing.
const MAX_SCRATCHES: usize = 4;
/// Limit: tiles of many features drawn at once.
const MAX_LONG_DRAWS: usize = 2;

pub(super) struct State {
    pub(super) store: Arc<dyn Store>,
    pub(super) cache: TileCache,
    layers: RwLock<HashMap<String, Arc<Layer>>>,
    /// Position of the next log entry that the layers want.
    applied: AtomicI64,
    /// Held by the one who catches up, or lets a new layer in.
    catcher: tokio::sync::Mutex<()>,
    /// Held by the one who builds.
    builder: tokio::sync::Mutex<()>,
    numbers: AtomicU64,
    scratches: Mutex<Vec<Scratch>>,
    /// Held while a tile of many features is drawn: such a tile takes milliseconds, and a map opened by many people at once
    /// asks for the same few.
    pub(super) long_draws: tokio::sync::Semaphore,
}

impl State {
    pub(super) fn new(store: Arc<dyn Store>, cache_bytes: u64) -> Self {
        let applied = AtomicI64::new(store.head());
        Self {
            store,
            cache: TileCache::new(cache_bytes),
            layers: RwLock::default(),
            applied,
            catcher: tokio::sync::Mutex::default(),
            builder: tokio::sync::Mutex::default(),
            numbers: AtomicU64::new(0),
            scratches: Mutex::default(),
            long_draws: tokio::sync::Semaphore::new(MAX_LONG_DRAWS),
        }
    }

    /// True if the layers hold everything that the log holds now.
    pub(super) fn is_current(&self) -> bool {
        let head = self.store.head();
        self.applied.load(Ordering::Acquire) >= head
    }

    pub(super) fn layer(&self, register: &str) -> Option<Arc<Layer>> {
        self.layers.read().get(register).cloned()
    }

    pub(super) fn layers(&self) -> Vec<Arc<Layer>> {
        self.layers.read().values().cloned().collect()
    }

    /// Takes a layer out, if it is still this one.
    pub(super) fn drop_layer(&self, name: &str, number: LayerNumber) {
        let mut layers = self.layers.write();
        if layers.get(name).is_some_and(|layer| layer.number == number) {
            layers.remove(name);
        }
        drop(layers);
        self.cache.forget_layer(number);
    }

    pub(super) fn with_scratch<T>(&self, draw: impl FnOnce(&mut Scratch) -> T) -> T {
        let mut scratch = self.scratches.lock().pop().unwrap_or_default();
        let out = draw(&mut scratch);
        let mut all = self.scratches.lock();
        if all.len() < MAX_SCRATCHES {
            all.push(scratch);
        }
        out
    }

    /// Brings all layers to the log's head as it is now.
    pub(super) async fn catch_up(&self) -> Result<()> {
        let wanted = self.store.head();
        if self.applied.load(Ordering::Acquire) >= wanted {
            return Ok(());
        }
        let _one = self.catcher.lock().await;
        if wanted - self.applied.load(Ordering::Acquire) > MANY_CHANGES {
            self.layers().iter().for_each(|layer| self.forget_tiles(layer));
        }
        loop {
            let from = self.applied.load(Ordering::Acquire);
            if from >= wanted {
                return Ok(());
            }
            let layers = self.layers();
            if layers.is_empty() || wanted - from > MAX_LAG {
                layers.iter().for_each(|layer| self.drop_layer(&layer.register().name, layer.number));
                self.applied.store(wanted, Ordering::Release);
                return Ok(());
            }
            let entries = self.entries(from).await?;
            let next = entries.last().map_or(from, |e| e.position + 1);
            for layer in &layers {
                self.bring(layer, &entries).await?;
            }
            self.applied.store(next, Ordering::Release);
        }
    }

    fn forget_tiles(&self, layer: &Layer) {
        let index = layer.index.write();
        self.cache.forget_layer(layer.number);
        layer.forget_zooms();
        drop(index);
    }

    async fn entries(&self, from: i64) -> Result<Vec<Entry>> {
        let entries = self.store.entries(from, BATCH).await?;
        if entries.first().is_none_or(|e| e.position != from) {
            return Err(Error::unavailable(format!("the log's head is beyond {from}, but entry {from} can't be read")));
        }
        Ok(entries)
    }

    /// Brings one layer up to the entries. A layer whose records can't be read (its definition has changed) leaves the map.
    async fn bring(&self, layer: &Layer, entries: &[Entry]) -> Result<()> {
        match self.replay(layer, entries).await {
            Err(e) if e.kind() != Kind::Unavailable => {
                self.drop_layer(&layer.register().name, layer.number);
                Ok(())
            }
            other => other,
        }
    }

    async fn replay(&self, layer: &Layer, entries: &[Entry]) -> Result<()> {
        let register = layer.register();
        let mut seen = HashSet::new();
        let changed: Vec<(Uuid, i64)> =
            entries.iter().filter(|e| e.register == register.name && seen.insert(e.id)).map(|e| (e.id, e.fid)).collect();
        for chunk in changed.chunks(RECORDS) {
            let ids = chunk.iter().map(|(id, _)| *id).collect();
            let query = Query { ids: Some(ids), limit: Some(RECORDS), ..Query::all(Arc::clone(&register)) };
            let records = self.store.query(&query).await?;
            self.take_in(layer, chunk, &records);
        }
        Ok(())
    }

    /// Puts the present state of records in and the tiles that they touched out of the cache, as one step for all who draw.
    fn take_in(&self, layer: &Layer, asked: &[(Uuid, i64)], records: &[Record]) {
        let mut index = layer.index.write();
        let found: HashSet<Uuid> = records.iter().map(|r| r.id).collect();
        let gone = asked.iter().filter(|(id, _)| !found.contains(id));
        let mut touched: Vec<Touched> = gone.map(|(_, fid)| index.remove(*fid)).collect();
        touched.extend(records.iter().map(|record| layer.put(&mut index, record)));
        touched.retain(|t| !t.is_nothing());
        self.cache.forget(layer.number, &touched, layer.zooms());
        drop(index);
    }

    /// The layer of a register, built if there is none of this definition. The build goes on if the one who asked goes away.
    pub(super) async fn layer_of(self: &Arc<Self>, register: &Arc<Register>) -> Result<Arc<Layer>> {
        if let Some(layer) = self.layer(&register.name).filter(|layer| layer.is_of(register)) {
            return Ok(layer);
        }
        let (state, register) = (Arc::clone(self), Arc::clone(register));
        tokio::spawn(async move { state.build(register).await }).await.map_err(Error::internal)?
    }

    async fn build(&self, register: Arc<Register>) -> Result<Arc<Layer>> {
        let _one = self.builder.lock().await;
        if let Some(layer) = self.layer(&register.name) {
            if layer.is_of(&register) {
                return Ok(layer);
            }
            self.drop_layer(&register.name, layer.number);
        }
        let number = LayerNumber(self.numbers.fetch_add(1, Ordering::Relaxed));
        let layer = Arc::new(Layer::new(number, Arc::clone(&register)));
        let mut position = self.store.head();
        let mut batches = self.store.scan(Query::all(Arc::clone(&register)));
        while let Some(batch) = batches.next().await {
            let batch = batch?;
            let mut index = layer.index.write();
            for record in batch.iter().filter(|r| r.geometry.is_some()) {
                layer.put(&mut index, record);
            }
        }
        layer.index.write().shrink();
        // What was written meanwhile, most of it without holding up the others.
        while self.applied.load(Ordering::Acquire) - position > BATCH as i64 {
            position = self.replay_from(&layer, position).await?;
        }
        let _catcher = self.catcher.lock().await;
        while position < self.applied.load(Ordering::Acquire) {
            position = self.replay_from(&layer, position).await?;
        }
        self.layers.write().insert(register.name.clone(), Arc::clone(&layer));
        Ok(layer)
    }

    async fn replay_from(&self, layer: &Layer, position: i64) -> Result<i64> {
        let entries = self.entries(position).await?;
        self.replay(layer, &entries).await?;
        Ok(entries.last().map_or(position, |e| e.position + 1))
    }
}
