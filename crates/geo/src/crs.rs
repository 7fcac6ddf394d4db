//! Coordinate reference systems that the house speaks, and the way between them and its own longitude/latitude (CRS84).
//!
//! Pairs are (east, north) or (longitude, latitude) everywhere in the house. Some systems are defined the other way round
//! (EPSG:4326, TUREF/TM: northing first): [`Crs::north_first`] says so, and faces swap where their standard wants the
//! definition's order (OGC API Features Part 2, GML).

mod parse;
mod table;

use crate::{Bbox, Wkb};
use proj4rs::{Proj, adaptors::transform_vertex_2d};
use table::{Definition, TABLE};

/// A coordinate reference system: a place in the table, cheap to copy.
#[derive(Clone, Copy)]
pub struct Crs(&'static Definition);

impl PartialEq for Crs {
    fn eq(&self, other: &Self) -> bool {
        self.0.code == other.0.code
    }
}

impl Eq for Crs {}

impl std::hash::Hash for Crs {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.0.code.hash(state);
    }
}

impl std::fmt::Debug for Crs {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Crs({})", self.curie())
    }
}

impl std::fmt::Display for Crs {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.curie())
    }
}

impl Crs {
    /// OGC:CRS84, longitude and latitude on WGS 84: what the house stores and RFC 7946 wants.
    pub fn crs84() -> Self {
        // The table's first row; the table is a constant list that is never empty.
        Self(&TABLE[0])
    }

    /// Reads `http://www.opengis.net/def/crs/EPSG/0/5257`, `urn:ogc:def:crs:EPSG::5257`, `EPSG:5257`, `[EPSG:5257]`, `5257` and
    /// the same of `OGC:CRS84`; `None` for what the house doesn't speak.
    pub fn parse(text: &str) -> Option<Self> {
        match parse::code(text)? {
            parse::Code::Crs84 => Some(Self::crs84()),
            parse::Code::Epsg(code) => Self::from_epsg(code),
        }
    }

    /// By EPSG code.
    pub fn from_epsg(code: u32) -> Option<Self> {
        TABLE.iter().find(|d| d.code == Some(code)).map(Self)
    }

    /// The systems that services offer: CRS84 first, then 4326, 3857 and TUREF/TM27–TM45 (EPSG:5253–5259).
    pub fn offered() -> impl Iterator<Item = Self> {
        TABLE.iter().filter(|d| d.offered).map(Self)
    }

    /// All systems that are understood, imports included.
    pub fn all() -> impl Iterator<Item = Self> {
        TABLE.iter().map(Self)
    }

    /// The EPSG code; `None` for CRS84, which is OGC's.
    pub fn code(self) -> Option<u32> {
        self.0.code
    }

    /// The number by which GeoPackage and PostGIS know it; CRS84 is 4326 there, whose columns hold longitude first.
    pub fn srid(self) -> i32 {
        self.0.code.and_then(|code| i32::try_from(code).ok()).unwrap_or(4326)
    }

    /// The OGC URI.
    pub fn uri(self) -> String {
        match self.0.code {
            None => "http://www.opengis.net/def/crs/OGC/1.3/CRS84".to_owned(),
            Some(code) => format!("http://www.opengis.net/def/crs/EPSG/0/{code}"),
        }
    }

    /// `EPSG:5257`, `OGC:CRS84`.
    pub fn curie(self) -> String {
        match self.0.code {
            None => "OGC:CRS84".to_owned(),
            Some(code) => format!("EPSG:{code}"),
        }
    }

    /// Its name in Turkish.
    pub fn title_tr(self) -> String {
        self.0.title_tr()
    }

    /// Its name in English.
    pub fn title_en(self) -> String {
        self.0.title_en()
    }

    /// True if the definition puts latitude or northing first.
    pub fn north_first(self) -> bool {
        self.0.north_first
    }

    /// True for degrees, false for metres.
    pub fn is_geographic(self) -> bool {
        self.0.geographic
    }

    /// True if its pairs are the house's own numbers (CRS84 and 4326): nothing to calculate.
    pub fn is_lon_lat(self) -> bool {
        self.0.is_wgs84()
    }

    /// Decimals worth writing: 0.1 mm.
    pub fn decimals(self) -> u8 {
        if self.0.geographic { 9 } else { 4 }
    }

    /// The PROJ string.
    pub fn proj_string(self) -> String {
        self.0.proj_string()
    }

    /// Where it is meant to be used, in longitude and latitude.
    pub fn area_of_use(self) -> Bbox {
        self.0.area
    }

    /// From longitude, latitude to (east, north) of this system; `None` where it has no answer.
    pub fn forward(self, lon: f64, lat: f64) -> Option<(f64, f64)> {
        if self.is_lon_lat() {
            return Some((lon, lat));
        }
        if self.0.code == Some(3857) {
            return mercator(lon, lat);
        }
        let (x, y) = transform_vertex_2d(table::wgs84()?, self.projection()?, (lon.to_radians(), lat.to_radians())).ok()?;
        finite(if self.0.geographic { (x.to_degrees(), y.to_degrees()) } else { (x, y) })
    }

    /// From (east, north) of this system to longitude, latitude; `None` where it has no answer.
    pub fn inverse(self, x: f64, y: f64) -> Option<(f64, f64)> {
        if self.is_lon_lat() {
            return Some((x, y));
        }
        if self.0.code == Some(3857) {
            return finite(inverse_mercator(x, y));
        }
        let from = if self.0.geographic { (x.to_radians(), y.to_radians()) } else { (x, y) };
        let (lon, lat) = transform_vertex_2d(self.projection()?, table::wgs84()?, from).ok()?;
        finite((lon.to_degrees(), lat.to_degrees()))
    }

    /// A geometry in longitude, latitude as (east, north) of this system; `None` if a position has no answer.
    pub fn forward_geometry(self, geometry: &Wkb) -> Option<Wkb> {
        if self.is_lon_lat() {
            return Some(geometry.clone());
        }
        geometry.map_coords(|x, y| self.forward(x, y).unwrap_or((f64::NAN, f64::NAN)))
    }

    /// A geometry in (east, north) of this system as longitude, latitude; `None` if a position has no answer.
    pub fn inverse_geometry(self, geometry: &Wkb) -> Option<Wkb> {
        if self.is_lon_lat() {
            return Some(geometry.clone());
        }
        geometry.map_coords(|x, y| self.inverse(x, y).unwrap_or((f64::NAN, f64::NAN)))
    }

    /// The box in longitude, latitude that holds a box of this system (its sides are followed, for they bend on the way).
    pub fn inverse_bbox(self, bbox: &Bbox) -> Option<Bbox> {
        self.bent(bbox, |x, y| self.inverse(x, y))
    }

    /// The box of this system that holds a box in longitude, latitude.
    pub fn forward_bbox(self, bbox: &Bbox) -> Option<Bbox> {
        self.bent(bbox, |x, y| self.forward(x, y))
    }

    fn bent(self, bbox: &Bbox, f: impl Fn(f64, f64) -> Option<(f64, f64)>) -> Option<Bbox> {
        if self.is_lon_lat() {
            return Some(*bbox);
        }
        /// Places looked at along each side.
        const STEPS: u32 = 16;
        let mut out = Bbox::EMPTY;
        for i in 0..=STEPS {
            let t = f64::from(i) / f64::from(STEPS);
            let x = bbox.min_x + t * (bbox.max_x - bbox.min_x);
            let y = bbox.min_y + t * (bbox.max_y - bbox.min_y);
            for (x, y) in [(x, bbox.min_y), (x, bbox.max_y), (bbox.min_x, y), (bbox.max_x, y)] {
                let (x, y) = f(x, y)?;
                out.add(x, y);
            }
        }
        Some(out)
    }

    fn projection(self) -> Option<&'static Proj> {
        self.0.projection.get_or_init(|| Proj::from_proj_string(&self.0.proj_string()).ok()).as_ref()
    }
}

fn finite((x, y): (f64, f64)) -> Option<(f64, f64)> {
    (x.is_finite() && y.is_finite()).then_some((x, y))
}

/// Radius of the sphere of EPSG:3857, in metres.
const MERCATOR_RADIUS: f64 = 6_378_137.0;

fn mercator(lon: f64, lat: f64) -> Option<(f64, f64)> {
    // The poles are infinitely far away.
    if lat.abs() >= 90.0 {
        return None;
    }
    let y = MERCATOR_RADIUS * lat.to_radians().sin().atanh();
    finite((MERCATOR_RADIUS * lon.to_radians(), y))
}

fn inverse_mercator(x: f64, y: f64) -> (f64, f64) {
    ((x / MERCATOR_RADIUS).to_degrees(), (y / MERCATOR_RADIUS).sinh().atan().to_degrees())
}

#[cfg(test)]
mod tests;
