//! From instants to the city's days and back, with no arithmetic that can overflow.

use crate::{Error, Result, post};
use jiff::{SignedDuration, Timestamp, civil::Date, tz::Offset};

/// The city's offset.
const OFFSET: Offset = Offset::constant(post::OFFSET_HOURS);
/// From a day's midnight to its last second.
const LAST_SECOND: SignedDuration = SignedDuration::from_secs(24 * 3600 - 1);

/// The city's day at an instant, and the time since its midnight.
pub(super) fn local(at: Timestamp) -> (Date, SignedDuration) {
    let civil = OFFSET.to_datetime(at);
    (civil.date(), civil.time().duration_since(jiff::civil::Time::midnight()))
}

/// The instant at a time after a day's midnight.
pub(super) fn at(date: Date, since: SignedDuration) -> Result<Timestamp> {
    let midnight = date.to_datetime(jiff::civil::Time::midnight());
    midnight.checked_add(since).and_then(|civil| OFFSET.to_timestamp(civil)).map_err(out_of_range)
}

/// Where a day begins.
pub(super) fn start_of(date: Date) -> Result<Timestamp> {
    at(date, SignedDuration::ZERO)
}

/// The last second of a day: 23:59:59.
pub(super) fn end_of(date: Date) -> Result<Timestamp> {
    at(date, LAST_SECOND)
}

/// A day some days later (earlier if negative); nothing beyond the years that can be written.
pub(super) fn shift(date: Date, days: i64) -> Option<Date> {
    if days == 0 {
        return Some(date);
    }
    date.checked_add(SignedDuration::from_hours(days.checked_mul(24)?)).ok()
}

/// As [`shift`], with the error.
pub(super) fn step(date: Date, days: i64) -> Result<Date> {
    shift(date, days).ok_or_else(|| out_of_range("no such date"))
}

/// Minutes as a duration.
pub(super) const fn minutes(minutes: u16) -> SignedDuration {
    SignedDuration::from_mins(minutes as i64)
}

/// Whole days from one to another.
pub(super) fn days_between(from: Date, until: Date) -> i64 {
    until.duration_since(from).as_hours() / 24
}

/// Beyond what can be written.
pub(super) fn out_of_range(cause: impl std::fmt::Display) -> Error {
    Error::invalid(
        "date-out-of-range",
        "Hesaplanan tarih takvimin dışında kalıyor.",
        "The date that comes out lies beyond the calendar.",
    )
    .cause(cause)
}
