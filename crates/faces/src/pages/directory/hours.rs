//! Opening hours in the form of OpenStreetMap's `opening_hours`, as far as services use it: `Mo-Fr 08:00-12:00,13:00-17:00; Sa
//! 09:00-13:00`, `24/7`. On public holidays and days of leave the city is closed, but for what is always open.

use jiff::{Timestamp, ToSpan, civil::Date, tz::Offset};
use meydan_kernel::{Bilingual, calendar::Calendar};

/// Names of the days, from Monday.
const DAYS: [&str; 7] = ["mo", "tu", "we", "th", "fr", "sa", "su"];
/// Minutes of a day.
const DAY: u16 = 24 * 60;
/// Limit: days looked ahead for the next opening.
const MAX_AHEAD: usize = 60;
/// The city's time.
const OFFSET: Offset = Offset::constant(3);

/// When something is open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Opening {
    /// Always.
    Always,
    /// Each day of the week, from Monday: minutes since midnight; an end beyond the day is of the next one.
    Weekly([Vec<(u16, u16)>; 7]),
}

/// Whether it is open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum State {
    /// Always open.
    Always,
    /// Open until then.
    Open(Timestamp),
    /// Closed until then (never, if nothing is known), and why, if today is a holiday.
    Closed(Option<Timestamp>, Option<Bilingual>),
}

impl Opening {
    /// Reads it; `None` for what isn't understood whole: half of it would be a wrong promise.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim().to_lowercase();
        if text == "24/7" {
            return Some(Self::Always);
        }
        let mut week: [Vec<(u16, u16)>; 7] = Default::default();
        let mut any = false;
        for rule in text.split(';').map(str::trim).filter(|r| !r.is_empty()) {
            let (days, times) = rule.split_once(' ').unwrap_or(("", rule));
            let (days, times) = if days.contains(':') { ("", rule) } else { (days, times.trim()) };
            if days == "ph" {
                // Closed on holidays is what holds anyway; more than that isn't understood.
                (times == "off" || times == "closed").then_some(())?;
                continue;
            }
            let days = if days.is_empty() { (0..7).collect() } else { days_of(days)? };
            let spans = spans(times)?;
            for day in days {
                // As in OpenStreetMap, a later rule replaces an earlier one for its days.
                week.get_mut(day)?.clone_from(&spans);
            }
            any = true;
        }
        any.then_some(Self::Weekly(week))
    }

    /// Whether it is open at an instant.
    pub fn at(&self, calendar: &Calendar, now: Timestamp) -> State {
        let Self::Weekly(week) = self else { return State::Always };
        let local = OFFSET.to_datetime(now);
        let (today, minute) =
            (local.date(), u16::try_from(local.hour()).unwrap_or(0) * 60 + u16::try_from(local.minute()).unwrap_or(0));
        let mut day = today.saturating_sub(1.day());
        for _ in 0..MAX_AHEAD {
            for (from, until) in open_on(week, calendar, day) {
                let begins = instant(day, from);
                let ends = instant(day, until);
                if begins.is_some_and(|b| b <= now) && ends.is_some_and(|e| now < e) {
                    return ends.map_or(State::Always, State::Open);
                }
                if let Some(begins) = begins.filter(|b| *b > now) {
                    let whole = instant(today, minute).is_some();
                    return State::Closed(Some(begins), holiday(calendar, today).filter(|_| whole));
                }
            }
            day = day.saturating_add(1.day());
        }
        State::Closed(None, holiday(calendar, today))
    }
}

fn instant(day: Date, minutes: u16) -> Option<Timestamp> {
    let midnight = OFFSET.to_timestamp(day.at(0, 0, 0, 0)).ok()?;
    midnight.checked_add(i64::from(minutes).minutes()).ok()
}

/// The holiday or leave that closes a day, whole or in the afternoon; the weekend is none.
fn holiday(calendar: &Calendar, day: Date) -> Option<Bilingual> {
    calendar.why_closed(day).filter(|why| why.en != "Weekend")
}

/// The spans of a day, cut by the calendar: none on a holiday, only the morning on its eve.
fn open_on(week: &[Vec<(u16, u16)>; 7], calendar: &Calendar, day: Date) -> Vec<(u16, u16)> {
    let index = usize::from(day.weekday().to_monday_zero_offset().unsigned_abs());
    let spans = week.get(index).cloned().unwrap_or_default();
    if holiday(calendar, day).is_none() {
        return spans;
    }
    let close = calendar.office_spans(day).last().map_or(0, |s| s.until());
    let cut = |(from, until): (u16, u16)| (from, until.min(close));
    spans.into_iter().map(cut).filter(|(from, until)| from < until).collect()
}

/// `mo-fr`, `mo,we`, `sa-mo`.
fn days_of(text: &str) -> Option<Vec<usize>> {
    let index = |name: &str| DAYS.iter().position(|d| *d == name);
    let mut out = Vec::new();
    for part in text.split(',').filter(|p| *p != "ph") {
        match part.split_once('-') {
            None => out.push(index(part)?),
            Some((from, until)) => {
                let (from, until) = (index(from)?, index(until)?);
                let length = (until + 7 - from) % 7;
                out.extend((0..=length).map(|i| (from + i) % 7));
            }
        }
    }
    (!out.is_empty()).then_some(out)
}

/// `08:00-12:00,13:00-17:00`, `off`.
fn spans(text: &str) -> Option<Vec<(u16, u16)>> {
    if text == "off" || text == "closed" {
        return Some(Vec::new());
    }
    let minute = |text: &str| {
        let (hour, minute) = text.trim().split_once(':')?;
        let (hour, minute): (u16, u16) = (hour.parse().ok()?, minute.parse().ok()?);
        (hour <= 24 && minute < 60 && hour * 60 + minute <= DAY).then_some(hour * 60 + minute)
    };
    let mut out = Vec::new();
    for part in text.split(',') {
        let (from, until) = part.split_once('-')?;
        let (from, until) = (minute(from)?, minute(until)?);
        out.push((from, if until <= from { until + DAY } else { until }));
    }
    out.sort_unstable();
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn turkey() -> Calendar {
        let definitions = meydan_kernel::catalogue::load(&meydan_modules::sources()).expect("definitions");
        Calendar::new(&definitions.calendar, &[])
    }

    fn at(text: &str) -> Timestamp {
        text.parse().expect("an instant")
    }

    #[test]
    fn open_at_work_closed_at_noon_on_holidays_and_at_weekends() {
        let calendar = turkey();
        let hours = Opening::parse("Mo-Fr 08:00-12:00,13:00-17:00; Sa 09:00-13:00").expect("hours");
        let state = |instant: &str| hours.at(&calendar, at(instant));
        // Tuesday, 24 November 2026.
        assert_eq!(state("2026-11-24T09:30:00+03:00"), State::Open(at("2026-11-24T12:00:00+03:00")));
        assert_eq!(state("2026-11-24T12:10:00+03:00"), State::Closed(Some(at("2026-11-24T13:00:00+03:00")), None));
        assert_eq!(state("2026-11-28T12:00:00+03:00"), State::Open(at("2026-11-28T13:00:00+03:00")));
        // After Saturday noon comes Monday morning.
        assert_eq!(state("2026-11-28T14:00:00+03:00"), State::Closed(Some(at("2026-11-30T08:00:00+03:00")), None));
        // 29 October is Republic Day, its eve ends at 13:00.
        assert!(
            matches!(state("2026-10-29T10:00:00+03:00"), State::Closed(Some(opens), Some(_)) if opens == at("2026-10-30T08:00:00+03:00"))
        );
        assert!(matches!(state("2026-10-28T14:00:00+03:00"), State::Closed(_, Some(_))));
        assert_eq!(Opening::parse("24/7").map(|o| o.at(&calendar, at("2026-10-29T03:00:00+03:00"))), Some(State::Always));
        let night = Opening::parse("Mo-Su 20:00-02:00").expect("hours");
        assert_eq!(night.at(&calendar, at("2026-11-25T01:00:00+03:00")), State::Open(at("2026-11-25T02:00:00+03:00")));
    }

    #[test]
    fn what_is_not_understood_is_no_promise() {
        for text in ["", "sunrise-sunset", "Mo-Fr", "Mo-Fr 8-17", "PH 08:00-10:00", "Xx 08:00-10:00", "25:00-26:00"] {
            assert_eq!(Opening::parse(text), None, "{text}");
        }
        assert!(Opening::parse("Mo-Fr 08:00-17:00; PH off").is_some());
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in "[a-zA-Z0-9 :,;/-]{0,40}") {
            let _ = Opening::parse(&text);
        }
    }
}
