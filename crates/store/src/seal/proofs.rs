//! Proofs out of the tiles of a store.

use meydan_kernel::{
    Error, Result, Store,
    log::{
        TileId,
        proof::Wanted,
        tree::{Hash, tile_hashes},
    },
};
use std::collections::HashMap;

/// The hashes of a proof over a sealed tree.
///
/// # Errors
/// Those of the store; `tile-missing` (Internal) if the store lost a tile.
pub async fn compute(store: &dyn Store, wanted: &Wanted) -> Result<Vec<Hash>> {
    let mut tiles: HashMap<TileId, Vec<Hash>> = HashMap::new();
    for (id, _) in wanted.tiles() {
        if let Some(hashes) = store.tile(id).await?.and_then(|bytes| tile_hashes(&bytes)) {
            tiles.insert(id, hashes);
        }
    }
    wanted.compute(|id| tiles.get(&id).map(Vec::as_slice)).ok_or_else(|| {
        Error::new(
            meydan_kernel::Kind::Internal,
            "tile-missing",
            "Defterin karma ağacında eksik var.",
            "A part of the log's hash tree is missing.",
        )
        .hint("`meydan log verify` ile denetleyin.", "Check with `meydan log verify`.")
    })
}
