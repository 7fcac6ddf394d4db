//! `/rehber`: who does what, where, and can be reached now. What is public is for everybody; who holds a post, for staff.

mod hours;
mod people;
mod responsible;
mod show;

use super::page::see_other;
use crate::App;
use axum::{Router, http::Uri, response::Response, routing::get};
use std::sync::Arc;

/// Routes of the directory.
pub fn routes() -> Router<Arc<App>> {
    Router::new().route("/rehber", get(show::show)).route("/directory", get(directory))
}

/// `GET /directory`: the same by its English name.
async fn directory(uri: Uri) -> Response {
    let query = uri.query().map(|q| format!("?{q}")).unwrap_or_default();
    see_other(&format!("/rehber{query}"))
}
