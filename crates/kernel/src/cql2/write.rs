//! Conditions as CQL2 text and CQL2 JSON, in lon/lat.

use super::{
    Arithmetic, Expr,
    node::{Node, What},
    unbind::{condition, is_comparison, is_plain},
    wkt,
};
use crate::Register;
use meydan_geo::geojson;
use serde_json::{Value as Json, json};

/// The condition as CQL2 text. Read again it is the same condition, if a filter said it; what only the house can say (a comparison
/// with nothing) is written as `NULL`.
pub fn to_text(register: &Register, expr: &Expr) -> String {
    let mut out = String::new();
    text(&condition(register, expr), &mut out);
    out
}

/// The condition as CQL2 JSON; as [`to_text`], `null` for what only the house can say.
pub fn to_json(register: &Register, expr: &Expr) -> Json {
    json(&condition(register, expr))
}

fn quoted(quote: char, text: &str, out: &mut String) {
    out.push(quote);
    for c in text.chars() {
        if c == quote {
            out.push(quote);
        }
        out.push(c);
    }
    out.push(quote);
}

fn number(n: f64, whole: Option<i64>) -> String {
    whole.map_or_else(|| format!("{n:?}"), |whole| whole.to_string())
}

fn text(node: &Node, out: &mut String) {
    match &node.what {
        What::Null => out.push_str("NULL"),
        What::Bool(b) => out.push_str(if *b { "TRUE" } else { "FALSE" }),
        What::Number(n, whole) => out.push_str(&number(*n, *whole)),
        What::Text(t) => quoted('\'', t, out),
        What::Date(date) => out.push_str(&format!("DATE('{date}')")),
        What::Instant(instant) => out.push_str(&format!("TIMESTAMP('{instant}')")),
        What::Property(name) if is_plain(name) => out.push_str(name),
        What::Property(name) => quoted('"', name, out),
        What::Geometry(geometry) => wkt::write(geometry, out),
        What::Box([a, b, c, d]) => out.push_str(&format!("BBOX({a}, {b}, {c}, {d})")),
        What::Array(nodes) => list(nodes, out),
        What::Call(name, arguments) => call(name, arguments, out),
    }
}

fn list(nodes: &[Node], out: &mut String) {
    out.push('(');
    for (i, node) in nodes.iter().enumerate() {
        if i > 0 {
            out.push_str(", ");
        }
        text(node, out);
    }
    out.push(')');
}

fn call(name: &str, arguments: &[Node], out: &mut String) {
    match (name, arguments) {
        ("and" | "or", terms) => {
            for (i, term) in terms.iter().enumerate() {
                if i > 0 {
                    out.push_str(if name == "and" { " AND " } else { " OR " });
                }
                nested(term, out);
            }
        }
        ("not", [inner]) => {
            out.push_str("NOT ");
            nested(inner, out);
        }
        ("isnull", [value]) => {
            nested(value, out);
            out.push_str(" IS NULL");
        }
        ("between", [value, low, high]) => {
            nested(value, out);
            out.push_str(" BETWEEN ");
            nested(low, out);
            out.push_str(" AND ");
            nested(high, out);
        }
        ("in", [value, among]) => {
            nested(value, out);
            out.push_str(" IN ");
            text(among, out);
        }
        (_, [left, right]) if name == "like" || is_comparison(name) || Arithmetic::by_sign(name).is_some() => {
            nested(left, out);
            out.push_str(&format!(" {} ", name.to_ascii_uppercase()));
            nested(right, out);
        }
        _ => {
            out.push_str(name);
            list(arguments, out);
        }
    }
}

/// In parentheses where it would run into what stands beside it.
fn nested(node: &Node, out: &mut String) {
    let is_operator = |name: &str| {
        matches!(name, "and" | "or" | "not" | "isnull" | "between" | "in" | "like")
            || is_comparison(name)
            || Arithmetic::by_sign(name).is_some()
    };
    match &node.what {
        What::Call(name, _) if is_operator(name) => {
            out.push('(');
            text(node, out);
            out.push(')');
        }
        _ => text(node, out),
    }
}

fn json(node: &Node) -> Json {
    match &node.what {
        What::Null => Json::Null,
        What::Bool(b) => (*b).into(),
        What::Number(_, Some(whole)) => (*whole).into(),
        What::Number(n, None) => (*n).into(),
        What::Text(t) => t.as_str().into(),
        What::Date(date) => json!({ "date": date.to_string() }),
        What::Instant(instant) => json!({ "timestamp": instant.to_string() }),
        What::Property(name) => json!({ "property": name }),
        What::Geometry(geometry) => {
            let mut out = Vec::new();
            geojson::write(geometry, &mut out);
            serde_json::from_slice(&out).unwrap_or(Json::Null)
        }
        What::Box(sides) => json!({ "bbox": sides }),
        What::Array(nodes) => nodes.iter().map(json).collect(),
        What::Call(name, arguments) => {
            let name = if name == "isnull" { "isNull" } else { name };
            json!({ "op": name, "args": arguments.iter().map(json).collect::<Vec<_>>() })
        }
    }
}
