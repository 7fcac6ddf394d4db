//! Instants as text. Times of recording have microseconds and a fixed width (`2026-11-23T08:30:00.123456Z`), so that text order
//! is time order. Fields have GeoPackage's form with milliseconds (`2026-11-23T08:30:00.123Z`) unless the microseconds are not
//! whole milliseconds; without the `Z` the two forms stand in the order of time.

use jiff::Timestamp;

const MICROS_PER_DAY: i64 = 86_400_000_000;
/// Length of the text of an instant in the years 0 to 9999.
const WIDTH: usize = 27;
/// The same without microseconds.
const SHORT: usize = 24;

/// The text of a field's instant.
pub(super) fn to_field(at: Timestamp) -> String {
    let mut text = to_text(at);
    if text.len() == WIDTH && at.as_microsecond() % 1_000 == 0 {
        text.truncate(SHORT - 1);
        text.push('Z');
    }
    text
}

/// The text that a field's instant is compared by: [`to_field`] without the `Z`.
pub(super) fn to_compared(at: Timestamp) -> String {
    let mut text = to_field(at);
    text.pop();
    text
}

/// The text of a time of recording.
pub(super) fn to_text(at: Timestamp) -> String {
    let micros = at.as_microsecond();
    let (days, rest) = (micros.div_euclid(MICROS_PER_DAY), micros.rem_euclid(MICROS_PER_DAY));
    let (year, month, day) = civil(days);
    if !(0..=9999).contains(&year) {
        return at.to_string();
    }
    let mut out = *b"0000-00-00T00:00:00.000000Z";
    let seconds = rest / 1_000_000;
    digits(&mut out[0..4], year);
    digits(&mut out[5..7], month);
    digits(&mut out[8..10], day);
    digits(&mut out[11..13], seconds / 3600);
    digits(&mut out[14..16], seconds / 60 % 60);
    digits(&mut out[17..19], seconds % 60);
    digits(&mut out[20..26], rest % 1_000_000);
    out.iter().map(|b| char::from(*b)).collect()
}

/// Reads [`to_text`]'s text, or any other RFC 3339 instant.
pub(super) fn from_text(text: &str) -> Option<Timestamp> {
    quick(text.as_bytes()).or_else(|| text.parse().ok())
}

fn quick(b: &[u8]) -> Option<Timestamp> {
    let short = b.len() == SHORT;
    if (b.len() != WIDTH && !short) || b[4] != b'-' || b[10] != b'T' || b[19] != b'.' || b[b.len() - 1] != b'Z' {
        return None;
    }
    let (year, month, day) = (number(&b[0..4])?, number(&b[5..7])?, number(&b[8..10])?);
    let (hour, minute, second) = (number(&b[11..13])?, number(&b[14..16])?, number(&b[17..19])?);
    if !(1..=12).contains(&month) || !(1..=31).contains(&day) || hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    let seconds = hour * 3600 + minute * 60 + second;
    let fraction = if short { number(&b[20..23])? * 1_000 } else { number(&b[20..26])? };
    let micros = days(year, month, day) * MICROS_PER_DAY + seconds * 1_000_000 + fraction;
    Timestamp::from_microsecond(micros).ok()
}

fn digits(out: &mut [u8], mut n: i64) {
    for slot in out.iter_mut().rev() {
        // The remainder of ten is a digit.
        *slot = b'0' + u8::try_from(n % 10).unwrap_or(0);
        n /= 10;
    }
}

fn number(b: &[u8]) -> Option<i64> {
    b.iter().try_fold(0, |n, c| c.is_ascii_digit().then(|| n * 10 + i64::from(c - b'0')))
}

/// Year, month, day of a day counted from 1970-01-01 in the proleptic Gregorian calendar (Hinnant's algorithm).
fn civil(days: i64) -> (i64, i64, i64) {
    let z = days + 719_468;
    let era = z.div_euclid(146_097);
    let doe = z.rem_euclid(146_097);
    let yoe = (doe - doe / 1460 + doe / 36_524 - doe / 146_096) / 365;
    let doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    let mp = (5 * doy + 2) / 153;
    let month = if mp < 10 { mp + 3 } else { mp - 9 };
    (yoe + era * 400 + i64::from(month <= 2), month, doy - (153 * mp + 2) / 5 + 1)
}

/// The inverse of [`civil`].
fn days(year: i64, month: i64, day: i64) -> i64 {
    let y = year - i64::from(month <= 2);
    let (era, yoe) = (y.div_euclid(400), y.rem_euclid(400));
    let doy = (153 * (if month > 2 { month - 3 } else { month + 9 }) + 2) / 5 + day - 1;
    era * 146_097 + yoe * 365 + yoe / 4 - yoe / 100 + doy - 719_468
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn reads_what_it_wrote(micros in -62_167_219_200_000_000i64..253_402_207_200_000_000) {
            let at = Timestamp::from_microsecond(micros).expect("in range");
            let text = to_text(at);
            prop_assert_eq!(text.len(), WIDTH);
            prop_assert_eq!(quick(text.as_bytes()), Some(at));
            prop_assert_eq!(text.parse::<Timestamp>().expect("RFC 3339"), at);
            prop_assert_eq!(quick(to_field(at).as_bytes()), Some(at));
        }

        #[test]
        fn fields_stand_in_the_order_of_time(millis in 0i64..253_402_207_200_000, a in 0i64..3_000, b in 0i64..3_000) {
            let at = |m| Timestamp::from_microsecond(millis * 1_000 + m).expect("in range");
            prop_assert_eq!(to_compared(at(a)).cmp(&to_compared(at(b))), a.cmp(&b));
            prop_assert_eq!(to_field(at(a / 1_000 * 1_000)).len(), SHORT);
        }

        #[test]
        fn text_order_is_time_order(a in -62_167_219_200_000_000i64..253_402_207_200_000_000, step in 0i64..1_000_000_000) {
            let at = |m| to_text(Timestamp::from_microsecond(m).expect("in range"));
            prop_assert_eq!(at(a) < at(a + step), step > 0);
        }

        #[test]
        fn any_text_is_survived(text in ".{0,40}") {
            let _ = from_text(&text);
        }
    }

    #[test]
    fn years_beyond_four_digits_come_back() {
        let at: Timestamp = "-000044-03-15T12:00:00Z".parse().expect("the Ides");
        assert_eq!(from_text(&to_text(at)), Some(at));
    }
}
