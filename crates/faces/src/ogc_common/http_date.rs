//! Dates as HTTP writes them (RFC 9110, 5.6.7): whole seconds, GMT.

use axum::http::HeaderValue;
use jiff::{
    Timestamp,
    fmt::rfc2822::{DateTimeParser, DateTimePrinter},
};

/// Writes an instant; its part of a second is left out.
pub fn write(instant: Timestamp) -> String {
    DateTimePrinter::new().timestamp_to_rfc9110_string(&instant).unwrap_or_default()
}

/// As a header's value.
pub fn header_value(instant: Timestamp) -> Option<HeaderValue> {
    HeaderValue::try_from(write(instant)).ok()
}

/// Reads a date; `None` if it is none.
pub fn read(text: &str) -> Option<Timestamp> {
    DateTimeParser::new().parse_timestamp(text.trim()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_the_standard_writes_them() {
        let instant: Timestamp = "1994-11-06T08:49:37.9Z".parse().expect("an instant");
        assert_eq!(write(instant), "Sun, 06 Nov 1994 08:49:37 GMT");
        assert_eq!(read("Sun, 06 Nov 1994 08:49:37 GMT").map(Timestamp::as_second), Some(instant.as_second()));
        assert_eq!(read("yesterday"), None);
    }
}
