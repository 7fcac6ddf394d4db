//! How long records are kept, and which of them are due to be destroyed (KVKK article 7; regulation RG 28.10.2017/30224).
//!
//! Years end as the Law of Obligations no. 6098 counts them (article 92): on the day of the same name, or on the month's last day
//! where there is none (29 February). That day still belongs to the time of keeping; the day after it the record is due.

#[cfg(test)]
mod tests;

use crate::{
    Record, Register, Value, Version,
    catalogue::Destroys,
    desk::erased,
    post::{DESTRUCTION, day},
};
use jiff::{Span, civil::Date};
use std::sync::Arc;
use uuid::Uuid;

/// Register of what must not be destroyed now (*yasal saklama*): evidence in a case.
pub const LEGAL_HOLD: &str = "legal_hold";
/// Records of destructions are kept for so many years at least, whatever a definition says (RG 30224, article 7).
pub const DESTRUCTION_YEARS: u32 = 3;
/// Periodic destruction must not be further apart than this (RG 30224, article 11); the house does it each day.
pub const MAX_MONTHS_APART: u32 = 6;

/// What a register's definition says about keeping, made ready.
#[derive(Debug, Clone)]
pub struct Rule {
    register: Arc<Register>,
    years: u32,
    after: Option<usize>,
    fields: Vec<usize>,
    whole: bool,
}

/// A record whose time is over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Due {
    /// The record.
    pub id: Uuid,
    /// The day that the years count from.
    pub since: Date,
    /// The last day on which it was to be kept.
    pub kept_until: Date,
    /// How many of its versions hold something that is to go.
    pub versions: usize,
}

impl Rule {
    /// The rule of a register; `None` if its records are kept for ever, or hold nothing that would be destroyed.
    pub fn of(register: &Arc<Register>) -> Option<Self> {
        let retention = register.retention.as_ref()?;
        let years = retention.years?;
        let whole = retention.destroys == Destroys::Record;
        let goes = |i: &usize| whole || register.fields.get(*i).is_some_and(|f| f.personal);
        let fields: Vec<usize> = (0..register.fields.len()).filter(goes).collect();
        let least = if register.name == DESTRUCTION { DESTRUCTION_YEARS } else { 0 };
        (!fields.is_empty()).then(|| Self {
            years: years.max(least),
            after: retention.after.as_ref().and_then(|name| register.field_index(name)),
            fields,
            whole,
            register: Arc::clone(register),
        })
    }

    /// The register.
    pub fn register(&self) -> &Arc<Register> {
        &self.register
    }

    /// How many years records are kept.
    pub fn years(&self) -> u32 {
        self.years
    }

    /// Indexes of the fields that go; `None` for the whole record, its geometry too.
    pub fn fields(&self) -> Option<Vec<usize>> {
        (!self.whole).then(|| self.fields.clone())
    }

    /// The record as due on a day, by all of its versions (oldest first); `None` if it isn't due, or nothing of it is left.
    pub fn due(&self, versions: &[Version], today: Date) -> Option<Due> {
        let holding = versions.iter().filter(|v| self.holds(&v.record)).count();
        let since = self.since(versions).filter(|_| holding > 0)?;
        let kept_until = self.kept_until(since);
        let id = versions.last()?.record.id;
        (today > kept_until).then_some(Due { id, since, kept_until, versions: holding })
    }

    /// False if the record can't be due: a quick look at its current version, if it has one, and the earlier ones (oldest first).
    pub fn may_be_due(&self, current: Option<&Record>, past: &[Record], today: Date) -> bool {
        let all = || past.iter().chain(current);
        let earliest = || {
            if let Some(day) = self.counted(all().next_back()?) {
                return Some(day);
            }
            if self.counts_from_the_beginning() {
                return all().next().map(|r| day(r.recorded_at));
            }
            // Which version was the end isn't known here; the first one it can't have been.
            let earliest = past.get(1).or(past.first()).filter(|_| current.is_none());
            earliest.map(|r| day(r.recorded_at))
        };
        all().any(|r| self.holds(r)) && earliest().is_some_and(|since| today > self.kept_until(since))
    }

    /// The day that the years count from.
    fn since(&self, versions: &[Version]) -> Option<Date> {
        if let Some(day) = self.counted(&versions.last()?.record) {
            return Some(day);
        }
        if self.counts_from_the_beginning() {
            return versions.first().map(|v| day(v.record.recorded_at));
        }
        versions.iter().find(|v| v.deleted).map(|v| day(v.record.recorded_at))
    }

    /// The day in the field that the years count from.
    fn counted(&self, record: &Record) -> Option<Date> {
        match record.values.get(self.after?)? {
            Value::Date(date) => Some(*date),
            Value::Timestamp(at) => Some(day(*at)),
            _ => None,
        }
    }

    /// An entry of a journal says what happened when it was written.
    fn counts_from_the_beginning(&self) -> bool {
        self.register.journal && self.after.is_none()
    }

    fn kept_until(&self, since: Date) -> Date {
        years_after(since, self.years)
    }

    /// True if a version holds something that is to go.
    fn holds(&self, record: &Record) -> bool {
        let gone = |i: &usize| record.values.get(*i).is_none_or(|v| v.is_null() || *v == erased(&self.register, *i));
        !self.fields.iter().all(gone) || (self.whole && record.geometry.is_some())
    }
}

/// The day so many years later; the month's last day where there is none of that name.
pub fn years_after(day: Date, years: u32) -> Date {
    let span = Span::new().try_years(i64::from(years));
    span.and_then(|span| day.checked_add(span)).unwrap_or(Date::MAX)
}
