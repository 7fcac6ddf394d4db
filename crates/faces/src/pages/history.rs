//! `/registers/{name}/{id}/history`: who changed what, when and why, newest first; and `…/proof`: how to prove it.

use super::{
    format,
    labels::Labels,
    page::{Page, Room, Visit},
    params::encode,
    record::{Head, key},
    shape::{Picture, Shape, json_island},
    shown::{Shower, Shown},
};
use crate::Problem;
use askama::Template;
use axum::{extract::Path, response::Response};
use meydan_kernel::{Record, Register, Version, log::Entry, query::Key, store::LogQuery};
use serde_json::json;
use std::sync::Arc;
use uuid::Uuid;

/// Limit: log entries of one record shown on the proof page.
const MAX_ENTRIES: usize = 500;

#[derive(Template)]
#[template(path = "history.html")]
struct HistoryPage {
    page: Page,
    head: Head,
    steps: Vec<Step>,
}

/// One version beside the one before.
struct Step {
    version: i64,
    verb: &'static str,
    /// The record's beginning: there is no before.
    first: bool,
    person: String,
    post: String,
    on_behalf_of: Option<String>,
    reason: Option<String>,
    source: String,
    at: String,
    position: i64,
    changeset: Uuid,
    as_of: String,
    changes: Vec<FieldChange>,
    place: Option<Moved>,
    /// Values of it were destroyed later.
    erased: bool,
}

struct FieldChange {
    title: String,
    before: Shown,
    after: Shown,
}

/// The geometry before and after, as picture and for the little map.
struct Moved {
    picture: Picture,
    data: String,
}

#[derive(Template)]
#[template(path = "proof.html")]
struct ProofPage {
    page: Page,
    head: Head,
    entries: Vec<Leaf>,
    head_size: String,
    sealed: Option<(String, String)>,
    proof_href: String,
}

struct Leaf {
    version: i64,
    verb: &'static str,
    position: i64,
    at: String,
    digest: String,
    sealed: bool,
    text: String,
}

/// All versions of a record, also of one that has ended.
async fn versions(visit: &Visit, name: &str, id: &str) -> Result<(Arc<Register>, Vec<Version>), Problem> {
    let register = visit.app.desk.register(name)?;
    let principal = visit.principal();
    let id = match key(&register, id)? {
        Key::Id(id) => id,
        fid @ Key::Fid(_) => visit.app.desk.get(&principal, &register, fid, None).await?.id,
    };
    let versions = visit.app.desk.history(&principal, &register, id).await?;
    Ok((register, versions))
}

/// `GET /registers/{name}/{id}/history`.
///
/// # Errors
/// `no-such-register`, `no-such-record`; those of the store.
pub async fn history(visit: Visit, Path((name, id)): Path<(String, String)>) -> Result<Response, Problem> {
    let (register, versions) = versions(&visit, &name, &id).await?;
    let records: Vec<&Record> = versions.iter().map(|v| &v.record).collect();
    let catalogue = visit.app.desk.catalogue();
    let labels = Labels::of(&visit, &register, &records, |_| true).await?;
    let shower = Shower { t: visit.t, catalogue: &catalogue, labels: &labels };
    let erased = erasures(&visit, &register, versions.first().map(|v| v.record.id)).await?;
    let mut steps: Vec<Step> = Vec::with_capacity(versions.len());
    for (index, version) in versions.iter().enumerate() {
        let before = index.checked_sub(1).and_then(|i| versions.get(i)).map(|v| &v.record);
        let mut step = step(&visit, &register, &shower, before, version);
        if erased.contains(&version.position) {
            step.verb = visit.t.verb_erase();
        }
        step.erased = erased.iter().any(|position| version.position < *position);
        steps.push(step);
    }
    steps.reverse();
    let last = versions.last().ok_or_else(|| meydan_kernel::desk::no_such_record(&register, &id))?;
    let head = Head::new(&visit, &register, &last.record, &shower, "history", last.deleted);
    let page = visit.page(Room::Registers, visit.t.history_title(head.name.as_str()));
    visit.show(&HistoryPage { page, head, steps })
}

/// Positions of the log's entries that destroyed values of a record: every version before one has lost some.
async fn erasures(visit: &Visit, register: &Register, id: Option<Uuid>) -> Result<Vec<i64>, Problem> {
    let query = LogQuery { register: Some(register.name.clone()), record: id, limit: MAX_ENTRIES, ..LogQuery::default() };
    let entries = visit.app.desk.log(&visit.principal(), &query).await?;
    Ok(entries.iter().filter(|e| e.verb == meydan_kernel::log::Verb::Erase).map(|e| e.position).collect())
}

fn step(visit: &Visit, register: &Register, shower: &Shower<'_>, before: Option<&Record>, version: &Version) -> Step {
    let after = &version.record;
    let changed = |index: usize| match before {
        Some(before) => before.values.get(index) != after.values.get(index),
        None => !after.values[index].is_null(),
    };
    let change = |(index, field): (usize, &meydan_kernel::Field)| FieldChange {
        title: visit.say(&field.title).to_owned(),
        before: before.and_then(|b| b.values.get(index)).map(|v| shower.show(field, v)).unwrap_or_default(),
        after: shower.show(field, &after.values[index]),
    };
    let fields = register.fields.iter().take(after.values.len()).enumerate();
    let changes = if version.deleted { Vec::new() } else { fields.filter(|(i, _)| changed(*i)).map(change).collect() };
    let verb = match (before, version.deleted) {
        (_, true) => visit.t.verb_delete(),
        (None, _) => visit.t.verb_insert(),
        _ => visit.t.verb_update(),
    };
    Step {
        version: after.version,
        verb,
        first: before.is_none(),
        person: visit.caller.name_of(&version.act.person),
        post: visit.caller.name_of(&version.act.post),
        on_behalf_of: version.act.on_behalf_of.as_ref().map(|other| visit.caller.name_of(other)),
        reason: version.act.reason.clone(),
        source: source(visit, &version.act.source),
        at: format::instant(visit.lang, after.recorded_at),
        position: version.position,
        changeset: version.changeset,
        as_of: format!("/registers/{}/{}?as-of={}", register.name, after.id, encode(&after.recorded_at.to_string())),
        changes,
        place: moved(before, after, version.deleted),
        erased: false,
    }
}

fn moved(before: Option<&Record>, after: &Record, deleted: bool) -> Option<Moved> {
    let (old, new) = (before.and_then(|b| b.geometry.as_ref()), after.geometry.as_ref());
    if deleted || old == new {
        return None;
    }
    let shapes: Vec<Shape> = [old, new].into_iter().map(|g| g.map(Shape::of).unwrap_or_default()).collect();
    let features = shapes
        .iter()
        .zip(["before", "after"])
        .filter(|(s, _)| s.bbox.is_some())
        .map(|(shape, role)| json!({ "type": "Feature", "geometry": shape.geojson(), "properties": { "role": role } }));
    let data = json_island(&json!({ "type": "FeatureCollection", "features": features.collect::<Vec<_>>() }));
    Some(Moved { picture: Picture::of(&shapes)?, data })
}

/// `GET /registers/{name}/{id}/proof`.
///
/// # Errors
/// As [`history`].
pub async fn proof(visit: Visit, Path((name, id)): Path<(String, String)>) -> Result<Response, Problem> {
    let (register, versions) = versions(&visit, &name, &id).await?;
    let last = versions.last().ok_or_else(|| meydan_kernel::desk::no_such_record(&register, &id))?;
    let catalogue = visit.app.desk.catalogue();
    let labels = Labels::of(&visit, &register, &[&last.record], |f| f.name == register.label).await?;
    let shower = Shower { t: visit.t, catalogue: &catalogue, labels: &labels };
    let head = Head::new(&visit, &register, &last.record, &shower, "proof", last.deleted);
    let query = LogQuery { record: Some(last.record.id), limit: MAX_ENTRIES, ..LogQuery::default() };
    let entries = visit.app.desk.log(&visit.principal(), &query).await?;
    let seal = visit.app.desk.sealed_log(&visit.principal()).last_seal().await?;
    let size = seal.as_ref().map_or(0, |s| s.size);
    let page = visit.page(Room::Registers, visit.t.proof_title(head.name.as_str()));
    let template = ProofPage {
        page,
        entries: entries.iter().map(|e| leaf(&visit, e, size)).collect(),
        head_size: format::integer(visit.lang, visit.app.desk.head()),
        sealed: seal.map(|s| (format::integer(visit.lang, s.size), format::instant(visit.lang, s.sealed_at))),
        proof_href: format!("/api/log/records/{}/{}/proof", register.name, last.record.id),
        head,
    };
    visit.show(&template)
}

fn leaf(visit: &Visit, entry: &Entry, sealed: i64) -> Leaf {
    Leaf {
        version: entry.version,
        verb: verb(visit, entry.verb),
        position: entry.position,
        at: format::instant(visit.lang, entry.recorded_at),
        digest: entry.digest.iter().map(|b| format!("{b:02x}")).collect(),
        sealed: entry.position < sealed,
        text: String::from_utf8_lossy(&entry.leaf_bytes()).into_owned(),
    }
}

/// Through which face a change came, in the visitor's language; a word that has no text is shown as it is.
pub fn source(visit: &Visit, source: &str) -> String {
    match source.split_once(':') {
        Some(("import", file)) => visit.t.source_import(file),
        _ => match source {
            "page" => visit.t.source_page().to_owned(),
            "api" => visit.t.source_api().to_owned(),
            "demo" => visit.t.source_demo().to_owned(),
            other => other.to_owned(),
        },
    }
}

/// What happened, in the visitor's language.
pub fn verb(visit: &Visit, verb: meydan_kernel::log::Verb) -> &'static str {
    use meydan_kernel::log::Verb;
    match verb {
        Verb::Insert => visit.t.verb_insert(),
        Verb::Update => visit.t.verb_update(),
        Verb::Delete => visit.t.verb_delete(),
        Verb::Erase => visit.t.verb_erase(),
    }
}
