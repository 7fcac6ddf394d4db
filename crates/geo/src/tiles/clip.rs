//! Clipping to the tile's box with its buffer, on the grid: what comes out lies on whole units.

use super::{
    grid::{BUFFER, EXTENT},
    ring::Pt,
};

const LOW: i64 = -(BUFFER as i64);
const HIGH: i64 = (EXTENT + BUFFER) as i64;

/// True if the position is within the tile or its buffer.
pub(crate) fn holds(p: Pt) -> bool {
    (LOW..=HIGH).contains(&p.0) && (LOW..=HIGH).contains(&p.1)
}

/// The tile's box with its buffer, one of its four sides.
#[derive(Clone, Copy)]
enum Side {
    West,
    East,
    North,
    South,
}

impl Side {
    fn keeps(self, p: Pt) -> bool {
        match self {
            Self::West => p.0 >= LOW,
            Self::East => p.0 <= HIGH,
            Self::North => p.1 >= LOW,
            Self::South => p.1 <= HIGH,
        }
    }

    /// Where the line from `a` to `b`, which crosses the side, meets it; rounded along the side.
    fn meets(self, a: Pt, b: Pt) -> Pt {
        match self {
            Self::West => (LOW, at(a.0, a.1, b.0, b.1, LOW)),
            Self::East => (HIGH, at(a.0, a.1, b.0, b.1, HIGH)),
            Self::North => (at(a.1, a.0, b.1, b.0, LOW), LOW),
            Self::South => (at(a.1, a.0, b.1, b.0, HIGH), HIGH),
        }
    }
}

/// The other coordinate where the line from (u0, v0) to (u1, v1) has the coordinate u; the same from either end.
fn at(u0: i64, v0: i64, u1: i64, v1: i64, u: i64) -> i64 {
    let ((u0, v0), (u1, v1)) = if (u0, v0) <= (u1, v1) { ((u0, v0), (u1, v1)) } else { ((u1, v1), (u0, v0)) };
    let (num, den) = (i128::from(v1 - v0) * i128::from(u - u0), i128::from(u1 - u0));
    // Between v0 and v1, so it fits again.
    v0 + ((2 * num + den).div_euclid(2 * den)) as i64
}

/// Clips a ring (Sutherland–Hodgman). A ring that is not convex may come out with sides that run back over themselves along
/// the box: whoever draws it has to mend it.
pub(crate) fn ring(ring: &mut Vec<Pt>, spare: &mut Vec<Pt>) {
    for side in [Side::West, Side::East, Side::North, Side::South] {
        if ring.iter().all(|p| side.keeps(*p)) {
            continue;
        }
        spare.clear();
        let Some(&last) = ring.last() else { return };
        let mut before = last;
        for &p in ring.iter() {
            let keeps = side.keeps(p);
            if keeps != side.keeps(before) {
                add(spare, side.meets(before, p));
            }
            if keeps {
                add(spare, p);
            }
            before = p;
        }
        std::mem::swap(ring, spare);
    }
}

fn add(out: &mut Vec<Pt>, p: Pt) {
    if out.last() != Some(&p) {
        out.push(p);
    }
}

/// Clips a line into the pieces within the box and gives each of at least two positions to `piece`.
pub(crate) fn line(line: &[Pt], spare: &mut Vec<Pt>, mut piece: impl FnMut(&[Pt])) {
    spare.clear();
    for pair in line.windows(2) {
        let [a, b] = pair else { continue };
        let Some((from, to)) = segment(*a, *b) else {
            flush(spare, &mut piece);
            continue;
        };
        if spare.last() != Some(&from) {
            flush(spare, &mut piece);
            spare.push(from);
        }
        add(spare, to);
        if to != *b {
            flush(spare, &mut piece);
        }
    }
    flush(spare, &mut piece);
}

fn flush(spare: &mut Vec<Pt>, piece: &mut impl FnMut(&[Pt])) {
    if spare.len() >= 2 {
        piece(spare);
    }
    spare.clear();
}

/// The part of one segment that is within the box.
fn segment(mut a: Pt, mut b: Pt) -> Option<(Pt, Pt)> {
    for side in [Side::West, Side::East, Side::North, Side::South] {
        match (side.keeps(a), side.keeps(b)) {
            (true, true) => {}
            (false, false) => return None,
            (false, true) => a = side.meets(a, b),
            (true, false) => b = side.meets(a, b),
        }
    }
    Some((a, b))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn far() -> impl Strategy<Value = Pt> {
        prop_oneof![(-300i64..4400, -300i64..4400), (-(1i64 << 32)..1 << 32, -(1i64 << 32)..1 << 32)]
    }

    #[test]
    fn a_box_over_everything_becomes_the_tile() {
        let mut r = vec![(-9000, -9000), (9000, -9000), (9000, 9000), (-9000, 9000)];
        ring(&mut r, &mut Vec::new());
        r.sort_unstable();
        assert_eq!(r, [(LOW, LOW), (LOW, HIGH), (HIGH, LOW), (HIGH, HIGH)]);
    }

    #[test]
    fn a_line_that_leaves_and_returns_becomes_two() {
        let mut pieces = Vec::new();
        line(&[(0, 0), (5000, 0), (5000, 100), (0, 100)], &mut Vec::new(), |p| pieces.push(p.to_vec()));
        assert_eq!(pieces, [vec![(0, 0), (HIGH, 0)], vec![(HIGH, 100), (0, 100)]]);
    }

    proptest! {
        #[test]
        fn all_is_within_the_box(points in prop::collection::vec(far(), 0..12)) {
            let mut r = points.clone();
            ring(&mut r, &mut Vec::new());
            prop_assert!(r.iter().all(|p| holds(*p)));
            line(&points, &mut Vec::new(), |piece| {
                assert!(piece.len() >= 2 && piece.iter().all(|p| holds(*p)));
            });
        }

        #[test]
        fn what_lies_inside_is_left_alone(points in prop::collection::vec((LOW..=HIGH, LOW..=HIGH), 2..12)) {
            let mut r = points.clone();
            ring(&mut r, &mut Vec::new());
            prop_assert_eq!(&r, &points);
        }
    }
}
