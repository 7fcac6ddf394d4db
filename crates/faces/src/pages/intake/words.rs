//! What the agent says aloud.

use crate::pages::format;
use jiff::{Timestamp, civil::Weekday};
use meydan_kernel::{Lang, post::day};

/// The last day of a deadline as it is said: `16 Aralık Çarşamba`, `Wednesday, 16 December`; with its year if that is another one.
pub(crate) fn last_day(lang: Lang, now: Timestamp, due: Timestamp) -> String {
    let day = day(due);
    let weekday = weekday(lang, day.weekday());
    let written = format::date(lang, day);
    let written = if day.year() == self::day(now).year() {
        written.trim_end_matches(&format!(" {}", day.year())).to_owned()
    } else {
        written
    };
    match lang {
        Lang::Tr => format!("{written} {weekday}"),
        Lang::En => format!("{weekday}, {written}"),
    }
}

const fn weekday(lang: Lang, day: Weekday) -> &'static str {
    let (tr, en) = match day {
        Weekday::Monday => ("Pazartesi", "Monday"),
        Weekday::Tuesday => ("Salı", "Tuesday"),
        Weekday::Wednesday => ("Çarşamba", "Wednesday"),
        Weekday::Thursday => ("Perşembe", "Thursday"),
        Weekday::Friday => ("Cuma", "Friday"),
        Weekday::Saturday => ("Cumartesi", "Saturday"),
        Weekday::Sunday => ("Pazar", "Sunday"),
    };
    match lang {
        Lang::Tr => tr,
        Lang::En => en,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_last_day_is_said_with_its_weekday() {
        let at = |text: &str| text.parse::<Timestamp>().expect("an instant");
        let now = at("2026-11-24T09:00:00Z");
        assert_eq!(last_day(Lang::Tr, now, at("2026-12-16T20:59:59Z")), "16 Aralık Çarşamba");
        assert_eq!(last_day(Lang::En, now, at("2026-12-16T20:59:59Z")), "Wednesday, 16 December");
        assert_eq!(last_day(Lang::Tr, now, at("2027-01-04T20:59:59Z")), "4 Ocak 2027 Pazartesi");
    }
}
