//! OGC API Features: Part 1 core (17-069r4), Part 2 CRS (18-058r1), Part 3 filtering (19-079r2), Part 4 editing (20-002), Part 5
//! schemas (23-058r1).

mod ask;
mod collection;
mod count;
mod cursor;
mod datetime;
mod described;
pub(crate) mod edit;
mod export;
mod feature_schema;
mod filter;
mod item;
mod items;
mod queryables;
mod schema;
mod space;
pub mod write;

pub(crate) use ask::take_space;
pub use ask::{DEFAULT_LIMIT, FORMATS, MAX_LIMIT, RESERVED};
pub use count::Counts;
pub(crate) use datetime::Datetime;
pub use export::{MAX_FILES as MAX_FILE_EXPORTS, formats as export_formats};
pub use filter::LANGUAGES as FILTER_LANGUAGES;
pub use item::key as item_key;
pub(crate) use item::take_instant;
pub(crate) use items::CONTENT_CRS;
pub use schema::{document as schema_document, property as schema_property};
pub use space::Space;

use crate::App;
use axum::{Router, routing::get};
use std::sync::Arc;

/// Routes of the collections.
pub fn routes() -> Router<Arc<App>> {
    Router::new()
        .route("/ogc/collections", get(collection::collections))
        .route("/ogc/collections/{id}", get(collection::collection))
        .route("/ogc/collections/{id}/items", get(items::items).post(edit::create).options(edit::items_options))
        .route(
            "/ogc/collections/{id}/items/{feature}",
            get(item::item).put(edit::change).patch(edit::change).delete(edit::delete).options(edit::item_options),
        )
        .route("/ogc/collections/{id}/export/{format}", get(export::export))
        .route("/ogc/collections/{id}/queryables", get(queryables::queryables))
        .route("/ogc/collections/{id}/schema", get(schema::schema))
        .route("/ogc/collections/{id}/feature-schema", get(feature_schema::feature_schema))
}
