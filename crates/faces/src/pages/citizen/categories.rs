//! The tree of categories, as a citizen chooses from it.

use super::{citizen, is_set, near::Category, reference, text};
use crate::{Problem, pages::page::Visit};
use meydan_kernel::{Lang, Query, Record, Register, Value, text::search_fold};
use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};
use uuid::Uuid;

/// The register of categories.
const CATEGORY: &str = "request_category";
/// Limit: categories read.
const MAX_CATEGORIES: usize = 2_000;
/// Limit: how deep the tree is told.
const MAX_DEPTH: usize = 5;

/// All categories in use.
pub struct Tree {
    register: Option<Arc<Register>>,
    records: Vec<Record>,
    lang: Lang,
}

/// One branch: a category with those below it.
pub struct Branch {
    /// Title of the branch.
    pub title: String,
    /// True if the chosen one is in it.
    pub open: bool,
    /// What can be chosen.
    pub leaves: Vec<Leaf>,
}

/// One category to choose.
pub struct Leaf {
    /// Id.
    pub id: String,
    /// Title, with those between the branch and it.
    pub title: String,
    /// What belongs here.
    pub about: String,
    /// Folded words that find it, in both languages.
    pub words: String,
    /// It is the chosen one.
    pub chosen: bool,
}

impl Tree {
    /// Reads the categories in use.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn read(visit: &Visit) -> Result<Self, Problem> {
        let Ok(register) = visit.app.desk.register(CATEGORY) else {
            return Ok(Self { register: None, records: Vec::new(), lang: visit.lang });
        };
        let query = Query { limit: Some(MAX_CATEGORIES), ..Query::all(Arc::clone(&register)) };
        let mut records = visit.app.desk.query(&citizen(), &query).await?;
        records.retain(|r| is_set(&register, r, "active"));
        let order = |r: &Record| match r.value(&register, "order") {
            Some(Value::Int(n)) => *n,
            _ => i64::MAX,
        };
        records.sort_by_key(|r| (order(r), r.fid));
        Ok(Self { register: Some(register), records, lang: visit.lang })
    }

    fn title<'a>(&'a self, register: &Register, record: &'a Record) -> &'a str {
        let english = text(register, record, "title_en");
        if self.lang == Lang::En && !english.is_empty() { english } else { text(register, record, "title") }
    }

    /// A category by its id.
    pub fn get(&self, id: &str) -> Option<Category<'_>> {
        let register = self.register.as_deref()?;
        let id = id.parse::<Uuid>().ok()?;
        let record = self.records.iter().find(|r| r.id == id)?;
        Some(Category { register, record, title: self.title(register, record) })
    }

    /// A category's title.
    pub fn title_of(&self, id: Uuid) -> Option<String> {
        let register = self.register.as_deref()?;
        self.records.iter().find(|r| r.id == id).map(|r| self.title(register, r).to_owned())
    }

    /// A category and all below it.
    pub fn below(&self, id: Uuid) -> Vec<Uuid> {
        let Some(register) = self.register.as_deref() else { return vec![id] };
        let mut all = vec![id];
        let mut at = 0;
        while let Some(parent) = all.get(at).copied() {
            let below = self.records.iter().filter(|r| reference(register, r, "parent") == Some(parent));
            let new: Vec<Uuid> = below.map(|r| r.id).filter(|id| !all.contains(id)).collect();
            all.extend(new);
            at += 1;
        }
        all
    }

    /// Id and title of each, for a list to choose from, those above first.
    pub fn choices(&self, chosen: &str) -> Vec<(String, String, bool)> {
        let Some(register) = self.register.as_deref() else { return Vec::new() };
        let by_id: HashMap<Uuid, &Record> = self.records.iter().map(|r| (r.id, r)).collect();
        let mut all: Vec<_> = self
            .records
            .iter()
            .map(|r| {
                let id = r.id.to_string();
                let chosen = id == chosen;
                (id, self.path(register, &by_id, r).join(" › "), chosen)
            })
            .collect();
        all.sort_by_cached_key(|(_, title, _)| search_fold(title));
        all
    }

    /// Titles from the root of the tree to a category.
    fn path(&self, register: &Register, by_id: &HashMap<Uuid, &Record>, record: &Record) -> Vec<String> {
        let mut path = vec![self.title(register, record).to_owned()];
        let mut at = reference(register, record, "parent");
        while let Some(above) = at.and_then(|id| by_id.get(&id)).filter(|_| path.len() < MAX_DEPTH) {
            path.insert(0, self.title(register, above).to_owned());
            at = reference(register, above, "parent");
        }
        path
    }

    /// The branches with what can be chosen in each: categories that have none below them.
    pub fn branches(&self, chosen: &str) -> Vec<Branch> {
        let Some(register) = self.register.as_deref() else { return Vec::new() };
        let by_id: HashMap<Uuid, &Record> = self.records.iter().map(|r| (r.id, r)).collect();
        let parents: HashSet<Uuid> = self.records.iter().filter_map(|r| reference(register, r, "parent")).collect();
        let mut branches: Vec<Branch> = Vec::new();
        for record in self.records.iter().filter(|r| !parents.contains(&r.id)) {
            let mut path = self.path(register, &by_id, record);
            let branch = path.first().cloned().unwrap_or_default();
            let title = if path.len() > 1 { path.split_off(1).join(" › ") } else { branch.clone() };
            let leaf = leaf(register, record, title, chosen);
            match branches.iter_mut().find(|b| b.title == branch) {
                Some(there) => {
                    there.open |= leaf.chosen;
                    there.leaves.push(leaf);
                }
                None => branches.push(Branch { title: branch, open: leaf.chosen, leaves: vec![leaf] }),
            }
        }
        branches
    }
}

fn leaf(register: &Register, record: &Record, title: String, chosen: &str) -> Leaf {
    let id = record.id.to_string();
    let said = ["title", "title_en", "keywords", "description"].map(|field| text(register, record, field));
    Leaf {
        words: search_fold(&said.join(" ")),
        about: text(register, record, "description").to_owned(),
        chosen: id == chosen,
        title,
        id,
    }
}
