//! One thing of a drawing: its kind, its pairs, and what belongs to it (vertices, attributes).

use super::pairs::{Pair, Pairs};
use crate::{Error, Result};
use meydan_geo::parts::Position;

/// Limit: pairs of one entity with its parts.
const MAX_PAIRS: usize = 4_000_000;

/// An entity.
#[derive(Debug, Clone, Default)]
pub(super) struct Entity {
    pub kind: String,
    pub pairs: Vec<Pair>,
    /// Vertices of a polyline, attributes of an insertion.
    pub parts: Vec<Entity>,
}

impl Entity {
    /// Reads what follows the pair that names its kind.
    ///
    /// # Errors
    /// `feature-too-large`; those of [`Pairs::next`].
    pub(super) fn read(kind: String, pairs: &mut Pairs) -> Result<Self> {
        let mut entity = Self::own(kind, pairs)?;
        let owns = entity.kind == "POLYLINE" || entity.kind == "INSERT" && entity.integer(66) == Some(1);
        if !owns {
            return Ok(entity);
        }
        let mut count = entity.pairs.len();
        while let Some((code, value)) = pairs.next()? {
            if code == 0 && matches!(value.trim(), "VERTEX" | "ATTRIB") {
                let part = Self::own(value.trim().to_owned(), pairs)?;
                count += part.pairs.len();
                if count > MAX_PAIRS {
                    return Err(too_large());
                }
                entity.parts.push(part);
            } else if code == 0 && value.trim() == "SEQEND" {
                Self::own(String::new(), pairs)?;
                break;
            } else {
                pairs.put_back((code, value));
                break;
            }
        }
        Ok(entity)
    }

    fn own(kind: String, pairs: &mut Pairs) -> Result<Self> {
        let mut own = Vec::new();
        while let Some(pair) = pairs.next()? {
            if pair.0 == 0 {
                pairs.put_back(pair);
                break;
            }
            own.push(pair);
            if own.len() > MAX_PAIRS {
                return Err(too_large());
            }
        }
        Ok(Self { kind, pairs: own, parts: Vec::new() })
    }

    /// The first value of a code.
    pub(super) fn text(&self, code: i32) -> Option<&str> {
        self.pairs.iter().find(|(c, _)| *c == code).map(|(_, v)| v.as_str())
    }

    /// The first value of a code as a number.
    pub(super) fn number(&self, code: i32) -> Option<f64> {
        self.text(code)?.trim().parse().ok().filter(|n: &f64| n.is_finite())
    }

    /// The first value of a code as a whole number.
    pub(super) fn integer(&self, code: i32) -> Option<i64> {
        self.text(code)?.trim().parse().ok()
    }

    /// A position by the code of its x.
    pub(super) fn position(&self, code: i32) -> Option<Position> {
        self.number(code).zip(self.number(code + 10))
    }

    /// The layer.
    pub(super) fn layer(&self) -> &str {
        self.text(8).map_or("0", str::trim)
    }

    /// True for what stands on a sheet of paper, not in the world.
    pub(super) fn is_on_paper(&self) -> bool {
        self.integer(67) == Some(1)
    }
}

fn too_large() -> Error {
    Error::file("feature-too-large", "Çizimdeki bir nesne çok büyük.", "A thing of the drawing is too large.")
}
