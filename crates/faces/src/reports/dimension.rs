//! What cases are grouped by.

use super::tally::{Case, written};
use jiff::{Timestamp, ToSpan, civil::Date};
use meydan_kernel::post::day;

/// A period longer than so many days is told by months.
const MAX_WEEKLY_DAYS: i32 = 120;

/// What cases are grouped by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dimension {
    /// Kind of request.
    Kind,
    /// Category.
    Category,
    /// Unit that has it.
    Unit,
    /// Neighbourhood.
    Neighbourhood,
    /// Channel.
    Channel,
}

impl Dimension {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Kind, Self::Category, Self::Unit, Self::Neighbourhood, Self::Channel];

    /// The field.
    pub const fn field(self) -> &'static str {
        match self {
            Self::Kind => "kind",
            Self::Category => "category",
            Self::Unit => "unit",
            Self::Neighbourhood => "neighbourhood",
            Self::Channel => "channel",
        }
    }

    /// The case's value; empty for none.
    pub fn key(self, case: &Case) -> String {
        let id = |id: Option<uuid::Uuid>| id.map(|id| id.to_string()).unwrap_or_default();
        match self {
            Self::Kind => case.kind.clone().unwrap_or_default(),
            Self::Channel => case.channel.clone().unwrap_or_default(),
            Self::Category => id(case.category),
            Self::Unit => id(case.unit),
            Self::Neighbourhood => id(case.neighbourhood),
        }
    }

    /// The condition of one group, as CQL2 text.
    pub fn condition(self, key: &str) -> String {
        match key {
            "" => format!("{} IS NULL", self.field()),
            key => format!("{} = '{}'", self.field(), key.replace('\'', "''")),
        }
    }
}

/// A week (from Monday) or a month, cut to the period reported on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Slice {
    /// First day.
    pub first: Date,
    /// Last day.
    pub last: Date,
}

impl Slice {
    /// The slices of a period, in order.
    pub fn of(first: Date, last: Date) -> Vec<Self> {
        let weekly = first.until(last).is_ok_and(|span| span.get_days() <= MAX_WEEKLY_DAYS);
        let mut slices = Vec::new();
        let mut from = first;
        while from <= last {
            let end = match weekly {
                true => from.saturating_add((7 - i64::from(from.weekday().to_monday_one_offset())).days()),
                false => from.last_of_month(),
            };
            slices.push(Self { first: from, last: end.min(last) });
            match end.tomorrow() {
                Ok(next) => from = next,
                Err(_) => break,
            }
        }
        slices
    }

    /// Where an instant's slice stands among these.
    pub fn index(slices: &[Self], at: Timestamp) -> Option<usize> {
        let date = day(at);
        let index = slices.partition_point(|s| s.last < date);
        slices.get(index).filter(|s| s.first <= date).map(|_| index)
    }

    /// The condition, as CQL2 text.
    pub fn condition(self) -> String {
        let (from, until) = bounds(self.first, self.last);
        format!("received_at >= {} AND received_at < {}", written(from), written(until))
    }
}

/// The first instant of a day, and the first after another, in the city's time.
pub fn bounds(first: Date, last: Date) -> (Timestamp, Timestamp) {
    let offset = jiff::tz::Offset::constant(3);
    let start = |date: Date| offset.to_timestamp(date.at(0, 0, 0, 0));
    let from = start(first).unwrap_or(Timestamp::MIN);
    (from, last.tomorrow().and_then(start).unwrap_or(Timestamp::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slices_cover_the_period_without_a_gap() {
        let date = |text: &str| text.parse::<Date>().expect("a day");
        for (first, last) in [("2026-11-01", "2026-11-24"), ("2025-12-15", "2026-11-24"), ("2026-11-24", "2026-11-24")] {
            let slices = Slice::of(date(first), date(last));
            assert_eq!(slices.first().map(|s| s.first), Some(date(first)));
            assert_eq!(slices.last().map(|s| s.last), Some(date(last)));
            assert!(slices.windows(2).all(|w| w[0].last.tomorrow().expect("a day") == w[1].first));
        }
        let slices = Slice::of(date("2026-11-01"), date("2026-11-24"));
        assert_eq!(slices[1], Slice { first: date("2026-11-02"), last: date("2026-11-08") });
        // A quarter of an hour before midnight in the city is the same day.
        let late = "2026-11-08T20:45:00Z".parse().expect("an instant");
        assert_eq!(Slice::index(&slices, late), Some(1));
    }
}
