//! Evaluation in memory, in three-valued logic (`None` is unknown). The stores' SQL must agree with it.

use super::{Comparison, Expr, Operand};
use crate::{Record, Value, text};
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
        Expr::Intersects(literal) => record.geometry.as_ref().map(|g| meydan_geo::relate::intersects(g, literal)),
    }
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
    }
}

fn compare(left: &Operand, operator: Comparison, right: &Operand, record: &Record) -> Option<bool> {
    let order = order(&value(left, record), &value(right, record))?;
    Some(match operator {
        Comparison::Eq => order.is_eq(),
        Comparison::Ne => order.is_ne(),
        Comparison::Lt => order.is_lt(),
        Comparison::Le => order.is_le(),
        Comparison::Gt => order.is_gt(),
        Comparison::Ge => order.is_ge(),
    })
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

/// LIKE: `%` any run, `_` any one character, `\` takes the next literally. Linear in text times pattern.
pub fn like(text: &str, pattern: &str) -> bool {
    let text: Vec<char> = text.chars().collect();
    let pattern = pieces(pattern);
    let (mut t, mut p) = (0, 0);
    let mut retry: Option<(usize, usize)> = None;
    while t < text.len() {
        match pattern.get(p) {
            Some(Piece::Run) => {
                retry = Some((t, p + 1));
                p += 1;
            }
            Some(Piece::One) => (t, p) = (t + 1, p + 1),
            Some(Piece::Char(c)) if *c == text[t] => (t, p) = (t + 1, p + 1),
            _ => match retry {
                Some((from, after)) => {
                    retry = Some((from + 1, after));
                    (t, p) = (from + 1, after);
                }
                None => return false,
            },
        }
    }
    pattern[p..].iter().all(|piece| *piece == Piece::Run)
}

#[derive(PartialEq)]
enum Piece {
    Run,
    One,
    Char(char),
}

fn pieces(pattern: &str) -> Vec<Piece> {
    let mut out = Vec::new();
    let mut chars = pattern.chars();
    while let Some(c) = chars.next() {
        out.push(match c {
            '%' => Piece::Run,
            '_' => Piece::One,
            '\\' => Piece::Char(chars.next().unwrap_or('\\')),
            c => Piece::Char(c),
        });
    }
    out
}
