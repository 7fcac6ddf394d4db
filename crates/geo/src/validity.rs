//! Validity of simple features (OGC 06-103r4, 6.1.11): exact, and quick enough to run for every record written.
//!
//! The winding of rings is no matter of validity there; `repair` brings it to RFC 7946.

mod area;
mod fault;
mod ring;

pub use fault::{Fault, FaultKind};

use crate::{
    GeometryType, Wkb,
    parts::{Coords, Part, Rings},
};

/// The first fault, if any. Empty parts are faults: a record without a place has no geometry at all.
pub fn check(geometry: &Wkb) -> Option<Fault> {
    let mut parts = geometry.parts();
    while let Some(part) = parts.next() {
        let fault = match part {
            Part::Point(..) => None,
            Part::Line(line) => line_fault(line),
            Part::Polygon(rings) => polygon_fault(rings),
            Part::Group(_, 0) => Some(Fault::nowhere(FaultKind::Empty)),
            Part::Group(GeometryType::MultiPolygon, n) if n > 1 => {
                let polygons: Vec<Rings<'_>> = parts
                    .by_ref()
                    .take(n)
                    .filter_map(|part| if let Part::Polygon(rings) = part { Some(rings) } else { None })
                    .collect();
                area::fault(&polygons)
            }
            Part::Group(..) => None,
        };
        if fault.is_some() {
            return fault;
        }
    }
    None
}

fn line_fault(line: Coords<'_>) -> Option<Fault> {
    let Some(first) = line.first() else { return Some(Fault::nowhere(FaultKind::Empty)) };
    line.iter().all(|p| p == first).then(|| Fault::at(FaultKind::ShortLine, first))
}

fn polygon_fault(rings: Rings<'_>) -> Option<Fault> {
    if rings.len() == 1
        && let Some(ring) = rings.iter().next()
        && ring.len() <= ring::SMALL_RING
    {
        return ring::small_ring_fault(ring);
    }
    area::fault(&[rings])
}

#[cfg(test)]
mod tests;
