//! Bringing the two sides of an operator to one type.

use super::{Side, tokens::Tokens};
use crate::{
    Error, FieldKind, Register, Result, Value,
    cql2::{Current, Operand},
};
use uuid::Uuid;

/// The two sides as operands of one type; a literal is read as what it stands beside.
pub(super) fn compare_operands(
    register: &Register,
    left: &Side,
    right: &Side,
    tokens: &Tokens<'_>,
) -> Result<(Operand, Operand)> {
    let mismatch = || tokens.fault("alanın türünde bir değer", "a value of the property's type");
    match (operand(left), operand(right)) {
        (Some(l), Some(r)) => {
            if same_type(register, &l, &r) {
                Ok((l, r))
            } else {
                Err(mismatch())
            }
        }
        (Some(l), None) => {
            let value = literal_beside(register, &l, right).ok_or_else(mismatch)?;
            Ok((l, Operand::Literal(value)))
        }
        (None, Some(r)) => {
            let value = literal_beside(register, &r, left).ok_or_else(mismatch)?;
            Ok((Operand::Literal(value), r))
        }
        (None, None) => literals(left, right).ok_or_else(mismatch),
    }
}

/// A side that LIKE can match.
pub(super) fn text_operand(register: &Register, side: &Side, tokens: &Tokens<'_>) -> Result<Operand> {
    let not_text = || -> Error { tokens.fault("metin alanı", "a text property") };
    match operand(side) {
        Some(o @ (Operand::Field(i) | Operand::Folded(i))) => match register.fields[i].kind {
            FieldKind::Text | FieldKind::Code { .. } => Ok(o),
            _ => Err(not_text()),
        },
        _ => Err(not_text()),
    }
}

fn operand(side: &Side) -> Option<Operand> {
    Some(match side {
        Side::Field(i) => Operand::Field(*i),
        Side::Folded(i) => Operand::Folded(*i),
        Side::Fid => Operand::Fid,
        Side::Id => Operand::Id,
        Side::RecordedAt => Operand::RecordedAt,
        Side::Current(c) => Operand::Current(*c),
        _ => return None,
    })
}

/// The kind of an operand that is not a literal.
fn kind(register: &Register, operand: &Operand) -> FieldKind {
    match operand {
        Operand::Field(i) => register.fields[*i].kind.clone(),
        Operand::Fid => FieldKind::Integer,
        Operand::Id => FieldKind::Reference { register: register.name.clone() },
        Operand::RecordedAt => FieldKind::Timestamp,
        Operand::Current(Current::Date) => FieldKind::Date,
        Operand::Current(_) => FieldKind::Reference { register: register.name.clone() },
        _ => FieldKind::Text,
    }
}

fn same_type(register: &Register, left: &Operand, right: &Operand) -> bool {
    let class = |operand| match kind(register, operand) {
        FieldKind::Text | FieldKind::Code { .. } => 0,
        FieldKind::Integer | FieldKind::Money | FieldKind::Real => 1,
        FieldKind::Boolean => 2,
        FieldKind::Date => 3,
        FieldKind::Timestamp => 4,
        FieldKind::Reference { .. } => 5,
    };
    class(left) == class(right)
}

fn literal_beside(register: &Register, operand: &Operand, literal: &Side) -> Option<Value> {
    let folded = matches!(operand, Operand::Folded(_));
    match (kind(register, operand), literal) {
        (FieldKind::Text | FieldKind::Code { .. }, Side::Text(t)) if folded => Some(Value::Text(crate::text::fold(t))),
        (FieldKind::Text | FieldKind::Code { .. }, Side::Text(t) | Side::FoldedText(t)) => Some(Value::Text(t.clone())),
        (FieldKind::Integer | FieldKind::Money, Side::Number(_, Some(i))) => Some(Value::Int(*i)),
        (FieldKind::Integer | FieldKind::Money | FieldKind::Real, Side::Number(n, _)) => Some(Value::Real(*n)),
        (FieldKind::Boolean, Side::Bool(b)) => Some(Value::Bool(*b)),
        (FieldKind::Date, Side::Date(d)) => Some(Value::Date(*d)),
        (FieldKind::Timestamp, Side::Instant(t)) => Value::instant(*t),
        (FieldKind::Timestamp, Side::Date(d)) => start_of_day(*d),
        (k @ (FieldKind::Date | FieldKind::Timestamp | FieldKind::Reference { .. }), Side::Text(t)) => literal_for(&k, t),
        _ => None,
    }
}

/// A plain text read as a value of the kind.
pub(super) fn literal_for(kind: &FieldKind, text: &str) -> Option<Value> {
    match kind {
        FieldKind::Text | FieldKind::Code { .. } => Some(Value::Text(text.to_owned())),
        FieldKind::Integer | FieldKind::Money => text.parse().ok().map(Value::Int),
        FieldKind::Real => text.parse().ok().filter(|r: &f64| r.is_finite()).map(Value::Real),
        FieldKind::Boolean => match text {
            "true" | "1" => Some(Value::Bool(true)),
            "false" | "0" => Some(Value::Bool(false)),
            _ => None,
        },
        FieldKind::Date => text.get(..10).unwrap_or(text).parse().ok().map(Value::Date),
        FieldKind::Timestamp => match text.parse() {
            Ok(instant) => Value::instant(instant),
            Err(_) => text.parse().ok().and_then(start_of_day),
        },
        FieldKind::Reference { .. } => Uuid::parse_str(text).ok().map(Value::Reference),
    }
}

fn start_of_day(date: jiff::civil::Date) -> Option<Value> {
    jiff::tz::TimeZone::UTC.to_timestamp(date.at(0, 0, 0, 0)).ok().and_then(Value::instant)
}

/// Two literals beside each other (legal, if pointless).
fn literals(left: &Side, right: &Side) -> Option<(Operand, Operand)> {
    let value = |side: &Side| match side {
        Side::Text(t) | Side::FoldedText(t) => Some(Value::Text(t.clone())),
        Side::Number(n, _) => Some(Value::Real(*n)),
        Side::Bool(b) => Some(Value::Bool(*b)),
        Side::Date(d) => Some(Value::Date(*d)),
        Side::Instant(t) => Value::instant(*t),
        _ => None,
    };
    let (l, r) = (value(left)?, value(right)?);
    (std::mem::discriminant(&l) == std::mem::discriminant(&r)).then_some((Operand::Literal(l), Operand::Literal(r)))
}
