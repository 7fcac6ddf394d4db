//! Search by name over all registers: `/search.json` for the box and the map, `/registers/{name}/choices` for forms; the page is
//! `find`, which looks for words.
//! Typing without Turkish letters finds too: `sehir` meets `Şehir`, `istanbul` meets `İSTANBUL`.

use super::{
    labels::Labels,
    list_filter::{contains, quoted_name},
    page::Visit,
    params::encode,
    shown::Shower,
};
use crate::Problem;
use axum::{
    extract::Path,
    http::header,
    response::{IntoResponse, Response},
};
use meydan_kernel::{
    FieldKind, Query, Record, Register, catalogue::Action, cql2, permission::FieldSet, post::PERSON, text::search_fold,
};
use serde_json::{Value as Json, json};
use std::{sync::Arc, time::Duration};
use uuid::Uuid;

/// Limit: hits of one register.
pub const MAX_HITS: usize = 8;
/// Limit: candidates looked at in one register when letters may stand for Turkish ones.
const MAX_CANDIDATES: usize = 400;
/// Limit: choices offered to a form.
pub const MAX_CHOICES: usize = 20;
/// Limit: words of a person's name that are looked for.
const MAX_WORDS: usize = 5;
/// Limit: records suggested that only words find.
const MAX_WORDED: usize = 8;
/// Limit: letters that are looked for.
const MAX_LETTERS: usize = 80;
/// A register that is slower is left out, and the page says so.
const PATIENCE: Duration = Duration::from_millis(1_500);

/// One record found.
#[derive(Debug, Clone)]
pub struct Hit {
    /// Id.
    pub id: Uuid,
    /// Small integer.
    pub fid: i64,
    /// Name.
    pub label: String,
    /// West, south, east, north of its geometry.
    pub bbox: Option<[f64; 4]>,
}

/// Hits of one register.
pub struct Group {
    /// Name of the register.
    pub name: String,
    /// Its title.
    pub title: String,
    /// The hits.
    pub hits: Vec<Hit>,
    /// The list of all.
    pub all: String,
}

/// `GET /search.json?q=`: groups of hits with their boxes.
///
/// # Errors
/// Those of the store.
pub async fn json(visit: Visit) -> Result<Response, Problem> {
    let (mut groups, _) = everywhere(&visit, &asked(&visit)).await?;
    groups.extend(by_words(&visit, &groups).await?);
    let groups = groups.into_iter().map(|g| {
        json!({ "register": g.name, "title": g.title, "hits": g.hits.iter().map(|h| hit_json(&g.name, h)).collect::<Vec<_>>() })
    });
    Ok(answer(&json!({ "groups": groups.collect::<Vec<_>>() })))
}

/// Records that only their words find (a case by its text, a service by what it does): of registers whose names answered nothing.
async fn by_words(visit: &Visit, named: &[Group]) -> Result<Vec<Group>, Problem> {
    let asked = asked(visit);
    let Some(index) = visit.app.full_text.as_ref().filter(|_| !asked.is_empty()) else { return Ok(Vec::new()) };
    let found = index.search(&visit.app.desk, &visit.principal(), &asked, None, MAX_WORDED, 0).await?;
    let mut groups: Vec<Group> = Vec::new();
    for found in found.hits {
        let register = &found.register;
        if named.iter().any(|g| g.name == register.name) {
            continue;
        }
        let label = found.label.map_or_else(|| format!("#{}", found.record.fid), |l| l.text);
        let hit = hit(&found.record, label);
        match groups.iter_mut().find(|g| g.name == register.name) {
            Some(group) => group.hits.push(hit),
            None => groups.push(Group {
                name: register.name.clone(),
                title: visit.say(&register.title).to_owned(),
                hits: vec![hit],
                all: format!("/search?q={}&register={}", encode(&asked), register.name),
            }),
        }
    }
    Ok(groups)
}

/// `GET /registers/{name}/choices?q=`: records that a reference may point to.
///
/// # Errors
/// `no-such-register`; those of the store.
pub async fn choices(visit: Visit, Path(name): Path<String>) -> Result<Response, Problem> {
    let register = visit.app.desk.register(&name)?;
    let hits = by_label(&visit, &register, &asked(&visit), MAX_CHOICES).await?;
    Ok(answer(&json!({ "hits": hits.iter().map(|h| hit_json(&name, h)).collect::<Vec<_>>() })))
}

/// What is looked for.
pub fn asked(visit: &Visit) -> String {
    visit.query.get("q").unwrap_or_default().trim().chars().take(MAX_LETTERS).collect()
}

fn hit_json(register: &str, hit: &Hit) -> Json {
    json!({ "id": hit.id, "fid": hit.fid, "label": hit.label, "bbox": hit.bbox, "href": format!("/registers/{register}/{}", hit.id) })
}

fn answer(json: &Json) -> Response {
    ([(header::CONTENT_TYPE, "application/json"), (header::CACHE_CONTROL, "no-cache")], json.to_string()).into_response()
}

/// Records whose name holds what is asked, by register; and the registers that took too long.
///
/// # Errors
/// Those of the store.
pub async fn everywhere(visit: &Visit, asked: &str) -> Result<(Vec<Group>, Vec<String>), Problem> {
    let catalogue = visit.app.desk.catalogue();
    if asked.is_empty() {
        return Ok((Vec::new(), Vec::new()));
    }
    // What may be read through a grant that hides its name is left out too: looking for it would tell it.
    let searchable = |register: &&Arc<Register>| {
        let label = register.field_index(&register.label).map(FieldSet::one).unwrap_or_default();
        visit.app.desk.access(&visit.caller.principal, register, Action::Read).narrowing(register, label).is_ok()
    };
    let questions = catalogue.registers.values().filter(searchable).map(|register| async move {
        let found = tokio::time::timeout(PATIENCE, by_label(visit, register, asked, MAX_HITS)).await;
        (Arc::clone(register), found)
    });
    let (mut groups, mut slow) = (Vec::new(), Vec::new());
    for (register, found) in futures::future::join_all(questions).await {
        let title = visit.say(&register.title).to_owned();
        match found {
            Err(_) => slow.push(title),
            Ok(hits) => {
                let hits = hits?;
                let all = format!("/registers/{}?f.{}={}", register.name, register.label, encode(asked));
                if !hits.is_empty() {
                    groups.push(Group { name: register.name.clone(), title, hits, all });
                }
            }
        }
    }
    // Best first: whole names before beginnings before the rest; few hits (places) before many (doors).
    let folded = search_fold(asked);
    groups.sort_by_key(|g| (g.hits.iter().map(|h| rank(&h.label, &folded)).min(), g.hits.len()));
    Ok((groups, slow))
}

fn rank(label: &str, folded: &str) -> u8 {
    let label = search_fold(label);
    match () {
        () if label == folded => 0,
        () if label.starts_with(folded) => 1,
        () if label.split_whitespace().any(|word| word.starts_with(folded)) => 2,
        () => 3,
    }
}

/// Records of a register whose name holds some letters, best first. An id finds its record.
///
/// # Errors
/// Those of the store.
pub async fn by_label(visit: &Visit, register: &Arc<Register>, asked: &str, limit: usize) -> Result<Vec<Hit>, Problem> {
    let Some(condition) = condition(register, asked) else { return Ok(Vec::new()) };
    let filter = Some(cql2::parse(register, &condition)?);
    let query = Query { filter, limit: Some(MAX_CANDIDATES), ..Query::all(Arc::clone(register)) };
    let records = visit.app.desk.query(&visit.principal(), &query).await?;
    let folded = search_fold(asked);
    let is_label = |field: &meydan_kernel::Field| field.name == register.label;
    let all: Vec<&Record> = records.iter().collect();
    let labels = Labels::of(visit, register, &all, is_label).await?;
    let catalogue = visit.app.desk.catalogue();
    let shower = Shower { t: visit.t, catalogue: &catalogue, labels: &labels };
    let named = records.iter().map(|record| (shower.name(register, record), record));
    let by_id = Uuid::parse_str(asked).is_ok();
    let mut hits: Vec<(u8, Hit)> = named
        .filter(|(label, record)| by_id || search_fold(label).contains(&folded) || record.fid.to_string() == asked)
        .map(|(label, record)| (rank(&label, &folded), hit(record, label)))
        .collect();
    hits.sort_by(|(a, x), (b, y)| (a, x.label.len(), &x.label).cmp(&(b, y.label.len(), &y.label)));
    Ok(hits.into_iter().take(limit).map(|(_, hit)| hit).collect())
}

fn hit(record: &Record, label: String) -> Hit {
    let bbox = record.geometry.as_ref().and_then(meydan_geo::Wkb::bbox).map(|b| [b.min_x, b.min_y, b.max_x, b.max_y]);
    Hit { id: record.id, fid: record.fid, label, bbox }
}

/// The question to the store. A plain letter that may stand for a Turkish one becomes “any letter” here; [`search_fold`] decides.
fn condition(register: &Register, asked: &str) -> Option<String> {
    if let Ok(id) = Uuid::parse_str(asked) {
        return Some(format!("id = '{id}'"));
    }
    let field = register.field(&register.label)?;
    let name = quoted_name(&field.name);
    if register.name == PERSON {
        // People are called by both names, in any order.
        let word = |word| format!("({} OR {})", holds("\"first_name\"", word), holds(&name, word));
        return Some(asked.split_whitespace().take(MAX_WORDS).map(word).collect::<Vec<_>>().join(" AND "));
    }
    match field.kind {
        FieldKind::Text => Some(holds(&name, asked)),
        FieldKind::Integer => asked.parse::<i64>().ok().map(|n| format!("{name} = {n}")),
        _ => asked.parse::<i64>().ok().map(|fid| format!("fid = {fid}")),
    }
}

/// The condition that a text field holds some letters.
fn holds(name: &str, asked: &str) -> String {
    if !asked.is_ascii() {
        return contains(name, asked);
    }
    let mut pattern = String::with_capacity(asked.len() + 2);
    for c in asked.chars() {
        match c.to_ascii_lowercase() {
            'i' | 's' | 'g' | 'c' | 'o' | 'u' | 'a' => pattern.push('_'),
            '%' | '_' | '\\' => pattern.extend(['\\', c]),
            '\'' => pattern.push_str("''"),
            _ => pattern.push(c),
        }
    }
    format!("CASEI({name}) LIKE CASEI('%{pattern}%')")
}
