//! Evaluation in memory, in three-valued logic (`None` is unknown). The stores' SQL must agree with it.

use super::{Comparison, Expr, Operand, Relation, calculate, like};
use crate::{Record, Value, text};
use meydan_geo::Wkb;
use std::{borrow::Cow, cmp::Ordering};

/// True if the condition is true (unknown is not).
pub fn holds(expr: &Expr, record: &Record) -> bool {
    evaluate(expr, record) == Some(true)
}

/// True if the condition is false (unknown is not): a constraint is broken then.
pub fn is_violated(expr: &Expr, record: &Record) -> bool {
    evaluate(expr, record) == Some(false)
}

fn evaluate(expr: &Expr, record: &Record) -> Option<bool> {
    match expr {
        Expr::Literal(b) => Some(*b),
        Expr::And(terms) => all(terms.iter().map(|t| evaluate(t, record))),
        Expr::Or(terms) => all(terms.iter().map(|t| evaluate(t, record).map(|b| !b))).map(|b| !b),
        Expr::Not(inner) => evaluate(inner, record).map(|b| !b),
        Expr::Compare(left, operator, right) => compare(left, *operator, right, record),
        Expr::Between(operand, low, high) => {
            all([compare(operand, Comparison::Ge, low, record), compare(operand, Comparison::Le, high, record)].into_iter())
        }
        Expr::In(operand, list) => all(list.iter().map(|item| compare(operand, Comparison::Ne, item, record))).map(|b| !b),
        Expr::Like { operand, pattern, fold } => match &*value(operand, record) {
            Value::Text(t) if *fold => Some(like(&text::fold(t), pattern)),
            Value::Text(t) => Some(like(t, pattern)),
            _ => None,
        },
        Expr::IsNull(Operand::Geometry) => Some(record.geometry.is_none()),
        Expr::IsNull(operand) => Some(value(operand, record).is_null()),
        Expr::Related(relation, with) => record.geometry.as_ref().map(|g| related(*relation, g, with.as_ref())),
        Expr::Intersects(literal) => record.geometry.as_ref().map(|g| meydan_geo::relate::intersects(g, literal)),
    }
}

fn related(relation: Relation, geometry: &Wkb, with: Option<&Wkb>) -> bool {
    with.map_or(relation.is_of_itself(), |with| meydan_geo::relate::holds(relation, geometry, with))
}

/// True or false of two literals, before there is any record.
pub(super) fn compare_literals(left: &Value, operator: Comparison, right: &Value) -> Option<bool> {
    order(left, right).map(|order| is_so(order, operator))
}

/// AND over three values: false wins, then unknown.
fn all(terms: impl Iterator<Item = Option<bool>>) -> Option<bool> {
    let mut out = Some(true);
    for term in terms {
        match term {
            Some(false) => return Some(false),
            None => out = None,
            Some(true) => {}
        }
    }
    out
}

fn value<'a>(operand: &'a Operand, record: &'a Record) -> Cow<'a, Value> {
    match operand {
        Operand::Field(i) => record.values.get(*i).map_or(Cow::Owned(Value::Null), Cow::Borrowed),
        Operand::Fid => Cow::Owned(Value::Int(record.fid)),
        Operand::Id => Cow::Owned(Value::Reference(record.id)),
        Operand::RecordedAt => Cow::Owned(Value::Timestamp(record.recorded_at)),
        // A condition that was not bound to who asks is unknown.
        Operand::Geometry | Operand::Current(_) => Cow::Owned(Value::Null),
        Operand::Folded(i) => match record.values.get(*i) {
            Some(Value::Text(t)) => Cow::Owned(Value::Text(text::fold(t))),
            _ => Cow::Owned(Value::Null),
        },
        Operand::Literal(v) => Cow::Borrowed(v),
        Operand::Call(function, of) => Cow::Owned(match (&**of, &record.geometry) {
            (Operand::Geometry, Some(geometry)) => function.of_geometry(geometry),
            (of, _) => function.of_value(&value(of, record)),
        }),
        Operand::Calculated(a, operator, b) => {
            let result = number(&value(a, record)).zip(number(&value(b, record)));
            let result = result.and_then(|(a, b)| calculate(*operator, a, b));
            Cow::Owned(result.map_or(Value::Null, Value::Real))
        }
    }
}

fn compare(left: &Operand, operator: Comparison, right: &Operand, record: &Record) -> Option<bool> {
    order(&value(left, record), &value(right, record)).map(|order| is_so(order, operator))
}

fn number(value: &Value) -> Option<f64> {
    match value {
        Value::Int(i) => Some(*i as f64),
        Value::Real(r) => Some(*r),
        _ => None,
    }
}

pub(super) const fn is_so(order: Ordering, operator: Comparison) -> bool {
    match operator {
        Comparison::Eq => order.is_eq(),
        Comparison::Ne => order.is_ne(),
        Comparison::Lt => order.is_lt(),
        Comparison::Le => order.is_le(),
        Comparison::Gt => order.is_gt(),
        Comparison::Ge => order.is_ge(),
    }
}

/// The order of two values of one type; texts by their bytes (code points).
fn order(left: &Value, right: &Value) -> Option<Ordering> {
    match (left, right) {
        (Value::Bool(a), Value::Bool(b)) => Some(a.cmp(b)),
        (Value::Int(a), Value::Int(b)) => Some(a.cmp(b)),
        (Value::Int(a), Value::Real(b)) => (*a as f64).partial_cmp(b),
        (Value::Real(a), Value::Int(b)) => a.partial_cmp(&(*b as f64)),
        (Value::Real(a), Value::Real(b)) => a.partial_cmp(b),
        (Value::Text(a), Value::Text(b)) => Some(a.cmp(b)),
        (Value::Date(a), Value::Date(b)) => Some(a.cmp(b)),
        (Value::Timestamp(a), Value::Timestamp(b)) => Some(a.cmp(b)),
        (Value::Reference(a), Value::Reference(b)) => Some(a.cmp(b)),
        _ => None,
    }
}
