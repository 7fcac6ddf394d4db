//! Repair of what can be repaired without guessing: open rings, positions said twice, winding, rings that touch or cross.

mod overlay;
mod shape;

use crate::{
    Wkb,
    parts::{PolygonRings, Position},
    predicates::doubled_area,
    validity::{self, Fault, FaultKind},
};
use shape::Shape;

/// One thing that was done.
#[derive(Debug, Clone, PartialEq)]
pub enum Repair {
    /// So many rings were closed.
    ClosedRings(usize),
    /// So many positions that only said the one before again were dropped.
    DroppedPositions(usize),
    /// So many rings were turned round (RFC 7946: exterior rings counter-clockwise, holes clockwise).
    Rewound(usize),
    /// So many rings or parts that enclose or reach nothing were dropped.
    DroppedParts(usize),
    /// The area was rebuilt because of this fault.
    Rebuilt(Fault),
}

impl Repair {
    /// Turkish sentence.
    pub fn tr(&self) -> String {
        match self {
            Self::ClosedRings(n) => format!("{n} açık halka kapatıldı"),
            Self::DroppedPositions(n) => format!("art arda yinelenen {n} nokta çıkarıldı"),
            Self::Rewound(n) => format!("{n} halkanın yönü düzeltildi"),
            Self::DroppedParts(n) => format!("alanı ya da uzunluğu olmayan {n} parça çıkarıldı"),
            Self::Rebuilt(fault) => format!("{}; alan yeniden kuruldu", fault.tr()),
        }
    }

    /// English sentence.
    pub fn en(&self) -> String {
        let s = |n: &usize| if *n == 1 { "" } else { "s" };
        match self {
            Self::ClosedRings(n) => format!("{n} open ring{} closed", s(n)),
            Self::DroppedPositions(n) => format!("{n} repeated position{} dropped", s(n)),
            Self::Rewound(n) => format!("{n} ring{} turned round", s(n)),
            Self::DroppedParts(n) => format!("{n} part{} without area or length dropped", s(n)),
            Self::Rebuilt(fault) => format!("{}; the area was rebuilt", fault.en()),
        }
    }
}

/// A valid geometry and what was done to get it; nothing, if it was fine.
#[derive(Debug, Clone, PartialEq)]
pub struct Repaired {
    /// The geometry. A polygon that falls apart becomes a multi-polygon.
    pub geometry: Wkb,
    /// What was done, in order.
    pub repairs: Vec<Repair>,
}

/// Brings a geometry (longitude, latitude) to a valid one whose rings wind as RFC 7946 wants.
///
/// # Errors
/// The fault that can't be repaired: nothing with an area or a length is left, or the geometry is absurd.
pub fn repair(geometry: &Wkb) -> Result<Repaired, Fault> {
    let empty = Fault { kind: FaultKind::Empty, place: None };
    let mut shape = Shape::of(geometry).ok_or(empty)?;
    let mut done = Done::default();
    let first_fault = validity::check(geometry);
    if !mend(&mut shape, &mut done)? {
        return Err(first_fault.unwrap_or(empty));
    }
    let repairs = done.repairs();
    if repairs.is_empty() {
        return Ok(Repaired { geometry: geometry.clone(), repairs });
    }
    let geometry = shape.to_wkb().ok_or(empty)?;
    match validity::check(&geometry) {
        None => Ok(Repaired { geometry, repairs }),
        Some(fault) => Err(fault),
    }
}

#[derive(Default)]
struct Done {
    closed: usize,
    repeated: usize,
    rewound: usize,
    dropped: usize,
    rebuilt: Option<Fault>,
}

impl Done {
    fn repairs(self) -> Vec<Repair> {
        let counted = [
            (self.closed, Repair::ClosedRings as fn(usize) -> Repair),
            (self.repeated, Repair::DroppedPositions),
            (self.dropped, Repair::DroppedParts),
        ];
        let mut out: Vec<Repair> = counted.into_iter().filter(|(n, _)| *n > 0).map(|(n, repair)| repair(n)).collect();
        out.extend(self.rebuilt.map(Repair::Rebuilt));
        if self.rewound > 0 {
            out.push(Repair::Rewound(self.rewound));
        }
        out
    }
}

/// Mends a shape in place; false if nothing of it is left.
fn mend(shape: &mut Shape, done: &mut Done) -> Result<bool, Fault> {
    Ok(match shape {
        Shape::Point(_) => true,
        Shape::Line(line) => {
            done.repeated += drop_repeated(line);
            line.len() >= 2
        }
        Shape::Group(_, members) => {
            let before = members.len();
            let mut kept = Vec::with_capacity(before);
            for mut member in std::mem::take(members) {
                if mend(&mut member, done)? {
                    kept.push(member);
                }
            }
            done.dropped += before - kept.len();
            *members = kept;
            !members.is_empty()
        }
        Shape::Polygon(rings) => {
            let mut polygons = vec![std::mem::take(rings)];
            mend_polygons(&mut polygons, done)?;
            match polygons.len() {
                0 => return Ok(false),
                1 => *rings = polygons.remove(0),
                _ => *shape = Shape::MultiPolygon(polygons),
            }
            true
        }
        Shape::MultiPolygon(polygons) => {
            let before = polygons.len();
            mend_polygons(polygons, done)?;
            done.dropped += usize::from(polygons.is_empty()) * before;
            !polygons.is_empty()
        }
    })
}

fn mend_polygons(polygons: &mut Vec<PolygonRings>, done: &mut Done) -> Result<(), Fault> {
    let mut at_fault = None;
    polygons.retain_mut(|rings| {
        let exterior_before = rings.len();
        let mut exterior_gone = rings.is_empty();
        let mut index = 0;
        rings.retain_mut(|ring| {
            let keep = mend_ring(ring, done);
            exterior_gone |= index == 0 && !keep;
            index += 1;
            keep
        });
        done.dropped += if exterior_gone { 1 } else { exterior_before - rings.len() };
        !exterior_gone
    });
    if polygons.is_empty() {
        return Ok(());
    }
    if let Some(fault) = Wkb::multi_polygon(polygons).and_then(|g| validity::check(&g)) {
        at_fault = Some(fault);
        *polygons = overlay::rebuild(polygons, fault)?;
    }
    done.rebuilt = done.rebuilt.or(at_fault);
    for rings in polygons.iter_mut() {
        for (index, ring) in rings.iter_mut().enumerate() {
            let counter_clockwise = doubled_area(ring.iter().copied()) > 0.0;
            if counter_clockwise != (index == 0) {
                ring.reverse();
                done.rewound += 1;
            }
        }
    }
    Ok(())
}

/// Drops repeated positions and closes the ring; false if no ring is left.
fn mend_ring(ring: &mut Vec<Position>, done: &mut Done) -> bool {
    done.repeated += drop_repeated(ring);
    let (Some(&first), Some(&last)) = (ring.first(), ring.last()) else { return false };
    if first != last {
        ring.push(first);
        done.closed += 1;
    }
    ring.len() >= 4
}

fn drop_repeated(line: &mut Vec<Position>) -> usize {
    let before = line.len();
    line.dedup();
    before - line.len()
}

#[cfg(test)]
mod tests;
