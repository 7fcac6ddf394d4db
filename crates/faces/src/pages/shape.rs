//! Geometries as small pictures: thinned out for the little map beside a list or record, and as SVG where there is no script.

use meydan_geo::{Bbox, Wkb, parts::Part};
use serde_json::{Value as Json, json};
use std::fmt::Write as _;

/// Limit: detail of a picture, in parts of its longer side.
const DETAIL: f64 = 600.0;
/// Limit: positions of one picture after thinning; more detail is dropped.
const MAX_POSITIONS: usize = 6_000;
/// Half of the side of a point's picture, degrees of longitude.
const POINT_SPAN: f64 = 0.0008;

type Run = Vec<(f64, f64)>;

/// A geometry in its three kinds, thinned out.
#[derive(Debug, Default)]
pub struct Shape {
    points: Run,
    lines: Vec<Run>,
    polygons: Vec<Vec<Run>>,
    /// The box round it.
    pub bbox: Option<Bbox>,
}

impl Shape {
    /// The shape of a geometry.
    pub fn of(geometry: &Wkb) -> Self {
        let bbox = geometry.bbox();
        let side = bbox.map_or(0.0, |b| (b.max_x - b.min_x).max(b.max_y - b.min_y));
        let mut tolerance = side / DETAIL;
        loop {
            let shape = Self { bbox, ..Self::thinned(geometry, tolerance) };
            if shape.positions() <= MAX_POSITIONS || tolerance == 0.0 {
                return shape;
            }
            tolerance *= 2.0;
        }
    }

    fn thinned(geometry: &Wkb, tolerance: f64) -> Self {
        let mut shape = Self::default();
        for part in geometry.parts() {
            match part {
                Part::Group(..) => {}
                Part::Point(x, y) => shape.points.push((x, y)),
                Part::Line(coords) => shape.lines.push(thin(&coords.iter().collect::<Run>(), tolerance)),
                Part::Polygon(rings) => {
                    let rings = rings.iter().map(|r| thin(&r.iter().collect::<Run>(), tolerance)).filter(|r| r.len() >= 4);
                    shape.polygons.push(rings.collect());
                }
            }
        }
        // Islands smaller than a dot of the picture are gone, unless nothing else is there.
        shape.polygons.retain(|rings| !rings.is_empty());
        shape
    }

    fn positions(&self) -> usize {
        self.points.len()
            + self.lines.iter().map(Vec::len).sum::<usize>()
            + self.polygons.iter().flatten().map(Vec::len).sum::<usize>()
    }

    /// As a GeoJSON geometry (RFC 7946).
    pub fn geojson(&self) -> Json {
        let run = |run: &Run| run.iter().map(|(x, y)| json!([round(*x), round(*y)])).collect::<Vec<_>>();
        let mut kinds = Vec::new();
        if !self.points.is_empty() {
            kinds.push(json!({ "type": "MultiPoint", "coordinates": run(&self.points) }));
        }
        if !self.lines.is_empty() {
            kinds.push(json!({ "type": "MultiLineString", "coordinates": self.lines.iter().map(run).collect::<Vec<_>>() }));
        }
        if !self.polygons.is_empty() {
            let polygons: Vec<Vec<_>> = self.polygons.iter().map(|rings| rings.iter().map(run).collect()).collect();
            kinds.push(json!({ "type": "MultiPolygon", "coordinates": polygons }));
        }
        match kinds.len() {
            1 => kinds.remove(0),
            _ => json!({ "type": "GeometryCollection", "geometries": kinds }),
        }
    }
}

fn round(degrees: f64) -> f64 {
    (degrees * 1e7).round() / 1e7
}

/// Douglas–Peucker; the ends stay. A ring's far point is found first, since its ends are one.
fn thin(run: &[(f64, f64)], tolerance: f64) -> Run {
    if run.len() <= 4 || tolerance <= 0.0 {
        return run.to_vec();
    }
    let mut keep = vec![false; run.len()];
    let last = run.len() - 1;
    keep[0] = true;
    keep[last] = true;
    let mut open = vec![(0, last)];
    while let Some((from, to)) = open.pop() {
        let far = (from + 1..to).map(|i| (i, distance(run[i], run[from], run[to]))).max_by(|a, b| a.1.total_cmp(&b.1));
        if let Some((at, distance)) = far
            && distance > tolerance
        {
            keep[at] = true;
            open.push((from, at));
            open.push((at, to));
        }
    }
    run.iter().zip(keep).filter(|(_, k)| *k).map(|(p, _)| *p).collect()
}

fn distance(p: (f64, f64), a: (f64, f64), b: (f64, f64)) -> f64 {
    let (dx, dy) = (b.0 - a.0, b.1 - a.1);
    let length = dx.hypot(dy);
    if length == 0.0 {
        return (p.0 - a.0).hypot(p.1 - a.1);
    }
    (dx * (p.1 - a.1) - dy * (p.0 - a.0)).abs() / length
}

/// A picture of several shapes in one frame.
pub struct Picture {
    /// `viewBox` of the SVG.
    pub view_box: String,
    /// Per shape: the path, and the points as circles `(cx, cy)`.
    pub shapes: Vec<Drawing>,
}

/// One shape as SVG.
pub struct Drawing {
    /// `d` of a path; empty if there are only points.
    pub path: String,
    /// Centres of points.
    pub points: Vec<(String, String)>,
    /// True if the path is areas.
    pub area: bool,
}

impl Picture {
    /// Draws shapes north up in one frame of 320 × 200; nothing if there is nothing to draw.
    pub fn of(shapes: &[Shape]) -> Option<Self> {
        const WIDTH: f64 = 320.0;
        const HEIGHT: f64 = 200.0;
        const MARGIN: f64 = 14.0;
        let frame = shapes.iter().filter_map(|s| s.bbox).reduce(|a, b| a.union(&b))?;
        let middle = ((frame.min_x + frame.max_x) / 2.0, (frame.min_y + frame.max_y) / 2.0);
        let shrink = middle.1.to_radians().cos().max(0.05);
        let (wide, tall) = ((frame.max_x - frame.min_x) * shrink, frame.max_y - frame.min_y);
        let span = match wide.max(tall) {
            0.0 => (POINT_SPAN, POINT_SPAN),
            longer => (wide.max(longer / 1_000.0), tall.max(longer / 1_000.0)),
        };
        let scale = ((WIDTH - 2.0 * MARGIN) / span.0).min((HEIGHT - 2.0 * MARGIN) / span.1);
        let place = |(x, y): (f64, f64)| (WIDTH / 2.0 + (x - middle.0) * shrink * scale, HEIGHT / 2.0 - (y - middle.1) * scale);
        let shapes = shapes.iter().map(|s| draw(s, &place)).collect();
        Some(Self { view_box: format!("0 0 {WIDTH} {HEIGHT}"), shapes })
    }
}

fn draw(shape: &Shape, place: &impl Fn((f64, f64)) -> (f64, f64)) -> Drawing {
    let mut path = String::new();
    let mut run = |run: &Run, close: bool| {
        for (i, position) in run.iter().enumerate() {
            let (x, y) = place(*position);
            let _ = write!(path, "{}{x:.1} {y:.1}", if i == 0 { 'M' } else { 'L' });
        }
        if close {
            path.push('Z');
        }
    };
    shape.lines.iter().for_each(|line| run(line, false));
    shape.polygons.iter().flatten().for_each(|ring| run(ring, true));
    let points = shape.points.iter().map(|p| place(*p)).map(|(x, y)| (format!("{x:.1}"), format!("{y:.1}"))).collect();
    Drawing { path, points, area: !shape.polygons.is_empty() }
}

/// JSON for a `<script type="application/json">`: no text in it can end the element.
pub fn json_island(json: &Json) -> String {
    json.to_string().replace('<', "\\u003c")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_large_ring_is_thinned_and_stays_a_ring() {
        let ring: Run = (0..=10_000)
            .map(|i| f64::from(i % 10_000) / 10_000.0 * std::f64::consts::TAU)
            .map(|a| (a.cos(), a.sin()))
            .collect();
        let wkb = Wkb::polygon(&[ring]).expect("finite");
        let shape = Shape::of(&wkb);
        let rings = &shape.polygons[0];
        assert!(rings[0].len() > 20 && rings[0].len() < 1_000, "{}", rings[0].len());
        assert_eq!(rings[0].first(), rings[0].last());
    }

    #[test]
    fn a_point_has_a_picture() {
        let picture = Picture::of(&[Shape::of(&Wkb::point(39.7, 41.0).expect("finite"))]).expect("picture");
        assert_eq!(picture.shapes[0].points, [("160.0".to_owned(), "100.0".to_owned())]);
    }
}
