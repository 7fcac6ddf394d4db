//! Where something is: the neighbourhood that holds a point, the street next to it.

use meydan_geo::{Bbox, Wkb, parts::Part, relate};
use meydan_kernel::{Query, Record, Result, Value, catalogue::Action, desk::Deed, query::Key};
use std::sync::Arc;
use uuid::Uuid;

/// A street further away, in metres, is not the one.
const MAX_METRES: f64 = 60.0;
/// Metres of a degree of latitude (mean of the ellipsoid at the city's latitude).
const METRES_PER_DEGREE: f64 = 111_050.0;
/// Limit: streets or neighbourhoods whose boxes touch.
const MAX_NEAR: usize = 500;

/// The first position of a geometry.
pub(super) fn position(geometry: &Wkb) -> Option<(f64, f64)> {
    let mut first = None;
    geometry.each_coord(|x, y| first = first.or(Some((x, y))));
    first
}

async fn touching(deed: &Deed<'_>, register: &str, bbox: Bbox) -> Result<Vec<Record>> {
    let Some(register) = deed.catalogue.registers.get(register) else { return Ok(Vec::new()) };
    let query = Query { bbox: vec![bbox], limit: Some(MAX_NEAR), ..Query::all(Arc::clone(register)) };
    deed.desk.store().query(&query).await
}

/// The neighbourhood that holds the point.
pub(super) async fn neighbourhood_at(deed: &Deed<'_>, at: (f64, f64)) -> Result<Option<Record>> {
    let Some(point) = Wkb::point(at.0, at.1) else { return Ok(None) };
    let all = touching(deed, "neighbourhood", Bbox::new(at.0, at.1, at.0, at.1)).await?;
    Ok(all.into_iter().find(|r| r.geometry.as_ref().is_some_and(|area| relate::intersects(area, &point))))
}

/// The street nearest to the point, within [`MAX_METRES`].
pub(super) async fn street_near(deed: &Deed<'_>, at: (f64, f64)) -> Result<Option<Record>> {
    let (dx, dy) = (MAX_METRES / (METRES_PER_DEGREE * at.1.to_radians().cos()), MAX_METRES / METRES_PER_DEGREE);
    let all = touching(deed, "street", Bbox::new(at.0 - dx, at.1 - dy, at.0 + dx, at.1 + dy)).await?;
    let far = |r: Record| r.geometry.as_ref().map(|line| metres(line, at)).map(|m| (m, r));
    let near = all.into_iter().filter_map(far).filter(|(m, _)| *m <= MAX_METRES);
    Ok(near.min_by(|a, b| a.0.total_cmp(&b.0)).map(|(_, r)| r))
}

/// How far a point is from lines, in metres: on a plane that touches the earth at the point, exact enough for a street's width.
fn metres(lines: &Wkb, at: (f64, f64)) -> f64 {
    let east = METRES_PER_DEGREE * at.1.to_radians().cos();
    let plane = |(x, y): (f64, f64)| ((x - at.0) * east, (y - at.1) * METRES_PER_DEGREE);
    let mut nearest = f64::INFINITY;
    for part in lines.parts() {
        let Part::Line(line) = part else { continue };
        let positions = line.iter().map(plane);
        for (a, b) in positions.clone().zip(positions.skip(1)) {
            nearest = nearest.min(to_segment(a, b));
        }
    }
    nearest
}

/// How far the origin is from a segment.
fn to_segment(a: (f64, f64), b: (f64, f64)) -> f64 {
    let (dx, dy) = (b.0 - a.0, b.1 - a.1);
    let square = dx * dx + dy * dy;
    let share = if square > 0.0 { (-(a.0 * dx + a.1 * dy) / square).clamp(0.0, 1.0) } else { 0.0 };
    (a.0 + share * dx).hypot(a.1 + share * dy)
}

/// A record that the case refers to.
pub(super) async fn referred(deed: &Deed<'_>, register: &str, id: Option<Uuid>) -> Result<Option<Record>> {
    match (deed.catalogue.registers.get(register), id) {
        (Some(register), Some(id)) => deed.desk.store().get(register, Key::Id(id), None).await,
        _ => Ok(None),
    }
}

/// True if who does the deed may read a case of its register, if only as everybody does: whoever names it to the house must see it.
pub(super) fn is_seen(deed: &Deed<'_>, case: &Record) -> bool {
    deed.desk.access(deed.principal, deed.register, Action::Read).of(case).is_some()
}

/// A text of a record of a register.
pub(super) fn text_of(deed: &Deed<'_>, register: &str, record: &Record, field: &str) -> Option<String> {
    match record.value(deed.catalogue.registers.get(register)?, field)? {
        Value::Text(text) => Some(text.clone()),
        _ => None,
    }
}

/// A record that a record of a register refers to.
pub(super) fn id_of(deed: &Deed<'_>, register: &str, record: &Record, field: &str) -> Option<Uuid> {
    match record.value(deed.catalogue.registers.get(register)?, field)? {
        Value::Reference(id) => Some(*id),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn metres_to_a_line_are_those_of_the_earth() {
        let line = Wkb::line_string(&[(39.70, 41.0), (39.71, 41.0)]).expect("a line");
        // A thousandth of a degree to the north of it: some 111 m; beyond its end: to the end.
        assert!((metres(&line, (39.705, 41.001)) - 111.05).abs() < 0.5);
        let beyond = metres(&line, (39.711, 41.0));
        assert!((beyond - 83.8).abs() < 0.5, "{beyond}");
        assert_eq!(metres(&line, (39.705, 41.0)).round(), 0.0);
    }
}
