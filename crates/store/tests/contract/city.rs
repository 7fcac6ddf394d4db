//! A small town: the registers and records that the contract is tried on.

use jiff::{Timestamp, civil::Date};
use meydan_geo::{GeometryType, Wkb};
use meydan_kernel::{
    Act, Bilingual, Catalogue, Change, Changeset, Committed, Field, FieldKind, Operation, Record, Register, Result, Store,
    Value,
    catalogue::{Code, CodeList, GeometryDef, Metadata, plan},
    query::Key,
};
use std::sync::Arc;
use uuid::Uuid;

/// A field of a kind, else plain.
pub fn field(name: &str, kind: FieldKind) -> Field {
    Field {
        name: name.to_owned(),
        was: None,
        title: Bilingual::new(name, name),
        description: None,
        kind,
        required: false,
        unique: false,
        personal: false,
        mask: Default::default(),
        format: None,
        unit: None,
        min: None,
        max: None,
        max_length: None,
        default: None,
        indexed: false,
        tucbs: None,
        house: false,
    }
}

/// A register with fields.
pub fn register(name: &str, fields: Vec<Field>, key: &[&str], geometry: Option<GeometryType>) -> Register {
    let label = fields.first().map(|f| f.name.clone()).unwrap_or_default();
    Register {
        name: name.to_owned(),
        was: None,
        module: "city".to_owned(),
        title: Bilingual::new(name, name),
        description: Bilingual::new(name, name),
        articles: Vec::new(),
        fields,
        geometry: geometry.map(|kind| GeometryDef { kind, required: false }),
        key: key.iter().map(|k| (*k).to_owned()).collect(),
        label,
        constraints: Vec::new(),
        freshness: None,
        retention: None,
        symbology: None,
        metadata: Metadata::default(),
        tucbs: None,
        unit: None,
        subject: None,
        processing: None,
        journal: false,
        checks: Vec::new(),
        indexes: Vec::new(),
        part: false,
        workflow: None,
    }
}

/// Neighbourhoods, streets that lie in them (every kind of field), lamps on the streets.
pub fn catalogue() -> Catalogue {
    let mut name = field("name", FieldKind::Text);
    name.indexed = true;
    let mut plate = field("plate", FieldKind::Text);
    plate.unique = true;
    let neighbourhood = register(
        "neighbourhood",
        vec![field("code", FieldKind::Integer), name.clone()],
        &["code"],
        Some(GeometryType::Polygon),
    );
    let street = register(
        "street",
        vec![
            name,
            field("length", FieldKind::Real),
            field("lanes", FieldKind::Integer),
            field("paved", FieldKind::Boolean),
            field("opened", FieldKind::Date),
            field("seen", FieldKind::Timestamp),
            field("tax", FieldKind::Money),
            field("kind", FieldKind::Code { list: "street_kind".to_owned() }),
            field("neighbourhood", FieldKind::Reference { register: "neighbourhood".to_owned() }),
        ],
        &["name", "neighbourhood"],
        Some(GeometryType::LineString),
    );
    let lamp = register(
        "lamp",
        vec![
            plate,
            field("watts", FieldKind::Integer),
            field("street", FieldKind::Reference { register: "street".to_owned() }),
        ],
        &[],
        Some(GeometryType::Point),
    );
    let codes = ["boulevard", "street", "square"];
    let list = CodeList {
        name: "street_kind".to_owned(),
        title: Bilingual::new("Yol türü", "Street kind"),
        source: None,
        codes: codes
            .iter()
            .map(|c| Code { code: (*c).to_owned(), title: Bilingual::new(*c, *c), retired: false, national: None })
            .collect(),
    };
    let mut out = Catalogue::default();
    for r in [neighbourhood, street, lamp] {
        out.registers.insert(r.name.clone(), Arc::new(r));
    }
    out.code_lists.insert(list.name.clone(), Arc::new(list));
    out
}

/// Brings a store from its applied catalogue to the wanted one, allowing what is named.
pub async fn bring(store: &Arc<dyn Store>, wanted: &Catalogue, allow: &[&str]) -> Result<()> {
    let applied = store.catalogue().await?.unwrap_or_default();
    let allow: Vec<String> = allow.iter().map(|a| (*a).to_owned()).collect();
    store.apply(&plan(&applied, wanted, &allow), wanted).await
}

/// The town in a new store.
pub struct Town {
    pub store: Arc<dyn Store>,
    pub catalogue: Catalogue,
}

impl Town {
    /// Founds it.
    pub async fn found(store: Arc<dyn Store>) -> Self {
        let catalogue = catalogue();
        bring(&store, &catalogue, &[]).await.expect("the first plan is carried out");
        Self { store, catalogue }
    }

    /// A register.
    pub fn register(&self, name: &str) -> Arc<Register> {
        Arc::clone(self.catalogue.register(name).expect("a register of the town"))
    }

    /// Commits changes as the town's surveyor.
    pub async fn commit(&self, changes: Vec<Change>) -> Result<Committed> {
        self.store.commit(Changeset { id: Uuid::now_v7(), act: surveyor(), changes }).await
    }

    /// Changes the definition of one register.
    pub async fn redefine(&mut self, name: &str, change: impl FnOnce(&mut Register)) {
        let mut register = Register::clone(&self.register(name));
        change(&mut register);
        self.catalogue.registers.insert(name.to_owned(), Arc::new(register));
        bring(&self.store, &self.catalogue, &[]).await.expect("the definitions are brought");
    }

    /// A record by id.
    pub async fn get(&self, register: &str, id: Uuid) -> Option<Record> {
        self.store.get(&self.register(register), Key::Id(id), None).await.expect("the store answers")
    }

    /// A neighbourhood, committed.
    pub async fn neighbourhood(&self, code: i64, name: &str) -> Uuid {
        let id = Uuid::now_v7();
        let made = self.commit(vec![insert("neighbourhood", id, vec![Value::Int(code), text(name)], None)]).await;
        made.expect("a neighbourhood is made");
        id
    }

    /// A lamp, committed.
    pub async fn lamp(&self, plate: &str, watts: i64, at: Option<(f64, f64)>) -> Uuid {
        let id = Uuid::now_v7();
        self.commit(vec![lamp(id, plate, watts, at)]).await.expect("a lamp is made");
        id
    }
}

/// Who acts.
pub fn surveyor() -> Act {
    Act {
        person: "ayse.yilmaz".to_owned(),
        post: "harita-sefi".to_owned(),
        on_behalf_of: Some("mehmet.kaya".to_owned()),
        reason: Some("Arazi ölçümü: “Çınar Sokak”".to_owned()),
        source: "test".to_owned(),
    }
}

/// A text.
pub fn text(t: &str) -> Value {
    Value::Text(t.to_owned())
}

/// The insertion of a record.
pub fn insert(register: &str, id: Uuid, values: Vec<Value>, geometry: Option<Wkb>) -> Change {
    Change { register: register.to_owned(), id, operation: Operation::Insert { values, geometry } }
}

/// The next version of a record.
pub fn update(register: &str, id: Uuid, expected: i64, values: Vec<Value>, geometry: Option<Wkb>) -> Change {
    Change { register: register.to_owned(), id, operation: Operation::Update { expected, values, geometry } }
}

/// The end of a record.
pub fn delete(register: &str, id: Uuid, expected: i64) -> Change {
    Change { register: register.to_owned(), id, operation: Operation::Delete { expected } }
}

/// What is left of a record, and what goes from its earlier versions.
pub fn erase(register: &str, id: Uuid, expected: i64, values: Vec<Value>, fields: &[usize], geometries: bool) -> Change {
    let operation = Operation::Erase { expected, values, geometry: None, fields: fields.to_vec(), geometries };
    Change { register: register.to_owned(), id, operation }
}

/// The insertion of a lamp.
pub fn lamp(id: Uuid, plate: &str, watts: i64, at: Option<(f64, f64)>) -> Change {
    let place = at.map(|(x, y)| Wkb::point(x, y).expect("finite"));
    insert("lamp", id, vec![text(plate), Value::Int(watts), Value::Null], place)
}

/// The values of a street with everything filled in.
pub fn full_street(name: &str, neighbourhood: Uuid) -> Vec<Value> {
    vec![
        text(name),
        Value::Real(312.75),
        Value::Int(-2),
        Value::Bool(true),
        Value::Date(Date::constant(1923, 10, 29)),
        Value::Timestamp(Timestamp::from_microsecond(1_700_000_000_123_456).expect("in range")),
        Value::Int(9_007_199_254_740_993),
        text("boulevard"),
        Value::Reference(neighbourhood),
    ]
}

/// A line.
pub fn line(points: &[(f64, f64)]) -> Wkb {
    let mut bytes = vec![1, 2, 0, 0, 0];
    bytes.extend_from_slice(&u32::try_from(points.len()).expect("few").to_le_bytes());
    for (x, y) in points {
        bytes.extend_from_slice(&x.to_le_bytes());
        bytes.extend_from_slice(&y.to_le_bytes());
    }
    Wkb::parse(&bytes).expect("a line")
}

/// A rectangle.
pub fn rectangle(west: f64, south: f64, east: f64, north: f64) -> Wkb {
    let ring = [(west, south), (east, south), (east, north), (west, north), (west, south)];
    let mut bytes = vec![1, 3, 0, 0, 0, 1, 0, 0, 0, 5, 0, 0, 0];
    for (x, y) in ring {
        bytes.extend_from_slice(&x.to_le_bytes());
        bytes.extend_from_slice(&y.to_le_bytes());
    }
    Wkb::parse(&bytes).expect("a rectangle")
}
