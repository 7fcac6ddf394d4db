//! Pauses: how much of a term is left, and where it ends when it goes on.

use super::{Calendar, Term, instant, term};
use crate::Result;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

/// What is left of a term at the beginning of a pause. Kept with the case while it waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Left {
    /// The end before the pause; going on never ends earlier.
    pub end: Timestamp,
    /// How much was left.
    pub rest: Rest,
}

/// An amount of a term that is left.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rest {
    /// Nothing: it was over before the pause, and stays over.
    Nothing,
    /// Days after the pause's first, before the end was moved off a closed day.
    CalendarDays(u32),
    /// Working days after the pause's first day.
    WorkingDays(u32),
    /// Time within the office hours.
    Office(SignedDuration),
    /// Time of day and night.
    Hours(SignedDuration),
}

impl Rest {
    /// The rest as a term, office time and hours rounded up. To be given to [`Calendar::left`] in a second pause.
    pub fn term(self) -> Term {
        let up = |duration: SignedDuration, unit: i64| {
            let part = i64::from(duration.subsec_nanos() > 0);
            u32::try_from((duration.as_secs() + part + unit - 1) / unit).unwrap_or(u32::MAX)
        };
        match self {
            Self::Nothing => Term::Hours(0),
            Self::CalendarDays(n) => Term::CalendarDays(n),
            Self::WorkingDays(n) => Term::WorkingDays(n),
            Self::Office(duration) => Term::OfficeMinutes(up(duration, 60)),
            Self::Hours(duration) => Term::Hours(up(duration, 3600)),
        }
    }
}

impl Calendar {
    /// How much of a term is left at an instant, for a pause that begins then.
    ///
    /// `event` and `term` are what the running clock counts from: at first the event and the whole term, after a pause the
    /// instant at which it went on and [`Rest::term`]. `end` is its present end. (By them a term in calendar days knows its end
    /// before that moved off a weekend, so that a pause doesn't win the days of the weekend. If `end` isn't theirs, because
    /// somebody moved it by hand, it is counted to `end`.)
    ///
    /// The pause's first day has passed; the rest begins on the day after the one on which it goes on, as every term does: a
    /// pause from Friday to Sunday takes nothing, one from Friday to Monday gives back one working day. On the last day nothing
    /// is left, and it ends on the day on which it goes on (if that is closed, on the first working day after).
    pub fn left(&self, event: Timestamp, end: Timestamp, at: Timestamp, term: Term) -> Left {
        let days = |n: i64| u32::try_from(n.max(0)).unwrap_or(u32::MAX);
        let ((day, _), (last, _)) = (instant::local(at), instant::local(end));
        let rest = match term {
            _ if at > end => Rest::Nothing,
            Term::CalendarDays(_) | Term::Months(_) => {
                let own = self.end(event, term).is_ok_and(|own| own == end);
                let planned = term::last_day(instant::local(event).0, term, 1).ok().filter(|_| own).unwrap_or(last);
                Rest::CalendarDays(days(instant::days_between(day, planned)))
            }
            Term::WorkingDays(_) => Rest::WorkingDays(days(self.working_days_between(day, last))),
            Term::OfficeHours(_) | Term::OfficeMinutes(_) => Rest::Office(self.office_between(at, end)),
            Term::Hours(_) => Rest::Hours(end.duration_since(at)),
        };
        Left { end, rest }
    }

    /// The new end of a term that goes on at an instant after a pause; never earlier than the end before it.
    ///
    /// # Errors
    /// As [`Calendar::end`].
    pub fn resume(&self, at: Timestamp, left: Left) -> Result<Timestamp> {
        let end = match left.rest {
            Rest::Nothing => left.end,
            Rest::Office(duration) => self.office_end(at, duration)?,
            Rest::Hours(duration) => at.checked_add(duration).map_err(instant::out_of_range)?,
            Rest::CalendarDays(_) | Rest::WorkingDays(_) => self.end(at, left.rest.term())?,
        };
        Ok(end.max(left.end))
    }
}
