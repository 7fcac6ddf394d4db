//! Coordinate reference systems as files name them: EPSG codes, URNs, WKT of both generations, ESRI's `.prj` spellings.

mod read_wkt;
mod write_wkt;

pub use read_wkt::from_wkt;
pub use write_wkt::to_wkt;

/// The CRS of a file's coordinates. The order of coordinates in files is always east (longitude), north (latitude).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Crs {
    /// A code of the EPSG register; OGC:CRS84 is 4326 here, as the order is fixed anyway.
    Epsg(u32),
    /// The file does not say.
    Unknown,
    /// The file names one that has no EPSG code known to us: its own words.
    Other(String),
}

impl Crs {
    /// Longitude and latitude on WGS 84.
    pub const LON_LAT: Self = Self::Epsg(4326);

    /// Reads the names that GeoJSON, FlatGeobuf and the command line use: `EPSG:5257`, `urn:ogc:def:crs:EPSG::5257`,
    /// `http://www.opengis.net/def/crs/EPSG/0/5257`, `OGC:CRS84`, a bare code.
    pub fn from_name(name: &str) -> Self {
        let name = name.trim();
        let upper = name.to_ascii_uppercase();
        if upper.ends_with("CRS84") {
            return Self::LON_LAT;
        }
        let code = upper.rsplit([':', '/']).next().and_then(|c| c.parse::<u32>().ok());
        match code {
            Some(code) if upper.contains("EPSG") || upper.bytes().all(|b| b.is_ascii_digit()) => Self::Epsg(code),
            _ => Self::Other(name.chars().take(200).collect()),
        }
    }

    /// The EPSG code, if there is one.
    pub fn epsg(&self) -> Option<u32> {
        match self {
            Self::Epsg(code) => Some(*code),
            _ => None,
        }
    }

    /// True for longitude and latitude on WGS 84.
    pub fn is_lon_lat(&self) -> bool {
        *self == Self::LON_LAT
    }
}

impl std::fmt::Display for Crs {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Epsg(4326) => f.write_str("EPSG:4326 (lon/lat)"),
            Self::Epsg(code) => write!(f, "EPSG:{code}"),
            Self::Unknown => f.write_str("?"),
            Self::Other(name) => f.write_str(name),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names() {
        for name in
            ["EPSG:5257", "epsg:5257", "urn:ogc:def:crs:EPSG::5257", "http://www.opengis.net/def/crs/EPSG/0/5257", "5257"]
        {
            assert_eq!(Crs::from_name(name), Crs::Epsg(5257), "{name}");
        }
        assert_eq!(Crs::from_name("urn:ogc:def:crs:OGC:1.3:CRS84"), Crs::LON_LAT);
        assert_eq!(Crs::from_name("yerel ağ"), Crs::Other("yerel ağ".into()));
    }

    #[test]
    fn what_we_write_we_read() {
        for code in
            (5252..=5259).chain(5269..=5275).chain(2319..=2325).chain([4326, 4230, 4258, 3857, 32636, 32637, 23036, 25837])
        {
            let wkt = to_wkt(code).unwrap_or_else(|| panic!("no text for {code}"));
            assert_eq!(from_wkt(&wkt), Crs::Epsg(code), "{wkt}");
            // Without the authority, as ESRI writes it.
            let bare = wkt.replace(&format!(",AUTHORITY[\"EPSG\",\"{code}\"]"), "");
            assert_eq!(from_wkt(&bare), Crs::Epsg(code), "{bare}");
        }
    }

    #[test]
    fn spellings_of_others() {
        let esri = r#"PROJCS["TUREF_TM39",GEOGCS["GCS_TUREF",DATUM["D_Turkish_National_Reference_Frame",SPHEROID["GRS_1980",6378137.0,298.257222101]],PRIMEM["Greenwich",0.0],UNIT["Degree",0.0174532925199433]],PROJECTION["Transverse_Mercator"],PARAMETER["False_Easting",500000.0],PARAMETER["False_Northing",0.0],PARAMETER["Central_Meridian",39.0],PARAMETER["Scale_Factor",1.0],PARAMETER["Latitude_Of_Origin",0.0],UNIT["Meter",1.0]]"#;
        assert_eq!(from_wkt(esri), Crs::Epsg(5257));
        let netcad = r#"PROJCS["ITRF96 / 3 Degree DOM 39",GEOGCS["ITRF96",DATUM["ITRF_1996",SPHEROID["GRS 1980",6378137,298.257222101]],PRIMEM["Greenwich",0],UNIT["degree",0.0174532925199433]],PROJECTION["Gauss_Kruger"],PARAMETER["False_Easting",500000],PARAMETER["Central_Meridian",39],PARAMETER["Scale_Factor",1],UNIT["Meter",1]]"#;
        assert_eq!(from_wkt(netcad), Crs::Epsg(5257));
        let ed50 = r#"PROJCS["ED50_TM39",GEOGCS["GCS_European_1950",DATUM["D_European_1950",SPHEROID["International_1924",6378388.0,297.0]],PRIMEM["Greenwich",0.0],UNIT["Degree",0.0174532925199433]],PROJECTION["Transverse_Mercator"],PARAMETER["False_Easting",500000.0],PARAMETER["Central_Meridian",39.0],PARAMETER["Scale_Factor",1.0],UNIT["Meter",1.0]]"#;
        assert_eq!(from_wkt(ed50), Crs::Epsg(2323));
        let wkt2 = r#"PROJCRS["x",BASEGEOGCRS["WGS 84",DATUM["World Geodetic System 1984",ELLIPSOID["WGS 84",6378137,298.2572]]],CONVERSION["UTM zone 37N",METHOD["Transverse Mercator",ID["EPSG",9807]],PARAMETER["Longitude of natural origin",39],PARAMETER["Scale factor at natural origin",0.9996],PARAMETER["False easting",500000]],CS[Cartesian,2]]"#;
        assert_eq!(from_wkt(wkt2), Crs::Epsg(32637));
        assert_eq!(from_wkt("LOCAL_CS[\"ada\"]"), Crs::Other("ada".into()));
        assert_eq!(from_wkt(""), Crs::Unknown);
        assert!(matches!(from_wkt(&"A[".repeat(5000)), Crs::Other(_)));
    }
}
