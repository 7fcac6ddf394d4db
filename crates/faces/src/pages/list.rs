//! `/registers/{name}`: a register's records as a table, with filter, order, columns, paging and export. Works without script.

use super::{
    admin::explain,
    format,
    labels::Labels,
    list_filter::{self, Filter},
    page::{Page, Room, Visit},
    params::{Params, encode},
    shape::{Shape, json_island},
    shown::{Shower, Shown},
    texts::count,
};
use crate::{Problem, ogc_features::export_formats};
use askama::Template;
use axum::{extract::Path, http::StatusCode, response::Response};
use meydan_kernel::{
    FieldKind, Query, Record, Register, Sort, Value,
    catalogue::Action,
    permission::{FieldSet, not_allowed},
    query::Cursor,
};
use serde_json::json;
use std::sync::Arc;

/// Records of a page, if the person does not say.
const PAGE: usize = 50;
/// What they may say.
const PAGES: [usize; 4] = [25, 50, 100, 250];
/// Columns shown, if the person does not choose.
const COLUMNS: usize = 7;
/// Limit: how far back the “previous page” link goes by counting off rows.
const MAX_BACK: u64 = 200_000;

/// Formats of the export menu: word of the API, name, icon.
const EXPORTS: [(&str, &str); 8] = [
    ("gpkg", "GeoPackage"),
    ("xlsx", "Excel"),
    ("csv", "CSV"),
    ("geojson", "GeoJSON"),
    ("fgb", "FlatGeobuf"),
    ("shp", "Shapefile (zip)"),
    ("kml", "KML"),
    ("gml", "GML 3.2"),
];

#[derive(Template)]
#[template(path = "list.html")]
struct ListPage {
    page: Page,
    name: String,
    title: String,
    description: String,
    total: String,
    shown: String,
    columns: Vec<Column>,
    rows: Vec<Row>,
    filter: Filter,
    choices: Vec<(String, String, bool)>,
    kept: Vec<(String, String)>,
    sizes: Vec<(usize, bool)>,
    first: Option<String>,
    previous: Option<String>,
    next: Option<String>,
    exports: Vec<(String, &'static str)>,
    clear: String,
    as_of: Option<String>,
    as_of_input: String,
    map: Option<String>,
    may_add: bool,
    may_history: bool,
    /// Fields that no record shows to who asks, and why.
    closed: Option<(String, String)>,
}

struct Column {
    title: String,
    href: String,
    /// `ascending`, `descending`, or nothing.
    sorted: Option<&'static str>,
    numeric: bool,
    personal: bool,
    unit: String,
}

struct Row {
    href: String,
    name: String,
    fid: String,
    cells: Vec<Shown>,
}

/// How the list is asked for.
struct Asked {
    columns: Vec<usize>,
    sort: Option<Sort>,
    limit: usize,
    after: Option<Cursor>,
    offset: u64,
    /// Number of the page's first row, from 1.
    from: u64,
    as_of: Option<jiff::Timestamp>,
}

/// `GET /registers/{name}`.
///
/// # Errors
/// `no-such-register`; those of the store.
pub async fn list(visit: Visit, Path(name): Path<String>) -> Result<Response, Problem> {
    let register = visit.app.desk.register(&name)?;
    let open = open_fields(&visit, &register)?;
    let mut filter = list_filter::read(&visit, &register, open).await?;
    let asked = Asked::read(&visit, &register, open);
    let mut status = if filter.fault.is_some() { StatusCode::BAD_REQUEST } else { StatusCode::OK };
    let base = Query { filter: filter.expr.clone(), as_of: asked.as_of, ..Query::all(Arc::clone(&register)) };
    let (total, mut records) = match &filter.fault {
        Some(_) => (0, Vec::new()),
        None => {
            let page = Query {
                sort: asked.sort.clone(),
                after: asked.after.clone(),
                offset: asked.offset,
                limit: Some(asked.limit + 1),
                ..base.clone()
            };
            let principal = visit.principal();
            match futures::try_join!(visit.app.desk.count(&principal, &base), visit.app.desk.query(&principal, &page)) {
                // A filter typed as CQL2 may ask for what is hidden: the list says so beside it.
                Err(error) if error.code() == "forbidden-field" => {
                    status = StatusCode::FORBIDDEN;
                    filter.fault = Some(error.message(visit.lang).to_owned());
                    (0, Vec::new())
                }
                found => found?,
            }
        }
    };
    let more = records.len() > asked.limit;
    records.truncate(asked.limit);
    let template = build(&visit, &register, filter, &asked, total, (&records, more), open).await?;
    visit.show_as(status, &template)
}

/// The fields that every record shows to who asks, or some record where they may not see every one: the others are no column,
/// filter or order of theirs (what is shown of one's own record alone would narrow the list to it).
fn open_fields(visit: &Visit, register: &Register) -> Result<FieldSet, Problem> {
    let past = visit.query.get("as-of").and_then(format::parse_instant).is_some();
    let action = if past { Action::History } else { Action::Read };
    let access = visit.app.desk.access(&visit.caller.principal, register, action);
    let some = || access.parts().iter().fold(FieldSet::EMPTY, |all, part| all.and(part.fields));
    let fields = access.whole().unwrap_or_else(some);
    match access.is_none() {
        true => Err(not_allowed(&visit.caller.principal, register, action).into()),
        false => Ok(fields.common(FieldSet::of_register(register))),
    }
}

impl Asked {
    fn read(visit: &Visit, register: &Register, open: FieldSet) -> Self {
        let query = &visit.query;
        let index = |name: &str| register.field_index(name).filter(|i| open.has(*i));
        let chosen: Vec<usize> = query.all("col").filter_map(index).collect();
        let sort = query.get("sort").and_then(|s| {
            let (name, descending) = s.strip_prefix('-').map_or((s, false), |name| (name, true));
            Some(Sort { field: index(name)?, descending })
        });
        let kind = sort.as_ref().and_then(|s| register.fields.get(s.field)).map(|f| &f.kind);
        let after = query.get("after").and_then(|v| v.parse().ok()).map(|fid| Cursor {
            value: kind.and_then(|kind| {
                let json = query.get("at").and_then(|v| serde_json::from_str(v).ok())?;
                Value::from_json(&json, kind)
            }),
            fid,
        });
        let number = |name: &str| query.get(name).and_then(|v| v.parse::<u64>().ok());
        let offset = if after.is_some() { 0 } else { number("offset").unwrap_or(0) };
        Self {
            columns: if chosen.is_empty() { default_columns(register, open) } else { chosen },
            sort,
            limit: number("limit").and_then(|l| PAGES.into_iter().find(|p| *p as u64 == l)).unwrap_or(PAGE),
            from: if after.is_some() { number("from").unwrap_or(1) } else { offset + 1 },
            after,
            offset,
            as_of: query.get("as-of").and_then(format::parse_instant),
        }
    }
}

/// The name first, then the key, then what comes; personal data only if asked for.
fn default_columns(register: &Register, open: FieldSet) -> Vec<usize> {
    let mut columns: Vec<usize> = register.field_index(&register.label).filter(|i| open.has(*i)).into_iter().collect();
    let keys = register.key_indexes();
    for index in keys.into_iter().chain(0..register.fields.len()).filter(|i| open.has(*i)) {
        if !columns.contains(&index) && !register.fields[index].personal && columns.len() < COLUMNS {
            columns.push(index);
        }
    }
    columns
}

async fn build(
    visit: &Visit,
    register: &Arc<Register>,
    filter: Filter,
    asked: &Asked,
    total: u64,
    (records, more): (&[Record], bool),
    open: FieldSet,
) -> Result<ListPage, Problem> {
    let catalogue = visit.app.desk.catalogue();
    let in_columns = |f: &meydan_kernel::Field| register.field_index(&f.name).is_some_and(|i| asked.columns.contains(&i));
    let all: Vec<&Record> = records.iter().collect();
    let labels = Labels::of(visit, register, &all, in_columns).await?;
    let shower = Shower { t: visit.t, catalogue: &catalogue, labels: &labels };
    let as_of = asked.as_of.map(|at| format!("?as-of={}", encode(&at.to_string()))).unwrap_or_default();
    let rows = records.iter().map(|record| Row {
        href: format!("/registers/{}/{}{as_of}", register.name, record.id),
        name: shower.name(register, record),
        fid: record.fid.to_string(),
        cells: asked.columns.iter().map(|i| shower.show(&register.fields[*i], &record.values[*i])).collect(),
    });
    let rows: Vec<Row> = rows.collect();
    let map = map(register, records, &rows);
    let title = visit.say(&register.title).to_owned();
    let to = asked.from + records.len() as u64 - u64::from(!records.is_empty());
    let number = |n: u64| count(n);
    Ok(ListPage {
        page: visit.page(Room::Registers, title.as_str()),
        name: register.name.clone(),
        description: visit.say(&register.description).to_owned(),
        total: visit.t.count_records(number(total)),
        shown: visit.t.list_range_from_to(number(asked.from.min(to)), number(to)),
        columns: columns(visit, register, asked),
        rows,
        choices: register
            .fields
            .iter()
            .enumerate()
            .filter(|(i, _)| open.has(*i))
            .map(|(i, f)| (f.name.clone(), visit.say(&f.title).to_owned(), asked.columns.contains(&i)))
            .collect(),
        kept: kept(visit),
        sizes: PAGES.map(|p| (p, p == asked.limit)).into(),
        first: (asked.from > 1).then(|| link(visit, &[])),
        previous: previous(visit, asked),
        next: more.then(|| next(visit, register, asked, records)).flatten(),
        exports: EXPORTS
            .iter()
            .filter(|_| visit.may(register, Action::Export))
            .filter(|(word, _)| export_formats(register).any(|f| f.name == *word))
            .map(|(word, name)| (export(&register.name, word, &filter, asked), *name))
            .collect(),
        clear: clear(visit),
        as_of: asked.as_of.map(|at| format::instant(visit.lang, at)),
        as_of_input: asked.as_of.map(format::input_instant).unwrap_or_default(),
        map,
        may_add: visit.may(register, Action::Insert),
        may_history: visit.may(register, Action::History),
        closed: closed(visit, register, open),
        filter,
        title,
    })
}

/// What is no column, and the page that says why; nobody who isn't logged in is told.
fn closed(visit: &Visit, register: &Register, open: FieldSet) -> Option<(String, String)> {
    let hidden = FieldSet::of_register(register).without(open);
    let titles: Vec<&str> = hidden.iter().filter_map(|i| register.fields.get(i)).map(|f| visit.say(&f.title)).collect();
    let tells = !titles.is_empty() && !visit.caller.principal.is_everyone();
    tells.then(|| (titles.join(", "), explain::link(&register.name, Action::Read, None)))
}

fn columns(visit: &Visit, register: &Register, asked: &Asked) -> Vec<Column> {
    let column = |index: &usize| {
        let field = &register.fields[*index];
        let sorted = asked.sort.as_ref().filter(|s| s.field == *index);
        let next = if sorted.is_some_and(|s| !s.descending) { format!("-{}", field.name) } else { field.name.clone() };
        Column {
            title: visit.say(&field.title).to_owned(),
            href: link(visit, &[("sort", &next)]),
            sorted: sorted.map(|s| if s.descending { "descending" } else { "ascending" }),
            numeric: matches!(field.kind, FieldKind::Integer | FieldKind::Real | FieldKind::Money),
            personal: field.personal,
            unit: field.unit.as_deref().map(super::shown::unit_sign).unwrap_or_default().to_owned(),
        }
    };
    asked.columns.iter().map(column).collect()
}

const PLACE: [&str; 4] = ["after", "at", "from", "offset"];

/// This list from its start, with some parameters set.
fn link(visit: &Visit, set: &[(&str, &str)]) -> String {
    let mut query = visit.query.without(&PLACE).without(&["lang", "theme"]);
    for (name, value) in set {
        query = query.with(name, value);
    }
    format!("{}{}", visit.path, query.query())
}

fn next(visit: &Visit, register: &Register, asked: &Asked, records: &[Record]) -> Option<String> {
    let last = records.last()?;
    let from = (asked.from + records.len() as u64).to_string();
    let fid = last.fid.to_string();
    let at = asked.sort.as_ref().filter(|s| s.field < register.fields.len()).and_then(|s| last.values.get(s.field));
    let at = at.map(|v| v.to_json().to_string());
    let mut set = vec![("after", fid.as_str()), ("from", from.as_str())];
    set.extend(at.as_deref().map(|at| ("at", at)));
    Some(link(visit, &set))
}

fn previous(visit: &Visit, asked: &Asked) -> Option<String> {
    let back = (asked.from - 1).saturating_sub(asked.limit as u64);
    match asked.from {
        1 => None,
        _ if back == 0 => Some(link(visit, &[])),
        _ => (back <= MAX_BACK).then(|| link(visit, &[("offset", &back.to_string())])),
    }
}

/// The list without its filter.
fn clear(visit: &Visit) -> String {
    let names: Vec<&str> = visit
        .query
        .pairs()
        .iter()
        .map(|(n, _)| n.as_str())
        .filter(|n| list_filter::is_filter(n) || PLACE.contains(n))
        .collect();
    format!("{}{}", visit.path, visit.query.without(&names).without(&["lang", "theme"]).query())
}

/// What the filter form must carry along: order, columns, page size.
fn kept(visit: &Visit) -> Vec<(String, String)> {
    let kept = visit.query.without(&PLACE).without(&["lang", "theme", "as-of", "limit", "col"]);
    kept.pairs().iter().filter(|(n, _)| !list_filter::is_filter(n)).cloned().collect()
}

fn export(name: &str, format: &str, filter: &Filter, asked: &Asked) -> String {
    let mut href = format!("/ogc/collections/{name}/export/{format}");
    let mut query = Params::default();
    if !filter.text.is_empty() {
        query = query.with("filter-lang", "cql2-text").with("filter", &filter.text);
    }
    if let Some(at) = asked.as_of {
        query = query.with("datetime", &at.to_string());
    }
    href += &query.query();
    href
}

/// The page's geometries for the little map.
fn map(register: &Register, records: &[Record], rows: &[Row]) -> Option<String> {
    register.geometry.as_ref()?;
    let features: Vec<_> = records
        .iter()
        .zip(rows)
        .filter_map(|(record, row)| {
            let geometry = Shape::of(record.geometry.as_ref()?).geojson();
            Some(json!({ "type": "Feature", "id": record.fid, "geometry": geometry, "properties": { "name": row.name, "href": row.href } }))
        })
        .collect();
    (!features.is_empty()).then(|| json_island(&json!({ "type": "FeatureCollection", "features": features })))
}
