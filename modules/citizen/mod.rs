//! The citizen's request: from the first call to the answer.

pub mod demo;
pub mod effects;
mod picture;
mod place;
mod wording;

pub use wording::appeal;

/// Service standard where no category says another, in office hours: nothing is without a clock.
const SERVICE_HOURS: i64 = 40;
/// The register of requests.
pub const REQUEST: &str = "request";
