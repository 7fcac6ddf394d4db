//! One feature packed: id, box, geometry, attributes, in about 50 bytes for a building.
//!
//! ```text
//! record    = length of body, body
//! body      = fid (zigzag), shape, [box], geometry, attributes
//! shape     = SINGLE_POINT, or a sum of POINTS, LINES, AREAS (more than one for collections)
//! box       = west, north, width, height: 16 bits each, in steps of the cell's side / 65536
//! geometry  = SINGLE_POINT: x, y (16 bits each); else per part of `shape`: count of parts, then per part its positions
//!             (ring: count * 2 + 1 for an exterior ring); positions as differences, the first from the cell's corner
//! attribute = code * 4 + kind, see `put_attribute`; nulls at the end are left out
//! ```

use super::{
    dictionary::Dictionary,
    grid::{WorldBox, to_world},
    index::Attribute,
    varint::{self, Reader},
};
use crate::{Wkb, parts::Part};
use std::ops::Range;

/// Bits of `shape`.
pub(crate) const POINTS: u8 = 1;
pub(crate) const LINES: u8 = 2;
pub(crate) const AREAS: u8 = 4;
pub(crate) const SINGLE_POINT: u8 = 8;

/// Finest cells: a side of 2¹⁶ world units, about 600 m at the equator.
pub(crate) const FINEST: u8 = 16;
/// Limit: bytes of a text in a tile; what is longer is cut (the whole text is in the record).
pub const MAX_TEXT_BYTES: usize = 1024;

/// A cell of the index: level (side 2^(32 - level) world units), column, row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct CellId {
    pub(crate) level: u8,
    pub(crate) x: u32,
    pub(crate) y: u32,
}

impl CellId {
    /// The home of a box: the finest level whose cells are as large as the box, by the box's north-western corner. So a
    /// feature reaches at most one cell to the east and south of its home.
    pub(crate) fn home(bbox: &WorldBox) -> Self {
        let mut level = FINEST;
        while level > 0 && u64::from(bbox.size()) > 65_534u64 << (FINEST - level) {
            level -= 1;
        }
        let side = 32 - u32::from(level);
        let cut = |v: u32| (u64::from(v) >> side) as u32;
        Self { level, x: cut(bbox.min_x), y: cut(bbox.min_y) }
    }

    /// World coordinates of its corner.
    pub(crate) fn origin(self) -> (i64, i64) {
        let side = 32 - u32::from(self.level);
        (i64::from(self.x) << side, i64::from(self.y) << side)
    }

    fn step(self) -> u32 {
        u32::from(FINEST - self.level)
    }
}

/// A geometry taken apart in world coordinates; kept from feature to feature.
#[derive(Debug, Default)]
pub(crate) struct Parts {
    coords: Vec<(u32, u32)>,
    points: Vec<Range<usize>>,
    lines: Vec<Range<usize>>,
    rings: Vec<(Range<usize>, bool)>,
    pub(crate) bbox: Option<WorldBox>,
}

impl Parts {
    /// Takes a geometry apart. Positions that fall on the one before are left out, so is a ring's repeated first position.
    pub(crate) fn read(&mut self, geometry: &Wkb) {
        self.coords.clear();
        self.points.clear();
        self.lines.clear();
        self.rings.clear();
        for part in geometry.parts() {
            match part {
                Part::Group(..) => {}
                Part::Point(x, y) => {
                    let range = self.run(std::iter::once((x, y)));
                    self.points.push(range);
                }
                Part::Line(line) => {
                    let range = self.run(line.iter());
                    if !range.is_empty() {
                        self.lines.push(range);
                    }
                }
                Part::Polygon(rings) => rings.iter().enumerate().for_each(|(at, ring)| self.ring(ring.iter(), at == 0)),
            }
        }
        let mut bbox = WorldBox::EMPTY;
        self.coords.iter().for_each(|c| bbox.add(*c));
        self.bbox = (!bbox.is_empty()).then_some(bbox);
    }

    fn ring(&mut self, positions: impl Iterator<Item = (f64, f64)>, exterior: bool) {
        let mut range = self.run(positions);
        if range.len() > 1 && self.coords.get(range.start) == self.coords.last() {
            self.coords.pop();
            range.end -= 1;
        }
        if !range.is_empty() {
            self.rings.push((range, exterior));
        }
    }

    fn run(&mut self, positions: impl Iterator<Item = (f64, f64)>) -> Range<usize> {
        let start = self.coords.len();
        for (longitude, latitude) in positions {
            let at = to_world(longitude, latitude);
            if self.coords.len() == start || self.coords.last() != Some(&at) {
                self.coords.push(at);
            }
        }
        start..self.coords.len()
    }

    fn shape(&self) -> u8 {
        if let ([only], true, true) = (self.points.as_slice(), self.lines.is_empty(), self.rings.is_empty())
            && only.len() == 1
        {
            return SINGLE_POINT;
        }
        u8::from(!self.points.is_empty()) * POINTS
            + u8::from(!self.lines.is_empty()) * LINES
            + u8::from(!self.rings.is_empty()) * AREAS
    }

    fn positions(&self, range: &Range<usize>, last: &mut (i64, i64), out: &mut Vec<u8>) {
        for (x, y) in self.coords.get(range.clone()).unwrap_or_default() {
            let at = (i64::from(*x), i64::from(*y));
            varint::put_signed(out, at.0 - last.0);
            varint::put_signed(out, at.1 - last.1);
            *last = at;
        }
    }

    /// Appends the box and the geometry as packed for a cell.
    fn pack(&self, cell: CellId, bbox: &WorldBox, out: &mut Vec<u8>) {
        let origin = cell.origin();
        let shape = self.shape();
        out.push(shape);
        let step = cell.step();
        // Both fit 16 bits: see `CellId::home`.
        let quantum = |v: u32, origin: i64| ((i64::from(v) - origin) >> step) as u32;
        let (w, n) = (quantum(bbox.min_x, origin.0), quantum(bbox.min_y, origin.1));
        let (e, s) = (quantum(bbox.max_x, origin.0), quantum(bbox.max_y, origin.1));
        let sides = [w, n, e - w, s - n];
        let wanted = if shape == SINGLE_POINT { 2 } else { 4 };
        for side in sides.iter().take(wanted) {
            out.extend_from_slice(&(*side as u16).to_le_bytes());
        }
        if shape == SINGLE_POINT {
            return;
        }
        let mut last = origin;
        for parts in [&self.points, &self.lines] {
            if !parts.is_empty() {
                varint::put(out, parts.len() as u64);
            }
            for part in parts {
                varint::put(out, part.len() as u64);
                self.positions(part, &mut last, out);
            }
        }
        if !self.rings.is_empty() {
            varint::put(out, self.rings.len() as u64);
        }
        for (ring, exterior) in &self.rings {
            varint::put(out, (ring.len() as u64) << 1 | u64::from(*exterior));
            self.positions(ring, &mut last, out);
        }
    }
}

/// Packs a feature whose parts have a box; returns its home. `out` is cleared.
pub(crate) fn pack(
    fid: i64,
    parts: &Parts,
    bbox: &WorldBox,
    values: &[Attribute<'_>],
    dictionary: &mut Dictionary,
    out: &mut Vec<u8>,
) -> CellId {
    let cell = CellId::home(bbox);
    out.clear();
    varint::put_signed(out, fid);
    parts.pack(cell, bbox, out);
    let used = values.iter().rposition(|v| !matches!(v, Attribute::Null)).map_or(0, |last| last + 1);
    for (field, value) in values.iter().take(used).enumerate() {
        put_attribute(out, field, value, dictionary);
    }
    cell
}

/// An attribute as read from a packed feature.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Packed<'a> {
    Null,
    Bool(bool),
    Int(i64),
    Real(f64),
    Interned(u32),
    Text(&'a [u8]),
}

const KIND_SPECIAL: u64 = 0;
const KIND_INTERNED: u64 = 1;
const KIND_TEXT: u64 = 2;
const KIND_INT: u64 = 3;

fn put_attribute(out: &mut Vec<u8>, field: usize, value: &Attribute<'_>, dictionary: &mut Dictionary) {
    let special = |code: u64| code << 2 | KIND_SPECIAL;
    match value {
        Attribute::Null => varint::put(out, special(0)),
        Attribute::Bool(b) => varint::put(out, special(1 + u64::from(*b))),
        Attribute::Real(r) => {
            varint::put(out, special(3));
            out.extend_from_slice(&r.to_le_bytes());
        }
        // Zigzag and the kind's two bits must fit 64 bits.
        Attribute::Int(i) if i.unsigned_abs() < 1 << 60 => varint::put(out, varint::zigzag(*i) << 2 | KIND_INT),
        Attribute::Int(i) => {
            varint::put(out, special(4));
            out.extend_from_slice(&i.to_le_bytes());
        }
        Attribute::Text(text) => {
            let text = cut(text);
            match dictionary.id(field, text) {
                Some(id) => varint::put(out, u64::from(id) << 2 | KIND_INTERNED),
                None => {
                    varint::put(out, (text.len() as u64) << 2 | KIND_TEXT);
                    out.extend_from_slice(text.as_bytes());
                }
            }
        }
    }
}

fn cut(text: &str) -> &str {
    text.get(..text.floor_char_boundary(MAX_TEXT_BYTES)).unwrap_or(text)
}

/// Reads the next attribute.
#[inline]
pub(crate) fn attribute<'a>(r: &mut Reader<'a>) -> Packed<'a> {
    let head = r.unsigned();
    let code = head >> 2;
    match head & 3 {
        KIND_INTERNED => Packed::Interned(code as u32),
        KIND_TEXT => Packed::Text(r.take(code as usize)),
        KIND_INT => Packed::Int((code >> 1) as i64 ^ -((code & 1) as i64)),
        _ => match code {
            1 => Packed::Bool(false),
            2 => Packed::Bool(true),
            3 => Packed::Real(f64::from_bits(r.u64())),
            4 => Packed::Int(r.u64() as i64),
            _ => Packed::Null,
        },
    }
}

/// A packed feature's head; `rest` stands at its geometry, and after that at its attributes.
#[derive(Clone, Copy)]
pub(crate) struct View<'a> {
    pub(crate) fid: i64,
    pub(crate) shape: u8,
    /// At least the feature's box; exactly, for features smaller than a finest cell.
    pub(crate) bbox: WorldBox,
    pub(crate) rest: Reader<'a>,
}

impl<'a> View<'a> {
    /// Reads the head of a body.
    #[inline]
    pub(crate) fn new(body: &'a [u8], cell: CellId) -> Self {
        let mut rest = Reader::new(body);
        let fid = rest.signed();
        let shape = rest.byte();
        let (ox, oy) = cell.origin();
        let step = cell.step();
        let (w, n) = (i64::from(rest.u16()), i64::from(rest.u16()));
        let (width, height) = if shape == SINGLE_POINT { (0, 0) } else { (i64::from(rest.u16()), i64::from(rest.u16())) };
        let last = (1i64 << step) - 1;
        let clamp = |v: i64| v.min(i64::from(u32::MAX)) as u32;
        let bbox = WorldBox {
            min_x: clamp(ox + (w << step)),
            min_y: clamp(oy + (n << step)),
            max_x: clamp(ox + ((w + width) << step) + last),
            max_y: clamp(oy + ((n + height) << step) + last),
        };
        Self { fid, shape, bbox, rest }
    }
}

/// The bodies of a cell, in order of fid.
pub(crate) struct Bodies<'a>(pub(crate) Reader<'a>);

impl<'a> Iterator for Bodies<'a> {
    type Item = &'a [u8];

    #[inline]
    fn next(&mut self) -> Option<&'a [u8]> {
        if self.0.is_empty() {
            return None;
        }
        let length = self.0.unsigned();
        Some(self.0.take(length as usize))
    }
}
