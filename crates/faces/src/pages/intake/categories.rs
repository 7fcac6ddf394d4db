//! The tree of categories, as an agent types into it: each with its way down from the root and the words that find it.

use super::{integer, reference, text};
use crate::{Problem, pages::page::Visit};
use meydan_kernel::{Lang, Query, Record, Register, Value, query::MAX_PAGE, text::search_fold};
use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};
use uuid::Uuid;

/// The register of categories.
const CATEGORY: &str = "request_category";
/// Limit: how deep the tree is told.
const MAX_DEPTH: usize = 6;
/// Metres looked round where a category names none.
const METRES: i64 = 50;

/// One category to choose.
pub struct Choice {
    /// Id.
    pub id: Uuid,
    /// Its title, with those above it.
    pub title: String,
    /// Folded words that find it, in both languages.
    pub words: String,
    /// It is the chosen one.
    pub chosen: bool,
}

/// The categories that requests can be filed under.
///
/// # Errors
/// Those of the store.
pub async fn choices(visit: &Visit, chosen: &str) -> Result<Vec<Choice>, Problem> {
    let Ok(register) = visit.app.desk.register(CATEGORY) else { return Ok(Vec::new()) };
    let query = Query { limit: Some(MAX_PAGE), ..Query::all(Arc::clone(&register)) };
    let mut records = visit.app.desk.query(&visit.principal(), &query).await?;
    records.retain(|r| r.value(&register, "active") == Some(&Value::Bool(true)));
    records.sort_by_key(|r| (integer(&register, r, "order").unwrap_or(i64::MAX), r.fid));
    let parents: HashSet<Uuid> = records.iter().filter_map(|r| reference(&register, r, "parent")).collect();
    let by_id: HashMap<Uuid, &Record> = records.iter().map(|r| (r.id, r)).collect();
    let leaves = records.iter().filter(|r| !parents.contains(&r.id));
    Ok(leaves
        .map(|record| {
            let said = ["title", "title_en", "keywords", "description", "code"].map(|f| text(&register, record, f));
            let title = path(visit.lang, &register, &by_id, record).join(" › ");
            let words = search_fold(&format!("{title} {}", said.join(" ")));
            Choice { id: record.id, title, words, chosen: record.id.to_string() == chosen }
        })
        .collect())
}

fn path(lang: Lang, register: &Register, by_id: &HashMap<Uuid, &Record>, record: &Record) -> Vec<String> {
    let title = |r: &Record| {
        let english = text(register, r, "title_en");
        if lang == Lang::En && !english.is_empty() { english } else { text(register, r, "title") }.to_owned()
    };
    let mut path = vec![title(record)];
    let mut at = reference(register, record, "parent");
    while let Some(above) = at.and_then(|id| by_id.get(&id)).filter(|_| path.len() < MAX_DEPTH) {
        path.insert(0, title(above));
        at = reference(register, above, "parent");
    }
    path
}

/// Within how many metres a request of this category is looked for as the same.
///
/// # Errors
/// Those of the store.
pub async fn duplicate_metres(visit: &Visit, id: Uuid) -> Result<f64, Problem> {
    let register = visit.app.desk.register(CATEGORY)?;
    let query = Query { ids: Some(vec![id]), limit: Some(1), ..Query::all(Arc::clone(&register)) };
    let category = visit.app.desk.query(&visit.principal(), &query).await?.pop();
    let metres = category.and_then(|c| integer(&register, &c, "duplicate_metres")).unwrap_or(METRES);
    Ok(metres.clamp(0, 5_000) as f64)
}
