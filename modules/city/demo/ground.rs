//! The ground of the map: sea, shore, harbour, streams, forest; and the outlines of neighbourhoods and districts.

use super::{
    city::City,
    convex::Point,
    lattice::{Lattice, MESH, Mesh, remoteness},
    quarter::Quarter,
    random::Random,
    terrain::{Terrain, sampled},
};

/// Outlines have a vertex every so many metres.
const STEP: f64 = 30.0;
/// How far the map goes beyond the city: meshes along the coast, rows inland, metres out to sea.
const BEYOND: (i32, f64, f64) = (9, 3.4, 7_000.0);

/// A piece of ground: outline in metres, code of `land_cover_kind`, name.
pub(super) struct Piece {
    pub(super) ring: Vec<Point>,
    pub(super) kind: &'static str,
    pub(super) name: Option<&'static str>,
}

/// Names of streams, from the centre outwards.
const STREAMS: &[&str] =
    &["Değirmen Deresi", "Kavak Dere", "Ak Dere", "Söğütlü Dere", "Taşlı Dere", "Kızıl Dere", "Koca Dere", "Gök Dere"];

/// A straight line of the plan as an outline has it: the same points from whichever end it is asked, so that neighbours meet.
fn border(terrain: &Terrain, a: Point, b: Point) -> Vec<Point> {
    let turned = (b.x, b.y) < (a.x, a.y);
    let (from, to) = if turned { (b, a) } else { (a, b) };
    let mut line: Vec<Point> = sampled(from, to, STEP).map(|p| terrain.place(p)).collect();
    if turned {
        line.reverse();
    }
    line
}

/// A ring of the plan as it really runs; not closed.
fn ring(terrain: &Terrain, corners: &[Point]) -> Vec<Point> {
    let next = corners.iter().cycle().skip(1);
    corners
        .iter()
        .zip(next)
        .flat_map(|(a, b)| {
            let mut line = border(terrain, *a, *b);
            line.pop();
            line
        })
        .collect()
}

/// Outline of a neighbourhood.
pub(super) fn neighbourhood(city: &City, mesh: Mesh) -> Vec<Point> {
    ring(&city.terrain, &city.lattice.outline(mesh))
}

/// Outline of the columns of a district, counterclockwise from the western end of the shore.
pub(super) fn district(city: &City, columns: std::ops::RangeInclusive<i32>) -> Vec<Point> {
    let (first, last) = (*columns.start(), *columns.end());
    let rows = |column: i32| city.rows.get(&column).copied().unwrap_or(0);
    let lattice = &city.lattice;
    let mut corners = vec![lattice.shore(first)];
    corners.extend((0..=rows(first)).map(|j| lattice.corner(first, j)));
    for column in columns.clone() {
        corners.push(lattice.corner(column + 1, rows(column)));
        if column < last {
            // Up or down the line between two columns to where the next one ends.
            let (mut j, end) = (rows(column), rows(column + 1));
            while j != end {
                j += if j < end { 1 } else { -1 };
                corners.push(lattice.corner(column + 1, j));
            }
        }
    }
    corners.extend((0..rows(last)).rev().map(|j| lattice.corner(last + 1, j)));
    corners.extend((first + 1..=last + 1).rev().map(|i| lattice.shore(i)));
    ring(&city.terrain, &corners)
}

/// All pieces of ground.
pub(super) fn pieces(city: &City) -> Vec<Piece> {
    let (first, last) = match (city.rows.first_key_value(), city.rows.last_key_value()) {
        (Some((first, _)), Some((last, _))) => (*first - BEYOND.0, *last + BEYOND.0),
        _ => return Vec::new(),
    };
    let mut pieces = vec![sea(city, first, last)];
    pieces.extend(country(city, first, last));
    pieces.extend(streams(city, first, last));
    pieces.extend(beaches(city));
    pieces.push(harbour(city));
    pieces
}

fn sea(city: &City, first: i32, last: i32) -> Piece {
    let shore: Vec<Point> = (first..=last + 1).map(|i| city.lattice.shore(i)).collect();
    let (west, east) = (shore[0].x, shore[shore.len() - 1].x);
    let mut ring: Vec<Point> = Vec::new();
    for (a, b) in shore.iter().zip(shore.iter().skip(1)) {
        ring.extend(border(&city.terrain, *a, *b));
    }
    ring.dedup();
    ring.extend([Point::new(east, BEYOND.2), Point::new(west, BEYOND.2)]);
    Piece { ring, kind: "sea", name: Some("Karadeniz") }
}

/// Built-up meshes; groves and forest around them. What grows may reach under the city: the style draws it first.
fn country(city: &City, first: i32, last: i32) -> Vec<Piece> {
    let rows = city.rows.values().copied().max().unwrap_or(0);
    let reach = city.neighbourhoods.last().map_or(0.0, |n| remoteness(n.mesh)) + BEYOND.1;
    let mut pieces: Vec<Piece> = Vec::new();
    for n in &city.neighbourhoods {
        let kind = if n.kind == Quarter::Edge { "grass" } else { "built" };
        pieces.push(Piece { ring: neighbourhood(city, n.mesh), kind, name: None });
    }
    for i in first..=last {
        let built = city.rows.get(&i).copied().unwrap_or(0);
        for j in 0..rows + BEYOND.1.ceil() as i32 {
            let mesh = (i, j);
            if j >= built && remoteness(mesh) <= reach {
                grow(city, mesh, f64::from(j - rows.min(5)) * 0.1, &mut pieces);
            }
        }
    }
    pieces
}

/// Woods and groves of a mesh outside the city; the higher, the more woods.
fn grow(city: &City, (i, j): Mesh, height: f64, pieces: &mut Vec<Piece>) {
    let mut random = Random::of(city.seed, &[8, i.into(), j.into()]);
    let corner = city.lattice.corner(i, j);
    for _ in 0..3 {
        let middle = corner.plus(Point::new(random.unit() * MESH[0], -random.unit() * MESH[1]), 1.0);
        let wild = city.terrain.wild(middle) + height + random.between(-0.2, 0.2);
        let kind = if wild > 0.05 { "forest" } else { "orchard" };
        let size = if kind == "forest" { random.between(130.0, 330.0) } else { random.between(70.0, 190.0) };
        let waves: [(f64, f64); 4] = std::array::from_fn(|_| (random.between(0.05, 0.17), random.between(0.0, 6.3)));
        let ring = (0..40)
            .map(|k| {
                let turn = f64::from(k) / 40.0 * std::f64::consts::TAU;
                let bulge: f64 =
                    waves.iter().zip(2..).map(|((share, from), n)| share * (turn * f64::from(n) + from).sin()).sum();
                let out = Point::new(turn.cos() * 1.25, turn.sin() * 0.85);
                city.terrain.place(middle.plus(out, size * (1.0 + bulge)))
            })
            .collect();
        pieces.push(Piece { ring, kind, name: None });
    }
}

/// A road that leaves the city: its line in metres, class, width (m), name.
pub(super) struct Road {
    pub(super) line: Vec<Point>,
    pub(super) class: &'static str,
    pub(super) width: f64,
    pub(super) name: String,
}

/// The coast road to both sides, and roads up to the highland pastures.
pub(super) fn roads(city: &City) -> Vec<Road> {
    let Some(((first, _), (last, _))) = city.rows.first_key_value().zip(city.rows.last_key_value()) else { return Vec::new() };
    let along = |corners: Vec<Point>| {
        let mut line: Vec<Point> = Vec::new();
        for (a, b) in corners.iter().zip(corners.iter().skip(1)) {
            line.extend(sampled(*a, *b, STEP).map(|p| city.terrain.place(p)));
            line.pop();
        }
        line.extend(corners.last().map(|p| city.terrain.place(*p)));
        line
    };
    let coast = |columns: Vec<i32>, name: &str| Road {
        line: along(columns.into_iter().map(|i| city.lattice.corner(i, 0)).collect()),
        class: "arterial",
        width: 22.0,
        name: name.to_owned(),
    };
    let mut roads = vec![
        coast((*last + 1..=*last + BEYOND.0).collect(), "Doğu Sahil Yolu"),
        coast((*first - BEYOND.0..=*first).rev().collect(), "Batı Sahil Yolu"),
    ];
    let top = city.rows.values().copied().max().unwrap_or(0) + BEYOND.1 as i32;
    for i in (*first..=*last + 1).filter(|i| i.rem_euclid(3) == 0 && !Lattice::is_stream(*i)) {
        let rows = [i - 1, i].iter().filter_map(|c| city.rows.get(c)).max().copied().unwrap_or(0);
        let line = along((rows..=top).map(|j| city.lattice.corner(i, j)).collect());
        roads.push(Road { line, class: "collector", width: 8.0, name: format!("{}. Yayla Yolu", roads.len() - 1) });
    }
    roads.retain(|road| road.line.len() > 1);
    roads
}

fn streams(city: &City, first: i32, last: i32) -> Vec<Piece> {
    let rows = city.rows.values().copied().max().unwrap_or(0) + BEYOND.1.ceil() as i32;
    let mut lines: Vec<i32> = (first + 6..=last - 5).filter(|i| Lattice::is_stream(*i)).collect();
    lines.sort_by_key(|i| i.abs());
    lines
        .into_iter()
        .enumerate()
        .map(|(index, i)| {
            let mut line = vec![city.lattice.shore(i).plus(Point::new(0.0, 1.0), 5.0)];
            line.extend((0..=rows).map(|j| city.lattice.corner(i, j)));
            Piece { ring: banks(city, &line), kind: "stream", name: Some(STREAMS[index % STREAMS.len()]) }
        })
        .collect()
}

/// Both banks of a stream along a line of the plan from its mouth up: it winds a little and grows narrower.
fn banks(city: &City, line: &[Point]) -> Vec<Point> {
    let length: f64 = line.iter().zip(line.iter().skip(1)).map(|(a, b)| a.distance(*b)).sum();
    let (mut west, mut east, mut run) = (Vec::new(), Vec::new(), 0.0);
    for (a, b) in line.iter().zip(line.iter().skip(1)) {
        for p in sampled(*a, *b, 18.0) {
            let up = (run + a.distance(p)) / length;
            let half = 6.5 - 4.0 * up;
            let middle = p.x + 3.0 * ((run + a.distance(p)) / 47.0).sin();
            west.push(city.terrain.place(Point::new(middle - half, p.y)));
            east.push(city.terrain.place(Point::new(middle + half, p.y)));
        }
        run += a.distance(*b);
        // The next part starts where this one ends.
        west.pop();
        east.pop();
    }
    east.reverse();
    west.extend(east);
    // West bank inland, then east bank back to the sea: counterclockwise.
    west
}

/// A strip of the plan along the shore of a column: from `low` to `high` metres north of the shore line.
pub(super) fn shore_strip(city: &City, column: i32, low: f64, high: f64) -> Vec<Point> {
    const AWAY: f64 = 30.0;
    let (west, east) = (city.lattice.shore(column).x + AWAY, city.lattice.shore(column + 1).x - AWAY);
    let corners = [Point::new(west, low), Point::new(east, low), Point::new(east, high), Point::new(west, high)];
    ring(&city.terrain, &corners)
}

fn beaches(city: &City) -> Vec<Piece> {
    let columns = city.rows.keys().filter(|i| matches!(i.rem_euclid(6), 3 | 4));
    columns.map(|i| Piece { ring: shore_strip(city, *i, -9.0, 9.0), kind: "beach", name: None }).collect()
}

/// A quay with a long mole that shelters it.
fn harbour(city: &City) -> Piece {
    let shape = [
        (660.0, -3.0),
        (1_130.0, -3.0),
        (1_130.0, 105.0),
        (1_020.0, 105.0),
        (1_020.0, 160.0),
        (920.0, 160.0),
        (920.0, 105.0),
        (700.0, 105.0),
        (700.0, 345.0),
        (1_150.0, 430.0),
        (1_240.0, 400.0),
        (1_252.0, 418.0),
        (1_155.0, 452.0),
        (660.0, 362.0),
    ];
    let corners: Vec<Point> = shape.iter().map(|(x, y)| Point::new(*x, *y)).collect();
    Piece { ring: ring(&city.terrain, &corners), kind: "harbour", name: Some("Örnek Limanı") }
}
