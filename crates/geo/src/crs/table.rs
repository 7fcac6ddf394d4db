//! The systems, from the EPSG dataset.

use crate::Bbox;
use proj4rs::Proj;
use std::sync::{LazyLock, OnceLock};

/// ED50 to WGS 84 for Türkiye. EPSG's own PROJ strings leave it out, which costs 30 to 110 m.
const ED50_SHIFT: &str = "+ellps=intl +towgs84=-84.1,-101.8,-129.7,0,0,0.468,1.05";
const TUREF: &str = "+ellps=GRS80 +towgs84=0,0,0,0,0,0,0";
const WGS84: &str = "+datum=WGS84";

/// The datum a system stands on.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Datum {
    Wgs84,
    Turef,
    Ed50,
}

impl Datum {
    const fn name(self) -> &'static str {
        match self {
            Self::Wgs84 => "WGS 84",
            Self::Turef => "TUREF",
            Self::Ed50 => "ED50",
        }
    }

    const fn proj(self) -> &'static str {
        match self {
            Self::Wgs84 => WGS84,
            Self::Turef => TUREF,
            Self::Ed50 => ED50_SHIFT,
        }
    }
}

/// How the earth is laid flat.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Flat {
    /// Not at all: degrees.
    Degrees,
    /// Web Mercator.
    Mercator,
    /// Transverse Mercator, 3° wide, false easting 500 km: the central meridian.
    Tm(i32),
    /// The same with the zone's number before the easting: the zone.
    GaussKruger(i32),
    /// Universal Transverse Mercator: the zone.
    Utm(i32),
}

/// One system.
pub(super) struct Definition {
    pub code: Option<u32>,
    pub north_first: bool,
    pub geographic: bool,
    pub offered: bool,
    pub area: Bbox,
    pub projection: OnceLock<Option<Proj>>,
    datum: Datum,
    flat: Flat,
}

impl Definition {
    fn new(code: u32, datum: Datum, flat: Flat) -> Self {
        let turkey = |west: f64, east: f64| Bbox::new(west, 35.8, east, 42.2);
        let (north_first, area) = match flat {
            Flat::Degrees if datum == Datum::Wgs84 => (true, Bbox::new(-180.0, -90.0, 180.0, 90.0)),
            Flat::Degrees => (true, turkey(25.6, 44.9)),
            Flat::Mercator => (false, Bbox::new(-180.0, -85.06, 180.0, 85.06)),
            Flat::Tm(meridian) => (true, turkey(f64::from(meridian) - 1.5, f64::from(meridian) + 1.5)),
            Flat::GaussKruger(zone) => (true, turkey(f64::from(zone * 3) - 1.5, f64::from(zone * 3) + 1.5)),
            Flat::Utm(zone) => (false, turkey(f64::from(zone * 6 - 186), f64::from(zone * 6 - 180))),
        };
        Self {
            code: Some(code),
            north_first,
            geographic: flat == Flat::Degrees,
            offered: false,
            area,
            projection: OnceLock::new(),
            datum,
            flat,
        }
    }

    pub fn is_wgs84(&self) -> bool {
        self.geographic && self.datum == Datum::Wgs84
    }

    pub fn proj_string(&self) -> String {
        let datum = self.datum.proj();
        match self.flat {
            Flat::Degrees => format!("+proj=longlat {datum} +no_defs"),
            Flat::Mercator => {
                "+proj=merc +a=6378137 +b=6378137 +lat_ts=0 +lon_0=0 +x_0=0 +y_0=0 +k=1 +units=m +nadgrids=@null +no_defs"
                    .to_owned()
            }
            Flat::Tm(lon) => format!("+proj=tmerc +lat_0=0 +lon_0={lon} +k=1 +x_0=500000 +y_0=0 {datum} +units=m +no_defs"),
            Flat::GaussKruger(zone) => {
                format!("+proj=tmerc +lat_0=0 +lon_0={} +k=1 +x_0={zone}500000 +y_0=0 {datum} +units=m +no_defs", zone * 3)
            }
            Flat::Utm(zone) => format!("+proj=utm +zone={zone} {datum} +units=m +no_defs"),
        }
    }

    pub fn title_tr(&self) -> String {
        self.title("boylam/enlem", "enlem/boylam", "dilim")
    }

    pub fn title_en(&self) -> String {
        self.title("longitude/latitude", "latitude/longitude", "zone")
    }

    fn title(&self, lon_lat: &str, lat_lon: &str, zone_word: &str) -> String {
        let datum = self.datum.name();
        match self.flat {
            Flat::Degrees if self.north_first => format!("{datum} ({lat_lon})"),
            Flat::Degrees => format!("{datum} ({lon_lat})"),
            Flat::Mercator => "WGS 84 / Web Mercator".to_owned(),
            Flat::Tm(lon) => format!("{datum} / TM{lon}"),
            Flat::GaussKruger(zone) => format!("{datum} / 3° Gauss-Krüger, {zone_word} {zone}"),
            Flat::Utm(zone) => format!("{datum} / UTM, {zone_word} {zone}N"),
        }
    }
}

/// All systems: those that services offer first, in the order they list them.
pub(super) static TABLE: LazyLock<Vec<Definition>> = LazyLock::new(|| {
    let crs84 = Definition { code: None, north_first: false, ..Definition::new(0, Datum::Wgs84, Flat::Degrees) };
    let mut table =
        vec![crs84, Definition::new(4326, Datum::Wgs84, Flat::Degrees), Definition::new(3857, Datum::Wgs84, Flat::Mercator)];
    let zones = || (0..7u32).zip((27..=45).step_by(3));
    table.extend(zones().map(|(i, lon)| Definition::new(5253 + i, Datum::Turef, Flat::Tm(lon))));
    for definition in &mut table {
        definition.offered = true;
    }
    table.push(Definition::new(5252, Datum::Turef, Flat::Degrees));
    table.push(Definition::new(4230, Datum::Ed50, Flat::Degrees));
    table.extend(zones().map(|(i, lon)| Definition::new(2319 + i, Datum::Ed50, Flat::Tm(lon))));
    table.extend(zones().map(|(i, lon)| Definition::new(5269 + i, Datum::Turef, Flat::GaussKruger(lon / 3))));
    table.extend(zones().map(|(i, lon)| Definition::new(2206 + i, Datum::Ed50, Flat::GaussKruger(lon / 3))));
    for zone in 35..=38i32 {
        let number = 32_600 + zone.unsigned_abs();
        table.push(Definition::new(number, Datum::Wgs84, Flat::Utm(zone)));
        table.push(Definition::new(23_000 + zone.unsigned_abs(), Datum::Ed50, Flat::Utm(zone)));
    }
    table
});

static LON_LAT: LazyLock<Option<Proj>> = LazyLock::new(|| Proj::from_proj_string("+proj=longlat +datum=WGS84 +no_defs").ok());

/// Longitude, latitude on WGS 84, as the projection library knows it.
pub(super) fn wgs84() -> Option<&'static Proj> {
    LON_LAT.as_ref()
}
