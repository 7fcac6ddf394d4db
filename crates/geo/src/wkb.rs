//! Geometry as checked well-known binary (OGC 06-103r4, ISO 19125): the form in which the house stores, hashes and passes it.

use crate::{Bbox, parts::Part};
use std::sync::Arc;

/// The seven kinds of simple features; the discriminant is the WKB type code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GeometryType {
    /// One position.
    Point = 1,
    /// One line.
    LineString = 2,
    /// One area with holes.
    Polygon = 3,
    /// Many positions.
    MultiPoint = 4,
    /// Many lines.
    MultiLineString = 5,
    /// Many areas.
    MultiPolygon = 6,
    /// Anything of the above, mixed.
    GeometryCollection = 7,
}

/// Why bytes are not a geometry that the house takes.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum WkbError {
    /// The bytes end too early.
    #[error("the geometry ends too early, at byte {0}")]
    Truncated(usize),
    /// Bytes are left over.
    #[error("{0} bytes are left over after the geometry")]
    Trailing(usize),
    /// The type code is none of the seven.
    #[error("geometry type {0} is not one of the seven simple feature types")]
    UnknownType(u32),
    /// A part has a type that its parent can't hold.
    #[error("a part of type {0} stands where it can't")]
    WrongPart(u32),
    /// Not a number, or infinite.
    #[error("coordinate {0} is not a finite number")]
    NotFinite(usize),
    /// Too deep or too large.
    #[error("the geometry is larger than the limit of {0}")]
    TooLarge(&'static str),
}

/// Limit: nesting of collections.
pub const MAX_DEPTH: usize = 4;
/// Limit: vertices of one geometry (the largest province of Türkiye has about 200,000).
pub const MAX_VERTICES: usize = 4_000_000;

/// A geometry: ISO WKB, little endian, two-dimensional, all coordinates finite. The same geometry has one spelling only, so
/// its bytes can be hashed. An empty point can't be made (it has no finite coordinates).
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Wkb(Arc<[u8]>);

impl std::fmt::Debug for Wkb {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Wkb({:?}, {} bytes)", self.geometry_type(), self.0.len())
    }
}

impl Wkb {
    /// Reads WKB of either byte order, ISO or EWKB spelling, with or without Z, M and SRID; keeps x and y.
    ///
    /// # Errors
    /// [`WkbError`] tells what is wrong with the bytes. Rings may still be open or crossing: see `validity`.
    pub fn parse(bytes: &[u8]) -> Result<Self, WkbError> {
        let mut out = Vec::with_capacity(bytes.len());
        let mut reader = Reader { bytes, at: 0, vertices: 0 };
        reader.geometry(&mut out, None, 0)?;
        match bytes.len() - reader.at {
            0 => Ok(Self(out.into())),
            left => Err(WkbError::Trailing(left)),
        }
    }

    /// Takes bytes that this house wrote itself (from its own store); only the head is looked at.
    ///
    /// # Errors
    /// [`WkbError::UnknownType`] if the bytes can't have come from [`Wkb::as_bytes`].
    pub fn from_trusted(bytes: &[u8]) -> Result<Self, WkbError> {
        match bytes {
            [1, 1..=7, 0, 0, 0, ..] if bytes.len() >= 9 => Ok(Self(bytes.into())),
            [_, t, ..] => Err(WkbError::UnknownType(u32::from(*t))),
            _ => Err(WkbError::Truncated(bytes.len())),
        }
    }

    /// The canonical bytes.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// A point; `None` if a coordinate is not finite.
    pub fn point(x: f64, y: f64) -> Option<Self> {
        if !x.is_finite() || !y.is_finite() {
            return None;
        }
        let mut out = Vec::with_capacity(21);
        head(&mut out, GeometryType::Point);
        out.extend_from_slice(&x.to_le_bytes());
        out.extend_from_slice(&y.to_le_bytes());
        Some(Self(out.into()))
    }

    /// What kind it is.
    pub fn geometry_type(&self) -> GeometryType {
        kind(u32::from(self.0[1])).unwrap_or(GeometryType::GeometryCollection)
    }

    /// The box round all coordinates; `None` for an empty geometry.
    pub fn bbox(&self) -> Option<Bbox> {
        let mut bbox = Bbox::EMPTY;
        self.each_coord(|x, y| bbox.add(x, y));
        (!bbox.is_empty()).then_some(bbox)
    }

    /// Calls `f` with every coordinate pair in order.
    pub fn each_coord(&self, mut f: impl FnMut(f64, f64)) {
        for part in self.parts() {
            match part {
                Part::Group(..) => {}
                Part::Point(x, y) => f(x, y),
                Part::Line(line) => line.iter().for_each(|(x, y)| f(x, y)),
                Part::Polygon(rings) => rings.iter().flat_map(|ring| ring.iter()).for_each(|(x, y)| f(x, y)),
            }
        }
    }

    /// A single geometry as a multi of one; any other as it is.
    pub fn to_multi(&self) -> Self {
        use GeometryType::*;
        let multi = match self.geometry_type() {
            Point => MultiPoint,
            LineString => MultiLineString,
            Polygon => MultiPolygon,
            _ => return self.clone(),
        };
        let mut out = Vec::with_capacity(self.0.len() + 9);
        head(&mut out, multi);
        out.extend_from_slice(&1u32.to_le_bytes());
        out.extend_from_slice(&self.0);
        Self(out.into())
    }

    /// A multi of one as its only part; a single as it is; `None` for a multi of none or several, and for collections.
    pub fn to_single(&self) -> Option<Self> {
        use GeometryType::*;
        match self.geometry_type() {
            Point | LineString | Polygon => Some(self.clone()),
            MultiPoint | MultiLineString | MultiPolygon if u32_at(&self.0, 5) == Some(1) => {
                Self::from_trusted(self.0.get(9..)?).ok()
            }
            _ => None,
        }
    }

    /// The same geometry with every coordinate pair replaced; `None` if a result is not finite (or the bytes came damaged from a store).
    pub fn map_coords(&self, mut f: impl FnMut(f64, f64) -> (f64, f64)) -> Option<Self> {
        let mut out = self.0.to_vec();
        let mut finite = true;
        map(&mut out, &mut |x, y| {
            let (x, y) = f(x, y);
            finite &= x.is_finite() && y.is_finite();
            (x, y)
        })?;
        finite.then(|| Self(out.into()))
    }
}

fn kind(code: u32) -> Option<GeometryType> {
    use GeometryType::*;
    [Point, LineString, Polygon, MultiPoint, MultiLineString, MultiPolygon, GeometryCollection]
        .into_iter()
        .find(|k| *k as u32 == code)
}

fn head(out: &mut Vec<u8>, kind: GeometryType) {
    out.push(1);
    out.extend_from_slice(&(kind as u32).to_le_bytes());
}

fn u32_at(b: &[u8], at: usize) -> Option<usize> {
    Some(u32::from_le_bytes(*b.get(at..)?.first_chunk()?) as usize)
}

/// Walks canonical bytes from front to back and replaces each pair; `None` if they end early (a damaged store).
fn map(b: &mut [u8], f: &mut dyn FnMut(f64, f64) -> (f64, f64)) -> Option<()> {
    let run = |b: &mut [u8], at: usize, n: usize, f: &mut dyn FnMut(f64, f64) -> (f64, f64)| {
        let end = at.checked_add(n.checked_mul(16)?)?;
        for pair in b.get_mut(at..end)?.chunks_exact_mut(16) {
            let (x, y) = pair.split_at_mut(8);
            let number = |bytes: &[u8]| bytes.first_chunk().map(|b| f64::from_le_bytes(*b));
            let (new_x, new_y) = f(number(x)?, number(y)?);
            x.copy_from_slice(&new_x.to_le_bytes());
            y.copy_from_slice(&new_y.to_le_bytes());
        }
        Some(end)
    };
    let mut at = 0;
    while at < b.len() {
        let start = at + 5;
        at = match *b.get(at + 1)? {
            1 => run(b, start, 1, f)?,
            2 => run(b, start + 4, u32_at(b, start)?, f)?,
            3 => {
                let mut at = start + 4;
                for _ in 0..u32_at(b, start)? {
                    at = run(b, at + 4, u32_at(b, at)?, f)?;
                }
                at
            }
            // The head of a multi-geometry or collection: its members follow.
            _ => start + 4,
        };
    }
    Some(())
}

struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
    vertices: usize,
}

impl Reader<'_> {
    fn take<const N: usize>(&mut self) -> Result<[u8; N], WkbError> {
        let end = self.at + N;
        let slice = self.bytes.get(self.at..end).ok_or(WkbError::Truncated(self.bytes.len()))?;
        let mut out = [0; N];
        out.copy_from_slice(slice);
        self.at = end;
        Ok(out)
    }

    fn u32(&mut self, little: bool) -> Result<u32, WkbError> {
        let b = self.take::<4>()?;
        Ok(if little { u32::from_le_bytes(b) } else { u32::from_be_bytes(b) })
    }

    fn count(&mut self, little: bool, least_bytes: usize, out: &mut Vec<u8>) -> Result<u32, WkbError> {
        let n = self.u32(little)?;
        // A count that the remaining bytes can't hold is a lie: refuse before looping over it.
        if (n as usize).saturating_mul(least_bytes) > self.bytes.len() - self.at {
            return Err(WkbError::Truncated(self.bytes.len()));
        }
        out.extend_from_slice(&n.to_le_bytes());
        Ok(n)
    }

    fn coords(&mut self, n: u32, dims: usize, little: bool, out: &mut Vec<u8>) -> Result<(), WkbError> {
        self.vertices += n as usize;
        if self.vertices > MAX_VERTICES {
            return Err(WkbError::TooLarge("vertices"));
        }
        for _ in 0..n {
            for d in 0..dims {
                let b = self.take::<8>()?;
                let v = if little { f64::from_le_bytes(b) } else { f64::from_be_bytes(b) };
                if d < 2 {
                    if !v.is_finite() {
                        return Err(WkbError::NotFinite(self.vertices));
                    }
                    out.extend_from_slice(&v.to_le_bytes());
                }
            }
        }
        Ok(())
    }

    fn geometry(&mut self, out: &mut Vec<u8>, within: Option<GeometryType>, depth: usize) -> Result<(), WkbError> {
        if depth > MAX_DEPTH {
            return Err(WkbError::TooLarge("nesting"));
        }
        let little = match self.take::<1>()? {
            [0] => false,
            [1] => true,
            [other] => return Err(WkbError::UnknownType(u32::from(other))),
        };
        let code = self.u32(little)?;
        let (flags, base) = (code & 0xE000_0000, code & 0x1FFF_FFFF);
        let (thousands, base) = (base / 1000, base % 1000);
        if thousands > 3 {
            return Err(WkbError::UnknownType(code));
        }
        let k = kind(base).ok_or(WkbError::UnknownType(code))?;
        let has_z = flags & 0x8000_0000 != 0 || thousands == 1 || thousands == 3;
        let has_m = flags & 0x4000_0000 != 0 || thousands == 2 || thousands == 3;
        if flags & 0x2000_0000 != 0 {
            self.u32(little)?;
        }
        let dims = 2 + usize::from(has_z) + usize::from(has_m);
        use GeometryType::*;
        let fits = match within {
            None | Some(GeometryCollection) => true,
            Some(MultiPoint) => k == Point,
            Some(MultiLineString) => k == LineString,
            Some(MultiPolygon) => k == Polygon,
            Some(_) => false,
        };
        if !fits {
            return Err(WkbError::WrongPart(code));
        }
        head(out, k);
        match k {
            Point => self.coords(1, dims, little, out),
            LineString => {
                let n = self.count(little, dims * 8, out)?;
                self.coords(n, dims, little, out)
            }
            Polygon => {
                for _ in 0..self.count(little, 4, out)? {
                    let n = self.count(little, dims * 8, out)?;
                    self.coords(n, dims, little, out)?;
                }
                Ok(())
            }
            MultiPoint | MultiLineString | MultiPolygon | GeometryCollection => {
                for _ in 0..self.count(little, 9, out)? {
                    self.geometry(out, Some(k), depth + 1)?;
                }
                Ok(())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn hex(text: &str) -> Vec<u8> {
        (0..text.len() / 2).map(|i| u8::from_str_radix(&text[i * 2..i * 2 + 2], 16).expect("hex")).collect()
    }

    #[test]
    fn every_spelling_becomes_the_canonical_one() {
        let wanted = Wkb::point(1.0, 2.0).expect("finite");
        for text in [
            "0101000000000000000000F03F0000000000000040",
            // Big endian.
            "00000000013FF00000000000004000000000000000",
            // EWKB with SRID 4326, as PostGIS writes it.
            "0101000020E6100000000000000000F03F0000000000000040",
            // ISO with Z, EWKB with Z.
            "01E9030000000000000000F03F00000000000000400000000000000840",
            "0101000080000000000000F03F00000000000000400000000000000840",
        ] {
            assert_eq!(Wkb::parse(&hex(text)), Ok(wanted.clone()), "{text}");
        }
        assert_eq!(Wkb::parse(&hex("0101000000")), Err(WkbError::Truncated(5)));
        // A count that the bytes can't hold.
        assert_eq!(Wkb::parse(&hex("0102000000FFFFFFFF")), Err(WkbError::Truncated(9)));
    }

    #[test]
    fn single_and_multi_turn_into_each_other() {
        let line = Wkb::line_string(&[(1.0, 2.0), (3.0, 4.0)]).expect("finite");
        let multi = line.to_multi();
        assert_eq!(multi.geometry_type(), GeometryType::MultiLineString);
        assert_eq!(multi.to_single(), Some(line));
        assert_eq!(multi.map_coords(|x, y| (y, x)).and_then(|m| m.bbox()), Some(Bbox::new(2.0, 1.0, 4.0, 3.0)));
    }

    proptest! {
        #[test]
        fn any_bytes_survive(bytes in prop::collection::vec(any::<u8>(), 0..200), head in 1u8..8) {
            for mut bytes in [bytes.clone(), [vec![1, head, 0, 0, 0], bytes].concat()] {
                if let Ok(wkb) = Wkb::parse(&bytes) {
                    // What was read is canonical: reading it again changes nothing.
                    prop_assert_eq!(Wkb::parse(wkb.as_bytes()), Ok(wkb.clone()));
                    prop_assert_eq!(wkb.map_coords(|x, y| (x, y)), Some(wkb));
                }
                bytes.truncate(60);
                if let Ok(damaged) = Wkb::from_trusted(&bytes) {
                    let _ = (damaged.bbox(), damaged.to_single().map(|s| s.geometry_type()), damaged.map_coords(|x, y| (y, x)));
                }
            }
        }
    }
}
