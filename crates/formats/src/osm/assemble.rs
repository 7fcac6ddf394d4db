//! Multipolygons: ways joined to rings, rings sorted into shells and holes by where they lie.

use meydan_geo::{
    Wkb,
    parts::Position,
    predicates::{Side, doubled_area, locate},
};
use std::collections::HashMap;

/// Limit: comparisons of rings with each other in one relation.
const MAX_PAIRS: usize = 4_000_000;

/// A way of a relation: the numbers of its nodes.
pub(super) struct Strand<'a> {
    pub refs: &'a [i64],
}

/// Joins ways at their ends to closed rings of node numbers; ways that close nothing are left.
pub(super) fn rings(strands: &[Strand<'_>]) -> Vec<Vec<i64>> {
    let mut at_end: HashMap<i64, Vec<usize>> = HashMap::new();
    for (at, strand) in strands.iter().enumerate() {
        if let (Some(first), Some(last)) = (strand.refs.first(), strand.refs.last()) {
            at_end.entry(*first).or_default().push(at);
            at_end.entry(*last).or_default().push(at);
        }
    }
    let mut used = vec![false; strands.len()];
    let mut rings = Vec::new();
    for start in 0..strands.len() {
        if used[start] || strands[start].refs.len() < 2 {
            continue;
        }
        used[start] = true;
        let mut ring = strands[start].refs.to_vec();
        while let (Some(first), Some(last)) = (ring.first().copied(), ring.last().copied()) {
            if first == last {
                break;
            }
            let next = at_end.get(&last).and_then(|ways| ways.iter().copied().find(|at| !used[*at]));
            let Some(next) = next else { break };
            used[next] = true;
            let refs = strands[next].refs;
            if refs.first() == Some(&last) {
                ring.extend(refs.iter().skip(1));
            } else {
                ring.extend(refs.iter().rev().skip(1));
            }
        }
        if ring.len() >= 4 && ring.first() == ring.last() {
            rings.push(ring);
        }
    }
    rings
}

/// Rings as one area: a ring that lies in an odd number of others is a hole of the smallest of them. `None` if there is no ring,
/// or there are too many to sort.
pub(super) fn area(mut rings: Vec<Vec<Position>>) -> Option<Wkb> {
    rings.retain(|ring| doubled_area(ring.iter().copied()) != 0.0);
    if rings.len().saturating_mul(rings.len()) > MAX_PAIRS {
        return None;
    }
    let size = |ring: &Vec<Position>| doubled_area(ring.iter().copied()).abs();
    // The largest first: what holds a ring stands before it.
    rings.sort_by(|a, b| size(b).total_cmp(&size(a)));
    let mut polygons: Vec<Vec<Vec<Position>>> = Vec::new();
    let mut shell_of: Vec<Option<usize>> = Vec::with_capacity(rings.len());
    for at in 0..rings.len() {
        let holders: Vec<usize> = (0..at).filter(|other| lies_in(&rings[at], &rings[*other])).collect();
        let parent = holders.last().copied();
        match parent.filter(|_| holders.len() % 2 == 1).and_then(|p| shell_of[p]) {
            Some(shell) => {
                polygons[shell].push(rings[at].clone());
                shell_of.push(None);
            }
            None => {
                polygons.push(vec![rings[at].clone()]);
                shell_of.push(Some(polygons.len() - 1));
            }
        }
    }
    match polygons.as_slice() {
        [] => None,
        [one] => Wkb::polygon(one),
        many => Wkb::multi_polygon(many),
    }
}

/// True if a ring lies in another: its first position that is not on the other's border does.
fn lies_in(ring: &[Position], other: &[Position]) -> bool {
    for p in ring {
        match locate(*p, other.iter().copied()) {
            Side::Inside => return true,
            Side::Outside => return false,
            _ => {}
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ways_close_to_rings_in_any_direction() {
        let strands =
            [Strand { refs: &[1, 2, 3] }, Strand { refs: &[1, 5, 4] }, Strand { refs: &[3, 4] }, Strand { refs: &[8, 9] }];
        let found = rings(&strands);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].len(), 6);
        assert_eq!(found[0].first(), found[0].last());
    }

    #[test]
    fn holes_and_islands_in_them() {
        let square = |x: f64, w: f64| vec![(x, x), (x + w, x), (x + w, x + w), (x, x + w), (x, x)];
        let wkb = area(vec![square(2.0, 6.0), square(0.0, 10.0), square(4.0, 1.0), square(20.0, 1.0)]).unwrap();
        assert_eq!(
            crate::wkt::write(&wkb),
            "MULTIPOLYGON (((0 0,10 0,10 10,0 10,0 0),(2 2,8 2,8 8,2 8,2 2)),((4 4,5 4,5 5,4 5,4 4)),((20 20,21 20,21 21,20 21,20 20)))"
        );
    }
}
