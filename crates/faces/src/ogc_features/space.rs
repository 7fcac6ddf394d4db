//! Coordinate reference systems of requests and answers (OGC 18-058r1), each in the order of axes of its definition.

use crate::ogc_common::params::bad_value;
use axum::http::HeaderValue;
use meydan_geo::{Bbox, Wkb, crs::Crs, geojson};
use meydan_kernel::Result;

/// A coordinate reference system that the server answers in. Records are kept in CRS84.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Space(Crs);

impl Space {
    /// OGC:CRS84: longitude, latitude. How records are kept; the default.
    pub fn lon_lat() -> Self {
        Self(Crs::crs84())
    }

    /// All systems offered, CRS84 last: clients that take the first should meet a system of the land.
    pub fn all() -> Vec<Self> {
        let mut all: Vec<Self> = Crs::offered().map(Self).collect();
        all.reverse();
        all
    }

    /// URIs of all systems offered.
    pub fn all_uris() -> Vec<String> {
        Self::all().into_iter().map(Self::uri).collect()
    }

    /// The system itself.
    pub fn crs(self) -> Crs {
        self.0
    }

    /// The URI in `crs` parameters, `Content-Crs` and the collections' lists.
    pub fn uri(self) -> String {
        self.0.uri()
    }

    /// The value of `Content-Crs`.
    pub fn content_crs(self) -> HeaderValue {
        HeaderValue::try_from(format!("<{}>", self.0.uri())).unwrap_or(HeaderValue::from_static(""))
    }

    /// Reads a parameter's value: the URI, or its safe CURIE (`[EPSG:4326]`, brackets optional).
    ///
    /// # Errors
    /// `bad-parameter`.
    pub fn parse(name: &str, text: &str) -> Result<Self> {
        Crs::parse(text).filter(|crs| Crs::offered().any(|o| o == *crs)).map(Self).ok_or_else(|| {
            bad_value(
                name,
                "bu koordinat sistemi sunulmuyor; kütüğün “crs” listesine bakın",
                "this reference system is not offered; see the “crs” list of the collection",
            )
        })
    }

    fn is_stored(self) -> bool {
        self.0 == Crs::crs84()
    }

    /// Writes a geometry of lon/lat as GeoJSON in this system; `null` where it can't be shown in it.
    pub fn write_geometry(self, out: &mut Vec<u8>, geometry: &Wkb) {
        if self.is_stored() {
            return geojson::write(geometry, out);
        }
        let north_first = self.0.north_first();
        let written = geojson::write_mapped(geometry, out, self.0.decimals(), |lon, lat| {
            let (x, y) = self.0.forward(lon, lat).unwrap_or((f64::NAN, f64::NAN));
            if north_first { (y, x) } else { (x, y) }
        });
        if written.is_err() {
            out.extend_from_slice(b"null");
        }
    }

    /// The geometry in lon/lat, from this system in its own order of axes; `None` if it can't be there.
    pub fn geometry_to_lon_lat(self, geometry: &Wkb) -> Option<Wkb> {
        if self.is_stored() {
            return Some(geometry.clone());
        }
        let north_first = self.0.north_first();
        geometry.map_coords(|a, b| {
            let (x, y) = if north_first { (b, a) } else { (a, b) };
            self.0.inverse(x, y).unwrap_or((f64::NAN, f64::NAN))
        })
    }

    /// Reads a `bbox`: four numbers, or six with heights that are passed over, in this system and its order of axes. Two boxes
    /// if it crosses the antimeridian.
    ///
    /// # Errors
    /// `bad-parameter`.
    pub fn bbox(self, name: &str, text: &str) -> Result<Vec<Bbox>> {
        let bad = || {
            bad_value(
                name,
                "dört ya da altı sayı olmalı: önce en küçükler, sonra en büyükler",
                "must be four or six numbers: the least, then the greatest",
            )
        };
        let numbers: Option<Vec<f64>> =
            text.split(',').map(|n| n.trim().parse().ok().filter(|f: &f64| f.is_finite())).collect();
        let [a, b, c, d] = match numbers.ok_or_else(bad)?[..] {
            [a, b, c, d] => [a, b, c, d],
            [a, b, _, c, d, _] => [a, b, c, d],
            _ => return Err(bad()),
        };
        let (west, south, east, north) = if self.0.north_first() { (b, a, d, c) } else { (a, b, c, d) };
        if south > north {
            return Err(bad());
        }
        if west > east {
            if !self.0.is_geographic() {
                return Err(bad());
            }
            return Ok(vec![Bbox::new(west, south, 180.0, north), Bbox::new(-180.0, south, east, north)]);
        }
        let bbox = self.0.inverse_bbox(&Bbox::new(west, south, east, north)).ok_or_else(|| {
            bad_value(
                name,
                "kutu, koordinat sisteminin alanının dışında",
                "the box is outside the area of its reference system",
            )
        })?;
        Ok(vec![bbox])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn space(code: u32) -> Space {
        Space(Crs::from_epsg(code).expect("offered"))
    }

    #[test]
    fn boxes_follow_the_order_of_axes() {
        let lon_lat = Space::lon_lat().bbox("bbox", "39,40,41,42").expect("a box");
        assert_eq!(space(4326).bbox("bbox", "40,39,42,41").expect("a box"), lon_lat);
        assert_eq!(Space::lon_lat().bbox("bbox", "39,40,-5,41,42,5").expect("with heights"), lon_lat);
        let two = Space::lon_lat().bbox("bbox", "170,-10,-170,10").expect("across the antimeridian");
        assert_eq!(two.len(), 2);
        // Trabzon in TUREF / TM39: northing first.
        let trabzon = space(5257).bbox("bbox", "4530000,550000,4550000,570000").expect("a box")[0];
        assert!(trabzon.min_x > 39.5 && trabzon.max_x < 40.0 && trabzon.min_y > 40.8 && trabzon.max_y < 41.2, "{trabzon:?}");
    }

    #[test]
    fn nonsense_is_refused() {
        for bad in ["", "1,2,3", "1,2,3,4,5", "a,b,c,d", "0,10,1,5", "NaN,0,1,1", "1,2,3,inf"] {
            assert!(Space::lon_lat().bbox("bbox", bad).is_err(), "{bad}");
        }
        assert!(Space::parse("crs", "http://www.opengis.net/def/crs/EPSG/0/9999").is_err());
        assert!(Space::parse("crs", "").is_err());
    }
}
