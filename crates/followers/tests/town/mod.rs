//! A small town of trees in a real store, and a reader of its tiles.

#![allow(dead_code, reason = "each test binary uses its own part of the town")]

use fast_mvt::{MvtReaderRef, MvtValueRef};
use meydan_geo::{GeometryType, Wkb};
use meydan_kernel::{
    Act, Bilingual, Catalogue, Change, Changeset, Committed, Field, FieldKind, Operation, Register, Store, Value,
    catalogue::{GeometryDef, Metadata, plan},
};
use std::{collections::BTreeMap, sync::Arc};
use uuid::Uuid;

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

pub fn trees(fields: Vec<Field>) -> Register {
    Register {
        name: "tree".to_owned(),
        was: None,
        module: "city".to_owned(),
        title: Bilingual::new("Ağaçlar", "Trees"),
        description: Bilingual::new("Sokak ağaçları", "Street trees"),
        articles: Vec::new(),
        label: fields.first().map(|f| f.name.clone()).unwrap_or_default(),
        fields,
        geometry: Some(GeometryDef { kind: GeometryType::Point, required: false }),
        key: Vec::new(),
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

/// The fields that most tests want: a species and a count of measurements.
pub fn plain_fields() -> Vec<Field> {
    vec![field("species", FieldKind::Text), field("measured", FieldKind::Integer)]
}

pub struct Town {
    pub store: Arc<dyn Store>,
    pub tree: Arc<Register>,
    _folder: tempfile::TempDir,
    path: std::path::PathBuf,
}

impl Town {
    pub async fn found(tree: Register) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("town.gpkg");
        let store = meydan_store::open(path.to_str().expect("a plain path")).await.expect("a new store");
        let mut town = Self { store, tree: Arc::new(tree), _folder: folder, path };
        town.define((*town.tree).clone()).await;
        town
    }

    /// Gives the register another definition.
    pub async fn define(&mut self, tree: Register) {
        self.tree = Arc::new(tree);
        let wanted = self.catalogue();
        let applied = self.store.catalogue().await.expect("the catalogue").unwrap_or_default();
        self.store.apply(&plan(&applied, &wanted, &[]), &wanted).await.expect("the plan is carried out");
    }

    pub fn catalogue(&self) -> Catalogue {
        let mut catalogue = Catalogue::default();
        catalogue.registers.insert("tree".to_owned(), Arc::clone(&self.tree));
        catalogue
    }

    /// The same store as another process has it.
    pub async fn elsewhere(&self) -> Arc<dyn Store> {
        meydan_store::open(self.path.to_str().expect("a plain path")).await.expect("the store opens twice")
    }

    pub async fn commit(&self, changes: Vec<(Uuid, Operation)>) -> Committed {
        commit(&self.store, changes).await
    }
}

pub async fn commit(store: &Arc<dyn Store>, changes: Vec<(Uuid, Operation)>) -> Committed {
    let act = Act { person: "fatma.kaya".into(), post: "park-bahceler".into(), source: "test".into(), ..Act::default() };
    let change = |(id, operation)| Change { register: "tree".to_owned(), id, operation };
    let changes = changes.into_iter().map(change).collect();
    store.commit(Changeset { id: Uuid::now_v7(), act, changes }).await.expect("the change is committed")
}

pub fn text(t: &str) -> Value {
    Value::Text(t.to_owned())
}

/// A place in the tile 16/39996/24581, or in one of those east of it, in tile units.
pub fn place(x: f64, y: f64) -> Option<Wkb> {
    let n = f64::from(1u32 << 16);
    let (u, v) = ((39_996.0 + x / 4096.0) / n, (24_581.0 + y / 4096.0) / n);
    Wkb::point(u * 360.0 - 180.0, (std::f64::consts::PI * (1.0 - 2.0 * v)).sinh().atan().to_degrees())
}

pub fn insert(species: &str, measured: i64, at: Option<Wkb>) -> (Uuid, Operation) {
    (Uuid::now_v7(), Operation::Insert { values: vec![text(species), Value::Int(measured)], geometry: at })
}

pub fn update(id: Uuid, expected: i64, species: &str, measured: i64, at: Option<Wkb>) -> (Uuid, Operation) {
    (id, Operation::Update { expected, values: vec![text(species), Value::Int(measured)], geometry: at })
}

/// What a tile says: by fid, the attributes as `name=value` in order.
pub fn read(body: &[u8]) -> BTreeMap<u64, Vec<String>> {
    let reader = MvtReaderRef::new(body).expect("a tile");
    let mut out = BTreeMap::new();
    for feature in reader.layers().flat_map(|layer| layer.features().collect::<Vec<_>>()) {
        let attributes = feature.properties_vec().expect("attributes").into_iter();
        let told = attributes.map(|(key, value)| match value {
            MvtValueRef::String(text) => format!("{key}={text}"),
            MvtValueRef::UInt(v) => format!("{key}={v}"),
            MvtValueRef::SInt(v) => format!("{key}={v}"),
            other => format!("{key}={other:?}"),
        });
        out.insert(feature.id().expect("an id"), told.collect());
    }
    out
}
