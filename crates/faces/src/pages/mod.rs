//! The pages that people see.

use crate::App;
use axum::Router;
use std::sync::Arc;

/// Routes of the pages.
pub fn routes() -> Router<Arc<App>> {
    Router::new()
}
