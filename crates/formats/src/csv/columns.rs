//! Which columns hold the geometry, by their names.

use super::Options;
use crate::{Crs, Error, Result};
use meydan_geo::feature::Column;

/// Where a row's geometry comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
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
pub(super) fn find(columns: &[Column], options: &Options) -> Result<(Place, Crs)> {
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
