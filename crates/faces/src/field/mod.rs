//! Field work: what is mine to do today, forms and all, to take along; and what was done without reception, told later, once.
//!
//! A device gives each deed an id. The desk writes the deed and its trace (a record of [`DEED`] under that id) in one changeset: told
//! a second time, it is found there.

mod conflict;
mod deed;
mod files;
mod form;
pub mod route;
mod sync;
mod today;

pub use deed::MAX_DEEDS;

use crate::App;
use axum::{
    Router,
    routing::{get, post},
};
use std::sync::Arc;

/// Register of the traces of what was done in the field.
const DEED: &str = "field_deed";
/// Through which face all this comes to the desk.
const SOURCE: &str = "field";

/// Routes of field work.
pub fn routes() -> Router<Arc<App>> {
    Router::new()
        .route("/api/field/today", get(today::today))
        .route("/api/field/sync", post(sync::sync))
        .route("/api/field/files/{sha256}", get(files::state).put(files::put))
}
