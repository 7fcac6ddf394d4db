//! The text (WKT 1) of the systems that Turkish municipalities use, for `.prj` files and GeoPackages.

struct Base {
    code: u32,
    name: &'static str,
    datum: &'static str,
    spheroid: &'static str,
}

const WGS84: Base =
    Base { code: 4326, name: "WGS 84", datum: "WGS_1984", spheroid: r#"SPHEROID["WGS 84",6378137,298.257223563]"# };
const TUREF: Base = Base {
    code: 5252,
    name: "TUREF",
    datum: "Turkish_National_Reference_Frame",
    spheroid: r#"SPHEROID["GRS 1980",6378137,298.257222101]"#,
};
const ED50: Base =
    Base { code: 4230, name: "ED50", datum: "European_Datum_1950", spheroid: r#"SPHEROID["International 1924",6378388,297]"# };
const ETRS89: Base = Base {
    code: 4258,
    name: "ETRS89",
    datum: "European_Terrestrial_Reference_System_1989",
    spheroid: r#"SPHEROID["GRS 1980",6378137,298.257222101]"#,
};

impl Base {
    fn wkt(&self, authority: bool) -> String {
        let Self { code, name, datum, spheroid } = self;
        let authority = if authority { format!(r#",AUTHORITY["EPSG","{code}"]"#) } else { String::new() };
        format!(
            r#"GEOGCS["{name}",DATUM["{datum}",{spheroid}],PRIMEM["Greenwich",0],UNIT["degree",0.0174532925199433]{authority}]"#
        )
    }
}

/// The WKT 1 text of a code with its authority; `None` for codes that the house does not write.
pub fn to_wkt(code: u32) -> Option<String> {
    if let Some(base) = [&WGS84, &TUREF, &ED50, &ETRS89].into_iter().find(|b| b.code == code) {
        return Some(base.wkt(true));
    }
    let (name, base, meridian, scale, easting) = match code {
        3857 => {
            let base = WGS84.wkt(false);
            return Some(format!(
                r#"PROJCS["WGS 84 / Pseudo-Mercator",{base},PROJECTION["Mercator_1SP"],PARAMETER["central_meridian",0],PARAMETER["scale_factor",1],PARAMETER["false_easting",0],PARAMETER["false_northing",0],UNIT["metre",1],EXTENSION["PROJ4","+proj=merc +a=6378137 +b=6378137 +lat_ts=0 +lon_0=0 +x_0=0 +y_0=0 +k=1 +units=m +nadgrids=@null +wktext +no_defs"],AUTHORITY["EPSG","3857"]]"#
            ));
        }
        5253..=5259 => three_degree("TUREF / TM", &TUREF, code - 5253, None),
        5269..=5275 => three_degree("TUREF / 3-degree Gauss-Kruger zone ", &TUREF, code - 5269, Some(code - 5269 + 9)),
        2319..=2325 => three_degree("ED50 / TM", &ED50, code - 2319, None),
        32_601..=32_660 => utm("WGS 84", &WGS84, code - 32_600),
        23_028..=23_038 => utm("ED50", &ED50, code - 23_000),
        25_828..=25_838 => utm("ETRS89", &ETRS89, code - 25_800),
        _ => return None,
    };
    let base = base.wkt(false);
    Some(format!(
        r#"PROJCS["{name}",{base},PROJECTION["Transverse_Mercator"],PARAMETER["latitude_of_origin",0],PARAMETER["central_meridian",{meridian}],PARAMETER["scale_factor",{scale}],PARAMETER["false_easting",{easting}],PARAMETER["false_northing",0],UNIT["metre",1],AUTHORITY["EPSG","{code}"]]"#
    ))
}

type Projected = (String, &'static Base, i64, f64, u32);

fn three_degree(prefix: &str, base: &'static Base, strip: u32, zone: Option<u32>) -> Projected {
    let meridian = 27 + 3 * strip;
    match zone {
        Some(zone) => (format!("{prefix}{zone}"), base, i64::from(meridian), 1.0, zone * 1_000_000 + 500_000),
        None => (format!("{prefix}{meridian}"), base, i64::from(meridian), 1.0, 500_000),
    }
}

fn utm(prefix: &str, base: &'static Base, zone: u32) -> Projected {
    (format!("{prefix} / UTM zone {zone}N"), base, i64::from(zone) * 6 - 183, 0.9996, 500_000)
}
