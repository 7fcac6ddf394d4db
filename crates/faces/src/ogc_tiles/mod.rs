//! OGC API Tiles (20-057): vector tiles of collections in WebMercatorQuad; and the same tiles as TileJSON and `/tiles/…`.

mod composite;
mod extents;
mod grid;
mod matrix_set;
mod past;
mod tile;
mod tilejson;
mod tilesets;

pub use composite::{Composites, MAX_COMPOSITE_BYTES};
pub use extents::Extents;
pub use grid::{GRID, MAX_MAP_ZOOM, MAX_ZOOM};
pub use tile::headers as tile_headers;
pub use tilejson::{as_of, shows_whole_tiles};

use crate::App;
use axum::{Router, routing::get};
use std::sync::Arc;

/// Routes of the descriptions of tiles.
pub fn routes() -> Router<Arc<App>> {
    Router::new()
        .route("/ogc/tileMatrixSets", get(matrix_set::list))
        .route("/ogc/tileMatrixSets/{set}", get(matrix_set::one))
        .route("/ogc/collections/{id}/tiles", get(tilesets::list))
        .route("/ogc/collections/{id}/tiles/{set}", get(tilesets::one))
        .route("/tiles/{file}", get(tilejson::tilejson))
}

/// Routes of the tiles themselves: hot, so they stand outside of all middleware.
pub fn bare_routes() -> Router<Arc<App>> {
    Router::new()
        .route("/tiles/{layers}/{z}/{x}/{file}", get(tile::xyz).fallback(tile::other_method))
        .route("/ogc/collections/{id}/tiles/{set}/{matrix}/{row}/{column}", get(tile::ogc).fallback(tile::other_method))
}
