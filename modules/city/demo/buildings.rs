//! Putting a building on a plot, and its doors into the front.

use super::{
    convex::{Convex, Point},
    quarter::Measures,
    random::Random,
};

/// The building stays so far inside its plot (m), so that neighbours never touch after rounding.
const WITHIN: f64 = 0.35;
/// A building is at least so wide and deep (m).
const LEAST: f64 = 5.0;
/// How often a building that doesn't fit is made smaller.
const MAX_TRIES: usize = 7;

/// A footprint with its front wall.
#[derive(Debug, Clone)]
pub(super) struct Footprint {
    /// Corners counterclockwise, metres; the first two are the front wall's ends.
    pub(super) ring: Vec<Point>,
    /// Into the plot, away from the street.
    pub(super) inwards: Point,
    /// Square metres.
    pub(super) area: f64,
}

/// The largest fitting building on a plot (corners counterclockwise, in metres) whose front edge goes from `a` to `b`.
pub(super) fn put(plot: &[Point], (a, b): (Point, Point), measures: &Measures, random: &mut Random) -> Option<Footprint> {
    let along = b.minus(a).direction();
    let inwards = along.left();
    let deepest = plot.iter().map(|p| p.minus(a).dot(inwards)).fold(0.0, f64::max);
    let front = a.distance(b);
    let setback = random.between(measures.setback[0], measures.setback[1]);
    let mut width = (front - 2.0 * random.between(measures.side[0], measures.side[1])).min(measures.widest);
    let mut depth = random.between(measures.depth[0], measures.depth[1]).min(deepest - setback - WITHIN);
    let middle = front / 2.0 + random.between(-1.0, 1.0) * ((front - width) / 2.0 - measures.side[0]).max(0.0) * 0.6;
    let notched = random.chance(0.3).then(|| (random.between(0.3, 0.5), random.between(0.3, 0.5)));
    for _ in 0..MAX_TRIES {
        if width < LEAST || depth < LEAST {
            return None;
        }
        let corner = |s: f64, t: f64| a.plus(along, middle + s * width).plus(inwards, setback + t * depth);
        let ring = [corner(-0.5, 0.0), corner(0.5, 0.0), corner(0.5, 1.0), corner(-0.5, 1.0)];
        if ring.iter().all(|c| inside(plot, *c) >= WITHIN) {
            return Some(shape(&ring, notched.filter(|_| width > 11.0 && depth > 10.0), inwards));
        }
        width *= 0.9;
        depth *= 0.91;
    }
    None
}

/// The rectangle, or an L if a corner at the back is left out.
fn shape(ring: &[Point; 4], notched: Option<(f64, f64)>, inwards: Point) -> Footprint {
    let [front_left, front_right, back_right, back_left] = *ring;
    let area = front_left.distance(front_right) * front_right.distance(back_right);
    match notched {
        None => Footprint { ring: ring.to_vec(), inwards, area },
        Some((s, t)) => {
            let (width, depth) = (back_left.minus(back_right), front_right.minus(back_right));
            let side = back_right.plus(depth, t);
            let ring = vec![front_left, front_right, side, side.plus(width, s), back_right.plus(width, s), back_left];
            Footprint { ring, inwards, area: area * (1.0 - s * t) }
        }
    }
}

/// Metres from a place to the nearest edge of a ring that is convex and counterclockwise; negative outside.
pub(super) fn inside(ring: &[Point], place: Point) -> f64 {
    let next = ring.iter().cycle().skip(1);
    ring.iter().zip(next).map(|(a, b)| b.minus(*a).direction().cross(place.minus(*a))).fold(f64::MAX, f64::min)
}

/// A convex area's corners in metres.
pub(super) fn placed(area: &Convex, place: impl Fn(Point) -> Point) -> Vec<Point> {
    area.corners.iter().map(|c| place(*c)).collect()
}

/// Square metres of a ring.
pub(super) fn ring_area(ring: &[Point]) -> f64 {
    let next = ring.iter().cycle().skip(1);
    ring.iter().zip(next).map(|(a, b)| a.cross(*b)).sum::<f64>() / 2.0
}
