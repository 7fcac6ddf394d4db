//! WKB to GeoJSON text.

use super::number;
use crate::{
    GeometryType, Wkb,
    parts::{Coords, Part, Parts},
};

/// A transformed coordinate is not a finite number: the place can't be shown in the asked CRS.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a coordinate can't be shown in the asked coordinate reference system")]
pub struct NotFinite;

/// Appends the geometry object in longitude, latitude with the shortest numbers that read back the same.
pub fn write(geometry: &Wkb, out: &mut Vec<u8>) {
    // A place takes about 40 bytes of text for 16 of WKB.
    out.reserve(geometry.as_bytes().len() * 5 / 2);
    object(&mut geometry.parts(), out, &mut |x, y, out| {
        out.push(b'[');
        number::shortest(x, out);
        out.push(b',');
        number::shortest(y, out);
        out.push(b']');
    });
}

/// Appends the geometry object with each pair replaced by `map` and rounded to `decimals` (at most 15).
///
/// # Errors
/// [`NotFinite`] if `map` gives a pair that is not finite; `out` is as before then.
pub fn write_mapped(
    geometry: &Wkb,
    out: &mut Vec<u8>,
    decimals: u8,
    mut map: impl FnMut(f64, f64) -> (f64, f64),
) -> Result<(), NotFinite> {
    let before = out.len();
    let mut finite = true;
    out.reserve(geometry.as_bytes().len() * 5 / 2);
    object(&mut geometry.parts(), out, &mut |x, y, out| {
        let (x, y) = map(x, y);
        finite &= x.is_finite() && y.is_finite();
        out.push(b'[');
        number::fixed(x, decimals, out);
        out.push(b',');
        number::fixed(y, decimals, out);
        out.push(b']');
    });
    if !finite {
        out.truncate(before);
        return Err(NotFinite);
    }
    Ok(())
}

/// Writes one geometry object.
fn object(parts: &mut Parts<'_>, out: &mut Vec<u8>, position: &mut impl FnMut(f64, f64, &mut Vec<u8>)) {
    let Some(part) = parts.next() else {
        // Only bytes that no `Wkb` can hold end here: the object is null, as a missing geometry is.
        out.extend_from_slice(b"null");
        return;
    };
    let name: &[u8] = match part {
        Part::Point(..) => b"Point",
        Part::Line(_) => b"LineString",
        Part::Polygon(_) => b"Polygon",
        Part::Group(GeometryType::MultiPoint, _) => b"MultiPoint",
        Part::Group(GeometryType::MultiLineString, _) => b"MultiLineString",
        Part::Group(GeometryType::MultiPolygon, _) => b"MultiPolygon",
        Part::Group(..) => b"GeometryCollection",
    };
    out.extend_from_slice(b"{\"type\":\"");
    out.extend_from_slice(name);
    match part {
        Part::Group(GeometryType::GeometryCollection, n) => {
            out.extend_from_slice(b"\",\"geometries\":[");
            for i in 0..n {
                if i > 0 {
                    out.push(b',');
                }
                object(parts, out, position);
            }
            out.push(b']');
        }
        Part::Group(_, n) => {
            out.extend_from_slice(b"\",\"coordinates\":[");
            for (i, member) in parts.by_ref().take(n).enumerate() {
                if i > 0 {
                    out.push(b',');
                }
                coordinates(member, out, position);
            }
            out.push(b']');
        }
        single => {
            out.extend_from_slice(b"\",\"coordinates\":");
            coordinates(single, out, position);
        }
    }
    out.push(b'}');
}

fn coordinates(part: Part<'_>, out: &mut Vec<u8>, position: &mut impl FnMut(f64, f64, &mut Vec<u8>)) {
    match part {
        Part::Point(x, y) => position(x, y, out),
        Part::Line(line) => run(line, out, position),
        Part::Polygon(rings) => {
            out.push(b'[');
            for (i, ring) in rings.iter().enumerate() {
                if i > 0 {
                    out.push(b',');
                }
                run(ring, out, position);
            }
            out.push(b']');
        }
        Part::Group(..) => out.extend_from_slice(b"null"),
    }
}

fn run(line: Coords<'_>, out: &mut Vec<u8>, position: &mut impl FnMut(f64, f64, &mut Vec<u8>)) {
    out.push(b'[');
    for (i, (x, y)) in line.iter().enumerate() {
        if i > 0 {
            out.push(b',');
        }
        position(x, y, out);
    }
    out.push(b']');
}
