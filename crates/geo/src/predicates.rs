//! Exact answers about positions and segments (adaptive precision arithmetic after Shewchuk): no tolerance anywhere, so that
//! two questions about the same geometry never contradict each other.

use crate::parts::Position;

/// Positive if `a`, `b`, `c` turn left, negative if right, zero if they lie on one line; the sign is exact.
#[inline]
pub fn orient(a: Position, b: Position, c: Position) -> f64 {
    let c2 = |p: Position| robust::Coord { x: p.0, y: p.1 };
    robust::orient2d(c2(a), c2(b), c2(c))
}

/// How two segments meet.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Meeting {
    /// They share the one position given, which is an end of at least one of them (so it is exact).
    Touch(Position),
    /// They cross inside of both, near the position given.
    Cross(Position),
    /// They share a piece that begins at the position given.
    Overlap(Position),
}

/// True if the boxes of the two segments share a point.
#[inline]
pub fn boxes_meet(a: (Position, Position), b: (Position, Position)) -> bool {
    let ((ax0, ay0), (ax1, ay1)) = a;
    let ((bx0, by0), (bx1, by1)) = b;
    ax0.min(ax1) <= bx0.max(bx1) && bx0.min(bx1) <= ax0.max(ax1) && ay0.min(ay1) <= by0.max(by1) && by0.min(by1) <= ay0.max(ay1)
}

/// How two segments (of some length each) meet; `None` if they don't.
#[inline]
pub fn meet(a: (Position, Position), b: (Position, Position)) -> Option<Meeting> {
    if !boxes_meet(a, b) {
        return None;
    }
    let (a0, a1) = (orient(b.0, b.1, a.0), orient(b.0, b.1, a.1));
    if same_side(a0, a1) {
        return None;
    }
    let (b0, b1) = (orient(a.0, a.1, b.0), orient(a.0, a.1, b.1));
    if same_side(b0, b1) {
        return None;
    }
    if a0 == 0.0 && a1 == 0.0 {
        return Some(along(a, b));
    }
    // Not on one line: the only common point is an end of one if one of the four is zero.
    for (side, position) in [(a0, a.0), (a1, a.1), (b0, b.0), (b1, b.1)] {
        if side == 0.0 {
            return Some(Meeting::Touch(position));
        }
    }
    let t = a0 / (a0 - a1);
    Some(Meeting::Cross((a.0.0 + t * (a.1.0 - a.0.0), a.0.1 + t * (a.1.1 - a.0.1))))
}

#[inline]
fn same_side(a: f64, b: f64) -> bool {
    (a > 0.0 && b > 0.0) || (a < 0.0 && b < 0.0)
}

/// Two segments on one line whose boxes meet: they touch at an end or share a piece.
fn along(a: (Position, Position), b: (Position, Position)) -> Meeting {
    let order = |(p, q): (Position, Position)| if (p.0, p.1) <= (q.0, q.1) { (p, q) } else { (q, p) };
    let (a, b) = (order(a), order(b));
    let from = if (a.0.0, a.0.1) >= (b.0.0, b.0.1) { a.0 } else { b.0 };
    let to = if (a.1.0, a.1.1) <= (b.1.0, b.1.1) { a.1 } else { b.1 };
    if from == to { Meeting::Touch(from) } else { Meeting::Overlap(from) }
}

/// Where a position lies to a ring.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// Strictly inside.
    Inside,
    /// On the ring itself.
    Boundary,
    /// Strictly outside.
    Outside,
}

/// Counts how often a ray from `p` eastwards crosses edges; exact.
pub struct RayCounter {
    p: Position,
    odd: bool,
    on_edge: bool,
}

impl RayCounter {
    /// A ray from this position.
    pub fn new(p: Position) -> Self {
        Self { p, odd: false, on_edge: false }
    }

    /// Adds one edge of the ring.
    #[inline]
    pub fn edge(&mut self, a: Position, b: Position) {
        let (x, y) = self.p;
        if (a.1 > y && b.1 > y) || (a.1 < y && b.1 < y) || (a.0 < x && b.0 < x) {
            return;
        }
        if a.1 == y && b.1 == y {
            self.on_edge |= a.0.min(b.0) <= x && x <= a.0.max(b.0);
            return;
        }
        let side = orient(a, b, self.p);
        if side == 0.0 {
            self.on_edge |= a.1.min(b.1) <= y && y <= a.1.max(b.1);
            return;
        }
        // A vertex on the ray belongs to the edge above it only, so that it is counted once.
        if (a.1 > y) != (b.1 > y) {
            self.odd ^= (side > 0.0) == (b.1 > a.1);
        }
    }

    /// The answer after all edges.
    pub fn side(&self) -> Side {
        match (self.on_edge, self.odd) {
            (true, _) => Side::Boundary,
            (false, true) => Side::Inside,
            (false, false) => Side::Outside,
        }
    }
}

/// Where a position lies to a closed ring; one pass over it.
pub fn locate(p: Position, ring: impl Iterator<Item = Position>) -> Side {
    let mut ray = RayCounter::new(p);
    let mut before = None;
    for position in ring {
        if let Some(before) = before {
            ray.edge(before, position);
        }
        before = Some(position);
    }
    ray.side()
}

/// Twice the signed area of a closed ring in square degrees: positive if counter-clockwise. Taken about the first position,
/// so that small rings far from the origin keep their digits.
pub fn doubled_area(ring: impl Iterator<Item = Position>) -> f64 {
    let mut ring = ring.peekable();
    let Some(&(ox, oy)) = ring.peek() else { return 0.0 };
    let (mut sum, mut px, mut py) = (0.0, 0.0, 0.0);
    for (x, y) in ring {
        let (x, y) = (x - ox, y - oy);
        sum += px * y - x * py;
        (px, py) = (x, y);
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn segments_meet_in_every_way() {
        let s = |a, b| (a, b);
        let base = s((0.0, 0.0), (4.0, 4.0));
        assert_eq!(meet(base, s((0.0, 4.0), (4.0, 0.0))), Some(Meeting::Cross((2.0, 2.0))));
        assert_eq!(meet(base, s((2.0, 2.0), (4.0, 0.0))), Some(Meeting::Touch((2.0, 2.0))));
        assert_eq!(meet(base, s((4.0, 4.0), (5.0, 5.0))), Some(Meeting::Touch((4.0, 4.0))));
        assert_eq!(meet(base, s((5.0, 5.0), (3.0, 3.0))), Some(Meeting::Overlap((3.0, 3.0))));
        assert_eq!(meet(base, s((1.0, 0.0), (4.0, 3.0))), None);
        assert_eq!(meet(base, s((3.0, 0.0), (4.0, 3.9))), None);
    }

    #[test]
    fn a_position_is_located_exactly() {
        let ring = [(0.0, 0.0), (4.0, 0.0), (4.0, 4.0), (2.0, 2.0), (0.0, 4.0), (0.0, 0.0)];
        let at = |p| locate(p, ring.into_iter());
        assert_eq!(at((1.0, 1.0)), Side::Inside);
        assert_eq!(at((1.0, 2.0)), Side::Inside);
        assert_eq!(at((2.0, 3.0)), Side::Outside);
        assert_eq!(at((2.0, 2.0)), Side::Boundary);
        assert_eq!(at((3.0, 3.0)), Side::Boundary);
        assert_eq!(at((4.0, 1.0)), Side::Boundary);
        assert_eq!(at((-1.0, 4.0)), Side::Outside);
        assert_eq!(at((5.0, 0.0)), Side::Outside);
        assert_eq!(at((-1.0, 0.0)), Side::Outside);
    }

    #[test]
    fn the_sign_of_the_area_tells_the_winding() {
        let ring = [(39.0, 41.0), (39.1, 41.0), (39.1, 41.1), (39.0, 41.0)];
        assert!(doubled_area(ring.into_iter()) > 0.0);
        assert!(doubled_area(ring.into_iter().rev()) < 0.0);
    }
}
