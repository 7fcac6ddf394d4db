//! `/registers`: all registers by module, with how many records they hold and how fresh they are.

use super::{
    format,
    legend::{self, Row},
    page::{Page, Room, Visit},
    texts::count,
};
use crate::Problem;
use askama::Template;
use axum::response::Response;
use meydan_geo::GeometryType;
use meydan_kernel::{Query, Register, catalogue::Action, store::LogQuery};
use std::{collections::BTreeMap, sync::Arc};

#[derive(Template)]
#[template(path = "registers.html")]
struct RegistersPage {
    page: Page,
    modules: Vec<(String, Vec<Card>)>,
}

struct Card {
    name: String,
    title: String,
    description: String,
    geometry: (&'static str, &'static str),
    records: String,
    changed: Option<String>,
    stale: bool,
    articles: Vec<String>,
    swatch: Option<Row>,
}

/// `GET /registers`.
///
/// # Errors
/// Those of the store.
pub async fn registers(visit: Visit) -> Result<Response, Problem> {
    let catalogue = visit.app.desk.catalogue();
    let readable: Vec<_> = catalogue.registers.values().filter(|r| visit.may(r, Action::Read)).collect();
    let cards = readable.iter().map(|register| card(&visit, register));
    let mut modules: BTreeMap<String, Vec<Card>> = BTreeMap::new();
    for (card, register) in futures::future::join_all(cards).await.into_iter().zip(readable) {
        modules.entry(module_title(&visit, &register.module)).or_default().push(card?);
    }
    let page = visit.page(Room::Registers, visit.t.registers_title());
    visit.show(&RegistersPage { page, modules: modules.into_iter().collect() })
}

async fn card(visit: &Visit, register: &Arc<Register>) -> Result<Card, Problem> {
    let principal = visit.principal();
    let records = visit.app.desk.count(&principal, &Query::all(Arc::clone(register))).await?;
    let last = LogQuery { register: Some(register.name.clone()), limit: 1, ..LogQuery::default() };
    let changed = match visit.may(register, Action::History) {
        true => visit.app.desk.log(&principal, &last).await?.first().map(|entry| entry.recorded_at),
        false => None,
    };
    let days = |at: jiff::Timestamp| (jiff::Timestamp::now().as_second() - at.as_second()) / 86_400;
    Ok(Card {
        name: register.name.clone(),
        title: visit.say(&register.title).to_owned(),
        description: visit.say(&register.description).to_owned(),
        geometry: geometry(visit, register),
        records: visit.t.count_records(count(records)),
        changed: changed.map(|at| format::day(visit.lang, at)),
        stale: register.freshness.as_ref().zip(changed).is_some_and(|(f, at)| days(at) > i64::from(f.max_age_days)),
        articles: register.articles.clone(),
        swatch: legend::of(&visit.app.desk.catalogue(), register, visit.lang).into_iter().next(),
    })
}

/// A module's title; a module without a text of its own is shown by its name.
pub fn module_title(visit: &Visit, module: &str) -> String {
    match module {
        "city" => visit.t.module_city().to_owned(),
        "addressing" => visit.t.module_addressing().to_owned(),
        other => other.to_owned(),
    }
}

/// Icon and word of a register's geometry.
pub fn geometry(visit: &Visit, register: &Register) -> (&'static str, &'static str) {
    let t = visit.t;
    match register.geometry.as_ref().map(|g| g.kind) {
        None => ("rows-3", t.geometry_none()),
        Some(GeometryType::Point | GeometryType::MultiPoint) => ("map-pin", t.geometry_point()),
        Some(GeometryType::LineString | GeometryType::MultiLineString) => ("spline", t.geometry_line()),
        Some(GeometryType::Polygon | GeometryType::MultiPolygon) => ("pentagon", t.geometry_area()),
        Some(GeometryType::GeometryCollection) => ("shapes", t.geometry_any()),
    }
}
