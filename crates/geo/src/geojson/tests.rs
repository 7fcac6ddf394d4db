use super::*;
use crate::{GeometryType, Wkb, parts::Writer};
use proptest::prelude::*;
use serde_json::json;

fn text(geometry: &Wkb) -> String {
    let mut out = Vec::new();
    write(geometry, &mut out);
    String::from_utf8(out).expect("ASCII")
}

#[test]
fn every_type_is_written_and_read() {
    let p = json!([39.7, 41]);
    let line = json!([[39.7, 41], [39.8, 41.25]]);
    let ring = json!([[0, 0], [1, 0], [0, 1], [0, 0]]);
    for geometry in [
        json!({ "type": "Point", "coordinates": p }),
        json!({ "type": "LineString", "coordinates": line }),
        json!({ "type": "Polygon", "coordinates": [ring, ring] }),
        json!({ "type": "MultiPoint", "coordinates": [p, p] }),
        json!({ "type": "MultiLineString", "coordinates": [line, line] }),
        json!({ "type": "MultiPolygon", "coordinates": [[ring], [ring, ring]] }),
        json!({ "type": "Polygon", "coordinates": [] }),
        json!({ "type": "GeometryCollection", "geometries": [
            { "type": "Point", "coordinates": p },
            { "type": "GeometryCollection", "geometries": [{ "type": "MultiPoint", "coordinates": [p] }] },
            { "type": "LineString", "coordinates": line },
        ] }),
    ] {
        let wkb = read(&geometry).expect("readable");
        let written: serde_json::Value = serde_json::from_str(&text(&wkb)).expect("JSON");
        assert_eq!(read(&written), Ok(wkb));
        assert_eq!(written["type"], geometry["type"]);
    }
    let wkb = read(&json!({ "type": "Polygon", "coordinates": [ring] })).expect("readable");
    assert_eq!(text(&wkb), r#"{"type":"Polygon","coordinates":[[[0,0],[1,0],[0,1],[0,0]]]}"#);
}

#[test]
fn errors_say_what_is_wrong() {
    let error = |json: serde_json::Value| read(&json).expect_err("wrong").en();
    assert_eq!(error(json!(5)), "a geometry is an object with “type” and “coordinates”");
    assert_eq!(error(json!({ "type": "Circle", "coordinates": [] })), "“Circle” is not a geometry type of GeoJSON");
    assert_eq!(
        error(json!({ "type": "LineString", "coordinates": 7 })),
        "the coordinates of a LineString must be a list of positions"
    );
    assert_eq!(
        error(json!({ "type": "Point", "coordinates": [39, "41"] })),
        "[39,\"41\"] is not a position: two numbers, longitude and latitude"
    );
    assert!(read(&json!({ "type": "Point", "coordinates": [] })).is_err());
    let mut deep = json!({ "type": "Point", "coordinates": [1, 2] });
    for _ in 0..10 {
        deep = json!({ "type": "GeometryCollection", "geometries": [deep] });
    }
    assert_eq!(read(&deep), Err(ReadError::TooLarge("nesting")));
}

#[test]
fn mapped_numbers_are_rounded_and_bare() {
    let line = Wkb::line_string(&[(39.123_456_789, -0.000_04), (7.0, 1e-9)]).expect("finite");
    let mut out = b"x".to_vec();
    write_mapped(&line, &mut out, 4, |x, y| (x, y)).expect("finite");
    assert_eq!(String::from_utf8(out).expect("ASCII"), r#"x{"type":"LineString","coordinates":[[39.1235,0],[7,0]]}"#);
    let mut out = b"x".to_vec();
    assert_eq!(write_mapped(&line, &mut out, 4, |x, _| (x, f64::NAN)), Err(NotFinite));
    assert_eq!(out, b"x");
}

proptest! {
    #[test]
    fn written_numbers_read_back_the_same(x in proptest::num::f64::NORMAL, y in -180.0f64..180.0) {
        let mut writer = Writer::default();
        writer.group(GeometryType::MultiPoint, 1);
        writer.point((x, y));
        let wkb = writer.finish().expect("finite");
        // serde_json's own parser is exact only with a feature; the standard library's always is.
        let written = text(&wkb);
        let inner = written.trim_start_matches(r#"{"type":"MultiPoint","coordinates":[["#).trim_end_matches("]]}");
        let (a, b) = inner.split_once(',').expect("two numbers");
        prop_assert_eq!(a.parse::<f64>(), Ok(x));
        prop_assert_eq!(b.parse::<f64>(), Ok(y));
        prop_assert!(serde_json::from_str::<serde_json::Value>(&written).is_ok());
    }

    #[test]
    fn fixed_numbers_are_what_the_standard_library_rounds_to(v in -2e7f64..2e7, decimals in 0u8..9) {
        let mut out = Vec::new();
        number::fixed(v, decimals, &mut out);
        let text = std::str::from_utf8(&out).expect("ASCII");
        prop_assert!(serde_json::from_str::<f64>(text).is_ok(), "{}", text);
        let wanted: f64 = format!("{v:.*}", usize::from(decimals)).parse().expect("a number");
        // Halfway cases may go either way: the product before rounding is itself rounded.
        let unit = 10f64.powi(-i32::from(decimals)) + 4.0 * v.abs() * f64::EPSILON;
        prop_assert!((text.parse::<f64>().expect("a number") - wanted).abs() <= unit * 1.000_001, "{} {}", text, v);
        prop_assert!((text.parse::<f64>().expect("a number") - v).abs() <= unit * 0.500_001, "{} {}", text, v);
        prop_assert!(!text.contains('.') || !text.ends_with('0'), "{}", text);
        prop_assert!(text != "-0", "{}", text);
    }

    #[test]
    fn reading_survives_any_json(text in "[\\[\\]{},:0-9\"a-zA-Z]{0,200}") {
        if let Ok(json) = serde_json::from_str::<serde_json::Value>(&text) {
            let _ = read(&json);
            let _ = read(&json!({ "type": "MultiPolygon", "coordinates": json }));
        }
    }
}
