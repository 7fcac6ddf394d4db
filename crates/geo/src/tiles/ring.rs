//! Rings and lines on the tile's grid.

/// A position on the tile's grid, from the tile's corner; y grows to the south. 64 bits: at zoom 20 the far end of a large
/// feature is 2³² units away.
pub(crate) type Pt = (i64, i64);

/// Up to so many positions a ring is tested for crossings by comparing every side with every other.
const MAX_PAIRWISE: usize = 24;

fn cross(a: Pt, b: Pt, c: Pt) -> i128 {
    i128::from(b.0 - a.0) * i128::from(c.1 - b.1) - i128::from(b.1 - a.1) * i128::from(c.0 - b.0)
}

fn dot(a: Pt, b: Pt, c: Pt) -> i128 {
    i128::from(b.0 - a.0) * i128::from(c.0 - b.0) + i128::from(b.1 - a.1) * i128::from(c.1 - b.1)
}

/// Twice the signed area by the surveyor's formula: positive is an exterior ring (MVT 2.1, 4.3.4.4).
pub(crate) fn double_area(ring: &[Pt]) -> i128 {
    let Some(&last) = ring.last() else { return 0 };
    let mut before = last;
    let mut sum = 0;
    for &p in ring {
        sum += i128::from(before.0) * i128::from(p.1) - i128::from(p.0) * i128::from(before.1);
        before = p;
    }
    sum
}

/// Takes out repeated positions, spikes (there and back again) and positions on a straight side, until none is left. What
/// remains of a ring without area is shorter than three.
pub(crate) fn tidy(ring: &mut Vec<Pt>) {
    loop {
        let before = ring.len();
        let mut kept = 0;
        for at in 0..before {
            let p = ring[at];
            // On a straight line through the two before it: they were a spike, or the middle one says nothing.
            while kept >= 2 && cross(ring[kept - 2], ring[kept - 1], p) == 0 {
                kept -= 1;
            }
            if kept == 0 || ring[kept - 1] != p {
                ring[kept] = p;
                kept += 1;
            }
        }
        ring.truncate(kept);
        while ring.len() > 1 && ring.first() == ring.last() {
            ring.pop();
        }
        // The same across the seam between last and first.
        while let [.., a, b] = ring.as_slice()
            && ring.len() >= 3
            && cross(*a, *b, ring[0]) == 0
        {
            ring.pop();
        }
        while ring.len() >= 3 && cross(ring[ring.len() - 1], ring[0], ring[1]) == 0 {
            ring.remove(0);
        }
        if ring.len() == before || ring.len() < 3 {
            return;
        }
    }
}

/// For a ring that is convex, wound once and without spikes whether its area is positive; else `None`. Quick, and it answers
/// for most buildings.
#[inline]
pub(crate) fn convex(ring: &[Pt]) -> Option<bool> {
    let n = ring.len();
    if n < 3 {
        return None;
    }
    let (mut a, mut b) = (ring[n - 2], ring[n - 1]);
    let (mut left, mut right) = (false, false);
    let (mut turns, mut heading) = (0, (b.0 - a.0).signum());
    for &c in ring {
        // Small numbers only: beyond, the answer "no" is merely slower.
        let (dx, dy) = (c.0 - b.0, c.1 - b.1);
        let (ex, ey) = (b.0 - a.0, b.1 - a.1);
        if dx.unsigned_abs().max(dy.unsigned_abs()).max(ex.unsigned_abs()).max(ey.unsigned_abs()) > 1 << 30 {
            return None;
        }
        let turn = ex * dy - ey * dx;
        left |= turn > 0;
        right |= turn < 0;
        if turn == 0 && ex * dx + ey * dy <= 0 {
            return None;
        }
        let now = dx.signum();
        if now != 0 {
            turns += u32::from(heading != 0 && now != heading);
            heading = now;
        }
        (a, b) = (b, c);
    }
    (left != right && turns <= 2).then_some(left)
}

/// True if no two sides of the ring meet but neighbours at their common end; `None` if the ring is too long to ask.
pub(crate) fn is_simple(ring: &[Pt]) -> Option<bool> {
    let n = ring.len();
    if n > MAX_PAIRWISE {
        return None;
    }
    if n < 3 {
        return Some(false);
    }
    let side = |i: usize| (ring[i], ring[(i + 1) % n]);
    for i in 0..n {
        let (a, b) = side(i);
        let c = ring[(i + 2) % n];
        if cross(a, b, c) == 0 && dot(a, b, c) <= 0 {
            return Some(false);
        }
        for j in i + 2..n {
            if i == 0 && j == n - 1 {
                continue;
            }
            let (c, d) = side(j);
            if meet(a, b, c, d) {
                return Some(false);
            }
        }
    }
    Some(true)
}

/// True if the sides share a point.
fn meet(a: Pt, b: Pt, c: Pt, d: Pt) -> bool {
    let apart = |a: i64, b: i64, c: i64, d: i64| a.max(b) < c.min(d) || c.max(d) < a.min(b);
    if apart(a.0, b.0, c.0, d.0) || apart(a.1, b.1, c.1, d.1) {
        return false;
    }
    let of = |p, q, r| cross(p, q, r).signum();
    of(a, b, c) * of(a, b, d) <= 0 && of(c, d, a) * of(c, d, b) <= 0
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_house_is_convex_and_a_bow_tie_is_not_simple() {
        let house = [(0, 0), (10, 0), (10, 10), (0, 10)];
        assert_eq!(convex(&house), Some(true));
        assert_eq!(is_simple(&house), Some(true));
        assert_eq!(double_area(&house), 200);
        let bow_tie = [(0, 0), (10, 10), (10, 0), (0, 10)];
        assert_eq!(convex(&bow_tie), None);
        assert_eq!(is_simple(&bow_tie), Some(false));
        let star = [(0, 0), (10, 0), (2, 6), (5, -4), (8, 6)];
        assert_eq!(convex(&star), None, "turns one way only, but twice round");
        let angle = [(0, 0), (10, 0), (10, 5), (5, 5), (5, 10), (0, 10)];
        assert_eq!(convex(&angle), None);
        assert_eq!(is_simple(&angle), Some(true));
        let touching = [(0, 0), (10, 0), (10, 10), (5, 0), (0, 10)];
        assert_eq!(is_simple(&touching), Some(false));
    }

    #[test]
    fn spikes_and_repetitions_go() {
        let mut ring = vec![(0, 0), (0, 0), (5, 0), (10, 0), (10, 10), (10, 20), (10, 10), (0, 10), (0, 0)];
        tidy(&mut ring);
        assert_eq!(ring, [(0, 0), (10, 0), (10, 10), (0, 10)]);
        let mut flat = vec![(0, 0), (5, 0), (9, 0), (3, 0)];
        tidy(&mut flat);
        assert!(flat.len() < 3);
    }

    proptest! {
        #[test]
        fn tidying_keeps_the_area_and_ends(ring in prop::collection::vec((0i64..6, 0i64..6), 0..12)) {
            let area = double_area(&ring);
            let mut tidied = ring.clone();
            tidy(&mut tidied);
            prop_assert_eq!(double_area(&tidied), area);
            if tidied.len() >= 3 {
                let n = tidied.len();
                for i in 0..n {
                    prop_assert!(cross(tidied[i], tidied[(i + 1) % n], tidied[(i + 2) % n]) != 0);
                }
            } else {
                prop_assert_eq!(area, 0);
            }
        }

        #[test]
        fn convex_rings_are_simple(ring in prop::collection::vec((0i64..8, 0i64..8), 3..8)) {
            if let Some(positive) = convex(&ring) {
                prop_assert_eq!(is_simple(&ring), Some(true));
                prop_assert!(double_area(&ring) != 0);
                prop_assert_eq!(double_area(&ring) > 0, positive);
            }
        }
    }
}
