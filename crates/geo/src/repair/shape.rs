//! A geometry taken apart into lists that can be changed, and put together again.

use crate::{
    GeometryType, Wkb,
    parts::{Part, Parts, PolygonRings, Position, Writer},
};

/// A geometry as lists.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Shape {
    Point(Position),
    Line(Vec<Position>),
    Polygon(PolygonRings),
    MultiPolygon(Vec<PolygonRings>),
    /// Any other multi-geometry, or a collection.
    Group(GeometryType, Vec<Shape>),
}

impl Shape {
    /// Takes a geometry apart; `None` only for bytes that no [`Wkb`] can hold.
    pub fn of(geometry: &Wkb) -> Option<Self> {
        Self::read(&mut geometry.parts())
    }

    fn read(parts: &mut Parts<'_>) -> Option<Self> {
        Some(match parts.next()? {
            Part::Point(x, y) => Self::Point((x, y)),
            Part::Line(line) => Self::Line(line.iter().collect()),
            Part::Polygon(rings) => Self::Polygon(rings.iter().map(|r| r.iter().collect()).collect()),
            Part::Group(GeometryType::MultiPolygon, n) => Self::MultiPolygon(
                (0..n)
                    .map(|_| match Self::read(parts)? {
                        Self::Polygon(rings) => Some(rings),
                        _ => None,
                    })
                    .collect::<Option<_>>()?,
            ),
            Part::Group(kind, n) => Self::Group(kind, (0..n).map(|_| Self::read(parts)).collect::<Option<_>>()?),
        })
    }

    /// Puts it together again.
    pub fn to_wkb(&self) -> Option<Wkb> {
        let mut writer = Writer::default();
        self.write(&mut writer);
        writer.finish()
    }

    fn write(&self, writer: &mut Writer) {
        match self {
            Self::Point(p) => writer.point(*p),
            Self::Line(line) => writer.line_string(line),
            Self::Polygon(rings) => writer.polygon(rings),
            Self::MultiPolygon(polygons) => {
                writer.group(GeometryType::MultiPolygon, polygons.len());
                for rings in polygons {
                    writer.polygon(rings);
                }
            }
            Self::Group(kind, members) => {
                writer.group(*kind, members.len());
                for member in members {
                    member.write(writer);
                }
            }
        }
    }
}
