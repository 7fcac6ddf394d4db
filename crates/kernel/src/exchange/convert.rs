//! Values of a source as values of fields.

use super::{
    From, Mapping, RowFault,
    lookup::{Lookup, Lookups},
    read_text::{self, NumberStyle},
};
use crate::{Bilingual, Catalogue, Error, Field, FieldKind, Register, Result, Value, text::search_fold};
use meydan_geo::feature::{Column, Feature, Scalar};
use std::collections::HashMap;

/// Limit: characters of a value that a fault shows.
const MAX_SHOWN_CHARS: usize = 80;

/// Turns the values of rows into values of fields.
pub(super) struct Converter {
    steps: Vec<Step>,
}

struct Step {
    field: usize,
    name: String,
    kind: FieldKind,
    default: Value,
    from: Input,
}

enum Input {
    /// Column and the style of its numbers.
    Column(usize, NumberStyle),
    Constant(Value),
    /// Column and what it is looked up in.
    Lookup(usize, Lookup),
    /// Column and the codes by folded code and title.
    Code(usize, HashMap<String, String>, String),
}

impl Converter {
    /// Prepares the conversion of a mapping.
    ///
    /// # Errors
    /// `bad-constant` if a constant is no value of its field.
    pub(super) fn new(
        catalogue: &Catalogue,
        register: &Register,
        columns: &[Column],
        sample: &[Feature],
        mapping: &Mapping,
        mut lookups: Lookups,
    ) -> Result<Self> {
        let mut steps = Vec::with_capacity(mapping.fields.len());
        for mapped in &mapping.fields {
            let Some(at) = register.field_index(&mapped.field) else { continue };
            let field = &register.fields[at];
            let place = |column: &str| columns.iter().position(|c| c.name == column);
            let from = match &mapped.from {
                From::Constant { text } => Input::Constant(constant(catalogue, field, text)?),
                From::Lookup { column, .. } => match (place(column), lookups.take(&mapped.field)) {
                    (Some(column), Some(lookup)) => Input::Lookup(column, lookup),
                    _ => continue,
                },
                From::Column { column } => {
                    let Some(column) = place(column) else { continue };
                    match &field.kind {
                        FieldKind::Code { list } => Input::Code(column, codes(catalogue, list), list.clone()),
                        FieldKind::Integer | FieldKind::Real | FieldKind::Money => Input::Column(column, style(sample, column)),
                        _ => Input::Column(column, NumberStyle::Point),
                    }
                }
            };
            steps.push(Step {
                field: at,
                name: field.name.clone(),
                kind: field.kind.clone(),
                default: field.default_value(),
                from,
            });
        }
        Ok(Self { steps })
    }

    /// Indexes of the fields that are filled.
    pub(super) fn fields(&self) -> impl Iterator<Item = usize> + '_ {
        self.steps.iter().map(|s| s.field)
    }

    /// The name of a field that is filled.
    pub(super) fn name(&self, field: usize) -> Option<String> {
        self.steps.iter().find(|s| s.field == field).map(|s| s.name.clone())
    }

    /// The values of one row by field index; faults go to `faults`. An empty cell gives the field's default.
    pub(super) fn row(&self, feature: &Feature, faults: &mut Vec<RowFault>) -> Vec<(usize, Value)> {
        let mut set = Vec::with_capacity(self.steps.len());
        for step in &self.steps {
            let (scalar, result) = match &step.from {
                Input::Constant(value) => (None, Ok(value.clone())),
                Input::Column(column, style) => {
                    let scalar = feature.values.get(*column).unwrap_or(&Scalar::Null);
                    (Some(scalar), value(scalar, &step.kind, *style))
                }
                Input::Lookup(column, lookup) => {
                    let scalar = feature.values.get(*column).unwrap_or(&Scalar::Null);
                    (Some(scalar), lookup.find(scalar))
                }
                Input::Code(column, codes, list) => {
                    let scalar = feature.values.get(*column).unwrap_or(&Scalar::Null);
                    (Some(scalar), code(scalar, codes, list))
                }
            };
            match result {
                Ok(Value::Null) => set.push((step.field, step.default.clone())),
                Ok(value) => set.push((step.field, value)),
                Err(message) => faults.push(RowFault {
                    row: feature.row,
                    field: Some(step.name.clone()),
                    value: scalar.map(shown),
                    message,
                }),
            }
        }
        set
    }
}

/// A value as a fault shows it.
pub(super) fn shown(scalar: &Scalar) -> String {
    let text = text_of(scalar).unwrap_or_default();
    match text.char_indices().nth(MAX_SHOWN_CHARS) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text,
    }
}

/// A scalar as text; `None` for no value.
pub(super) fn text_of(scalar: &Scalar) -> Option<String> {
    Some(match scalar {
        Scalar::Null => return None,
        Scalar::Bool(b) => b.to_string(),
        Scalar::Int(i) => i.to_string(),
        // Many programs keep numbers that are names (an id of 8 digits) as reals.
        Scalar::Real(r) if r.fract() == 0.0 && r.abs() < 9.0e15 => (*r as i64).to_string(),
        Scalar::Real(r) => r.to_string(),
        Scalar::Text(t) => read_text::clean(t),
        Scalar::Date(d) => d.to_string(),
        Scalar::Timestamp(t) => t.to_string(),
    })
}

fn style(sample: &[Feature], column: usize) -> NumberStyle {
    NumberStyle::of(sample.iter().filter_map(|f| match f.values.get(column) {
        Some(Scalar::Text(t)) => Some(t.trim()),
        _ => None,
    }))
}

fn codes(catalogue: &Catalogue, list: &str) -> HashMap<String, String> {
    let mut out = HashMap::new();
    let Some(list) = catalogue.code_lists.get(list) else { return out };
    // Titles first, so that a code wins over another's title.
    for code in &list.codes {
        for title in [&code.title.tr, &code.title.en] {
            out.insert(search_fold(title), code.code.clone());
        }
    }
    for code in &list.codes {
        out.insert(search_fold(&code.code), code.code.clone());
    }
    out
}

fn code(scalar: &Scalar, codes: &HashMap<String, String>, list: &str) -> Result<Value, Bilingual> {
    let Some(text) = text_of(scalar).filter(|t| !t.is_empty()) else { return Ok(Value::Null) };
    codes.get(&search_fold(&text)).map(|c| Value::Text(c.clone())).ok_or_else(|| {
        Bilingual::new(
            format!("“{list}” listesinde böyle bir kod ya da başlık yok"),
            format!("no code or title of the list “{list}”"),
        )
    })
}

fn constant(catalogue: &Catalogue, field: &Field, text: &str) -> Result<Value> {
    let scalar = Scalar::Text(text.to_owned());
    let read = match &field.kind {
        FieldKind::Code { list } => code(&scalar, &codes(catalogue, list), list),
        FieldKind::Reference { .. } => uuid::Uuid::parse_str(text)
            .map(Value::Reference)
            .map_err(|_| Bilingual::new("bir kayıt kimliği (UUID) değil", "not a record's id (UUID)")),
        kind => value(&scalar, kind, NumberStyle::of([text].into_iter())),
    };
    read.map_err(|message| {
        Error::invalid("bad-constant", "Sabit değer alana uymuyor.", "The constant does not fit its field.").field(
            &field.name,
            message.tr,
            message.en,
        )
    })
}

/// A scalar as a value of a kind; `Null` for an empty one.
fn value(scalar: &Scalar, kind: &FieldKind, style: NumberStyle) -> Result<Value, Bilingual> {
    let wrong = |tr: &str, en: &str| Err(Bilingual::new(tr, en));
    match (kind, scalar) {
        (_, Scalar::Null) => Ok(Value::Null),
        (FieldKind::Text | FieldKind::Code { .. }, other) => Ok(match text_of(other) {
            Some(text) if !text.is_empty() => Value::Text(text),
            _ => Value::Null,
        }),
        (_, Scalar::Text(t)) if t.trim().is_empty() || matches!(t.trim(), "-" | "NULL" | "null" | "Null") => Ok(Value::Null),
        (FieldKind::Boolean, Scalar::Bool(b)) => Ok(Value::Bool(*b)),
        (FieldKind::Boolean, Scalar::Int(i @ (0 | 1))) => Ok(Value::Bool(*i == 1)),
        (FieldKind::Boolean, Scalar::Text(t)) => {
            read_text::boolean(t).map(Value::Bool).map_or_else(|| wrong("evet ya da hayır değil", "not yes or no"), Ok)
        }
        (FieldKind::Boolean, _) => wrong("evet ya da hayır değil", "not yes or no"),
        (FieldKind::Integer, Scalar::Int(i)) => Ok(Value::Int(*i)),
        (FieldKind::Integer, Scalar::Real(r)) if r.fract() == 0.0 && r.abs() < 9.0e15 => Ok(Value::Int(*r as i64)),
        (FieldKind::Integer, Scalar::Text(t)) => {
            read_text::integer(t, style).map(Value::Int).map_or_else(|| wrong("tam sayı değil", "not a whole number"), Ok)
        }
        (FieldKind::Integer, _) => wrong("tam sayı değil", "not a whole number"),
        (FieldKind::Real, Scalar::Int(i)) => Ok(Value::Real(*i as f64)),
        (FieldKind::Real, Scalar::Real(r)) if r.is_finite() => Ok(Value::Real(*r)),
        (FieldKind::Real, Scalar::Text(t)) => match read_text::number(t, style).and_then(|n| n.parse().ok()) {
            Some(r) => Ok(Value::Real(r)),
            None => wrong("sayı değil", "not a number"),
        },
        (FieldKind::Real, _) => wrong("sayı değil", "not a number"),
        (FieldKind::Money, _) => {
            let fault = || {
                wrong(
                    "kuruş olarak tam sayı değil (lira ise “12,50 TL” gibi yazılmalı)",
                    "not a whole number of kuruş (lira are written like “12,50 TL”)",
                )
            };
            money(scalar, style).map_or_else(fault, |kurus| Ok(Value::Int(kurus)))
        }
        (FieldKind::Date, Scalar::Date(d)) => Ok(Value::Date(*d)),
        (FieldKind::Date, Scalar::Timestamp(t)) => Ok(Value::Date(jiff::tz::offset(3).to_datetime(*t).date())),
        (FieldKind::Date, Scalar::Text(t)) => read_text::date(t)
            .map(Value::Date)
            .map_or_else(|| wrong("tarih değil (31.12.2024 gibi)", "not a date (as 31.12.2024)"), Ok),
        (FieldKind::Date, _) => wrong("tarih değil", "not a date"),
        (FieldKind::Timestamp, Scalar::Timestamp(t)) => {
            Value::instant(*t).map_or_else(|| wrong("zaman aralık dışında", "the time is out of range"), Ok)
        }
        (FieldKind::Timestamp, Scalar::Date(d)) => instant(&d.to_string()),
        (FieldKind::Timestamp, Scalar::Text(t)) => instant(t),
        (FieldKind::Timestamp, _) => wrong("tarih ve saat değil", "not a date and time"),
        (FieldKind::Reference { .. }, other) => {
            let text = text_of(other).unwrap_or_default();
            uuid::Uuid::parse_str(&text)
                .map(Value::Reference)
                .or_else(|_| wrong("bir kayıt kimliği (UUID) değil", "not a record's id (UUID)"))
        }
    }
}

fn instant(text: &str) -> Result<Value, Bilingual> {
    read_text::instant(text)
        .and_then(Value::instant)
        .ok_or_else(|| Bilingual::new("tarih ve saat değil", "not a date and time"))
}

/// Numbers are of kuruş, in files as everywhere; texts may say lira by its sign.
fn money(scalar: &Scalar, style: NumberStyle) -> Option<i64> {
    match scalar {
        Scalar::Int(i) => Some(*i),
        Scalar::Real(r) => (r.fract() == 0.0 && r.abs() < 9.0e15).then_some(*r as i64),
        Scalar::Text(t) => read_text::kurus(t, style),
        _ => None,
    }
}
