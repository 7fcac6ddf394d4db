//! W3C date and time (NOTE-datetime), as GeoReport writes and reads it.

use jiff::{Timestamp, ToSpan as _, civil, tz::TimeZone};
use meydan_kernel::post::{OFFSET_HOURS, begins};

/// Which end of a day a date without a time means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// Its first instant.
    First,
    /// Its last.
    Last,
}

/// Reads a date with time and offset, a date with time (in the city), or a date; `None` for anything else.
pub fn instant(text: &str, end: End) -> Option<Timestamp> {
    // A `+03:00` that was not escaped arrives as a space.
    let text = text.trim().replace(' ', "+");
    let whole = |at: Timestamp| Timestamp::from_microsecond(at.as_microsecond()).ok();
    if let Ok(at) = text.parse::<Timestamp>() {
        return whole(at);
    }
    if text.contains('T') {
        let local: civil::DateTime = text.parse().ok()?;
        return TimeZone::fixed(jiff::tz::offset(OFFSET_HOURS)).to_timestamp(local).ok().and_then(whole);
    }
    let day: civil::Date = text.parse().ok()?;
    match end {
        End::First => Some(begins(day)),
        End::Last => begins(day.tomorrow().ok()?).checked_sub(1.microsecond()).ok(),
    }
}

/// Writes an instant with the city's offset, in whole seconds.
pub fn written(at: Timestamp) -> String {
    let local = TimeZone::fixed(jiff::tz::offset(OFFSET_HOURS)).to_datetime(at);
    format!("{}+{OFFSET_HOURS:02}:00", local.strftime("%Y-%m-%dT%H:%M:%S"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instants_with_and_without_offset_and_days() {
        let nine = instant("2026-11-24T09:00:00Z", End::First).expect("an instant");
        assert_eq!(written(nine), "2026-11-24T12:00:00+03:00");
        for same in ["2026-11-24T12:00:00+03:00", "2026-11-24T12:00:00 03:00", "2026-11-24T12:00:00"] {
            assert_eq!(instant(same, End::Last), Some(nine), "{same}");
        }
        assert_eq!(written(instant("2026-11-24", End::First).expect("a day")), "2026-11-24T00:00:00+03:00");
        assert_eq!(written(instant("2026-11-24", End::Last).expect("a day")), "2026-11-24T23:59:59+03:00");
        for bad in ["", "yesterday", "24.11.2026", "2026-13-01", "T", "99999-01-01T00:00:00Z"] {
            assert_eq!(instant(bad, End::First), None, "{bad}");
        }
    }
}
