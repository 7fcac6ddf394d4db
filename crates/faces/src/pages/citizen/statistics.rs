//! `/basvurular/istatistik`: public reports counted: by category and neighbourhood, how many in time, how long it took. The counting
//! is that of the staff's reports, by what everybody sees.

use super::{
    categories::Tree,
    public::{day_choices, days_of, period},
};
use crate::{
    Problem,
    pages::{
        format,
        page::{Page, Room, Visit},
    },
    reports::{
        self, Asked, Dimension, Names, Report,
        tally::{Number, Tally},
    },
};
use askama::Template;
use axum::response::Response;
use meydan_kernel::Principal;

/// Limit: lines of a table.
const MAX_LINES: usize = 30;
/// Hours of a day.
const DAY_HOURS: f64 = 24.0;

#[derive(Template)]
#[template(path = "citizen/statistics.html")]
struct StatisticsPage {
    page: Page,
    all: Line,
    /// What they go by, and the lines.
    tables: Vec<(&'static str, Vec<Line>)>,
    days: Vec<(i64, String, bool)>,
}

/// One line of a table.
struct Line {
    name: String,
    /// The list of what it counts.
    href: String,
    number: String,
    closed: String,
    in_time: String,
    median: String,
}

impl Line {
    fn new(visit: &Visit, name: String, href: String, tally: &Tally) -> Self {
        let lang = visit.lang;
        let whole = |n: Number| format::integer(lang, i64::try_from(tally.get(n)).unwrap_or(i64::MAX));
        let none = || "–".to_owned();
        let share = |s: f64| visit.t.citizen_percent(format::real(lang, s, 0));
        Self {
            name,
            href,
            number: whole(Number::All),
            closed: whole(Number::Closed),
            in_time: tally.share(Number::InTime, Number::Closed).map_or_else(none, share),
            median: tally.close.median().map_or_else(none, |h| format::real(lang, h / DAY_HOURS, 1)),
        }
    }
}

/// `GET /basvurular/istatistik`.
///
/// # Errors
/// Those of the store.
pub async fn show(visit: Visit) -> Result<Response, Problem> {
    let days = days_of(&visit);
    let (from, until) = period(&visit, days);
    let id = |name: &str| visit.query.get(name).and_then(|id| id.parse().ok());
    let (category, neighbourhood) = (id("category"), id("neighbourhood"));
    let asked = Asked { from, until, kind: None, category, unit: None, neighbourhood, channel: None };
    let report = reports::public(&visit.app, asked).await?;
    let tree = Tree::read(&visit).await?;
    let quarters = group(&report, Dimension::Neighbourhood);
    let keys = quarters.iter().map(|(key, _)| key.as_str()).collect();
    let everyone = Principal::everyone("page");
    let names = Names::of(&visit.app.desk, &everyone, visit.lang, [(Dimension::Neighbourhood, keys)]).await?;
    let href = |field: &str, id: &str| format!("/basvurular{}", visit.query.with(field, id).query());
    let title = |key: &str| key.parse().ok().and_then(|id| tree.title_of(id)).unwrap_or_default();
    let line = |(key, tally): &(String, Tally), field: &str, name: String| Line::new(&visit, name, href(field, key), tally);
    let by_category = group(&report, Dimension::Category).iter().map(|row| line(row, "category", title(&row.0))).collect();
    let named = |key: &str| names.get(Dimension::Neighbourhood, key).to_owned();
    let by_quarter = quarters.iter().map(|row| line(row, "neighbourhood", named(&row.0))).collect();
    let all = format!("/basvurular{}", visit.query.query());
    let template = StatisticsPage {
        all: Line::new(&visit, visit.t.citizen_all().to_owned(), all, &report.all),
        tables: vec![(visit.t.citizen_category(), by_category), (visit.t.citizen_quarter(), by_quarter)],
        days: day_choices(&visit, days),
        page: visit.page(Room::Citizen, visit.t.citizen_statistics_title()),
    };
    visit.show(&template)
}

/// The largest groups of a dimension that have a value.
fn group(report: &Report, dimension: Dimension) -> Vec<(String, Tally)> {
    let rows = report.groups.iter().filter(|(d, _)| *d == dimension).flat_map(|(_, rows)| rows);
    rows.filter(|(key, _)| !key.is_empty()).take(MAX_LINES).cloned().collect()
}
