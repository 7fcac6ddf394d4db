//! Areas whose rings may cross, touch or run over themselves after snapping and clipping: their valid form on the grid.

use super::ring::{Pt, double_area};
use crate::{Wkb, parts::PolygonRings, validity};
use i_overlay::{
    core::{
        fill_rule::FillRule,
        overlay::{ContourDirection, IntOverlayOptions, Overlay},
    },
    i_float::int::point::IntPoint,
};

/// Holds the overlay's memory from area to area.
pub(crate) struct Repair {
    overlay: Overlay<i32>,
    contours: Vec<Vec<IntPoint<i32>>>,
}

impl Default for Repair {
    fn default() -> Self {
        // OGC validity also parts rings that touch themselves in a point.
        let options = IntOverlayOptions {
            output_direction: ContourDirection::CounterClockwise,
            ogc: true,
            ..IntOverlayOptions::default()
        };
        Self { overlay: Overlay::new_custom(64, options, Default::default()), contours: Vec::new() }
    }
}

impl Repair {
    /// Forgets the area before.
    pub(crate) fn start(&mut self) {
        self.contours.clear();
    }

    /// Adds a ring that lies within the tile's box; exterior rings fill and the others cut out, whichever way they are wound.
    pub(crate) fn add(&mut self, ring: &[Pt], exterior: bool) {
        let turned = (double_area(ring) > 0) != exterior;
        self.contours.push(if turned { ring.iter().rev().map(int).collect() } else { ring.iter().map(int).collect() });
    }

    /// Gives each ring of the valid form to `ring`, every exterior one before its holes: exterior rings with positive area,
    /// holes with negative.
    pub(crate) fn finish(&mut self, mut ring: impl FnMut(&[Pt])) {
        let mut mended = self.mend();
        // In a scribble whose holes touch each other the overlay may give a hole to the wrong area (i_overlay 9.1, seen by
        // the property test). A second pass finds it a home; if not, the area is drawn without its holes.
        if !valid(&mended) {
            self.contours = mended.iter().flatten().map(|r| r.iter().map(int).collect()).collect();
            mended = self.mend();
        }
        if !valid(&mended) {
            mended.iter_mut().for_each(|rings| rings.truncate(1));
            if !valid(&mended) {
                mended.clear();
            }
        }
        mended.iter().flatten().for_each(|r| ring(r));
    }

    /// Polygons of rings, the exterior one first.
    fn mend(&mut self) -> Vec<Vec<Vec<Pt>>> {
        // Non-zero: both wings of a bow tie stay, and areas that overlap by a unit stay filled.
        let shapes = self.overlay.simplify_source(&self.contours, FillRule::NonZero);
        let polygon = |contours: Vec<Vec<IntPoint<i32>>>| {
            let mut rings: Vec<Vec<Pt>> = Vec::with_capacity(contours.len());
            for contour in contours {
                let mut ring: Vec<Pt> = contour.iter().map(|p| (i64::from(p.x), i64::from(p.y))).collect();
                let area = double_area(&ring);
                if (area > 0) != rings.is_empty() {
                    ring.reverse();
                }
                if ring.len() >= 3 && area != 0 {
                    rings.push(ring);
                } else if rings.is_empty() {
                    break;
                }
            }
            rings
        };
        shapes.into_iter().map(polygon).filter(|rings| !rings.is_empty()).collect()
    }
}

fn int(p: &Pt) -> IntPoint<i32> {
    IntPoint::new(p.0 as i32, p.1 as i32)
}

/// True if the polygons are valid together.
fn valid(polygons: &[Vec<Vec<Pt>>]) -> bool {
    let positions = |ring: &Vec<Pt>| ring.iter().chain(ring.first()).map(|p| (p.0 as f64, p.1 as f64)).collect();
    let polygons: Vec<PolygonRings> = polygons.iter().map(|rings| rings.iter().map(positions).collect()).collect();
    polygons.is_empty() || Wkb::multi_polygon(&polygons).is_some_and(|wkb| validity::check(&wkb).is_none())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mended(rings: &[(&[Pt], bool)]) -> Vec<Vec<Pt>> {
        let mut repair = Repair::default();
        repair.start();
        rings.iter().for_each(|(ring, exterior)| repair.add(ring, *exterior));
        let mut out = Vec::new();
        repair.finish(|ring| out.push(ring.to_vec()));
        out
    }

    #[test]
    fn a_bow_tie_becomes_two_wings() {
        let out = mended(&[(&[(0, 0), (10, 10), (10, 0), (0, 10)], true)]);
        assert_eq!(out.len(), 2);
        assert!(out.iter().all(|ring| double_area(ring) == 50));
    }

    #[test]
    fn a_courtyard_stays_a_hole_whichever_way_it_is_wound() {
        let house: &[Pt] = &[(0, 0), (10, 0), (10, 10), (0, 10)];
        for yard in [[(3, 3), (6, 3), (6, 6), (3, 6)], [(3, 6), (6, 6), (6, 3), (3, 3)]] {
            let out = mended(&[(house, true), (&yard, false)]);
            assert_eq!(out.iter().map(|r| double_area(r)).collect::<Vec<_>>(), [200, -18]);
        }
    }

    #[test]
    fn sides_that_run_over_themselves_along_the_box_go() {
        // A horseshoe cut off below: Sutherland–Hodgman leaves a bridge between its feet.
        let out = mended(&[(&[(0, 0), (30, 0), (30, 20), (20, 20), (20, 10), (10, 10), (10, 20), (0, 20)], true)]);
        assert_eq!(out.len(), 1);
        let bridged = mended(&[(&[(0, 20), (0, 0), (10, 0), (10, 20), (20, 20), (20, 0), (30, 0), (30, 20)], true)]);
        assert_eq!(bridged.len(), 2);
        assert!(bridged.iter().all(|r| double_area(r) == 400));
    }

    #[test]
    fn nothing_comes_of_nothing() {
        assert!(mended(&[]).is_empty());
        assert!(mended(&[(&[(0, 0), (5, 0), (9, 0)], true)]).is_empty());
    }
}
