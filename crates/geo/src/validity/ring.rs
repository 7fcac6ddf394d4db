//! One ring by itself. Small rings (most buildings have 4 to 12 corners) are checked on the stack, without allocating: this
//! runs for every record of an import.

use super::fault::{Fault, FaultKind};
use crate::{
    parts::{Coords, Position},
    predicates::{Meeting, meet, orient},
};

/// Rings of at most so many positions are checked pair by pair; larger ones through a tree.
pub(super) const SMALL_RING: usize = 32;

/// Closed, and enough different positions: what can be said without looking at pairs of edges.
pub(super) fn shape_fault(ring: Coords<'_>) -> Option<Fault> {
    let (Some(first), Some(last)) = (ring.first(), ring.last()) else {
        return Some(Fault::nowhere(FaultKind::Empty));
    };
    if first != last {
        return Some(Fault::at(FaultKind::UnclosedRing, last));
    }
    // Three different positions: one that is not the first, and one that is neither.
    let mut others = ring.iter().filter(|p| *p != first);
    let enough = others.next().is_some_and(|second| others.any(|p| p != second));
    (ring.len() < 4 || !enough).then(|| Fault::at(FaultKind::ShortRing, first))
}

/// Checks a ring of at most [`SMALL_RING`] positions completely.
pub(super) fn small_ring_fault(ring: Coords<'_>) -> Option<Fault> {
    if let Some(fault) = shape_fault(ring) {
        return Some(fault);
    }
    let mut corners = [(0.0, 0.0); SMALL_RING];
    let mut n = 0;
    for p in ring.iter().take(SMALL_RING) {
        // A position said twice makes an edge without length: legal, and nothing to check.
        if n == 0 || corners[n - 1] != p {
            corners[n] = p;
            n += 1;
        }
    }
    let corners = &corners[..n];
    let edges = n - 1;
    // Turning back is looked for first: named as what it is, it is easier to mend than as a touch.
    for i in 0..edges {
        let after = if i + 2 > edges { corners[1] } else { corners[i + 2] };
        if let Some(fault) = turn_fault(corners[i], corners[i + 1], after) {
            return Some(fault);
        }
    }
    for i in 0..edges {
        let a = (corners[i], corners[i + 1]);
        let end = if i == 0 { edges - 1 } else { edges };
        for j in i + 2..end {
            if let Some(fault) = meeting_fault(a, (corners[j], corners[j + 1])) {
                return Some(fault);
            }
        }
    }
    None
}

/// Two edges that follow each other, `p`–`q` and `q`–`r`: they share `q` by right and nothing else.
#[inline]
pub(super) fn turn_fault(p: Position, q: Position, r: Position) -> Option<Fault> {
    if orient(p, q, r) != 0.0 {
        return None;
    }
    // On one line: back over itself if p and r lie on the same side of q.
    let back = (p.0 < q.0 && r.0 < q.0) || (p.0 > q.0 && r.0 > q.0) || (p.1 < q.1 && r.1 < q.1) || (p.1 > q.1 && r.1 > q.1);
    back.then(|| Fault::at(FaultKind::SelfOverlap, q))
}

/// Two edges of one ring that don't follow each other: any meeting is a fault.
#[inline]
pub(super) fn meeting_fault(a: (Position, Position), b: (Position, Position)) -> Option<Fault> {
    Some(match meet(a, b)? {
        Meeting::Touch(p) => Fault::at(FaultKind::SelfTouching, p),
        Meeting::Cross(p) => Fault::at(FaultKind::SelfCrossing, p),
        Meeting::Overlap(p) => Fault::at(FaultKind::SelfOverlap, p),
    })
}
