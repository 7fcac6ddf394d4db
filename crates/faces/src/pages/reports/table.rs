//! A report's tables: the same cells for the page, the CSV and the PDF.

use super::super::{format, page::Visit, params::Params, texts::Texts};
use crate::reports::{
    Dimension, Names, REQUEST, Report,
    tally::{Number, Spread, Tally},
};
use meydan_kernel::Lang;

/// Hours of a day.
const DAY_HOURS: f64 = 24.0;

/// One cell.
#[derive(Debug, Clone, Default)]
pub struct Cell {
    /// What it says.
    pub text: String,
    /// The cases behind it.
    pub href: Option<String>,
    /// It wants attention.
    pub bad: bool,
}

/// One line.
pub struct Line {
    /// What the group is called.
    pub name: String,
    /// How long its bar is, of 100.
    pub bar: f64,
    /// The cells, as [`columns`] has them.
    pub cells: Vec<Cell>,
}

/// One table.
pub struct Table {
    /// Its name in addresses.
    pub id: &'static str,
    /// What it goes by.
    pub title: &'static str,
    /// The lines.
    pub lines: Vec<Line>,
}

/// The columns: title, and what it means if the title is short.
pub fn columns(t: Texts) -> Vec<(&'static str, &'static str)> {
    vec![
        (t.report_all(), ""),
        (t.report_open(), ""),
        (t.report_late_now(), t.report_late_now_about()),
        (t.report_late_soon(), t.report_late_soon_about()),
        (t.report_closed(), ""),
        (t.report_in_time(), t.report_in_time_about()),
        (t.report_answer_days(), t.report_median_about()),
        (t.report_close_days(), t.report_median_about()),
        (t.report_close_ninety(), t.report_ninety_about()),
        (t.report_reopened(), ""),
        (t.report_rating(), t.report_rating_about()),
    ]
}

/// The list of the cases that a condition holds for.
pub fn list(condition: &str) -> String {
    format!("/registers/{REQUEST}{}", Params::default().with("filter", condition).query())
}

/// A share as text.
pub fn percent(t: Texts, share: f64) -> String {
    t.report_percent(format::real(t.0, share, 0))
}

/// Hours as days.
pub fn days(lang: Lang, hours: Option<f64>) -> String {
    hours.map_or_else(|| "–".to_owned(), |h| format::real(lang, h / DAY_HOURS, 1))
}

/// Hours.
pub fn hours(lang: Lang, hours: Option<f64>) -> String {
    hours.map_or_else(|| "–".to_owned(), |h| format::real(lang, h, 1))
}

/// The cells of a group.
pub fn cells(t: Texts, report: &Report, group: Option<&str>, tally: &Tally) -> Vec<Cell> {
    let lang = t.0;
    let href = |number: Number| (tally.get(number) > 0).then(|| list(&report.condition(group, number)));
    let number = |number: Number| Cell {
        text: format::integer(lang, i64::try_from(tally.get(number)).unwrap_or(i64::MAX)),
        href: href(number),
        bad: matches!(number, Number::LateNow) && tally.get(number) > 0,
    };
    let share = |part: Number, whole: Number| Cell {
        text: tally.share(part, whole).map_or_else(|| "–".to_owned(), |s| percent(t, s)),
        href: href(part),
        bad: false,
    };
    let time = |text: String, behind: Number| Cell { text, href: href(behind), bad: false };
    let rating = tally.rating().map_or_else(|| "–".to_owned(), |r| format::real(lang, r, 1));
    let middle = |spread: &Spread| days(lang, spread.median());
    vec![
        number(Number::All),
        number(Number::Open),
        number(Number::LateNow),
        number(Number::LateSoon),
        number(Number::Closed),
        share(Number::InTime, Number::Closed),
        time(middle(&tally.answer), Number::Answered),
        time(middle(&tally.close), Number::Closed),
        time(days(lang, tally.close.ninetieth()), Number::Closed),
        share(Number::Reopened, Number::All),
        time(rating, Number::Rated),
    ]
}

fn title(t: Texts, dimension: Dimension) -> &'static str {
    match dimension {
        Dimension::Kind => t.report_by_kind(),
        Dimension::Category => t.report_by_category(),
        Dimension::Unit => t.report_by_unit(),
        Dimension::Neighbourhood => t.report_by_neighbourhood(),
        Dimension::Channel => t.report_by_channel(),
    }
}

/// The names of all groups of a report.
///
/// # Errors
/// Those of the store.
pub async fn names(visit: &Visit, report: &Report) -> Result<Names, crate::Problem> {
    let keys = report.groups.iter().map(|(d, rows)| (*d, rows.iter().map(|(key, _)| key.as_str()).collect::<Vec<_>>()));
    Ok(Names::of(&visit.app.desk, &visit.principal(), visit.lang, keys.collect::<Vec<_>>()).await?)
}

/// The tables of a report, each with so many lines at most.
pub fn tables(t: Texts, report: &Report, names: &Names, most: usize) -> Vec<Table> {
    let table = |(dimension, rows): &(Dimension, Vec<(String, Tally)>)| {
        let longest = rows.first().map_or(1, |(_, tally)| tally.get(Number::All)).max(1);
        let line = |(key, tally): &(String, Tally)| Line {
            name: if key.is_empty() { t.report_none().to_owned() } else { names.get(*dimension, key).to_owned() },
            bar: 100.0 * tally.get(Number::All) as f64 / longest as f64,
            cells: cells(t, report, Some(&dimension.condition(key)), tally),
        };
        Table { id: dimension.field(), title: title(t, *dimension), lines: rows.iter().take(most).map(line).collect() }
    };
    report.groups.iter().map(table).collect()
}
