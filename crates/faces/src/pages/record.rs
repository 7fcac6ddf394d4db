//! `/registers/{name}/{id}`: one record: its fields, its place, what points to it. `…/card` is the same, small, for the map.

use super::{
    admin::explain,
    case, format,
    labels::Labels,
    page::{Page, Room, Visit},
    params::{Params, encode},
    refusal::Refusal,
    shape::{Picture, Shape, json_island},
    shown::{Shower, Shown},
    texts::{Texts, count},
    unmask,
};
use crate::Problem;
use askama::Template;
use axum::{extract::Path, http::StatusCode, response::Response};
use meydan_kernel::{
    Catalogue, FieldKind, Lang, Query, Record, Register, Value, Version,
    catalogue::Action,
    cql2::{self, Expr},
    permission::FieldSet,
    query::Key,
};
use serde_json::json;
use std::sync::Arc;
use uuid::Uuid;

/// Limit: fields of the map's card.
const CARD_FIELDS: usize = 8;

/// A register and a record of it, as an address names them.
pub struct Found {
    /// The register.
    pub register: Arc<Register>,
    /// The record.
    pub record: Record,
}

/// The head that the record's pages share.
pub struct Head {
    /// Register.
    pub register: String,
    /// Its title.
    pub register_title: String,
    /// Record.
    pub id: Uuid,
    /// Small integer.
    pub fid: i64,
    /// Name.
    pub name: String,
    /// Tab in front: `record`, `edit`, `history`, `proof`.
    pub tab: &'static str,
    /// The record has ended.
    pub deleted: bool,
    /// Who asks may change it.
    pub may_edit: bool,
    /// Who asks may end it.
    pub may_delete: bool,
    /// Who asks may see its history.
    pub may_history: bool,
}

/// One field of the record.
pub struct Row {
    /// Title.
    pub title: String,
    /// What it means.
    pub description: Option<String>,
    /// Value.
    pub shown: Shown,
    /// Personal data.
    pub personal: bool,
    /// Not shown to who asks, or only in part.
    pub hidden: bool,
    /// Hidden, and opened on this page with a reason.
    pub uncovered: bool,
}

/// How the page comes about.
#[derive(Default)]
pub struct Showing<'a> {
    /// The version that ended the record.
    pub end: Option<&'a Version>,
    /// Fields opened with a reason.
    pub uncovered: FieldSet,
    /// Why they weren't.
    pub refusal: Option<Refusal>,
}

/// The picture of a geometry, and the same for the little map.
pub struct Place {
    /// SVG.
    pub picture: Picture,
    /// GeoJSON island.
    pub data: String,
    /// Centre as text.
    pub centre: String,
    /// The same place on the map page.
    pub on_map: String,
}

#[derive(Template)]
#[template(path = "record.html")]
struct RecordPage {
    page: Page,
    head: Head,
    rows: Vec<Row>,
    place: Option<Place>,
    version: String,
    recorded: String,
    by: Option<(String, Option<String>)>,
    as_of: Option<String>,
    saved: bool,
    unchanged: bool,
    pointing: Vec<(String, String, String)>,
    links: Vec<(String, &'static str)>,
    has_geometry: bool,
    /// Hidden fields that who asks may open: name and title.
    veiled: Vec<(String, String)>,
    /// Why they may not open the others.
    why: Option<String>,
    uncovered: bool,
    refusal: Option<Refusal>,
}

#[derive(Template)]
#[template(path = "card.html")]
struct CardFragment {
    page: Page,
    head: Head,
    rows: Vec<Row>,
    recorded: String,
    /// West, south, east, north.
    bbox: Option<String>,
}

/// Which record an address means: an id, or its small integer.
///
/// # Errors
/// `no-such-record`.
pub fn key(register: &Register, text: &str) -> Result<Key, Problem> {
    if let Ok(id) = Uuid::parse_str(text) {
        return Ok(Key::Id(id));
    }
    let fid = text.parse().map_err(|_| meydan_kernel::desk::no_such_record(register, text))?;
    Ok(Key::Fid(fid))
}

/// The register and the record of an address, now or as of the query's instant.
///
/// # Errors
/// `no-such-register`, `no-such-record`; those of the store.
pub async fn find(visit: &Visit, name: &str, id: &str) -> Result<Found, Problem> {
    let register = visit.app.desk.register(name)?;
    let key = key(&register, id)?;
    let as_of = visit.query.get("as-of").and_then(format::parse_instant);
    let record = visit.app.desk.get(&visit.principal(), &register, key, as_of).await?;
    Ok(Found { register, record })
}

/// `GET /registers/{name}/{id}`.
///
/// # Errors
/// As [`find`].
pub async fn record(visit: Visit, Path((name, id)): Path<(String, String)>) -> Result<Response, Problem> {
    let found = match find(&visit, &name, &id).await {
        Err(problem) if problem.error().code() == "no-such-record" => return ended(&visit, &name, &id, problem).await,
        other => other?,
    };
    show(&visit, &found, Showing::default()).await
}

/// A record that was deleted still has a page: what it was last, and that it ended.
async fn ended(visit: &Visit, name: &str, id: &str, problem: Problem) -> Result<Response, Problem> {
    let register = visit.app.desk.register(name)?;
    let Ok(id) = Uuid::parse_str(id) else { return Err(problem) };
    let history = visit.app.desk.history(&visit.principal(), &register, id).await.map_err(|_| problem.clone())?;
    let Some(last) = history.last().filter(|v| v.deleted && visit.query.get("as-of").is_none()) else { return Err(problem) };
    let found = Found { register, record: last.record.clone() };
    show(visit, &found, Showing { end: Some(last), ..Showing::default() }).await
}

/// The record's page.
///
/// # Errors
/// Those of the store.
pub async fn show(visit: &Visit, found: &Found, showing: Showing<'_>) -> Result<Response, Problem> {
    let Found { register, record } = found;
    if register.workflow.is_some() && showing.end.is_none() && visit.query.get("as-of").is_none() {
        return case::show(visit, found, showing, None).await;
    }
    let Showing { end, uncovered, refusal } = showing;
    let principal = visit.principal();
    let catalogue = visit.app.desk.catalogue();
    let history = match visit.may(register, Action::History) {
        true => visit.app.desk.history(&principal, register, record.id).await?,
        false => Vec::new(),
    };
    let by = history.iter().find(|v| v.record.version == record.version);
    let by = by.map(|v| (visit.caller.name_of(&v.act.person), v.act.reason.clone()));
    let labels = Labels::of(visit, register, &[record], |_| true).await?;
    let shower = Shower { t: visit.t, catalogue: &catalogue, labels: &labels };
    let head = Head::new(visit, register, record, &shower, "record", end.is_some());
    let as_of = visit.query.get("as-of").and_then(format::parse_instant).map(|at| format::instant(visit.lang, at));
    let veiled = if end.is_some() || as_of.is_some() { FieldSet::EMPTY } else { unmask::openable(visit, register, record) };
    let base = format!("/ogc/collections/{}", register.name);
    let template = RecordPage {
        page: visit.page(Room::Registers, format!("{} · {}", head.name, head.register_title)),
        rows: rows(visit, register, record, &shower, uncovered),
        place: place(visit, register, record, &head.name),
        version: record.version.to_string(),
        recorded: format::instant(visit.lang, record.recorded_at),
        by,
        as_of,
        saved: visit.query.get("saved").is_some(),
        unchanged: visit.query.get("unchanged").is_some(),
        pointing: if end.is_some() { Vec::new() } else { pointing(visit, &catalogue, register, record).await? },
        links: vec![(format!("{base}/items/{}", record.fid), "GeoJSON"), (format!("{base}/schema"), "JSON Schema")],
        has_geometry: register.geometry.is_some(),
        veiled: veiled
            .iter()
            .filter_map(|i| register.fields.get(i))
            .map(|f| (f.name.clone(), visit.say(&f.title).to_owned()))
            .collect(),
        why: (!record.hidden.without(veiled).is_empty() && !visit.caller.principal.is_everyone() && end.is_none())
            .then(|| explain::link(&register.name, Action::Unmask, Some(&record.id.to_string()))),
        uncovered: !uncovered.is_empty(),
        refusal,
        head,
    };
    let status = match (&template.refusal, end) {
        (Some(refusal), _) => refusal.status,
        (None, Some(_)) => StatusCode::GONE,
        (None, None) => StatusCode::OK,
    };
    visit.show_as(status, &template)
}

/// `GET /registers/{name}/{id}/card`: the record as a small piece of HTML for the map's panel.
///
/// # Errors
/// As [`find`].
pub async fn card(visit: Visit, Path((name, id)): Path<(String, String)>) -> Result<Response, Problem> {
    let Found { register, record } = find(&visit, &name, &id).await?;
    let catalogue = visit.app.desk.catalogue();
    let labels = Labels::of(&visit, &register, &[&record], |_| true).await?;
    let shower = Shower { t: visit.t, catalogue: &catalogue, labels: &labels };
    let head = Head::new(&visit, &register, &record, &shower, "record", false);
    let mut rows = rows(&visit, &register, &record, &shower, FieldSet::EMPTY);
    rows.retain(|r| !r.shown.is_empty() && !r.personal && r.shown.text != head.name);
    rows.truncate(CARD_FIELDS);
    let recorded = format::instant(visit.lang, record.recorded_at);
    let page = visit.page(Room::Map, head.name.as_str());
    let bbox = record
        .geometry
        .as_ref()
        .and_then(meydan_geo::Wkb::bbox)
        .map(|b| format!("{},{},{},{}", b.min_x, b.min_y, b.max_x, b.max_y));
    visit.show(&CardFragment { page, head, rows, recorded, bbox })
}

impl Head {
    /// The head of a record's page.
    pub fn new(
        visit: &Visit,
        register: &Register,
        record: &Record,
        shower: &Shower<'_>,
        tab: &'static str,
        deleted: bool,
    ) -> Self {
        Self {
            register: register.name.clone(),
            register_title: visit.say(&register.title).to_owned(),
            id: record.id,
            fid: record.fid,
            name: shower.name(register, record),
            tab,
            deleted,
            may_edit: !deleted && may_do(visit, register, record, Action::Update),
            may_delete: !deleted && may_do(visit, register, record, Action::Delete),
            may_history: visit.may(register, Action::History),
        }
    }
}

/// True if who asks may do this to this record, perhaps with a reason or a proof of who they are: whether to show the way there.
fn may_do(visit: &Visit, register: &Register, record: &Record, action: Action) -> bool {
    if !visit.may(register, action) {
        return false;
    }
    let access = visit.app.desk.access(&visit.at_best(), register, action);
    // What a grant asks of a hidden value can't be told from here; the desk tells it when it is done.
    let asks_hidden = |condition: &Expr| {
        let mut asks = false;
        condition.fields(&mut |field| asks |= record.hidden.has(field));
        asks
    };
    access.of(record).is_some() || access.parts().iter().filter_map(|p| p.condition.as_ref()).any(asks_hidden)
}

/// The fields of a record as people read them, in the definition's order.
pub fn rows(visit: &Visit, register: &Register, record: &Record, shower: &Shower<'_>, uncovered: FieldSet) -> Vec<Row> {
    let pairs = register.fields.iter().zip(&record.values).enumerate();
    let row = |(index, (field, value)): (usize, (&meydan_kernel::Field, &Value))| Row {
        title: visit.say(&field.title).to_owned(),
        description: field.description.as_ref().map(|d| visit.say(d).to_owned()),
        shown: shower.show(field, value),
        personal: field.personal,
        hidden: record.hidden.has(index),
        uncovered: uncovered.has(index),
    };
    pairs.map(row).collect()
}

/// Picture and map data of a record's geometry.
pub fn place(visit: &Visit, register: &Register, record: &Record, name: &str) -> Option<Place> {
    let geometry = record.geometry.as_ref()?;
    let bbox = geometry.bbox()?;
    let shape = Shape::of(geometry);
    let feature = json!({ "type": "Feature", "id": record.fid, "geometry": shape.geojson(), "properties": { "name": name } });
    let data = json_island(&json!({ "type": "FeatureCollection", "features": [feature] }));
    let (lon, lat) = ((bbox.min_x + bbox.max_x) / 2.0, (bbox.min_y + bbox.max_y) / 2.0);
    let centre = format!("{} {}", format::real(visit.lang, lon, 6), format::real(visit.lang, lat, 6));
    let on_map = format!("/?select={}/{}", register.name, record.id);
    Some(Place { picture: Picture::of(&[shape])?, data, centre, on_map })
}

/// Registers whose records point to this one: title, address of that list, how many.
async fn pointing(
    visit: &Visit,
    catalogue: &Catalogue,
    register: &Register,
    record: &Record,
) -> Result<Vec<(String, String, String)>, Problem> {
    let mut found = Vec::new();
    for other in catalogue.registers.values() {
        for field in
            other.fields.iter().filter(|f| matches!(&f.kind, FieldKind::Reference { register: r } if *r == register.name))
        {
            let filter = cql2::parse(other, &format!("\"{}\" = '{}'", field.name, record.id))?;
            let query = Query { filter: Some(filter), ..Query::all(Arc::clone(other)) };
            let number = match visit.app.desk.count(&visit.principal(), &query).await {
                // What this person may not see points to nothing for them.
                Err(error) if error.is_refusal() => continue,
                number => number?,
            };
            if number > 0 {
                let title = format!("{} · {}", visit.say(&other.title), visit.say(&field.title));
                let href = format!("/registers/{}?f.{}={}", other.name, field.name, encode(&record.id.to_string()));
                found.push((title, href, visit.t.count_records(count(number))));
            }
        }
    }
    Ok(found)
}

/// `POST /registers/{name}/{id}/delete`.
///
/// # Errors
/// `form-expired`; those of the desk.
pub async fn delete(
    visit: Visit,
    Path((name, id)): Path<(String, String)>,
    body: axum::body::Bytes,
) -> Result<Response, Problem> {
    let form = Params::parse(&String::from_utf8_lossy(&body));
    visit.check_token(&form)?;
    let Some(reason) = form.get("reason").map(|r| r.trim().to_owned()) else {
        return Err(meydan_kernel::Error::invalid(
            "reason-missing",
            Texts(Lang::Tr).fault_reason(),
            Texts(Lang::En).fault_reason(),
        )
        .into());
    };
    let Found { register, record } = find(&visit, &name, &id).await?;
    let expected = form.get("version").and_then(|v| v.parse().ok());
    let principal = visit.because(&reason);
    let edit = meydan_kernel::desk::Edit::Delete { id: record.id, expected };
    visit.app.desk.change(&principal, vec![(register.name.clone(), edit)]).await?;
    Ok(super::page::see_other(&format!("/registers/{}/{}", register.name, record.id)))
}
