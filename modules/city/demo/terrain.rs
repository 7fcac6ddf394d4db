//! The lie of the land: how the plan (a drawing board with the coast as the line y = 0) bends into the real shore and hills.

use super::{
    convex::{Convex, Point},
    random::Random,
};

/// Where the city's centre lies: Trabzon (longitude, latitude in degrees).
pub const CENTRE: [f64; 2] = [39.72, 41.004];
/// Metres of one degree of latitude and longitude at the centre (WGS 84 at 41.0° N).
const METRES_PER_DEGREE: [f64; 2] = [84_131.0, 111_052.0];
/// Coordinates are kept to so many parts of a degree (about a centimetre): the same on every machine.
const PARTS: f64 = 1e7;
/// Over so many metres inland the bays of the coast fade out of the streets.
const COAST_FADES: f64 = 1_900.0;

/// The bend of the land, by the seed.
pub(super) struct Terrain {
    phase: [f64; 8],
}

impl Terrain {
    pub(super) fn new(seed: u64) -> Self {
        let mut random = Random::of(seed, &[1]);
        Self { phase: std::array::from_fn(|_| random.between(0.0, std::f64::consts::TAU)) }
    }

    /// How far north the shore lies: long bays, capes, small coves.
    fn coast(&self, x: f64) -> f64 {
        let p = &self.phase;
        150.0 * (x / 900.0 + p[0]).sin() + 44.0 * (x / 340.0 + p[1]).sin() + 11.0 * (x / 117.0 + p[2]).sin()
    }

    /// A place of the plan in metres east and north of the centre.
    pub(super) fn place(&self, at: Point) -> Point {
        let (x, y, p) = (at.x, at.y, &self.phase);
        let inland = (-y).max(0.0);
        let ramp = (inland / 420.0).min(1.0);
        let east = 38.0 * ((y + 0.35 * x) / 410.0 + p[3]).sin() + 21.0 * ((0.6 * x - y) / 235.0 + p[4]).sin();
        let north = 46.0 * (x / 540.0 + y / 900.0 + p[5]).sin() + 17.0 * ((x + y) / 255.0 + p[6]).sin();
        Point::new(x + east * ramp, y + self.coast(x) * (-inland / COAST_FADES).exp() + north * ramp)
    }

    /// Rough or smooth country, from -1 to 1: where forest stands.
    pub(super) fn wild(&self, at: Point) -> f64 {
        let p = &self.phase;
        0.6 * (at.x / 1_300.0 + p[7]).sin() * (at.y / 900.0 + p[1]).cos() + 0.4 * ((at.x - at.y) / 620.0 + p[2]).sin()
    }
}

/// Metres from the centre as longitude and latitude.
pub(super) fn lon_lat(at: Point) -> (f64, f64) {
    let round = |degrees: f64| (degrees * PARTS).round() / PARTS;
    (round(CENTRE[0] + at.x / METRES_PER_DEGREE[0]), round(CENTRE[1] + at.y / METRES_PER_DEGREE[1]))
}

/// The terrain as one cell sees it: an old quarter bends its own streets a little more.
pub(super) struct Ground<'a> {
    pub(super) terrain: &'a Terrain,
    /// The streets' area of the cell in the plan; the cell's own bend dies out towards its edges.
    pub(super) area: &'a Convex,
    /// Metres of the cell's own bend.
    pub(super) bend: f64,
    /// Where the bend's waves start.
    pub(super) phase: f64,
}

impl Ground<'_> {
    /// A place of the plan in metres.
    pub(super) fn place(&self, at: Point) -> Point {
        if self.bend == 0.0 {
            return self.terrain.place(at);
        }
        // Smooth everywhere: a kink would push the plots on one side of a straight border over those on the other.
        let fade: f64 = self
            .area
            .edges()
            .map(|(a, b, _)| (b.minus(a).direction().cross(at.minus(a)) / 120.0).clamp(0.0, 1.0))
            .map(|t| t * t * (3.0 - 2.0 * t))
            .product();
        let bent = Point::new((at.y / 44.0 + self.phase).sin(), (at.x / 49.0 + 2.0 * self.phase).sin());
        self.terrain.place(at.plus(bent, fade * self.bend))
    }

    /// A straight line of the plan as it really runs, with a vertex every `step` metres or so.
    pub(super) fn line(&self, a: Point, b: Point, step: f64) -> Vec<Point> {
        sampled(a, b, step).map(|p| self.place(p)).collect()
    }
}

/// Places on a straight line, ends included, at most `step` metres apart.
pub(super) fn sampled(a: Point, b: Point, step: f64) -> impl Iterator<Item = Point> {
    let parts = (a.distance(b) / step).ceil().max(1.0) as usize;
    (0..=parts).map(move |k| if k == parts { b } else { a.plus(b.minus(a), k as f64 / parts as f64) })
}
