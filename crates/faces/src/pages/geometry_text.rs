//! Geometry as text in a form: GeoJSON (RFC 7946), WKT, or a plain `longitude latitude` pair; and back, exact to the last bit.

use super::texts::Texts;
use meydan_geo::{Wkb, geojson};
use meydan_kernel::Lang;
use serde_json::Value as Json;

/// A geometry as GeoJSON, every digit kept.
pub fn write(geometry: &Wkb) -> String {
    let mut out = Vec::new();
    geojson::write(geometry, &mut out);
    String::from_utf8_lossy(&out).into_owned()
}

/// Reads a geometry from what a person pasted; blank is none.
///
/// # Errors
/// A sentence in the person's language.
pub fn read(t: Texts, text: &str) -> Result<Option<Wkb>, String> {
    let text = text.trim();
    if text.is_empty() {
        return Ok(None);
    }
    if text.starts_with('{') {
        let json: Json = serde_json::from_str(text).map_err(|e| t.fault_json(e.to_string()))?;
        let geometry = geometry_of(&json).ok_or_else(|| t.fault_geojson().to_owned())?;
        return geojson::read(geometry).map(Some).map_err(|e| if t.0 == Lang::Tr { e.tr() } else { e.en() });
    }
    if let Some((x, y)) = pair(text) {
        return Wkb::point(x, y).map(Some).ok_or_else(|| t.fault_geometry_text().to_owned());
    }
    meydan_formats::wkt::read(text).map_err(|_| t.fault_geometry_text().to_owned())
}

/// `39.72 41.0` or `39.72, 41.0`.
fn pair(text: &str) -> Option<(f64, f64)> {
    let mut numbers = text.split(|c: char| c.is_whitespace() || c == ',' || c == ';').filter(|p| !p.is_empty());
    let pair = (numbers.next()?.parse().ok()?, numbers.next()?.parse().ok()?);
    numbers.next().is_none().then_some(pair)
}

/// The geometry of a GeoJSON geometry, a feature, or a collection of one feature.
fn geometry_of(json: &Json) -> Option<&Json> {
    match json.get("type")?.as_str()? {
        "Feature" => json.get("geometry"),
        "FeatureCollection" => match json.get("features")?.as_array()?.as_slice() {
            [feature] => feature.get("geometry"),
            _ => None,
        },
        _ => Some(json),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const T: Texts = Texts(Lang::En);

    #[test]
    fn the_three_spellings() {
        let point = Wkb::point(39.72, 41.0);
        assert_eq!(read(T, "39.72, 41.0"), Ok(point.clone()));
        assert_eq!(read(T, "POINT (39.72 41.0)"), Ok(point.clone()));
        assert_eq!(read(T, r#"{"type":"Feature","geometry":{"type":"Point","coordinates":[39.72,41.0]}}"#), Ok(point));
        assert_eq!(read(T, "  "), Ok(None));
        assert!(read(T, "{").is_err() && read(T, "here").is_err() && read(T, r#"{"type":"Point"}"#).is_err());
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in ".*") {
            let _ = read(T, &text);
        }
    }
}
