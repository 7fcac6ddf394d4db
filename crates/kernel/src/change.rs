//! Changes: what the desk hands to the store, whole or not at all.

use crate::Value;
use jiff::Timestamp;
use meydan_geo::Wkb;
use uuid::Uuid;

/// Who acts: a person in a post, perhaps for another person (proxy, *vekâlet*), why, through which face.
#[derive(Debug, Clone, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
pub struct Act {
    /// The person: the id of their record (the log holds no names), or the name of a machine's operator.
    pub person: String,
    /// The post (*görev*) in which they act: the id of its record, or a name as above; empty if in none.
    pub post: String,
    /// Whom they stand for, if they act by proxy: the id of their record.
    pub on_behalf_of: Option<String>,
    /// Why, in their words.
    pub reason: Option<String>,
    /// The face and its detail: `page`, `api`, `import:streets.csv`, `demo`.
    pub source: String,
}

/// What happens to one record.
#[derive(Debug, Clone, PartialEq)]
pub enum Operation {
    /// A new record; the id is in [`Change::id`] (UUIDv7 by the desk).
    Insert {
        /// One value per field.
        values: Vec<Value>,
        /// Geometry in lon/lat.
        geometry: Option<Wkb>,
    },
    /// The record's next version, whole.
    Update {
        /// The version it replaces; any other is [`crate::Kind::Precondition`] `version-conflict`.
        expected: i64,
        /// One value per field.
        values: Vec<Value>,
        /// Geometry in lon/lat.
        geometry: Option<Wkb>,
    },
    /// The record's end; its history stays.
    Delete {
        /// The version it ends.
        expected: i64,
    },
    /// Destruction of values for ever (KVKK article 7): the record's next version with `values`, and the values of `fields`
    /// gone from every earlier version (null there), with the salts of those versions' log entries, so that nobody can prove or
    /// guess what they were. The entries themselves stay, and every proof of the log holds. A record that has ended stays
    /// ended: its newest version is again its end, with what is left.
    Erase {
        /// The version it replaces (of the end, for an ended record).
        expected: i64,
        /// One value per field: what is left.
        values: Vec<Value>,
        /// Geometry that is left, in lon/lat.
        geometry: Option<Wkb>,
        /// Indexes of the fields whose earlier values go.
        fields: Vec<usize>,
        /// The earlier geometries go too.
        geometries: bool,
    },
}

/// One record's change.
#[derive(Debug, Clone, PartialEq)]
pub struct Change {
    /// Name of the register.
    pub register: String,
    /// The record.
    pub id: Uuid,
    /// What happens to it.
    pub operation: Operation,
}

/// Many changes over many registers that happen together, validated by the desk.
#[derive(Debug, Clone, PartialEq)]
pub struct Changeset {
    /// UUIDv7.
    pub id: Uuid,
    /// Who and why.
    pub act: Act,
    /// In the order of the log.
    pub changes: Vec<Change>,
}

/// What became of a changeset: it is on disk when this is returned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Committed {
    /// The changeset.
    pub changeset: Uuid,
    /// Log position of its first entry; the entries of one changeset stand together.
    pub first_position: i64,
    /// When it was recorded; the same for all its versions.
    pub recorded_at: Timestamp,
    /// Per change: the record's id, fid and new version.
    pub records: Vec<(Uuid, i64, i64)>,
}
