//! Which records of a register somebody may see, and what of each.

use super::FieldSet;
use crate::{
    Record, Register, Result,
    cql2::{self, Expr},
};

/// One grant's share of the answer.
#[derive(Debug, Clone, PartialEq)]
pub struct Part {
    /// For which records; `None` for all.
    pub condition: Option<Expr>,
    /// Which fields of those.
    pub fields: FieldSet,
}

/// Which records of a register may be seen (or changed, or taken away), and which of their fields.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Access {
    parts: Vec<Part>,
}

impl Access {
    /// Everything.
    pub fn full() -> Self {
        Self { parts: vec![Part { condition: None, fields: FieldSet::ALL }] }
    }

    /// From the parts of all grants that hold. What all records show is shown of each.
    pub fn new(parts: impl IntoIterator<Item = Part>) -> Self {
        let mut out: Vec<Part> = Vec::new();
        for part in parts {
            match out.iter_mut().find(|p| p.condition == part.condition) {
                Some(same) => same.fields = same.fields.and(part.fields),
                None => out.push(part),
            }
        }
        if let Some(all) = out.iter().find(|p| p.condition.is_none()).map(|p| p.fields) {
            out.iter_mut().for_each(|p| p.fields = p.fields.and(all));
            out.retain(|p| p.condition.is_none() || p.fields != all);
        }
        Self { parts: out }
    }

    /// The parts; none if nothing may be seen.
    pub fn parts(&self) -> &[Part] {
        &self.parts
    }

    /// True if no record may be seen.
    pub fn is_none(&self) -> bool {
        self.parts.is_empty()
    }

    /// The fields that every record shows, if every record may be seen.
    pub fn whole(&self) -> Option<FieldSet> {
        self.parts.iter().find(|p| p.condition.is_none()).map(|p| p.fields)
    }

    /// The condition that a list must be narrowed to if it filters and sorts by `used` fields: a record is in it only if one
    /// grant shows both the record and these fields, so that nobody learns a hidden value by asking for it. `Ok(None)` for no
    /// narrowing.
    ///
    /// # Errors
    /// `forbidden-field` if no grant shows all of the fields used.
    pub fn narrowing(&self, register: &Register, used: FieldSet) -> Result<Option<Expr>> {
        let fit: Vec<&Part> = self.parts.iter().filter(|p| p.fields.covers(used)).collect();
        if fit.is_empty() {
            let seen = self.parts.iter().fold(FieldSet::EMPTY, |set, p| set.and(p.fields));
            let hidden = used.without(seen).iter().chain(used.iter()).find_map(|i| register.fields.get(i));
            return Err(super::forbidden_field(register, hidden.map_or("", |f| f.name.as_str())));
        }
        if fit.iter().any(|p| p.condition.is_none()) {
            return Ok(None);
        }
        let mut conditions: Vec<Expr> = fit.iter().filter_map(|p| p.condition.clone()).collect();
        Ok(Some(if conditions.len() == 1 { conditions.swap_remove(0) } else { Expr::Or(conditions) }))
    }

    /// The fields shown of one record; `None` if the record may not be seen.
    pub fn of(&self, record: &Record) -> Option<FieldSet> {
        let mut seen = None;
        for part in &self.parts {
            if part.condition.as_ref().is_none_or(|c| cql2::holds(c, record)) {
                seen = Some(part.fields.and(seen.unwrap_or_default()));
            }
        }
        seen
    }

    /// True if every record shows all of its fields and none of them is personal: nothing to mask and no look to write down.
    pub fn is_plain(&self, register: &Register) -> bool {
        self.whole().is_some_and(|f| f.covers(FieldSet::of_register(register))) && register.fields.iter().all(|f| !f.personal)
    }
}
