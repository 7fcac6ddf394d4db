//! Finished tiles, bounded by bytes. What is in here is current: who changes an index takes the tiles out that it touched
//! before anyone can draw from the index again.

use super::tile::Tile;
use meydan_geo::tiles::{TileId, Touched, WorldBox, grid::MAX_ZOOM};
use quick_cache::{Weighter, sync::Cache};
use std::sync::Arc;

/// Limit: bytes of finished tiles kept, over all registers.
pub const MAX_CACHE_BYTES: u64 = 256 * 1024 * 1024;
/// A change that shows in more tiles of a zoom than this is looked for among the cached tiles instead of naming each.
const MAX_NAMED: u64 = 64;
/// Tiles expected in a full cache, for the size of its tables.
const EXPECTED_TILES: usize = 10_000;

/// Name of a cached tile: number of the layer, zoom, column, row in one word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct Key(u64);

impl Key {
    fn new(layer: LayerNumber, tile: TileId) -> Self {
        // 45 bits for the tile; 19 for the number of the layer, which counts (re)builds since the start.
        Self(layer.0 << 45 | u64::from(tile.z()) << 40 | u64::from(tile.x()) << 20 | u64::from(tile.y()))
    }

    fn is_of(self, layer: LayerNumber) -> bool {
        self.0 >> 45 == layer.0 & 0x7_ffff
    }

    fn tile(self) -> Option<TileId> {
        let twenty = |v: u64| (v & 0xf_ffff) as u32;
        TileId::new((self.0 >> 40 & 31) as u8, twenty(self.0 >> 20), twenty(self.0))
    }
}

/// Number of one build of one register's layer; its tiles are found under it and under no other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct LayerNumber(pub(super) u64);

#[derive(Clone)]
struct ByBytes;

impl Weighter<Key, Arc<Tile>> for ByBytes {
    fn weight(&self, _: &Key, tile: &Arc<Tile>) -> u64 {
        tile.weight()
    }
}

/// The cache.
pub(super) struct TileCache(Cache<Key, Arc<Tile>, ByBytes>);

impl TileCache {
    pub(super) fn new(bytes: u64) -> Self {
        Self(Cache::with_weighter(EXPECTED_TILES, bytes, ByBytes))
    }

    pub(super) fn get(&self, layer: LayerNumber, tile: TileId) -> Option<Arc<Tile>> {
        self.0.get(&Key::new(layer, tile))
    }

    pub(super) fn put(&self, layer: LayerNumber, id: TileId, tile: Arc<Tile>) {
        self.0.insert(Key::new(layer, id), tile);
    }

    /// Forgets all tiles of a layer.
    pub(super) fn forget_layer(&self, layer: LayerNumber) {
        self.0.retain(|key, _| !key.is_of(layer));
    }

    /// Forgets the tiles of a layer that show what was touched. `zooms` has a bit for each zoom that was ever cached.
    pub(super) fn forget(&self, layer: LayerNumber, touched: &[Touched], zooms: u32) {
        let boxes = || touched.iter().flat_map(|t| [t.old, t.new]).flatten();
        for z in (0..=MAX_ZOOM).filter(|z| zooms >> z & 1 == 1) {
            let mut wide: Vec<WorldBox> = Vec::new();
            for place in boxes() {
                let (x0, x1, y0, y1) = place.tiles(z);
                if u64::from(x1 - x0 + 1) * u64::from(y1 - y0 + 1) > MAX_NAMED {
                    wide.push(place);
                    continue;
                }
                for tile in (y0..=y1).flat_map(|y| (x0..=x1).filter_map(move |x| TileId::new(z, x, y))) {
                    self.0.remove(&Key::new(layer, tile));
                }
            }
            if !wide.is_empty() {
                let shows = |tile: TileId| tile.z() == z && wide.iter().any(|place| place.shows_in(tile));
                self.0.retain(|key, _| !(key.is_of(layer) && key.tile().is_some_and(shows)));
            }
        }
    }

    pub(super) fn bytes(&self) -> u64 {
        self.0.weight()
    }

    pub(super) fn len(&self) -> usize {
        self.0.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tile() -> Arc<Tile> {
        Arc::new(Tile::empty())
    }

    #[test]
    fn names_are_distinct_and_come_back() {
        let id = TileId::new(20, 1_048_575, 524_288).expect("in the grid");
        let key = Key::new(LayerNumber(5), id);
        assert_eq!(key.tile(), Some(id));
        assert!(key.is_of(LayerNumber(5)) && !key.is_of(LayerNumber(4)));
    }

    #[test]
    fn a_change_takes_out_what_shows_it_and_nothing_else() {
        let cache = TileCache::new(MAX_CACHE_BYTES);
        let (mine, other) = (LayerNumber(1), LayerNumber(2));
        // A box in the middle of tile 16/39996/24581.
        let (x, y) = ((39_996u32 << 16) + 30_000, (24_581u32 << 16) + 30_000);
        let small = WorldBox { min_x: x, min_y: y, max_x: x + 500, max_y: y + 500 };
        let around: Vec<TileId> =
            (39_990..40_003).flat_map(|x| (24_575..24_588).filter_map(move |y| TileId::new(16, x, y))).collect();
        for id in &around {
            cache.put(mine, *id, tile());
            cache.put(other, *id, tile());
        }
        cache.forget(mine, &[Touched { old: Some(small), new: None }], u32::MAX);
        for id in &around {
            assert_eq!(cache.get(mine, *id).is_none(), small.shows_in(*id), "{id:?}");
            assert!(cache.get(other, *id).is_some());
        }
        // Wider than can be named one by one.
        let wide = WorldBox { min_x: 0, min_y: 0, max_x: x, max_y: u32::MAX };
        cache.forget(mine, &[Touched { old: None, new: Some(wide) }], u32::MAX);
        for id in &around {
            assert_eq!(cache.get(mine, *id).is_none(), small.shows_in(*id) || wide.shows_in(*id), "{id:?}");
            assert!(cache.get(other, *id).is_some());
        }
        cache.forget_layer(other);
        assert!(around.iter().all(|id| cache.get(other, *id).is_none()));
        assert!(cache.len() > 0);
    }

    #[test]
    fn the_cache_stays_within_its_bytes() {
        let cache = TileCache::new(1_000_000);
        for x in 0..20_000 {
            cache.put(LayerNumber(0), TileId::new(15, x, 7).expect("in the grid"), tile());
        }
        assert!(cache.bytes() <= 1_000_000 && cache.len() > 500, "{} bytes, {} tiles", cache.bytes(), cache.len());
    }
}
