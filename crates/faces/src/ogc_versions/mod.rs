//! What was: versions of a feature (the OGC's draft "Versioned Features", RFC 7089 and RFC 5829), and what changed in a collection
//! between two instants.

pub mod cache;
mod changed;
pub mod memento;
mod time_map;

use crate::App;
use axum::{Router, routing::get};
use std::sync::Arc;

pub use changed::{DEFAULT_LIMIT as DEFAULT_CHANGES, MAX_LIMIT as MAX_CHANGES};

/// Routes of the past.
pub fn routes() -> Router<Arc<App>> {
    Router::new()
        .route("/ogc/collections/{id}/items/{feature}/versions", get(time_map::versions))
        .route("/ogc/collections/{id}/changes", get(changed::changes))
}
