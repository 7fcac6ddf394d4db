//! From a bound condition back to nodes, for writing it.

use super::{
    Comparison, Expr, Operand,
    node::{Node, What},
};
use crate::{Register, Value, text};
use meydan_geo::Wkb;

/// What is written is of no text: places and depth are of no use.
struct Nowhere;

impl super::node::Places for Nowhere {
    fn fault(&self, _: usize, tr: &str, en: &str) -> crate::Error {
        crate::Error::invalid("bad-filter", tr, en)
    }
}

fn leaf(what: What) -> Node {
    Node::leaf(0, what)
}

fn call(name: &str, arguments: Vec<Node>) -> Node {
    // What is nested too deep can't have been bound; were it so, the unknown is written.
    Node::call(0, name, arguments, &Nowhere).unwrap_or_else(|_| leaf(What::Null))
}

fn own() -> Node {
    leaf(What::Property("geom".to_owned()))
}

fn shape(geometry: &Wkb) -> Node {
    leaf(What::Geometry(geometry.clone()))
}

/// The condition as nodes.
pub(super) fn condition(register: &Register, expr: &Expr) -> Node {
    let operand = |o: &Operand| operand(register, o);
    let terms = |name: &str, neutral: bool, terms: &[Expr]| match terms {
        [] => leaf(What::Bool(neutral)),
        [only] => condition(register, only),
        _ => call(name, terms.iter().map(|t| condition(register, t)).collect()),
    };
    match expr {
        Expr::Literal(b) => leaf(What::Bool(*b)),
        Expr::And(all) => terms("and", true, all),
        Expr::Or(all) => terms("or", false, all),
        Expr::Not(inner) => call("not", vec![condition(register, inner)]),
        Expr::Compare(a, operator, b) => call(operator.sign(), vec![operand(a), operand(b)]),
        Expr::Between(a, low, high) => call("between", vec![operand(a), operand(low), operand(high)]),
        Expr::In(_, list) if list.is_empty() => leaf(What::Bool(false)),
        Expr::In(a, list) => {
            let list = list.iter().map(operand).collect();
            let list = Node::branch(0, What::Array(list), &Nowhere).unwrap_or_else(|_| leaf(What::Null));
            call("in", vec![operand(a), list])
        }
        Expr::Like { operand: o, pattern, fold } => {
            let sides = [operand(o), leaf(What::Text(pattern.clone()))];
            call("like", sides.map(|side| if *fold { call("casei", vec![side]) } else { side }).into())
        }
        Expr::IsNull(o) => call("isnull", vec![operand(o)]),
        Expr::Intersects(geometry) => call("s_intersects", vec![own(), shape(geometry)]),
        Expr::Related(relation, with) => call(relation.function(), vec![own(), with.as_ref().map_or_else(own, shape)]),
    }
}

fn operand(register: &Register, o: &Operand) -> Node {
    let property = |name: &str| leaf(What::Property(name.to_owned()));
    let field = |i: usize| register.fields.get(i).map_or_else(|| leaf(What::Null), |f| property(&f.name));
    match o {
        Operand::Field(i) => field(*i),
        Operand::Fid => property("fid"),
        Operand::Id => property("id"),
        Operand::RecordedAt => property("recorded_at"),
        Operand::Geometry => own(),
        Operand::Folded(i) => call("casei", vec![field(*i)]),
        Operand::Current(current) => call(current.name(), Vec::new()),
        Operand::Literal(value) => literal(value),
        Operand::Call(function, of) => call(function.name(), vec![operand(register, of)]),
        Operand::Calculated(a, operator, b) => call(operator.sign(), vec![operand(register, a), operand(register, b)]),
    }
}

fn literal(value: &Value) -> Node {
    leaf(match value {
        Value::Null => What::Null,
        Value::Bool(b) => What::Bool(*b),
        Value::Int(i) => What::Number(*i as f64, Some(*i)),
        Value::Real(r) => What::Number(*r, None),
        Value::Text(t) => What::Text(t.clone()),
        Value::Date(d) => What::Date(*d),
        Value::Timestamp(t) => What::Instant(*t),
        Value::Reference(id) => What::Text(id.to_string()),
    })
}

/// True for what joins a comparison's sides.
pub(super) fn is_comparison(name: &str) -> bool {
    Comparison::ALL.iter().any(|c| c.sign() == name)
}

/// True for a name that may stand without quotes.
pub(super) fn is_plain(name: &str) -> bool {
    const RESERVED: [&str; 12] = ["and", "or", "not", "like", "ilike", "between", "in", "is", "null", "true", "false", "div"];
    let starts = name.starts_with(|c: char| c.is_ascii_lowercase() || c == '_');
    let plain = name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_');
    starts && plain && !RESERVED.contains(&text::fold(name).as_str())
}
