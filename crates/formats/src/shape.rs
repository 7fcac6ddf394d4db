//! A geometry taken apart into a tree, for writers that must know how many parts follow.

use meydan_geo::{
    GeometryType, Wkb,
    parts::{Coords, Part, Parts},
};

/// One geometry, its coordinates in place.
pub(crate) enum Shape<'a> {
    Point(f64, f64),
    Line(Coords<'a>),
    Polygon(Vec<Coords<'a>>),
    /// Any multi or a collection, with its type.
    Many(GeometryType, Vec<Shape<'a>>),
}

impl<'a> Shape<'a> {
    /// Takes a geometry apart.
    pub(crate) fn of(wkb: &'a Wkb) -> Self {
        // A `Wkb` holds one whole geometry; anything else would come out empty.
        next(&mut wkb.parts()).unwrap_or(Self::Many(GeometryType::GeometryCollection, Vec::new()))
    }
}

fn next<'a>(parts: &mut Parts<'a>) -> Option<Shape<'a>> {
    Some(match parts.next()? {
        Part::Point(x, y) => Shape::Point(x, y),
        Part::Line(line) => Shape::Line(line),
        Part::Polygon(rings) => Shape::Polygon(rings.iter().collect()),
        Part::Group(kind, members) => Shape::Many(kind, (0..members).map_while(|_| next(parts)).collect()),
    })
}
