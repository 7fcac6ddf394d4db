//! A house with the sample organisation, two districts, three streets and some categories.

use jiff::Timestamp;
use meydan_geo::Wkb;
use meydan_kernel::{
    Act, Catalogue, Committed, Desk, Principal, Query, Record, Result, Store, Value,
    case::{Clocks, state_of},
    catalogue::{load, plan},
    desk::Edit,
    post::StandingKey,
    query::Key,
};
use std::sync::Arc;
use uuid::Uuid;

/// The house.
pub struct House {
    pub desk: Desk,
    pub store: Arc<dyn Store>,
    _folder: tempfile::TempDir,
}

pub fn square(x: f64) -> Option<Wkb> {
    Wkb::polygon(&[vec![(x, 41.0), (x + 0.1, 41.0), (x + 0.1, 40.9), (x, 40.9), (x, 41.0)]])
}

/// An instant in the city: `2026-03-17T10:00`.
pub fn at(text: &str) -> Timestamp {
    format!("{text}:00+03:00").parse().unwrap()
}

pub fn operator(now: Timestamp) -> Principal {
    let act = Act { person: "test".to_owned(), source: "test".to_owned(), ..Act::default() };
    Principal { now, ..Principal::operator(act) }
}

pub fn everyone(now: Timestamp) -> Principal {
    Principal { now, ..Principal::everyone("test") }
}

pub fn text(text: &str) -> Value {
    Value::Text(text.to_owned())
}

impl House {
    /// Only the organisation.
    pub async fn empty() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store: Arc<dyn Store> = meydan_store::open(&folder.path().join("city.gpkg").display().to_string()).await.unwrap();
        let catalogue = Arc::new(load(&meydan_modules::sources()).unwrap_or_else(|faults| panic!("{faults:#?}")));
        store.apply(&plan(&Catalogue::default(), &catalogue, &[]), &catalogue).await.unwrap();
        let desk = Desk::new(Arc::clone(&store), Arc::clone(&catalogue)).unwrap();
        let desk = desk.with_checks(meydan_modules::checks()).with_effects(meydan_modules::effects());
        let districts = [("Merkezkent".to_owned(), square(39.7)), ("Doğuyaka".to_owned(), square(39.9))];
        let today = meydan_kernel::post::day(at("2026-03-01T12:00"));
        for batch in meydan_modules::people::demo::organisation(&catalogue, 61, today, &districts).unwrap() {
            desk.change(&operator(at("2026-01-05T09:00")), batch).await.unwrap_or_else(|e| panic!("{e:?}"));
        }
        Self { desk, store, _folder: folder }
    }

    /// With neighbourhoods, streets and categories: `pothole` by owner, `leak` in turn, `load` to the least loaded, `duty`, `quiet`
    /// neither anonymous nor public, `old` out of use.
    pub async fn new() -> Self {
        let house = Self::empty().await;
        let first = operator(at("2026-01-05T10:00"));
        let add = async |register: &str, set: &[(&str, Value)], geometry| {
            house.insert(&first, register, set, geometry).await.unwrap()
        };
        let province = add("province", &[("official_id", text("61")), ("name", text("Örnek"))], None).await;
        for (number, name, x) in [("1", "Merkezkent", 39.7), ("2", "Doğuyaka", 39.9)] {
            let set = [("official_id", text(number)), ("name", text(name)), ("province", Value::Reference(province))];
            let district = add("district", &set, square(x)).await;
            let name = format!("{name} Merkez");
            let set = [("official_id", text(number)), ("name", text(&name)), ("district", Value::Reference(district))];
            add("neighbourhood", &set, square(x)).await;
        }
        for (name, owner, y) in
            [("Sahil Yolu", "highways", 40.91), ("Uzun Sokak", "district", 40.95), ("Ana Cadde", "metropolitan", 40.97)]
        {
            let line = Wkb::line_string(&[(39.7, y), (39.8, y)]);
            add("street", &[("name", text(name)), ("maintained_by", text(owner))], line).await;
        }
        for (code, unit, way, hours) in [
            ("pothole", "FIB-YB", "unit", 16),
            ("leak", "SKI-AR", "round_robin", 8),
            ("load", "PBB-YA", "least_loaded", 40),
            ("duty", "ZDB-DE", "duty", 40),
            ("quiet", "ZDB-DE", "unit", 40),
            ("old", "FIB-YB", "unit", 40),
        ] {
            let set = [
                ("code", text(code)),
                ("title", text(code)),
                ("title_en", text(code)),
                ("unit", house.unit(unit).await),
                ("assignment", text(way)),
                ("service_hours", Value::Int(hours)),
                ("priority", text(if code == "leak" { "urgent" } else { "normal" })),
                ("by_owner", Value::Bool(code == "pothole")),
                ("anonymous", Value::Bool(code != "quiet")),
                ("public", Value::Bool(code != "quiet")),
                ("needs_place", Value::Bool(code == "pothole")),
                ("active", Value::Bool(code != "old")),
            ];
            add("request_category", &set, None).await;
        }
        house
    }

    pub async fn unit(&self, code: &str) -> Value {
        let directory = self.desk.directory().await.unwrap();
        Value::Reference(directory.units().find(|u| u.code == code).unwrap_or_else(|| panic!("{code}")).id)
    }

    pub async fn person(&self, login: &str) -> Uuid {
        self.desk.directory().await.unwrap().by_login(login).unwrap_or_else(|| panic!("{login}")).id
    }

    /// Somebody in the first of their own posts with the role.
    pub async fn acting(&self, login: &str, role: &str, now: Timestamp) -> Principal {
        let directory = self.desk.directory().await.unwrap();
        let person = self.person(login).await;
        let standings = directory.standings(person, meydan_kernel::post::day(now));
        let standing = standings.iter().find(|s| s.role == role).unwrap_or_else(|| panic!("{login} is no {role}"));
        let act = Act { source: "test".to_owned(), ..Act::default() };
        directory.principal(person, Some(&StandingKey::of(standing)), act, now).unwrap()
    }

    /// The record of a register with a text in a field.
    pub async fn find(&self, register: &str, field: &str, wanted: &str) -> Value {
        let definition = self.desk.register(register).unwrap();
        let all = self.store.query(&Query::all(Arc::clone(&definition))).await.unwrap();
        let found = all.iter().find(|r| r.value(&definition, field) == Some(&text(wanted)));
        Value::Reference(found.unwrap_or_else(|| panic!("{register} {wanted}")).id)
    }

    pub async fn insert(&self, who: &Principal, register: &str, set: &[(&str, Value)], geometry: Option<Wkb>) -> Result<Uuid> {
        let edit = Edit::Insert { id: None, set: self.set(register, set), geometry };
        self.desk.change(who, vec![(register.to_owned(), edit)]).await.map(|done| done.records[0].0)
    }

    /// Files a request of a kind and a category (none if empty) with more fields.
    pub async fn file(
        &self,
        who: &Principal,
        (kind, category): (&str, &str),
        more: &[(&str, Value)],
        point: Option<(f64, f64)>,
    ) -> Result<Uuid> {
        let mut set = vec![("kind", text(kind)), ("description", text("Açıklama"))];
        if !category.is_empty() {
            set.push(("category", self.find("request_category", "code", category).await));
        }
        set.extend(more.iter().cloned());
        self.insert(who, "request", &set, point.and_then(|(x, y)| Wkb::point(x, y))).await
    }

    /// Files what the law wants signed, with name and address.
    pub async fn file_formal(&self, kind: &str, now: Timestamp) -> Uuid {
        let more = [
            ("applicant_name", text("Ayşe Örnek")),
            ("applicant_email", text("ayse@ornek.example")),
            ("applicant_address", text("Uzun Sokak 12")),
        ];
        self.file(&everyone(now), (kind, ""), &more, None).await.unwrap_or_else(|e| panic!("{e:?}"))
    }

    pub async fn go(&self, who: &Principal, id: Uuid, transition: &str, set: &[(&str, Value)]) -> Result<Committed> {
        let set = self.set("request", set);
        let edit = Edit::Proceed { id, expected: None, transition: transition.to_owned(), set, at: None };
        self.desk.change(who, vec![("request".to_owned(), edit)]).await
    }

    pub fn set(&self, register: &str, set: &[(&str, Value)]) -> Vec<(usize, Value)> {
        let register = self.desk.register(register).unwrap();
        set.iter().map(|(n, v)| (register.field_index(n).unwrap_or_else(|| panic!("{n}")), v.clone())).collect()
    }

    pub async fn request(&self, id: Uuid) -> Record {
        let register = self.desk.register("request").unwrap();
        self.store.get(&register, Key::Id(id), None).await.unwrap().unwrap()
    }

    pub async fn value(&self, id: Uuid, field: &str) -> Value {
        let register = self.desk.register("request").unwrap();
        self.request(id).await.value(&register, field).unwrap().clone()
    }

    pub async fn state(&self, id: Uuid) -> String {
        let register = self.desk.register("request").unwrap();
        state_of(&register, &self.request(id).await).to_owned()
    }

    /// Code of the unit that has a request.
    pub async fn unit_of(&self, id: Uuid) -> String {
        let Value::Reference(unit) = self.value(id, "unit").await else { panic!("no unit") };
        self.desk.directory().await.unwrap().unit(unit).unwrap().code.clone()
    }

    /// The last instant of a running deadline.
    pub async fn due(&self, id: Uuid, deadline: &str) -> Option<Timestamp> {
        let register = self.desk.register("request").unwrap();
        Clocks::of(&register, &self.request(id).await).active(deadline).map(|c| c.due)
    }

    /// Reason, person, address and subject with text of each notice about a request.
    pub async fn notices(&self, id: Uuid) -> Vec<Notice> {
        let register = self.desk.register("notice").unwrap();
        let all = self.store.query(&Query { limit: Some(10_000), ..Query::all(Arc::clone(&register)) }).await.unwrap();
        let case = text(&id.to_string());
        let of = all.iter().filter(|r| r.value(&register, "case_id") == Some(&case));
        of.map(|r| {
            let word = |name: &str| match r.value(&register, name) {
                Some(Value::Text(text)) => text.clone(),
                _ => String::new(),
            };
            let person = match r.value(&register, "person") {
                Some(Value::Reference(id)) => Some(*id),
                _ => None,
            };
            let said = format!("{}\n{}", word("subject"), word("body"));
            Notice { reason: word("reason"), channel: word("channel"), address: word("address"), person, said }
        })
        .collect()
    }

    /// The applicant: bears the number, and has proven their contact.
    pub async fn applicant(&self, id: Uuid, now: Timestamp) -> Principal {
        Principal { verified_at: Some(now), ..self.bearer(id, now).await }
    }

    /// The bearer of a request's number.
    pub async fn bearer(&self, id: Uuid, now: Timestamp) -> Principal {
        let Value::Text(number) = self.value(id, "reference").await else { panic!("no number") };
        Principal { now, ..self.desk.bearer(&number, "test").await.unwrap() }
    }
}

#[derive(Debug)]
pub struct Notice {
    pub reason: String,
    pub channel: String,
    pub address: String,
    pub person: Option<Uuid>,
    pub said: String,
}
