//! The content of a version under the definition of its time.
//!
//! A store reads every version, however old, under the definition of today: fields were renamed, types widened, fields added and
//! dropped since. A digest in the log is over the content as it was called then. This module goes back: see
//! `docs/decisions/0002-schema-changes-and-digests.md`.

use meydan_geo::{GeometryType, Wkb};
use meydan_kernel::{
    Field, FieldKind, Record, Register, Result, Store, Value,
    log::{Entry, digest},
};
use std::sync::Arc;

/// All definitions that one register had, and with them the way back.
#[derive(Debug, Clone)]
pub struct Past {
    /// Each with the position of the first log entry it held for, ascending.
    definitions: Vec<(i64, Arc<Register>)>,
}

/// What the digest of an entry says about the content that the store has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Proof {
    /// The content is what was recorded.
    Holds,
    /// The content is not what was recorded.
    Differs,
    /// Fields were dropped from the definition since, so that the content can't be shown any more. The entry itself stands.
    Dropped(Vec<String>),
    /// The salt was destroyed with the values when their retention ended. The entry itself stands.
    Erased,
}

impl Past {
    /// The past of a register of a store.
    ///
    /// # Errors
    /// Those of the store; `no-such-register`.
    pub async fn of(store: &dyn Store, register: &str) -> Result<Self> {
        let definitions = store.definitions(register).await?;
        if definitions.is_empty() {
            meydan_kernel::Catalogue::default().register(register)?;
        }
        Ok(Self { definitions })
    }

    /// Holds the content that a store gives for an entry (read under the newest definition) against the entry's digest.
    pub fn prove(&self, record: &Record, entry: &Entry) -> Proof {
        let Some(salt) = &entry.salt else { return Proof::Erased };
        let at = self.definitions.iter().rposition(|(since, _)| *since <= entry.position);
        let (Some(at), Some((_, newest))) = (at, self.definitions.last()) else { return Proof::Differs };
        let then = &self.definitions[at].1;
        let mut dropped = Vec::new();
        let mut values = Vec::with_capacity(then.fields.len());
        for field in &then.fields {
            match self.today(at, field) {
                Some(index) => {
                    let value = record.values.get(index).unwrap_or(&Value::Null);
                    values.push(narrow(value, &field.kind).unwrap_or_else(|| value.clone()));
                }
                None => {
                    dropped.push(field.name.clone());
                    values.push(Value::Null);
                }
            }
        }
        let geometry = record.geometry.as_ref().map(|g| narrow_geometry(g, then, newest));
        let was = Record { values, geometry, ..record.clone() };
        match digest(then, &was, salt) == entry.digest {
            true => Proof::Holds,
            false if dropped.is_empty() => Proof::Differs,
            false => Proof::Dropped(dropped),
        }
    }

    /// Where a field of an old definition stands in the newest; `None` if it was dropped on the way.
    fn today(&self, at: usize, field: &Field) -> Option<usize> {
        let mut name = field.name.as_str();
        for pair in self.definitions[at..].windows(2) {
            let (before, after) = (&pair[0].1, &pair[1].1);
            // As the planner of the catalogue finds it: the same name, else the field that says it was this one.
            let next = after
                .field(name)
                .or_else(|| after.fields.iter().find(|f| f.was.as_deref() == Some(name) && before.field(&f.name).is_none()));
            name = next?.name.as_str();
        }
        self.definitions.last()?.1.field_index(name)
    }
}

/// A value of a type that was widened since, in its old type; the inverse of what the stores do when they widen.
fn narrow(value: &Value, kind: &FieldKind) -> Option<Value> {
    match (value, kind) {
        (value, kind) if value.fits(kind) => Some(value.clone()),
        (Value::Real(r), FieldKind::Integer) => Some(Value::Int(*r as i64)),
        (Value::Text(t), FieldKind::Integer) => t.parse().ok().map(Value::Int),
        (Value::Text(t), FieldKind::Real) => t.parse().ok().map(Value::Real),
        (Value::Text(t), FieldKind::Boolean) => t.parse().ok().map(Value::Bool),
        (Value::Text(t), FieldKind::Date) => t.parse().ok().map(Value::Date),
        _ => None,
    }
}

fn narrow_geometry(geometry: &Wkb, then: &Register, newest: &Register) -> Wkb {
    use GeometryType::*;
    let kind = |r: &Register| r.geometry.as_ref().map(|g| g.kind);
    match (kind(then), kind(newest)) {
        (Some(Point), Some(MultiPoint)) | (Some(LineString), Some(MultiLineString)) | (Some(Polygon), Some(MultiPolygon)) => {
            geometry.to_single().unwrap_or_else(|| geometry.clone())
        }
        _ => geometry.clone(),
    }
}
