//! What an import did, would do, or could not do: for people and for programs.

use super::{FieldMapping, MAX_REPORTED};
use crate::Bilingual;
use serde::Serialize;

/// What is wrong with one row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RowFault {
    /// The row in its source, counted from 1; the line of delimited text.
    pub row: u64,
    /// The field.
    pub field: Option<String>,
    /// The value as it came.
    pub value: Option<String>,
    /// What is wrong.
    pub message: Bilingual,
}

/// What was repaired in one row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RowNote {
    /// The row in its source.
    pub row: u64,
    /// What was done.
    pub message: Bilingual,
}

/// The account of one import.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Report {
    /// The register.
    pub register: String,
    /// Where it came from.
    pub source: String,
    /// Nothing was to be changed.
    pub dry_run: bool,
    /// True if the changes were carried out.
    pub applied: bool,
    /// Rows read, bad ones too.
    pub rows: u64,
    /// New records.
    pub inserted: u64,
    /// Records that are different.
    pub updated: u64,
    /// Records that are the same.
    pub unchanged: u64,
    /// Records of the register that the delivery does not hold.
    pub missing: u64,
    /// Of those, the ones ended.
    pub deleted: u64,
    /// Rows put aside.
    pub rejected: u64,
    /// Of those, rows whose key another row of the delivery has.
    pub duplicates: u64,
    /// Rows whose geometry was repaired.
    pub repaired: u64,
    /// Rows whose shape stayed: rings were turned round, positions said twice dropped.
    pub tidied: u64,
    /// How fields were filled.
    pub mapping: Vec<FieldMapping>,
    /// Columns that were not used.
    pub unused_columns: Vec<String>,
    /// The CRS read.
    pub crs: String,
    /// Names of the key's fields.
    pub key: Vec<String>,
    /// The first faults.
    pub faults: Vec<RowFault>,
    /// The first repairs.
    pub repairs: Vec<RowNote>,
    /// The first records as they would be.
    pub sample: Vec<serde_json::Map<String, serde_json::Value>>,
    /// Changesets written.
    pub changesets: u64,
    /// Seconds of reading and checking.
    pub check_seconds: f64,
    /// Seconds of applying.
    pub apply_seconds: f64,
}

impl Report {
    /// Rows per second over both passes.
    pub fn rows_per_second(&self) -> f64 {
        let seconds = self.check_seconds + self.apply_seconds;
        if seconds > 0.0 { self.rows as f64 / seconds } else { 0.0 }
    }

    pub(super) fn fault(&mut self, fault: RowFault) {
        if self.faults.len() < MAX_REPORTED {
            self.faults.push(fault);
        }
    }

    pub(super) fn note(&mut self, note: RowNote) {
        if self.repairs.len() < MAX_REPORTED {
            self.repairs.push(note);
        }
    }
}
