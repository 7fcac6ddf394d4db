//! What two valid geometries of one dimension each share: which of inside, border and outside of the one meet which of the other.
//!
//! No overlay is built. Each edge of the one is cut where edges of the other meet it; a piece between two cuts lies wholly in the
//! inside, on the border or in the outside of the other, and its middle tells in which. What is shared along an edge is known
//! from the exact predicates, not from the middle.

use super::shape::{Kind, Place, Shape};
use crate::{
    parts::Position,
    predicates::{Meeting, meet},
};

/// Which parts meet; I inside, B border, E outside, of the first and then of the second.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(super) struct Matrix {
    pub ii: bool,
    /// The insides share a piece of a line, not points alone (asked of two lines only).
    pub ii_line: bool,
    pub ib: bool,
    pub ie: bool,
    pub bi: bool,
    pub bb: bool,
    pub be: bool,
    pub ei: bool,
    pub eb: bool,
}

impl Matrix {
    const fn turned(self) -> Self {
        Self { ib: self.bi, ie: self.ei, bi: self.ib, be: self.eb, ei: self.ie, eb: self.be, ..self }
    }

    fn add(&mut self, of_a: Place, of_b: Place) {
        let cell = match (of_a, of_b) {
            (Place::Inside, Place::Inside) => &mut self.ii,
            (Place::Inside, Place::Border) => &mut self.ib,
            (Place::Inside, Place::Outside) => &mut self.ie,
            (Place::Border, Place::Inside) => &mut self.bi,
            (Place::Border, Place::Border) => &mut self.bb,
            (Place::Border, Place::Outside) => &mut self.be,
            (Place::Outside, Place::Inside) => &mut self.ei,
            (Place::Outside, Place::Border) => &mut self.eb,
            (Place::Outside, Place::Outside) => return,
        };
        *cell = true;
    }
}

/// The matrix of two geometries.
pub(super) fn matrix(a: &Shape, b: &Shape) -> Matrix {
    if a.kind > b.kind {
        return matrix(b, a).turned();
    }
    let mut m = Matrix::default();
    one_way(a, b, &mut m);
    let mut back = Matrix::default();
    one_way(b, a, &mut back);
    let back = back.turned();
    Matrix {
        ii: m.ii | back.ii,
        ii_line: m.ii_line | back.ii_line,
        ib: m.ib | back.ib,
        ie: m.ie | back.ie,
        bi: m.bi | back.bi,
        bb: m.bb | back.bb,
        be: m.be | back.be,
        ei: m.ei | back.ei,
        eb: m.eb | back.eb,
    }
}

/// What the positions and edges of `a` tell.
fn one_way(a: &Shape, b: &Shape, m: &mut Matrix) {
    for p in &a.points {
        m.add(Place::Inside, b.place(*p));
    }
    if a.kind == Kind::Point {
        return;
    }
    // The ends of lines are their border.
    for p in &a.ends {
        m.add(Place::Border, b.place(*p));
    }
    if b.kind > a.kind {
        // More dimensions: something of it is always beyond.
        m.ei = true;
    }
    if b.kind == Kind::Point {
        // Points never cover a line, or a border.
        m.add(a.own(), Place::Outside);
        if a.kind == Kind::Area {
            m.ie = true;
        }
        return;
    }
    let mut cuts: Vec<(f64, Position)> = Vec::new();
    let mut shared: Vec<(f64, f64, bool)> = Vec::new();
    for &(from, to, inside_left) in a.edges() {
        cuts.clear();
        shared.clear();
        let along = Along::new(from, to);
        b.each_edge_near(from, to, &mut |other_from, other_to, other_left| match meet((from, to), (other_from, other_to)) {
            None => {}
            Some(Meeting::Touch(p) | Meeting::Cross(p)) => cuts.push((along.part(p), p)),
            Some(Meeting::Overlap(_)) => {
                let (s, e) = (along.part(other_from), along.part(other_to));
                let same_way = s < e;
                let (s, e) = if same_way { (s, e) } else { (e, s) };
                // The inside on the same side of the shared edge?
                shared.push((s.max(0.0), e.min(1.0), inside_left == (other_left == same_way)));
                cuts.push((
                    s.max(0.0),
                    if s <= 0.0 {
                        from
                    } else if same_way {
                        other_from
                    } else {
                        other_to
                    },
                ));
                cuts.push((
                    e.min(1.0),
                    if e >= 1.0 {
                        to
                    } else if same_way {
                        other_to
                    } else {
                        other_from
                    },
                ));
            }
        });
        edge(a, b, (from, to), &mut cuts, &shared, m);
    }
    if a.kind == Kind::Area && b.kind != Kind::Area {
        m.ie = true;
    }
}

fn edge(
    a: &Shape,
    b: &Shape,
    (from, to): (Position, Position),
    cuts: &mut [(f64, Position)],
    shared: &[(f64, f64, bool)],
    m: &mut Matrix,
) {
    let areas = a.kind == Kind::Area && b.kind == Kind::Area;
    for (_, p) in cuts.iter() {
        // A position of both: on the border of an area; on a line unless it is its end.
        let of_a = if a.kind == Kind::Area { Place::Border } else { a.end_or_inside(*p) };
        let of_b = if b.kind == Kind::Area { Place::Border } else { b.end_or_inside(*p) };
        m.add(of_a, of_b);
    }
    cuts.sort_unstable_by(|x, y| x.0.total_cmp(&y.0));
    let mut before = 0.0;
    for t in cuts.iter().map(|(t, _)| *t).chain([1.0]) {
        if t > before {
            piece(a, b, (from, to), (before, t), shared, areas, m);
            before = t;
        }
    }
}

/// A piece of an edge of `a` that nothing of `b` cuts.
fn piece(
    a: &Shape,
    b: &Shape,
    (from, to): (Position, Position),
    (s, e): (f64, f64),
    shared: &[(f64, f64, bool)],
    areas: bool,
    m: &mut Matrix,
) {
    let t = f64::midpoint(s, e);
    let mut on_edge = shared.iter().filter(|(from, to, _)| *from <= t && t <= *to).peekable();
    if on_edge.peek().is_some() {
        if areas {
            for (_, _, same_side) in on_edge {
                m.bb = true;
                if *same_side {
                    m.ii = true;
                } else {
                    m.ie = true;
                    m.ei = true;
                }
            }
        } else if b.kind == Kind::Line && a.kind == Kind::Line {
            m.ii = true;
            m.ii_line = true;
        } else if a.kind == Kind::Line {
            m.ib = true;
        } else {
            m.bi = true;
        }
        return;
    }
    let middle = (from.0 + t * (to.0 - from.0), from.1 + t * (to.1 - from.1));
    // A line that nothing shares and nothing cuts is beyond any other line.
    let of_b = if b.kind == Kind::Line { Place::Outside } else { b.side(middle) };
    m.add(a.own(), of_b);
    if areas {
        match of_b {
            // The border runs through the other's inside: there is inside and outside on its two sides.
            Place::Inside => {
                m.ii = true;
                m.ei = true;
            }
            Place::Outside => m.ie = true,
            Place::Border => {}
        }
    } else if b.kind == Kind::Area && of_b == Place::Inside {
        m.ii = true;
    }
}

/// The part of an edge at which a position on it lies.
struct Along {
    from: Position,
    delta: Position,
}

impl Along {
    fn new(from: Position, to: Position) -> Self {
        Self { from, delta: (to.0 - from.0, to.1 - from.1) }
    }

    fn part(&self, p: Position) -> f64 {
        if self.delta.0.abs() >= self.delta.1.abs() {
            (p.0 - self.from.0) / self.delta.0
        } else {
            (p.1 - self.from.1) / self.delta.1
        }
    }
}
