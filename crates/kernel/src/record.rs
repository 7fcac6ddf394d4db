//! Records: one row of a register, and every version it ever had.

use crate::{Register, Value, permission::FieldSet};
use jiff::Timestamp;
use meydan_geo::Wkb;
use uuid::Uuid;

/// One record as of one version.
#[derive(Debug, Clone, PartialEq)]
pub struct Record {
    /// Identity for ever and everywhere (UUIDv7).
    pub id: Uuid,
    /// Small integer, unique in its register and never used again: for clients that need one (GDAL's FID, MVT's id).
    pub fid: i64,
    /// 1 for the first; grows by one with each change.
    pub version: i64,
    /// When this version was recorded; whole microseconds.
    pub recorded_at: Timestamp,
    /// One value per field of the register, in the definition's order.
    pub values: Vec<Value>,
    /// Geometry in lon/lat, if the register has one and the record too.
    pub geometry: Option<Wkb>,
    /// Fields whose values here are not the record's own: masked or left out for who asked. None as a store gives it.
    pub hidden: FieldSet,
}

impl Record {
    /// What a record would be, before any store has it.
    pub fn draft(id: Uuid, values: Vec<Value>, geometry: Option<Wkb>) -> Self {
        Self { id, fid: 0, version: 0, recorded_at: Timestamp::UNIX_EPOCH, values, geometry, hidden: FieldSet::EMPTY }
    }

    /// The value of a field by name; `None` if the register has no such field.
    pub fn value<'a>(&'a self, register: &Register, field: &str) -> Option<&'a Value> {
        self.values.get(register.field_index(field)?)
    }
}

/// One version in a record's history, oldest first in lists.
#[derive(Debug, Clone, PartialEq)]
pub struct Version {
    /// What the record was; for a deletion the last content, with the deletion's version number and time.
    pub record: Record,
    /// True if this version is the deletion.
    pub deleted: bool,
    /// Position of its entry in the log.
    pub position: i64,
    /// The changeset that made it.
    pub changeset: Uuid,
    /// Who, in which post, for whom, why.
    pub act: crate::Act,
}
