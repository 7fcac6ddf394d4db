//! Hours: the municipality's own service promises, and how long somebody held a case.

use super::*;

use Term::{Hours, OfficeHours, OfficeMinutes};

#[test]
fn office_hours_pass_while_the_office_works() {
    let calendar = calendar();
    for (event, term, end) in [
        // Within a morning, to its very end, over the lunch hour.
        ("2026-05-20 08:30", OfficeHours(2), "2026-05-20 10:30"),
        ("2026-05-20 10:00", OfficeHours(2), "2026-05-20 12:00"),
        ("2026-05-20 10:00", OfficeHours(4), "2026-05-20 15:00"),
        ("2026-05-20 12:20", OfficeMinutes(30), "2026-05-20 13:30"),
        // Friday 16:30: half an hour there, three and a half on Monday.
        ("2026-05-22 16:30", OfficeHours(4), "2026-05-25 11:30"),
        // At night and on Sunday it begins at eight.
        ("2026-05-21 22:00", OfficeHours(1), "2026-05-22 09:00"),
        ("2026-05-24 12:00", OfficeHours(8), "2026-05-25 17:00"),
        // The eve, Tue 26 May, ends at one: an hour before lunch, the next on Mon 1 June.
        ("2026-05-26 11:00", OfficeHours(2), "2026-06-01 09:00"),
        // 28 October: nothing after one, nothing on the 29th.
        ("2026-10-28 12:30", OfficeMinutes(15), "2026-10-30 08:15"),
        // Hours run on at once, through the feast.
        ("2026-05-26 11:00", Hours(24), "2026-05-27 11:00"),
        ("2026-05-26 11:00", Hours(72), "2026-05-29 11:00"),
        ("2026-05-24 12:00", OfficeHours(0), "2026-05-24 12:00"),
    ] {
        assert_eq!(calendar.end(at(event), term).unwrap(), at(end), "{event} + {}", term.text().en);
    }
}

#[test]
fn a_call_centre_has_its_own_hours() {
    let mut def = turkey();
    def.office_hours =
        super::OfficeHours { days: OfficeDay::WORDS.map(|(_, day)| day).to_vec(), hours: vec!["00:00-24:00".parse().unwrap()] };
    let calendar = Calendar::new(&def, &[]);
    // Day and night, Saturdays too: Friday 23:00 + 2 h is Saturday 01:00. The law's working days stay as they are.
    assert_eq!(calendar.end(at("2026-05-22 23:00"), OfficeHours(2)).unwrap(), at("2026-05-23 01:00"));
    assert!(!calendar.is_working_day(day("2026-05-23")));
    // But not on holidays: Mon 18 May 23:00 + 2 h goes on on Wed 20 May.
    assert_eq!(calendar.end(at("2026-05-18 23:00"), OfficeHours(2)).unwrap(), at("2026-05-20 01:00"));
}

#[test]
fn who_held_it_how_long() {
    let calendar = calendar();
    // Mon 25 May to Tue 2 June: the eve, 1 and 2 June; back again as many with a minus.
    assert_eq!(calendar.working_days_between(day("2026-05-25"), day("2026-06-02")), 3);
    assert_eq!(calendar.working_days_between(day("2026-06-02"), day("2026-05-25")), -3);
    assert_eq!(calendar.working_days_between(day("2026-05-25"), day("2026-05-25")), 0);
    // 2026 has 365 days, 104 of them weekend; on weekdays fall 1 Jan, 20 Mar, 23 Apr, 1 May, 19 May, 27–29 May, 15 July, 29 Oct.
    assert_eq!(calendar.working_days_between(day("2025-12-31"), day("2026-12-31")), 365 - 104 - 10);
    // Mon 25 May 16:00 → Mon 1 June 09:30: an hour, the eve's four, an hour and a half.
    let minutes = |a: &str, b: &str| calendar.office_minutes_between(at(a), at(b));
    assert_eq!(minutes("2026-05-25 16:00", "2026-06-01 09:30"), 60 + 240 + 90);
    assert_eq!(minutes("2026-06-01 09:30", "2026-05-25 16:00"), -390);
    assert_eq!(minutes("2026-05-20 11:50", "2026-05-20 13:05"), 15);
    assert_eq!(minutes("2026-05-23 08:00", "2026-05-24 20:00"), 0);
}

#[test]
fn a_pause_in_office_hours() {
    let calendar = calendar();
    // Four hours from Friday 15:00: two on Friday, until Monday 10:00.
    let (event, term) = (at("2026-05-22 15:00"), OfficeHours(4));
    let end = calendar.end(event, term).unwrap();
    assert_eq!(end, at("2026-05-25 10:00"));
    let paused = |from: &str, until: &str| calendar.resume(at(until), calendar.left(event, end, at(from), term)).unwrap();
    // Over the weekend nothing is won; until Monday 09:00 an hour.
    assert_eq!(paused("2026-05-22 17:00", "2026-05-25 07:00"), end);
    assert_eq!(paused("2026-05-22 17:00", "2026-05-25 09:00"), at("2026-05-25 11:00"));
    // Hours that run day and night are given back one by one.
    let left = calendar.left(event, at("2026-05-25 15:00"), at("2026-05-23 00:00"), Hours(72));
    assert_eq!(calendar.resume(at("2026-05-23 12:30"), left).unwrap(), at("2026-05-26 03:30"));
}

#[test]
fn why_a_day_is_closed() {
    let calendar = calendar();
    let why = |date: &str| calendar.why_closed(day(date)).map(|name| name.tr);
    assert_eq!(why("2026-05-25"), None);
    assert_eq!(why("2026-05-24").as_deref(), Some("Hafta sonu"));
    assert_eq!(why("2026-05-26").as_deref(), Some("Kurban Bayramı arifesi"));
    assert_eq!(why("2026-05-30").as_deref(), Some("Kurban Bayramı"));
    assert_eq!(why("2026-10-28").as_deref(), Some("Cumhuriyet Bayramı (28 Ekim öğleden sonra)"));
    // A holiday on a Sunday is told as one; an eve on a Saturday isn't, for the whole day is closed.
    assert_eq!(why("2026-08-30").as_deref(), Some("Zafer Bayramı"));
    assert_eq!(why("2027-05-15").as_deref(), Some("Hafta sonu"));
    assert_eq!(calendar.next_working_day(day("2026-05-26")).unwrap(), day("2026-06-01"));
    assert_eq!(calendar.working_day_from(day("2026-05-26")).unwrap(), day("2026-05-26"));
}

#[test]
fn terms_and_spans_are_written_as_they_are_read() {
    let term: Term = serde_json::from_str(r#"{"working_days":15}"#).unwrap();
    assert_eq!(term, Term::WorkingDays(15));
    assert_eq!((term.text().tr.as_str(), Term::Hours(1).text().en.as_str()), ("15 iş günü", "1 hour"));
    for text in ["08:00-12:00", "00:00-24:00", "23:59-24:00"] {
        assert_eq!(text.parse::<Span>().unwrap().to_string(), text);
    }
    for text in ["", "8:00-12:00", "12:00-12:00", "13:00-12:00", "20:00-24:01", "08:60-12:00", "+8:00-12:00", "08:00"] {
        assert!(text.parse::<Span>().is_err(), "{text}");
    }
    for text in ["", "2-29", "02-30", "13-01", "0229", "02-29T00"] {
        assert!(text.parse::<Annual>().is_err(), "{text}");
    }
    let left = Left { end: at("2026-05-25"), rest: Rest::Office(SignedDuration::from_millis(90_500)) };
    assert_eq!(serde_json::from_str::<Left>(&serde_json::to_string(&left).unwrap()).unwrap(), left);
    assert_eq!(left.rest.term(), OfficeMinutes(2));
}
