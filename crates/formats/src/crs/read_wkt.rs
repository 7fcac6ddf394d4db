//! Reads the text of a CRS: WKT 1 (OGC and ESRI) and WKT 2, by its parameters and not by its name, as every program has
//! its own names for the Turkish systems.

use super::Crs;

/// Limit: bytes of a text that is read.
const MAX_WKT_BYTES: usize = 64 << 10;
/// Limit: nesting.
const MAX_DEPTH: usize = 32;

#[derive(Debug)]
enum Item {
    Text(String),
    Number(f64),
    Node(String, Vec<Item>),
}

/// The EPSG code of a CRS text: its authority if it names one, else by datum and parameters of the projection.
pub fn from_wkt(text: &str) -> Crs {
    let text = text.trim_start_matches('\u{feff}').trim();
    if text.is_empty() {
        return Crs::Unknown;
    }
    let named = |text: &str| Crs::Other(text.chars().take(200).collect());
    if text.len() > MAX_WKT_BYTES {
        return named(text);
    }
    let mut at = 0;
    let Some(Item::Node(keyword, items)) = item(text.as_bytes(), &mut at, 0) else { return named(text) };
    system(&keyword, &items).map_or_else(|| first_text(&items).map_or_else(|| named(text), named), Crs::Epsg)
}

fn system(keyword: &str, items: &[Item]) -> Option<u32> {
    if let Some(code) = authority(items) {
        return Some(code);
    }
    match keyword {
        "COMPD_CS" | "COMPOUNDCRS" | "BOUNDCRS" | "SOURCECRS" => items.iter().find_map(|i| match i {
            Item::Node(k, sub) => system(k, sub),
            _ => None,
        }),
        "PROJCS" | "PROJCRS" => projected(items),
        "GEOGCS" | "GEOGCRS" | "GEODCRS" => Some(match datum(items)? {
            Datum::Wgs84 => 4326,
            Datum::Turef => 5252,
            Datum::Ed50 => 4230,
            Datum::Etrs89 => 4258,
        }),
        _ => None,
    }
}

#[derive(Clone, Copy, PartialEq)]
enum Datum {
    Wgs84,
    Turef,
    Ed50,
    Etrs89,
}

fn projected(items: &[Item]) -> Option<u32> {
    let method = plain(find(items, &["PROJECTION", "METHOD"]).and_then(first_text)?);
    if method.contains("mercatorauxiliarysphere") || method.contains("popularvisualisation") {
        return Some(3857);
    }
    let name = plain(first_text(items).unwrap_or_default());
    if name.contains("pseudomercator") || name.contains("webmercator") {
        return Some(3857);
    }
    if !(method.contains("transversemercator") || method.contains("gausskruger")) {
        return None;
    }
    let parameter = |names: &[&str]| parameter(items, names);
    let meridian = parameter(&["centralmeridian", "longitudeofnaturalorigin", "longitudeoforigin"])?;
    let scale = parameter(&["scalefactor", "scalefactoratnaturalorigin"]).unwrap_or(1.0);
    let easting = parameter(&["falseeasting"])?;
    let datum = datum(items)?;
    if (scale - 0.9996).abs() < 1e-7 && (easting - 500_000.0).abs() < 0.01 {
        let zone = ((meridian + 183.0) / 6.0).round();
        let zone = ((zone * 6.0 - 183.0 - meridian).abs() < 1e-9 && (1.0..=60.0).contains(&zone)).then_some(zone as u32)?;
        return match datum {
            Datum::Wgs84 => Some(32_600 + zone),
            Datum::Ed50 if (28..=38).contains(&zone) => Some(23_000 + zone),
            Datum::Etrs89 if (28..=38).contains(&zone) => Some(25_800 + zone),
            _ => None,
        };
    }
    // The seven three-degree zones of Türkiye: 27, 30 … 45.
    let strip = (meridian - 27.0) / 3.0;
    if (scale - 1.0).abs() > 1e-9 || strip.fract() != 0.0 || !(0.0..=6.0).contains(&strip) {
        return None;
    }
    let strip = strip as u32;
    let prefixed = f64::from(strip + 9) * 1e6 + 500_000.0;
    match datum {
        // Surveyors call TUREF, ITRF96 and WGS 84 by each other's names here; there is no other three-degree system of k = 1.
        Datum::Turef | Datum::Wgs84 | Datum::Etrs89 if (easting - 500_000.0).abs() < 0.01 => Some(5253 + strip),
        Datum::Turef | Datum::Wgs84 | Datum::Etrs89 if (easting - prefixed).abs() < 0.01 => Some(5269 + strip),
        Datum::Ed50 if (easting - 500_000.0).abs() < 0.01 => Some(2319 + strip),
        _ => None,
    }
}

fn datum(items: &[Item]) -> Option<Datum> {
    let base = find(items, &["GEOGCS", "BASEGEOGCRS", "BASEGEODCRS"]).unwrap_or(items);
    let mut names = plain(first_text(base).unwrap_or_default());
    if let Some(datum) = find(base, &["DATUM", "ENSEMBLE"]) {
        names.push_str(&plain(first_text(datum).unwrap_or_default()));
    }
    let has = |words: &[&str]| words.iter().any(|w| names.contains(w));
    if has(&["itrf", "turef", "turkishnationalreference"]) {
        Some(Datum::Turef)
    } else if has(&["ed50", "european1950", "europeandatum1950", "ed1950"]) {
        Some(Datum::Ed50)
    } else if has(&["etrs", "europeanterrestrial"]) {
        Some(Datum::Etrs89)
    } else if has(&["wgs84", "wgs1984", "worldgeodeticsystem1984"]) {
        Some(Datum::Wgs84)
    } else {
        None
    }
}

fn plain(text: &str) -> String {
    text.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect()
}

fn first_text(items: &[Item]) -> Option<&str> {
    items.iter().find_map(|i| match i {
        Item::Text(t) => Some(t.as_str()),
        _ => None,
    })
}

/// The children of the first node with one of these keywords, searched depth first.
fn find<'a>(items: &'a [Item], keywords: &[&str]) -> Option<&'a [Item]> {
    items.iter().find_map(|i| match i {
        Item::Node(k, sub) if keywords.contains(&k.as_str()) => Some(sub.as_slice()),
        Item::Node(_, sub) => find(sub, keywords),
        _ => None,
    })
}

fn parameter(items: &[Item], names: &[&str]) -> Option<f64> {
    items.iter().find_map(|i| match i {
        Item::Node(k, sub) if k == "PARAMETER" => {
            let name = plain(first_text(sub)?);
            names.contains(&name.as_str()).then(|| number(sub)).flatten()
        }
        Item::Node(_, sub) => parameter(sub, names),
        _ => None,
    })
}

fn number(items: &[Item]) -> Option<f64> {
    items.iter().find_map(|i| match i {
        Item::Number(n) => Some(*n),
        _ => None,
    })
}

/// `AUTHORITY["EPSG","5257"]` or `ID["EPSG",5257]` directly below the root.
fn authority(items: &[Item]) -> Option<u32> {
    items.iter().find_map(|i| match i {
        Item::Node(k, sub) if k == "AUTHORITY" || k == "ID" => match sub.as_slice() {
            [Item::Text(org), Item::Text(code), ..] if org.eq_ignore_ascii_case("EPSG") => code.parse().ok(),
            [Item::Text(org), Item::Number(code), ..] if org.eq_ignore_ascii_case("EPSG") => Some(*code as u32),
            _ => None,
        },
        _ => None,
    })
}

fn item(b: &[u8], at: &mut usize, depth: usize) -> Option<Item> {
    space(b, at);
    match *b.get(*at)? {
        b'"' => {
            let start = *at + 1;
            let end = start + b.get(start..)?.iter().position(|c| *c == b'"')?;
            *at = end + 1;
            Some(Item::Text(String::from_utf8_lossy(&b[start..end]).into_owned()))
        }
        c if c.is_ascii_digit() || c == b'-' || c == b'+' || c == b'.' => {
            let start = *at;
            while b.get(*at).is_some_and(|c| c.is_ascii_alphanumeric() || b"+-.".contains(c)) {
                *at += 1;
            }
            std::str::from_utf8(&b[start..*at]).ok()?.parse().ok().map(Item::Number)
        }
        c if c.is_ascii_alphabetic() && depth < MAX_DEPTH => {
            let start = *at;
            while b.get(*at).is_some_and(|c| c.is_ascii_alphanumeric() || *c == b'_') {
                *at += 1;
            }
            let keyword = String::from_utf8_lossy(&b[start..*at]).to_ascii_uppercase();
            Some(Item::Node(keyword, children(b, at, depth)?))
        }
        _ => None,
    }
}

fn children(b: &[u8], at: &mut usize, depth: usize) -> Option<Vec<Item>> {
    let mut items = Vec::new();
    space(b, at);
    if !matches!(b.get(*at), Some(b'[' | b'(')) {
        return Some(items);
    }
    *at += 1;
    loop {
        items.push(item(b, at, depth + 1)?);
        space(b, at);
        let c = *b.get(*at)?;
        *at += 1;
        match c {
            b',' => {}
            b']' | b')' => return Some(items),
            _ => return None,
        }
    }
}

fn space(b: &[u8], at: &mut usize) {
    while b.get(*at).is_some_and(u8::is_ascii_whitespace) {
        *at += 1;
    }
}
