//! A house on a real store with the real definitions.

use futures::TryStreamExt as _;
use meydan_kernel::{
    Act, Desk, Principal, Query, Value,
    catalogue::{self},
    desk::Edit,
    post::UNIT,
};
use std::{collections::BTreeMap, sync::Arc};

/// It, in a folder of its own.
pub struct House {
    pub desk: Arc<Desk>,
    _folder: tempfile::TempDir,
}

impl House {
    /// A new house with the units that are named.
    pub async fn with_units(codes: &[&str]) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let store = meydan_store::open(&folder.path().join("house.gpkg").display().to_string()).await.expect("a store");
        let catalogue = catalogue::load(&meydan_modules::sources()).unwrap_or_else(|faults| panic!("{faults:#?}"));
        let plan = catalogue::plan(&catalogue::Catalogue::default(), &catalogue, &[]);
        store.apply(&plan, &catalogue).await.expect("applied");
        let desk = Desk::new(store, Arc::new(catalogue)).expect("a desk").with_checks(meydan_modules::checks());
        let house = Self { desk: Arc::new(desk), _folder: folder };
        for code in codes {
            let values = serde_json::json!({ "code": code, "name": code, "kind": "branch" });
            house.insert(UNIT, values).await;
        }
        house
    }

    /// The operator of the machine.
    pub fn operator() -> Principal {
        Principal::operator(Act { person: "test".to_owned(), source: "cli".to_owned(), ..Act::default() })
    }

    /// A new record.
    pub async fn insert(&self, register: &str, values: serde_json::Value) {
        let set = self.set(register, &values);
        let edit = Edit::Insert { id: None, set, geometry: None };
        self.desk.change(&Self::operator(), vec![(register.to_owned(), edit)]).await.expect("taken");
    }

    /// Changes the one record whose field has a value.
    pub async fn update(&self, register: &str, field: &str, value: &str, values: serde_json::Value) {
        let definition = self.desk.register(register).expect("a register");
        let all: Vec<_> = self.desk.store().scan(Query::all(Arc::clone(&definition))).try_concat().await.expect("read");
        let found = all.iter().find(|r| r.value(&definition, field) == Some(&Value::Text(value.to_owned()))).expect("there");
        let edit = Edit::Update { id: found.id, expected: None, set: self.set(register, &values), geometry: None };
        self.desk.change(&Self::operator(), vec![(register.to_owned(), edit)]).await.expect("taken");
    }

    fn set(&self, register: &str, values: &serde_json::Value) -> Vec<(usize, Value)> {
        let definition = self.desk.register(register).expect("a register");
        self.desk.read_values(&definition, values.as_object().expect("an object")).expect("values")
    }

    /// Every person: login name to (first name, last name, status).
    pub async fn people(&self) -> BTreeMap<String, (String, String, String)> {
        let person = self.desk.register("person").expect("a register");
        let all: Vec<_> = self.desk.store().scan(Query::all(Arc::clone(&person))).try_concat().await.expect("read");
        let text = |record: &meydan_kernel::Record, field: &str| match record.value(&person, field) {
            Some(Value::Text(text)) => text.clone(),
            _ => String::new(),
        };
        all.iter().map(|r| (text(r, "login"), (text(r, "first_name"), text(r, "last_name"), text(r, "status")))).collect()
    }

    async fn person(&self, login: &str) -> meydan_kernel::Record {
        let person = self.desk.register("person").expect("a register");
        let all: Vec<_> = self.desk.store().scan(Query::all(Arc::clone(&person))).try_concat().await.expect("read");
        let found = all.into_iter().find(|r| r.value(&person, "login") == Some(&Value::Text(login.to_owned())));
        found.expect("there")
    }

    /// Gives a person a password of this house.
    pub async fn give_password(&self, login: &str) {
        let id = self.person(login).await.id;
        let secret = meydan_kernel::Secret {
            kind: "password".to_owned(),
            key: id.to_string(),
            owner: Some(id),
            content: "{}".to_owned(),
            created_at: House::operator().now,
            expires_at: None,
        };
        self.desk.store().keep_secret(&secret).await.expect("kept");
    }

    /// Where a person's record comes from; nothing if it doesn't say.
    pub async fn origin(&self, login: &str) -> String {
        let person = self.desk.register("person").expect("a register");
        match self.person(login).await.value(&person, "origin") {
            Some(Value::Text(text)) => text.clone(),
            _ => String::new(),
        }
    }

    /// Who holds posts of a unit today, by login name; those that end today in brackets.
    pub async fn holders(&self, unit: &str) -> Vec<String> {
        let directory = self.desk.directory().await.expect("a directory");
        let today = House::operator().today();
        let mut out: Vec<String> = directory
            .all_holdings()
            .filter(|h| directory.post(h.post).and_then(|p| directory.unit(p.unit)).is_some_and(|u| u.code == unit))
            .map(|h| {
                assert_eq!(h.from, today);
                let login = directory.person(h.person).and_then(|p| p.login.clone()).unwrap_or_default();
                if h.until == Some(today) { format!("({login})") } else { login }
            })
            .collect();
        out.sort();
        out
    }
}
