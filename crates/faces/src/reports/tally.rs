//! What is counted of cases, and the condition behind each number. Pure: values in, numbers out.

use jiff::{SignedDuration, Timestamp, civil::Date};
use meydan_kernel::{Record, Register, Value, calendar::Calendar, case::instant, post::day};
use std::collections::BTreeMap;
use uuid::Uuid;

/// Minutes of the unit that times are counted in: a tenth of an hour.
const TENTH_MINUTES: i64 = 6;
/// Limit: days that an office clock covers.
const MAX_DAYS: i64 = 40 * 366;

/// The instants that numbers about now go by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moments {
    /// Now.
    pub now: Timestamp,
    /// Until when a deadline counts as near.
    pub soon: Timestamp,
}

/// One number of a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Number {
    /// All.
    All,
    /// Not closed.
    Open,
    /// Closed.
    Closed,
    /// Closed, and no deadline was missed.
    InTime,
    /// Open, the deadline is over.
    LateNow,
    /// Open, not begun, the deadline is near.
    LateSoon,
    /// Opened again at least once.
    Reopened,
    /// Answered.
    Answered,
    /// The applicant told how satisfied they are.
    Rated,
}

impl Number {
    /// All of them.
    pub const ALL: [Self; 9] = [
        Self::All,
        Self::Open,
        Self::Closed,
        Self::InTime,
        Self::LateNow,
        Self::LateSoon,
        Self::Reopened,
        Self::Answered,
        Self::Rated,
    ];

    /// Its word in answers.
    pub const fn word(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::Open => "open",
            Self::Closed => "closed",
            Self::InTime => "in_time",
            Self::LateNow => "late_now",
            Self::LateSoon => "late_soon",
            Self::Reopened => "reopened",
            Self::Answered => "answered",
            Self::Rated => "rated",
        }
    }

    /// True if a case is counted.
    pub fn holds(self, case: &Case, at: &Moments) -> bool {
        let open = case.closed.is_none();
        match self {
            Self::All => true,
            Self::Open => open,
            Self::Closed => !open,
            Self::InTime => !open && !case.late,
            Self::LateNow => open && case.due.is_some_and(|due| due < at.now),
            Self::LateSoon => open && case.started.is_none() && case.due.is_some_and(|due| due >= at.now && due <= at.soon),
            Self::Reopened => case.reopened > 0,
            Self::Answered => case.answered.is_some(),
            Self::Rated => case.rating.is_some(),
        }
    }

    /// The same as CQL2 text; `None` for all.
    pub fn condition(self, at: &Moments) -> Option<String> {
        let (now, soon) = (written(at.now), written(at.soon));
        Some(match self {
            Self::All => return None,
            Self::Open => "closed_at IS NULL".to_owned(),
            Self::Closed => "closed_at IS NOT NULL".to_owned(),
            Self::InTime => "closed_at IS NOT NULL AND late = FALSE".to_owned(),
            Self::LateNow => format!("closed_at IS NULL AND due_at < {now}"),
            Self::LateSoon => format!("closed_at IS NULL AND started_at IS NULL AND due_at >= {now} AND due_at <= {soon}"),
            Self::Reopened => "reopened > 0".to_owned(),
            Self::Answered => "answered_at IS NOT NULL".to_owned(),
            Self::Rated => "rating IS NOT NULL".to_owned(),
        })
    }
}

/// An instant as CQL2 text, to the microsecond that records have.
pub fn written(at: Timestamp) -> String {
    format!("TIMESTAMP('{}')", Timestamp::from_microsecond(at.as_microsecond()).unwrap_or(at))
}

/// What of a case is counted.
#[derive(Debug, Clone, PartialEq)]
pub struct Case {
    /// Id.
    pub id: Uuid,
    /// Kind.
    pub kind: Option<String>,
    /// Channel.
    pub channel: Option<String>,
    /// Category.
    pub category: Option<Uuid>,
    /// Unit that has it.
    pub unit: Option<Uuid>,
    /// Neighbourhood.
    pub neighbourhood: Option<Uuid>,
    /// When it came.
    pub received: Option<Timestamp>,
    /// When work began.
    pub started: Option<Timestamp>,
    /// First answer.
    pub answered: Option<Timestamp>,
    /// When it was closed.
    pub closed: Option<Timestamp>,
    /// Nearest deadline.
    pub due: Option<Timestamp>,
    /// A deadline was missed.
    pub late: bool,
    /// How often it was opened again.
    pub reopened: i64,
    /// Satisfaction, 1–5.
    pub rating: Option<i64>,
    /// Longitude and latitude.
    pub place: Option<(f64, f64)>,
}

/// The fields of a case that numbers go by; none is personal.
pub const FIELDS: [&str; 13] = [
    "kind",
    "channel",
    "category",
    "unit",
    "neighbourhood",
    "received_at",
    "started_at",
    "answered_at",
    "closed_at",
    "due_at",
    "late",
    "reopened",
    "rating",
];

/// Those of them that everybody sees of a public request.
pub const PUBLIC_FIELDS: [&str; 8] =
    ["kind", "category", "unit", "neighbourhood", "received_at", "closed_at", "due_at", "late"];

impl Case {
    /// From a record of a register of requests.
    pub fn read(register: &Register, record: &Record) -> Self {
        let text = |name: &str| match record.value(register, name) {
            Some(Value::Text(text)) => Some(text.clone()),
            _ => None,
        };
        let id = |name: &str| match record.value(register, name) {
            Some(Value::Reference(id)) => Some(*id),
            _ => None,
        };
        let number = |name: &str| match record.value(register, name) {
            Some(Value::Int(number)) => Some(*number),
            _ => None,
        };
        let place = record.geometry.as_ref().and_then(meydan_geo::Wkb::bbox);
        Self {
            id: record.id,
            kind: text("kind"),
            channel: text("channel"),
            category: id("category"),
            unit: id("unit"),
            neighbourhood: id("neighbourhood"),
            received: instant(register, record, "received_at"),
            started: instant(register, record, "started_at"),
            answered: instant(register, record, "answered_at"),
            closed: instant(register, record, "closed_at"),
            due: instant(register, record, "due_at"),
            late: record.value(register, "late") == Some(&Value::Bool(true)),
            reopened: number("reopened").unwrap_or(0),
            rating: number("rating"),
            place: place.map(|b| ((b.min_x + b.max_x) / 2.0, (b.min_y + b.max_y) / 2.0)),
        }
    }
}

/// Times, counted to the tenth of an hour: as exact as they are shown, in memory that doesn't grow with the number of cases.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Spread {
    counts: BTreeMap<u32, u32>,
    number: u64,
}

impl Spread {
    /// Adds a time in minutes; a negative one is none.
    pub fn add(&mut self, minutes: i64) {
        let tenths = (minutes.max(0) + TENTH_MINUTES / 2) / TENTH_MINUTES;
        *self.counts.entry(u32::try_from(tenths).unwrap_or(u32::MAX)).or_default() += 1;
        self.number += 1;
    }

    /// How many there are.
    pub const fn number(&self) -> u64 {
        self.number
    }

    /// The median in hours: the middle one, or between the two.
    pub fn median(&self) -> Option<f64> {
        let upper = self.at(self.number / 2)?;
        let lower = if self.number.is_multiple_of(2) { self.at(self.number / 2 - 1)? } else { upper };
        Some((lower + upper) / 2.0)
    }

    /// The 90th percentile in hours by the nearest rank: nine of ten took no longer.
    pub fn ninetieth(&self) -> Option<f64> {
        self.at((self.number * 9).div_ceil(10).checked_sub(1)?)
    }

    /// The time at a rank from 0, in hours.
    fn at(&self, rank: u64) -> Option<f64> {
        let mut seen = 0;
        self.counts.iter().find_map(|(tenths, count)| {
            seen += u64::from(*count);
            (seen > rank).then(|| f64::from(*tenths) / 10.0)
        })
    }
}

/// What is counted of a group of cases.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tally {
    numbers: [u64; Number::ALL.len()],
    /// Sum of the ratings.
    pub rating_sum: i64,
    /// From coming in to the first answer, calendar time.
    pub answer: Spread,
    /// The same in office hours.
    pub answer_office: Spread,
    /// From coming in to the end, calendar time.
    pub close: Spread,
    /// The same in office hours.
    pub close_office: Spread,
}

impl Tally {
    /// How many cases a number counts.
    pub fn get(&self, number: Number) -> u64 {
        self.numbers.get(number as usize).copied().unwrap_or(0)
    }

    /// Adds a case.
    pub fn add(&mut self, case: &Case, times: &Times, at: &Moments) {
        for (number, slot) in Number::ALL.into_iter().zip(&mut self.numbers) {
            *slot += u64::from(number.holds(case, at));
        }
        self.rating_sum += case.rating.unwrap_or(0);
        if let Some((calendar, office)) = times.answer {
            self.answer.add(calendar);
            self.answer_office.add(office);
        }
        if let Some((calendar, office)) = times.close {
            self.close.add(calendar);
            self.close_office.add(office);
        }
    }

    /// Share of one number in another, in percent; none of none.
    pub fn share(&self, part: Number, whole: Number) -> Option<f64> {
        let whole = self.get(whole);
        (whole > 0).then(|| 100.0 * self.get(part) as f64 / whole as f64)
    }

    /// The mean rating.
    pub fn rating(&self) -> Option<f64> {
        let rated = self.get(Number::Rated);
        (rated > 0).then(|| self.rating_sum as f64 / rated as f64)
    }
}

/// How long a case took, in minutes of the calendar and of the office.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Times {
    /// To the first answer.
    pub answer: Option<(i64, i64)>,
    /// To the end.
    pub close: Option<(i64, i64)>,
}

impl Times {
    /// Of a case.
    pub fn of(case: &Case, clock: &OfficeClock) -> Self {
        let until = |end: Option<Timestamp>| {
            let (from, end) = case.received.zip(end)?;
            Some((end.duration_since(from).as_mins(), clock.between(from, end)))
        };
        Self { answer: until(case.answered), close: until(case.closed) }
    }
}

/// The office hours of many days added up, so that the time between two instants is two look-ups.
pub struct OfficeClock {
    first: Date,
    /// Minutes of the office before each day, and its hours in minutes since midnight.
    days: Vec<(i64, Vec<(i64, i64)>)>,
}

impl OfficeClock {
    /// The clock of a calendar from one day to another.
    pub fn new(calendar: &Calendar, first: Date, last: Date) -> Self {
        let mut days = Vec::new();
        let (mut sum, mut date) = (0, first);
        for _ in 0..MAX_DAYS {
            let spans: Vec<(i64, i64)> =
                calendar.office_spans(date).iter().map(|s| (i64::from(s.from()), i64::from(s.until()))).collect();
            let today: i64 = spans.iter().map(|(from, until)| (until - from).max(0)).sum();
            days.push((sum, spans));
            sum += today;
            match date.tomorrow() {
                Ok(next) if next <= last => date = next,
                _ => break,
            }
        }
        Self { first, days }
    }

    /// Whole minutes of office time from one instant to another within the days; 0 if the second comes first.
    pub fn between(&self, from: Timestamp, until: Timestamp) -> i64 {
        (self.seconds(until) - self.seconds(from)).max(0) / 60
    }

    /// Seconds of office time from the first day on.
    fn seconds(&self, at: Timestamp) -> i64 {
        let date = day(at);
        let Ok(since) = self.first.until(date) else { return 0 };
        let Ok(index) = usize::try_from(since.get_days()) else { return 0 };
        let Some((before, spans)) = self.days.get(index) else {
            return self.days.last().map_or(0, |(sum, spans)| (sum + spans.iter().map(|(f, u)| u - f).sum::<i64>()) * 60);
        };
        let second = (at + SignedDuration::from_hours(3)).as_second().rem_euclid(86_400);
        let today: i64 = spans.iter().map(|(from, until)| (second.min(until * 60) - from * 60).max(0)).sum();
        before * 60 + today
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn middle_and_ninetieth_are_those_of_the_sorted_times() {
        let spread = |minutes: &[i64]| {
            let mut spread = Spread::default();
            minutes.iter().for_each(|m| spread.add(*m));
            spread
        };
        assert_eq!((spread(&[]).median(), spread(&[]).ninetieth()), (None, None));
        let ten = spread(&[60, 120, 180, 240, 300, 360, 420, 480, 540, 6_000]);
        assert_eq!((ten.median(), ten.ninetieth(), ten.number()), (Some(5.5), Some(9.0), 10));
        assert_eq!(spread(&[-5, 60, 120]).median(), Some(1.0));
    }

    fn turkey() -> Calendar {
        let definitions = meydan_kernel::catalogue::load(&meydan_modules::sources()).expect("definitions");
        Calendar::new(&definitions.calendar, &[])
    }

    proptest! {
        #[test]
        fn the_office_clock_says_what_the_calendar_says(from in 0..86_400 * 1_500_i64, takes in 0..86_400 * 90_i64) {
            static CLOCK: std::sync::LazyLock<(Calendar, OfficeClock)> = std::sync::LazyLock::new(|| {
                let calendar = turkey();
                let day = |text: &str| text.parse::<Date>().expect("a day");
                let clock = OfficeClock::new(&calendar, day("2022-12-31"), day("2027-07-01"));
                (calendar, clock)
            });
            let (calendar, clock) = &*CLOCK;
            let from = Timestamp::from_second(1_672_531_200 + from).expect("an instant");
            let until = from + SignedDuration::from_secs(takes);
            prop_assert_eq!(clock.between(from, until), calendar.office_minutes_between(from, until));
        }
    }
}
