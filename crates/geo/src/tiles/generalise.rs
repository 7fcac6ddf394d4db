//! What a tile leaves out. From zoom [`DETAIL_ZOOM`] on a tile shows every feature whole; below, and wherever a tile would
//! grow beyond its limits, it is thinned step by step:
//!
//! - areas smaller than a pixel are drawn as a square of a pixel, as many of them as their areas together fill (chosen by a
//!   hash of their id, so that neighbouring tiles choose alike), and at least one in every eight by eight pixels: a village
//!   stays a village and a town keeps its density;
//! - lines shorter than a pixel likewise by their length;
//! - of points that would lie on top of each other the first is kept;
//! - lines and rings are simplified by less than a pixel (Douglas–Peucker).
//!
//! Nothing here depends on the order in which features came into the index, or on other tiles.

use super::{
    grid::{BUFFER, EXTENT},
    ring::{Pt, double_area},
};

/// From this zoom on nothing is left out, unless the tile is over its limits.
pub const DETAIL_ZOOM: u8 = 13;
/// Limit: bytes of one layer's tile before compression; gzip makes about a third of it.
pub const MAX_TILE_BYTES: usize = 1_000_000;
/// Limit: features of one layer's tile.
pub const MAX_TILE_FEATURES: u32 = 20_000;
/// Tile units of a pixel, for tiles shown at 512 pixels.
pub const PIXEL: i64 = 8;

/// Steps of thinning; the last one leaves so little that any tile is within its limits.
pub(crate) const LAST_STEP: u8 = 14;
/// Tile units below which a feature is small, per step: by halves of doublings, so that a tile a little over its limits loses
/// a little. After the last of them features are left out by lot.
const SMALL: [i64; 5] = [PIXEL, 11, 16, 23, 32];
const LAST_SIZE_STEP: u8 = SMALL.len() as u8;
/// Share of its box that a small area fills, about: a building turned against the axes fills half of it.
const FILL: f64 = 0.6;

/// How a feature is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Show {
    Whole,
    /// As a mark at its place.
    Speck,
    Not,
}

/// One step of thinning on the way through one tile.
#[derive(Debug, Default)]
pub(crate) struct Thinning {
    step: u8,
    /// Points are thinned by places of a side of 2^(point_shift + step) tile units.
    point_shift: u8,
    /// Places in the tile that something small is shown at already.
    taken: Vec<u64>,
}

impl Thinning {
    /// Where a tile of this zoom starts.
    pub(crate) fn first_step(z: u8) -> u8 {
        u8::from(z < DETAIL_ZOOM)
    }

    /// Begins a tile anew.
    pub(crate) fn start(&mut self, z: u8, step: u8) {
        self.step = step;
        // Points four pixels apart can be told from each other: enough for a view from above. In a tile of full detail that
        // is too large, the first to go are those within one pixel.
        self.point_shift = if z < DETAIL_ZOOM { 4 } else { 2 };
        self.taken.clear();
        if step > 0 {
            let across = (EXTENT + 2 * BUFFER) as usize / PIXEL as usize + 2;
            self.taken.resize((across * across).div_ceil(64), 0);
        }
    }

    /// Side of the mark that stands for a small area: what is smaller is small. In tile units.
    pub(crate) fn speck(&self) -> i64 {
        match usize::from(self.step).checked_sub(1) {
            None => 1,
            Some(step) => SMALL.get(step).or(SMALL.last()).copied().unwrap_or(PIXEL),
        }
    }

    /// How far a simplified line may stray, in tile units; 0 for not at all.
    pub(crate) fn tolerance(&self) -> i64 {
        match self.step {
            0 => 0,
            1..=LAST_SIZE_STEP => self.speck() / 2,
            more => (self.speck() / 2) << (more - LAST_SIZE_STEP),
        }
    }

    /// Decides on a feature whose box has its middle at `middle` and the given sides, in tile units.
    pub(crate) fn decide(&mut self, fid: i64, is_point: bool, is_area: bool, middle: Pt, sides: (f64, f64)) -> Show {
        if self.step == 0 {
            return Show::Whole;
        }
        let lot = lot(fid);
        if self.step > LAST_SIZE_STEP && lot > 0.25f64.powi(i32::from(self.step - LAST_SIZE_STEP)) {
            return Show::Not;
        }
        if is_point {
            return if self.take(middle, 1 << (self.point_shift + self.step).min(12)) { Show::Whole } else { Show::Not };
        }
        let speck = self.speck() as f64;
        if sides.0 >= speck || sides.1 >= speck {
            return Show::Whole;
        }
        let share = if is_area { sides.0 * sides.1 * FILL / (speck * speck) } else { sides.0.max(sides.1) / speck };
        if self.take(middle, 8 * self.speck()) || lot < share { Show::Speck } else { Show::Not }
    }

    /// Takes a place of the given side for a feature; false if it is taken.
    fn take(&mut self, at: Pt, side: i64) -> bool {
        let reach = i64::from(EXTENT + 2 * BUFFER);
        let across = reach / side + 1;
        let cut = |v: i64| (v + i64::from(BUFFER)).clamp(0, reach) / side;
        let place = (cut(at.1) * across + cut(at.0)) as usize;
        match self.taken.get_mut(place / 64) {
            Some(word) => {
                let bit = 1u64 << (place % 64);
                let free = *word & bit == 0;
                *word |= bit;
                free
            }
            None => false,
        }
    }
}

/// A number from 0 to 1 that an id always has (SplitMix64).
fn lot(fid: i64) -> f64 {
    let mut x = (fid as u64).wrapping_add(0x9e37_79b9_7f4a_7c15);
    x = (x ^ x >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    x = (x ^ x >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
    ((x ^ x >> 31) >> 11) as f64 / (1u64 << 53) as f64
}

/// Memory of the simplification, kept from line to line.
#[derive(Debug, Default)]
pub(crate) struct Simplifier {
    keep: Vec<bool>,
    stack: Vec<(usize, usize)>,
    ring: Vec<Pt>,
}

impl Simplifier {
    /// Leaves out the positions of a line that stray no further than the tolerance; its ends stay.
    pub(crate) fn line(&mut self, line: &mut Vec<Pt>, tolerance: i64) {
        if tolerance == 0 || line.len() < 3 {
            return;
        }
        self.keep.clear();
        self.keep.resize(line.len(), false);
        let last = line.len() - 1;
        self.keep[0] = true;
        self.keep[last] = true;
        self.stack.push((0, last));
        let limit = (tolerance as f64).powi(2);
        while let Some((from, to)) = self.stack.pop() {
            let far =
                (from + 1..to).map(|i| (i, distance_squared(line[i], line[from], line[to]))).max_by(|a, b| a.1.total_cmp(&b.1));
            if let Some((i, d)) = far
                && d > limit
            {
                self.keep[i] = true;
                self.stack.push((from, i));
                self.stack.push((i, to));
            }
        }
        let mut at = 0;
        line.retain(|_| {
            at += 1;
            self.keep[at - 1]
        });
    }

    /// The same for a ring; one that would lose its area stays as it is.
    pub(crate) fn ring(&mut self, ring: &mut Vec<Pt>, tolerance: i64) {
        if tolerance == 0 || ring.len() < 5 {
            return;
        }
        // From the first position to itself: the first split falls on the one that is farthest from it.
        let mut open = std::mem::take(&mut self.ring);
        open.clear();
        open.extend_from_slice(ring);
        open.extend(ring.first());
        self.line(&mut open, tolerance);
        open.pop();
        if open.len() >= 3 && double_area(&open) != 0 {
            std::mem::swap(ring, &mut open);
        }
        self.ring = open;
    }
}

fn distance_squared(p: Pt, a: Pt, b: Pt) -> f64 {
    let (dx, dy) = ((b.0 - a.0) as f64, (b.1 - a.1) as f64);
    let (px, py) = ((p.0 - a.0) as f64, (p.1 - a.1) as f64);
    let length = dx * dx + dy * dy;
    let t = if length > 0.0 { ((px * dx + py * dy) / length).clamp(0.0, 1.0) } else { 0.0 };
    (px - t * dx).powi(2) + (py - t * dy).powi(2)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn small_areas_keep_their_density() {
        let mut t = Thinning::default();
        t.start(10, 1);
        // A quarter of each pixel's area is built up; 4000 small areas at one place.
        let side = (PIXEL as f64) / 2.0;
        let shown = (0..4000).filter(|fid| t.decide(*fid, false, true, (100, 100), (side, side)) == Show::Speck).count();
        let wanted = 4000.0 * 0.25 * FILL;
        assert!((shown as f64 - wanted).abs() < wanted * 0.15, "{shown} of {wanted}");
    }

    #[test]
    fn a_lonely_feature_is_never_left_out_by_size() {
        let mut t = Thinning::default();
        t.start(10, 1);
        assert_eq!(t.decide(5, false, true, (100, 100), (0.01, 0.01)), Show::Speck);
        assert_eq!(t.decide(6, false, false, (900, 100), (0.01, 0.01)), Show::Speck);
        assert_eq!(t.decide(7, true, false, (1900, 4000), (0.0, 0.0)), Show::Whole);
        assert_eq!(t.decide(8, true, false, (1900, 4000), (0.0, 0.0)), Show::Not);
    }

    proptest! {
        #[test]
        fn a_simplified_line_stays_near(line in prop::collection::vec((0i64..200, 0i64..200), 3..40), tolerance in 1i64..20) {
            let mut simple = line.clone();
            Simplifier::default().line(&mut simple, tolerance);
            prop_assert_eq!(simple.first(), line.first());
            prop_assert_eq!(simple.last(), line.last());
            for p in &line {
                let near = simple.windows(2).any(|s| distance_squared(*p, s[0], s[1]) <= (tolerance * tolerance) as f64 + 1e-9);
                prop_assert!(near);
            }
        }
    }
}
