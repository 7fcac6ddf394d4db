//! Coordinate reference systems of requests and answers (OGC 18-058r1), with their own order of axes.

use crate::ogc_common::params::bad_value;
use axum::http::HeaderValue;
use meydan_geo::{Bbox, Wkb, geojson};
use meydan_kernel::Result;

/// Decimals of degrees: about 0.1 mm.
const DEGREE_DECIMALS: u8 = 9;

/// A coordinate reference system that the server answers in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Space {
    /// OGC:CRS84: longitude, latitude. How records are kept; the default.
    LonLat,
    /// EPSG:4326: latitude, longitude.
    LatLon,
}

impl Space {
    /// All of them, CRS84 last: clients that take the first should meet a system of the land.
    pub const ALL: [Self; 2] = [Self::LatLon, Self::LonLat];

    /// The URI in `crs` parameters, `Content-Crs` and the collections' lists.
    pub const fn uri(self) -> &'static str {
        match self {
            Self::LonLat => "http://www.opengis.net/def/crs/OGC/1.3/CRS84",
            Self::LatLon => "http://www.opengis.net/def/crs/EPSG/0/4326",
        }
    }

    /// The value of `Content-Crs`.
    pub const fn content_crs(self) -> HeaderValue {
        HeaderValue::from_static(match self {
            Self::LonLat => "<http://www.opengis.net/def/crs/OGC/1.3/CRS84>",
            Self::LatLon => "<http://www.opengis.net/def/crs/EPSG/0/4326>",
        })
    }

    /// Writes a geometry of lon/lat as GeoJSON in this system.
    pub fn write_geometry(self, out: &mut Vec<u8>, geometry: &Wkb) {
        let written = match self {
            Self::LonLat => {
                geojson::write(geometry, out);
                Ok(())
            }
            Self::LatLon => geojson::write_mapped(geometry, out, DEGREE_DECIMALS, |x, y| (y, x)),
        };
        if written.is_err() {
            // It can't be shown in this system: as a record without a geometry.
            out.extend_from_slice(b"null");
        }
    }

    /// Reads a parameter's value: the URI, or its safe CURIE (`[EPSG:4326]`, brackets optional).
    ///
    /// # Errors
    /// `bad-parameter`.
    pub fn parse(name: &str, text: &str) -> Result<Self> {
        let bare = text.trim_start_matches('[').trim_end_matches(']');
        let found = Self::ALL.into_iter().find(|s| s.uri() == text || s.curie() == bare);
        found.ok_or_else(|| {
            bad_value(
                name,
                "bu koordinat sistemi sunulmuyor; kütüğün “crs” listesine bakın",
                "this reference system is not offered; see the “crs” list of the collection",
            )
        })
    }

    fn curie(self) -> String {
        match self {
            Self::LonLat => "OGC:CRS84".to_owned(),
            Self::LatLon => "EPSG:4326".to_owned(),
        }
    }

    /// The geometry in this system, from lon/lat; `None` if it can't be there.
    pub fn geometry_from_lon_lat(self, geometry: &Wkb) -> Option<Wkb> {
        match self {
            Self::LonLat => Some(geometry.clone()),
            Self::LatLon => geometry.map_coords(|x, y| (y, x)),
        }
    }

    /// The geometry in lon/lat, from this system; `None` if it can't be there.
    pub fn geometry_to_lon_lat(self, geometry: &Wkb) -> Option<Wkb> {
        match self {
            Self::LonLat => Some(geometry.clone()),
            Self::LatLon => geometry.map_coords(|x, y| (y, x)),
        }
    }

    /// Reads a `bbox`: four numbers, or six with heights that are passed over, in this system and its order of axes. Two boxes
    /// if it crosses the antimeridian.
    ///
    /// # Errors
    /// `bad-parameter`.
    pub fn bbox(self, name: &str, text: &str) -> Result<Vec<Bbox>> {
        let bad = || bad_value(name, "dört ya da altı sayı olmalı: en küçükler, en büyükler", "must be four or six numbers: the least, then the greatest");
        let numbers: Vec<f64> =
            text.split(',').map(|n| n.trim().parse().ok().filter(|f: &f64| f.is_finite())).collect::<Option<_>>().ok_or_else(bad)?;
        let [a, b, c, d] = match numbers[..] {
            [a, b, c, d] => [a, b, c, d],
            [a, b, _, c, d, _] => [a, b, c, d],
            _ => return Err(bad()),
        };
        let (west, south, east, north) = match self {
            Self::LonLat => (a, b, c, d),
            Self::LatLon => (b, a, d, c),
        };
        if south > north {
            return Err(bad());
        }
        if west > east {
            return Ok(vec![Bbox::new(west, south, 180.0, north), Bbox::new(-180.0, south, east, north)]);
        }
        Ok(vec![Bbox::new(west, south, east, north)])
    }
}
