//! Rebuilding of areas whose rings touch or cross, by overlay on a grid.

use crate::{
    parts::{PolygonRings, Position},
    validity::{self, Fault, FaultKind},
};
use i_overlay::{
    core::{
        fill_rule::FillRule,
        overlay::{IntOverlayOptions, Overlay, ShapeType},
        overlay_rule::OverlayRule,
        solver::Solver,
    },
    i_float::int::point::IntPoint,
};
use std::collections::HashMap;

/// Cells of the grid per degree: 0.01 mm on the ground.
const CELLS: f64 = 1e10;
/// Limit: coordinates that the grid can hold, in degrees.
const FARTHEST: f64 = 1e6;
/// Pieces smaller than this (in cells squared; about 1 cm²) are leavings of rounding and not land.
const LEAST_AREA: u128 = 1_000_000;

type Contour = Vec<IntPoint<i64>>;

/// The area that polygons with faults mean: what their exterior rings enclose, without what their holes enclose, each place
/// once. Corners that stand in the input keep their exact coordinates.
///
/// # Errors
/// The fault that is left, or `instead` if the overlay itself fails.
pub(super) fn rebuild(polygons: &[PolygonRings], instead: Fault) -> Result<Vec<PolygonRings>, Fault> {
    let far = |p: &Position| p.0.abs() > FARTHEST || p.1.abs() > FARTHEST;
    if polygons.iter().flatten().flatten().any(far) {
        return Err(instead);
    }
    // The overlay is another's code and this is a server: a panic inside of it must not become ours.
    let areas = std::panic::catch_unwind(|| overlay(polygons)).map_err(|_| instead)?;
    if areas.is_empty() {
        return Err(Fault { kind: FaultKind::ShortRing, place: instead.place });
    }
    let mut exact: HashMap<IntPoint<i64>, Position> = HashMap::new();
    for p in polygons.iter().flatten().flatten() {
        exact.entry(cell(*p)).or_insert(*p);
    }
    let restored = positions(&areas, &exact);
    if fault(&restored).is_none() {
        return Ok(restored);
    }
    // Corners moved back by less than a cell may meet again: the grid's own corners don't.
    let on_grid = positions(&areas, &HashMap::new());
    match fault(&on_grid) {
        None => Ok(on_grid),
        Some(left) => Err(left),
    }
}

fn fault(polygons: &[PolygonRings]) -> Option<Fault> {
    crate::Wkb::multi_polygon(polygons).and_then(|g| validity::check(&g))
}

fn overlay(polygons: &[PolygonRings]) -> Vec<Vec<Contour>> {
    let mut areas: Vec<Vec<Contour>> = Vec::new();
    for rings in polygons {
        let Some((shell, holes)) = rings.split_first() else { continue };
        let mut one = engine(rings.iter().map(Vec::len).sum());
        one.add_contour(&contour(shell), ShapeType::Subject);
        for hole in holes {
            one.add_contour(&contour(hole), ShapeType::Clip);
        }
        areas.extend(one.overlay(OverlayRule::Difference, FillRule::NonZero));
    }
    if polygons.len() > 1 {
        let mut all = engine(areas.iter().flatten().map(Vec::len).sum());
        all.add_source(&areas, ShapeType::Subject);
        areas = all.overlay(OverlayRule::Subject, FillRule::NonZero);
    }
    areas
}

fn engine(edges: usize) -> Overlay<i64> {
    let options = IntOverlayOptions { min_output_area: LEAST_AREA, ogc: true, ..IntOverlayOptions::keep_all_points() };
    Overlay::new_custom(edges, options, Solver::default())
}

fn contour(ring: &[Position]) -> Contour {
    ring.iter().map(|p| cell(*p)).collect()
}

fn cell((x, y): Position) -> IntPoint<i64> {
    // In range: checked against FARTHEST before.
    IntPoint::new((x * CELLS).round() as i64, (y * CELLS).round() as i64)
}

fn positions(areas: &[Vec<Contour>], exact: &HashMap<IntPoint<i64>, Position>) -> Vec<PolygonRings> {
    let position = |p: &IntPoint<i64>| exact.get(p).copied().unwrap_or((p.x as f64 / CELLS, p.y as f64 / CELLS));
    let ring = |contour: &Contour| {
        let mut ring: Vec<Position> = contour.iter().map(position).collect();
        ring.extend(ring.first().copied());
        ring
    };
    areas.iter().map(|area| area.iter().map(ring).collect()).collect()
}
