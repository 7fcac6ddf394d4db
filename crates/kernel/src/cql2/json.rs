//! Parser of CQL2 JSON (OGC 21-065r2, 8.3 and annex A).

use super::{
    Expr,
    bind::{Binder, MAX_LITERALS, MAX_VERTICES},
    node::{InJson, MAX_DEPTH, Node, Places as _, What},
    parse::too_long,
    wkt::sides,
};
use crate::{Error, Register, Result};
use meydan_geo::{Crs, geojson};
use serde_json::{Map, Value as Json};

/// Limit: bytes of a filter in JSON: [`MAX_VERTICES`] at full length fit.
const MAX_BYTES: usize = 1_048_576;

/// As [`parse_json`], from text.
///
/// # Errors
/// As [`parse_json`]; `bad-filter` where the text is no JSON, with line and column.
pub fn parse_json_text(register: &Register, text: &str, crs: Crs) -> Result<Expr> {
    if text.len() > MAX_BYTES {
        return Err(too_long(MAX_BYTES));
    }
    let json: Json = serde_json::from_str(text).map_err(|fault| {
        let (line, column) = (fault.line(), fault.column());
        Error::invalid(
            "bad-filter",
            format!("Süzgeç JSON değil: {line}. satır, {column}. karakter."),
            format!("The filter is not JSON: line {line}, character {column}."),
        )
        .field("filter", format!("{line}. satır, {column}. karakter"), format!("line {line}, character {column}"))
    })?;
    parse_json(register, &json, crs)
}

/// Parses CQL2 JSON against a register; geometries are in `crs` and its order of axes.
///
/// # Errors
/// `bad-filter` (Invalid) with a JSON pointer to the place and what was expected; `unknown-property` naming it.
pub fn parse_json(register: &Register, json: &Json, crs: Crs) -> Result<Expr> {
    let mut reader = Reader { places: InJson::default(), nodes: 0 };
    let node = reader.node(json, String::new(), 0)?;
    Binder::new(register, &reader.places, crs, false).filter(&node)
}

struct Reader {
    places: InJson,
    nodes: usize,
}

impl Reader {
    fn place(&mut self, pointer: String) -> usize {
        self.places.0.push(pointer);
        self.places.0.len() - 1
    }

    fn node(&mut self, json: &Json, pointer: String, depth: usize) -> Result<Node> {
        let at = self.place(pointer.clone());
        self.nodes += 1;
        if self.nodes > 4 * MAX_LITERALS {
            return Err(self.places.fault(at, "daha kısa bir süzgeç", "a shorter filter"));
        }
        if depth > 2 * MAX_DEPTH {
            return Err(self.places.fault(at, "daha az iç içe", "less nesting"));
        }
        let leaf = |what| Ok(Node::leaf(at, what));
        match json {
            Json::Bool(b) => leaf(What::Bool(*b)),
            Json::String(text) => leaf(What::Text(text.clone())),
            Json::Number(n) => match n.as_f64().filter(|f| f.is_finite()) {
                Some(number) => leaf(What::Number(number, n.as_i64())),
                None => Err(self.places.fault(at, "bir sayı", "a number")),
            },
            Json::Array(items) => {
                let nodes = self.nodes(items, &pointer, depth)?;
                Node::branch(at, What::Array(nodes), &self.places)
            }
            Json::Object(object) => self.object(at, object, json, &pointer, depth),
            Json::Null => Err(self.places.fault(at, "bir değer", "a value")),
        }
    }

    fn nodes(&mut self, items: &[Json], pointer: &str, depth: usize) -> Result<Vec<Node>> {
        items.iter().enumerate().map(|(i, item)| self.node(item, format!("{pointer}/{i}"), depth + 1)).collect()
    }

    fn object(&mut self, at: usize, object: &Map<String, Json>, whole: &Json, pointer: &str, depth: usize) -> Result<Node> {
        let text = |name: &str| object.get(name).and_then(Json::as_str);
        if let Some(op) = text("op") {
            let inside = format!("{pointer}/args");
            let arguments = match object.get("args") {
                Some(Json::Array(items)) => self.nodes(items, &inside, depth)?,
                None => Vec::new(),
                Some(_) => return Err(self.places.fault(at, "“args” altında bir liste", "a list under “args”")),
            };
            return Node::call(at, &op.to_ascii_lowercase(), arguments, &self.places);
        }
        if let Some(name) = text("property") {
            return Ok(Node::leaf(at, What::Property(name.to_owned())));
        }
        if let Some(date) = text("date") {
            let date = date.parse().map_err(|_| self.places.fault(at, "YYYY-AA-GG", "YYYY-MM-DD"))?;
            return Ok(Node::leaf(at, What::Date(date)));
        }
        if let Some(instant) = text("timestamp") {
            let instant = instant.parse().map_err(|_| self.places.fault(at, "RFC 3339 anı", "an RFC 3339 instant"))?;
            return Ok(Node::leaf(at, What::Instant(instant)));
        }
        if let Some(Json::Array(ends)) = object.get("interval") {
            let ends = self.nodes(ends, &format!("{pointer}/interval"), depth)?;
            return Node::call(at, "interval", ends, &self.places);
        }
        if let Some(Json::Array(numbers)) = object.get("bbox") {
            let numbers: Option<Vec<f64>> = numbers.iter().map(|n| n.as_f64().filter(|f| f.is_finite())).collect();
            let sides = numbers.and_then(|n| sides(&n));
            let sides = sides.ok_or_else(|| self.places.fault(at, "4 ya da 6 sayı", "4 or 6 numbers"))?;
            return Ok(Node::leaf(at, What::Box(sides)));
        }
        if object.contains_key("type") {
            let geometry = geojson::read(whole).map_err(|fault| {
                self.places.fault(at, &format!("bir geometri ({})", fault.tr()), &format!("a geometry ({})", fault.en()))
            })?;
            return Ok(Node::leaf(at, What::Geometry(geometry)));
        }
        Err(self.places.fault(
            at,
            "“op”, “property”, “date”, “timestamp”, “interval”, “bbox” ya da GeoJSON geometrisi",
            "“op”, “property”, “date”, “timestamp”, “interval”, “bbox” or a GeoJSON geometry",
        ))
    }
}

// The longest filter that is let in by its bytes can't hold many more vertices than are let in by number.
const _: () = assert!(MAX_BYTES / MAX_VERTICES >= 40);
