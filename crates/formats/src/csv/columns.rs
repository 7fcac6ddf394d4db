//! Which columns hold the geometry, by their names.

use super::Options;
use crate::{Crs, Error, Result};
use meydan_geo::{Wkb, feature::Column};

/// Rows looked at for the CRS.
pub(crate) const SAMPLE_ROWS: usize = 200;

/// Where a row's geometry comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    None,
    /// Columns of x and y.
    Xy(usize, usize),
    /// Column of WKT.
    Wkt(usize),
}

const LON: [&str; 6] = ["lon", "lng", "long", "longitude", "boylam", "gpslongitude"];
const LAT: [&str; 5] = ["lat", "latitude", "enlem", "gpslatitude", "lati"];
const X: [&str; 10] =
    ["x", "xkoordinat", "xkoordinati", "koordinatx", "pointx", "easting", "dogu", "saga", "sagadeger", "coordx"];
const Y: [&str; 10] =
    ["y", "ykoordinat", "ykoordinati", "koordinaty", "pointy", "northing", "kuzey", "yukari", "yukarideger", "coordy"];
const WKT: [&str; 7] = ["wkt", "geom", "geometry", "thegeom", "geometri", "shape", "wktgeom"];

/// The geometry's columns and what the names say of the CRS.
///
/// # Errors
/// `no-such-column` for a column named by hand that is not there.
pub(crate) fn find(columns: &[Column], options: &Options) -> Result<(Place, Crs)> {
    if options.no_geometry {
        return Ok((Place::None, Crs::Unknown));
    }
    if let Some(name) = &options.wkt {
        return Ok((Place::Wkt(named(columns, name)?), Crs::Unknown));
    }
    if let (Some(x), Some(y)) = (&options.x, &options.y) {
        let (x, y) = (named(columns, x)?, named(columns, y)?);
        return Ok((Place::Xy(x, y), Crs::Unknown));
    }
    let plain: Vec<String> = columns.iter().map(|c| plain(&c.name)).collect();
    let at = |names: &[&str]| names.iter().find_map(|n| plain.iter().position(|p| p == n));
    if let (Some(x), Some(y)) = (at(&LON), at(&LAT)) {
        return Ok((Place::Xy(x, y), Crs::LON_LAT));
    }
    if let Some(wkt) = at(&WKT) {
        return Ok((Place::Wkt(wkt), Crs::Unknown));
    }
    if let (Some(x), Some(y)) = (at(&X), at(&Y)) {
        return Ok((Place::Xy(x, y), Crs::Unknown));
    }
    Ok((Place::None, Crs::Unknown))
}

fn named(columns: &[Column], name: &str) -> Result<usize> {
    columns.iter().position(|c| c.name == name).ok_or_else(|| {
        Error::file("no-such-column", format!("“{name}” adında bir sütun yok."), format!("There is no column named “{name}”."))
    })
}

/// Letters and digits in plain lower case.
fn plain(name: &str) -> String {
    let fold = |c| match c {
        'İ' | 'I' | 'ı' => 'i',
        'ğ' | 'Ğ' => 'g',
        'ş' | 'Ş' => 's',
        'ü' | 'Ü' => 'u',
        'ö' | 'Ö' => 'o',
        'ç' | 'Ç' => 'c',
        c => c,
    };
    name.chars().map(fold).filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect()
}

/// What the coordinates of some first rows say of their system.
#[derive(Default)]
pub(crate) struct CrsGuess {
    seen: usize,
    degrees: usize,
    swapped: usize,
}

impl CrsGuess {
    /// One more row.
    pub(crate) fn add(&mut self, geometry: Option<&Wkb>) {
        let Some(bbox) = geometry.and_then(Wkb::bbox) else { return };
        self.seen += 1;
        self.degrees += usize::from(bbox.min_x >= -180.0 && bbox.max_x <= 180.0 && bbox.min_y >= -90.0 && bbox.max_y <= 90.0);
        let northing = (3.9e6..4.8e6).contains(&bbox.min_x);
        let easting = bbox.min_y > 1e5 && (bbox.min_y % 1e6 < 9e5) && !(3.9e6..4.8e6).contains(&bbox.min_y);
        self.swapped += usize::from(northing && easting);
    }

    /// Coordinates that all lie within ±180, ±90 are taken for lon/lat; for others a person must name the CRS. Turkish
    /// surveyors write the northing as X and the easting as Y: such columns are swapped.
    pub(crate) fn of(&self, place: Place) -> (Place, Crs) {
        let crs = if self.seen > 0 && self.degrees == self.seen { Crs::LON_LAT } else { Crs::Unknown };
        match place {
            Place::Xy(x, y) if self.seen > 0 && self.swapped == self.seen => (Place::Xy(y, x), crs),
            place => (place, crs),
        }
    }
}

/// A coordinate with decimal point or comma: `39.72`, `39,72`, `4.541.230,15`.
pub(crate) fn coordinate(text: &str) -> Option<f64> {
    let text = text.trim_end_matches('°').trim();
    let number = if text.contains(',') {
        text.replace('.', "").replace(',', ".")
    } else if text.matches('.').count() > 1 {
        text.replace('.', "")
    } else {
        text.to_owned()
    };
    number.parse().ok().filter(|v: &f64| v.is_finite())
}

/// Two cells that are no coordinates.
pub(crate) fn no_coordinates(row: u64, x: &str, y: &str) -> Error {
    Error::row(row, "bad-geometry", format!("“{x}”, “{y}” koordinat değil"), format!("“{x}”, “{y}” are not coordinates"))
}
