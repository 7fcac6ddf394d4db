//! Who may act in which post, held against a plain model of the same rules over random organisations, with instants around the
//! midnights of the city.

#![allow(clippy::unwrap_used, missing_docs)]

mod world;

use jiff::{SignedDuration, Timestamp, civil::Date};
use meydan_kernel::{
    Act, Record, Value,
    permission::{Capacity, Limits},
    post::{Directory, Rows, StandingKey},
};
use proptest::prelude::*;
use std::{collections::BTreeSet, sync::Arc};
use uuid::Uuid;
use world::{dice::Dice, registers, town::text};

/// The days of the worlds: a leap day and the turn of a year are among them.
const FIRST: Date = Date::constant(2023, 12, 28);
const DAYS: usize = 80;

/// Rows as plain data: ids by position, days by number.
#[derive(Debug)]
struct Plain {
    persons: Vec<(Uuid, bool)>,
    units: Vec<(Uuid, Option<usize>, Span)>,
    posts: Vec<(Uuid, usize, Span)>,
    /// Person, post, days.
    holdings: Vec<(usize, usize, Span)>,
    /// Id, delegator, delegate, only post, days, approved.
    proxies: Vec<(Uuid, usize, usize, Option<usize>, Span, bool)>,
}

type Span = (Option<usize>, Option<usize>);

fn date(day: usize) -> Date {
    FIRST.checked_add(SignedDuration::from_hours(24 * day as i64)).expect("a date")
}

fn span(dice: &mut Dice) -> Span {
    let from = dice.percent(85).then(|| dice.below(DAYS / 2));
    let until = dice.percent(60).then(|| from.unwrap_or(0) + dice.below(DAYS));
    (from, until)
}

fn roll(dice: &mut Dice) -> Plain {
    let persons = (0..4).map(|_| (dice.uuid(), dice.percent(80))).collect();
    // A unit may stand under any other: rings happen, and have to end.
    let units = (0..5).map(|_| (dice.uuid(), dice.percent(70).then(|| dice.below(5)), span(dice))).collect();
    let posts = (0..4).map(|_| (dice.uuid(), dice.below(5), span(dice))).collect();
    let holdings = (0..7).map(|_| (dice.below(4), dice.below(4), span(dice))).collect();
    let proxies = (0..5)
        .map(|_| {
            let post = dice.percent(40).then(|| dice.below(4));
            (dice.uuid(), dice.below(4), dice.below(4), post, span(dice), dice.percent(75))
        })
        .collect();
    Plain { persons, units, posts, holdings, proxies }
}

fn directory(plain: &Plain, dice: &mut Dice) -> Directory {
    let catalogue = registers::catalogue();
    let days = |span: &Span| [span.0, span.1].map(|day| day.map_or(Value::Null, |d| Value::Date(date(d))));
    let reference = |id: Uuid| Value::Reference(id);
    let row = |id: Uuid, mut values: Vec<Value>, days: [Value; 2]| {
        values.extend(days);
        Record::draft(id, values, None)
    };
    let units = plain.units.iter().enumerate().map(|(n, (id, parent, span))| {
        let parent = parent.map_or(Value::Null, |p| reference(plain.units[p].0));
        row(*id, vec![text(&format!("u{n}")), text("Birim"), parent], days(span))
    });
    let posts = plain.posts.iter().enumerate().map(|(n, (id, unit, span))| {
        row(*id, vec![text("Görev"), text(&format!("r{n}")), reference(plain.units[*unit].0)], days(span))
    });
    let persons = plain.persons.iter().map(|(id, active)| {
        let status = if *active { "active" } else { "left" };
        Record::draft(*id, vec![text("Ayşe"), text("Çınar"), Value::Null, Value::Null, text(status)], None)
    });
    let holdings = plain.holdings.iter().map(|(person, post, span)| {
        let values = vec![reference(plain.persons[*person].0), reference(plain.posts[*post].0)];
        (values, days(span))
    });
    let holdings: Vec<Record> = holdings.map(|(values, days)| row(dice.uuid(), values, days)).collect();
    let proxies = plain.proxies.iter().map(|(id, delegator, delegate, post, span, approved)| {
        let post = post.map_or(Value::Null, |p| reference(plain.posts[p].0));
        let status = text(if *approved { "approved" } else { "asked" });
        let persons = [*delegator, *delegate].map(|p| reference(plain.persons[p].0));
        let [delegator, delegate] = persons;
        row(*id, vec![delegator, delegate, post, text("read, update"), text("job"), status], days(span))
    });
    let rows = [
        ("unit", units.collect::<Vec<_>>()),
        ("post", posts.collect()),
        ("person", persons.collect()),
        ("holding", holdings),
        ("proxy", proxies.collect()),
    ];
    let rows = rows.map(|(name, records)| Rows { register: Arc::clone(catalogue.register(name).unwrap()), records });
    Directory::from_rows(&rows)
}

/// Person, post and proxy of everybody who may act, by the plain rules. A holding has a first day; a proxy a first and a last.
fn model(plain: &Plain, person: usize, day: usize) -> BTreeSet<(Uuid, Option<Uuid>)> {
    let runs = |(from, until): Span| from.is_none_or(|f| f <= day) && until.is_none_or(|u| day <= u);
    let mut out = BTreeSet::new();
    let mut add = |holder: usize, only: Option<usize>, proxy: Option<Uuid>| {
        for (of, post, span) in &plain.holdings {
            let (id, unit, of_post) = plain.posts[*post];
            let stands = *of == holder && span.0.is_some() && runs(*span) && runs(of_post) && runs(plain.units[unit].2);
            if stands && only.is_none_or(|only| only == *post) {
                out.insert((id, proxy));
            }
        }
    };
    if !plain.persons[person].1 {
        return out;
    }
    add(person, None, None);
    for (id, delegator, delegate, only, span, approved) in &plain.proxies {
        let dated = span.0.is_some() && span.1.is_some();
        if *delegate == person && *approved && dated && runs(*span) && plain.persons[*delegator].1 {
            add(*delegator, *only, Some(*id));
        }
    }
    out
}

/// True if one unit stands above another, or is it.
fn is_above(plain: &Plain, above: usize, unit: usize) -> bool {
    let mut at = Some(unit);
    for _ in 0..=plain.units.len() {
        match at {
            Some(here) if here == above => return true,
            Some(here) => at = plain.units[here].1,
            None => return false,
        }
    }
    false
}

fn compare(seed: u64) -> usize {
    let mut dice = Dice::new(seed);
    let plain = roll(&mut dice);
    let directory = directory(&plain, &mut dice);
    let mut standing_days = 0;
    for day in 0..DAYS {
        // The city's midnight is at 21:00 of the day before in UTC; the day lasts until just before the next.
        let start: Timestamp = format!("{}T00:00:00+03:00", date(day)).parse().expect("an instant");
        let end = start + SignedDuration::from_hours(24) - SignedDuration::from_micros(1);
        for (n, (person, active)) in plain.persons.iter().enumerate() {
            let expected = model(&plain, n, day);
            standing_days += expected.len();
            for at in [start, end] {
                assert_eq!(meydan_kernel::post::day(at), date(day));
                let found = directory.standings(*person, meydan_kernel::post::day(at));
                let keys: BTreeSet<_> = found.iter().map(|s| (s.post, s.proxy.as_ref().map(|p| p.proxy))).collect();
                assert_eq!(keys, expected, "seed {seed}, day {day}, person {n}: {plain:#?}");
                for (id, ..) in &plain.posts {
                    for proxy in std::iter::once(None).chain(plain.proxies.iter().map(|p| Some(p.0))) {
                        let key = StandingKey { post: *id, proxy };
                        let came = directory.principal(*person, Some(&key), Act::default(), at);
                        assert_eq!(came.is_ok(), expected.contains(&(*id, proxy)));
                        let Ok(principal) = came else { continue };
                        assert_eq!(principal.act.on_behalf_of.is_some(), proxy.is_some());
                        let powers = Limits {
                            actions: Some(vec![
                                meydan_kernel::catalogue::Action::Read,
                                meydan_kernel::catalogue::Action::Update,
                            ]),
                            registers: Some(vec!["job".to_owned()]),
                        };
                        assert_eq!(principal.limits, proxy.map(|_| powers).into_iter().collect::<Vec<_>>());
                    }
                }
                let unasked = directory.principal(*person, None, Act::default(), at);
                assert_eq!(unasked.is_ok(), *active);
                if let Ok(Capacity::Post(standing)) = unasked.map(|p| p.capacity) {
                    assert!(standing.proxy.is_none(), "nobody stands in for somebody without saying so");
                }
            }
        }
    }
    for (n, (id, ..)) in plain.units.iter().enumerate() {
        let line = directory.line(*id).expect("every unit has a line");
        let below: BTreeSet<Uuid> =
            (0..plain.units.len()).filter(|u| is_above(&plain, n, *u)).map(|u| plain.units[u].0).collect();
        assert_eq!(line.below.iter().copied().collect::<BTreeSet<_>>(), below);
        let above: BTreeSet<String> =
            (0..plain.units.len()).filter(|u| is_above(&plain, *u, n)).map(|u| format!("u{u}")).collect();
        assert_eq!(line.codes.iter().cloned().collect::<BTreeSet<_>>(), above);
        assert_eq!(line.codes[0], format!("u{n}"));
    }
    standing_days
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, ..ProptestConfig::default() })]

    #[test]
    fn standings_are_those_of_the_plain_rules(seed: u64) {
        compare(seed);
    }
}

#[test]
fn the_worlds_have_standings() {
    assert!((0..20).map(compare).sum::<usize>() > 500);
}

#[test]
fn a_login_that_differs_in_case_does_not_take_anothers_place() {
    let catalogue = registers::catalogue();
    let person = |login: &str, status: &str| {
        Record::draft(Uuid::now_v7(), vec![text("A"), text("B"), text(login), Value::Null, text(status)], None)
    };
    let rows = |records: Vec<Record>| [Rows { register: Arc::clone(catalogue.register("person").unwrap()), records }];
    let (first, second) = (person("ışıl", "active"), person("IŞIL", "active"));
    let directory = Directory::from_rows(&rows(vec![first.clone(), second.clone()]));
    assert_eq!(directory.by_login(" Işıl ").map(|p| p.id), Some(first.id));
    // A keyboard without Turkish letters, or with the lock on, finds the same person.
    assert_eq!(directory.by_login("ISIL").map(|p| p.id), Some(first.id));
    let left = person("ışıl", "left");
    let directory = Directory::from_rows(&rows(vec![left, second.clone()]));
    assert_eq!(directory.by_login("ışıl").map(|p| p.id), Some(second.id));
}
