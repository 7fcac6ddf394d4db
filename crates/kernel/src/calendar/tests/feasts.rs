//! Every day of 2015–2035 against the two other calendars; where they differ, the difference has a name.

use super::*;
use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

/// Whole and half holidays.
#[derive(Debug, PartialEq, Eq, Default)]
struct Days {
    whole: BTreeSet<Date>,
    half: BTreeSet<Date>,
}

fn reference(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/08-reference-tr").join(name);
    fs::read_to_string(&path).unwrap_or_else(|e| panic!("{} is needed beside the checkout: {e}", path.display()))
}

fn all_days() -> impl Iterator<Item = Date> {
    day("2015-01-01").series(jiff::Span::new().days(1)).take_while(|date| date.year() <= 2035)
}

/// Our holidays: the calendar of Turkey is asked for every day.
fn ours() -> Days {
    let calendar = calendar();
    let mut days = Days::default();
    for date in all_days() {
        match calendar.offs(date).map(|off| off.shut).max() {
            Some(Shut::Whole) => days.whole.insert(date),
            Some(Shut::Afternoon) => days.half.insert(date),
            None => continue,
        };
    }
    days
}

#[test]
fn the_first_calendar_has_the_same_days_and_names() {
    let text = reference("tr_holidays_2015_2035_pypi_holidays.csv");
    let calendar = calendar();
    let mut theirs = Days::default();
    let mut estimated = BTreeSet::new();
    for line in text.lines().skip(1) {
        let (date, names) = line.split_once(',').unwrap();
        let (date, names) = (day(date), names.trim_matches('"'));
        // Two on one day stand in one line; a whole one makes the day whole.
        let whole: Vec<_> = names.split("; ").filter(|name| !name.contains("(saat 13.00'ten)")).collect();
        let days = if whole.is_empty() { &mut theirs.half } else { &mut theirs.whole };
        assert!(days.insert(date), "{date} twice");
        if names.contains("(tahmini)") {
            estimated.insert(date);
        }
        let ours: Vec<_> = calendar.offs(date).filter(|off| off.shut == Shut::Whole).map(|off| off.name.tr.as_str()).collect();
        for name in whole {
            assert!(ours.contains(&name.trim_end_matches(" (tahmini)")), "{date}: {name} is none of {ours:?}");
        }
    }
    assert_eq!(theirs.whole.len() + theirs.half.len(), 354, "rows of the file");
    assert_eq!(ours(), theirs);

    // What they call estimated we do, and nothing else.
    let estimates = CalendarDef { holidays: turkey().holidays.into_iter().filter(|h| h.estimated).collect(), ..turkey() };
    let estimates = Calendar::new(&estimates, &[]);
    assert_eq!(all_days().filter(|date| estimates.offs(*date).next().is_some()).collect::<BTreeSet<_>>(), estimated);
}

/// The second calendar has feasts as spans from 18:00 on the eve, no 28 October, and computes the moon itself.
#[test]
fn the_second_calendar_differs_where_it_is_known_to() {
    let text = reference("tr_holidays_2015_2035_npm_date-holidays.tsv");
    let mut theirs: BTreeSet<Date> = BTreeSet::new();
    let mut feasts: BTreeMap<Date, i64> = BTreeMap::new();
    for line in text.lines().skip(1) {
        let columns: Vec<&str> = line.split('\t').collect();
        let [_, date, _, _, name, _, _] = columns[..] else { panic!("seven columns: {line}") };
        let length = match name {
            "Ramazan Bayramı" => 3,
            "Kurban Bayramı" => 4,
            _ => 1,
        };
        if length > 1 {
            feasts.insert(day(date), length);
        }
        theirs.extend((0..length).map(|shift| instant::shift(day(date), shift).unwrap()));
    }
    let ours = ours();
    let mut more: BTreeSet<Date> = theirs.difference(&ours.whole).copied().collect();
    let mut less: BTreeSet<Date> = ours.whole.difference(&theirs).copied().collect();
    let explained = |days: &mut BTreeSet<Date>, date: &str, why: &str| assert!(days.remove(&day(date)), "{date}: {why}");

    // 15 July is holiday by law 6752 of October 2016; they have it from the beginning.
    explained(&mut more, "2015-07-15", "before the law");
    explained(&mut more, "2016-07-15", "before the law");
    // Sacrifice 2015: the Presidency's 24–27 Sept, theirs (Umm al-Qura) 23–26.
    explained(&mut more, "2015-09-23", "the Presidency's eve");
    explained(&mut less, "2015-09-27", "the Presidency's fourth day");
    // Ramadan 2016: the Presidency's 5–7 July, theirs 6–8.
    explained(&mut more, "2016-07-08", "a day after the Presidency's feast");
    explained(&mut less, "2016-07-05", "the Presidency's first day");
    // Sacrifice 2016: the Presidency's 12–15 Sept, theirs 11–14.
    explained(&mut more, "2016-09-11", "the Presidency's eve");
    explained(&mut less, "2016-09-15", "the Presidency's fourth day");
    assert_eq!((more, less), (BTreeSet::new(), BTreeSet::new()));

    // Our half days are the eves of their feasts but for those three, and 28 October; an eve on a holiday is no half day.
    let mut eves: BTreeSet<Date> = feasts.keys().map(|first| instant::shift(*first, -1).unwrap()).collect();
    for (theirs, presidency) in [("2015-09-22", "2015-09-23"), ("2016-07-05", "2016-07-04"), ("2016-09-10", "2016-09-11")] {
        assert!(eves.remove(&day(theirs)));
        eves.insert(day(presidency));
    }
    eves.extend((2015..=2035).map(|year| jiff::civil::date(year, 10, 28)));
    eves.retain(|eve| !ours.whole.contains(eve));
    assert_eq!(ours.half, eves);
    assert_eq!(feasts.len(), 43, "21 years, two feasts each, three in 2033");
}

#[test]
fn the_calendar_knows_which_years_it_knows() {
    let calendar = calendar();
    assert!((2015..=2035).all(|year| calendar.knows(year)));
    assert!(!calendar.knows(2014) && !calendar.knows(2036));
    // What comes every year is known in the others too, from its first year on.
    assert!(!calendar.is_working_day(day("2040-10-29")) && !calendar.is_working_day(day("2014-05-01")));
    assert!(calendar.is_working_day(day("2008-05-01")) && calendar.is_working_day(day("2013-07-15")));
}
