//! All edges of a geometry in one list with a tree of boxes over it. Edges that follow each other lie near each other, so a tree
//! in the order of the list is as good as a sorted one and costs one pass to make.

use crate::{
    Bbox,
    parts::{Coords, Position},
    predicates::{RayCounter, Side, boxes_meet, meet},
    validity::{Fault, FaultKind},
};
use std::ops::Range;

/// Edges under one leaf of the tree.
const LEAF: usize = 8;
/// Children of one node.
const FAN: usize = 4;
/// Limit: pairs of edges looked at in one geometry. A ring of 100,000 corners drawn by a person needs about 2 million; only
/// one made to be slow needs more.
const MAX_PAIRS: u64 = 200_000_000;

/// A ring's place in the list.
pub(crate) struct Ring {
    /// Its edges.
    pub edges: Range<usize>,
    /// The polygon it belongs to.
    pub polygon: usize,
    /// The box round it.
    pub bbox: Bbox,
}

/// The list and its tree.
#[derive(Default)]
pub(crate) struct Edges {
    /// Start, end and ring of each edge.
    pub edges: Vec<(Position, Position, u32)>,
    /// The rings in order.
    pub rings: Vec<Ring>,
    levels: Vec<Vec<Bbox>>,
}

impl Edges {
    /// Adds a closed ring; positions said twice make no edge.
    pub fn add(&mut self, ring: Coords<'_>, polygon: usize) {
        let start = self.edges.len();
        let number = u32::try_from(self.rings.len()).unwrap_or(u32::MAX);
        let mut bbox = Bbox::EMPTY;
        let mut before: Option<Position> = None;
        for p in ring.iter() {
            bbox.add(p.0, p.1);
            if let Some(before) = before.filter(|b| *b != p) {
                self.edges.push((before, p, number));
            }
            before = Some(p);
        }
        self.rings.push(Ring { edges: start..self.edges.len(), polygon, bbox });
    }

    /// A tree over loose edges, for [`Edges::meets`] only.
    pub fn of(edges: Vec<(Position, Position)>) -> Self {
        let mut out = Self { edges: edges.into_iter().map(|(a, b)| (a, b, 0)).collect(), ..Self::default() };
        out.build();
        out
    }

    /// Builds the tree, once all rings are added.
    pub fn build(&mut self) {
        let leaves = self.edges.chunks(LEAF).map(|chunk| {
            let mut bbox = Bbox::EMPTY;
            for (a, b, _) in chunk {
                bbox.add(a.0, a.1);
                bbox.add(b.0, b.1);
            }
            bbox
        });
        let mut level: Vec<Bbox> = leaves.collect();
        while level.len() > 1 {
            let above = level.chunks(FAN).map(|c| c.iter().fold(Bbox::EMPTY, |a, b| a.union(b))).collect();
            self.levels.push(std::mem::replace(&mut level, above));
        }
        self.levels.push(level);
    }

    /// The edge after `edge` in its ring.
    pub fn next(&self, edge: usize) -> usize {
        let ring = &self.rings[self.edges[edge].2 as usize].edges;
        if edge + 1 == ring.end { ring.start } else { edge + 1 }
    }

    /// The edge before `edge` in its ring.
    pub fn previous(&self, edge: usize) -> usize {
        let ring = &self.rings[self.edges[edge].2 as usize].edges;
        if edge == ring.start { ring.end - 1 } else { edge - 1 }
    }

    /// Calls `f` with each pair of edges whose boxes meet, until it finds a fault.
    pub fn pairs(&self, f: &mut dyn FnMut(usize, usize) -> Option<Fault>) -> Option<Fault> {
        let mut budget = MAX_PAIRS;
        let top = self.levels.len().checked_sub(1)?;
        for node in 0..self.levels[top].len() {
            if let Some(fault) = self.within(top, node, &mut budget, f) {
                return Some(fault);
            }
        }
        None
    }

    fn within(
        &self,
        level: usize,
        node: usize,
        budget: &mut u64,
        f: &mut dyn FnMut(usize, usize) -> Option<Fault>,
    ) -> Option<Fault> {
        if level == 0 {
            let edges = self.leaf(node);
            for a in edges.clone() {
                for b in a + 1..edges.end {
                    if let Some(fault) = self.pair(a, b, budget, f) {
                        return Some(fault);
                    }
                }
            }
            return None;
        }
        let children = self.children(level, node);
        for a in children.clone() {
            if let Some(fault) = self.within(level - 1, a, budget, f) {
                return Some(fault);
            }
            for b in a + 1..children.end {
                if let Some(fault) = self.between(level - 1, a, b, budget, f) {
                    return Some(fault);
                }
            }
        }
        None
    }

    fn between(
        &self,
        level: usize,
        a: usize,
        b: usize,
        budget: &mut u64,
        f: &mut dyn FnMut(usize, usize) -> Option<Fault>,
    ) -> Option<Fault> {
        let boxes = &self.levels[level];
        if !boxes[a].intersects(&boxes[b]) {
            return None;
        }
        if level == 0 {
            for i in self.leaf(a) {
                for j in self.leaf(b) {
                    if let Some(fault) = self.pair(i, j, budget, f) {
                        return Some(fault);
                    }
                }
            }
            return None;
        }
        for i in self.children(level, a) {
            if !self.levels[level - 1][i].intersects(&boxes[b]) {
                continue;
            }
            for j in self.children(level, b) {
                if let Some(fault) = self.between(level - 1, i, j, budget, f) {
                    return Some(fault);
                }
            }
        }
        None
    }

    fn pair(&self, a: usize, b: usize, budget: &mut u64, f: &mut dyn FnMut(usize, usize) -> Option<Fault>) -> Option<Fault> {
        *budget = budget.saturating_sub(1);
        if *budget == 0 {
            return Some(Fault::nowhere(FaultKind::TooComplex));
        }
        let ((a0, a1, _), (b0, b1, _)) = (self.edges[a], self.edges[b]);
        if boxes_meet((a0, a1), (b0, b1)) { f(a, b) } else { None }
    }

    fn leaf(&self, node: usize) -> Range<usize> {
        node * LEAF..((node + 1) * LEAF).min(self.edges.len())
    }

    fn children(&self, level: usize, node: usize) -> Range<usize> {
        node * FAN..((node + 1) * FAN).min(self.levels[level - 1].len())
    }

    /// True if an edge of the list meets the edge from `a` to `b`.
    pub fn meets(&self, a: Position, b: Position) -> bool {
        let mut bbox = Bbox::EMPTY;
        bbox.add(a.0, a.1);
        bbox.add(b.0, b.1);
        let Some(top) = self.levels.len().checked_sub(1) else { return false };
        (0..self.levels[top].len()).any(|node| self.meets_under(top, node, &bbox, (a, b)))
    }

    fn meets_under(&self, level: usize, node: usize, bbox: &Bbox, edge: (Position, Position)) -> bool {
        if !self.levels[level][node].intersects(bbox) {
            return false;
        }
        if level == 0 {
            return self.edges[self.leaf(node)].iter().any(|(a, b, _)| meet((*a, *b), edge).is_some());
        }
        self.children(level, node).any(|child| self.meets_under(level - 1, child, bbox, edge))
    }

    /// Where a position lies to a ring.
    pub fn locate(&self, p: Position, ring: usize) -> Side {
        let ring = &self.rings[ring];
        if p.0 < ring.bbox.min_x || p.0 > ring.bbox.max_x || p.1 < ring.bbox.min_y || p.1 > ring.bbox.max_y {
            return Side::Outside;
        }
        let mut ray = RayCounter::new(p);
        if let Some(top) = self.levels.len().checked_sub(1) {
            for node in 0..self.levels[top].len() {
                self.cast(top, node, &ring.edges, p, &mut ray);
            }
        }
        ray.side()
    }

    fn cast(&self, level: usize, node: usize, wanted: &Range<usize>, p: Position, ray: &mut RayCounter) {
        let span = LEAF * FAN.pow(u32::try_from(level).unwrap_or(0));
        if node * span >= wanted.end || (node + 1) * span <= wanted.start {
            return;
        }
        let b = &self.levels[level][node];
        if b.min_y > p.1 || b.max_y < p.1 || b.max_x < p.0 {
            return;
        }
        if level == 0 {
            let leaf = self.leaf(node);
            for (a, b, _) in &self.edges[leaf.start.max(wanted.start)..leaf.end.min(wanted.end)] {
                ray.edge(*a, *b);
            }
            return;
        }
        for child in self.children(level, node) {
            self.cast(level - 1, child, wanted, p, ray);
        }
    }

    /// Where `ring` lies to `other`, if the two don't cross: by the first of its positions that is not on the other, or by the
    /// middle of an edge where all are.
    pub fn side_of(&self, ring: usize, other: usize) -> Side {
        let range = self.rings[ring].edges.clone();
        for (p, _, _) in &self.edges[range.clone()] {
            match self.locate(*p, other) {
                Side::Boundary => {}
                side => return side,
            }
        }
        for (a, b, _) in &self.edges[range] {
            match self.locate(((a.0 + b.0) / 2.0, (a.1 + b.1) / 2.0), other) {
                Side::Boundary => {}
                side => return side,
            }
        }
        Side::Boundary
    }
}
