//! A geometry of one dimension, ready to be compared with another.

use crate::{
    Bbox, Wkb,
    parts::{Part, Position},
    predicates::{RayCounter, Side, doubled_area, orient},
};
use std::collections::BTreeMap;

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    Point,
    Line,
    Area,
}

/// Where a position lies to a geometry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    Inside,
    Border,
    Outside,
}

/// From, to, and whether the inside of the area lies on the left.
type Edge = (Position, Position, bool);

/// Edges under one box.
const LEAF: usize = 8;
/// Boxes under one box.
const FAN: usize = 8;

pub(super) struct Shape {
    pub kind: Kind,
    pub points: Vec<Position>,
    /// The border of lines: ends that an odd number of them share (OGC 06-103r4, 6.1.15.1).
    pub ends: Vec<Position>,
    edges: Vec<Edge>,
    levels: Vec<Vec<Bbox>>,
}

/// A position as a key; zero has one spelling.
fn key((x, y): Position) -> (u64, u64) {
    ((x + 0.0).to_bits(), (y + 0.0).to_bits())
}

impl Shape {
    /// `None` for what is empty, or of several dimensions.
    pub fn of(geometry: &Wkb) -> Option<Self> {
        let mut kind = None;
        let (mut points, mut edges) = (Vec::new(), Vec::new());
        let mut ends: BTreeMap<(u64, u64), (Position, usize)> = BTreeMap::new();
        for part in geometry.parts() {
            let found = match part {
                Part::Group(..) => continue,
                Part::Point(x, y) => {
                    points.push((x, y));
                    Kind::Point
                }
                Part::Line(line) => {
                    for p in [line.first(), line.last()].into_iter().flatten() {
                        ends.entry(key(p)).or_insert((p, 0)).1 += 1;
                    }
                    let pairs = line.iter().zip(line.iter().skip(1)).filter(|(a, b)| a != b);
                    edges.extend(pairs.map(|(a, b)| (a, b, false)));
                    Kind::Line
                }
                Part::Polygon(rings) => {
                    for (i, ring) in rings.iter().enumerate() {
                        // The inside is left of an outer ring that runs against the clock, and of a hole that runs with it.
                        let left = (doubled_area(ring.iter()) > 0.0) == (i == 0);
                        let pairs = ring.iter().zip(ring.iter().skip(1)).filter(|(a, b)| a != b);
                        edges.extend(pairs.map(|(a, b)| (a, b, left)));
                    }
                    Kind::Area
                }
            };
            if *kind.get_or_insert(found) != found {
                return None;
            }
        }
        let ends = ends.into_values().filter(|(_, n)| n % 2 == 1).map(|(p, _)| p).collect();
        let mut shape = Self { kind: kind?, points, ends, edges, levels: Vec::new() };
        shape.build();
        Some(shape)
    }

    fn build(&mut self) {
        let boxed = |chunk: &[Edge]| {
            let mut bbox = Bbox::EMPTY;
            for (a, b, _) in chunk {
                bbox.add(a.0, a.1);
                bbox.add(b.0, b.1);
            }
            bbox
        };
        let mut level: Vec<Bbox> = self.edges.chunks(LEAF).map(boxed).collect();
        while level.len() > 1 {
            let above = level.chunks(FAN).map(|c| c.iter().fold(Bbox::EMPTY, |a, b| a.union(b))).collect();
            self.levels.push(std::mem::replace(&mut level, above));
        }
        self.levels.push(level);
    }

    pub fn edges(&self) -> &[Edge] {
        &self.edges
    }

    /// What its edges are: border of an area, inside of a line.
    pub fn own(&self) -> Place {
        if self.kind == Kind::Area { Place::Border } else { Place::Inside }
    }

    /// Calls for each edge whose box may meet that of the edge given.
    pub fn each_edge_near(&self, a: Position, b: Position, f: &mut dyn FnMut(Position, Position, bool)) {
        let mut bbox = Bbox::EMPTY;
        bbox.add(a.0, a.1);
        bbox.add(b.0, b.1);
        self.each(&|found| found.intersects(&bbox), &mut |(a, b, left)| f(a, b, left));
    }

    fn each(&self, wanted: &dyn Fn(&Bbox) -> bool, f: &mut dyn FnMut(Edge)) {
        let Some(top) = self.levels.len().checked_sub(1) else { return };
        for node in 0..self.levels[top].len() {
            self.under(top, node, wanted, f);
        }
    }

    fn under(&self, level: usize, node: usize, wanted: &dyn Fn(&Bbox) -> bool, f: &mut dyn FnMut(Edge)) {
        if !wanted(&self.levels[level][node]) {
            return;
        }
        if level == 0 {
            self.edges[node * LEAF..((node + 1) * LEAF).min(self.edges.len())].iter().for_each(|edge| f(*edge));
            return;
        }
        for child in node * FAN..((node + 1) * FAN).min(self.levels[level - 1].len()) {
            self.under(level - 1, child, wanted, f);
        }
    }

    /// Where a position lies.
    pub fn place(&self, p: Position) -> Place {
        match self.kind {
            Kind::Point if self.points.contains(&p) => Place::Inside,
            Kind::Point => Place::Outside,
            Kind::Line => {
                let mut on = false;
                let near = |b: &Bbox| b.min_x <= p.0 && p.0 <= b.max_x && b.min_y <= p.1 && p.1 <= b.max_y;
                self.each(&near, &mut |(a, b, _)| {
                    on = on
                        || (a.0.min(b.0) <= p.0
                            && p.0 <= a.0.max(b.0)
                            && a.1.min(b.1) <= p.1
                            && p.1 <= a.1.max(b.1)
                            && orient(a, b, p) == 0.0);
                });
                if on { self.end_or_inside(p) } else { Place::Outside }
            }
            Kind::Area => self.side(p),
        }
    }

    /// Of a position that lies on the line.
    pub fn end_or_inside(&self, p: Position) -> Place {
        if self.ends.binary_search_by_key(&key(p), |e| key(*e)).is_ok() { Place::Border } else { Place::Inside }
    }

    /// Where a position lies to the area.
    pub fn side(&self, p: Position) -> Place {
        let mut ray = RayCounter::new(p);
        self.each(&|b| b.min_y <= p.1 && p.1 <= b.max_y && b.max_x >= p.0, &mut |(a, b, _)| ray.edge(a, b));
        match ray.side() {
            Side::Inside => Place::Inside,
            Side::Boundary => Place::Border,
            Side::Outside => Place::Outside,
        }
    }
}
