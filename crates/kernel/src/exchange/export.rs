//! Records as features: for files, in a chosen CRS, with names or titles.

use super::references::{self, References, Texts};
use crate::{Catalogue, Desk, FieldKind, Lang, Principal, Record, Register, Result, Value, catalogue::CodeList};
use meydan_geo::{
    GeometryType,
    crs::Crs,
    feature::{Feature, Scalar},
};
use std::{collections::HashMap, sync::Arc};

/// Coordinates in metres are written to a tenth of a millimetre: more digits would only be the projection's own noise.
const METRE_DIGITS: f64 = 1e4;

/// How records are written out.
#[derive(Debug, Clone, Copy)]
pub struct ExportOptions {
    /// CRS of the coordinates.
    pub crs: Crs,
    /// Columns bear the fields' titles in this language instead of their names.
    pub titles: Option<Lang>,
    /// Codes are written as their titles in this language.
    pub code_titles: Option<Lang>,
    /// The record's id (UUID) is the first column.
    pub with_id: bool,
    /// Personal data is written.
    pub with_personal: bool,
}

impl Default for ExportOptions {
    fn default() -> Self {
        Self { crs: Crs::crs84(), titles: None, code_titles: None, with_id: true, with_personal: true }
    }
}

/// Type of an exported column: [`FieldKind::Money`] is lira as a real, codes and references are text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ColumnKind {
    /// True or false.
    Bool,
    /// Whole number.
    Int,
    /// Number.
    Real,
    /// Text.
    Text,
    /// Day.
    Date,
    /// Instant.
    Timestamp,
}

struct Plan {
    field: usize,
    /// Place among the columns.
    column: usize,
    codes: Option<(Arc<CodeList>, Lang)>,
}

/// What an export looks like, and the way from record to feature.
pub struct Exported {
    /// Names and types of the columns.
    pub columns: Vec<(String, ColumnKind)>,
    /// Type of the geometries.
    pub geometry: Option<GeometryType>,
    plans: Vec<Plan>,
    references: HashMap<usize, Texts>,
    options: ExportOptions,
    rows: u64,
}

/// Plans an export of a register.
pub fn export_layout(catalogue: &Catalogue, register: &Register, options: ExportOptions) -> Exported {
    let mut columns = Vec::new();
    if options.with_id {
        columns.push(("id".to_owned(), ColumnKind::Text));
    }
    let mut plans = Vec::new();
    for (at, field) in register.fields.iter().enumerate() {
        if field.personal && !options.with_personal {
            continue;
        }
        let name = options.titles.map_or_else(|| field.name.clone(), |lang| field.title.get(lang).to_owned());
        let kind = match field.kind {
            FieldKind::Boolean => ColumnKind::Bool,
            // Money in kuruş, as the API says it and an import reads it.
            FieldKind::Integer | FieldKind::Money => ColumnKind::Int,
            FieldKind::Real => ColumnKind::Real,
            FieldKind::Date => ColumnKind::Date,
            FieldKind::Timestamp => ColumnKind::Timestamp,
            FieldKind::Text | FieldKind::Code { .. } | FieldKind::Reference { .. } => ColumnKind::Text,
        };
        columns.push((name, kind));
        let codes = match (&field.kind, options.code_titles) {
            (FieldKind::Code { list }, Some(lang)) => catalogue.code_lists.get(list).map(|l| (Arc::clone(l), lang)),
            _ => None,
        };
        plans.push(Plan { field: at, column: columns.len() - 1, codes });
    }
    Exported {
        columns,
        geometry: register.geometry.as_ref().map(|g| g.kind),
        plans,
        references: HashMap::new(),
        options,
        rows: 0,
    }
}

impl Exported {
    /// Writes references as the other records' numbers or names; the columns are named after them (`district_official_id`),
    /// so that an import finds its way back.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn with_references(
        mut self,
        desk: &Desk,
        principal: &Principal,
        register: &Register,
        how: References,
    ) -> Result<Self> {
        if how == References::Ids {
            return Ok(self);
        }
        self.references = references::read(desk, principal, register, how, self.options.with_personal).await?;
        for plan in &self.plans {
            let (Some(texts), Some((name, _))) = (self.references.get(&plan.field), self.columns.get_mut(plan.column)) else {
                continue;
            };
            match self.options.titles {
                Some(lang) => *name = format!("{name}: {}", texts.title.get(lang)),
                None => *name = format!("{name}_{}", texts.by),
            }
        }
        Ok(self)
    }

    /// A record as the next feature; its geometry is left away where the CRS has no place for it.
    pub fn feature(&mut self, record: &Record) -> Feature {
        self.rows += 1;
        let mut values = Vec::with_capacity(self.columns.len());
        if self.options.with_id {
            values.push(Scalar::Text(record.id.to_string()));
        }
        for plan in &self.plans {
            let value = record.values.get(plan.field).unwrap_or(&Value::Null);
            values.push(match (value, self.references.get(&plan.field)) {
                (Value::Reference(id), Some(texts)) => texts.records.get(id).map_or(Scalar::Null, |t| Scalar::Text(t.clone())),
                _ => scalar(plan, value),
            });
        }
        let crs = self.options.crs;
        let geometry = record.geometry.as_ref().and_then(|g| crs.forward_geometry(g)).and_then(|g| match crs.is_geographic() {
            true => Some(g),
            false => {
                g.map_coords(|x, y| ((x * METRE_DIGITS).round() / METRE_DIGITS, (y * METRE_DIGITS).round() / METRE_DIGITS))
            }
        });
        Feature { row: self.rows, values, geometry }
    }
}

fn scalar(plan: &Plan, value: &Value) -> Scalar {
    match value {
        Value::Null => Scalar::Null,
        Value::Bool(b) => Scalar::Bool(*b),
        Value::Int(i) => Scalar::Int(*i),
        Value::Real(r) => Scalar::Real(*r),
        Value::Text(t) => {
            let title = plan.codes.as_ref().and_then(|(list, lang)| Some(list.get(t)?.title.get(*lang).to_owned()));
            Scalar::Text(title.unwrap_or_else(|| t.clone()))
        }
        Value::Date(d) => Scalar::Date(*d),
        Value::Timestamp(t) => Scalar::Timestamp(*t),
        Value::Reference(id) => Scalar::Text(id.to_string()),
    }
}
