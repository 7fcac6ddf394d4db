//! Bringing the two sides of an operator to one type.

use super::{Binder, Side};
use crate::{
    FieldKind, Result, Value,
    cql2::{Class, Comparison, Expr, Operand, evaluate::compare_literals},
};
use uuid::Uuid;

/// Two sides of one type.
pub(super) enum Pair {
    Operands(Operand, Operand),
    /// Two literals: whatever is asked of them has an answer already.
    Values(Value, Value),
}

impl Binder<'_> {
    /// The two sides brought to one type; a literal is read as what it stands beside. `None` if they don't fit.
    pub(super) fn pair(&self, left: &Side, right: &Side) -> Option<Pair> {
        Some(match (left, right) {
            (Side::Operand(l, a), Side::Operand(r, b)) => {
                if !a.fits(*b) {
                    return None;
                }
                Pair::Operands(l.clone(), r.clone())
            }
            (Side::Operand(l, class), literal) => Pair::Operands(l.clone(), self.beside(l, *class, literal)?),
            (literal, Side::Operand(r, class)) => Pair::Operands(self.beside(r, *class, literal)?, r.clone()),
            (left, right) => {
                let (l, r) = values(left, right)?;
                Pair::Values(l, r)
            }
        })
    }

    /// `left operator right`.
    pub(super) fn compare(&self, at: usize, left: &Side, operator: Comparison, right: &Side) -> Result<Expr> {
        self.compared(left, operator, right).ok_or_else(|| self.mismatch(at))
    }

    pub(super) fn compared(&self, left: &Side, operator: Comparison, right: &Side) -> Option<Expr> {
        Some(match self.pair(left, right)? {
            Pair::Operands(l, r) => Expr::Compare(l, operator, r),
            Pair::Values(l, r) => Expr::Literal(compare_literals(&l, operator, &r) == Some(true)),
        })
    }

    fn beside(&self, operand: &Operand, class: Class, literal: &Side) -> Option<Operand> {
        self.count_literal();
        let folded = matches!(operand, Operand::Folded(_));
        let value = match (class, literal) {
            (Class::Text, Side::Text(t)) if folded => Value::Text(crate::text::fold(t)),
            (Class::Text, Side::Text(t)) => Value::Text(t.clone()),
            (Class::Whole, Side::Number(_, Some(i))) => Value::Int(*i),
            (Class::Whole | Class::Real, Side::Number(n, _)) => Value::Real(*n),
            (Class::Boolean, Side::Bool(b)) => Value::Bool(*b),
            (Class::Date, Side::Date(d)) => Value::Date(*d),
            (Class::Instant, Side::Instant(t)) => Value::instant(*t)?,
            (Class::Instant, Side::Date(d)) => start_of_day(*d)?,
            (Class::Date | Class::Instant | Class::Reference, Side::Text(t)) => literal_of(class, t)?,
            _ => return None,
        };
        Some(Operand::Literal(value))
    }
}

/// The class of a field.
pub(super) const fn class_of(kind: &FieldKind) -> Class {
    match kind {
        FieldKind::Text | FieldKind::Code { .. } => Class::Text,
        FieldKind::Integer | FieldKind::Money => Class::Whole,
        FieldKind::Real => Class::Real,
        FieldKind::Boolean => Class::Boolean,
        FieldKind::Date => Class::Date,
        FieldKind::Timestamp => Class::Instant,
        FieldKind::Reference { .. } => Class::Reference,
    }
}

/// A plain text read as a value of the kind.
pub(in crate::cql2) fn literal_for(kind: &FieldKind, text: &str) -> Option<Value> {
    literal_of(class_of(kind), text)
}

fn literal_of(class: Class, text: &str) -> Option<Value> {
    match class {
        Class::Text => Some(Value::Text(text.to_owned())),
        Class::Whole => text.parse().ok().map(Value::Int),
        Class::Real => text.parse().ok().filter(|r: &f64| r.is_finite()).map(Value::Real),
        Class::Boolean => match text {
            "true" | "1" => Some(Value::Bool(true)),
            "false" | "0" => Some(Value::Bool(false)),
            _ => None,
        },
        Class::Date => text.get(..10).unwrap_or(text).parse().ok().map(Value::Date),
        Class::Instant => match text.parse() {
            Ok(instant) => Value::instant(instant),
            Err(_) => text.parse().ok().and_then(start_of_day),
        },
        Class::Reference => Uuid::parse_str(text).ok().map(Value::Reference),
        Class::Geometry => None,
    }
}

fn start_of_day(date: jiff::civil::Date) -> Option<Value> {
    jiff::tz::TimeZone::UTC.to_timestamp(date.at(0, 0, 0, 0)).ok().and_then(Value::instant)
}

/// Two literals beside each other (legal, if pointless).
fn values(left: &Side, right: &Side) -> Option<(Value, Value)> {
    Some(match (left, right) {
        (Side::Text(a), Side::Text(b)) => (Value::Text(a.clone()), Value::Text(b.clone())),
        (Side::Number(_, Some(a)), Side::Number(_, Some(b))) => (Value::Int(*a), Value::Int(*b)),
        (Side::Number(a, _), Side::Number(b, _)) => (Value::Real(*a), Value::Real(*b)),
        (Side::Bool(a), Side::Bool(b)) => (Value::Bool(*a), Value::Bool(*b)),
        (Side::Date(a), Side::Date(b)) => (Value::Date(*a), Value::Date(*b)),
        (Side::Instant(a), Side::Instant(b)) => (Value::instant(*a)?, Value::instant(*b)?),
        _ => return None,
    })
}
