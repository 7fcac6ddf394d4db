//! What holds for every event and every term.

use super::*;
use proptest::prelude::*;
use std::sync::LazyLock;

static CALENDARS: LazyLock<[Calendar; 3]> = LazyLock::new(|| {
    let leave = ["2026-05-25", "2026-12-31", "2027-03-12"].map(|date| Closure { date: day(date), half: false });
    [calendar(), calendar_without_eves(), Calendar::new(&turkey(), &leave)]
});

fn a_calendar() -> impl Strategy<Value = &'static Calendar> {
    (0usize..3).prop_map(|n| &CALENDARS[n])
}

/// Instants of 2015–2035, to the nanosecond; near the feasts of 2026 more often.
fn an_instant() -> impl Strategy<Value = Timestamp> {
    let span = |from: &str, until: &str| {
        (at(from).as_second()..at(until).as_second(), 0..1_000_000_000_i32)
            .prop_map(|(second, nano)| Timestamp::new(second, nano).unwrap())
    };
    prop_oneof![span("2015-01-01", "2035-12-31"), span("2026-05-01", "2026-06-30")]
}

fn a_term() -> impl Strategy<Value = Term> {
    (0u32..70, 0usize..6).prop_map(|(n, unit)| term(unit, n))
}

fn term(unit: usize, n: u32) -> Term {
    let make = [Term::CalendarDays, Term::WorkingDays, Term::OfficeHours, Term::OfficeMinutes, Term::Hours, Term::Months];
    make[unit](n)
}

fn in_days(term: Term) -> bool {
    matches!(term, Term::CalendarDays(_) | Term::WorkingDays(_) | Term::Months(_))
}

/// A pause of a running clock: calendar, event, term, beginning, end.
fn a_pause() -> impl Strategy<Value = (&'static Calendar, Timestamp, Term, Timestamp, Timestamp)> {
    let hour = 3_600_000_000_000_i64;
    (a_calendar(), an_instant(), a_term(), 0..100 * 24 * hour, 0..40 * 24 * hour).prop_map(
        |(calendar, event, term, from, long)| {
            let from = event.checked_add(SignedDuration::from_nanos(from)).unwrap();
            // Mostly while it runs: what lies behind its end is taken into it.
            let end = calendar.end(event, term).unwrap();
            let from = if from > end && from.as_second() % 8 > 0 { event.max(end - (from - event)) } else { from };
            (calendar, event, term, from, from.checked_add(SignedDuration::from_nanos(long)).unwrap())
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn later_events_and_longer_terms_never_end_earlier(
        (calendar, a, b) in (a_calendar(), an_instant(), an_instant()), (unit, n, more) in (0usize..6, 0u32..70, 0u32..5),
    ) {
        let (a, b) = (a.min(b), a.max(b));
        let end = calendar.end(a, term(unit, n)).unwrap();
        prop_assert!(crate::post::day(end) >= crate::post::day(a));
        prop_assert!(calendar.end(b, term(unit, n)).unwrap() >= end);
        prop_assert!(calendar.end(a, term(unit, n + more)).unwrap() >= end);
    }

    #[test]
    fn a_term_in_days_never_ends_on_a_closed_day(calendar in a_calendar(), event in an_instant(), term in a_term()) {
        let end = calendar.end(event, term).unwrap();
        let last = crate::post::day(end);
        if in_days(term) {
            prop_assert!(calendar.is_working_day(last));
            prop_assert_eq!(end, end_of(&last.to_string()));
        }
        if let Term::WorkingDays(n @ 1..) = term {
            prop_assert_eq!(calendar.working_days_between(crate::post::day(event), last), i64::from(n));
            // A warning as long before the end is on the event's day, or the working day before.
            let warned = crate::post::day(calendar.before(end, term).unwrap());
            prop_assert!(warned <= crate::post::day(event) && calendar.working_days_between(warned, last) == i64::from(n));
        }
        if let Term::OfficeHours(n @ 1..) = term {
            prop_assert_eq!(calendar.office_minutes_between(event, end), i64::from(n) * 60);
            let start = calendar.before(end, term).unwrap();
            prop_assert!(start >= event && calendar.office_minutes_between(event, start) == 0);
        }
    }

    #[test]
    fn a_pause_of_no_length_changes_nothing((calendar, event, term, at, _) in a_pause()) {
        let end = calendar.end(event, term).unwrap();
        let left = calendar.left(event, end, at, term);
        prop_assert_eq!(calendar.resume(at, left).unwrap(), end);
        // Nor is the floor under the end what does it.
        if left.rest != Rest::Nothing {
            let floorless = Left { end: Timestamp::MIN, ..left };
            prop_assert_eq!(calendar.resume(at, floorless).unwrap(), end);
        }
    }

    #[test]
    fn a_pause_gives_back_what_it_took((calendar, event, term, from, until) in a_pause()) {
        let end = calendar.end(event, term).unwrap();
        let left = calendar.left(event, end, from, term);
        let new = calendar.resume(until, Left { end: Timestamp::MIN, ..left });
        if left.rest == Rest::Nothing {
            prop_assert_eq!(calendar.resume(until, left).unwrap(), end);
            return Ok(());
        }
        let new = new.unwrap();
        prop_assert!(new >= end, "a pause shortens");
        prop_assert_eq!(calendar.resume(until, left).unwrap(), new);
        let day = crate::post::day;
        match term {
            // On its last day nothing is left: it ends on the day on which it goes on, or the first working day after.
            Term::WorkingDays(_) if left.rest == Rest::WorkingDays(0) => {
                prop_assert_eq!(day(new), calendar.working_day_from(day(until)).unwrap());
            }
            Term::WorkingDays(_) => prop_assert_eq!(
                calendar.working_days_between(day(end), day(new)),
                calendar.working_days_between(day(from), day(until)),
            ),
            Term::OfficeHours(_) | Term::OfficeMinutes(_) => {
                prop_assert_eq!(calendar.office_between(end, new), calendar.office_between(from, until));
            }
            Term::Hours(_) => prop_assert_eq!(new.duration_since(end), until.duration_since(from)),
            Term::CalendarDays(_) | Term::Months(_) => {
                let planned = term::last_day(day(event), term, 1).unwrap();
                let took = instant::days_between(day(from), day(until));
                let moved = instant::step(planned.max(day(from)), took).unwrap();
                prop_assert_eq!(day(new), calendar.working_day_from(moved).unwrap());
            }
        }
    }

    #[test]
    fn no_instant_and_no_term_panics(
        event in prop_oneof![
            (Timestamp::MIN.as_second()..=Timestamp::MAX.as_second()).prop_map(|s| Timestamp::from_second(s).unwrap()),
            (0i64..400 * 86_400).prop_map(|s| Timestamp::from_second(Timestamp::MIN.as_second() + s).unwrap()),
            (0i64..400 * 86_400).prop_map(|s| Timestamp::from_second(Timestamp::MAX.as_second() - s).unwrap()),
        ],
        (unit, n) in (0usize..6, prop_oneof![0u32..5000, any::<u32>()]),
    ) {
        let calendar = &CALENDARS[0];
        let term = term(unit, n);
        let end = calendar.end(event, term);
        let _ = calendar.before(event, term);
        let left = calendar.left(event, end.unwrap_or(event), event, term);
        let _ = calendar.resume(event, left);
        let _ = (calendar.why_closed(crate::post::day(event)), calendar.office_spans(crate::post::day(event)));
    }
}

#[test]
fn what_can_t_be_is_an_error() {
    let calendar = calendar();
    let code = |event: Timestamp, term| calendar.end(event, term).unwrap_err().code();
    assert_eq!(code(Timestamp::MAX, Term::WorkingDays(1)), "date-out-of-range");
    assert_eq!(code(Timestamp::MAX, Term::Hours(1)), "date-out-of-range");
    assert_eq!(code(at("2026-01-01"), Term::Months(u32::MAX)), "term-too-long");
    let mut shut = turkey();
    shut.office_hours.days.clear();
    let shut = Calendar::new(&shut, &[]);
    assert_eq!(shut.end(at("2026-01-01"), Term::OfficeMinutes(1)).unwrap_err().code(), "no-office-hours");
    // A calendar without holidays knows the weekends: 2026 has 261 weekdays, the first of them New Year's Day, not after itself.
    let week = Calendar::new(&CalendarDef::default(), &[]);
    assert_eq!(week.working_days_between(day("2026-01-01"), day("2026-12-31")), 260);
}
