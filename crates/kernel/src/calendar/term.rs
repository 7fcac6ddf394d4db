//! Terms: how long something may take, and the instant at which they end.

use super::{Calendar, MAX_WALK_DAYS, instant};
use crate::{Bilingual, Error, Result};
use jiff::{SignedDuration, Timestamp, civil::Date};
use serde::{Deserialize, Serialize};

/// Most days of a term.
const MAX_DAYS: u32 = 3_660;
/// Most months of a term.
const MAX_MONTHS: u32 = 120;
/// Most hours of a term.
const MAX_HOURS: u32 = MAX_DAYS * 24;

/// How long something may take. In definitions `{ working_days = 15 }`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Term {
    /// Days, closed ones too; if the last one is closed the term ends with the first working day after.
    CalendarDays(u32),
    /// Working days.
    WorkingDays(u32),
    /// Hours within the office hours only.
    OfficeHours(u32),
    /// Minutes within the office hours only.
    OfficeMinutes(u32),
    /// Hours that run on day and night.
    Hours(u32),
    /// Months: until the day with the event's number, or the month's last day; moves as days do.
    Months(u32),
}

impl Term {
    /// The term in words: “15 iş günü”, “15 working days”.
    pub fn text(self) -> Bilingual {
        let (n, tr, one, many) = match self {
            Self::CalendarDays(n) => (n, "gün", "day", "days"),
            Self::WorkingDays(n) => (n, "iş günü", "working day", "working days"),
            Self::OfficeHours(n) => (n, "mesai saati", "office hour", "office hours"),
            Self::OfficeMinutes(n) => (n, "mesai dakikası", "office minute", "office minutes"),
            Self::Hours(n) => (n, "saat", "hour", "hours"),
            Self::Months(n) => (n, "ay", "month", "months"),
        };
        Bilingual::new(format!("{n} {tr}"), format!("{n} {}", if n == 1 { one } else { many }))
    }

    /// Checks that the term is not beyond ten years, the longest that this house counts.
    ///
    /// # Errors
    /// `term-too-long`.
    pub fn check(self) -> Result<()> {
        let (n, most) = match self {
            Self::CalendarDays(n) | Self::WorkingDays(n) => (n, MAX_DAYS),
            Self::OfficeHours(n) | Self::Hours(n) => (n, MAX_HOURS),
            Self::OfficeMinutes(n) => (n, MAX_HOURS * 60),
            Self::Months(n) => (n, MAX_MONTHS),
        };
        if n <= most {
            return Ok(());
        }
        let text = self.text();
        Err(Error::invalid(
            "term-too-long",
            format!("{} çok uzun bir süre; en çok on yıl yazılabilir.", text.tr),
            format!("{} is too long; a term has ten years at most.", text.en),
        ))
    }

    /// The time within the office hours, if the term is counted so.
    fn office(self) -> Option<SignedDuration> {
        match self {
            Self::OfficeHours(n) => Some(SignedDuration::from_hours(n.into())),
            Self::OfficeMinutes(n) => Some(SignedDuration::from_mins(n.into())),
            _ => None,
        }
    }
}

impl Calendar {
    /// The last instant of a term that begins with an event.
    ///
    /// Days are counted from the day after the event's; the end is the last second of the last day (23:59:59). A term in days or
    /// months whose last day is closed ends with the first working day after. Hours run on at once and never move; office hours
    /// pass only while the office is at work.
    ///
    /// # Errors
    /// `term-too-long`, `date-out-of-range`, `no-working-day`, `no-office-hours`.
    pub fn end(&self, event: Timestamp, term: Term) -> Result<Timestamp> {
        term.check()?;
        let (day, _) = instant::local(event);
        match term {
            Term::CalendarDays(_) | Term::Months(_) => instant::end_of(self.working_day_from(last_day(day, term, 1)?)?),
            Term::WorkingDays(n) => instant::end_of(self.working_day(day, n, 1)?),
            Term::Hours(n) => event.checked_add(SignedDuration::from_hours(n.into())).map_err(instant::out_of_range),
            Term::OfficeHours(_) | Term::OfficeMinutes(_) => {
                self.office_end(event, term.office().unwrap_or(SignedDuration::ZERO))
            }
        }
    }

    /// The instant a term before an end, for warnings.
    ///
    /// For days and months the beginning of the day on which as many are left: three working days before Friday's end is
    /// Tuesday 00:00, for Wednesday, Thursday and Friday are left then. If that day is closed it is the working day before, as
    /// nobody would read the warning.
    ///
    /// # Errors
    /// As [`Self::end`].
    pub fn before(&self, end: Timestamp, term: Term) -> Result<Timestamp> {
        term.check()?;
        let (day, _) = instant::local(end);
        match term {
            Term::CalendarDays(_) | Term::Months(_) => instant::start_of(self.working_day(last_day(day, term, -1)?, 0, -1)?),
            Term::WorkingDays(n) => instant::start_of(self.working_day(day, n, -1)?),
            Term::Hours(n) => end.checked_sub(SignedDuration::from_hours(n.into())).map_err(instant::out_of_range),
            Term::OfficeHours(_) | Term::OfficeMinutes(_) => {
                self.office_start(end, term.office().unwrap_or(SignedDuration::ZERO))
            }
        }
    }

    /// The first instant by which as much office time has passed since another.
    pub(super) fn office_end(&self, from: Timestamp, amount: SignedDuration) -> Result<Timestamp> {
        if amount <= SignedDuration::ZERO {
            return Ok(from);
        }
        let (mut date, mut since) = instant::local(from);
        let mut left = amount;
        for _ in 0..MAX_WALK_DAYS {
            for (open, close) in self.office(date) {
                let open = open.max(since);
                if open >= close {
                    continue;
                }
                if left <= close - open {
                    return instant::at(date, open + left);
                }
                left -= close - open;
            }
            (date, since) = (instant::step(date, 1)?, SignedDuration::ZERO);
        }
        Err(no_office_hours())
    }

    /// The last instant from which as much office time passes until another.
    fn office_start(&self, until: Timestamp, amount: SignedDuration) -> Result<Timestamp> {
        if amount <= SignedDuration::ZERO {
            return Ok(until);
        }
        let (mut date, mut since) = instant::local(until);
        let mut left = amount;
        for _ in 0..MAX_WALK_DAYS {
            for (open, close) in self.office(date).rev() {
                let close = close.min(since);
                if open >= close {
                    continue;
                }
                if left <= close - open {
                    return instant::at(date, close - left);
                }
                left -= close - open;
            }
            (date, since) = (instant::step(date, -1)?, SignedDuration::from_hours(24));
        }
        Err(no_office_hours())
    }
}

/// The last day of a term in days or months before it moves; `way` is 1 forwards, −1 backwards.
pub(super) fn last_day(day: Date, term: Term, way: i64) -> Result<Date> {
    match term {
        Term::Months(n) => {
            let months = jiff::Span::new().try_months(i64::from(n) * way).map_err(instant::out_of_range)?;
            day.checked_add(months).map_err(instant::out_of_range)
        }
        Term::CalendarDays(n) => instant::step(day, i64::from(n) * way),
        _ => Ok(day),
    }
}

fn no_office_hours() -> Error {
    Error::invalid(
        "no-office-hours",
        "Takvimde bu süreyi dolduracak kadar mesai saati yok.",
        "The calendar has not enough office hours for this term.",
    )
}
