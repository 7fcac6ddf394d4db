//! Tiles of a past day: drawn from the records of that instant, which who asks for them has read through the desk, and kept apart
//! by instant and by what may be seen.

use super::{
    Tile, Tiles, check_geometry, grid_tile,
    layer::Layer,
    narrowed::{MAX_NARROWED, fingerprint, wider},
};
use jiff::Timestamp;
use meydan_geo::{
    Bbox,
    tiles::{TileId, encode},
};
use meydan_kernel::{Error, Record, Register, Result, permission::Access};
use quick_cache::sync::Cache;
use std::sync::Arc;

/// Limit: such tiles kept.
const MAX_KEPT: usize = 2_000;
/// The journal of destructions: what was destroyed is no part of any past either.
const DESTRUCTION: &str = "destruction";

/// Register, what may be seen of it, instant, place.
type Key = (Arc<str>, u128, Timestamp, TileId);

/// Tiles drawn last, each with the log's head of that moment.
pub(super) struct Past(Cache<Key, (i64, Arc<Tile>)>);

impl Default for Past {
    fn default() -> Self {
        Self(Cache::new(MAX_KEPT))
    }
}

/// A tile of a past day that somebody asks for.
#[derive(Clone)]
pub struct PastTile {
    register: Arc<Register>,
    is_whole: bool,
    key: Key,
}

impl PastTile {
    /// Of a register, with what may be seen of it, as of an instant.
    ///
    /// # Errors
    /// `no-such-tile`, `no-geometry`.
    pub fn new(register: &Arc<Register>, access: &Access, at: Timestamp, z: u8, x: u32, y: u32) -> Result<Self> {
        let id = grid_tile(z, x, y)?;
        check_geometry(register)?;
        let key = (register.name.as_str().into(), fingerprint(register, access), at, id);
        Ok(Self { register: Arc::clone(register), is_whole: access.whole().is_some(), key })
    }

    /// The box (longitude, latitude) that the tile shows records of.
    pub fn reach(&self) -> Bbox {
        wider(self.key.3)
    }

    /// True if nothing is drawn at this zoom.
    pub fn is_empty(&self) -> bool {
        self.key.3.z() < self.register.symbology.as_ref().map_or(0, |s| s.min_zoom)
    }
}

impl Tiles {
    /// The tile if it was drawn and is still right. The past of who sees all of it changes by destruction only; that of who sees
    /// a part also changes with what the records are now.
    pub fn past(&self, asked: &PastTile) -> Option<Arc<Tile>> {
        if asked.is_empty() {
            return Some(Arc::clone(&self.empty));
        }
        let store = &self.state.store;
        let (of, tile) = self.past.0.get(&asked.key)?;
        let now = store.head();
        let is_right = of == now || (asked.is_whole && store.touches(of, now, &[DESTRUCTION]) == Some(false));
        is_right.then_some(tile)
    }

    /// Draws the tile from the records in its reach, and keeps it; `head` is the log's from before they were read. More than
    /// [`MAX_NARROWED`] are thinned.
    ///
    /// # Errors
    /// `internal` if the drawing breaks.
    pub async fn draw_past(&self, asked: PastTile, head: i64, records: Vec<Record>) -> Result<Arc<Tile>> {
        let state = Arc::clone(&self.state);
        let _permit = state.long_draws.acquire().await.map_err(Error::internal)?;
        let (drawing, of) = (Arc::clone(&self.state), asked.clone());
        let tile = tokio::task::spawn_blocking(move || {
            let layer = Layer::new(super::cache::LayerNumber(u64::MAX), Arc::clone(&of.register));
            let mut index = layer.index.write();
            for record in records.iter().take(MAX_NARROWED) {
                layer.put(&mut index, record);
            }
            let mut encoded = drawing.with_scratch(|scratch| encode(&index, &of.register.name, of.key.3, scratch));
            encoded.thinned = encoded.thinned.max(u8::from(records.len() > MAX_NARROWED));
            Arc::new(Tile::new(encoded))
        });
        let tile = tile.await.map_err(Error::internal)?;
        self.past.0.insert(asked.key, (head, Arc::clone(&tile)));
        Ok(tile)
    }
}
