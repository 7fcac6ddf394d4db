//! Values of a record by the names of its fields, as the pages of the administration need them.

use super::super::{labels::Labels, page::Visit};
use crate::Problem;
use jiff::civil::Date;
use meydan_kernel::{FieldKind, Lang, Query, Record, Register, Value, catalogue::Action, cql2, query::MAX_PAGE};
use std::sync::Arc;
use uuid::Uuid;

/// A record with its register.
#[derive(Clone, Copy)]
pub struct Row<'a> {
    /// The register.
    pub register: &'a Register,
    /// The record.
    pub record: &'a Record,
}

impl<'a> Row<'a> {
    /// A text, a code; nothing if it is empty or hidden.
    pub fn text(self, field: &str) -> Option<&'a str> {
        match self.record.value(self.register, field)? {
            Value::Text(text) if !self.is_hidden(field) => Some(text),
            _ => None,
        }
    }

    /// A reference.
    pub fn reference(self, field: &str) -> Option<Uuid> {
        match self.record.value(self.register, field)? {
            Value::Reference(id) => Some(*id),
            _ => None,
        }
    }

    /// A day.
    pub fn date(self, field: &str) -> Option<Date> {
        match self.record.value(self.register, field)? {
            Value::Date(day) => Some(*day),
            _ => None,
        }
    }

    /// A whole number.
    pub fn number(self, field: &str) -> Option<i64> {
        match self.record.value(self.register, field)? {
            Value::Int(number) => Some(*number),
            _ => None,
        }
    }

    /// True if the value is not shown to who asks.
    pub fn is_hidden(self, field: &str) -> bool {
        self.register.field_index(field).is_some_and(|i| self.record.hidden.has(i))
    }

    /// A title in the visitor's language, if the record has one in English.
    pub fn titled(self, lang: Lang, field: &str) -> &'a str {
        let english = (lang == Lang::En).then(|| self.text(&format!("{field}_en"))).flatten();
        english.or_else(|| self.text(field)).unwrap_or_default()
    }
}

/// Records of a register that who asks may see, in the order of `fid`; none if they may see none.
///
/// # Errors
/// `bad-filter`; those of the store.
pub async fn visible(visit: &Visit, name: &str, filter: &str) -> Result<(Arc<Register>, Vec<Record>), Problem> {
    let register = visit.app.desk.register(name)?;
    if visit.app.desk.access(&visit.caller.principal, &register, Action::Read).is_none() {
        return Ok((register, Vec::new()));
    }
    let filter = if filter.is_empty() { None } else { Some(cql2::parse(&register, filter)?) };
    let query = Query { filter, limit: Some(MAX_PAGE), ..Query::all(Arc::clone(&register)) };
    match visit.app.desk.query(&visit.principal(), &query).await {
        // A grant that hides what the question asks for shows nothing.
        Err(error) if error.is_refusal() => Ok((register, Vec::new())),
        records => Ok((register, records?)),
    }
}

/// The condition that a register's records hold on a day.
pub fn on_day(day: Date) -> String {
    format!("(valid_from IS NULL OR valid_from <= DATE('{day}')) AND (valid_until IS NULL OR valid_until >= DATE('{day}'))")
}

/// Names of persons, as far as who asks may know them: all that the records' references to persons mean.
///
/// # Errors
/// Those of the store.
pub async fn names(visit: &Visit, register: &Register, records: &[Record]) -> Result<Labels, Problem> {
    let all: Vec<&Record> = records.iter().collect();
    Labels::of(visit, register, &all, |f| matches!(f.kind, FieldKind::Reference { .. })).await
}
