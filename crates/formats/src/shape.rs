//! A look into canonical WKB, for writers: parts and rings without copying coordinates.

use meydan_geo::{GeometryType, Wkb};

/// One geometry, taken apart.
pub(crate) enum Shape<'a> {
    Point(f64, f64),
    Line(Coords<'a>),
    Polygon(Vec<Coords<'a>>),
    /// Any multi or a collection, with its type.
    Many(GeometryType, Vec<Shape<'a>>),
}

/// Coordinates in place.
#[derive(Clone, Copy)]
pub(crate) struct Coords<'a>(&'a [u8]);

impl<'a> Coords<'a> {
    pub(crate) fn len(self) -> usize {
        self.0.len() / 16
    }

    pub(crate) fn iter(self) -> impl DoubleEndedIterator<Item = (f64, f64)> + use<'a> {
        self.0.chunks_exact(16).map(|c| {
            let (x, y) = c.split_at(8);
            (number(x), number(y))
        })
    }
}

impl<'a> Shape<'a> {
    /// Takes a geometry apart. `Wkb` is canonical by construction; an end that comes too early would give fewer parts.
    pub(crate) fn of(wkb: &'a Wkb) -> Self {
        let mut rest = wkb.as_bytes();
        shape(&mut rest)
    }
}

fn number(b: &[u8]) -> f64 {
    let mut a = [0; 8];
    a.copy_from_slice(b);
    f64::from_le_bytes(a)
}

fn take<'a>(rest: &mut &'a [u8], n: usize) -> &'a [u8] {
    let (head, tail) = rest.split_at(n.min(rest.len()));
    *rest = tail;
    head
}

fn count(rest: &mut &[u8]) -> usize {
    match take(rest, 4) {
        [a, b, c, d] => u32::from_le_bytes([*a, *b, *c, *d]) as usize,
        _ => 0,
    }
}

fn coords<'a>(rest: &mut &'a [u8]) -> Coords<'a> {
    let n = count(rest);
    Coords(take(rest, n * 16))
}

fn shape<'a>(rest: &mut &'a [u8]) -> Shape<'a> {
    let kind = take(rest, 5).get(1).copied().unwrap_or(7);
    match kind {
        1 => {
            let point = Coords(take(rest, 16)).iter().next().unwrap_or_default();
            Shape::Point(point.0, point.1)
        }
        2 => Shape::Line(coords(rest)),
        3 => {
            let n = count(rest);
            Shape::Polygon((0..n).map(|_| coords(rest)).collect())
        }
        _ => {
            let kind = match kind {
                4 => GeometryType::MultiPoint,
                5 => GeometryType::MultiLineString,
                6 => GeometryType::MultiPolygon,
                _ => GeometryType::GeometryCollection,
            };
            let n = count(rest);
            Shape::Many(kind, (0..n).map(|_| shape(rest)).collect())
        }
    }
}
