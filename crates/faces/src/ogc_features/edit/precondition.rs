//! Preconditions of a change (RFC 9110, 13): of which version the client thinks.

use super::prefer::Handling;
use crate::{
    Problem,
    ogc_common::{http_date, validator},
};
use axum::http::{HeaderMap, StatusCode, header};
use meydan_kernel::{Error, Kind, Record};

/// Weighs the preconditions of a request against the record as it is; the version that must still be current when the change is
/// made, if the client named one.
///
/// # Errors
/// `precondition-failed` (412); `precondition-required` (428) with `handling=strict`; `bad-date`.
pub fn weigh(headers: &HeaderMap, record: &Record, state: &str, handling: Handling) -> Result<Option<i64>, Problem> {
    if headers.contains_key(header::IF_MATCH) {
        return if validator::if_match(headers, state) { Ok(Some(record.version)) } else { Err(failed(record)) };
    }
    if let Some(value) = headers.get(header::IF_UNMODIFIED_SINCE) {
        // RFC 9110, 13.1.4: what is no date is passed over; here a client would think that it is guarded.
        let since = value.to_str().ok().and_then(http_date::read).ok_or_else(|| bad_date("If-Unmodified-Since"))?;
        let is_unmodified = record.recorded_at.as_second() <= since.as_second();
        return if is_unmodified { Ok(Some(record.version)) } else { Err(failed(record)) };
    }
    if headers.contains_key(header::IF_NONE_MATCH) && validator::none_match(headers, |tag| validator::is_of(tag, state)) {
        return Err(failed(record));
    }
    if handling == Handling::Strict {
        let error = Error::invalid(
            "precondition-required",
            "Kaydın hangi sürümünün değiştirildiği belirtilmeli.",
            "It must be said which version of the record is changed.",
        )
        .hint("Kaydı okuyun; ETag değerini If-Match ile gönderin.", "Read the record; send its ETag with If-Match.");
        return Err(Problem::with_status(error, StatusCode::PRECONDITION_REQUIRED));
    }
    Ok(None)
}

/// The error for a header that is no HTTP date.
pub fn bad_date(name: &str) -> Error {
    Error::invalid(
        "bad-date",
        format!("{name} başlığı bir HTTP tarihi değil."),
        format!("The header {name} is not an HTTP date."),
    )
    .field(name, "örneğin: Tue, 24 Nov 2026 09:00:00 GMT", "for example: Tue, 24 Nov 2026 09:00:00 GMT")
}

fn failed(record: &Record) -> Problem {
    Error::new(
        Kind::Precondition,
        "precondition-failed",
        format!("Kayıt bu arada değişti; şimdiki sürümü {}.", record.version),
        format!("The record has changed meanwhile; its version is {} now.", record.version),
    )
    .hint("Kaydı yeniden okuyun, değişikliğinizi onun üzerine yapın.", "Read the record again and make your change upon it.")
    .into()
}
