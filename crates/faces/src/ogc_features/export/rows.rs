//! Records as features of files: their columns, values and geometry in the asked CRS (east, north, as files want it).

use crate::ogc_features::Space;
use meydan_formats::{Crs, Kind, Layout, OutColumn};
use meydan_geo::feature::{Feature, Scalar};
use meydan_kernel::{FieldKind, Record, Register, Value};

/// How a selection of a register's fields becomes rows.
pub struct Rows {
    fields: Vec<usize>,
    space: Space,
    row: u64,
}

impl Rows {
    /// Rows of all fields or of the selected ones.
    pub fn new(register: &Register, select: Option<&[usize]>, space: Space) -> Self {
        let fields = select.map_or_else(|| (0..register.fields.len()).collect(), <[usize]>::to_vec);
        Self { fields, space, row: 0 }
    }

    /// What the file is told before its first row.
    pub fn layout(&self, register: &Register) -> Layout {
        let column = |name: &str, kind| OutColumn { name: name.to_owned(), kind };
        let mut columns = vec![column("id", Kind::Text)];
        columns.extend(self.fields.iter().filter_map(|i| register.fields.get(*i)).map(|f| column(&f.name, kind(&f.kind))));
        columns.push(column("version", Kind::Int));
        columns.push(column("recorded_at", Kind::Timestamp));
        Layout {
            layer: register.name.clone(),
            columns,
            geometry: register.geometry.as_ref().map(|g| g.kind),
            crs: Crs::Epsg(self.space.crs().code().unwrap_or(4326)),
        }
    }

    /// The next record as a row.
    pub fn row(&mut self, record: Record) -> Feature {
        self.row += 1;
        let mut values = Vec::with_capacity(self.fields.len() + 3);
        values.push(Scalar::Text(record.id.to_string()));
        values.extend(self.fields.iter().map(|i| record.values.get(*i).map_or(Scalar::Null, scalar)));
        values.push(Scalar::Int(record.version));
        values.push(Scalar::Timestamp(record.recorded_at));
        let geometry = record.geometry.and_then(|g| self.space.crs().forward_geometry(&g));
        Feature { row: self.row, values, geometry }
    }
}

fn kind(kind: &FieldKind) -> Kind {
    match kind {
        FieldKind::Text | FieldKind::Code { .. } | FieldKind::Reference { .. } => Kind::Text,
        FieldKind::Integer | FieldKind::Money => Kind::Int,
        FieldKind::Real => Kind::Real,
        FieldKind::Boolean => Kind::Bool,
        FieldKind::Date => Kind::Date,
        FieldKind::Timestamp => Kind::Timestamp,
    }
}

fn scalar(value: &Value) -> Scalar {
    match value {
        Value::Null => Scalar::Null,
        Value::Bool(b) => Scalar::Bool(*b),
        Value::Int(i) => Scalar::Int(*i),
        Value::Real(r) => Scalar::Real(*r),
        Value::Text(t) => Scalar::Text(t.clone()),
        Value::Date(d) => Scalar::Date(*d),
        Value::Timestamp(t) => Scalar::Timestamp(*t),
        Value::Reference(id) => Scalar::Text(id.to_string()),
    }
}
