//! The calendar of Turkey against the law, against two other calendars, and against itself.

mod feasts;
mod promises;
mod rules;
mod service;

use super::*;
use jiff::{Timestamp, tz::TimeZone};

/// The definition of Turkey, read by serde alone: a second way beside the catalogue's reader.
pub(crate) fn turkey() -> CalendarDef {
    let text = include_str!("../../../../modules/work/calendar/turkey.toml");
    let mut root: toml::Table = toml::from_str(text).unwrap();
    let holidays = root.remove("holiday").unwrap();
    let mut def = root.remove("calendar").unwrap();
    def.as_table_mut().unwrap().insert("holidays".to_owned(), holidays);
    serde_json::from_value(plain(&def)).unwrap()
}

/// TOML as JSON, dates as text.
fn plain(value: &toml::Value) -> serde_json::Value {
    match value {
        toml::Value::Datetime(date) => date.to_string().into(),
        toml::Value::Array(items) => items.iter().map(plain).collect(),
        toml::Value::Table(table) => table.iter().map(|(key, value)| (key.clone(), plain(value))).collect(),
        other => serde_json::to_value(other).unwrap(),
    }
}

fn calendar() -> Calendar {
    Calendar::new(&turkey(), &[])
}

fn calendar_without_eves() -> Calendar {
    Calendar::new(&CalendarDef { eve_counts: false, ..turkey() }, &[])
}

fn day(text: &str) -> Date {
    text.parse().unwrap()
}

/// An instant by the city's clock: `2026-05-11 09:30`, the working morning if only a day is given.
fn at(text: &str) -> Timestamp {
    let text = if text.len() == 10 { format!("{text} 10:00") } else { text.to_owned() };
    let civil: jiff::civil::DateTime = text.parse().unwrap();
    TimeZone::fixed(jiff::tz::offset(3)).to_timestamp(civil).unwrap()
}

/// The last second of a day.
fn end_of(text: &str) -> Timestamp {
    at(&format!("{text} 23:59:59"))
}
