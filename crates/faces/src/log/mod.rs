//! The log's face: checkpoints, tiles, proofs.

use crate::App;
use axum::Router;
use std::sync::Arc;

/// Routes of the log.
pub fn routes() -> Router<Arc<App>> {
    Router::new()
}
