//! Days from when to when. Both ends are included: on the last day a standing is there, the day after it is gone.

use jiff::civil::Date;

/// Days from one to another; an open end has no limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Period {
    first: Date,
    last: Date,
}

impl Period {
    /// From the one day to the other, both included.
    pub(super) fn new(from: Option<Date>, until: Option<Date>) -> Self {
        Self { first: from.unwrap_or(Date::MIN), last: until.unwrap_or(Date::MAX) }
    }

    /// A single day.
    pub(super) fn day(day: Date) -> Self {
        Self { first: day, last: day }
    }

    pub(super) fn first(self) -> Date {
        self.first
    }

    pub(super) fn last(self) -> Date {
        self.last
    }

    pub(super) fn has(self, day: Date) -> bool {
        self.first <= day && day <= self.last
    }

    /// The days that are in both.
    pub(super) fn meet(self, other: Self) -> Option<Self> {
        let both = Self { first: self.first.max(other.first), last: self.last.min(other.last) };
        (both.first <= both.last).then_some(both)
    }

    /// True if every day of the other is in this.
    pub(super) fn covers(self, other: Self) -> bool {
        self.first <= other.first && other.last <= self.last
    }
}

/// True if the parts together leave no day of the whole out. Parts that follow each other day on day have no gap.
pub(super) fn covered(parts: &[Period], whole: Period) -> bool {
    let mut parts: Vec<Period> = parts.iter().filter_map(|p| p.meet(whole)).collect();
    parts.sort_by_key(|p| p.first);
    let mut wanted = whole.first;
    for part in parts {
        if part.first > wanted {
            return false;
        }
        if part.last >= whole.last {
            return true;
        }
        // It ends before the whole does, so there is a next day.
        let Ok(next) = part.last.tomorrow() else { return true };
        wanted = wanted.max(next);
    }
    false
}

/// On the fullest day of the whole: how many of the parts run.
pub(super) fn most_at_once(parts: &[Period], whole: Period) -> usize {
    let parts: Vec<Period> = parts.iter().filter_map(|p| p.meet(whole)).collect();
    // It can only grow on a day on which one begins.
    parts.iter().map(|begun| parts.iter().filter(|p| p.has(begun.first)).count()).max().unwrap_or(0)
}
