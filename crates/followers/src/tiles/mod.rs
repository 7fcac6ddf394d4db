//! Vector tiles of every register with a geometry: an index in memory, kept exact from the log, and the tiles finished so far.
//!
//! Nothing here is durable: an index is read from the store when the first tile is asked for, and may be dropped at any time.

mod cache;
mod layer;
mod narrowed;
mod past;
mod state;
mod tile;

pub use cache::MAX_CACHE_BYTES;
pub use layer::{DEEPEST_ZOOM, LayerInfo};
pub use narrowed::MAX_NARROWED;
pub use past::PastTile;
pub use state::MAX_LAG;
pub use tile::Tile;

use layer::Layer;
use meydan_geo::tiles::{TileId, encode, generalise::DETAIL_ZOOM};
use meydan_kernel::{Catalogue, Error, Register, Result, Store};
use state::State;
use std::sync::Arc;

/// A tile below the zoom of full detail looks at many features: from this many on it is drawn on a thread of its own.
const MANY_FEATURES: usize = 5_000;

/// The follower. Cheap to clone; every method may be called from many tasks at once.
#[derive(Clone)]
pub struct Tiles {
    state: Arc<State>,
    empty: Arc<Tile>,
    narrowed: Arc<narrowed::Narrowed>,
    past: Arc<past::Past>,
}

/// What the follower holds in memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Held {
    /// Registers with an index.
    pub layers: usize,
    /// Features in the indexes.
    pub features: usize,
    /// Bytes of the indexes, by estimate.
    pub index_bytes: usize,
    /// Tiles in the cache.
    pub tiles: usize,
    /// Bytes of the tiles in the cache, by estimate.
    pub cache_bytes: u64,
}

impl Tiles {
    /// A follower of the store with a cache of [`MAX_CACHE_BYTES`].
    pub fn new(store: Arc<dyn Store>) -> Self {
        Self::with_cache(store, MAX_CACHE_BYTES)
    }

    /// A follower whose finished tiles take at most so many bytes.
    pub fn with_cache(store: Arc<dyn Store>, cache_bytes: u64) -> Self {
        let state = Arc::new(State::new(store, cache_bytes));
        Self { state, empty: Arc::new(Tile::empty()), narrowed: Arc::default(), past: Arc::default() }
    }

    /// One tile of a register. It shows every change that was acknowledged before this was called.
    ///
    /// # Errors
    /// `no-such-tile` outside of the grid or above the highest zoom; `no-geometry` for a register without one; those of the
    /// store: a tile that might be stale is never given instead.
    pub async fn tile(&self, register: &Arc<Register>, z: u8, x: u32, y: u32) -> Result<Arc<Tile>> {
        let id = grid_tile(z, x, y)?;
        check_geometry(register)?;
        self.state.catch_up().await?;
        let layer = self.state.layer_of(register).await?;
        if z < layer.min_zoom {
            return Ok(Arc::clone(&self.empty));
        }
        if let Some(tile) = self.state.cache.get(layer.number, id) {
            return Ok(tile);
        }
        if z < DETAIL_ZOOM && layer.index.read().len() > MANY_FEATURES {
            let _permit = self.state.long_draws.acquire().await.map_err(Error::internal)?;
            // Somebody may have drawn it while this one waited.
            if let Some(tile) = self.state.cache.get(layer.number, id) {
                return Ok(tile);
            }
            let state = Arc::clone(&self.state);
            return tokio::task::spawn_blocking(move || draw(&state, &layer, id)).await.map_err(Error::internal);
        }
        Ok(draw(&self.state, &layer, id))
    }

    /// The tile if it is at hand and current, without waiting for anything; `None` says nothing: ask [`Tiles::tile`] then.
    pub fn try_cached(&self, register: &Arc<Register>, z: u8, x: u32, y: u32) -> Option<Arc<Tile>> {
        let id = TileId::new(z, x, y)?;
        // In this order: see rule 1 in `state`.
        if !self.state.is_current() {
            return None;
        }
        let layer = self.state.layer(&register.name).filter(|layer| layer.is_of(register))?;
        if z < layer.min_zoom {
            return Some(Arc::clone(&self.empty));
        }
        self.state.cache.get(layer.number, id)
    }

    /// What a TileJSON document says of a register's tiles.
    ///
    /// # Errors
    /// As [`Tiles::tile`].
    pub async fn info(&self, register: &Arc<Register>) -> Result<LayerInfo> {
        check_geometry(register)?;
        self.state.catch_up().await?;
        Ok(self.state.layer_of(register).await?.info())
    }

    /// Drops the indexes of registers that the catalogue has no more or defines otherwise now. (Requests notice a changed
    /// definition themselves; this gives the memory back at once.)
    pub fn reload(&self, catalogue: &Catalogue) {
        for layer in self.state.layers() {
            let name = layer.register().name.clone();
            if !catalogue.registers.get(&name).is_some_and(|register| layer.is_of(register)) {
                self.state.drop_layer(&name, layer.number);
            }
        }
    }

    /// What it holds in memory, for the operator.
    pub fn held(&self) -> Held {
        let layers = self.state.layers();
        let sizes = layers.iter().map(|layer| {
            let index = layer.index.read();
            (index.len(), index.heap_size())
        });
        let (features, index_bytes) = sizes.fold((0, 0), |sum, one| (sum.0 + one.0, sum.1 + one.1));
        let (tiles, cache_bytes) = (self.state.cache.len(), self.state.cache.bytes());
        Held { layers: layers.len(), features, index_bytes, tiles, cache_bytes }
    }
}

/// Draws a tile and puts it into the cache while the index is held (rule 2 in `state`).
fn draw(state: &State, layer: &Layer, id: TileId) -> Arc<Tile> {
    let name = layer.register().name.clone();
    state.with_scratch(|scratch| {
        let index = layer.index.read();
        let tile = Arc::new(Tile::new(encode(&index, &name, id, scratch)));
        layer.note_zoom(id.z());
        state.cache.put(layer.number, id, Arc::clone(&tile));
        drop(index);
        tile
    })
}

fn grid_tile(z: u8, x: u32, y: u32) -> Result<TileId> {
    TileId::new(z, x, y).ok_or_else(|| {
        Error::not_found(
            "no-such-tile",
            format!("{z}/{x}/{y} adlı karo ızgarada yok."),
            format!("There is no tile {z}/{x}/{y} in the grid."),
        )
        .hint(
            "Karolar WebMercatorQuad ızgarasındadır; yakınlaştırma 0–20 arasındadır.",
            "Tiles are in the grid WebMercatorQuad; zooms go from 0 to 20.",
        )
    })
}

fn check_geometry(register: &Register) -> Result<()> {
    if register.geometry.is_some() {
        return Ok(());
    }
    Err(Error::not_found(
        "no-geometry",
        format!("“{}” kütüğünün geometrisi yok; karosu da olmaz.", register.name),
        format!("The register “{}” has no geometry, so it has no tiles.", register.name),
    ))
}
