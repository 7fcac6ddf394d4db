//! Reports on requests: how many, of what, how soon, how late, for whom. Every number is the number of cases of a condition, and
//! the list with the same condition shows exactly those: both are asked with the same rights.

mod answer;
mod ask;
pub mod dimension;
pub mod held;
mod make;
mod names;
pub mod places;
pub mod tally;

pub use ask::Asked;
pub use dimension::Dimension;
pub use make::{Kept, Report, may_see, public, report};
pub use names::{Names, records as name_records};

use crate::App;
use axum::{Router, routing::get};
use std::sync::Arc;

/// The register that is reported on.
pub const REQUEST: &str = "request";

/// Routes of reports for programs.
pub fn routes() -> Router<Arc<App>> {
    Router::new().route("/api/reports/requests", get(answer::requests))
}
