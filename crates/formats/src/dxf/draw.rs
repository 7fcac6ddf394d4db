//! What an entity looks like in the world: its geometry, through its own plane and the blocks that it stands in.

use super::{curve, entity::Entity};
use crate::form::Form;
use meydan_geo::parts::Position;
use std::f64::consts::TAU;

/// Limit of the arbitrary axis algorithm (DXF reference).
const NEARLY_UP: f64 = 1.0 / 64.0;

/// A way from a block's coordinates into the world's: `x' = ax + cy + e`, `y' = bx + dy + f`.
#[derive(Debug, Clone, Copy)]
pub(super) struct Way {
    a: f64,
    b: f64,
    c: f64,
    d: f64,
    e: f64,
    f: f64,
}

impl Way {
    /// Nothing moves.
    pub(super) const STILL: Self = Self { a: 1.0, b: 0.0, c: 0.0, d: 1.0, e: 0.0, f: 0.0 };

    /// Where a position comes to lie.
    pub(super) fn place(&self, (x, y): Position) -> Position {
        (self.a * x + self.c * y + self.e, self.b * x + self.d * y + self.f)
    }

    /// First `inner`, then this.
    pub(super) fn after(&self, inner: &Self) -> Self {
        let linear = |x: f64, y: f64| (self.a * x + self.c * y, self.b * x + self.d * y);
        let ((a, b), (c, d)) = (linear(inner.a, inner.b), linear(inner.c, inner.d));
        let (e, f) = self.place((inner.e, inner.f));
        Self { a, b, c, d, e, f }
    }

    /// How much larger lengths get at most.
    fn scale(&self) -> f64 {
        self.a.hypot(self.b).max(self.c.hypot(self.d))
    }

    /// The way of an insertion of a block with this base point, `column` and `row` steps into its array.
    pub(super) fn of_insert(insert: &Entity, base: Position, column: f64, row: f64) -> Self {
        let number = |code, usual| insert.number(code).unwrap_or(usual);
        let (sx, sy) = (number(41, 1.0), number(42, 1.0));
        let (sin, cos) = number(50, 0.0).to_radians().sin_cos();
        let (px, py) = insert.position(10).unwrap_or_default();
        let turned = |x: f64, y: f64| (cos * x - sin * y, sin * x + cos * y);
        let (ox, oy) = turned(column * number(44, 0.0), row * number(45, 0.0));
        let (mx, my) = turned(-base.0 * sx, -base.1 * sy);
        let own = Self { a: cos * sx, b: sin * sx, c: -sin * sy, d: cos * sy, e: px + ox + mx, f: py + oy + my };
        plane(insert).after(&own)
    }
}

/// From an entity's own plane to the world's, seen from above (the reference's arbitrary axis algorithm).
fn plane(entity: &Entity) -> Way {
    let number = |code, usual| entity.number(code).unwrap_or(usual);
    let (nx, ny, nz) = (number(210, 0.0), number(220, 0.0), number(230, 1.0));
    let length = (nx * nx + ny * ny + nz * nz).sqrt();
    if length == 0.0 || (nx == 0.0 && ny == 0.0 && nz > 0.0) {
        return Way::STILL;
    }
    let n = (nx / length, ny / length, nz / length);
    let x = if n.0.abs() < NEARLY_UP && n.1.abs() < NEARLY_UP { (n.2, 0.0, -n.0) } else { (-n.1, n.0, 0.0) };
    let size = (x.0 * x.0 + x.1 * x.1 + x.2 * x.2).sqrt();
    let x = (x.0 / size, x.1 / size, x.2 / size);
    let y = (n.1 * x.2 - n.2 * x.1, n.2 * x.0 - n.0 * x.2);
    let height = entity.number(30).or(entity.number(38)).unwrap_or(0.0);
    Way { a: x.0, b: x.1, c: y.0, d: y.1, e: n.0 * height, f: n.1 * height }
}

/// An entity's geometry; `None` for one that has none here.
///
/// # Errors
/// A sentence that names what is missing.
pub(super) fn form(entity: &Entity, way: &Way) -> Result<Option<Form>, String> {
    let at = |code| entity.position(code).ok_or_else(|| format!("{}: no position ({code})", entity.kind));
    let flat = way.after(&plane(entity));
    let placed = |line: Vec<Position>, way: &Way| line.into_iter().map(|p| way.place(p)).collect::<Vec<_>>();
    let tolerance = curve::ARC_TOLERANCE / flat.scale().max(1e-6);
    Ok(Some(match entity.kind.as_str() {
        "POINT" => Form::Point(way.place(at(10)?)),
        "LINE" => Form::Line(vec![way.place(at(10)?), way.place(at(11)?)]),
        "TEXT" | "MTEXT" | "ATTRIB" | "INSERT" => {
            // A text that is aligned keeps its place in the second position.
            let aligned = entity.kind == "TEXT" && (entity.integer(72).unwrap_or(0) > 0 || entity.integer(73).unwrap_or(0) > 0);
            let own = if aligned { entity.position(11).or(entity.position(10)) } else { entity.position(10) };
            // Of a text of several lines the position is the world's.
            let way = if entity.kind == "MTEXT" { way } else { &flat };
            Form::Point(way.place(own.ok_or_else(|| format!("{}: no position", entity.kind))?))
        }
        "CIRCLE" => {
            let radius = radius(entity)?;
            Form::Polygon(vec![placed(curve::circle(at(10)?, radius, tolerance), &flat)])
        }
        "ARC" => {
            let angle = |code| entity.number(code).map(f64::to_radians).ok_or_else(|| format!("ARC: no angle ({code})"));
            let (from, to) = (angle(50)?, angle(51)?);
            let sweep = (to - from).rem_euclid(TAU);
            let sweep = if sweep == 0.0 { TAU } else { sweep };
            Form::Line(placed(curve::arc(at(10)?, radius(entity)?, from, sweep, tolerance), &flat))
        }
        "LWPOLYLINE" => polyline(lightweight(entity), entity.integer(70).unwrap_or(0) & 1 == 1, &flat, tolerance)?,
        "POLYLINE" => {
            let flags = entity.integer(70).unwrap_or(0);
            if flags & (16 | 64) != 0 {
                return Err("POLYLINE: a mesh is not supported".to_owned());
            }
            let way = if flags & 8 == 8 { way } else { &flat };
            polyline(vertices(entity), flags & 1 == 1, way, tolerance)?
        }
        _ => return Ok(None),
    }))
}

fn radius(entity: &Entity) -> Result<f64, String> {
    entity.number(40).filter(|r| *r > 0.0).ok_or_else(|| format!("{}: no radius", entity.kind))
}

/// Positions and bulges of a light polyline.
fn lightweight(entity: &Entity) -> Vec<(Position, f64)> {
    let mut out: Vec<(Position, f64)> = Vec::new();
    for (code, value) in &entity.pairs {
        let number = || value.trim().parse::<f64>().ok().filter(|n| n.is_finite());
        match (code, number()) {
            (10, Some(x)) => out.push(((x, 0.0), 0.0)),
            (20, Some(y)) => {
                if let Some(last) = out.last_mut() {
                    last.0.1 = y;
                }
            }
            (42, Some(bulge)) => {
                if let Some(last) = out.last_mut() {
                    last.1 = bulge;
                }
            }
            _ => {}
        }
    }
    out
}

/// Positions and bulges of a polyline's vertices, without those that only shape a spline.
fn vertices(entity: &Entity) -> Vec<(Position, f64)> {
    let shapes_only = |v: &Entity| v.integer(70).unwrap_or(0) & 16 == 16;
    let parts = entity.parts.iter().filter(|v| !shapes_only(v));
    parts.filter_map(|v| Some((v.position(10)?, v.number(42).unwrap_or(0.0)))).collect()
}

fn polyline(corners: Vec<(Position, f64)>, closed: bool, way: &Way, tolerance: f64) -> Result<Form, String> {
    let (Some(first), true) = (corners.first().copied(), corners.len() > 1) else {
        return Err("POLYLINE: fewer than two vertices".to_owned());
    };
    let mut line = vec![first.0];
    for pair in corners.windows(2) {
        if let [(a, bulge), (b, _)] = pair {
            line.extend(curve::bulge(*a, *b, *bulge, tolerance));
        }
    }
    if closed
        && let Some((last, bulge)) = corners.last()
        && (*last != first.0 || *bulge != 0.0)
    {
        line.extend(curve::bulge(*last, first.0, *bulge, tolerance));
    }
    let ends_meet = line.first() == line.last();
    let line: Vec<Position> = line.into_iter().map(|p| way.place(p)).collect();
    Ok(if ends_meet && line.len() >= 4 { Form::Polygon(vec![line]) } else { Form::Line(line) })
}
