//! `/raporlar`: numbers of requests for who answers for them: each opens the cases that it counts.

mod files;
mod held;
mod show;
mod table;
mod trend;

use crate::App;
use axum::{Router, routing::get};
use std::sync::Arc;

pub use crate::reports::may_see;

/// Routes of the reports.
pub fn routes() -> Router<Arc<App>> {
    Router::new()
        .route("/raporlar", get(show::show))
        .route("/raporlar/csv", get(files::csv))
        .route("/raporlar/pdf", get(files::pdf))
        .route("/raporlar/sureler", get(held::show))
        .route("/raporlar/sureler/isler", get(held::cases))
}
