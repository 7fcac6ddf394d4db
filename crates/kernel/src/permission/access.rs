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

impl Part {
    /// True if it holds for no record.
    pub fn is_never(&self) -> bool {
        self.condition == Some(Expr::Literal(false))
    }
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

    /// From the parts of all grants that hold. What all records show is shown of each; what holds for no record is left out.
    pub fn new(parts: impl IntoIterator<Item = Part>) -> Self {
        let mut out: Vec<Part> = Vec::new();
        for part in parts.into_iter().filter(|part| !part.is_never()) {
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

    /// What both allow: of the records that both show, the fields that both show.
    #[must_use]
    pub fn meet(&self, other: &Self) -> Self {
        let both = |a: &Part, b: &Part| Part {
            condition: match (&a.condition, &b.condition) {
                (None, only) | (only, None) => only.clone(),
                (Some(a), Some(b)) if a == b => Some(a.clone()),
                (Some(a), Some(b)) => Some(Expr::And(vec![a.clone(), b.clone()])),
            },
            fields: a.fields.common(b.fields),
        };
        Self::new(self.parts.iter().flat_map(|a| other.parts.iter().map(move |b| both(a, b))))
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

    /// The condition that a list must be narrowed to if it filters and sorts by `used` fields: a record is in it only if these
    /// fields of it are shown ([`Access::of`] covers them), so that nobody learns a hidden value by asking for it. `Ok(None)`
    /// for no narrowing.
    ///
    /// # Errors
    /// `forbidden-field` if one of the fields used is shown of no record.
    pub fn narrowing(&self, register: &Register, used: FieldSet) -> Result<Option<Expr>> {
        // For each field used, the grants that show it, one of which must hold; without a field, any grant.
        let mut groups: Vec<Vec<usize>> = Vec::new();
        for field in used.iter() {
            let group: Vec<usize> = self.shown_by(|p| p.fields.has(field));
            if group.is_empty() {
                let name = register.fields.get(field).map_or("", |f| f.name.as_str());
                return Err(super::forbidden_field(register, name));
            }
            if !groups.contains(&group) {
                groups.push(group);
            }
        }
        if groups.is_empty() {
            groups.push(self.shown_by(|_| true));
        }
        // Where one of few must hold, one of more holds too.
        let implied = |group: &Vec<usize>| groups.iter().any(|g| g.len() < group.len() && g.iter().all(|i| group.contains(i)));
        let mut terms: Vec<Expr> =
            groups.iter().filter(|group| !implied(group)).filter_map(|group| self.any_of(group)).collect();
        Ok(if terms.len() > 1 { Some(Expr::And(terms)) } else { terms.pop() })
    }

    fn shown_by(&self, shows: impl Fn(&Part) -> bool) -> Vec<usize> {
        self.parts.iter().enumerate().filter(|(_, p)| shows(p)).map(|(i, _)| i).collect()
    }

    /// True where one of the parts holds; `None` if one always does.
    fn any_of(&self, group: &[usize]) -> Option<Expr> {
        let mut conditions = Vec::with_capacity(group.len());
        for part in group.iter().filter_map(|i| self.parts.get(*i)) {
            conditions.push(part.condition.clone()?);
        }
        Some(match conditions.len() {
            0 => Expr::Literal(false),
            1 => conditions.swap_remove(0),
            _ => Expr::Or(conditions),
        })
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
