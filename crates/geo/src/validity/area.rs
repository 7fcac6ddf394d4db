//! Areas whose rings must be held against each other: polygons with holes, large rings, multi-polygons.

use super::{
    fault::{Fault, FaultKind},
    ring::{meeting_fault, shape_fault, turn_fault},
};
use crate::{
    edges::Edges,
    parts::{Position, Rings},
    predicates::{Meeting, Side, meet, orient},
};
use std::collections::HashMap;

/// Checks the polygons of one geometry against the rules for one (multi-)polygon.
pub(super) fn fault(polygons: &[Rings<'_>]) -> Option<Fault> {
    let mut edges = Edges::default();
    for (number, polygon) in polygons.iter().enumerate() {
        if polygon.is_empty() {
            return Some(Fault::nowhere(FaultKind::Empty));
        }
        for ring in polygon.iter() {
            if let Some(fault) = shape_fault(ring) {
                return Some(fault);
            }
            edges.add(ring, number);
        }
    }
    let turned = (0..edges.edges.len()).find_map(|edge| {
        let ((a, b, _), (_, c, _)) = (edges.edges[edge], edges.edges[edges.next(edge)]);
        turn_fault(a, b, c)
    });
    if turned.is_some() {
        return turned;
    }
    edges.build();
    let mut touches = Vec::new();
    let crossing = edges.pairs(&mut |a, b| pair_fault(&edges, a, b, &mut touches));
    crossing.or_else(|| split_fault(touches)).or_else(|| holes_fault(&edges)).or_else(|| parts_fault(&edges))
}

/// A place where two rings of one polygon touch.
struct Touch {
    rings: [u32; 2],
    at: Position,
}

fn pair_fault(edges: &Edges, a: usize, b: usize, touches: &mut Vec<Touch>) -> Option<Fault> {
    let ((a0, a1, ring_a), (b0, b1, ring_b)) = (edges.edges[a], edges.edges[b]);
    if ring_a == ring_b {
        // Edges that follow each other share their corner by right, and were looked at before.
        if edges.next(a) == b || edges.next(b) == a {
            return None;
        }
        return meeting_fault((a0, a1), (b0, b1));
    }
    let one_polygon = edges.rings[ring_a as usize].polygon == edges.rings[ring_b as usize].polygon;
    let (cross, overlap) = if one_polygon {
        (FaultKind::RingsCross, FaultKind::RingsOverlap)
    } else {
        (FaultKind::PartsCross, FaultKind::PartsShareBorder)
    };
    match meet((a0, a1), (b0, b1))? {
        Meeting::Cross(p) => Some(Fault::at(cross, p)),
        Meeting::Overlap(p) => Some(Fault::at(overlap, p)),
        Meeting::Touch(p) => {
            let (arms_a, arms_b) = (arms(edges, a, p), arms(edges, b, p));
            if runs_along(arms_a, arms_b, p) {
                return Some(Fault::at(overlap, p));
            }
            if crosses_at(arms_a, arms_b, p) {
                return Some(Fault::at(cross, p));
            }
            if one_polygon {
                touches.push(Touch { rings: [ring_a, ring_b], at: p });
            }
            None
        }
    }
}

/// The positions before and after `p` along the ring, where `p` lies on `edge`.
fn arms(edges: &Edges, edge: usize, p: Position) -> (Position, Position) {
    let (start, end, _) = edges.edges[edge];
    if p == start {
        (edges.edges[edges.previous(edge)].0, end)
    } else if p == end {
        (start, edges.edges[edges.next(edge)].1)
    } else {
        (start, end)
    }
}

/// True if one of the two ways leaves `p` in the same direction as the other.
fn runs_along(a: (Position, Position), b: (Position, Position), p: Position) -> bool {
    [(a.0, b.0), (a.0, b.1), (a.1, b.0), (a.1, b.1)].into_iter().any(|(a, b)| turn_fault(a, p, b).is_some())
}

/// True if the way `b` changes from one side of the way `a` to the other at their common position `p`.
fn crosses_at(a: (Position, Position), b: (Position, Position), p: Position) -> bool {
    let left = |q: Position| {
        let (before, after) = (orient(a.0, p, q), orient(p, a.1, q));
        if orient(a.0, p, a.1) >= 0.0 { before > 0.0 && after > 0.0 } else { !(before < 0.0 && after < 0.0) }
    };
    left(b.0) != left(b.1)
}

/// Rings that touch must not enclose a piece of the area: the graph of rings and the places where they touch has no circle.
fn split_fault(touches: Vec<Touch>) -> Option<Fault> {
    if touches.len() < 2 {
        return None;
    }
    #[derive(PartialEq, Eq, Hash, Clone, Copy)]
    enum Node {
        Ring(u32),
        Place(u64, u64),
    }
    let mut group: HashMap<Node, Node> = HashMap::new();
    let find = |group: &mut HashMap<Node, Node>, mut node: Node| {
        while let Some(&above) = group.get(&node).filter(|above| **above != node) {
            let higher = group.get(&above).copied().unwrap_or(above);
            group.insert(node, higher);
            node = above;
        }
        node
    };
    let mut seen = std::collections::HashSet::new();
    for touch in touches {
        // +0.0 makes -0.0 the same place as 0.0.
        let place = Node::Place((touch.at.0 + 0.0).to_bits(), (touch.at.1 + 0.0).to_bits());
        for ring in touch.rings.map(Node::Ring) {
            if !seen.insert((ring, place)) {
                continue;
            }
            let (a, b) = (find(&mut group, ring), find(&mut group, place));
            if a == b {
                return Some(Fault::at(FaultKind::InteriorSplit, touch.at));
            }
            group.insert(a, b);
        }
    }
    None
}

/// Holes lie inside of their exterior ring and not in one another. (No rings cross, at this point.)
fn holes_fault(edges: &Edges) -> Option<Fault> {
    let mut start = 0;
    while start < edges.rings.len() {
        let polygon = edges.rings[start].polygon;
        let end = (start..edges.rings.len()).find(|r| edges.rings[*r].polygon != polygon).unwrap_or(edges.rings.len());
        for hole in start + 1..end {
            if edges.side_of(hole, start) != Side::Inside {
                return Some(Fault::at(FaultKind::HoleOutside, corner(edges, hole)));
            }
        }
        let mut holes: Vec<usize> = (start + 1..end).collect();
        if let Some((inner, _)) = first_nested(edges, &mut holes) {
            return Some(Fault::at(FaultKind::HoleInHole, corner(edges, inner)));
        }
        start = end;
    }
    None
}

/// No part lies on another; in a hole of it is fine. (No rings cross, at this point.)
fn parts_fault(edges: &Edges) -> Option<Fault> {
    let mut shells: Vec<usize> = Vec::new();
    let mut holes: Vec<std::ops::Range<usize>> = Vec::new();
    for (number, ring) in edges.rings.iter().enumerate() {
        match holes.get_mut(ring.polygon) {
            Some(holes) => holes.end = number + 1,
            None => {
                shells.push(number);
                holes.push(number + 1..number + 1);
            }
        }
    }
    sweep(edges, &mut shells, |inner, outer| {
        if edges.side_of(inner, outer) != Side::Inside {
            return None;
        }
        let mut holes = holes[edges.rings[outer].polygon].clone();
        // The same shell as a hole of the other has no place inside of it: they share a border, found before.
        let in_hole = holes.any(|hole| edges.side_of(inner, hole) == Side::Inside);
        (!in_hole).then(|| Fault::at(FaultKind::PartsOverlap, corner(edges, inner)))
    })
}

fn first_nested(edges: &Edges, rings: &mut [usize]) -> Option<(usize, usize)> {
    sweep(edges, rings, |inner, outer| (edges.side_of(inner, outer) == Side::Inside).then_some((inner, outer)))
}

/// Calls `f(inner, outer)` for the pairs of rings where the box of the one holds the box of the other.
fn sweep<T>(edges: &Edges, rings: &mut [usize], f: impl Fn(usize, usize) -> Option<T>) -> Option<T> {
    let bbox = |ring: usize| &edges.rings[ring].bbox;
    rings.sort_by(|a, b| bbox(*a).min_x.total_cmp(&bbox(*b).min_x));
    for (i, &a) in rings.iter().enumerate() {
        for &b in rings[i + 1..].iter().take_while(|b| bbox(**b).min_x <= bbox(a).max_x) {
            for (inner, outer) in [(b, a), (a, b)] {
                let (i, o) = (bbox(inner), bbox(outer));
                let inside = i.min_x >= o.min_x && i.max_x <= o.max_x && i.min_y >= o.min_y && i.max_y <= o.max_y;
                if let Some(found) = inside.then(|| f(inner, outer)).flatten() {
                    return Some(found);
                }
            }
        }
    }
    None
}

fn corner(edges: &Edges, ring: usize) -> Position {
    edges.edges[edges.rings[ring].edges.start].0
}
