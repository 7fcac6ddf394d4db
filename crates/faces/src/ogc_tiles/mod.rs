//! OGC API Tiles (20-057): vector tiles of collections in WebMercatorQuad; and the same tiles as TileJSON and `/tiles/…`.

mod grid;
mod matrix_set;
mod tilejson;
mod tilesets;

pub use grid::{GRID, MAX_MAP_ZOOM, MAX_ZOOM};
pub use tilejson::layers_document;

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
