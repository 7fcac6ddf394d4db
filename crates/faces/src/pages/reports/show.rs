//! `/raporlar`: the report as a page.

use super::{
    super::{
        format,
        page::{Page, Room, Visit, private},
        shape::json_island,
    },
    table::{Table, columns, days, hours, list, names, percent, tables},
    trend::{Trend, trend},
};
use crate::{
    Problem,
    reports::{
        Asked, Dimension, REQUEST, Report,
        places::{LEAST, METRES},
        report,
        tally::{Number, Spread},
    },
};
use askama::Template;
use axum::response::Response;
use meydan_kernel::{FieldKind, Query, catalogue::Action, query::MAX_PAGE};
use serde_json::json;
use std::sync::Arc;

/// Limit: lines of a table of the page; the CSV has all.
const MAX_LINES: usize = 25;

#[derive(Template)]
#[template(path = "reports/show.html")]
struct ReportPage {
    page: Page,
    period: String,
    from: String,
    until: String,
    choices: Vec<Choice>,
    /// Number, what it is, its cases, whether it wants attention.
    figures: Vec<(String, &'static str, Option<String>, bool)>,
    /// What, its median and 90th percentile in days, the same in office hours, the cases.
    times: Vec<(&'static str, [String; 4], String)>,
    columns: Vec<(&'static str, &'static str)>,
    tables: Vec<Table>,
    trend: Trend,
    places: Vec<(String, String)>,
    places_about: String,
    places_cut: bool,
    map: Option<String>,
    csv: String,
    pdf: String,
    held: String,
}

/// One thing to narrow by.
struct Choice {
    name: &'static str,
    title: String,
    options: Vec<(String, String, bool)>,
}

/// What a report's address asks, and the report.
///
/// # Errors
/// `login-required`, `not-allowed`, `bad-parameter`; those of the store.
pub async fn asked(visit: &Visit) -> Result<Arc<Report>, Problem> {
    let asked = Asked::read(visit.caller.principal.today(), |name| visit.query.get(name))?;
    Ok(report(&visit.app, &visit.principal(), &visit.caller.directory, asked).await?)
}

/// The period in words.
pub fn period(visit: &Visit, asked: &Asked) -> String {
    visit.t.report_span_first_last(format::date(visit.lang, asked.from), format::date(visit.lang, asked.until))
}

/// `GET /raporlar`.
///
/// # Errors
/// `login-required`, `not-allowed`, `bad-parameter`; those of the store.
pub async fn show(visit: Visit) -> Result<Response, Problem> {
    let report = asked(&visit).await?;
    let t = visit.t;
    let names = names(&visit, &report).await?;
    let (from, until) = (report.asked.from.to_string(), report.asked.until.to_string());
    // The same numbers again need the same days.
    let query = visit.query.without(&["lang", "theme"]).with("from", &from).with("until", &until).query();
    let template = ReportPage {
        page: visit.page(Room::Reports, t.report_title()),
        period: period(&visit, &report.asked),
        choices: choices(&visit, &report.asked).await?,
        figures: figures(&visit, &report),
        times: times(&visit, &report),
        columns: columns(t),
        tables: tables(t, &report, &names, MAX_LINES),
        trend: trend(t, &report),
        places: places(&visit, &report),
        places_about: t
            .report_places_about_least_metres(super::super::texts::count(LEAST), format::real(visit.lang, METRES, 0)),
        places_cut: report.places_cut,
        map: map(&visit, &report),
        csv: format!("/raporlar/csv{query}"),
        pdf: format!("/raporlar/pdf{query}"),
        held: format!("/raporlar/sureler{query}"),
        from,
        until,
    };
    Ok(private(visit.show(&template)?))
}

fn figures(visit: &Visit, report: &Report) -> Vec<(String, &'static str, Option<String>, bool)> {
    let t = visit.t;
    let all = &report.all;
    let href = |n: Number| (all.get(n) > 0).then(|| list(&report.condition(None, n)));
    let number = |n: Number| format::integer(visit.lang, i64::try_from(all.get(n)).unwrap_or(i64::MAX));
    let share = |part, whole| all.share(part, whole).map_or_else(|| "–".to_owned(), |s| percent(t, s));
    let rating = all.rating().map_or_else(|| "–".to_owned(), |r| format::real(visit.lang, r, 1));
    let plain =
        |n: Number, title| (number(n), title, href(n), matches!(n, Number::LateNow | Number::LateSoon) && all.get(n) > 0);
    vec![
        plain(Number::All, t.report_all()),
        plain(Number::Open, t.report_open()),
        plain(Number::LateNow, t.report_late_now()),
        plain(Number::LateSoon, t.report_late_soon_long()),
        plain(Number::Closed, t.report_closed()),
        (share(Number::InTime, Number::Closed), t.report_in_time_long(), href(Number::InTime), false),
        (share(Number::Reopened, Number::All), t.report_reopened(), href(Number::Reopened), false),
        (rating, t.report_rating_long(), href(Number::Rated), false),
    ]
}

fn times(visit: &Visit, report: &Report) -> Vec<(&'static str, [String; 4], String)> {
    let (t, lang, all) = (visit.t, visit.lang, &report.all);
    let row = |title, calendar: &Spread, office: &Spread, behind: Number| {
        let texts = [
            days(lang, calendar.median()),
            days(lang, calendar.ninetieth()),
            hours(lang, office.median()),
            hours(lang, office.ninetieth()),
        ];
        (title, texts, list(&report.condition(None, behind)))
    };
    vec![
        row(t.report_to_answer(), &all.answer, &all.answer_office, Number::Answered),
        row(t.report_to_close(), &all.close, &all.close_office, Number::Closed),
    ]
}

/// What one may narrow by, with what may be chosen.
async fn choices(visit: &Visit, asked: &Asked) -> Result<Vec<Choice>, Problem> {
    let desk = &visit.app.desk;
    let register = desk.register(REQUEST)?;
    let catalogue = desk.catalogue();
    let mut out = Vec::new();
    for dimension in [Dimension::Unit, Dimension::Category, Dimension::Kind, Dimension::Neighbourhood, Dimension::Channel] {
        let name = dimension.field();
        let Some(field) = register.field(name) else { continue };
        let chosen = match dimension {
            Dimension::Kind => asked.kind.clone(),
            Dimension::Channel => asked.channel.clone(),
            Dimension::Unit => asked.unit.map(|id| id.to_string()),
            Dimension::Category => asked.category.map(|id| id.to_string()),
            Dimension::Neighbourhood => asked.neighbourhood.map(|id| id.to_string()),
        };
        let is_chosen = |key: &str| chosen.as_deref() == Some(key);
        let options = match &field.kind {
            FieldKind::Code { list } => {
                let codes = catalogue.code_lists.get(list).map_or(&[][..], |l| l.codes.as_slice());
                codes.iter().map(|c| (c.code.clone(), visit.say(&c.title).to_owned(), is_chosen(&c.code))).collect()
            }
            FieldKind::Reference { register } => {
                let referred = desk.register(register)?;
                let mut all: Vec<(String, String, bool)> = Vec::new();
                if visit.may(&referred, Action::Read) {
                    let query = Query { limit: Some(MAX_PAGE), ..Query::all(Arc::clone(&referred)) };
                    let records = desk.query(&visit.principal(), &query).await?;
                    let row = |record| super::super::admin::reading::Row { register: &referred, record };
                    all.extend(records.iter().map(|r| {
                        let id = r.id.to_string();
                        let chosen = is_chosen(&id);
                        (id, row(r).titled(visit.lang, &referred.label).to_owned(), chosen)
                    }));
                }
                all.sort_by_cached_key(|(_, title, _)| meydan_kernel::text::search_fold(title));
                all
            }
            _ => Vec::new(),
        };
        out.push(Choice { name, title: visit.say(&field.title).to_owned(), options });
    }
    Ok(out)
}

/// The condition of one repeat place's cases.
fn of_place(place: &crate::reports::places::Place) -> String {
    let ids: Vec<String> = place.cases.iter().take(MAX_IDS).map(|id| format!("'{id}'")).collect();
    format!("channel IS NOT NULL AND id IN ({})", ids.join(","))
}

/// Limit: cases of a place that its link names; an address has an end.
const MAX_IDS: usize = 500;

fn places(visit: &Visit, report: &Report) -> Vec<(String, String)> {
    let one = |p: &crate::reports::places::Place| {
        let (lon, lat) = p.at;
        let number = super::super::texts::count(p.cases.len());
        let at = visit.t.report_place_at_number(format!("{lat:.5}, {lon:.5}"), number);
        (at, list(&of_place(p)))
    };
    report.places.iter().map(one).collect()
}

fn map(visit: &Visit, report: &Report) -> Option<String> {
    let features: Vec<_> = report
        .places
        .iter()
        .zip(places(visit, report))
        .map(|(place, (name, href))| {
            json!({
                "type": "Feature", "geometry": { "type": "Point", "coordinates": [place.at.0, place.at.1] },
                "properties": { "name": name, "href": href },
            })
        })
        .collect();
    (!features.is_empty()).then(|| json_island(&json!({ "type": "FeatureCollection", "features": features })))
}
