//! `/basvurular`: what citizens reported and everybody may see: a list with a map, and a page of each. By grants to everyone only.

use super::{REQUEST, categories::Tree, citizen, place, reference, text};
use crate::{
    Problem,
    pages::{
        format,
        labels::Labels,
        page::{Page, Room, Visit},
        shape::{Shape, json_island},
        texts::count,
    },
    reports::{dimension::bounds, tally::written},
};
use askama::Template;
use axum::{extract::Path, response::Response};
use jiff::{ToSpan, civil::Date};
use meydan_kernel::{
    Query, Record, Register, Sort, Value,
    case::{instant, state_of},
    catalogue::StateKind,
    cql2,
    query::Key,
    text::search_fold,
};
use serde_json::json;
use std::sync::Arc;
use uuid::Uuid;

/// Reports of a page.
const PAGE: usize = 30;
/// Limit: neighbourhoods to choose from.
const MAX_QUARTERS: usize = 2_000;
/// Days looked back, as offered; the first if nobody chooses.
pub const DAYS: [i64; 4] = [90, 7, 30, 365];

#[derive(Template)]
#[template(path = "citizen/list.html")]
struct ListPage {
    page: Page,
    total: String,
    rows: Vec<Row>,
    categories: Vec<(String, String, bool)>,
    quarters: Vec<(String, String, bool)>,
    state: String,
    days: Vec<(i64, String, bool)>,
    map: Option<String>,
    previous: Option<String>,
    next: Option<String>,
}

#[derive(Template)]
#[template(path = "citizen/report.html")]
struct ReportPage {
    page: Page,
    row: Row,
    id: Uuid,
    told: String,
    unit: String,
    due: String,
    closed: String,
    resolution: String,
    place: Option<String>,
    address: String,
}

/// One public report, as the list and its page show it.
struct Row {
    href: String,
    subject: String,
    about: String,
    category: String,
    quarter: String,
    state: String,
    open: bool,
    late: bool,
    day: String,
    supporters: String,
}

/// What the list is narrowed to.
pub struct Asked {
    /// CQL2.
    pub filter: Option<cql2::Expr>,
    /// Days looked back.
    pub days: i64,
}

/// Reads the filter of the query: category (with those below it), neighbourhood, state, days.
///
/// # Errors
/// A filter that can't be read (it never happens with ours).
pub fn asked(visit: &Visit, register: &Register, tree: &Tree) -> Result<Asked, Problem> {
    let query = &visit.query;
    let mut terms = Vec::new();
    if let Some(id) = query.get("category").and_then(|id| id.parse::<Uuid>().ok()) {
        let ids: Vec<String> = tree.below(id).iter().map(|id| format!("'{id}'")).collect();
        terms.push(format!("category IN ({})", ids.join(",")));
    }
    if let Some(id) = query.get("neighbourhood").and_then(|id| id.parse::<Uuid>().ok()) {
        terms.push(format!("neighbourhood = '{id}'"));
    }
    match query.get("state") {
        Some("open") => terms.push("closed_at IS NULL".to_owned()),
        Some("closed") => terms.push("closed_at IS NOT NULL".to_owned()),
        _ => {}
    }
    let days = days_of(visit);
    // Whole days, as the statistics count them.
    let (since, _) = period(visit, days);
    let (since, _) = bounds(since, since);
    terms.push(format!("received_at >= {}", written(since)));
    Ok(Asked { filter: Some(cql2::parse(register, &terms.join(" AND "))?), days })
}

/// The first and the last day of what is looked at.
pub fn period(visit: &Visit, days: i64) -> (Date, Date) {
    let today = visit.principal().today();
    (today.saturating_sub(days.days()), today)
}

/// The days that the query asks for.
pub fn days_of(visit: &Visit) -> i64 {
    visit.query.get("days").and_then(|d| d.parse().ok()).filter(|d| DAYS.contains(d)).unwrap_or(DAYS[0])
}

/// The days to look back, as choices.
pub fn day_choices(visit: &Visit, chosen: i64) -> Vec<(i64, String, bool)> {
    let mut days = DAYS;
    days.sort_unstable();
    days.into_iter().map(|d| (d, visit.t.citizen_last_days(count(d)), d == chosen)).collect()
}

/// `GET /basvurular`.
///
/// # Errors
/// Those of the store.
pub async fn list(visit: Visit) -> Result<Response, Problem> {
    let desk = &visit.app.desk;
    let register = desk.register(REQUEST)?;
    let tree = Tree::read(&visit).await?;
    let asked = asked(&visit, &register, &tree)?;
    let number: u64 = visit.query.get("page").and_then(|p| p.parse().ok()).unwrap_or(1).clamp(1, 10_000);
    let base = Query { filter: asked.filter.clone(), ..Query::all(Arc::clone(&register)) };
    let page = Query {
        sort: register.field_index("received_at").map(|field| Sort { field, descending: true }),
        offset: (number - 1) * PAGE as u64,
        limit: Some(PAGE + 1),
        ..base.clone()
    };
    let principal = citizen();
    let (total, mut records) = futures::try_join!(desk.count(&principal, &base), desk.query(&principal, &page))?;
    let more = records.len() > PAGE;
    records.truncate(PAGE);
    let rows = rows(&visit, &register, &records, &tree).await?;
    let to = |number: u64| format!("/basvurular{}", visit.query.with("page", &number.to_string()).query());
    let template = ListPage {
        total: visit.t.citizen_reports_found(count(total)),
        map: island(&records, &rows),
        categories: tree.choices(visit.query.get("category").unwrap_or_default()),
        quarters: quarters(&visit).await?,
        state: visit.query.get("state").unwrap_or_default().to_owned(),
        days: day_choices(&visit, asked.days),
        previous: (number > 1).then(|| to(number - 1)),
        next: more.then(|| to(number + 1)),
        page: visit.page(Room::Citizen, visit.t.citizen_reports_title()),
        rows,
    };
    visit.show(&template)
}

/// `GET /basvurular/{id}`.
///
/// # Errors
/// `no-such-record`; those of the store.
pub async fn show(visit: Visit, Path(id): Path<String>) -> Result<Response, Problem> {
    let desk = &visit.app.desk;
    let register = desk.register(REQUEST)?;
    let id: Uuid = id.parse().map_err(|_| crate::problem::no_such_path())?;
    let record = desk.get(&citizen(), &register, Key::Id(id), None).await?;
    let tree = Tree::read(&visit).await?;
    let row = rows(&visit, &register, std::slice::from_ref(&record), &tree).await?.pop();
    let row = row.ok_or_else(crate::problem::no_such_path)?;
    let labels = Labels::of(&visit, &register, &[&record], |f| f.name == "unit").await?;
    let workflow = desk.workflow(&register, &record).await?;
    let state = workflow.state(state_of(&register, &record));
    let day = |name: &str| instant(&register, &record, name).map(|at| format::day(visit.lang, at)).unwrap_or_default();
    let catalogue = desk.catalogue();
    let code = |name: &str| match register.field(name).map(|f| &f.kind) {
        Some(meydan_kernel::FieldKind::Code { list }) => {
            let code = catalogue.code_lists.get(list).and_then(|l| l.get(text(&register, &record, name)));
            code.map(|c| visit.say(&c.title).to_owned()).unwrap_or_default()
        }
        _ => String::new(),
    };
    let address = match place::position(&record) {
        Some((lon, lat)) => place::at(&visit, lon, lat).await?.map(|p| p.address).unwrap_or_default(),
        None => String::new(),
    };
    let template = ReportPage {
        page: visit.page(Room::Citizen, row.subject.clone()),
        told: state.and_then(|s| s.told.as_ref()).map(|t| visit.say(t).to_owned()).unwrap_or_default(),
        unit: reference(&register, &record, "unit").and_then(|u| labels.get("unit", u)).unwrap_or_default().to_owned(),
        due: if row.open { day("due_at") } else { String::new() },
        closed: day("closed_at"),
        resolution: code("resolution"),
        place: island(std::slice::from_ref(&record), std::slice::from_ref(&row)),
        address,
        row,
        id,
    };
    visit.show(&template)
}

async fn rows(visit: &Visit, register: &Arc<Register>, records: &[Record], tree: &Tree) -> Result<Vec<Row>, Problem> {
    let all: Vec<&Record> = records.iter().collect();
    let labels = Labels::of(visit, register, &all, |f| f.name == "neighbourhood").await?;
    let workflow = register.workflow.as_ref();
    Ok(records
        .iter()
        .map(|record| {
            let state = workflow.and_then(|w| w.state(state_of(register, record)));
            let category = reference(register, record, "category").and_then(|id| tree.title_of(id)).unwrap_or_default();
            let told = [text(register, record, "subject"), category.as_str(), visit.t.citizen_report()];
            let subject = told.into_iter().find(|t| !t.is_empty()).unwrap_or_default().to_owned();
            let supporters = match record.value(register, "supporters") {
                Some(Value::Int(n)) if *n > 1 => visit.t.citizen_supporters(count(*n)),
                _ => String::new(),
            };
            let quarter = reference(register, record, "neighbourhood").and_then(|id| labels.get("neighbourhood", id));
            let received = instant(register, record, "received_at");
            Row {
                href: format!("/basvurular/{}", record.id),
                subject,
                about: text(register, record, "public_text").to_owned(),
                quarter: quarter.unwrap_or_default().to_owned(),
                state: state.map(|s| visit.say(&s.title).to_owned()).unwrap_or_default(),
                open: state.is_none_or(|s| s.kind != StateKind::Closed),
                late: super::is_set(register, record, "late"),
                day: received.map(|at| format::day(visit.lang, at)).unwrap_or_default(),
                supporters,
                category,
            }
        })
        .collect())
}

/// The reports for the little map.
fn island(records: &[Record], rows: &[Row]) -> Option<String> {
    let features: Vec<_> = records
        .iter()
        .zip(rows)
        .filter_map(|(record, row)| {
            let geometry = Shape::of(record.geometry.as_ref()?).geojson();
            let told = json!({ "name": row.subject, "href": row.href });
            Some(json!({ "type": "Feature", "id": record.fid, "geometry": geometry, "properties": told }))
        })
        .collect();
    (!features.is_empty()).then(|| json_island(&json!({ "type": "FeatureCollection", "features": features })))
}

async fn quarters(visit: &Visit) -> Result<Vec<(String, String, bool)>, Problem> {
    let Ok(register) = visit.app.desk.register("neighbourhood") else { return Ok(Vec::new()) };
    let query = Query { limit: Some(MAX_QUARTERS), ..Query::all(Arc::clone(&register)) };
    let chosen = visit.query.get("neighbourhood").unwrap_or_default();
    let records = visit.app.desk.query(&citizen(), &query).await?;
    let told = |r: &Record| (r.id.to_string(), text(&register, r, "name").to_owned(), r.id.to_string() == chosen);
    let mut all: Vec<_> = records.iter().map(told).collect();
    all.sort_by_cached_key(|(_, name, _)| search_fold(name));
    Ok(all)
}
