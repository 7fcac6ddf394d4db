//! How long the past may be kept by caches.

use axum::http::HeaderValue;
use jiff::{SignedDuration, Timestamp};
use meydan_kernel::Register;

/// The past of a register without personal data: kept for a day without asking. It changes only by a destruction, or by a
/// definition that shows less than before; after a day that has come through to every cache.
const IMMUTABLE: HeaderValue = HeaderValue::from_static("public, max-age=86400, immutable");
/// Anything else is asked after before it is used again.
const ASKED_AFTER: HeaderValue = HeaderValue::from_static("no-cache");
/// What is younger may still be on its way to the disk.
const SETTLED_AFTER: SignedDuration = SignedDuration::from_secs(60);

/// `Cache-Control` for an answer as of an instant. (What goes to somebody in particular is kept by nobody, whatever is said here.)
pub fn age_of(register: &Register, instant: Timestamp, now: Timestamp) -> HeaderValue {
    let is_settled = now.duration_since(instant) > SETTLED_AFTER;
    if is_settled && register.fields.iter().all(|f| !f.personal) { IMMUTABLE } else { ASKED_AFTER }
}
