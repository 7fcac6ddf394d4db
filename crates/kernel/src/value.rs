//! Values of fields, typed by the definition.

use crate::FieldKind;
use jiff::{Timestamp, civil::Date};
use uuid::Uuid;

/// One value. Which variant a field holds is fixed by its [`FieldKind`]; `Null` may stand in any field that is not required.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// No value.
    Null,
    /// Kind `boolean`.
    Bool(bool),
    /// Kinds `integer` and `money` (kuruş).
    Int(i64),
    /// Kind `real`; always finite.
    Real(f64),
    /// Kinds `text` and `code` (the code, not its title); never holds U+0000.
    Text(String),
    /// Kind `date`.
    Date(Date),
    /// Kind `timestamp`; whole microseconds (what PostgreSQL keeps).
    Timestamp(Timestamp),
    /// Kind `reference`: the id of a record of the named register.
    Reference(Uuid),
}

impl Value {
    /// True for no value.
    pub fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }

    /// True if a field of this kind may hold the value.
    pub fn fits(&self, kind: &FieldKind) -> bool {
        matches!(
            (self, kind),
            (Self::Null, _)
                | (Self::Bool(_), FieldKind::Boolean)
                | (Self::Int(_), FieldKind::Integer | FieldKind::Money)
                | (Self::Real(_), FieldKind::Real)
                | (Self::Text(_), FieldKind::Text | FieldKind::Code { .. })
                | (Self::Date(_), FieldKind::Date)
                | (Self::Timestamp(_), FieldKind::Timestamp)
                | (Self::Reference(_), FieldKind::Reference { .. })
        )
    }

    /// The value as JSON: dates as RFC 3339 full-date, instants as RFC 3339 in UTC, references as UUID text.
    pub fn to_json(&self) -> serde_json::Value {
        match self {
            Self::Null => serde_json::Value::Null,
            Self::Bool(b) => (*b).into(),
            Self::Int(i) => (*i).into(),
            Self::Real(r) => (*r).into(),
            Self::Text(t) => t.as_str().into(),
            Self::Date(d) => d.to_string().into(),
            Self::Timestamp(t) => t.to_string().into(),
            Self::Reference(id) => id.to_string().into(),
        }
    }

    /// Reads JSON as a value of the kind; `None` if it is not one. Accepts whole reals for integers.
    pub fn from_json(json: &serde_json::Value, kind: &FieldKind) -> Option<Self> {
        use serde_json::Value as J;
        if json.is_null() {
            return Some(Self::Null);
        }
        match (kind, json) {
            (FieldKind::Boolean, J::Bool(b)) => Some(Self::Bool(*b)),
            (FieldKind::Integer | FieldKind::Money, J::Number(n)) => n
                .as_i64()
                .or_else(|| n.as_f64().filter(|f| f.fract() == 0.0 && f.abs() < 9.0e15).map(|f| f as i64))
                .map(Self::Int),
            (FieldKind::Real, J::Number(n)) => n.as_f64().filter(|f| f.is_finite()).map(Self::Real),
            (FieldKind::Text | FieldKind::Code { .. }, J::String(s)) if !s.contains('\0') => Some(Self::Text(s.clone())),
            (FieldKind::Date, J::String(s)) => s.parse().ok().map(Self::Date),
            (FieldKind::Timestamp, J::String(s)) => s.parse().ok().and_then(Self::instant),
            (FieldKind::Reference { .. }, J::String(s)) => Uuid::parse_str(s).ok().map(Self::Reference),
            _ => None,
        }
    }

    /// An instant cut to whole microseconds.
    pub fn instant(t: Timestamp) -> Option<Self> {
        Timestamp::from_microsecond(t.as_microsecond()).ok().map(Self::Timestamp)
    }
}
