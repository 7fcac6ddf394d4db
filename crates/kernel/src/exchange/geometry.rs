//! Geometry of deliveries: to longitude/latitude, repaired, in the register's type.

use super::SourceCrs;
use crate::{Bilingual, Error, Result};
use meydan_geo::{
    GeometryType, Wkb,
    crs::Crs,
    repair::{self, Repair},
};

/// How far outside of a system's area, in degrees, coordinates may lie; further out the system named is the wrong one.
const MARGIN_DEGREES: f64 = 3.0;

/// The way of geometries into the house.
#[derive(Clone, Copy)]
pub(super) struct Way {
    crs: Crs,
    wanted: GeometryType,
}

/// A geometry as it may come in.
pub(super) struct Placed {
    pub(super) geometry: Wkb,
    /// What was repaired.
    pub(super) repairs: Vec<Repair>,
}

/// The system of a source, or why it can't be read.
///
/// # Errors
/// `unknown-crs`, `unsupported-crs`.
pub(super) fn system(crs: &SourceCrs) -> Result<Crs> {
    match crs {
        SourceCrs::Epsg(code) => Crs::from_epsg(*code).ok_or_else(|| {
            Error::new(
                crate::Kind::Unsupported,
                "unsupported-crs",
                format!("EPSG:{code} koordinat sistemi desteklenmiyor."),
                format!("The coordinate system EPSG:{code} is not supported."),
            )
            .hint(supported().0, supported().1)
        }),
        SourceCrs::Unknown => Err(Error::invalid(
            "unknown-crs",
            "Dosya koordinat sistemini söylemiyor.",
            "The file does not say its coordinate system.",
        )
        .hint(
            "--crs ile belirtin; örneğin Trabzon için TUREF/TM39: --crs EPSG:5257, boylam/enlem: --crs EPSG:4326.",
            "Name it by --crs; e.g. TUREF/TM39 for Trabzon: --crs EPSG:5257, longitude/latitude: --crs EPSG:4326.",
        )),
        SourceCrs::Other(name) => Err(Error::invalid(
            "unknown-crs",
            format!("“{name}” koordinat sistemi tanınmıyor."),
            format!("The coordinate system “{name}” is not known."),
        )
        .hint("Doğrusunu --crs ile belirtin, örneğin --crs EPSG:5257.", "Name the right one by --crs, e.g. --crs EPSG:5257.")),
    }
}

fn supported() -> (String, String) {
    let codes: Vec<String> = Crs::all().map(Crs::curie).collect();
    (format!("Desteklenenler: {}", codes.join(", ")), format!("Supported: {}", codes.join(", ")))
}

impl Way {
    pub(super) fn new(crs: Crs, wanted: GeometryType) -> Self {
        Self { crs, wanted }
    }

    /// A source's geometry as the register's; `repair` is false for those known to be sound.
    ///
    /// # Errors
    /// Why it can't be taken.
    pub(super) fn place(&self, geometry: &Wkb, repair: bool) -> Result<Placed, Bilingual> {
        let geometry = self.crs.inverse_geometry(geometry).ok_or_else(|| {
            Bilingual::new(
                format!("koordinatlar {} sisteminde değil", self.crs),
                format!("the coordinates are not of the system {}", self.crs),
            )
        })?;
        self.check_area(&geometry)?;
        let (geometry, repairs) = if repair {
            let repaired = repair::repair(&geometry).map_err(|fault| Bilingual::new(fault.tr(), fault.en()))?;
            (repaired.geometry, repaired.repairs)
        } else {
            (geometry, Vec::new())
        };
        Ok(Placed { geometry: in_type(geometry, self.wanted), repairs })
    }

    fn check_area(&self, geometry: &Wkb) -> Result<(), Bilingual> {
        let Some(b) = geometry.bbox() else { return Ok(()) };
        let a = self.crs.area_of_use();
        let m = if self.crs.is_lon_lat() { 0.0 } else { MARGIN_DEGREES };
        if b.min_x >= a.min_x - m && b.max_x <= a.max_x + m && b.min_y >= a.min_y - m && b.max_y <= a.max_y + m {
            return Ok(());
        }
        let (x, y) = (b.min_x, b.min_y);
        Err(Bilingual::new(
            format!(
                "{} sisteminin alanının dışında (boylam {x:.4}, enlem {y:.4}); koordinat sistemi yanlış olabilir",
                self.crs
            ),
            format!(
                "outside of the area of {} (longitude {x:.4}, latitude {y:.4}); the coordinate system may be wrong",
                self.crs
            ),
        ))
    }
}

/// A single geometry as the multi that the register wants, or the other way round where that loses nothing.
fn in_type(geometry: Wkb, wanted: GeometryType) -> Wkb {
    use GeometryType::*;
    match (geometry.geometry_type(), wanted) {
        (Point, MultiPoint) | (LineString, MultiLineString) | (Polygon, MultiPolygon) => geometry.to_multi(),
        (MultiPoint, Point) | (MultiLineString, LineString) | (MultiPolygon, Polygon) => {
            geometry.to_single().unwrap_or(geometry)
        }
        _ => geometry,
    }
}

/// True if the shape is what it was: rings were turned round, positions said twice dropped. Counted, but nobody need look.
pub(super) fn only_tidied(repairs: &[Repair]) -> bool {
    repairs.iter().all(|r| matches!(r, Repair::Rewound(_) | Repair::DroppedPositions(_)))
}
