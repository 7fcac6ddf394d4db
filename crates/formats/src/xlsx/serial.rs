//! Excel's days: counted from 1900, with a 29 February 1900 that never was, or from 1904.

use jiff::{Timestamp, civil::Date, tz};
use meydan_geo::feature::Scalar;

/// Day 0 of the count from 1900, for days after that February.
const EPOCH: Date = Date::constant(1899, 12, 30);
/// Days between the two ways of counting.
const DAYS_OF_1904: f64 = 1462.0;
/// Limit of the format: 31 December 9999.
const MAX_DAY: f64 = 2_958_465.999_999;
const DAY_MILLIS: f64 = 86_400_000.0;
/// Hours of Türkiye before UTC, all year since 2016.
const OFFSET_HOURS: i8 = 3;

/// A cell's number as a day, or an instant if it has a time; `None` if it is none.
pub(super) fn read(number: f64, from_1904: bool) -> Option<Scalar> {
    let mut number = if from_1904 { number + DAYS_OF_1904 } else { number };
    if !(0.0..=MAX_DAY).contains(&number) {
        return None;
    }
    if !from_1904 && number < 60.0 {
        number += 1.0;
    }
    let millis = (number * DAY_MILLIS).round() as i64;
    let (days, rest) = (millis.div_euclid(DAY_MILLIS as i64), millis.rem_euclid(DAY_MILLIS as i64));
    let day = EPOCH.checked_add(jiff::Span::new().try_days(days).ok()?).ok()?;
    if rest == 0 {
        return Some(Scalar::Date(day));
    }
    let time = day.to_datetime(jiff::civil::Time::midnight()).checked_add(jiff::Span::new().milliseconds(rest)).ok()?;
    tz::offset(OFFSET_HOURS).to_timestamp(time).ok().map(Scalar::Timestamp)
}

/// A day as a cell's number; `None` before March 1900.
pub(super) fn of_day(day: Date) -> Option<f64> {
    let days = (day - EPOCH).get_days();
    (days > 60).then(|| f64::from(days))
}

/// An instant as a cell's number, to the millisecond.
pub(super) fn of_instant(instant: Timestamp) -> Option<f64> {
    let local = tz::offset(OFFSET_HOURS).to_datetime(instant);
    let time = local.time();
    let millis = (i64::from(time.hour()) * 3600 + i64::from(time.minute()) * 60 + i64::from(time.second())) * 1000
        + i64::from(time.millisecond());
    Some(of_day(local.date())? + millis as f64 / DAY_MILLIS)
}

/// True for a format of cells that shows a date or time.
pub(super) fn is_date(id: u32, code: Option<&str>) -> bool {
    match code {
        None => matches!(id, 14..=22 | 27..=36 | 45..=47 | 50..=58),
        Some(code) => {
            let mut quoted = false;
            let mut bracket = false;
            let mut skip = false;
            code.chars().any(|c| {
                if std::mem::take(&mut skip) {
                    return false;
                }
                match c {
                    '"' => quoted = !quoted,
                    '[' if !quoted => bracket = true,
                    ']' if !quoted => bracket = false,
                    '\\' | '_' | '*' => skip = true,
                    'd' | 'm' | 'y' | 'h' | 's' | 'D' | 'M' | 'Y' | 'H' | 'S' if !quoted && !bracket => {
                        return true;
                    }
                    _ => {}
                }
                false
            })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days() {
        let day = |y, m, d| Some(Scalar::Date(Date::constant(y, m, d)));
        assert_eq!(read(1.0, false), day(1900, 1, 1));
        assert_eq!(read(61.0, false), day(1900, 3, 1));
        assert_eq!(read(45_657.0, false), day(2024, 12, 31));
        assert_eq!(read(0.0, true), day(1904, 1, 1));
        assert_eq!(of_day(Date::constant(2024, 12, 31)), Some(45_657.0));
        let noon: Timestamp = "2024-12-31T09:30:15.250Z".parse().unwrap();
        assert_eq!(read(of_instant(noon).unwrap(), false), Some(Scalar::Timestamp(noon)));
        for bad in [-1.0, 3e6, f64::NAN, f64::INFINITY] {
            assert_eq!(read(bad, false), None);
        }
    }

    #[test]
    fn formats_of_dates() {
        for code in ["dd.mm.yyyy", "[$-41F]d mmmm yyyy;@", "hh:mm", "m/d/yy"] {
            assert!(is_date(164, Some(code)), "{code}");
        }
        for code in ["General", "0.00", "#,##0.00 \"TL\"", "[Red]0", "\\d0", "0%", "@"] {
            assert!(!is_date(164, Some(code)), "{code}");
        }
        assert!(is_date(14, None) && !is_date(2, None));
    }
}
