//! Putting a building on a plot, and its doors into the front.

use super::{
    convex::{Along, Convex, Point},
    quarter::Measures,
    random::Random,
};

/// The building stays so far inside its plot (m), so that neighbours never touch after rounding.
const WITHIN: f64 = 0.35;
/// Metres between two buildings at least.
const APART: f64 = 0.15;
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

/// A house that fills its plot from wall to wall up to a depth, as in old towns: its walls are the plot's edges.
pub(super) fn fill(plot: &Convex, (a, b): (Point, Point), measures: &Measures, random: &mut Random) -> Option<Footprint> {
    let along = b.minus(a).direction();
    let inwards = along.left();
    let setback = random.between(measures.setback[0], measures.setback[1]);
    let depth = random.between(measures.depth[0], measures.depth[1]);
    let back = Point::new(-along.x, -along.y);
    let rest = plot.inset(|_| WITHIN + 0.1)?.left_of(a.plus(inwards, setback), along, Along::Plot)?.left_of(
        a.plus(inwards, setback + depth),
        back,
        Along::Plot,
    )?;
    let distance = |p: Point| p.minus(a).dot(inwards);
    let front = (0..rest.corners.len()).min_by(|k, l| {
        let away = |k: usize| distance(rest.corners[k]) + distance(rest.corners[(k + 1) % rest.corners.len()]);
        away(*k).total_cmp(&away(*l))
    })?;
    let mut ring = rest.corners.clone();
    ring.rotate_left(front);
    let [low, high] = [rest.reach(along), rest.reach(inwards)].map(|(low, high)| high - low);
    let fits = low >= LEAST && high >= LEAST && low <= measures.widest && ring[0].distance(ring[1]) >= LEAST * 0.8;
    fits.then(|| Footprint { area: rest.area(), ring, inwards })
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

/// True if a straight line can be drawn between two buildings with a little room on both sides.
pub(super) fn apart(a: &[Point], b: &[Point]) -> bool {
    let between = |walls: &[Point], others: &[Point]| {
        let next = walls.iter().cycle().skip(1);
        walls.iter().zip(next).any(|(from, to)| {
            let direction = to.minus(*from).direction();
            others.iter().all(|p| direction.cross(p.minus(*from)) < -APART)
                && walls.iter().all(|p| direction.cross(p.minus(*from)) > -APART / 2.0)
        })
    };
    between(a, b) || between(b, a)
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
