//! The working calendar and the terms of law that are counted by it. Pure arithmetic: the definition and the days of
//! administrative leave come in, instants go out.
//!
//! Days are the city's ([`crate::post::day`], UTC+3 all year, also for instants before September 2016). Two questions are kept
//! apart: is a day a *working day* by law (for terms in days), and within which hours is the *office* at work (for service
//! promises in hours). Nothing here panics for any instant; what lies beyond the years that can be written is an [`Error`].

mod between;
mod instant;
mod model;
mod pause;
mod term;
#[cfg(test)]
mod tests;
#[cfg(test)]
pub(crate) use tests::turkey;

pub use model::{Annual, CalendarDef, Closure, EVE_FROM, Holiday, HolidayKind, OfficeDay, OfficeHours, On, Span};
pub use pause::{Left, Rest};
pub use term::Term;

use crate::{Bilingual, Error, Result};
use jiff::{
    SignedDuration,
    civil::{Date, Weekday},
};
use std::collections::{BTreeSet, HashMap};

/// How many days a search for a working day or for office hours may walk: a hundred years.
const MAX_WALK_DAYS: usize = 36_525;

/// How much of a day is closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Shut {
    Afternoon,
    Whole,
}

/// One reason why a day is closed.
#[derive(Debug, Clone)]
struct Off {
    shut: Shut,
    leave: bool,
    name: Bilingual,
}

/// A reason that comes back every year.
#[derive(Debug, Clone)]
struct Yearly {
    on: Annual,
    from_year: Option<i16>,
    until_year: Option<i16>,
    /// Days after `on`; −1 for its eve.
    shift: i64,
    off: Off,
}

impl Yearly {
    fn falls_on(&self, date: Date) -> bool {
        let Some(base) = instant::shift(date, -self.shift) else { return false };
        (base.month(), base.day()) == (self.on.month(), self.on.day())
            && self.from_year.is_none_or(|year| base.year() >= year)
            && self.until_year.is_none_or(|year| base.year() <= year)
    }
}

/// A [`CalendarDef`] with the days of leave, ready to be asked.
#[derive(Debug, Clone)]
pub struct Calendar {
    dated: HashMap<Date, Vec<Off>>,
    yearly: Vec<Yearly>,
    years: BTreeSet<i16>,
    eve_counts: bool,
    leave_counts: bool,
    office_days: Vec<Weekday>,
    office_hours: Vec<Span>,
}

impl Calendar {
    /// The calendar of a definition, with the days of administrative leave that were entered by hand.
    pub fn new(def: &CalendarDef, closures: &[Closure]) -> Self {
        let mut office_hours = def.office_hours.hours.clone();
        office_hours.sort_unstable();
        let mut calendar = Self {
            dated: HashMap::new(),
            yearly: Vec::new(),
            years: BTreeSet::new(),
            eve_counts: def.eve_counts,
            leave_counts: def.leave_counts,
            office_days: def.office_hours.days.iter().map(|day| day.weekday()).collect(),
            office_hours,
        };
        for holiday in &def.holidays {
            calendar.add(holiday);
        }
        for closure in closures {
            let shut = if closure.half { Shut::Afternoon } else { Shut::Whole };
            let name = Bilingual::new("İdari izin", "Administrative leave");
            calendar.dated.entry(closure.date).or_default().push(Off { shut, leave: true, name });
        }
        calendar
    }

    fn add(&mut self, holiday: &Holiday) {
        let shut = if holiday.half { Shut::Afternoon } else { Shut::Whole };
        let whole = (0..i64::from(holiday.days)).map(|shift| (shift, shut, &holiday.name));
        for (shift, shut, name) in holiday.eve.iter().map(|name| (-1, Shut::Afternoon, name)).chain(whole) {
            let off = Off { shut, leave: false, name: name.clone() };
            match &holiday.on {
                On::Dates { date } => {
                    for date in date.iter().filter_map(|date| instant::shift(*date, shift)) {
                        self.dated.entry(date).or_default().push(off.clone());
                    }
                }
                On::Yearly { every, from_year, until_year } => {
                    self.yearly.push(Yearly { on: *every, from_year: *from_year, until_year: *until_year, shift, off });
                }
            }
        }
        if let (On::Dates { date }, HolidayKind::Religious) = (&holiday.on, holiday.kind) {
            self.years.extend(date.iter().map(|date| date.year()));
        }
    }

    /// Every reason why a day is closed, beside its being a weekend.
    fn offs(&self, date: Date) -> impl Iterator<Item = &Off> {
        let yearly = self.yearly.iter().filter(move |yearly| yearly.falls_on(date)).map(|yearly| &yearly.off);
        self.dated.get(&date).into_iter().flatten().chain(yearly)
    }

    /// True if the moving feasts of a year are written in the definition. In other years weekends and the days that come every
    /// year are all that is known, so a term may end too early.
    pub fn knows(&self, year: i16) -> bool {
        self.years.contains(&year)
    }

    /// True if the day is a working day by law: not Saturday, not Sunday, no holiday. An eve is one if the definition's
    /// `eve_counts` says so, a day of leave if its `leave_counts` does.
    pub fn is_working_day(&self, date: Date) -> bool {
        !is_weekend(date)
            && !self.offs(date).any(|off| match off.shut {
                _ if off.leave && self.leave_counts => false,
                Shut::Whole => true,
                Shut::Afternoon => !self.eve_counts,
            })
    }

    /// The hours that the office is at work that day, in order: none on a holiday, only until 13:00 on an eve.
    pub fn office_spans(&self, date: Date) -> Vec<Span> {
        if !self.office_days.contains(&date.weekday()) {
            return Vec::new();
        }
        let close = match self.offs(date).map(|off| off.shut).max() {
            Some(Shut::Whole) => return Vec::new(),
            Some(Shut::Afternoon) => EVE_FROM,
            None => model::DAY_MINUTES,
        };
        self.office_hours.iter().filter_map(|span| Span::new(span.from(), span.until().min(close)).ok()).collect()
    }

    /// Why the day is closed, or closed in the afternoon: the holiday's name, the leave, or the weekend.
    pub fn why_closed(&self, date: Date) -> Option<Bilingual> {
        // Of two that close as much, the one written first (`max_by_key` would take the last).
        let mut best: Option<&Off> = None;
        for off in self.offs(date) {
            if best.is_none_or(|b| off.shut > b.shut) {
                best = Some(off);
            }
        }
        match best {
            Some(off) if off.shut == Shut::Whole || !is_weekend(date) => Some(off.name.clone()),
            _ if is_weekend(date) => Some(Bilingual::new("Hafta sonu", "Weekend")),
            _ => None,
        }
    }

    /// The first working day after a day.
    ///
    /// # Errors
    /// `date-out-of-range`, `no-working-day`.
    pub fn next_working_day(&self, date: Date) -> Result<Date> {
        self.working_day(date, 1, 1)
    }

    /// The day itself if it is a working day, else the first one after: where a term that ends on it ends.
    ///
    /// # Errors
    /// `date-out-of-range`, `no-working-day`.
    pub fn working_day_from(&self, date: Date) -> Result<Date> {
        self.working_day(date, 0, 1)
    }

    /// The `n`th working day after (`step` 1) or before (−1) a day; for none the day itself or the first one that way.
    fn working_day(&self, date: Date, n: u32, step: i64) -> Result<Date> {
        let (mut day, mut left) = (date, n);
        if n > 0 {
            day = instant::step(day, step)?;
            left -= 1;
        }
        for _ in 0..=MAX_WALK_DAYS {
            if self.is_working_day(day) {
                if left == 0 {
                    return Ok(day);
                }
                left -= 1;
            }
            day = instant::step(day, step)?;
        }
        Err(Error::invalid(
            "no-working-day",
            "Takvimde yüz yıl içinde yeterince iş günü yok.",
            "The calendar has not enough working days in a hundred years.",
        ))
    }

    /// The office hours of a day as times since its midnight.
    fn office(&self, date: Date) -> impl DoubleEndedIterator<Item = (SignedDuration, SignedDuration)> {
        self.office_spans(date).into_iter().map(|span| (instant::minutes(span.from()), instant::minutes(span.until())))
    }
}

/// Saturday and Sunday are the weekly rest of public offices (law 657 art. 99).
fn is_weekend(date: Date) -> bool {
    matches!(date.weekday(), Weekday::Saturday | Weekday::Sunday)
}
