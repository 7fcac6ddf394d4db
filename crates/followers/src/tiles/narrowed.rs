//! Tiles for who may see only some of a register's records, or only some of the fields that its tiles carry: drawn from the
//! records that they may see, kept apart from everybody's by a fingerprint of what that is.

use super::{Tile, Tiles, check_geometry, grid_tile, layer::Layer, state::State};
use futures::StreamExt;
use meydan_geo::tiles::{TileId, encode};
use meydan_kernel::{
    Query, Register, Result, Value,
    cql2::Expr,
    permission::{Access, FieldSet},
};
use quick_cache::sync::Cache;
use std::sync::Arc;

/// Limit: records that such a tile is drawn from; of more, the first are shown and the tile says that it is thinned.
pub const MAX_NARROWED: usize = 20_000;
/// Limit: such tiles kept.
const MAX_KEPT: usize = 2_000;
/// How far beyond its edge a tile draws, as a share of its width: the same as the encoder's buffer, and a little more.
const MARGIN: f64 = 0.05;

/// Register, what may be seen of it, place.
type Key = (Arc<str>, u128, TileId);

/// Tiles drawn last, each with the log's head that it shows.
pub(super) struct Narrowed(Cache<Key, (i64, Arc<Tile>)>);

impl Default for Narrowed {
    fn default() -> Self {
        Self(Cache::new(MAX_KEPT))
    }
}

impl Tiles {
    /// One tile of a register with only the records and fields of `access`. It shows every change that was acknowledged before
    /// this was called.
    ///
    /// # Errors
    /// As [`Tiles::tile`].
    pub async fn narrowed(&self, register: &Arc<Register>, access: &Access, z: u8, x: u32, y: u32) -> Result<Arc<Tile>> {
        let id = grid_tile(z, x, y)?;
        check_geometry(register)?;
        if access.is_none() || z < register.symbology.as_ref().map_or(0, |s| s.min_zoom) {
            return Ok(Arc::clone(&self.empty));
        }
        let key: Key = (register.name.as_str().into(), fingerprint(register, access), id);
        // The head is read before the records: what is kept may show more than its head says, never less.
        let head = self.state.store.head();
        if let Some((_, tile)) = self.narrowed.0.get(&key).filter(|(of, _)| *of == head) {
            return Ok(tile);
        }
        let tile = Arc::new(draw(&self.state, register, access, id).await?);
        self.narrowed.0.insert(key, (head, Arc::clone(&tile)));
        Ok(tile)
    }
}

/// What may be seen, as a number: two that may see the same share a tile.
pub(super) fn fingerprint(register: &Register, access: &Access) -> u128 {
    let text = format!("{:?}", access.parts());
    let fields = format!("{:?}", register.fields);
    twox_hash::XxHash3_128::oneshot(text.as_bytes()) ^ twox_hash::XxHash3_128::oneshot(fields.as_bytes()).rotate_left(64)
}

async fn draw(state: &Arc<State>, register: &Arc<Register>, access: &Access, id: TileId) -> Result<Tile> {
    let layer = Layer::new(super::cache::LayerNumber(u64::MAX), Arc::clone(register));
    let conditions: Vec<Expr> = access.parts().iter().filter_map(|p| p.condition.clone()).collect();
    let filter = access.whole().is_none().then_some(Expr::Or(conditions));
    let query = Query { bbox: vec![wider(id)], filter, limit: Some(MAX_NARROWED + 1), ..Query::all(Arc::clone(register)) };
    let mut batches = state.store.scan(query);
    let mut drawn = Vec::new();
    while let Some(batch) = batches.next().await {
        drawn.extend(batch?);
    }
    let more = drawn.len() > MAX_NARROWED;
    let mut index = layer.index.write();
    for mut record in drawn.into_iter().take(MAX_NARROWED) {
        let Some(fields) = access.of(&record) else { continue };
        hide(&mut record.values, fields);
        layer.put(&mut index, &record);
    }
    let name = register.name.clone();
    let mut encoded = state.with_scratch(|scratch| encode(&index, &name, id, scratch));
    encoded.thinned = encoded.thinned.max(u8::from(more));
    Ok(Tile::new(encoded))
}

fn hide(values: &mut [Value], fields: FieldSet) {
    let hidden = values.iter_mut().enumerate().filter(|(index, _)| !fields.has(*index));
    hidden.for_each(|(_, value)| *value = Value::Null);
}

pub(super) fn wider(id: TileId) -> meydan_geo::Bbox {
    let b = id.bbox();
    let (dx, dy) = ((b.max_x - b.min_x) * MARGIN, (b.max_y - b.min_y) * MARGIN);
    meydan_geo::Bbox { min_x: b.min_x - dx, min_y: b.min_y - dy, max_x: b.max_x + dx, max_y: b.max_y + dy }
}
