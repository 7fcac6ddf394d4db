//! No gap at midnight and none between two that follow each other.

use super::super::calendar::{Period, covered, most_at_once};
use super::world::{World, on};
use jiff::{ToSpan, civil::Date};
use proptest::prelude::*;

fn date() -> impl Strategy<Value = Date> {
    (0i64..800).prop_map(|days| on(2025, 1, 1).checked_add(days.days()).unwrap())
}

fn period() -> impl Strategy<Value = (Date, Date)> {
    (date(), 0i64..60).prop_map(|(from, days)| (from, from.checked_add(days.days()).unwrap()))
}

fn days(parts: &[(Date, Date)]) -> Vec<Period> {
    parts.iter().map(|(from, until)| Period::new(Some(*from), Some(*until))).collect()
}

fn each_day(from: Date, until: Date) -> impl Iterator<Item = Date> {
    std::iter::successors(Some(from), |d| d.tomorrow().ok()).take_while(move |d| *d <= until)
}

proptest! {
    #[test]
    fn covering_is_covering_each_day(parts in prop::collection::vec(period(), 0..6), (from, until) in period()) {
        let by_day = each_day(from, until).all(|d| parts.iter().any(|(f, u)| *f <= d && d <= *u));
        prop_assert_eq!(covered(&days(&parts), Period::new(Some(from), Some(until))), by_day);
    }

    #[test]
    fn the_fullest_day_is_the_fullest(parts in prop::collection::vec(period(), 0..8), (from, until) in period()) {
        let fullest = each_day(from, until).map(|d| parts.iter().filter(|(f, u)| *f <= d && d <= *u).count()).max();
        prop_assert_eq!(most_at_once(&days(&parts), Period::new(Some(from), Some(until))), fullest.unwrap_or(0));
    }

    #[test]
    fn consecutive_parts_have_no_gap(start in date(), lengths in prop::collection::vec(0i64..40, 1..6)) {
        let (mut parts, mut next) = (Vec::new(), start);
        for length in lengths {
            let last = next.checked_add(length.days()).unwrap();
            parts.push((next, last));
            next = last.tomorrow().unwrap();
        }
        let end = parts.last().unwrap().1;
        prop_assert!(covered(&days(&parts), Period::new(Some(start), Some(end))));
        prop_assert!(!covered(&days(&parts), Period::new(Some(start), Some(next))));
        prop_assert_eq!(most_at_once(&days(&parts), Period::new(None, None)), 1);
    }

    /// On the first and the last day the deputy stands in, the day before and after not; two proxies that follow each other day
    /// on day leave no day out, and none doubled.
    #[test]
    fn a_standing_is_there_on_its_last_day_and_gone_the_day_after(from in date(), one in 0i64..30, two in 0i64..30) {
        let mut world = World::new();
        let between = from.checked_add(one.days()).unwrap();
        let last = between.checked_add((two + 1).days()).unwrap();
        world.approved("head", "manager", "head", (from, between));
        world.approved("head", "manager", "head", (between.tomorrow().unwrap(), last));
        let directory = world.directory();
        let stands = |day| directory.standings(world.id("manager"), day).iter().filter(|s| s.proxy.is_some()).count();
        for day in each_day(from, last) {
            prop_assert_eq!(stands(day), 1, "{}", day);
        }
        prop_assert_eq!(stands(from.yesterday().unwrap()), 0);
        prop_assert_eq!(stands(last.tomorrow().unwrap()), 0);
    }
}

#[test]
fn open_ends_have_no_limit() {
    let ever = Period::new(None, None);
    assert!(covered(&[ever], ever) && ever.covers(Period::day(on(2026, 1, 1))));
    let halves = [Period::new(None, Some(on(2026, 1, 1))), Period::new(Some(on(2026, 1, 2)), None)];
    assert!(covered(&halves, ever));
    let gap = [Period::new(None, Some(on(2026, 1, 1))), Period::new(Some(on(2026, 1, 3)), None)];
    assert!(!covered(&gap, ever) && !covered(&[], ever));
}

#[test]
fn the_day_ends_at_midnight_in_the_city() {
    let mut world = World::new();
    world.approved("head", "manager", "head", (on(2026, 3, 1), on(2026, 3, 14)));
    let directory = world.directory();
    let stands = |instant: &str| {
        let day = meydan_kernel::post::day(instant.parse().unwrap());
        directory.standings(world.id("manager"), day).iter().any(|s| s.proxy.is_some())
    };
    // Midnight in Trabzon is nine in the evening in UTC.
    assert!(!stands("2026-02-28T20:59:59.999999Z") && stands("2026-02-28T21:00:00Z"));
    assert!(stands("2026-03-14T20:59:59.999999Z") && !stands("2026-03-14T21:00:00Z"));
}
