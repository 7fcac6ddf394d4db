//! Values and geometry in PostgreSQL's binary protocol, without a detour over text.

use bytes::{BufMut, BytesMut};
use jiff::{Timestamp, civil::Date};
use meydan_geo::Wkb;
use meydan_kernel::{FieldKind, Value};
use std::error::Error;
use tokio_postgres::types::{FromSql, IsNull, ToSql, Type, to_sql_checked};

/// PostgreSQL counts days and microseconds from 2000-01-01.
const EPOCH_DATE: Date = jiff::civil::date(2000, 1, 1);
/// 2000-01-01T00:00:00Z in microseconds of Unix time.
const EPOCH_MICROS: i64 = 946_684_800_000_000;
const SECONDS_PER_DAY: i64 = 86_400;
/// EPSG code of the stored geometry.
pub const SRID: u32 = 4326;
/// EWKB: the type word's flag that an SRID follows.
const HAS_SRID: u32 = 0x2000_0000;
/// Byte order, type word, SRID.
const EWKB_HEAD: usize = 9;

type Failure = Box<dyn Error + Sync + Send>;

/// The column type of a field.
pub fn column_type(kind: &FieldKind) -> Type {
    match kind {
        FieldKind::Text | FieldKind::Code { .. } => Type::TEXT,
        FieldKind::Integer | FieldKind::Money => Type::INT8,
        FieldKind::Real => Type::FLOAT8,
        FieldKind::Boolean => Type::BOOL,
        FieldKind::Date => Type::DATE,
        FieldKind::Timestamp => Type::TIMESTAMPTZ,
        FieldKind::Reference { .. } => Type::UUID,
    }
}

/// The type that a value is sent as.
pub fn value_type(value: &Value) -> Type {
    match value {
        Value::Null | Value::Text(_) => Type::TEXT,
        Value::Bool(_) => Type::BOOL,
        Value::Int(_) => Type::INT8,
        Value::Real(_) => Type::FLOAT8,
        Value::Date(_) => Type::DATE,
        Value::Timestamp(_) => Type::TIMESTAMPTZ,
        Value::Reference(_) => Type::UUID,
    }
}

/// A value on its way in.
#[derive(Debug, Clone, Copy)]
pub struct In<'a>(pub &'a Value);

impl ToSql for In<'_> {
    fn to_sql(&self, _: &Type, out: &mut BytesMut) -> Result<IsNull, Failure> {
        match self.0 {
            Value::Null => return Ok(IsNull::Yes),
            Value::Bool(b) => out.put_u8(u8::from(*b)),
            Value::Int(i) => out.put_i64(*i),
            Value::Real(r) => out.put_f64(*r),
            Value::Text(t) => out.put_slice(t.as_bytes()),
            Value::Date(d) => out.put_i32(days(*d)?),
            Value::Timestamp(t) => out.put_i64(micros(*t)),
            Value::Reference(id) => out.put_slice(id.as_bytes()),
        }
        Ok(IsNull::No)
    }

    fn accepts(_: &Type) -> bool {
        true
    }

    to_sql_checked!();
}

fn days(date: Date) -> Result<i32, Failure> {
    Ok(i32::try_from(date.duration_since(EPOCH_DATE).as_secs() / SECONDS_PER_DAY)?)
}

fn micros(t: Timestamp) -> i64 {
    t.as_microsecond() - EPOCH_MICROS
}

/// A value on its way out, told apart by the column's type.
#[derive(Debug)]
pub struct Out(pub Value);

impl<'a> FromSql<'a> for Out {
    fn from_sql(ty: &Type, raw: &'a [u8]) -> Result<Self, Failure> {
        Ok(Self(match *ty {
            Type::BOOL => Value::Bool(bool::from_sql(ty, raw)?),
            Type::INT8 => Value::Int(i64::from_sql(ty, raw)?),
            Type::FLOAT8 => Value::Real(f64::from_sql(ty, raw)?),
            Type::TEXT => Value::Text(String::from_sql(ty, raw)?),
            Type::UUID => Value::Reference(uuid::Uuid::from_sql(ty, raw)?),
            Type::TIMESTAMPTZ => Value::Timestamp(Instant::from_sql(ty, raw)?.0),
            Type::DATE => {
                let days = i32::from_be_bytes(raw.try_into()?);
                Value::Date(EPOCH_DATE.checked_add(jiff::SignedDuration::from_secs(i64::from(days) * SECONDS_PER_DAY))?)
            }
            _ => return Err(format!("a column of type {ty} is none of the house's").into()),
        }))
    }

    fn from_sql_null(_: &Type) -> Result<Self, Failure> {
        Ok(Self(Value::Null))
    }

    fn accepts(_: &Type) -> bool {
        true
    }
}

/// An instant, in whole microseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Instant(pub Timestamp);

impl ToSql for Instant {
    fn to_sql(&self, _: &Type, out: &mut BytesMut) -> Result<IsNull, Failure> {
        out.put_i64(micros(self.0));
        Ok(IsNull::No)
    }

    fn accepts(ty: &Type) -> bool {
        *ty == Type::TIMESTAMPTZ
    }

    to_sql_checked!();
}

impl<'a> FromSql<'a> for Instant {
    fn from_sql(_: &Type, raw: &'a [u8]) -> Result<Self, Failure> {
        let micros = i64::from_be_bytes(raw.try_into()?).checked_add(EPOCH_MICROS).ok_or("an instant beyond all calendars")?;
        Ok(Self(Timestamp::from_microsecond(micros)?))
    }

    fn accepts(ty: &Type) -> bool {
        *ty == Type::TIMESTAMPTZ
    }
}

/// A geometry on its way in: EWKB with its SRID.
#[derive(Debug, Clone, Copy)]
pub struct GeometryIn<'a>(pub Option<&'a Wkb>);

impl ToSql for GeometryIn<'_> {
    fn to_sql(&self, _: &Type, out: &mut BytesMut) -> Result<IsNull, Failure> {
        let Some(wkb) = self.0 else { return Ok(IsNull::Yes) };
        let bytes = wkb.as_bytes();
        let (head, rest) = bytes.split_at_checked(5).ok_or("a geometry without a head")?;
        out.put_u8(1);
        out.put_u32_le(u32::from(head[1]) | HAS_SRID);
        out.put_u32_le(SRID);
        out.put_slice(rest);
        Ok(IsNull::No)
    }

    fn accepts(_: &Type) -> bool {
        true
    }

    to_sql_checked!();
}

/// A geometry on its way out: the bytes that went in.
#[derive(Debug)]
pub struct GeometryOut(pub Option<Wkb>);

impl<'a> FromSql<'a> for GeometryOut {
    fn from_sql(_: &Type, raw: &'a [u8]) -> Result<Self, Failure> {
        let wkb = match raw {
            // Little endian, two dimensions, with SRID: what PostGIS sends on every machine that we know.
            [1, kind @ 1..=7, 0, 0, 0x20, _, _, _, _, rest @ ..] => {
                let mut bytes = Vec::with_capacity(raw.len() + 5 - EWKB_HEAD);
                bytes.extend_from_slice(&[1, *kind, 0, 0, 0]);
                bytes.extend_from_slice(rest);
                Wkb::from_trusted(&bytes)?
            }
            _ => Wkb::parse(raw)?,
        };
        Ok(Self(Some(wkb)))
    }

    fn from_sql_null(_: &Type) -> Result<Self, Failure> {
        Ok(Self(None))
    }

    fn accepts(_: &Type) -> bool {
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn round_trip(value: &Value) -> Value {
        let ty = value_type(value);
        let mut bytes = BytesMut::new();
        match In(value).to_sql(&ty, &mut bytes).expect("encodes") {
            IsNull::Yes => Out::from_sql_null(&ty).expect("null").0,
            IsNull::No => Out::from_sql(&ty, &bytes).expect("decodes").0,
        }
    }

    proptest! {
        #[test]
        fn values_come_back(b: bool, i: i64, r in proptest::num::f64::NORMAL, t in "[^\0]*", id: u128,
                            day in -1_000_000i64..2_000_000, micros in -200_000_000_000_000_000i64..200_000_000_000_000_000) {
            let date = EPOCH_DATE.checked_add(jiff::SignedDuration::from_secs(day * SECONDS_PER_DAY)).expect("a date");
            let instant = Timestamp::from_microsecond(micros).expect("an instant");
            for value in [Value::Null, Value::Bool(b), Value::Int(i), Value::Real(r), Value::Text(t), Value::Date(date),
                          Value::Timestamp(instant), Value::Reference(uuid::Uuid::from_u128(id))] {
                prop_assert_eq!(round_trip(&value), value);
            }
        }
    }

    #[test]
    fn a_geometry_comes_back_byte_for_byte() {
        let wkb = Wkb::point(39.72, -0.0).expect("finite").to_multi();
        let mut bytes = BytesMut::new();
        assert!(matches!(GeometryIn(Some(&wkb)).to_sql(&Type::BYTEA, &mut bytes), Ok(IsNull::No)));
        assert_eq!(GeometryOut::from_sql(&Type::BYTEA, &bytes).expect("decodes").0, Some(wkb));
    }
}
