//! The tree that both encodings are read into: names and literals as written, no types. Operators bear the names of the JSON
//! encoding, in lower case.

use crate::{Error, Result};
use jiff::{Timestamp, civil::Date};
use meydan_geo::Wkb;

/// Limit: nesting of conditions, functions and calculations.
pub const MAX_DEPTH: usize = 64;

/// A node and where it stands.
#[derive(Debug, Clone)]
pub(super) struct Node {
    /// Byte of the text, or index into the places of the JSON.
    pub(super) at: usize,
    pub(super) what: What,
    depth: usize,
}

#[derive(Debug, Clone)]
pub(super) enum What {
    Null,
    Bool(bool),
    /// A number, and its exact value if it is written as a whole one.
    Number(f64, Option<i64>),
    Text(String),
    Date(Date),
    Instant(Timestamp),
    Property(String),
    /// As written: in the CRS of the filter.
    Geometry(Wkb),
    /// `BBOX(…)`: the least, then the greatest.
    Box([f64; 4]),
    Array(Vec<Node>),
    Call(String, Vec<Node>),
}

impl Node {
    pub(super) const fn leaf(at: usize, what: What) -> Self {
        Self { at, what, depth: 0 }
    }

    /// A node with others below it.
    ///
    /// # Errors
    /// Refused if it is nested too deep: whatever comes after goes down the tree by calling itself.
    pub(super) fn branch(at: usize, what: What, places: &dyn Places) -> Result<Self> {
        let below = match &what {
            What::Array(nodes) | What::Call(_, nodes) => nodes.iter().map(|n| n.depth).max().unwrap_or(0),
            _ => 0,
        };
        if below >= MAX_DEPTH {
            return Err(places.fault(at, "daha az iç içe", "less nesting"));
        }
        Ok(Self { at, what, depth: below + 1 })
    }

    pub(super) fn call(at: usize, name: &str, arguments: Vec<Self>, places: &dyn Places) -> Result<Self> {
        Self::branch(at, What::Call(name.to_owned(), arguments), places)
    }
}

/// How a place is told to people.
pub(super) trait Places {
    /// The error that something else was expected there.
    fn fault(&self, at: usize, tr: &str, en: &str) -> Error;
}

/// Places in a text: characters, from 1.
pub(super) struct InText<'a>(pub(super) &'a str);

impl Places for InText<'_> {
    fn fault(&self, at: usize, tr: &str, en: &str) -> Error {
        let column = self.0.get(..at).unwrap_or(self.0).chars().count() + 1;
        Error::invalid(
            "bad-filter",
            format!("Süzgeç anlaşılmadı: {column}. karakterde {tr} bekleniyordu."),
            format!("The filter is not understood: expected {en} at character {column}."),
        )
        .field("filter", format!("{column}. karakter"), format!("character {column}"))
    }
}

/// Places in JSON: pointers (RFC 6901).
#[derive(Default)]
pub(super) struct InJson(pub(super) Vec<String>);

impl Places for InJson {
    fn fault(&self, at: usize, tr: &str, en: &str) -> Error {
        let pointer = self.0.get(at).map_or("", String::as_str);
        let place = if pointer.is_empty() { "/" } else { pointer };
        Error::invalid(
            "bad-filter",
            format!("Süzgeç anlaşılmadı: “{place}” yerinde {tr} bekleniyordu."),
            format!("The filter is not understood: expected {en} at “{place}”."),
        )
        .field("filter", place, place)
    }
}
