//! The features of one layer, packed in cells. Kept exact one feature at a time: after any order of changes it gives the same
//! tiles as an index built anew.

use super::{
    blob::{self, Bodies, CellId, FINEST, Parts, View},
    dictionary::Dictionary,
    fids::FidMap,
    grid::WorldBox,
    varint::{self, Reader},
};
use crate::{Bbox, Wkb};
use std::{collections::BTreeMap, ops::Range};

/// A value that a tile carries.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Attribute<'a> {
    /// No value: the tile's feature has no such attribute.
    Null,
    /// True or false.
    Bool(bool),
    /// Whole number.
    Int(i64),
    /// Number.
    Real(f64),
    /// Text; cut at [`super::blob::MAX_TEXT_BYTES`].
    Text(&'a str),
}

/// What a change touched: the tiles to forget are those that show one of the boxes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Touched {
    /// Where the feature was; `None` if it was nowhere.
    pub old: Option<WorldBox>,
    /// Where it is; `None` if it is nowhere.
    pub new: Option<WorldBox>,
}

impl Touched {
    /// True if no tile changes.
    pub fn is_nothing(&self) -> bool {
        self.old.is_none() && self.new.is_none()
    }
}

#[derive(Debug)]
pub(crate) struct Cell {
    id: CellId,
    count: u32,
    last_fid: i64,
    bounds: WorldBox,
    bytes: Vec<u8>,
}

impl Cell {
    fn new(id: CellId) -> Self {
        Self { id, count: 0, last_fid: i64::MIN, bounds: WorldBox::EMPTY, bytes: Vec::new() }
    }

    pub(crate) fn id(&self) -> CellId {
        self.id
    }

    pub(crate) fn bodies(&self) -> Bodies<'_> {
        Bodies(Reader::new(&self.bytes))
    }

    /// Where the record of `fid` lies, head included, and its body's start; or where it would be put.
    fn find(&self, fid: i64) -> Result<(Range<usize>, usize), usize> {
        let mut bodies = self.bodies();
        loop {
            let start = self.bytes.len() - bodies.0.rest().len();
            let Some(body) = bodies.next() else { return Err(start) };
            let end = self.bytes.len() - bodies.0.rest().len();
            match Reader::new(body).signed().cmp(&fid) {
                std::cmp::Ordering::Less => {}
                std::cmp::Ordering::Equal => return Ok((start..end, end - body.len())),
                std::cmp::Ordering::Greater => return Err(start),
            }
        }
    }

    fn refresh(&mut self) {
        let (mut bounds, mut last, mut count) = (WorldBox::EMPTY, i64::MIN, 0);
        for body in self.bodies() {
            let view = View::new(body, self.id);
            bounds = bounds.union(&view.bbox);
            last = view.fid;
            count += 1;
        }
        (self.bounds, self.last_fid, self.count) = (bounds, last, count);
    }
}

/// The index of one layer.
#[derive(Debug)]
pub struct LayerIndex {
    fields: Vec<String>,
    places: BTreeMap<u64, u32>,
    cells: Vec<Cell>,
    free: Vec<u32>,
    fids: FidMap,
    dictionary: Dictionary,
    len: usize,
    /// Per level the largest feature there ever was (how far beyond a tile the homes of its features can lie), if any.
    largest: [Option<u32>; FINEST as usize + 1],
    parts: Parts,
    packed: Vec<u8>,
}

impl LayerIndex {
    /// An empty index of features with these attributes.
    pub fn new(fields: Vec<String>) -> Self {
        let dictionary = Dictionary::new(fields.len());
        Self {
            fields,
            places: BTreeMap::new(),
            cells: Vec::new(),
            free: Vec::new(),
            fids: FidMap::default(),
            dictionary,
            len: 0,
            largest: [None; FINEST as usize + 1],
            parts: Parts::default(),
            packed: Vec::new(),
        }
    }

    /// Names of the attributes.
    pub fn fields(&self) -> &[String] {
        &self.fields
    }

    /// How many features have a geometry.
    pub fn len(&self) -> usize {
        self.len
    }

    /// True without features.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Puts a feature in the place of whatever bore its id. `values` are in the order of the fields; a feature without a
    /// geometry is taken out. A feature that is the same as before touches nothing.
    pub fn put(&mut self, fid: i64, geometry: Option<&Wkb>, values: &[Attribute<'_>]) -> Touched {
        let mut parts = std::mem::take(&mut self.parts);
        let mut packed = std::mem::take(&mut self.packed);
        let bbox = geometry.and_then(|geometry| {
            parts.read(geometry);
            parts.bbox
        });
        let touched = match bbox {
            None => self.remove(fid),
            Some(bbox) => {
                let home = blob::pack(fid, &parts, &bbox, values, &mut self.dictionary, &mut packed);
                self.place(fid, home, bbox, &packed)
            }
        };
        (self.parts, self.packed) = (parts, packed);
        touched
    }

    fn place(&mut self, fid: i64, home: CellId, bbox: WorldBox, body: &[u8]) -> Touched {
        let slot = self.slot(home);
        let mut old = None;
        if let Some(before) = self.fids.get(fid) {
            if before == slot
                && let Some(cell) = self.cells.get(slot as usize)
                && let Ok((record, start)) = cell.find(fid)
                && cell.bytes.get(start..record.end) == Some(body)
            {
                return Touched::default();
            }
            old = self.take_out(fid, before, slot);
        } else {
            self.len += 1;
        }
        if let Some(cell) = self.cells.get_mut(slot as usize) {
            let at = match fid > cell.last_fid {
                true => cell.bytes.len(),
                false => cell.find(fid).map_or_else(|at| at, |(record, _)| record.start),
            };
            if at == cell.bytes.len() {
                varint::put(&mut cell.bytes, body.len() as u64);
                cell.bytes.extend_from_slice(body);
            } else {
                let mut record = Vec::with_capacity(body.len() + 5);
                varint::put(&mut record, body.len() as u64);
                record.extend_from_slice(body);
                cell.bytes.splice(at..at, record);
            }
            cell.count += 1;
            cell.last_fid = cell.last_fid.max(fid);
            cell.bounds = cell.bounds.union(&View::new(body, home).bbox);
        }
        if let Some(largest) = self.largest.get_mut(usize::from(home.level)) {
            *largest = Some(bbox.size().max(largest.unwrap_or(0)));
        }
        self.fids.set(fid, slot);
        Touched { old, new: Some(bbox) }
    }

    /// Takes a feature out.
    pub fn remove(&mut self, fid: i64) -> Touched {
        let Some(slot) = self.fids.get(fid) else { return Touched::default() };
        let old = self.take_out(fid, slot, u32::MAX);
        self.fids.remove(fid);
        self.len -= 1;
        Touched { old, new: None }
    }

    /// Takes the record out of its cell; an empty cell goes unless it is `keep`.
    fn take_out(&mut self, fid: i64, slot: u32, keep: u32) -> Option<WorldBox> {
        let cell = self.cells.get_mut(slot as usize)?;
        let (record, start) = cell.find(fid).ok()?;
        let bbox = View::new(cell.bytes.get(start..record.end)?, cell.id).bbox;
        cell.bytes.drain(record);
        cell.refresh();
        if cell.count == 0 && slot != keep {
            cell.bytes = Vec::new();
            let id = cell.id;
            self.places.remove(&place(id));
            self.free.push(slot);
        }
        Some(bbox)
    }

    fn slot(&mut self, id: CellId) -> u32 {
        if let Some(slot) = self.places.get(&place(id)) {
            return *slot;
        }
        let slot = match self.free.pop() {
            Some(slot) => {
                if let Some(cell) = self.cells.get_mut(slot as usize) {
                    *cell = Cell::new(id);
                }
                slot
            }
            None => {
                self.cells.push(Cell::new(id));
                self.cells.len() as u32 - 1
            }
        };
        self.places.insert(place(id), slot);
        slot
    }

    /// Where a feature is; a little more for features larger than a finest cell.
    pub fn bbox(&self, fid: i64) -> Option<WorldBox> {
        let cell = self.cells.get(self.fids.get(fid)? as usize)?;
        let (record, start) = cell.find(fid).ok()?;
        Some(View::new(cell.bytes.get(start..record.end)?, cell.id).bbox)
    }

    /// The box round all features, in degrees.
    pub fn bounds(&self) -> Option<Bbox> {
        let all = self.cells.iter().fold(WorldBox::EMPTY, |all, cell| all.union(&cell.bounds));
        (!all.is_empty()).then(|| all.to_bbox())
    }

    /// Gives back the memory that growing took in advance.
    pub fn shrink(&mut self) {
        self.cells.iter_mut().for_each(|cell| cell.bytes.shrink_to_fit());
        self.cells.shrink_to_fit();
        self.dictionary.shrink();
        self.parts = Parts::default();
        self.packed = Vec::new();
    }

    /// Bytes on the heap, by estimate.
    pub fn heap_size(&self) -> usize {
        let cells: usize = self.cells.iter().map(|c| c.bytes.capacity() + 16).sum();
        cells
            + self.cells.capacity() * size_of::<Cell>()
            + self.places.len() * 20
            + self.fids.heap_size()
            + self.dictionary.heap_size()
    }

    pub(crate) fn dictionary(&self) -> &Dictionary {
        &self.dictionary
    }

    /// The cells with a feature that may reach into the limits (west, north, east, south), coarse cells first, then by row and
    /// column: the order in which tiles draw, whatever order the features came in.
    pub(crate) fn cells(&self, limits: (i64, i64, i64, i64)) -> Vec<&Cell> {
        let mut found = Vec::new();
        for (level, largest) in (0u8..).zip(self.largest) {
            let Some(largest) = largest else { continue };
            let side = 32 - u32::from(level);
            let last = (1i64 << level) - 1;
            let cut = |v: i64| (v >> side).clamp(0, last) as u32;
            let far = i64::from(largest);
            let (x0, x1) = (cut(limits.0 - far), cut(limits.2));
            let (y0, y1) = (cut(limits.1 - far), cut(limits.3));
            let ends = |y: u32, x: u32| place(CellId { level, x, y });
            let mut add = |slot: &u32| {
                if let Some(cell) = self.cells.get(*slot as usize)
                    && cell.bounds.touches(limits)
                {
                    found.push(cell);
                }
            };
            if u64::from(y1 - y0) > self.places.len() as u64 / 8 {
                // Fewer cells than rows: one walk over all of them.
                let all = self.places.range(ends(y0, x0)..=ends(y1, x1));
                all.map(|(_, slot)| slot).for_each(&mut add);
            } else {
                for y in y0..=y1 {
                    self.places.range(ends(y, x0)..=ends(y, x1)).map(|(_, slot)| slot).for_each(&mut add);
                }
            }
        }
        found
    }
}

fn place(id: CellId) -> u64 {
    u64::from(id.level) << 40 | u64::from(id.y) << 20 | u64::from(id.x)
}
