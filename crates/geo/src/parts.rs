//! A view of the positions inside of WKB without copying them, and the way back: WKB built from positions.

use crate::{GeometryType, Wkb};

/// A run of positions inside of a geometry: longitude, latitude pairs.
#[derive(Clone, Copy)]
pub struct Coords<'a>(&'a [u8]);

impl<'a> Coords<'a> {
    /// How many positions.
    pub fn len(&self) -> usize {
        self.0.len() / 16
    }

    /// True for no position.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The position at an index, if there is one.
    pub fn get(&self, index: usize) -> Option<(f64, f64)> {
        self.0.get(index * 16..index * 16 + 16).map(pair)
    }

    /// The first position.
    pub fn first(&self) -> Option<(f64, f64)> {
        self.get(0)
    }

    /// The last position.
    pub fn last(&self) -> Option<(f64, f64)> {
        self.get(self.len().checked_sub(1)?)
    }

    /// All positions in order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (f64, f64)> + Clone + use<'a> {
        self.0.chunks_exact(16).map(pair)
    }
}

fn pair(b: &[u8]) -> (f64, f64) {
    let number = |at: usize| {
        let mut a = [0; 8];
        a.copy_from_slice(&b[at..at + 8]);
        f64::from_le_bytes(a)
    };
    (number(0), number(8))
}

/// The rings of one polygon: the exterior first, then the holes.
#[derive(Clone, Copy)]
pub struct Rings<'a> {
    bytes: &'a [u8],
    count: usize,
}

impl<'a> Rings<'a> {
    /// How many rings.
    pub fn len(&self) -> usize {
        self.count
    }

    /// True for the empty polygon.
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// The rings in order.
    pub fn iter(&self) -> impl Iterator<Item = Coords<'a>> + use<'a> {
        let mut rest = self.bytes;
        (0..self.count).map_while(move |_| {
            let (ring, after) = run(rest)?;
            rest = after;
            Some(ring)
        })
    }
}

/// What stands in a geometry, read from front to back.
#[derive(Clone, Copy)]
pub enum Part<'a> {
    /// The head of a multi-geometry or a collection and how many members follow (each in its own items).
    Group(GeometryType, usize),
    /// A position.
    Point(f64, f64),
    /// A line.
    Line(Coords<'a>),
    /// An area.
    Polygon(Rings<'a>),
}

/// Reads a geometry from front to back. Ends early on bytes that no [`Wkb`] can hold.
pub struct Parts<'a>(&'a [u8]);

impl<'a> Iterator for Parts<'a> {
    type Item = Part<'a>;

    fn next(&mut self) -> Option<Part<'a>> {
        let (&[_, kind, ..], rest) = self.0.split_first_chunk::<5>()?;
        let (part, after) = match kind {
            1 => {
                let (position, after) = rest.split_at_checked(16)?;
                let (x, y) = pair(position);
                (Part::Point(x, y), after)
            }
            2 => {
                let (line, after) = run(rest)?;
                (Part::Line(line), after)
            }
            3 => {
                let (count, bytes) = count(rest)?;
                let after = (0..count).try_fold(bytes, |rest, _| run(rest).map(|(_, after)| after))?;
                (Part::Polygon(Rings { bytes, count }), after)
            }
            4 => group(GeometryType::MultiPoint, rest)?,
            5 => group(GeometryType::MultiLineString, rest)?,
            6 => group(GeometryType::MultiPolygon, rest)?,
            7 => group(GeometryType::GeometryCollection, rest)?,
            _ => return None,
        };
        self.0 = after;
        Some(part)
    }
}

fn group(kind: GeometryType, rest: &[u8]) -> Option<(Part<'_>, &[u8])> {
    let (n, after) = count(rest)?;
    Some((Part::Group(kind, n), after))
}

fn count(bytes: &[u8]) -> Option<(usize, &[u8])> {
    let (n, rest) = bytes.split_first_chunk::<4>()?;
    Some((u32::from_le_bytes(*n) as usize, rest))
}

fn run(bytes: &[u8]) -> Option<(Coords<'_>, &[u8])> {
    let (n, rest) = count(bytes)?;
    let (positions, after) = rest.split_at_checked(n.checked_mul(16)?)?;
    Some((Coords(positions), after))
}

/// A position: longitude, latitude.
pub type Position = (f64, f64);
/// A polygon's rings, the exterior first.
pub type PolygonRings = Vec<Vec<Position>>;

impl Wkb {
    /// The parts from front to back; heads of multi-geometries and collections stand before their members.
    pub fn parts(&self) -> Parts<'_> {
        Parts(self.as_bytes())
    }

    /// A line; `None` if a coordinate is not finite.
    pub fn line_string(positions: &[Position]) -> Option<Self> {
        let mut out = Writer::default();
        out.line_string(positions);
        out.finish()
    }

    /// A polygon of rings as they are (closed or not); `None` if a coordinate is not finite.
    pub fn polygon(rings: &[Vec<Position>]) -> Option<Self> {
        let mut out = Writer::default();
        out.polygon(rings);
        out.finish()
    }

    /// A multi-polygon; `None` if a coordinate is not finite.
    pub fn multi_polygon(polygons: &[PolygonRings]) -> Option<Self> {
        let mut out = Writer::default();
        out.group(GeometryType::MultiPolygon, polygons.len());
        for rings in polygons {
            out.polygon(rings);
        }
        out.finish()
    }
}

/// Writes canonical WKB from front to back. The caller writes as many members after [`Writer::group`] as it said.
#[derive(Default)]
pub struct Writer {
    out: Vec<u8>,
    not_finite: bool,
}

impl Writer {
    /// The head of a multi-geometry or collection of `members`.
    pub fn group(&mut self, kind: GeometryType, members: usize) {
        self.head(kind);
        self.count(members);
    }

    /// A position.
    pub fn point(&mut self, position: Position) {
        self.head(GeometryType::Point);
        self.position(position);
    }

    /// The head of a line whose positions follow by [`Writer::position`].
    pub fn open_line_string(&mut self, positions: usize) {
        self.head(GeometryType::LineString);
        self.count(positions);
    }

    /// The head of a polygon whose rings follow by [`Writer::open_ring`].
    pub fn open_polygon(&mut self, rings: usize) {
        self.head(GeometryType::Polygon);
        self.count(rings);
    }

    /// The head of a ring whose positions follow by [`Writer::position`].
    pub fn open_ring(&mut self, positions: usize) {
        self.count(positions);
    }

    /// A line.
    pub fn line_string(&mut self, positions: &[Position]) {
        self.head(GeometryType::LineString);
        self.run(positions);
    }

    /// A polygon.
    pub fn polygon(&mut self, rings: &[Vec<Position>]) {
        self.head(GeometryType::Polygon);
        self.count(rings.len());
        for ring in rings {
            self.run(ring);
        }
    }

    /// The geometry; `None` if a coordinate was not finite or nothing was written.
    pub fn finish(self) -> Option<Wkb> {
        if self.not_finite {
            return None;
        }
        Wkb::from_trusted(&self.out).ok()
    }

    fn head(&mut self, kind: GeometryType) {
        self.out.push(1);
        self.out.extend_from_slice(&(kind as u32).to_le_bytes());
    }

    fn count(&mut self, n: usize) {
        // More than u32::MAX members don't fit into memory limits of `MAX_VERTICES`; saturate rather than wrap.
        self.out.extend_from_slice(&u32::try_from(n).unwrap_or(u32::MAX).to_le_bytes());
    }

    fn run(&mut self, positions: &[Position]) {
        self.count(positions.len());
        self.out.reserve(positions.len() * 16);
        for &p in positions {
            self.position(p);
        }
    }

    /// One position of an open line or ring.
    pub fn position(&mut self, (x, y): Position) {
        self.not_finite |= !(x.is_finite() && y.is_finite());
        self.out.extend_from_slice(&x.to_le_bytes());
        self.out.extend_from_slice(&y.to_le_bytes());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_back() {
        let mut writer = Writer::default();
        writer.group(GeometryType::GeometryCollection, 3);
        writer.point((1.0, 2.0));
        writer.line_string(&[(1.0, 2.0), (3.0, 4.0)]);
        writer.group(GeometryType::MultiPolygon, 1);
        writer.polygon(&[vec![(0.0, 0.0), (1.0, 0.0), (0.0, 1.0), (0.0, 0.0)], vec![]]);
        let wkb = writer.finish().expect("finite");
        assert_eq!(Wkb::parse(wkb.as_bytes()).as_ref(), Ok(&wkb));
        let mut seen = Vec::new();
        for part in wkb.parts() {
            seen.push(match part {
                Part::Group(kind, n) => format!("{kind:?} {n}"),
                Part::Point(x, y) => format!("{x} {y}"),
                Part::Line(c) => format!("{:?}..{:?}", c.first(), c.last()),
                Part::Polygon(r) => format!("{:?}", r.iter().map(|r| r.len()).collect::<Vec<_>>()),
            });
        }
        assert_eq!(seen, ["GeometryCollection 3", "1 2", "Some((1.0, 2.0))..Some((3.0, 4.0))", "MultiPolygon 1", "[4, 0]"]);
    }

    #[test]
    fn infinite_coordinates_make_no_geometry() {
        assert!(Wkb::line_string(&[(0.0, f64::INFINITY)]).is_none());
    }
}
