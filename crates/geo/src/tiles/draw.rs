//! From a packed geometry to a tile's commands, in this order:
//!
//! 1. *snap* every position to the tile's grid, so that neighbouring tiles see the same shape before they cut it;
//! 2. *tidy*: repeated positions and spikes go; a ring without area left is drawn as a mark, so that nothing vanishes;
//! 3. *simplify*, where the tile is thinned;
//! 4. *clip* to the tile and its buffer, on the grid;
//! 5. *mend*: snapping can fold a narrow ring into a bow tie, and clipping can leave sides that run back over themselves. A ring
//!    that is convex or that a comparison of all its sides finds simple is drawn as it is (nearly all buildings and parcels);
//!    every other area, and every one with holes or several parts, is rebuilt by an overlay on the grid and checked.

use super::{
    blob::CellId,
    clip,
    generalise::Simplifier,
    grid::{TileId, WorldBox, half, shift},
    pen::Pen,
    repair::Repair,
    ring::{Pt, convex, is_simple, tidy},
    varint::Reader,
};

/// From world units to the grid of one tile.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Frame {
    shift: u32,
    x: i64,
    y: i64,
}

impl Frame {
    pub(crate) fn new(tile: TileId) -> Self {
        let shift = shift(tile.z());
        let (x, y) = tile.origin();
        Self { shift, x: x - half(shift), y: y - half(shift) }
    }

    #[inline]
    pub(crate) fn snap(&self, x: i64, y: i64) -> Pt {
        ((x - self.x) >> self.shift, (y - self.y) >> self.shift)
    }

    /// The middle of a box and its sides, in tile units.
    pub(crate) fn measure(&self, bbox: &WorldBox) -> (Pt, (f64, f64)) {
        let middle = |a: u32, b: u32| i64::midpoint(i64::from(a), i64::from(b));
        let unit = (1u64 << self.shift) as f64;
        (
            self.snap(middle(bbox.min_x, bbox.max_x), middle(bbox.min_y, bbox.max_y)),
            (f64::from(bbox.max_x - bbox.min_x) / unit, f64::from(bbox.max_y - bbox.min_y) / unit),
        )
    }

    /// True if all of the box is within the tile or its buffer.
    pub(crate) fn holds(&self, bbox: &WorldBox) -> bool {
        clip::holds(self.snap(i64::from(bbox.min_x), i64::from(bbox.min_y)))
            && clip::holds(self.snap(i64::from(bbox.max_x), i64::from(bbox.max_y)))
    }
}

/// What became of a ring.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Fate {
    /// It has an area within the box.
    Stays,
    /// It has no area on this grid.
    Collapsed,
    /// It is outside of the box.
    Outside,
}

/// How one feature is to be drawn.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Manner {
    pub(crate) frame: Frame,
    /// The whole feature is within the box: nothing to clip.
    pub(crate) inside: bool,
    pub(crate) tolerance: i64,
    /// Where its mark goes if it is too small to be drawn, and how large the mark is.
    pub(crate) middle: Pt,
    pub(crate) speck: i64,
}

/// Draws features, with memory that is kept from one to the next.
#[derive(Default)]
pub(crate) struct Draw {
    pub(crate) pen: Pen,
    ring: Vec<Pt>,
    spare: Vec<Pt>,
    simplifier: Simplifier,
    repair: Repair,
}

/// Reads positions; `at` is the last position in world units.
pub(crate) struct Positions<'a> {
    pub(crate) reader: Reader<'a>,
    at: (i64, i64),
}

impl<'a> Positions<'a> {
    pub(crate) fn new(reader: Reader<'a>, cell: CellId) -> Self {
        Self { reader, at: cell.origin() }
    }

    /// Reads `n` positions, snapped, into `out`; leaves out those that fall on the one before.
    #[inline]
    fn run(&mut self, n: usize, frame: Frame, out: &mut Vec<Pt>) {
        out.clear();
        for _ in 0..n {
            if self.reader.is_empty() {
                return;
            }
            self.at.0 += self.reader.signed();
            self.at.1 += self.reader.signed();
            let p = frame.snap(self.at.0, self.at.1);
            if out.last() != Some(&p) {
                out.push(p);
            }
        }
    }
}

impl Draw {
    /// A mark for a feature too small to be drawn; nothing, if it is outside of the box (a neighbour shows it).
    pub(crate) fn speck(&mut self, is_area: bool, manner: &Manner) {
        let (x, y) = manner.middle;
        let side = manner.speck;
        let (x, y) = (x - side / 2, y - side / 2);
        if !clip::holds((x, y)) || !clip::holds((x + side, y + side)) {
            return;
        }
        if is_area {
            self.pen.ring(&[(x, y), (x + side, y), (x + side, y + side), (x, y + side)], false);
        } else {
            self.pen.line(&[(x, y), (x + side, y)]);
        }
    }

    /// The points of a feature.
    pub(crate) fn points(&mut self, from: &mut Positions<'_>, manner: &Manner) {
        let parts = from.reader.unsigned();
        self.spare.clear();
        for _ in 0..parts {
            let n = from.reader.unsigned() as usize;
            if from.reader.is_empty() {
                break;
            }
            from.run(n, manner.frame, &mut self.ring);
            self.spare.extend(self.ring.iter().copied().filter(|p| clip::holds(*p)));
        }
        self.spare.dedup();
        self.pen.points(&self.spare);
    }

    /// The lines of a feature.
    pub(crate) fn lines(&mut self, from: &mut Positions<'_>, manner: &Manner) {
        let mut any = false;
        for _ in 0..from.reader.unsigned() {
            let n = from.reader.unsigned() as usize;
            if from.reader.is_empty() {
                break;
            }
            from.run(n, manner.frame, &mut self.ring);
            self.simplifier.line(&mut self.ring, manner.tolerance);
            self.ring.dedup();
            if self.ring.len() < 2 {
                continue;
            }
            any = true;
            if manner.inside {
                self.pen.line(&self.ring);
            } else {
                let pen = &mut self.pen;
                clip::line(&self.ring, &mut self.spare, |piece| pen.line(piece));
            }
        }
        if !any {
            self.speck(false, manner);
        }
    }

    /// The areas of a feature.
    pub(crate) fn areas(&mut self, from: &mut Positions<'_>, manner: &Manner) {
        let count = from.reader.unsigned();
        let mut fate = Fate::Collapsed;
        if count == 1 {
            let head = from.reader.unsigned();
            from.run((head >> 1) as usize, manner.frame, &mut self.ring);
            fate = self.prepare(manner);
            if fate == Fate::Stays && self.single() {
                return;
            }
        }
        self.repair.start();
        if count == 1 {
            if fate == Fate::Stays {
                self.repair.add(&self.ring, true);
            }
        } else {
            for _ in 0..count {
                let head = from.reader.unsigned();
                if from.reader.is_empty() {
                    break;
                }
                from.run((head >> 1) as usize, manner.frame, &mut self.ring);
                let exterior = head & 1 == 1;
                match self.prepare(manner) {
                    Fate::Stays => {
                        self.repair.add(&self.ring, exterior);
                        fate = Fate::Stays;
                    }
                    Fate::Outside if fate == Fate::Collapsed => fate = Fate::Outside,
                    _ => {}
                }
            }
        }
        if fate == Fate::Stays {
            let before = self.pen.commands.len();
            let pen = &mut self.pen;
            self.repair.finish(|ring| pen.ring(ring, false));
            // A sliver that lay within the box and of which mending left nothing.
            if self.pen.commands.len() == before && manner.inside {
                fate = Fate::Collapsed;
            }
        }
        if fate == Fate::Collapsed {
            self.speck(true, manner);
        }
    }

    /// Draws the ring at hand if it is simple as it is.
    fn single(&mut self) -> bool {
        let positive = match convex(&self.ring) {
            Some(positive) => positive,
            None if is_simple(&self.ring) == Some(true) => super::ring::double_area(&self.ring) > 0,
            None => return false,
        };
        self.pen.ring(&self.ring, !positive);
        true
    }

    /// Tidies, simplifies and clips the ring at hand.
    fn prepare(&mut self, manner: &Manner) -> Fate {
        if self.ring.len() > 1 && self.ring.first() == self.ring.last() {
            self.ring.pop();
        }
        let quick = convex(&self.ring).is_some();
        if !quick {
            tidy(&mut self.ring);
            if self.ring.len() < 3 {
                return Fate::Collapsed;
            }
        }
        if manner.tolerance > 0 {
            self.simplifier.ring(&mut self.ring, manner.tolerance);
            tidy(&mut self.ring);
            if self.ring.len() < 3 {
                return Fate::Collapsed;
            }
        }
        if !manner.inside {
            clip::ring(&mut self.ring, &mut self.spare);
            tidy(&mut self.ring);
            if self.ring.len() < 3 {
                return Fate::Outside;
            }
        }
        Fate::Stays
    }
}
