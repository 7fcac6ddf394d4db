//! A house with real definitions and a real store.

use meydan_identity::{Identity, PasskeyVisit, RelyingParty};
use meydan_kernel::{
    Act, Catalogue, Desk, Principal, Query, Store, Value,
    catalogue::{load, plan},
    desk::Edit,
};
use meydan_store::sqlite::SqliteStore;
use std::sync::Arc;
use tempfile::TempDir;
use uuid::Uuid;

pub struct House {
    pub identity: Identity,
    pub desk: Arc<Desk>,
    _folder: TempDir,
}

impl House {
    pub async fn new() -> Self {
        Self::at("https://kent.example").await
    }

    pub async fn at(address: &str) -> Self {
        let catalogue = load(&meydan_modules::sources()).expect("the definitions have no fault");
        let folder = tempfile::tempdir().expect("a folder");
        let store: Arc<dyn Store> =
            Arc::new(SqliteStore::open(&folder.path().join("city.gpkg")).await.expect("the store opens"));
        store.apply(&plan(&Catalogue::default(), &catalogue, &[]), &catalogue).await.expect("tables");
        let desk = Desk::new(store, Arc::new(catalogue)).expect("a desk").with_checks(meydan_modules::checks());
        let desk = Arc::new(desk);
        let party = RelyingParty::new("Deneme Kenti", address).expect("a domain");
        Self { identity: Identity::new(Arc::clone(&desk)).with_passkeys(party), desk, _folder: folder }
    }

    pub async fn person(&self, login: &str) -> Uuid {
        let register = self.desk.register("person").expect("there");
        let field = |name: &str| register.field_index(name).expect("a field");
        let id = Uuid::now_v7();
        let text = |t: &str| Value::Text(t.to_owned());
        let set =
            vec![(field("first_name"), text("Gülizar")), (field("last_name"), text("Işık")), (field("login"), text(login))];
        let edit = Edit::Insert { id: Some(id), set, geometry: None };
        self.desk.change(&operator(), vec![("person".to_owned(), edit)]).await.expect("entered");
        id
    }

    pub async fn disable(&self, person: Uuid) {
        self.set(person, "status", Value::Text("disabled".to_owned())).await;
    }

    pub async fn set(&self, person: Uuid, field: &str, value: Value) {
        let register = self.desk.register("person").expect("there");
        let set = vec![(register.field_index(field).expect("a field"), value)];
        let edit = Edit::Update { id: person, expected: None, set, geometry: None };
        self.desk.change(&operator(), vec![("person".to_owned(), edit)]).await.expect("changed");
    }

    /// Kind and person of all security events, oldest first.
    pub async fn events(&self) -> Vec<(String, Option<Uuid>)> {
        let register = self.desk.register("security_event").expect("there");
        let records = self.desk.store().query(&Query::all(Arc::clone(&register))).await.expect("read");
        let told = records.iter().map(|r| {
            let Some(Value::Text(kind)) = r.value(&register, "kind") else { panic!("an event without a kind") };
            let person = match r.value(&register, "person") {
                Some(Value::Reference(id)) => Some(*id),
                _ => None,
            };
            (kind.clone(), person)
        });
        told.collect()
    }

    pub async fn kinds(&self) -> Vec<String> {
        self.events().await.into_iter().map(|(kind, _)| kind).collect()
    }
}

pub fn operator() -> Principal {
    Principal::operator(act())
}

pub fn act() -> Act {
    Act { person: "sınama".to_owned(), source: "test".to_owned(), ..Act::default() }
}

pub fn visit() -> PasskeyVisit {
    PasskeyVisit { source: "page".to_owned(), address: Some("192.0.2.7".to_owned()), agent: Some("Deneme/1".to_owned()) }
}
