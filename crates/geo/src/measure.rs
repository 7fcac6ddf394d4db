//! Lengths and areas on the ellipsoid (GRS 80), and places for labels.
//!
//! Edges run straight in longitude and latitude, as RFC 7946 says. Geometries across the antimeridian are not foreseen.

use crate::{
    Wkb,
    parts::{Coords, Part, Position, Rings},
    predicates::{Side, locate},
};

/// Half the longer axis of GRS 80, in metres.
const A: f64 = 6_378_137.0;
/// Flattening of GRS 80.
const F: f64 = 1.0 / 298.257_222_101;
/// Square of the first eccentricity.
const E2: f64 = F * (2.0 - F);

/// Area in square metres, holes taken off; 0 for points and lines. On the ellipsoid; good to 0.01 %.
pub fn area_m2(geometry: &Wkb) -> f64 {
    geometry.parts().map(|part| if let Part::Polygon(rings) = part { polygon_area(rings) } else { 0.0 }).sum()
}

/// Length in metres: of lines, or of all rings of areas (perimeter); 0 for points. Good to 0.01 %.
pub fn length_m(geometry: &Wkb) -> f64 {
    geometry
        .parts()
        .map(|part| match part {
            Part::Line(line) => line_length(line),
            Part::Polygon(rings) => rings.iter().map(line_length).sum(),
            _ => 0.0,
        })
        .sum()
}

/// Distance of two positions in metres along the ellipsoid (Lambert's formula; good to 0.001 %).
pub fn distance_m(a: Position, b: Position) -> f64 {
    let reduced = |lat: f64| ((1.0 - F) * lat.to_radians().tan()).atan();
    let (b1, b2) = (reduced(a.1), reduced(b.1));
    let half = ((b2 - b1) / 2.0).sin();
    let half_lon = ((b.0 - a.0).to_radians() / 2.0).sin();
    let h = (half * half + b1.cos() * b2.cos() * half_lon * half_lon).clamp(0.0, 1.0);
    let angle = 2.0 * h.sqrt().asin();
    // Nothing to go, or half round the earth, where the correction has no answer.
    if h == 0.0 || h == 1.0 {
        return A * angle;
    }
    let (p, q) = ((b1 + b2) / 2.0, (b2 - b1) / 2.0);
    let x = (angle - angle.sin()) * (p.sin() * q.cos()).powi(2) / (1.0 - h);
    let y = (angle + angle.sin()) * (p.cos() * q.sin()).powi(2) / h;
    A * (angle - F / 2.0 * (x + y))
}

fn line_length(line: Coords<'_>) -> f64 {
    line.iter().zip(line.iter().skip(1)).map(|(a, b)| distance_m(a, b)).sum()
}

fn polygon_area(rings: Rings<'_>) -> f64 {
    rings.iter().enumerate().map(|(i, ring)| if i == 0 { ring_area(ring) } else { -ring_area(ring) }).sum()
}

/// Area of one ring: on the ellipsoid, the land between the equator and a latitude is a²·q/2 per radian of longitude. Under each
/// edge it is summed by Simpson's rule.
fn ring_area(ring: Coords<'_>) -> f64 {
    let e = E2.sqrt();
    let q = |lat: f64| {
        let s = lat.to_radians().sin();
        (1.0 - E2) * (s / (1.0 - E2 * s * s) + (e * s).atanh() / e)
    };
    let Some((_, lat0)) = ring.first() else { return 0.0 };
    // From the first corner's latitude instead of the equator, so that a building keeps its digits.
    let q0 = q(lat0);
    let mut sum = 0.0;
    let mut before: Option<(Position, f64)> = None;
    for (lon, lat) in ring.iter() {
        let here = q(lat) - q0;
        if let Some(((lon1, lat1), there)) = before {
            let middle = q((lat + lat1) / 2.0) - q0;
            sum += (lon - lon1).to_radians() * (there + 4.0 * middle + here) / 6.0;
        }
        before = Some(((lon, lat), here));
    }
    sum.abs() / 2.0 * A * A
}

/// The centre of gravity: of areas if there are any, else of lines, else of points; `None` for an empty geometry. It may lie
/// outside of the geometry.
pub fn centroid(geometry: &Wkb) -> Option<Position> {
    // Weight and weighted sums for points, lines and areas.
    let mut sums = [(0.0, 0.0, 0.0); 3];
    let mut add = |dimension: usize, weight: f64, x: f64, y: f64| {
        let (w, sx, sy) = &mut sums[dimension];
        *w += weight;
        *sx += weight * x;
        *sy += weight * y;
    };
    for part in geometry.parts() {
        match part {
            Part::Point(x, y) => add(0, 1.0, x, y),
            Part::Line(line) => add_line(line, &mut add),
            Part::Polygon(rings) => {
                for (i, ring) in rings.iter().enumerate() {
                    add_ring(ring, if i == 0 { 1.0 } else { -1.0 }, &mut add);
                    if i == 0 {
                        add_line(ring, &mut add);
                    }
                }
            }
            Part::Group(..) => {}
        }
    }
    sums.iter().rev().find(|(w, _, _)| *w > 0.0).map(|(w, x, y)| (x / w, y / w))
}

fn add_line(line: Coords<'_>, add: &mut impl FnMut(usize, f64, f64, f64)) {
    if let Some((x, y)) = line.first() {
        add(0, 1.0, x, y);
    }
    for (a, b) in line.iter().zip(line.iter().skip(1)) {
        // One degree of longitude is shorter than one of latitude.
        let squeeze = a.1.to_radians().cos();
        let weight = ((b.0 - a.0) * squeeze).hypot(b.1 - a.1);
        add(1, weight, (a.0 + b.0) / 2.0, (a.1 + b.1) / 2.0);
    }
}

fn add_ring(ring: Coords<'_>, sign: f64, add: &mut impl FnMut(usize, f64, f64, f64)) {
    let Some((ox, oy)) = ring.first() else { return };
    let (mut area, mut sx, mut sy) = (0.0, 0.0, 0.0);
    for (a, b) in ring.iter().zip(ring.iter().skip(1)) {
        let (ax, ay, bx, by) = (a.0 - ox, a.1 - oy, b.0 - ox, b.1 - oy);
        let cross = ax * by - bx * ay;
        area += cross;
        sx += cross * (ax + bx);
        sy += cross * (ay + by);
    }
    if area != 0.0 {
        add(2, sign * area.abs() / 2.0, ox + sx / (3.0 * area), oy + sy / (3.0 * area));
    }
}

/// A position on the geometry itself, for its label: well inside of the largest area, the middle of the longest line, or the
/// first point; `None` for an empty geometry.
pub fn point_on_surface(geometry: &Wkb) -> Option<Position> {
    let mut best: Option<(u8, f64, Part<'_>)> = None;
    for part in geometry.parts() {
        let (dimension, size) = match part {
            Part::Group(..) => continue,
            Part::Point(..) => (0, 0.0),
            Part::Line(line) => (1, line_length(line)),
            Part::Polygon(rings) => (2, polygon_area(rings)),
        };
        if best.as_ref().is_none_or(|(d, s, _)| (dimension, size) > (*d, *s)) {
            best = Some((dimension, size, part));
        }
    }
    match best?.2 {
        Part::Point(x, y) => Some((x, y)),
        Part::Line(line) => middle(line),
        Part::Polygon(rings) => inside(rings).or_else(|| rings.iter().next()?.first()),
        Part::Group(..) => None,
    }
}

fn middle(line: Coords<'_>) -> Option<Position> {
    let mut left = line_length(line) / 2.0;
    for (a, b) in line.iter().zip(line.iter().skip(1)) {
        let length = distance_m(a, b);
        if length >= left && length > 0.0 {
            let t = left / length;
            return Some((a.0 + t * (b.0 - a.0), a.1 + t * (b.1 - a.1)));
        }
        left -= length;
    }
    line.last()
}

/// The middle of the widest stretch inside of the area along one of a few lines from west to east.
fn inside(rings: Rings<'_>) -> Option<Position> {
    let shell = rings.iter().next()?;
    let (low, high) = shell.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(l, h), (_, y)| (l.min(y), h.max(y)));
    let mut best: Option<(f64, Position)> = None;
    // Odd parts of the height that corners rarely stand at; the middle first, so that it wins where they are alike.
    for share in [0.500_13, 0.387_1, 0.613_7, 0.251_9, 0.748_7, 0.123_1, 0.877_3] {
        let y = low + (high - low) * share;
        let mut crossings: Vec<f64> = Vec::new();
        for ring in rings.iter() {
            for (a, b) in ring.iter().zip(ring.iter().skip(1)) {
                if (a.1 > y) != (b.1 > y) {
                    crossings.push(a.0 + (y - a.1) / (b.1 - a.1) * (b.0 - a.0));
                }
            }
        }
        crossings.sort_by(f64::total_cmp);
        for pair in crossings.chunks_exact(2) {
            let (width, at) = (pair[1] - pair[0], ((pair[0] + pair[1]) / 2.0, y));
            // A line off the middle must be clearly wider to win.
            let better = best.is_none_or(|(w, _)| width > w * 1.1);
            if better && rings.iter().enumerate().all(|(i, r)| (locate(at, r.iter()) == Side::Inside) == (i == 0)) {
                best = Some((width, at));
            }
        }
    }
    best.map(|(_, at)| at)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn near(a: f64, b: f64, share: f64) -> bool {
        (a - b).abs() <= b.abs() * share
    }

    /// Answers of GeographicLib (pyproj 3, Geod(ellps="GRS80")).
    #[test]
    fn distances_agree_with_geographiclib() {
        for (a, b, metres) in [
            ((39.7178, 41.0027), (28.9784, 41.0082), 902_916.758_850),
            ((39.7178, 41.0027), (39.7190, 41.0032), 115.220_254_766),
            ((39.7, 37.0), (39.7, 41.0), 444_062.316_380),
        ] {
            assert!(near(distance_m(a, b), metres, 1e-5), "{} {metres}", distance_m(a, b));
        }
        assert_eq!(distance_m((39.0, 41.0), (39.0, 41.0)), 0.0);
    }

    /// Answers of GeographicLib, edges cut into 2,000 pieces so that they run straight in longitude and latitude.
    #[test]
    fn areas_agree_with_geographiclib() {
        for (ring, square_metres) in [
            (vec![(39.70, 41.00), (39.7012, 41.0), (39.7012, 41.0009), (39.70, 41.0009), (39.70, 41.00)], 10_090.956_542),
            (vec![(39.0, 40.5), (40.5, 40.5), (40.5, 41.2), (39.0, 41.2), (39.0, 40.5)], 9_832_607_150.2),
            (vec![(39.0, 40.5), (40.5, 40.6), (39.4, 41.2), (39.0, 40.5)], 4_734_879_271.7),
        ] {
            let area = area_m2(&Wkb::polygon(&[ring]).expect("finite"));
            assert!(near(area, square_metres, 1e-4), "{area} {square_metres}");
        }
    }

    #[test]
    fn a_label_lies_on_its_area() {
        // A horseshoe: its centre of gravity lies outside.
        let shoe =
            vec![(0.0, 0.0), (9.0, 0.0), (9.0, 9.0), (8.0, 9.0), (8.0, 1.0), (1.0, 1.0), (1.0, 9.0), (0.0, 9.0), (0.0, 0.0)];
        let geometry = Wkb::polygon(std::slice::from_ref(&shoe)).expect("finite");
        let centre = centroid(&geometry).expect("not empty");
        assert_eq!(locate(centre, shoe.iter().copied()), Side::Outside);
        let label = point_on_surface(&geometry).expect("not empty");
        assert_eq!(locate(label, shoe.iter().copied()), Side::Inside);
        let square = Wkb::polygon(&[vec![(0.0, 0.0), (4.0, 0.0), (4.0, 4.0), (0.0, 4.0), (0.0, 0.0)]]).expect("finite");
        let (x, y) = centroid(&square).expect("not empty");
        assert!((x - 2.0).abs() < 1e-12 && (y - 2.0).abs() < 1e-12);
    }

    proptest! {
        #[test]
        fn labels_of_star_shapes_lie_inside(radii in prop::collection::vec(1u16..500, 3..60)) {
            let mut ring: Vec<Position> = radii
                .iter()
                .enumerate()
                .map(|(i, r)| {
                    let (sin, cos) = (std::f64::consts::TAU * i as f64 / radii.len() as f64).sin_cos();
                    (39.0 + f64::from(*r) * 1e-4 * cos, 41.0 + f64::from(*r) * 1e-4 * sin)
                })
                .collect();
            ring.push(ring[0]);
            let label = point_on_surface(&Wkb::polygon(&[ring.clone()]).expect("finite")).expect("not empty");
            prop_assert_eq!(locate(label, ring.into_iter()), Side::Inside);
        }

        #[test]
        fn any_geometry_can_be_measured(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            if let Ok(g) = Wkb::parse(&bytes) {
                let _ = (area_m2(&g), length_m(&g), centroid(&g), point_on_surface(&g));
            }
        }
    }
}
