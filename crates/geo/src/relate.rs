//! Spatial predicates (OGC 06-103r4, 6.1.15).

mod matrix;
mod relation;
mod shape;

pub use relation::Relation;

use matrix::matrix;
use shape::{Kind, Shape};
use std::cmp::Ordering;

use crate::{
    Bbox, Wkb,
    edges::Edges,
    parts::{Coords, Part, Position, Rings},
    predicates::{RayCounter, Side, meet, orient},
};

/// Up to so many pairs of edges are looked at one by one; above, the larger side gets a tree.
const FEW_PAIRS: usize = 50_000;

/// True if the two valid geometries share a point, borders included. Exact.
pub fn intersects(a: &Wkb, b: &Wkb) -> bool {
    let (Some(box_a), Some(box_b)) = (a.bbox(), b.bbox()) else { return false };
    if !box_a.intersects(&box_b) {
        return false;
    }
    let near = boxed(b, &box_a);
    boxed(a, &box_b).iter().any(|a| near.iter().any(|b| a.bbox.intersects(&b.bbox) && meet_parts(a, b)))
}

/// True if the relation holds of two valid geometries. Empty ones have no relation but to be disjoint; mixed collections have none
/// but to intersect or to be disjoint.
pub fn holds(relation: Relation, a: &Wkb, b: &Wkb) -> bool {
    match relation {
        Relation::Intersects => intersects(a, b),
        Relation::Disjoint => !intersects(a, b),
        _ => {
            let (Some(box_a), Some(box_b)) = (a.bbox(), b.bbox()) else { return false };
            boxes_allow(relation, &box_a, &box_b) && Fixed::of(b).holds(relation, a)
        }
    }
}

/// False where the boxes rule a relation (neither to intersect nor to be disjoint) out.
fn boxes_allow(relation: Relation, a: &Bbox, b: &Bbox) -> bool {
    let within = |a: &Bbox, b: &Bbox| b.min_x <= a.min_x && a.max_x <= b.max_x && b.min_y <= a.min_y && a.max_y <= b.max_y;
    match relation {
        Relation::Equals => within(a, b) && within(b, a),
        Relation::Within => within(a, b),
        Relation::Contains => within(b, a),
        _ => a.intersects(b),
    }
}

/// A geometry with which many are compared.
pub struct Fixed {
    bbox: Option<Bbox>,
    shape: Option<Shape>,
}

impl Fixed {
    /// Makes ready for comparing.
    pub fn of(geometry: &Wkb) -> Self {
        Self { bbox: geometry.bbox(), shape: Shape::of(geometry) }
    }

    /// False where a geometry in this box can't have the relation.
    pub fn may_hold(&self, relation: Relation, bbox: &Bbox) -> bool {
        self.bbox.is_some_and(|own| boxes_allow(relation, bbox, &own))
    }

    /// True if another valid geometry has the relation (neither to intersect nor to be disjoint) to this one.
    pub fn holds(&self, relation: Relation, other: &Wkb) -> bool {
        let (Some(a), Some(b)) = (Shape::of(other), &self.shape) else { return false };
        let m = matrix(&a, b);
        match relation {
            Relation::Intersects => m.ii || m.ib || m.bi || m.bb,
            Relation::Disjoint => !(m.ii || m.ib || m.bi || m.bb),
            Relation::Equals => a.kind == b.kind && m.ii && !m.ie && !m.be && !m.ei && !m.eb,
            Relation::Touches => !m.ii && (m.ib || m.bi || m.bb),
            Relation::Within => m.ii && !m.ie && !m.be,
            Relation::Contains => m.ii && !m.ei && !m.eb,
            Relation::Crosses => match a.kind.cmp(&b.kind) {
                Ordering::Less => m.ii && m.ie,
                Ordering::Greater => m.ii && m.ei,
                Ordering::Equal => a.kind == Kind::Line && m.ii && !m.ii_line,
            },
            Relation::Overlaps => a.kind == b.kind && m.ii && m.ie && m.ei && (a.kind != Kind::Line || m.ii_line),
        }
    }
}

struct Boxed<'a> {
    part: Part<'a>,
    bbox: Bbox,
}

/// The parts of a geometry whose boxes touch `near`.
fn boxed<'a>(geometry: &'a Wkb, near: &Bbox) -> Vec<Boxed<'a>> {
    let mut out = Vec::new();
    for part in geometry.parts() {
        let mut bbox = Bbox::EMPTY;
        match part {
            Part::Group(..) => {}
            Part::Point(x, y) => bbox.add(x, y),
            Part::Line(line) => line.iter().for_each(|(x, y)| bbox.add(x, y)),
            Part::Polygon(rings) => rings.iter().take(1).flat_map(|r| r.iter()).for_each(|(x, y)| bbox.add(x, y)),
        }
        if bbox.intersects(near) {
            out.push(Boxed { part, bbox });
        }
    }
    out
}

fn meet_parts(a: &Boxed<'_>, b: &Boxed<'_>) -> bool {
    match (a.part, b.part) {
        (Part::Point(ax, ay), Part::Point(bx, by)) => (ax, ay) == (bx, by),
        (Part::Point(x, y), other) | (other, Part::Point(x, y)) => is_on(other, (x, y)),
        (a_part, b_part) => {
            edges_meet(a, b)
                || first(a_part).is_some_and(|p| covers(b_part, p))
                || first(b_part).is_some_and(|p| covers(a_part, p))
        }
    }
}

/// True if a position lies on a line or in an area.
fn is_on(part: Part<'_>, p: Position) -> bool {
    match part {
        Part::Line(line) => on_line(line, p),
        other => covers(other, p),
    }
}

fn on_line(line: Coords<'_>, p: Position) -> bool {
    line.iter().zip(line.iter().skip(1)).any(|(a, b)| {
        a.0.min(b.0) <= p.0 && p.0 <= a.0.max(b.0) && a.1.min(b.1) <= p.1 && p.1 <= a.1.max(b.1) && orient(a, b, p) == 0.0
    })
}

/// True if a position lies in an area or on its border; false for what is no area.
fn covers(part: Part<'_>, p: Position) -> bool {
    let Part::Polygon(rings) = part else { return false };
    // Rings of a valid polygon don't cross, so one count over all of them tells holes too.
    let mut ray = RayCounter::new(p);
    rings.iter().flat_map(edges_of).for_each(|(a, b)| ray.edge(a, b));
    ray.side() != Side::Outside
}

fn first(part: Part<'_>) -> Option<Position> {
    runs(part).find_map(|run| run.first())
}

fn edges_of<'a>(run: Coords<'a>) -> impl Iterator<Item = (Position, Position)> + use<'a> {
    run.iter().zip(run.iter().skip(1))
}

/// The line, or the rings.
fn runs<'a>(part: Part<'a>) -> impl Iterator<Item = Coords<'a>> {
    let (line, rings) = match part {
        Part::Line(line) => (Some(line), None),
        Part::Polygon(rings) => (None, Some(rings)),
        _ => (None, None),
    };
    line.into_iter().chain(rings.into_iter().flat_map(|r: Rings<'a>| r.iter().collect::<Vec<_>>()))
}

fn edges_meet(a: &Boxed<'_>, b: &Boxed<'_>) -> bool {
    let near_a = near_edges(a.part, &b.bbox);
    let near_b = near_edges(b.part, &a.bbox);
    let (few, many) = if near_a.len() < near_b.len() { (near_a, near_b) } else { (near_b, near_a) };
    if few.len().saturating_mul(many.len()) <= FEW_PAIRS {
        return few.iter().any(|a| many.iter().any(|b| meet(*a, *b).is_some()));
    }
    let tree = Edges::of(many);
    few.iter().any(|(a, b)| tree.meets(*a, *b))
}

/// The edges of a part whose boxes touch `near`; a line of one position said twice is an edge without length.
fn near_edges(part: Part<'_>, near: &Bbox) -> Vec<(Position, Position)> {
    runs(part)
        .flat_map(edges_of)
        .filter(|(a, b)| {
            a != b
                && a.0.min(b.0) <= near.max_x
                && a.0.max(b.0) >= near.min_x
                && a.1.min(b.1) <= near.max_y
                && a.1.max(b.1) >= near.min_y
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{GeometryType, parts::Writer};
    use proptest::prelude::*;

    fn square(x: f64, y: f64, side: f64) -> Vec<Position> {
        vec![(x, y), (x + side, y), (x + side, y + side), (x, y + side), (x, y)]
    }

    fn area(rings: &[Vec<Position>]) -> Wkb {
        Wkb::polygon(rings).expect("finite")
    }

    fn line(positions: &[Position]) -> Wkb {
        Wkb::line_string(positions).expect("finite")
    }

    fn both(a: &Wkb, b: &Wkb) -> bool {
        let answer = intersects(a, b);
        assert_eq!(answer, intersects(b, a), "{a:?} {b:?}");
        answer
    }

    #[test]
    fn all_pairs_of_kinds_are_told() {
        let point = |x, y| Wkb::point(x, y).expect("finite");
        let ring = area(&[square(0.0, 0.0, 10.0), square(4.0, 4.0, 2.0)]);
        assert!(both(&ring, &point(1.0, 1.0)));
        assert!(both(&ring, &point(0.0, 5.0)));
        assert!(both(&ring, &point(4.0, 5.0)));
        assert!(!both(&ring, &point(5.0, 5.0)));
        assert!(!both(&ring, &point(10.1, 5.0)));
        assert!(both(&point(1.0, 1.0), &point(1.0, 1.0)));
        assert!(!both(&point(1.0, 1.0), &point(1.0, 2.0)));
        let across = line(&[(-5.0, 5.0), (15.0, 5.0)]);
        assert!(both(&across, &ring));
        assert!(both(&across, &point(3.0, 5.0)));
        assert!(!both(&across, &point(3.0, 5.1)));
        assert!(!both(&line(&[(4.5, 4.5), (5.5, 5.5)]), &ring));
        assert!(both(&line(&[(1.0, 1.0), (2.0, 2.0)]), &ring));
        assert!(!both(&area(&[square(4.5, 4.5, 1.0)]), &ring));
        assert!(both(&area(&[square(1.0, 1.0, 1.0)]), &ring));
        assert!(both(&area(&[square(-5.0, -5.0, 30.0)]), &ring));
        assert!(both(&area(&[square(10.0, 10.0, 1.0)]), &ring));
        assert!(!both(&area(&[square(10.0, 10.1, 1.0)]), &ring));
        let mut writer = Writer::default();
        writer.group(GeometryType::MultiPoint, 2);
        writer.point((50.0, 50.0));
        writer.point((1.0, 9.0));
        let points = writer.finish().expect("finite");
        assert!(both(&points, &ring));
        assert!(!both(&points, &area(&[square(20.0, 20.0, 5.0)])));
    }

    #[test]
    fn large_geometries_go_through_the_tree() {
        let wavy = |phase: f64, height: f64| -> Wkb {
            let positions: Vec<Position> =
                (0..20_000).map(|i| (f64::from(i), height + (f64::from(i) / 50.0 + phase).sin())).collect();
            line(&positions)
        };
        let started = std::time::Instant::now();
        assert!(both(&wavy(0.0, 0.0), &wavy(1.0, 0.5)));
        assert!(!both(&wavy(0.0, 0.0), &wavy(0.0, 0.5)));
        assert!(started.elapsed() < std::time::Duration::from_secs(5));
    }

    #[test]
    fn the_named_relations_are_told() {
        use Relation::{Contains, Crosses, Disjoint, Equals, Intersects, Overlaps, Touches, Within};
        let point = |x, y| Wkb::point(x, y).expect("finite");
        let box4 = || area(&[square(0.0, 0.0, 4.0)]);
        let holed = area(&[square(0.0, 0.0, 10.0), square(4.0, 4.0, 2.0)]);
        let wanted: Vec<(Wkb, Wkb, &[Relation])> = vec![
            (box4(), box4(), &[Intersects, Equals, Within, Contains]),
            (box4(), area(&[square(4.0, 0.0, 4.0)]), &[Intersects, Touches]),
            (box4(), area(&[square(2.0, 2.0, 4.0)]), &[Intersects, Overlaps]),
            (box4(), area(&[square(0.0, 0.0, 2.0)]), &[Intersects, Contains]),
            (area(&[square(1.0, 1.0, 1.0)]), box4(), &[Intersects, Within]),
            (area(&[square(4.0, 4.0, 2.0)]), holed.clone(), &[Intersects, Touches]),
            (area(&[square(4.5, 4.5, 1.0)]), holed.clone(), &[Disjoint]),
            (holed, area(&[square(3.0, 3.0, 4.0)]), &[Intersects, Overlaps]),
            (line(&[(-1.0, 2.0), (9.0, 2.0)]), box4(), &[Intersects, Crosses]),
            (box4(), line(&[(-1.0, 2.0), (9.0, 2.0)]), &[Intersects, Crosses]),
            (line(&[(0.0, 0.0), (4.0, 0.0)]), box4(), &[Intersects, Touches]),
            (line(&[(0.0, 0.0), (4.0, 4.0)]), box4(), &[Intersects, Within]),
            (line(&[(0.0, 0.0), (4.0, 4.0)]), line(&[(0.0, 4.0), (4.0, 0.0)]), &[Intersects, Crosses]),
            (line(&[(0.0, 0.0), (4.0, 4.0)]), line(&[(4.0, 4.0), (5.0, 0.0)]), &[Intersects, Touches]),
            (line(&[(0.0, 0.0), (4.0, 0.0)]), line(&[(2.0, 0.0), (6.0, 0.0)]), &[Intersects, Overlaps]),
            (
                line(&[(0.0, 0.0), (4.0, 0.0)]),
                line(&[(4.0, 0.0), (2.0, 0.0), (0.0, 0.0)]),
                &[Intersects, Equals, Within, Contains],
            ),
            (point(2.0, 2.0), box4(), &[Intersects, Within]),
            (point(4.0, 2.0), box4(), &[Intersects, Touches]),
            (line(&[(0.0, 0.0), (4.0, 4.0)]), point(2.0, 2.0), &[Intersects, Contains]),
            (line(&[(0.0, 0.0), (4.0, 4.0)]), point(4.0, 4.0), &[Intersects, Touches]),
            (point(1.0, 1.0), point(1.0, 1.0), &[Intersects, Equals, Within, Contains]),
        ];
        for (a, b, relations) in wanted {
            for relation in Relation::ALL {
                let found = holds(relation, &a, &b);
                assert_eq!(found, relations.contains(&relation), "{relation:?} of {a:?} and {b:?}");
                assert_eq!(found, holds(relation.converse(), &b, &a), "{relation:?} turned round");
            }
        }
    }

    proptest! {
        #[test]
        fn the_tree_tells_what_pairs_tell(
            a in prop::collection::vec((0i16..40, 0i16..40), 2..60),
            b in prop::collection::vec((0i16..40, 0i16..40), 2..60),
        ) {
            let positions = |v: &[(i16, i16)]| -> Vec<Position> { v.iter().map(|(x, y)| (f64::from(*x), f64::from(*y))).collect() };
            let (mut a, mut b) = (positions(&a), positions(&b));
            a.dedup();
            b.dedup();
            prop_assume!(a.len() > 1 && b.len() > 1);
            let wanted = both(&line(&a), &line(&b));
            let tree = Edges::of(b.windows(2).map(|w| (w[0], w[1])).collect());
            prop_assert_eq!(a.windows(2).any(|w| tree.meets(w[0], w[1])), wanted);
        }

        #[test]
        fn any_bytes_survive(a in prop::collection::vec(any::<u8>(), 0..150), b in prop::collection::vec(any::<u8>(), 0..150)) {
            if let (Ok(a), Ok(b)) = (Wkb::from_trusted(&a), Wkb::parse(&b)) {
                let _ = a.parts().count();
                let _ = intersects(&b, &b);
            }
        }
    }
}
