//! How much working time lies between: for reports on who held a case how long.

use super::{Calendar, instant};
use jiff::{SignedDuration, Timestamp, civil::Date};

impl Calendar {
    /// Working days after `a` up to and with `b`; negative if `b` comes first. Counted as terms are: the nth working day after
    /// `a` is `n` away.
    pub fn working_days_between(&self, a: Date, b: Date) -> i64 {
        if b < a {
            return -self.working_days_between(b, a);
        }
        let mut days = 0;
        let mut day = a;
        while day < b {
            // `b` is a later date, so there is a next one.
            let Some(next) = instant::shift(day, 1) else { break };
            day = next;
            days += i64::from(self.is_working_day(day));
        }
        days
    }

    /// Whole minutes of office time between two instants; negative if `b` comes first.
    pub fn office_minutes_between(&self, a: Timestamp, b: Timestamp) -> i64 {
        if b < a {
            return -self.office_minutes_between(b, a);
        }
        self.office_between(a, b).as_mins()
    }

    /// Office time from `a` until `b`; none if `b` comes first.
    pub(super) fn office_between(&self, a: Timestamp, b: Timestamp) -> SignedDuration {
        let ((first, from), (last, until)) = (instant::local(a), instant::local(b));
        let mut sum = SignedDuration::ZERO;
        let mut day = first;
        while day <= last {
            for (open, close) in self.office(day) {
                let open = if day == first { open.max(from) } else { open };
                let close = if day == last { close.min(until) } else { close };
                sum += (close - open).max(SignedDuration::ZERO);
            }
            let Some(next) = instant::shift(day, 1) else { break };
            day = next;
        }
        sum
    }
}
