//! An office that keeps notes about trees: a register with what search has to tell apart, and who asks for it.

use meydan_followers::{FullText, full_text::Hits};
use meydan_kernel::{
    Act, Bilingual, Catalogue, Change, Changeset, Committed, Desk, Operation, Principal, Register, Store, Value,
    catalogue::{Code, CodeList, Grant, plan},
    permission::Capacity,
};
use std::{path::Path, sync::Arc};
use uuid::Uuid;

pub const NAME: usize = 0;
pub const SUBJECT: usize = 1;
pub const NOTE: usize = 2;
pub const APPLICANT: usize = 3;
pub const PHONE: usize = 4;
pub const TEAM: usize = 5;
pub const OPEN: usize = 6;
pub const WEIGHT: usize = 7;
pub const KIND: usize = 8;

pub struct Office {
    pub store: Arc<dyn Store>,
    pub desk: Desk,
    pub catalogue: Catalogue,
    pub search: FullText,
    _folder: Option<tempfile::TempDir>,
}

pub fn text(t: &str) -> Value {
    Value::Text(t.to_owned())
}

/// The register, as the stores keep definitions: what a test doesn't speak of has its default.
fn register() -> Register {
    let both = |t: &str| serde_json::json!({ "tr": t, "en": t });
    let field = |name: &str, kind: &str, personal: bool| {
        serde_json::json!({
            "name": name, "title": both(name), "kind": { "type": kind, "list": "kind" }, "required": false, "unique": false,
            "personal": personal, "indexed": false, "format": (name == "phone").then_some("phone"),
        })
    };
    let fields = [
        field("name", "text", false),
        field("subject", "text", false),
        field("note", "text", false),
        field("applicant", "text", true),
        field("phone", "text", true),
        field("team", "text", false),
        field("open", "boolean", false),
        field("weight", "integer", false),
        field("kind", "code", false),
    ];
    let register = serde_json::json!({
        "name": "tree", "module": "own", "title": both("Ağaçlar"), "description": both("Ağaçlar"), "articles": [],
        "fields": fields, "key": [], "label": "name", "constraints": [], "metadata": { "keywords": [] },
    });
    serde_json::from_value(register).expect("a register")
}

/// A grant to read trees, by the words of a definition file.
pub fn grant(name: &str, to: &str, condition: Option<&str>, fields: &[&str]) -> Arc<Grant> {
    let grant = serde_json::json!({
        "name": name, "register": "tree", "to": [to], "actions": ["read"], "of_units": [], "scope": "any", "area": false,
        "condition": condition, "fields": fields, "reason": false, "step_up": false, "by_proxy": false,
    });
    Arc::new(serde_json::from_value(grant).expect("a grant"))
}

impl Office {
    /// An office whose index lies in a folder, or in memory.
    pub async fn open(folder: Option<&Path>) -> Self {
        let place = tempfile::tempdir().expect("a folder");
        let office = Self::in_place(place.path(), folder).await;
        Self { _folder: Some(place), ..office }
    }

    /// An office whose store lies in a folder too, perhaps from before.
    pub async fn in_place(place: &Path, folder: Option<&Path>) -> Self {
        let store = meydan_store::open(place.join("office.gpkg").to_str().expect("a plain path")).await.expect("a store");
        let mut catalogue = Catalogue::default();
        catalogue.registers.insert("tree".into(), Arc::new(register()));
        let code = |code: &str, tr: &str, en: &str| Code {
            code: code.into(),
            title: Bilingual::new(tr, en),
            retired: false,
            national: None,
        };
        let codes = vec![code("k1", "Şikâyet", "Complaint"), code("k2", "Bilgi edinme", "Information request")];
        let list = CodeList { name: "kind".into(), title: Bilingual::new("Tür", "Kind"), source: None, codes };
        catalogue.code_lists.insert("kind".into(), Arc::new(list));
        catalogue.grants = vec![
            grant("public", "everyone", Some("open = TRUE"), &["name", "subject", "kind"]),
            grant("staff", "person", None, &["name", "subject", "kind", "team"]),
            grant("own team", "person", Some("team = 'fen' AND NOT (open IS NULL)"), &["note"]),
        ];
        let applied = store.catalogue().await.expect("the catalogue").unwrap_or_default();
        store.apply(&plan(&applied, &catalogue, &[]), &catalogue).await.expect("the plan is carried out");
        let desk = Desk::new(Arc::clone(&store), Arc::new(catalogue.clone())).expect("a desk");
        let search = FullText::open(folder, Arc::clone(&store), &catalogue).expect("an index");
        Self { store, desk, catalogue, search, _folder: None }
    }

    pub async fn commit(&self, changes: Vec<(Uuid, Operation)>) -> Committed {
        let act = Act { person: "fatma.kaya".into(), source: "test".into(), ..Act::default() };
        let change = |(id, operation)| Change { register: "tree".into(), id, operation };
        let changes = changes.into_iter().map(change).collect();
        self.store.commit(Changeset { id: Uuid::now_v7(), act, changes }).await.expect("the change is committed")
    }

    /// Writes records with these fields, and has them taken in.
    pub async fn write(&self, records: &[&[(usize, Value)]]) -> Vec<Uuid> {
        let changes: Vec<(Uuid, Operation)> = records.iter().map(|set| insert(set)).collect();
        let ids = changes.iter().map(|(id, _)| *id).collect();
        self.commit(changes).await;
        self.search.catch_up().await.expect("the index follows");
        ids
    }

    pub async fn hits(&self, who: &Principal, asked: &str) -> Hits {
        self.search.search(&self.desk, who, asked, None, 20, 0).await.expect("an answer")
    }

    /// Names of what is found, best first.
    pub async fn names(&self, who: &Principal, asked: &str) -> Vec<String> {
        let hits = self.hits(who, asked).await.hits;
        hits.iter().map(|h| h.label.as_ref().map_or_else(String::new, |l| l.text.clone())).collect()
    }
}

pub fn values(set: &[(usize, Value)]) -> Vec<Value> {
    let mut values = vec![Value::Null; KIND + 1];
    set.iter().for_each(|(at, value)| values[*at] = value.clone());
    values
}

pub fn insert(set: &[(usize, Value)]) -> (Uuid, Operation) {
    (Uuid::now_v7(), Operation::Insert { values: values(set), geometry: None })
}

pub fn named(name: &str, subject: &str) -> Vec<(usize, Value)> {
    vec![(NAME, text(name)), (SUBJECT, text(subject))]
}

pub fn operator() -> Principal {
    Principal::operator(Act::default())
}

pub fn everyone() -> Principal {
    Principal::everyone("test")
}

pub fn clerk() -> Principal {
    Principal::new(Act::default(), Capacity::Person(Uuid::now_v7()))
}
