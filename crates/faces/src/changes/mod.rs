//! The house's own API for changes: many at once, whole or not at all; records with their versions; their history.

pub(crate) mod body;
mod difference;
mod personal;
mod post;
mod records;

pub use body::MAX_BODY_BYTES;
pub(crate) use body::{limited as limited_body, read_as, read_body};
pub use difference::{Difference, differences, differences_of};
pub(crate) use post::carry_out;

use crate::App;
use axum::{
    Router,
    routing::{get, post},
};
use std::sync::Arc;

/// Routes of changes and records.
pub fn routes() -> Router<Arc<App>> {
    Router::new()
        .route("/api/changes", post(post::change))
        .route("/api/records/{register}/{id}", get(records::record))
        .route("/api/records/{register}/{id}/history", get(records::history))
        .route("/api/records/{register}/{id}/unmask", post(personal::unmask))
        .route("/api/records/{register}/{id}/erase", post(personal::erase))
}
