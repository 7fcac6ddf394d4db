//! A small house: two units, a chief of the first, an auditor, and one job.

use crate::world::registers::{self, register, text};
use jiff::Timestamp;
use meydan_kernel::{
    Act, Bilingual, Catalogue, Change, Changeset, Desk, FieldKind, Operation, Principal, Record, Register, Store, Value,
    catalogue::{Action, Format, Grant, Party, Scope, Separation, plan},
    permission::{Capacity, Standing, Unit},
    query::Key,
};
use meydan_store::sqlite::SqliteStore;
use std::sync::Arc;
use uuid::Uuid;

pub const PHONE: &str = "+905321234567";

pub struct House {
    pub desk: Desk,
    pub store: Arc<dyn Store>,
    pub units: [Uuid; 2],
    pub persons: [Uuid; 2],
    /// Of the chief in the first unit, of the auditor in the second.
    pub posts: [Uuid; 2],
    pub job: Arc<Register>,
    _directory: tempfile::TempDir,
}

/// A grant on jobs to a role, which asks for nothing more.
pub fn grant(role: &str, actions: &[Action]) -> Grant {
    Grant {
        name: format!("{role}-{}", actions.iter().map(|a| a.word()).collect::<Vec<_>>().join("-")),
        register: "job".to_owned(),
        to: vec![Party::Role(role.to_owned())],
        actions: actions.to_vec(),
        of_units: Vec::new(),
        scope: Scope::Any,
        area: false,
        condition: None,
        fields: None,
        reason: false,
        step_up: false,
        step_up_of: Vec::new(),
        by_proxy: true,
        with_whole: false,
    }
}

pub fn only(names: &[&str], grant: Grant) -> Grant {
    Grant { fields: Some(names.iter().map(|n| (*n).to_owned()).collect()), ..grant }
}

pub fn own(grant: Grant) -> Grant {
    Grant { scope: Scope::Own, ..grant }
}

fn definitions(grants: Vec<Grant>) -> Catalogue {
    let mut catalogue = registers::catalogue();
    let mut national_id = text("national_id");
    (national_id.required, national_id.unique, national_id.personal) = (true, true, true);
    national_id.format = Some(Format::NationalId);
    let mut born = registers::date("born");
    (born.required, born.personal) = (true, true);
    let citizen = register("citizen", vec![national_id, born], None);
    catalogue.registers.insert("citizen".to_owned(), Arc::new(citizen));
    catalogue.grants = grants.into_iter().map(Arc::new).collect();
    let roles = ["chief", "auditor"].map(str::to_owned).to_vec();
    catalogue.separations = vec![Separation { name: "two".to_owned(), roles, message: Bilingual::new("Olmaz.", "No.") }];
    catalogue
}

pub fn insert(register: &str, id: Uuid, values: Vec<Value>) -> Change {
    Change { register: register.to_owned(), id, operation: Operation::Insert { values, geometry: None } }
}

impl House {
    pub async fn with(grants: Vec<Grant>) -> Self {
        let catalogue = Arc::new(definitions(grants));
        let directory = tempfile::tempdir().expect("a folder");
        let path = directory.path().join("city.gpkg");
        let store: Arc<dyn Store> = Arc::new(SqliteStore::open(&path).await.expect("the store opens"));
        store.apply(&plan(&Catalogue::default(), &catalogue, &[]), &catalogue).await.expect("tables are made");
        let [units, persons, posts] = [[0; 2]; 3].map(|pair| pair.map(|_: i32| Uuid::now_v7()));
        let words = |t: &str| Value::Text(t.to_owned());
        let null = || Value::Null;
        let mut changes = Vec::new();
        for (n, role) in ["chief", "auditor"].iter().enumerate() {
            changes.push(insert("unit", units[n], vec![words(&format!("u{n}")), null(), null(), null(), null()]));
            changes.push(insert("person", persons[n], vec![null(), null(), null(), null(), words("active")]));
            let unit = Value::Reference(units[n]);
            changes.push(insert("post", posts[n], vec![words("post"), words(role), unit, null(), null()]));
        }
        let changeset = Changeset { id: Uuid::now_v7(), act: Act::default(), changes };
        store.commit(changeset).await.expect("the organisation is made");
        let desk = Desk::new(Arc::clone(&store), Arc::clone(&catalogue)).expect("a desk");
        let job = desk.register("job").expect("there");
        Self { desk, store, units, persons, posts, job, _directory: directory }
    }

    fn holder(&self, person: usize, post: usize, role: &str) -> Principal {
        let unit = Unit { id: self.units[post], codes: vec![format!("u{post}")], below: vec![self.units[post]], area: None };
        let standing = Standing {
            person: self.persons[person],
            post: self.posts[post],
            role: role.to_owned(),
            unit: Arc::new(unit),
            proxy: None,
        };
        let act = Act { person: self.persons[person].to_string(), post: self.posts[post].to_string(), ..Act::default() };
        Principal::new(act, Capacity::Post(Arc::new(standing)))
    }

    pub fn chief(&self) -> Principal {
        self.holder(0, 0, "chief")
    }

    /// The chief again, in the auditor's post.
    pub fn chief_as_auditor(&self) -> Principal {
        self.holder(0, 1, "auditor")
    }

    pub fn auditor(&self) -> Principal {
        self.holder(1, 1, "auditor")
    }

    pub fn operator(&self) -> Principal {
        Principal::operator(Act { person: "root".to_owned(), ..Act::default() })
    }

    pub fn field(&self, name: &str) -> usize {
        self.job.field_index(name).expect("a field")
    }

    /// A job of a unit with a phone and a state of health.
    pub async fn job_of(&self, unit: usize) -> Uuid {
        let id = Uuid::now_v7();
        let mut values = vec![Value::Null; self.job.fields.len()];
        for (name, value) in [
            ("title", Value::Text("Kırık bank".to_owned())),
            ("unit", Value::Reference(self.units[unit])),
            ("phone", Value::Text(PHONE.to_owned())),
            ("health", Value::Text("iyi".to_owned())),
        ] {
            values[self.field(name)] = value;
        }
        self.commit(vec![insert("job", id, values)]).await;
        id
    }

    pub async fn commit(&self, changes: Vec<Change>) {
        let changeset = Changeset { id: Uuid::now_v7(), act: Act::default(), changes };
        self.store.commit(changeset).await.expect("it is committed");
    }

    /// The record as it is, whoever may see it.
    pub async fn truth(&self, id: Uuid) -> Record {
        self.store.get(&self.job, Key::Id(id), None).await.expect("the store answers").expect("there")
    }

    /// Moves a job to another unit; the instant before it.
    pub async fn move_to(&self, id: Uuid, unit: usize) -> Timestamp {
        let record = self.truth(id).await;
        let mut values = record.values.clone();
        values[self.field("unit")] = Value::Reference(self.units[unit]);
        let operation = Operation::Update { expected: record.version, values, geometry: None };
        self.commit(vec![Change { register: "job".to_owned(), id, operation }]).await;
        record.recorded_at
    }

    pub async fn rows(&self, register: &str) -> Vec<Record> {
        let register = self.desk.register(register).expect("there");
        let query = meydan_kernel::Query { limit: Some(100), ..meydan_kernel::Query::all(register) };
        self.store.query(&query).await.expect("the store answers")
    }
}

/// Kinds of the fields of jobs that these tests lean on.
#[test]
fn jobs_have_what_is_leaned_on() {
    let job = registers::job();
    assert_eq!(job.field("phone").map(|f| (f.personal, &f.kind)), Some((true, &FieldKind::Text)));
    assert!(job.field("note").is_some_and(|f| !f.personal));
}
