//! The feature as it travels in files: named properties that no definition has checked yet (ISO 19109, untyped).

use crate::Wkb;

/// One property value as a file format gives it, before it is held against a definition.
#[derive(Debug, Clone, PartialEq)]
pub enum Scalar {
    /// No value.
    Null,
    /// True or false.
    Bool(bool),
    /// Whole number.
    Int(i64),
    /// Number.
    Real(f64),
    /// Text, as read; also for numbers and dates of formats without types (CSV).
    Text(String),
    /// Calendar day.
    Date(jiff::civil::Date),
    /// Instant.
    Timestamp(jiff::Timestamp),
}

/// The columns of a feature stream: one per property, in order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// Name as in the file.
    pub name: String,
}

/// One feature: properties in the order of the stream's columns, and a geometry.
#[derive(Debug, Clone, PartialEq)]
pub struct Feature {
    /// Where it stands in its source, counted from 1 (row, line, feature number): for error reports.
    pub row: u64,
    /// Values, as many as the stream has columns.
    pub values: Vec<Scalar>,
    /// Geometry in the stream's CRS, if the feature has one.
    pub geometry: Option<Wkb>,
}
