//! Conditions from parameters: `filter` (CQL2 text or JSON) and queryables by name.

use super::space::Space;
use crate::ogc_common::params::{Params, bad_value};
use meydan_kernel::{
    Error, FieldKind, Register, Result, Value,
    cql2::{self, Comparison, Expr, Operand},
};
use uuid::Uuid;

/// Values of `filter-lang`. `cql-text` is the name that CQL2 text bore in drafts: GDAL sends filters only to servers that list
/// it, and what it sends is CQL2 text.
pub const LANGUAGES: [&str; 3] = ["cql2-text", "cql2-json", "cql-text"];
/// Limit: bytes of a filter.
pub const MAX_FILTER: usize = 16_384;

/// Takes `filter`, `filter-lang` and `filter-crs`.
///
/// # Errors
/// `bad-filter`, `bad-parameter`, `filter-too-long`.
pub fn take_filter(params: &mut Params, register: &Register) -> Result<Option<Expr>> {
    let language = params.take("filter-lang")?;
    let space = match params.take("filter-crs")? {
        Some(uri) => Space::parse("filter-crs", &uri)?,
        None => Space::lon_lat(),
    };
    let language = language.as_deref().unwrap_or(LANGUAGES[0]);
    if !LANGUAGES.contains(&language) {
        let wrong = ("“cql2-text” ya da “cql2-json” olmalı", "must be “cql2-text” or “cql2-json”");
        return Err(bad_value("filter-lang", wrong.0, wrong.1));
    }
    let Some(text) = params.take("filter")? else { return Ok(None) };
    if text.len() > MAX_FILTER {
        return Err(Error::invalid(
            "filter-too-long",
            format!("Süzgeç en çok {MAX_FILTER} bayt olabilir."),
            format!("A filter can have {MAX_FILTER} bytes at most."),
        ));
    }
    let expr = match language {
        "cql2-json" => cql2::parse_json_text(register, &text, space.crs())?,
        _ => cql2::parse_in(register, &text, space.crs())?,
    };
    Ok(Some(expr))
}

/// Takes each queryable given by name (`kind=residential`): equality.
///
/// # Errors
/// `bad-parameter` for a value that is not of the queryable's type.
pub fn take_queryables(params: &mut Params, register: &Register) -> Result<Vec<Expr>> {
    let mut conditions = Vec::new();
    if params.is_empty() {
        return Ok(conditions);
    }
    let equal = |operand, value| Expr::Compare(operand, Comparison::Eq, Operand::Literal(value));
    for (index, field) in register.fields.iter().enumerate() {
        if let Some(text) = params.take(&field.name)? {
            conditions.push(equal(Operand::Field(index), read(&field.name, &field.kind, &text)?));
        }
    }
    if let Some(text) = params.take("fid")? {
        conditions.push(equal(Operand::Fid, read("fid", &FieldKind::Integer, &text)?));
    }
    if let Some(text) = params.take("id")? {
        let id = Uuid::parse_str(&text).map_err(|_| bad_value("id", "UUID olmalı", "must be a UUID"))?;
        conditions.push(equal(Operand::Id, Value::Reference(id)));
    }
    if let Some(text) = params.take("recorded_at")? {
        conditions.push(equal(Operand::RecordedAt, read("recorded_at", &FieldKind::Timestamp, &text)?));
    }
    Ok(conditions)
}

fn read(name: &str, kind: &FieldKind, text: &str) -> Result<Value> {
    let json = match kind {
        FieldKind::Integer | FieldKind::Money => text.parse::<i64>().ok().map(Into::into),
        FieldKind::Real => text.parse::<f64>().ok().filter(|f| f.is_finite()).map(Into::into),
        FieldKind::Boolean => match text {
            "true" | "1" => Some(true.into()),
            "false" | "0" => Some(false.into()),
            _ => None,
        },
        FieldKind::Timestamp => Some(text.trim().replace(' ', "+").into()),
        _ => Some(serde_json::Value::from(text)),
    };
    json.as_ref().and_then(|json| Value::from_json(json, kind)).ok_or_else(|| {
        let word = kind.word();
        bad_value(name, format!("“{word}” türünde olmalı"), format!("must be of type “{word}”"))
    })
}
