//! Reading the working calendar: `[calendar]`, `[calendar.office_hours]` and `[[holiday]]`.

use super::reader::Reader;
use crate::calendar::{Annual, CalendarDef, Holiday, HolidayKind, OfficeDay, OfficeHours, On, Span};
use jiff::civil::Date;
use std::{ops::RangeInclusive, str::FromStr};

/// Keys of `[calendar]`.
const CALENDAR: &[&str] = &["eve_counts", "leave_counts", "closures", "office_hours"];
/// Keys of `[calendar.office_hours]`.
const OFFICE_HOURS: &[&str] = &["days", "hours"];
/// Keys of `[[holiday]]`.
const HOLIDAY: &[&str] =
    &["date", "every", "from_year", "until_year", "days", "name", "eve", "kind", "half", "estimated", "source"];
/// Years that a definition may name.
const YEARS: RangeInclusive<i64> = 1900..=2200;
/// Days that a holiday may last.
const DAYS: RangeInclusive<i64> = 1..=31;

/// Reads the calendar of a file, if it has one.
pub(super) fn calendar(file: &Reader<'_>) -> Option<CalendarDef> {
    if !file.has("calendar") {
        if file.has("holiday") {
            file.fault("holiday", "“holiday” var ama [calendar] yok", "there is “holiday” but no [calendar]");
        }
        return None;
    }
    let head = file.table("calendar", "calendar".to_owned(), CALENDAR)?;
    let default = CalendarDef::default();
    let hours = head.table("office_hours", "calendar.office_hours".to_owned(), OFFICE_HOURS);
    Some(CalendarDef {
        holidays: holidays(file),
        office_hours: hours.map_or(default.office_hours, |hours| office_hours(&hours)),
        eve_counts: if head.has("eve_counts") { head.flag("eve_counts") } else { default.eve_counts },
        leave_counts: head.flag("leave_counts"),
        closures: head.text("closures"),
    })
}

fn holidays(file: &Reader<'_>) -> Vec<Holiday> {
    // Holidays have no names of their own, only titles: they are known by their line.
    let subject = |_: &str| "holiday".to_owned();
    file.tables("holiday", "every", subject, HOLIDAY).iter().filter_map(holiday).collect()
}

fn holiday(h: &Reader<'_>) -> Option<Holiday> {
    let kinds = [("national", HolidayKind::National), ("religious", HolidayKind::Religious)];
    if !h.has("kind") {
        h.fault("kind", "“kind” eksik", "“kind” is missing");
    }
    let holiday = Holiday {
        on: on(h)?,
        days: h.whole("days", DAYS).and_then(|days| u8::try_from(days).ok()).unwrap_or(1),
        name: h.need_bilingual("name"),
        eve: h.bilingual("eve"),
        kind: h.word("kind", &kinds)?,
        half: h.flag("half"),
        estimated: h.flag("estimated"),
        source: h.text("source"),
    };
    if holiday.half && (holiday.days > 1 || holiday.eve.is_some()) {
        h.fault("half", "yarım gün tek başına yazılır", "a half day is written by itself");
    }
    Some(holiday)
}

fn on(h: &Reader<'_>) -> Option<On> {
    let year = |key| h.whole(key, YEARS).and_then(|year| i16::try_from(year).ok());
    match (h.has("date"), h.has("every")) {
        (true, false) => {
            for key in ["from_year", "until_year"].into_iter().filter(|key| h.has(key)) {
                h.fault(key, format!("“{key}” yalnız “every” ile yazılır"), format!("“{key}” goes with “every” only"));
            }
            Some(On::Dates { date: dates(h) })
        }
        (false, true) => {
            let (from_year, until_year) = (year("from_year"), year("until_year"));
            if from_year.zip(until_year).is_some_and(|(from, until)| from > until) {
                h.fault("until_year", "“until_year”, “from_year”den önce", "“until_year” is before “from_year”");
            }
            let text = h.text("every")?;
            let every = parsed::<Annual>(h, "every", &text, "AA-GG (ay-gün)", "MM-DD")?;
            Some(On::Yearly { every, from_year, until_year })
        }
        _ => {
            h.fault("date", "“date” ya da “every” (biri) yazılmalı", "there must be either “date” or “every”");
            None
        }
    }
}

/// `date = 2026-03-20`, or a list of dates.
fn dates(h: &Reader<'_>) -> Vec<Date> {
    let items = match h.json("date") {
        Some(serde_json::Value::Array(items)) => items,
        other => other.into_iter().collect(),
    };
    if items.is_empty() {
        h.fault("date", "hiç tarih yok", "there is no date");
    }
    let date = |item: &serde_json::Value| match item.as_str() {
        Some(text) => parsed::<Date>(h, "date", text, "YYYY-AA-GG", "YYYY-MM-DD"),
        None => parsed::<Date>(h, "date", &item.to_string(), "YYYY-AA-GG", "YYYY-MM-DD"),
    };
    items.iter().filter_map(date).collect()
}

fn office_hours(h: &Reader<'_>) -> OfficeHours {
    let default = OfficeHours::default();
    let day = |word: &String| {
        let day = OfficeDay::WORDS.iter().find(|(w, _)| w == word).map(|(_, day)| *day);
        if day.is_none() {
            let (tr, en) = super::suggest::phrase(word, OfficeDay::WORDS.iter().map(|(w, _)| *w));
            h.fault("days", format!("“{word}” bir gün değil{tr}"), format!("“{word}” is no day of the week{en}"));
        }
        day
    };
    let mut hours: Vec<Span> =
        h.texts("hours").iter().filter_map(|text| parsed(h, "hours", text, "SS:DD-SS:DD", "HH:MM-HH:MM")).collect();
    hours.sort_unstable();
    if hours.windows(2).any(|pair| matches!(pair, [a, b] if a.until() > b.from())) {
        h.fault("hours", "mesai saatleri çakışıyor", "the office hours overlap");
    }
    OfficeHours {
        days: if h.has("days") { h.texts("days").iter().filter_map(day).collect() } else { default.days },
        hours: if h.has("hours") { hours } else { default.hours },
    }
}

/// A text as what it should be, or a fault that says how it is written.
fn parsed<T: FromStr>(h: &Reader<'_>, key: &str, text: &str, tr: &str, en: &str) -> Option<T> {
    let value = text.parse().ok();
    if value.is_none() {
        h.fault(key, format!("“{text}” olmaz; {tr} biçiminde yazılır"), format!("“{text}” can't be; it is written {en}"));
    }
    value
}

#[cfg(test)]
mod tests {
    use super::{
        super::{Source, faults::Faults, reader::Text},
        *,
    };
    use crate::calendar::Calendar;
    use jiff::civil::date;
    use toml::de::DeTable;

    /// The calendar of a text, with its faults as `line: sentence`.
    fn read(text: &str) -> (Option<CalendarDef>, Vec<String>) {
        let source = Source { module: "work".to_owned(), file: "turkey.toml".to_owned(), text: text.to_owned() };
        let faults = Faults::default();
        let (root, lines) = (DeTable::parse(text).unwrap(), Text::new(&source));
        let span = root.span();
        let file = Reader::new(&lines, &faults, source.file.clone(), (root.get_ref(), span), &["calendar", "holiday"]);
        let def = calendar(&file);
        (def, faults.into_list().iter().map(|f| format!("{}: {}", f.line, f.message.en)).collect())
    }

    #[test]
    fn the_calendar_of_turkey_is_read_as_serde_reads_it() {
        let text = include_str!("../../../../../modules/work/calendar/turkey.toml");
        let (def, faults) = read(text);
        assert_eq!(faults, Vec::<String>::new());
        let def = def.unwrap();
        assert_eq!(def, crate::calendar::turkey());
        // It is kept in the catalogue as JSON.
        let json = serde_json::to_string(&def).unwrap();
        assert_eq!(serde_json::from_str::<CalendarDef>(&json).unwrap(), def);
    }

    #[test]
    fn one_date_is_enough_and_what_is_not_written_is_the_default() {
        let (def, faults) = read(
            "[calendar]\nclosures = \"leave\"\n[[holiday]]\ndate = 2026-10-28\nhalf = true\nkind = \"national\"\n\
             name = { tr = \"Yarım\", en = \"Half\" }\n",
        );
        assert_eq!(faults, Vec::<String>::new());
        let def = def.unwrap();
        assert!(def.eve_counts && !def.leave_counts);
        assert_eq!(def.closures.as_deref(), Some("leave"));
        assert_eq!(def.office_hours, OfficeHours::default());
        let spans = Calendar::new(&def, &[]).office_spans(date(2026, 10, 28));
        assert_eq!(spans.iter().map(Span::to_string).collect::<Vec<_>>(), ["08:00-12:00"]);
    }

    #[test]
    fn every_fault_is_told_at_its_line() {
        let (_, faults) = read(
            "[calendar]\n[calendar.office_hours]\ndays = [\"mondy\"]\nhours = [\"08:00-12:00\", \"11:00-17:00\", \"9-17\"]\n\
             [[holiday]]\nevery = \"02-30\"\nname = { tr = \"A\", en = \"A\" }\nkind = \"national\"\n\
             [[holiday]]\nkind = \"religious\"\nname = { tr = \"B\", en = \"B\" }\n\
             [[holiday]]\ndate = [2026-01-01, \"yarın\"]\nfrom_year = 2020\nkind = \"national\"\nname = { tr = \"C\", en = \"C\" }\n",
        );
        let has = |part: &str| assert!(faults.iter().any(|f| f.starts_with(part)), "{part} is missing in {faults:#?}");
        has("3: “mondy” is no day of the week");
        has("4: the office hours overlap");
        has("4: “9-17” can't be; it is written HH:MM-HH:MM");
        has("6: “02-30” can't be; it is written MM-DD");
        has("9: there must be either “date” or “every”");
        has("13: “yarın” can't be; it is written YYYY-MM-DD");
        has("14: “from_year” goes with “every” only");
        assert_eq!(faults.len(), 7, "{faults:#?}");
        assert_eq!(read("[[holiday]]\nevery = \"01-01\"\n").1, ["1: there is “holiday” but no [calendar]"]);
    }
}
