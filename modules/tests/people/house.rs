//! A house with the sample organisation, a street and two doors.

use jiff::{Timestamp, civil::Date};
use meydan_geo::Wkb;
use meydan_kernel::{
    Act, Catalogue, Committed, Desk, Principal, Query, Record, Result, Store, Value,
    catalogue::{load, plan},
    desk::Edit,
    post::{StandingKey, day},
    query::Key,
};
use std::sync::Arc;
use uuid::Uuid;

/// The house.
pub struct House {
    pub desk: Desk,
    pub street: Uuid,
    /// A door in the first district, and one outside of it.
    pub doors: [Uuid; 2],
    _folder: tempfile::TempDir,
}

/// Today, in the city.
pub fn today() -> Date {
    day(Timestamp::now())
}

fn square(x: f64) -> Option<Wkb> {
    Wkb::polygon(&[vec![(x, 41.0), (x + 0.1, 41.0), (x + 0.1, 40.9), (x, 40.9), (x, 41.0)]])
}

impl House {
    pub async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store: Arc<dyn Store> = meydan_store::open(&folder.path().join("city.gpkg").display().to_string()).await.unwrap();
        let catalogue = Arc::new(load(&meydan_modules::sources()).unwrap_or_else(|faults| panic!("{faults:#?}")));
        store.apply(&plan(&Catalogue::default(), &catalogue, &[]), &catalogue).await.unwrap();
        let desk = Desk::new(store, Arc::clone(&catalogue)).unwrap().with_checks(meydan_modules::checks());
        let districts = [("Merkezkent".to_owned(), square(39.7)), ("Doğuyaka".to_owned(), square(39.9))];
        let batches = meydan_modules::people::demo::organisation(&catalogue, 61, today(), &districts).unwrap();
        for batch in batches {
            desk.change(&operator(), batch).await.unwrap_or_else(|e| panic!("{e:?}"));
        }
        let mut house = Self { desk, street: Uuid::nil(), doors: [Uuid::nil(); 2], _folder: folder };
        let operator = operator();
        house.street = house.insert(&operator, "street", &[("name", text("Uzun Sokak"))], None).await.unwrap();
        for (slot, x) in [(0, 39.75), (1, 39.65)] {
            let set = [("number", text("12")), ("street", Value::Reference(house.street))];
            house.doors[slot] = house.insert(&operator, "door", &set, Wkb::point(x, 40.95)).await.unwrap();
        }
        house
    }

    pub async fn person(&self, login: &str) -> Uuid {
        self.desk.directory().await.unwrap().by_login(login).unwrap_or_else(|| panic!("{login}")).id
    }

    /// A post by its title and its unit's code.
    pub async fn post(&self, unit: &str, role: &str) -> Uuid {
        let directory = self.desk.directory().await.unwrap();
        let unit = self.unit(unit).await;
        directory.posts().find(|p| p.unit == unit && p.role == role).unwrap().id
    }

    pub async fn unit(&self, code: &str) -> Uuid {
        self.desk.directory().await.unwrap().units().find(|u| u.code == code).unwrap().id
    }

    /// Somebody in their post with a role, own ones first.
    pub async fn acting(&self, login: &str, role: &str) -> Principal {
        let directory = self.desk.directory().await.unwrap();
        let person = self.person(login).await;
        let standings = directory.standings(person, today());
        let standing = standings.iter().find(|s| s.role == role).unwrap_or_else(|| panic!("{login} is no {role}"));
        let act = Act { source: "test".to_owned(), ..Act::default() };
        directory.principal(person, Some(&StandingKey::of(standing)), act, Timestamp::now()).unwrap()
    }

    pub async fn record(&self, register: &str, id: Uuid) -> Record {
        let register = self.desk.register(register).unwrap();
        self.desk.get(&operator(), &register, Key::Id(id), None).await.unwrap()
    }

    /// The value of a field as the operator sees it.
    pub async fn value(&self, register: &str, id: Uuid, field: &str) -> Value {
        let record = self.record(register, id).await;
        record.value(&self.desk.register(register).unwrap(), field).unwrap().clone()
    }

    pub async fn insert(
        &self,
        principal: &Principal,
        register: &str,
        set: &[(&str, Value)],
        geometry: Option<Wkb>,
    ) -> Result<Uuid> {
        let edit = Edit::Insert { id: None, set: self.set(register, set), geometry };
        self.desk.change(principal, vec![(register.to_owned(), edit)]).await.map(|done| done.records[0].0)
    }

    pub async fn update(&self, principal: &Principal, register: &str, id: Uuid, set: &[(&str, Value)]) -> Result<Committed> {
        let edit = Edit::Update { id, expected: None, set: self.set(register, set), geometry: None };
        self.desk.change(principal, vec![(register.to_owned(), edit)]).await
    }

    pub async fn delete(&self, principal: &Principal, register: &str, id: Uuid) -> Result<Committed> {
        self.desk.change(principal, vec![(register.to_owned(), Edit::Delete { id, expected: None })]).await
    }

    fn set(&self, register: &str, set: &[(&str, Value)]) -> Vec<(usize, Value)> {
        let register = self.desk.register(register).unwrap();
        set.iter()
            .map(|(name, value)| (register.field_index(name).unwrap_or_else(|| panic!("{name}")), value.clone()))
            .collect()
    }

    /// All that somebody sees of a register; `None` if they are refused.
    pub async fn seen(&self, principal: &Principal, register: &str) -> Option<Vec<Record>> {
        let query = Query { limit: Some(1_000), ..Query::all(self.desk.register(register).unwrap()) };
        self.desk.query(principal, &query).await.ok()
    }
}

pub fn operator() -> Principal {
    Principal::operator(Act { person: "test".to_owned(), source: "test".to_owned(), ..Act::default() })
}

pub fn text(text: &str) -> Value {
    Value::Text(text.to_owned())
}

/// The fields that an error names.
pub fn fields(error: &meydan_kernel::Error) -> Vec<&str> {
    error.fields().iter().map(|f| f.field.as_str()).collect()
}
