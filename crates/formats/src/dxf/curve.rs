//! Arcs as lines.

use meydan_geo::parts::Position;
use std::f64::consts::TAU;

/// How far a line may keep from the arc that it stands for, in the drawing's units: a centimetre where they are metres.
pub const ARC_TOLERANCE: f64 = 0.01;
/// Limit: pieces of a whole circle.
const MAX_PIECES: f64 = 720.0;
/// Pieces of a whole circle at least.
const MIN_PIECES: f64 = 16.0;

/// Positions along an arc from an angle on, both ends included; angles in radians, positive counter-clockwise.
pub(super) fn arc(centre: Position, radius: f64, from: f64, sweep: f64, tolerance: f64) -> Vec<Position> {
    let step = if radius > tolerance { 2.0 * (1.0 - tolerance / radius).acos() } else { TAU };
    let circle = (TAU / step).clamp(MIN_PIECES, MAX_PIECES);
    let pieces = (circle * sweep.abs() / TAU).ceil().clamp(1.0, MAX_PIECES) as u32;
    let at = |angle: f64| (centre.0 + radius * angle.cos(), centre.1 + radius * angle.sin());
    (0..=pieces).map(|i| at(from + sweep * f64::from(i) / f64::from(pieces))).collect()
}

/// A whole circle, closed.
pub(super) fn circle(centre: Position, radius: f64, tolerance: f64) -> Vec<Position> {
    let mut out = arc(centre, radius, 0.0, TAU, tolerance);
    if let (Some(first), Some(last)) = (out.first().copied(), out.last_mut()) {
        *last = first;
    }
    out
}

/// Positions after `a` up to and with `b`, on the arc whose bulge (the tangent of a quarter of its angle) is given.
pub(super) fn bulge(a: Position, b: Position, bulge: f64, tolerance: f64) -> Vec<Position> {
    let (dx, dy) = (b.0 - a.0, b.1 - a.1);
    let chord = dx.hypot(dy);
    if bulge.abs() < 1e-9 || chord == 0.0 || !bulge.is_finite() {
        return vec![b];
    }
    let shift = (1.0 - bulge * bulge) / (4.0 * bulge);
    let centre = ((a.0 + b.0) / 2.0 - dy * shift, (a.1 + b.1) / 2.0 + dx * shift);
    let radius = (a.0 - centre.0).hypot(a.1 - centre.1);
    let from = (a.1 - centre.1).atan2(a.0 - centre.0);
    let mut out = arc(centre, radius, from, 4.0 * bulge.atan(), tolerance);
    out.remove(0);
    // The end is said by the drawing, not by the reckoning.
    if let Some(last) = out.last_mut() {
        *last = b;
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_half_circle_bulges_to_the_right_and_keeps_the_tolerance() {
        let line = bulge((0.0, 0.0), (10.0, 0.0), 1.0, ARC_TOLERANCE);
        let lowest = line.iter().map(|p| p.1).fold(0.0, f64::min);
        assert!((lowest + 5.0).abs() < ARC_TOLERANCE, "{lowest}");
        assert_eq!(line.last(), Some(&(10.0, 0.0)));
        for pair in std::iter::once((0.0, 0.0)).chain(line).collect::<Vec<_>>().windows(2) {
            let middle = ((pair[0].0 + pair[1].0) / 2.0, (pair[0].1 + pair[1].1) / 2.0);
            let off = 5.0 - (middle.0 - 5.0).hypot(middle.1);
            assert!((0.0..=ARC_TOLERANCE * 1.01).contains(&off), "{off}");
        }
        let quarter = bulge((1.0, 0.0), (0.0, 1.0), (std::f64::consts::FRAC_PI_8).tan(), 1e-6);
        assert!(quarter.iter().all(|p| (p.0.hypot(p.1) - 1.0).abs() < 1e-9));
    }
}
