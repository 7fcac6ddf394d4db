//! Every rule of law that is a matter of time, each with dates worked out by hand on both sides of a feast.

use super::*;

use Term::{CalendarDays, Months, WorkingDays};

/// Rule, event, term, last day where an eve counts, last day where it doesn't.
type Row = (&'static str, &'static str, Term, &'static str, &'static str);

fn check(rows: &[Row]) {
    let (with, without) = (calendar(), calendar_without_eves());
    for (rule, event, term, last, last_without_eves) in rows {
        let case = format!("{rule}: {event} + {}", term.text().en);
        assert_eq!(with.end(at(event), *term).unwrap(), end_of(last), "{case}");
        assert_eq!(without.end(at(event), *term).unwrap(), end_of(last_without_eves), "{case}, eves don't count");
    }
}

/// 26 May 2026 is a Tuesday and the eve of Sacrifice, 27–30 May (Wednesday to Saturday) the feast, 19 May a Tuesday and holiday.
#[test]
fn information_requests_by_law_4982() {
    check(&[
        // 17–20 Nov (4), 23–27 (9), 30 Nov–4 Dec (14), Mon 7 Dec (15): nothing between but weekends.
        ("art. 11", "2026-11-16", WorkingDays(15), "2026-12-07", "2026-12-07"),
        // 5–8 May (4), 11–15 (9), 18 (10), 20–22 (13), 25 (14), the eve (15); else Mon 1 June, the first after the feast.
        ("art. 11, ends on the eve", "2026-05-04", WorkingDays(15), "2026-05-26", "2026-06-01"),
        // As above, a day later: the eve is the 14th, Mon 1 June the 15th; else 2 June.
        ("art. 11, ends behind the feast", "2026-05-05", WorkingDays(15), "2026-06-01", "2026-06-02"),
        // 12–15 May (4), 18 (5), 20–22 (8), 25 (9), eve (10), 1–5 June (15); else Mon 8 June.
        ("art. 11, around the feast", "2026-05-11", WorkingDays(15), "2026-06-05", "2026-06-08"),
        // Came in on the eve itself: counting starts the day after in any case, 1–5 June (5), 8–12 (10), 15–19 (15).
        ("art. 11, came in on the eve", "2026-05-26", WorkingDays(15), "2026-06-19", "2026-06-19"),
        // Came in on a Sunday, 28 June: 29 June–3 July (5), 6–10 (10), 13, 14 (12), [15 July], 16, 17 (14), Mon 20 (15).
        ("art. 11, 15 July", "2026-06-28", WorkingDays(15), "2026-07-20", "2026-07-20"),
        // In 2016 15 July was no holiday yet (a Friday). The feast was Tue 5–Thu 7 July, Mon 4 its eve. From Mon 27 June:
        // 28–30 June, 1 July (4), eve (5), 8 July (6), 11–15 (11), 18–21 (15); else Fri 22 July.
        ("art. 11, 15 July 2016", "2016-06-27", WorkingDays(15), "2016-07-21", "2016-07-22"),
        // The first 15 as above until 5 June, then 8–12 (20), 15–19 (25), 22–26 June (30); else Mon 29 June.
        ("art. 11, extended", "2026-05-11", WorkingDays(30), "2026-06-26", "2026-06-29"),
        // 18–31 Dec: 18 (1), 21–25 (6), 28–31 (10), [1 Jan], 4–8 Jan 2027 (15).
        ("art. 11, year's end", "2026-12-17", WorkingDays(15), "2027-01-08", "2027-01-08"),
        // The board: 19–23 Oct (5), 26, 27 (7), eve of 28 Oct (8), [29 Oct], 30 (9), 2–6 Nov (14), 9–13 (19), 16–20 (24),
        // 23–27 (29), Mon 30 Nov (30); else Tue 1 Dec.
        ("the board decides", "2026-10-16", WorkingDays(30), "2026-11-30", "2026-12-01"),
        // Appeal within 15 days: 14 + 15 = Fri 29 May, in the feast → Mon 1 June.
        ("appeal, ends in the feast", "2026-05-14", CalendarDays(15), "2026-06-01", "2026-06-01"),
        // 11 + 15 = Tue 26 May, the eve.
        ("appeal, ends on the eve", "2026-05-11", CalendarDays(15), "2026-05-26", "2026-06-01"),
        // The fee: told Fri 15 May, 15 + 15 = Sat 30 May, the feast's last day → Mon 1 June.
        ("fee not paid", "2026-05-15", CalendarDays(15), "2026-06-01", "2026-06-01"),
        // 17 + 15 = Mon 1 June itself.
        ("fee not paid, behind the feast", "2026-05-17", CalendarDays(15), "2026-06-01", "2026-06-01"),
        // 18 + 15 = Tue 2 June.
        ("fee not paid, later", "2026-05-18", CalendarDays(15), "2026-06-02", "2026-06-02"),
    ]);
}

#[test]
fn petitions_by_law_3071_and_silence_by_law_2577() {
    check(&[
        // 15 Jan + 30 = Sat 14 Feb → Mon 16; 16 Jan → Sun 15 → Mon 16; 17 Jan → Mon 16 itself; 18 Jan → Tue 17.
        ("3071, ends on Saturday", "2026-01-15", CalendarDays(30), "2026-02-16", "2026-02-16"),
        ("3071, ends on Sunday", "2026-01-16", CalendarDays(30), "2026-02-16", "2026-02-16"),
        ("3071, ends on Monday", "2026-01-17", CalendarDays(30), "2026-02-16", "2026-02-16"),
        ("3071, ends on Tuesday", "2026-01-18", CalendarDays(30), "2026-02-17", "2026-02-17"),
        // 28 Sept + 30 = Wed 28 Oct, the eve; 29 Sept + 30 = Thu 29 Oct → Fri 30.
        ("3071, 28 October", "2026-09-28", CalendarDays(30), "2026-10-28", "2026-10-30"),
        ("3071, 29 October", "2026-09-29", CalendarDays(30), "2026-10-30", "2026-10-30"),
        // 26 Apr + 30 = Tue 26 May, the eve; 27 Apr + 30 = Wed 27 May, 30 Apr + 30 = Sat 30 May: both in the feast.
        ("3071, the eve", "2026-04-26", CalendarDays(30), "2026-05-26", "2026-06-01"),
        ("3071, the feast's first day", "2026-04-27", CalendarDays(30), "2026-06-01", "2026-06-01"),
        ("3071, the feast's last day", "2026-04-30", CalendarDays(30), "2026-06-01", "2026-06-01"),
        // 1 Dec + 30 = Thu 31 Dec; 2 Dec + 30 = Fri 1 Jan 2027 → Mon 4 Jan.
        ("3071, year's last day", "2026-12-01", CalendarDays(30), "2026-12-31", "2026-12-31"),
        ("3071, New Year's Day", "2026-12-02", CalendarDays(30), "2027-01-04", "2027-01-04"),
        // 2028 is a leap year; 26–28 Feb (Sat–Mon) is the feast of Ramadan: 29 Jan + 30 = Mon 28 Feb → Tue 29 Feb.
        ("3071, into the leap day", "2028-01-29", CalendarDays(30), "2028-02-29", "2028-02-29"),
        ("3071, on the leap day", "2028-01-30", CalendarDays(30), "2028-02-29", "2028-02-29"),
        ("3071, no leap day in 2027", "2027-01-30", CalendarDays(30), "2027-03-01", "2027-03-01"),
        // Ramadan 2026: Thu 19 Mar the eve, Fri 20–Sun 22 the feast. 17 Feb + 30 = 19 Mar, 18 Feb + 30 = 20 Mar.
        ("2577 art. 10, the eve", "2026-02-17", CalendarDays(30), "2026-03-19", "2026-03-23"),
        ("2577 art. 10, the feast", "2026-02-18", CalendarDays(30), "2026-03-23", "2026-03-23"),
        // Before July 2021 60 days: 1 Mar 2021 + 60 = Fri 30 Apr; 2 Mar + 60 = Sat 1 May → Mon 3 May.
        ("2577 art. 10 old", "2021-03-01", CalendarDays(60), "2021-04-30", "2021-04-30"),
        ("2577 art. 10 old, 1 May", "2021-03-02", CalendarDays(60), "2021-05-03", "2021-05-03"),
        // Four months for an answer that isn't final: 31 Oct → 28 Feb 2027, a Sunday → Mon 1 Mar; 10 Nov → Wed 10 Mar 2027, the
        // feast's second day (9–11 Mar) → Fri 12 Mar; 8 Nov → Mon 8 Mar, its eve.
        ("2577 art. 10, four months", "2026-10-31", Months(4), "2027-03-01", "2027-03-01"),
        ("2577 art. 10, in the feast", "2026-11-10", Months(4), "2027-03-12", "2027-03-12"),
        ("2577 art. 10, on the eve", "2026-11-08", Months(4), "2027-03-08", "2027-03-12"),
        // 31 Oct 2027 + 4 months = Tue 29 Feb 2028.
        ("2577 art. 10, leap day", "2027-10-31", Months(4), "2028-02-29", "2028-02-29"),
    ]);
}

/// 1 January 2033 is a Saturday and the first feast's eve, 2–4 January the feast; 22 December a Thursday and the second one's
/// eve, 23–25 December (Friday to Sunday) the feast.
#[test]
fn the_two_feasts_of_ramadan_in_2033() {
    check(&[
        ("first", "2032-12-31", WorkingDays(1), "2033-01-05", "2033-01-05"),
        ("first, in days", "2032-12-04", CalendarDays(30), "2033-01-05", "2033-01-05"),
        ("second, its eve", "2033-12-21", WorkingDays(1), "2033-12-22", "2033-12-26"),
        ("second", "2033-12-21", WorkingDays(2), "2033-12-26", "2033-12-27"),
        ("second, in days", "2033-11-23", CalendarDays(30), "2033-12-26", "2033-12-26"),
    ]);
    let ramadan = turkey().holidays.into_iter().filter(|h| h.estimated && h.days == 3).find_map(|h| match h.on {
        On::Dates { date } => Some(date),
        On::Yearly { .. } => None,
    });
    assert_eq!(ramadan.unwrap().iter().filter(|date| date.year() == 2033).count(), 2);
}

/// The day of the event is the city's: 21:30 UTC is half past midnight there, in the summers before 2016 too.
#[test]
fn the_event_s_day_is_the_city_s() {
    let calendar = calendar();
    let utc = |text: &str| text.parse::<Timestamp>().unwrap();
    // 11 May 20:59:59 UTC is still Monday; a second later it is Tuesday, and the 15th working day moves from 5 to 8 June.
    assert_eq!(calendar.end(utc("2026-05-11T20:59:59Z"), WorkingDays(15)).unwrap(), utc("2026-06-05T20:59:59Z"));
    assert_eq!(calendar.end(utc("2026-05-11T21:00:00Z"), WorkingDays(15)).unwrap(), utc("2026-06-08T20:59:59Z"));
    // January 2015, when Turkey was at UTC+2: the house keeps UTC+3, as `post::day` does. 5 Jan + 1 = Tue 6 Jan.
    assert_eq!(calendar.end(utc("2015-01-05T12:00:00Z"), WorkingDays(1)).unwrap(), utc("2015-01-06T20:59:59Z"));
}

#[test]
fn administrative_leave_closes_days_as_the_setting_says() {
    let leave = |half| [Closure { date: day("2026-05-25"), half }];
    let end = |def: &CalendarDef, leave: &[Closure]| {
        let calendar = Calendar::new(def, leave);
        (calendar.end(at("2026-05-11"), WorkingDays(15)).unwrap(), calendar.office_spans(day("2026-05-25")).len())
    };
    let turkey = turkey();
    // Mon 25 May was the 9th of 15 working days until Fri 5 June: without it the 15th is Mon 8 June.
    assert_eq!(end(&turkey, &[]), (end_of("2026-06-05"), 2));
    assert_eq!(end(&turkey, &leave(false)), (end_of("2026-06-08"), 0));
    // A free afternoon is as an eve's.
    assert_eq!(end(&turkey, &leave(true)), (end_of("2026-06-05"), 1));
    assert_eq!(end(&CalendarDef { eve_counts: false, ..turkey.clone() }, &leave(true)), (end_of("2026-06-09"), 1));
    // Law 2429 doesn't know leave: with this setting terms run on while the office is closed.
    assert_eq!(end(&CalendarDef { leave_counts: true, ..turkey.clone() }, &leave(false)), (end_of("2026-06-05"), 0));
    // A term in days that ends on the leave moves too: 25 Apr + 30 = 25 May → the eve.
    let closed = Calendar::new(&turkey, &leave(false));
    assert_eq!(closed.end(at("2026-04-25"), CalendarDays(30)).unwrap(), end_of("2026-05-26"));
    assert_eq!(closed.why_closed(day("2026-05-25")).unwrap().tr, "İdari izin");
}

/// An information request of Mon 11 May 2026 must be answered until Fri 5 June. Telling the fee stops the clock.
#[test]
fn the_fee_stops_the_clock() {
    let calendar = calendar();
    let (event, term) = (at("2026-05-11"), WorkingDays(15));
    let end = calendar.end(event, term).unwrap();
    let paused = |from: &str, until: &str| calendar.resume(at(until), calendar.left(event, end, at(from), term)).unwrap();
    // Told Fri 15 May: 12–15 May have passed (4), 11 are left. Paid Thu 21 May: 22, 25, 26 (3), 1–5 June (8), 8–10 (11).
    assert_eq!(calendar.left(event, end, at("2026-05-15"), term).rest, Rest::WorkingDays(11));
    assert_eq!(paused("2026-05-15", "2026-05-21"), end_of("2026-06-10"));
    // Paid on the fee's last day, Mon 1 June: 2–5 June (4), 8–12 (9), 15, 16 (11).
    assert_eq!(paused("2026-05-15", "2026-06-01 23:59:59"), end_of("2026-06-16"));
    // Paid on the same day, on Saturday, on Sunday: no working day has passed, none is given back; Monday gives back itself.
    for paid in ["2026-05-15 16:59", "2026-05-16", "2026-05-17 23:59"] {
        assert_eq!(paused("2026-05-15", paid), end, "{paid}");
    }
    assert_eq!(paused("2026-05-15", "2026-05-18 00:00"), end_of("2026-06-08"));
    // From the eve over the whole feast to its Sunday: nothing; to Monday: one day, Mon 8 June.
    assert_eq!(paused("2026-05-26", "2026-05-31"), end);
    assert_eq!(paused("2026-05-26", "2026-06-01"), end_of("2026-06-08"));
    // On its last day, Fri 5 June, nothing is left: it ends on the day on which it goes on, Saturday's on Monday.
    assert_eq!(paused("2026-06-05", "2026-06-05 18:00"), end);
    assert_eq!(paused("2026-06-05", "2026-06-06"), end_of("2026-06-08"));
    assert_eq!(paused("2026-06-05", "2026-06-09"), end_of("2026-06-09"));
    // Over before the pause: it stays over.
    assert_eq!(calendar.left(event, end, at("2026-06-06"), term).rest, Rest::Nothing);
    assert_eq!(paused("2026-06-06", "2026-06-20"), end);
}

/// A petition of Fri 16 Jan 2026: its 30 days end on Sun 15 Feb and so on Mon 16 Feb.
#[test]
fn a_pause_in_calendar_days_doesn_t_win_the_weekend() {
    let calendar = calendar();
    let (event, term) = (at("2026-01-16"), CalendarDays(30));
    let end = calendar.end(event, term).unwrap();
    assert_eq!(end, end_of("2026-02-16"));
    // From Tue 10 to Wed 11 Feb: one day. Counted from Sunday that is Mon 16, from the moved Monday it would be Tue 17.
    let left = calendar.left(event, end, at("2026-02-10"), term);
    assert_eq!(left.rest, Rest::CalendarDays(5));
    let second_end = calendar.resume(at("2026-02-11"), left).unwrap();
    assert_eq!(second_end, end_of("2026-02-16"));
    // Again from Thu 12 to Fri 13: with the rest as the term it is known that the days end on Mon 16 now; plus one, Tue 17.
    let again = calendar.left(at("2026-02-11"), second_end, at("2026-02-12"), left.rest.term());
    assert_eq!(calendar.resume(at("2026-02-13"), again).unwrap(), end_of("2026-02-17"));
    // From the Sunday to the Monday on which it ends, nothing is left of the days; it still ends on Monday.
    let last = calendar.left(event, end, at("2026-02-15"), term);
    assert_eq!(last.rest, Rest::CalendarDays(0));
    assert_eq!(calendar.resume(at("2026-02-16"), last).unwrap(), end);
}

#[test]
fn warnings_come_before_the_end() {
    let calendar = calendar();
    let before = |end: &str, term| calendar.before(end_of(end), term).unwrap();
    // Three working days before Fri 5 June: Tue 2 June, when Wed, Thu and Fri are left; before Tue 2 June: 1 June, the eve, and
    // Mon 25 May.
    assert_eq!(before("2026-06-05", WorkingDays(3)), at("2026-06-02 00:00"));
    assert_eq!(before("2026-06-02", WorkingDays(3)), at("2026-05-25 00:00"));
    // Five days before Fri 5 June is Sun 31 May, when nobody reads it: the eve, Tue 26 May.
    assert_eq!(before("2026-06-05", CalendarDays(5)), at("2026-05-26 00:00"));
    assert_eq!(before("2026-06-05", CalendarDays(4)), at("2026-06-01 00:00"));
    assert_eq!(before("2026-06-30", Months(1)), at("2026-05-26 00:00"));
    assert_eq!(before("2026-06-05", Term::Hours(24)), at("2026-06-04 23:59:59"));
    // Two office hours before the end of Mon 1 June are its last two; nine reach back into the eve's morning.
    assert_eq!(before("2026-06-01", Term::OfficeHours(2)), at("2026-06-01 15:00"));
    assert_eq!(before("2026-06-01", Term::OfficeHours(9)), at("2026-05-26 11:00"));
}
