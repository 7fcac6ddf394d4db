//! The record under judgement, read by the names of its fields; and how a fault is told.

use super::calendar::Period;
use jiff::civil::Date;
use meydan_kernel::{Bilingual, Principal, Record, Register, Value, desk::Checked, error::FieldError, permission::Capacity};
use uuid::Uuid;

/// A record with its register.
#[derive(Clone, Copy)]
pub(super) struct Draft<'a> {
    register: &'a Register,
    record: &'a Record,
}

impl<'a> Draft<'a> {
    pub(super) fn before(change: &Checked<'a>) -> Option<Self> {
        change.before.map(|record| Self { register: change.register, record })
    }

    pub(super) fn after(change: &Checked<'a>) -> Option<Self> {
        change.after.map(|record| Self { register: change.register, record })
    }

    pub(super) fn id(self) -> Uuid {
        self.record.id
    }

    pub(super) fn text(self, field: &str) -> Option<&'a str> {
        match self.record.value(self.register, field)? {
            Value::Text(text) if !text.trim().is_empty() => Some(text.trim()),
            _ => None,
        }
    }

    pub(super) fn date(self, field: &str) -> Option<Date> {
        match self.record.value(self.register, field)? {
            Value::Date(date) => Some(*date),
            _ => None,
        }
    }

    pub(super) fn reference(self, field: &str) -> Option<Uuid> {
        match self.record.value(self.register, field)? {
            Value::Reference(id) => Some(*id),
            _ => None,
        }
    }

    pub(super) fn number(self, field: &str) -> Option<i64> {
        match self.record.value(self.register, field)? {
            Value::Int(number) => Some(*number),
            _ => None,
        }
    }

    /// Words of a text that lists them by commas, semicolons and spaces, as the desk reads them.
    pub(super) fn words(self, field: &str) -> Vec<&'a str> {
        let apart = |c: char| matches!(c, ',' | ';') || c.is_whitespace();
        self.text(field).map(|t| t.split(apart).filter(|w| !w.is_empty()).collect()).unwrap_or_default()
    }

    /// `valid_from` to `valid_until`.
    pub(super) fn period(self) -> Period {
        Period::new(self.date("valid_from"), self.date("valid_until"))
    }

    /// True if both have the same value of the field.
    pub(super) fn keeps(self, other: Self, field: &str) -> bool {
        self.record.value(self.register, field) == other.record.value(other.register, field)
    }
}

/// A fault of one field.
pub(super) fn fault(field: &str, tr: impl Into<String>, en: impl Into<String>) -> FieldError {
    FieldError { field: field.to_owned(), message: Bilingual::new(tr, en) }
}

/// True for the operator of the machine, who mends and takes over what was before: rules about who and when don't concern them.
pub(super) fn is_operator(principal: &Principal) -> bool {
    matches!(principal.capacity, Capacity::Operator)
}

/// True if they act in a post with the role.
pub(super) fn acts_as(principal: &Principal, role: &str) -> bool {
    principal.standing().is_some_and(|s| s.role == role)
}

/// True if they act by proxy.
pub(super) fn by_proxy(principal: &Principal) -> bool {
    principal.standing().is_some_and(|s| s.proxy.is_some())
}
