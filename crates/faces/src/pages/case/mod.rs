//! The page of a case: where it stands, how long it has, what who looks may do, and everything that belongs to it.

mod deeds;
mod offers;
mod picture;
mod related;
mod show;
mod templates;
mod timeline;
mod workflow;

pub use show::show;

use crate::App;
use axum::{Router, routing::get};
use std::sync::Arc;

/// Routes of cases beside the record's own.
pub fn routes() -> Router<Arc<App>> {
    Router::new()
        .route("/registers/{name}/workflow", get(workflow::of_register))
        .route("/registers/{name}/{id}/workflow", get(workflow::of_case))
        .route("/registers/{name}/{id}/proceed", get(deeds::back).post(deeds::proceed))
        .route("/registers/{name}/{id}/comment", get(deeds::back).post(deeds::comment))
        .route("/registers/{name}/{id}/watch", get(deeds::back).post(deeds::watch))
}
