//! A small organisation of records: municipality, department, branch, a few posts and persons; today is 4 March 2026.

use jiff::civil::Date;
use meydan_kernel::{
    Act, Catalogue, Principal, Record, Value,
    catalogue::load,
    desk::Checked,
    permission::Capacity,
    post::{Directory, REGISTERS, Rows, StandingKey},
};
use std::{collections::BTreeMap, sync::Arc};
use uuid::Uuid;

pub(super) fn on(year: i16, month: i8, day: i8) -> Date {
    jiff::civil::date(year, month, day)
}

pub(super) fn text(text: &str) -> Value {
    Value::Text(text.to_owned())
}

/// The world.
pub(super) struct World {
    pub(super) catalogue: Catalogue,
    records: BTreeMap<&'static str, Vec<Record>>,
    names: BTreeMap<String, Uuid>,
}

const UNITS: [(&str, Option<&str>); 4] =
    [("house", None), ("department", Some("house")), ("branch", Some("department")), ("other", Some("house"))];
/// Key, unit, role, seats.
const POSTS: [(&str, &str, &str, i64); 8] = [
    ("head", "department", "department_head", 1),
    ("spending", "department", "spending_authority", 1),
    ("manager", "branch", "branch_manager", 1),
    ("realisation", "branch", "realisation_officer", 1),
    ("realisation-other", "other", "realisation_officer", 1),
    ("desk", "branch", "staff", 2),
    ("administrator", "department", "administrator", 1),
    ("secretary", "house", "secretary_general", 1),
];
/// Person and the posts that they hold since 2024.
const PERSONS: [(&str, &[&str]); 7] = [
    ("head", &["head", "spending"]),
    ("manager", &["manager"]),
    ("officer", &["realisation"]),
    ("clerk", &["desk"]),
    ("root", &["administrator"]),
    ("secretary", &["secretary"]),
    ("free", &[]),
];

impl World {
    pub(super) fn new() -> Self {
        let mut world = Self { catalogue: load(&crate::sources()).unwrap(), records: BTreeMap::new(), names: BTreeMap::new() };
        for (code, parent) in UNITS {
            let parent = parent.map_or(Value::Null, |p| world.reference(&format!("unit/{p}")));
            world.add("unit", &format!("unit/{code}"), &[("code", text(code)), ("name", text(code)), ("parent", parent)]);
        }
        for (key, unit, role, seats) in POSTS {
            let unit = world.reference(&format!("unit/{unit}"));
            let set = [("title", text(key)), ("role", text(role)), ("unit", unit), ("seats", Value::Int(seats))];
            world.add("post", &format!("post/{key}"), &set);
        }
        for (name, posts) in PERSONS {
            world.add(
                "person",
                name,
                &[("first_name", text(name)), ("last_name", text("X")), ("login", text(name)), ("status", text("active"))],
            );
            for post in posts {
                let set = world.holding(name, post, (on(2024, 1, 1), None));
                world.add("holding", &format!("holding/{name}/{post}"), &set);
            }
        }
        world
    }

    /// The id of a person by name, of a post by `post/key`, of a unit by `unit/code`.
    pub(super) fn id(&self, name: &str) -> Uuid {
        *self.names.get(name).unwrap_or_else(|| panic!("{name}"))
    }

    pub(super) fn reference(&self, name: &str) -> Value {
        Value::Reference(self.id(name))
    }

    pub(super) fn holding(&self, person: &str, post: &str, (from, until): (Date, Option<Date>)) -> Vec<(&'static str, Value)> {
        let unit = POSTS.iter().find(|(key, ..)| *key == post).map(|(_, unit, ..)| format!("unit/{unit}")).unwrap();
        vec![
            ("person", self.reference(person)),
            ("post", self.reference(&format!("post/{post}"))),
            ("unit", self.reference(&unit)),
            ("valid_from", Value::Date(from)),
            ("valid_until", until.map_or(Value::Null, Value::Date)),
        ]
    }

    pub(super) fn proxy(
        &self,
        delegator: &str,
        delegate: &str,
        post: &str,
        (from, until): (Date, Date),
    ) -> Vec<(&'static str, Value)> {
        let unit = POSTS.iter().find(|(key, ..)| *key == post).map(|(_, unit, ..)| format!("unit/{unit}")).unwrap();
        vec![
            ("delegator", self.reference(delegator)),
            ("delegate", self.reference(delegate)),
            ("post", self.reference(&format!("post/{post}"))),
            ("unit", self.reference(&unit)),
            ("valid_from", Value::Date(from)),
            ("valid_until", Value::Date(until)),
            ("reason", text("leave")),
            ("status", text("requested")),
        ]
    }

    /// Adds an approved proxy.
    pub(super) fn approved(&mut self, delegator: &str, delegate: &str, post: &str, days: (Date, Date)) -> Record {
        let mut set = self.proxy(delegator, delegate, post, days);
        set.extend([("status", text("approved")), ("approved_by", self.reference("secretary"))]);
        let name = format!("proxy/{}", self.names.len());
        self.add("proxy", &name, &set)
    }

    pub(super) fn draft(&self, register: &str, id: Uuid, set: &[(&str, Value)]) -> Record {
        let register = self.catalogue.register(register).unwrap();
        let values = register.fields.iter().map(meydan_kernel::Field::default_value).collect();
        self.changed(&register.name, &Record::draft(id, values, None), set)
    }

    pub(super) fn changed(&self, register: &str, record: &Record, set: &[(&str, Value)]) -> Record {
        let register = self.catalogue.register(register).unwrap();
        let mut record = record.clone();
        for (field, value) in set {
            record.values[register.field_index(field).unwrap()] = value.clone();
        }
        record
    }

    pub(super) fn add(&mut self, register: &'static str, name: &str, set: &[(&str, Value)]) -> Record {
        let id = Uuid::from_u128(self.names.len() as u128 + 1);
        let record = self.draft(register, id, set);
        self.names.insert(name.to_owned(), id);
        self.records.entry(register).or_default().push(record.clone());
        record
    }

    pub(super) fn record(&self, register: &str, name: &str) -> Record {
        self.records[register].iter().find(|r| r.id == self.id(name)).unwrap().clone()
    }

    pub(super) fn directory(&self) -> Directory {
        let rows: Vec<Rows> = REGISTERS
            .iter()
            .map(|name| Rows {
                register: Arc::clone(self.catalogue.register(name).unwrap()),
                records: self.records.get(name).cloned().unwrap_or_default(),
            })
            .collect();
        Directory::from_rows(&rows)
    }

    /// Somebody in a post (of their own, or by proxy), on 4 March 2026; `operator` for the machine's.
    pub(super) fn acting(&self, person: &str, role: &str) -> Principal {
        let now = "2026-03-04T09:00:00Z".parse().unwrap();
        if person == "operator" {
            return Principal { now, ..Principal::new(Act::default(), Capacity::Operator) };
        }
        let directory = self.directory();
        let standings = directory.standings(self.id(person), on(2026, 3, 4));
        let standing = standings.iter().find(|s| s.role == role).unwrap_or_else(|| panic!("{person} is no {role}"));
        directory.principal(self.id(person), Some(&StandingKey::of(standing)), Act::default(), now).unwrap()
    }

    /// The fields that a change breaks a rule by.
    pub(super) fn faults(
        &self,
        register: &str,
        who: &Principal,
        before: Option<&Record>,
        after: Option<&Record>,
    ) -> Vec<String> {
        let definition = self.catalogue.register(register).unwrap();
        let directory = self.directory();
        let change =
            Checked { catalogue: &self.catalogue, directory: &directory, principal: who, register: definition, before, after };
        let checks = crate::checks();
        let found = definition.checks.iter().flat_map(|name| checks[name.as_str()].check(&change));
        found.map(|f| f.field).collect()
    }

    /// The faults of a new record.
    pub(super) fn new_faults(&self, register: &str, who: &Principal, set: &[(&str, Value)]) -> Vec<String> {
        let record = self.draft(register, Uuid::max(), set);
        self.faults(register, who, None, Some(&record))
    }

    /// The faults of a change of a record that is there.
    pub(super) fn change_faults(&self, register: &str, who: &Principal, name: &str, set: &[(&str, Value)]) -> Vec<String> {
        let before = self.record(register, name);
        let after = self.changed(register, &before, set);
        self.faults(register, who, Some(&before), Some(&after))
    }
}
