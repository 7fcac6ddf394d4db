//! Records as rows and back.

use super::{
    blob,
    failure::{damaged, failure},
    instant,
};
use crate::sql::{Param, names::quoted};
use jiff::Timestamp;
use meydan_geo::Wkb;
use meydan_kernel::{FieldKind, Record, Register, Result, Value};
use rusqlite::{
    Row,
    types::{ToSql, ToSqlOutput, Value as Sql, ValueRef},
};
use uuid::Uuid;

/// Columns before the fields in every `SELECT` of records.
pub(super) const HEAD: [&str; 4] = ["fid", "id", "version", "recorded_at"];

/// The columns of a record in the order that [`record`] reads.
pub(super) fn columns(register: &Register) -> String {
    let mut out = HEAD.join(", ");
    for field in &register.fields {
        out.push_str(", ");
        out.push_str(&quoted(&field.name));
    }
    if register.geometry.is_some() {
        out.push_str(", geom");
    }
    out
}

/// Reads a row of [`columns`].
pub(super) fn record(register: &Register, row: &Row<'_>) -> Result<Record> {
    let mut values = Vec::with_capacity(register.fields.len());
    for (i, field) in register.fields.iter().enumerate() {
        values.push(value(&field.kind, row.get_ref(HEAD.len() + i).map_err(failure)?)?);
    }
    let geometry = match register.geometry {
        None => None,
        Some(_) => geometry(row.get_ref(HEAD.len() + values.len()).map_err(failure)?)?,
    };
    Ok(Record {
        fid: int(row.get_ref(0).map_err(failure)?)?,
        id: id(row.get_ref(1).map_err(failure)?)?,
        version: int(row.get_ref(2).map_err(failure)?)?,
        recorded_at: at(row.get_ref(3).map_err(failure)?)?,
        values,
        geometry,
        hidden: meydan_kernel::permission::FieldSet::EMPTY,
    })
}

fn value(kind: &FieldKind, sql: ValueRef<'_>) -> Result<Value> {
    if sql == ValueRef::Null {
        return Ok(Value::Null);
    }
    Ok(match kind {
        FieldKind::Text | FieldKind::Code { .. } => Value::Text(text(sql)?.to_owned()),
        FieldKind::Integer | FieldKind::Money => Value::Int(int(sql)?),
        FieldKind::Real => match sql {
            ValueRef::Real(r) => Value::Real(r),
            ValueRef::Integer(i) => Value::Real(i as f64),
            _ => return Err(damaged("a real")),
        },
        FieldKind::Boolean => Value::Bool(int(sql)? != 0),
        FieldKind::Date => Value::Date(text(sql)?.parse().map_err(|_| damaged("a date"))?),
        FieldKind::Timestamp => Value::Timestamp(at(sql)?),
        FieldKind::Reference { .. } => Value::Reference(id(sql)?),
    })
}

/// Reads a geometry blob.
pub(super) fn geometry(sql: ValueRef<'_>) -> Result<Option<Wkb>> {
    let ValueRef::Blob(bytes) = sql else { return Ok(None) };
    let wkb = blob::wkb(bytes).ok_or_else(|| damaged("a geometry blob"))?;
    Wkb::from_trusted(wkb).map(Some).map_err(|_| damaged("a geometry"))
}

fn int(sql: ValueRef<'_>) -> Result<i64> {
    sql.as_i64().map_err(|_| damaged("a whole number"))
}

fn text<'a>(sql: ValueRef<'a>) -> Result<&'a str> {
    sql.as_str().map_err(|_| damaged("a text"))
}

/// Reads an id: 36 characters, or 16 bytes.
pub(super) fn id(sql: ValueRef<'_>) -> Result<Uuid> {
    match sql {
        ValueRef::Text(t) => Uuid::try_parse_ascii(t).map_err(|_| damaged("an id")),
        ValueRef::Blob(b) => Uuid::from_slice(b).map_err(|_| damaged("an id")),
        _ => Err(damaged("an id")),
    }
}

/// Reads an instant.
pub(super) fn at(sql: ValueRef<'_>) -> Result<Timestamp> {
    sql.as_str().ok().and_then(instant::from_text).ok_or_else(|| damaged("an instant"))
}

/// A value on its way into a statement.
pub(super) struct Bound<'a>(pub(super) &'a Value);

impl ToSql for Bound<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(match self.0 {
            Value::Null => ToSqlOutput::Owned(Sql::Null),
            Value::Bool(b) => ToSqlOutput::Owned(Sql::Integer(i64::from(*b))),
            Value::Int(i) => ToSqlOutput::Owned(Sql::Integer(*i)),
            Value::Real(r) => ToSqlOutput::Owned(Sql::Real(*r)),
            Value::Text(t) => ToSqlOutput::Borrowed(ValueRef::Text(t.as_bytes())),
            Value::Date(d) => ToSqlOutput::Owned(Sql::Text(d.to_string())),
            Value::Timestamp(t) => ToSqlOutput::Owned(Sql::Text(instant::to_field(*t))),
            Value::Reference(id) => ToSqlOutput::Owned(Sql::Text(id_text(*id))),
        })
    }
}

/// The text of an id as stored.
pub(super) fn id_text(id: Uuid) -> String {
    id.hyphenated().to_string()
}

impl ToSql for Param {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        match self {
            Self::Value(Value::Text(t)) => Ok(ToSqlOutput::Borrowed(ValueRef::Text(t.as_bytes()))),
            // Parameters are compared with `Dialect::instant`; what is stored goes through `Bound`.
            Self::Value(Value::Timestamp(t)) => Ok(ToSqlOutput::Owned(Sql::Text(instant::to_compared(*t)))),
            Self::Value(value) => Ok(match Bound(value).to_sql()? {
                ToSqlOutput::Owned(owned) => ToSqlOutput::Owned(owned),
                _ => ToSqlOutput::Owned(Sql::Null),
            }),
            Self::Geometry(geometry) => Ok(ToSqlOutput::Borrowed(ValueRef::Blob(geometry.as_bytes()))),
            Self::Ids(ids) => {
                let ids: Vec<String> = ids.iter().map(|id| id_text(*id)).collect();
                // Ids hold no character that JSON would escape.
                Ok(ToSqlOutput::Owned(Sql::Text(if ids.is_empty() {
                    "[]".to_owned()
                } else {
                    format!("[\"{}\"]", ids.join("\",\""))
                })))
            }
        }
    }
}
