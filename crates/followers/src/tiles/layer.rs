//! One register as a tile layer.

use super::cache::LayerNumber;
use meydan_geo::{
    Bbox,
    tiles::{Attribute, LayerIndex, Touched},
};
use meydan_kernel::{Field, FieldKind, Record, Register, Value};
use parking_lot::RwLock;
use std::sync::{
    Arc,
    atomic::{AtomicU32, Ordering},
};

/// Highest zoom that a TileJSON document names.
pub const DEEPEST_ZOOM: u8 = 16;

/// What a TileJSON document says of a layer.
#[derive(Debug, Clone, PartialEq)]
pub struct LayerInfo {
    /// The box round all features in degrees; `None` without features.
    pub bounds: Option<Bbox>,
    /// How many features have a geometry.
    pub features: usize,
    /// Name and type (`String`, `Number`, `Boolean`) of each attribute.
    pub fields: Vec<(String, &'static str)>,
    /// Lowest zoom with tiles.
    pub min_zoom: u8,
    /// Highest zoom worth asking for: its grid is finer than a pixel of zoom 20. (There are tiles up to
    /// [`meydan_geo::tiles::grid::MAX_ZOOM`] for who wants them.)
    pub max_zoom: u8,
}

/// A register's index and which of its zooms have ever been cached.
pub(super) struct Layer {
    pub(super) number: LayerNumber,
    register: RwLock<Arc<Register>>,
    /// Positions of the fields that tiles carry.
    fields: Vec<usize>,
    pub(super) min_zoom: u8,
    pub(super) index: RwLock<LayerIndex>,
    zooms: AtomicU32,
}

/// The fields that a register's tiles carry: those its symbology names, else all; never personal ones.
fn tile_fields(register: &Register) -> Vec<usize> {
    let named = register.symbology.as_ref().map_or(&[][..], |s| &s.tile_fields);
    let wanted = |f: &Field| !f.personal && (named.is_empty() || named.contains(&f.name));
    register.fields.iter().enumerate().filter(|(_, f)| wanted(f)).map(|(at, _)| at).collect()
}

impl Layer {
    /// A layer without features yet.
    pub(super) fn new(number: LayerNumber, register: Arc<Register>) -> Self {
        let fields = tile_fields(&register);
        let names = fields.iter().filter_map(|at| register.fields.get(*at)).map(|f| f.name.clone()).collect();
        Self {
            number,
            fields,
            min_zoom: register.symbology.as_ref().map_or(0, |s| s.min_zoom),
            index: RwLock::new(LayerIndex::new(names)),
            zooms: AtomicU32::new(0),
            register: RwLock::new(register),
        }
    }

    pub(super) fn register(&self) -> Arc<Register> {
        Arc::clone(&self.register.read())
    }

    /// True if the layer is of this definition.
    pub(super) fn is_of(&self, register: &Arc<Register>) -> bool {
        let mine = self.register();
        if Arc::ptr_eq(&mine, register) {
            return true;
        }
        let same = *mine == **register;
        if same {
            // The catalogue was read anew: next time the pointer says it.
            *self.register.write() = Arc::clone(register);
        }
        same
    }

    /// Puts a record's present state in.
    pub(super) fn put(&self, index: &mut LayerIndex, record: &Record) -> Touched {
        // Dates, instants and references have no form of their own in a tile.
        let texts: Vec<Option<String>> = self.values(record).map(own_text).collect();
        let values: Vec<Attribute<'_>> = self.values(record).zip(&texts).map(|(v, t)| attribute(v, t.as_deref())).collect();
        index.put(record.fid, record.geometry.as_ref(), &values)
    }

    fn values<'a>(&'a self, record: &'a Record) -> impl Iterator<Item = &'a Value> {
        self.fields.iter().map(|at| record.values.get(*at).unwrap_or(&Value::Null))
    }

    /// Notes that a tile of this zoom is about to be cached.
    pub(super) fn note_zoom(&self, z: u8) {
        let bit = 1 << z;
        if self.zooms.load(Ordering::Relaxed) & bit == 0 {
            self.zooms.fetch_or(bit, Ordering::Relaxed);
        }
    }

    /// The zooms noted. Exact for who holds the index for writing: they are noted by who holds it for reading.
    pub(super) fn zooms(&self) -> u32 {
        self.zooms.load(Ordering::Relaxed)
    }

    /// Says that no tile is cached any more, by who holds the index for writing.
    pub(super) fn forget_zooms(&self) {
        self.zooms.store(0, Ordering::Relaxed);
    }

    pub(super) fn info(&self) -> LayerInfo {
        let register = self.register();
        let fields = self.fields.iter().filter_map(|at| register.fields.get(*at));
        let index = self.index.read();
        LayerInfo {
            bounds: index.bounds(),
            features: index.len(),
            fields: fields.map(|f| (f.name.clone(), type_name(&f.kind))).collect(),
            min_zoom: self.min_zoom,
            max_zoom: DEEPEST_ZOOM,
        }
    }
}

fn own_text(value: &Value) -> Option<String> {
    match value {
        Value::Date(d) => Some(d.to_string()),
        Value::Timestamp(t) => Some(t.to_string()),
        Value::Reference(id) => Some(id.to_string()),
        _ => None,
    }
}

fn attribute<'a>(value: &'a Value, text: Option<&'a str>) -> Attribute<'a> {
    match (value, text) {
        (_, Some(text)) => Attribute::Text(text),
        (Value::Bool(b), _) => Attribute::Bool(*b),
        (Value::Int(i), _) => Attribute::Int(*i),
        (Value::Real(r), _) => Attribute::Real(*r),
        (Value::Text(t), _) => Attribute::Text(t),
        _ => Attribute::Null,
    }
}

fn type_name(kind: &FieldKind) -> &'static str {
    match kind {
        FieldKind::Integer | FieldKind::Real | FieldKind::Money => "Number",
        FieldKind::Boolean => "Boolean",
        FieldKind::Text | FieldKind::Date | FieldKind::Timestamp | FieldKind::Code { .. } | FieldKind::Reference { .. } => {
            "String"
        }
    }
}
