//! Geometry as text in a form: GeoJSON (RFC 7946), WKT, or a plain `longitude latitude` pair; and back, exact to the last bit.

use super::texts::Texts;
use meydan_geo::{
    GeometryType, Wkb,
    parts::{Coords, Part, Parts, Writer},
    wkb::MAX_DEPTH,
};
use serde_json::{Value as Json, json};

/// A geometry as GeoJSON, every digit kept so that an untouched text means an untouched geometry.
pub fn write(geometry: &Wkb) -> String {
    one(&mut geometry.parts()).map(|json| json.to_string()).unwrap_or_default()
}

fn one(parts: &mut Parts<'_>) -> Option<Json> {
    let run = |coords: Coords<'_>| coords.iter().map(|(x, y)| json!([x, y])).collect::<Vec<_>>();
    Some(match parts.next()? {
        Part::Point(x, y) => json!({ "type": "Point", "coordinates": [x, y] }),
        Part::Line(coords) => json!({ "type": "LineString", "coordinates": run(coords) }),
        Part::Polygon(rings) => json!({ "type": "Polygon", "coordinates": rings.iter().map(run).collect::<Vec<_>>() }),
        Part::Group(kind, members) => {
            let members: Vec<Json> = (0..members).map_while(|_| one(parts)).collect();
            if kind == GeometryType::GeometryCollection {
                return Some(json!({ "type": "GeometryCollection", "geometries": members }));
            }
            let coordinates: Vec<Json> = members.into_iter().map(|mut m| m["coordinates"].take()).collect();
            json!({ "type": format!("{kind:?}"), "coordinates": coordinates })
        }
    })
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
        return geojson(&json).map(Some).ok_or_else(|| t.fault_geojson().to_owned());
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

/// A GeoJSON geometry, a feature, or a collection of one feature.
fn geojson(json: &Json) -> Option<Wkb> {
    let geometry = match json.get("type")?.as_str()? {
        "Feature" => json.get("geometry")?,
        "FeatureCollection" => match json.get("features")?.as_array()?.as_slice() {
            [feature] => feature.get("geometry")?,
            _ => return None,
        },
        _ => json,
    };
    let mut writer = Writer::default();
    put(geometry, &mut writer, 0)?;
    // Through the parser: it checks the limits.
    Wkb::parse(writer.finish()?.as_bytes()).ok()
}

fn put(json: &Json, writer: &mut Writer, depth: usize) -> Option<()> {
    if depth > MAX_DEPTH {
        return None;
    }
    let coordinates = || json.get("coordinates");
    match json.get("type")?.as_str()? {
        "Point" => writer.point(position(coordinates()?)?),
        "LineString" => writer.line_string(&run(coordinates()?)?),
        "Polygon" => writer.polygon(&rings(coordinates()?)?),
        "MultiPoint" => {
            let points = run(coordinates()?)?;
            writer.group(GeometryType::MultiPoint, points.len());
            points.into_iter().for_each(|p| writer.point(p));
        }
        "MultiLineString" => {
            let lines = rings(coordinates()?)?;
            writer.group(GeometryType::MultiLineString, lines.len());
            lines.iter().for_each(|l| writer.line_string(l));
        }
        "MultiPolygon" => {
            let polygons = coordinates()?.as_array()?.iter().map(rings).collect::<Option<Vec<_>>>()?;
            writer.group(GeometryType::MultiPolygon, polygons.len());
            polygons.iter().for_each(|p| writer.polygon(p));
        }
        "GeometryCollection" => {
            let members = json.get("geometries")?.as_array()?;
            writer.group(GeometryType::GeometryCollection, members.len());
            for member in members {
                put(member, writer, depth + 1)?;
            }
        }
        _ => return None,
    }
    Some(())
}

fn position(json: &Json) -> Option<(f64, f64)> {
    match json.as_array()?.as_slice() {
        [x, y, ..] => Some((x.as_f64()?, y.as_f64()?)),
        _ => None,
    }
}

fn run(json: &Json) -> Option<Vec<(f64, f64)>> {
    json.as_array()?.iter().map(position).collect()
}

fn rings(json: &Json) -> Option<Vec<Vec<(f64, f64)>>> {
    json.as_array()?.iter().map(run).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use meydan_kernel::Lang;
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
        fn what_is_written_is_read_back(x in -180.0..180.0f64, y in -90.0..90.0f64, dx in 1e-9..1.0f64) {
            let ring = vec![(x, y), (x + dx, y), (x + dx, y + dx), (x, y)];
            let polygons = Wkb::multi_polygon(&[vec![ring.clone()], vec![ring]]).expect("finite");
            prop_assert_eq!(read(T, &write(&polygons)), Ok(Some(polygons)));
            let point = Wkb::point(x, y);
            prop_assert_eq!(read(T, &write(point.as_ref().expect("finite"))), Ok(point));
        }

        #[test]
        fn any_text_is_read_or_refused(text in ".*") {
            let _ = read(T, &text);
        }
    }
}
