//! One layer of one tile as bytes (Mapbox Vector Tile 2.1).

use super::{
    blob::{self, AREAS, LINES, POINTS, Packed, SINGLE_POINT, View},
    draw::{Draw, Frame, Manner, Positions},
    generalise::{LAST_STEP, MAX_TILE_BYTES, MAX_TILE_FEATURES, Show, Thinning},
    grid::{EXTENT, TileId},
    index::{Cell, LayerIndex},
    values::{ValueTable, varint_len},
    varint::{self, Reader},
};

/// One layer of one tile.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Encoded {
    /// The tile; empty if no feature shows in it.
    pub bytes: Vec<u8>,
    /// How many features it has.
    pub features: u32,
    /// 0 if every feature is in it whole; else how many steps it was thinned by.
    pub thinned: u8,
}

/// Memory that is kept from tile to tile: one per thread that encodes.
#[derive(Default)]
pub struct Scratch {
    draw: Draw,
    thinning: Thinning,
    values: ValueTable,
    features: Vec<u8>,
    tags: Vec<u8>,
    /// Per attribute: its place among the tile's keys, + 1.
    keys: Vec<u32>,
    key_order: Vec<usize>,
    count: u32,
}

/// Encodes a tile of the layer. The same features give the same bytes, whatever order they came into the index in.
pub fn encode(index: &LayerIndex, layer: &str, tile: TileId, scratch: &mut Scratch) -> Encoded {
    let cells = index.cells(tile.reach());
    let mut step = Thinning::first_step(tile.z());
    while !scratch.attempt(index, &cells, tile, step) {
        step += 1;
    }
    Encoded { bytes: scratch.layer(index, layer), features: scratch.count, thinned: step }
}

impl Scratch {
    /// Draws all features by one step of thinning; false if the tile is over its limits.
    fn attempt(&mut self, index: &LayerIndex, cells: &[&Cell], tile: TileId, step: u8) -> bool {
        self.values.start(index.dictionary().len());
        self.thinning.start(tile.z(), step);
        self.features.clear();
        self.count = 0;
        self.keys.clear();
        self.keys.resize(index.fields().len(), 0);
        self.key_order.clear();
        let (frame, limits) = (Frame::new(tile), tile.reach());
        for cell in cells {
            for body in cell.bodies() {
                let view = View::new(body, cell.id());
                if view.bbox.touches(limits) {
                    self.feature(index, cell, &view, frame);
                }
            }
            let over = self.count > MAX_TILE_FEATURES || self.features.len() + self.values.bytes.len() > MAX_TILE_BYTES;
            if over && step < LAST_STEP {
                return false;
            }
        }
        true
    }

    #[inline]
    fn feature(&mut self, index: &LayerIndex, cell: &Cell, view: &View<'_>, frame: Frame) {
        let (middle, sides) = frame.measure(&view.bbox);
        let is_point = view.shape == SINGLE_POINT || view.shape == POINTS;
        let is_area = view.shape & AREAS != 0;
        let show = self.thinning.decide(view.fid, is_point, is_area, middle, sides);
        if show == Show::Not {
            return;
        }
        let manner = Manner {
            frame,
            inside: frame.holds(&view.bbox),
            tolerance: self.thinning.tolerance(),
            middle,
            speck: self.thinning.speck(),
        };
        let draw = &mut self.draw;
        draw.pen.commands.clear();
        // Where the commands of points, lines and areas end.
        let mut ends = [0; 3];
        let mut positions = Positions::new(view.rest, cell.id());
        if view.shape == SINGLE_POINT {
            draw.pen.start();
            if manner.inside {
                draw.pen.points(&[middle]);
            }
            ends = [draw.pen.commands.len(); 3];
        } else {
            for (kind, end) in [POINTS, LINES, AREAS].into_iter().zip(&mut ends) {
                if view.shape & kind != 0 {
                    draw.pen.start();
                    draw_kind(draw, kind, &mut positions, &manner);
                }
                *end = draw.pen.commands.len();
            }
        }
        if draw.pen.commands.is_empty() {
            return;
        }
        if show == Show::Speck {
            draw.pen.commands.clear();
            draw.pen.start();
            draw.speck(is_area, &manner);
            let n = draw.pen.commands.len();
            ends = if is_area { [0, 0, n] } else { [0, n, n] };
        }
        self.tags(index, positions.reader);
        let mut start = 0;
        for (kind, end) in (1u8..).zip(ends) {
            if end > start {
                self.write(view.fid, kind, start..end);
            }
            start = end;
        }
    }

    /// Collects the feature's attributes as pairs of places among the tile's keys and values.
    fn tags(&mut self, index: &LayerIndex, mut reader: Reader<'_>) {
        self.tags.clear();
        let mut field = 0;
        while !reader.is_empty() {
            let value = match blob::attribute(&mut reader) {
                Packed::Null => None,
                Packed::Interned(id) => Some(self.values.interned(id, index.dictionary().message(id))),
                Packed::Int(v) => Some(self.values.int(v)),
                Packed::Text(text) => Some(self.values.text(text)),
                Packed::Real(v) => Some(self.values.real(v)),
                Packed::Bool(v) => Some(self.values.boolean(v)),
            };
            if let (Some(value), Some(key)) = (value, self.keys.get_mut(field)) {
                if *key == 0 {
                    self.key_order.push(field);
                    *key = self.key_order.len() as u32;
                }
                varint::put(&mut self.tags, u64::from(*key - 1));
                varint::put(&mut self.tags, u64::from(value));
            }
            field += 1;
        }
    }

    /// Appends one feature of the tile.
    fn write(&mut self, fid: i64, kind: u8, commands: std::ops::Range<usize>) {
        let commands = self.draw.pen.commands.get(commands).unwrap_or_default();
        let id = u64::try_from(fid).ok();
        let length = id.map_or(0, |id| 1 + varint_len(id)) + field_len(self.tags.len()) + 2 + field_len(commands.len());
        let out = &mut self.features;
        out.push(0x12);
        varint::put(out, length as u64);
        if let Some(id) = id {
            out.push(0x08);
            varint::put(out, id);
        }
        if !self.tags.is_empty() {
            out.push(0x12);
            varint::put(out, self.tags.len() as u64);
            out.extend_from_slice(&self.tags);
        }
        out.extend_from_slice(&[0x18, kind]);
        out.push(0x22);
        varint::put(out, commands.len() as u64);
        out.extend_from_slice(commands);
        self.count += 1;
    }

    /// The layer's message round the features drawn; empty without any.
    fn layer(&self, index: &LayerIndex, name: &str) -> Vec<u8> {
        if self.count == 0 {
            return Vec::new();
        }
        let keys = || self.key_order.iter().filter_map(|field| index.fields().get(*field));
        let keys_len: usize = keys().map(|key| field_len(key.len()).max(2)).sum();
        let extent = varint_len(EXTENT as u64) + 1;
        let length = 2 + field_len(name.len()).max(2) + self.features.len() + keys_len + self.values.bytes.len() + extent;
        let mut out = Vec::with_capacity(length + 6);
        out.push(0x1a);
        varint::put(&mut out, length as u64);
        out.extend_from_slice(&[0x78, 2]);
        let put_text = |out: &mut Vec<u8>, tag: u8, text: &str| {
            out.push(tag);
            varint::put(out, text.len() as u64);
            out.extend_from_slice(text.as_bytes());
        };
        put_text(&mut out, 0x0a, name);
        out.extend_from_slice(&self.features);
        keys().for_each(|key| put_text(&mut out, 0x1a, key));
        out.extend_from_slice(&self.values.bytes);
        out.push(0x28);
        varint::put(&mut out, EXTENT as u64);
        out
    }
}

fn draw_kind(draw: &mut Draw, kind: u8, positions: &mut Positions<'_>, manner: &Manner) {
    match kind {
        POINTS => draw.points(positions, manner),
        LINES => draw.lines(positions, manner),
        _ => draw.areas(positions, manner),
    }
}

/// Bytes of a length-delimited field with a tag of one byte; 0 if it is left out.
fn field_len(content: usize) -> usize {
    if content == 0 { 0 } else { 1 + varint_len(content as u64) + content }
}
