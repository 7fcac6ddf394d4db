//! What Debian's GDAL writes.

use super::{all, file};
use meydan_formats::{Crs, Options, open, wkt};
use meydan_geo::feature::Scalar;
use std::{path::Path, process::Command};

const SOURCE: &str = r#"{"type":"FeatureCollection","features":[
{"type":"Feature","properties":{"ad":"Çağlayan & Işık","kat":3,"alan":12.5,"tarih":"2024-12-31","an":"2024-12-31T10:00:00+03:00"},"geometry":{"type":"Polygon","coordinates":[[[39.7,41],[39.8,41],[39.8,41.1],[39.7,41]],[[39.75,41.01],[39.76,41.01],[39.76,41.02],[39.75,41.01]]]}},
{"type":"Feature","properties":{"ad":"İnönü","kat":null,"alan":-1.25,"tarih":"1999-08-17","an":null},"geometry":{"type":"Polygon","coordinates":[[[39.1,41],[39.2,41],[39.2,41.1],[39.1,41]]]}}]}"#;

fn made(folder: &Path, name: &str, args: &[&str]) -> std::path::PathBuf {
    let source = file(folder, "source.geojson", SOURCE);
    let out = folder.join(name);
    let run = Command::new("ogr2ogr").args(args).arg(&out).arg(&source).output().expect("gdal-bin is installed");
    assert!(run.status.success(), "{name}: {}", String::from_utf8_lossy(&run.stderr));
    out
}

fn text(value: &Scalar) -> String {
    match value {
        Scalar::Null => String::new(),
        Scalar::Int(i) => i.to_string(),
        Scalar::Real(r) => r.to_string(),
        Scalar::Text(t) => t.clone(),
        Scalar::Date(d) => d.to_string(),
        Scalar::Timestamp(t) => t.to_string(),
        Scalar::Bool(b) => b.to_string(),
    }
}

#[test]
fn gml_of_every_version_has_its_axes_right() {
    let folder = tempfile::tempdir().unwrap();
    for (name, crs, args) in [
        ("a.gml", 4326, &["-f", "GML", "-dsco", "FORMAT=GML3.2"][..]),
        ("b.gml", 5257, &["-f", "GML", "-dsco", "FORMAT=GML3.2", "-t_srs", "EPSG:5257"]),
        ("c.gml", 4326, &["-f", "GML", "-dsco", "FORMAT=GML2"]),
        ("d.gml", 5257, &["-f", "GML", "-dsco", "FORMAT=GML3", "-t_srs", "EPSG:5257"]),
        ("e.gml", 4326, &["-f", "GML", "-dsco", "FORMAT=GML3.2", "-dsco", "SRSNAME_FORMAT=SHORT"]),
    ] {
        let reader = open(&made(folder.path(), name, args), &Options::default()).unwrap();
        assert_eq!(*reader.crs(), Crs::Epsg(crs), "{name}");
        let at = reader.columns().iter().position(|c| c.name == "ad").unwrap();
        let features: Vec<_> = reader.map(Result::unwrap).collect();
        assert_eq!(features.len(), 2, "{name}");
        assert_eq!(text(&features[0].values[at]), "Çağlayan & Işık", "{name}");
        let system = meydan_geo::Crs::from_epsg(crs).unwrap();
        let placed = system.inverse_geometry(features[0].geometry.as_ref().unwrap()).unwrap();
        let b = placed.bbox().unwrap();
        for (found, wanted) in [(b.min_x, 39.7), (b.min_y, 41.0), (b.max_x, 39.8), (b.max_y, 41.1)] {
            assert!((found - wanted).abs() < 1e-6, "{name}: {found} is {wanted}");
        }
        assert_eq!(wkt::write(&placed).matches("),(").count(), 1, "{name}: the hole is there");
    }
}

#[test]
fn kml_and_a_zip_of_it() {
    let folder = tempfile::tempdir().unwrap();
    for (name, driver) in [("a.kml", "KML"), ("b.kml", "LIBKML"), ("c.kmz", "LIBKML")] {
        let reader = open(&made(folder.path(), name, &["-f", driver]), &Options::default()).unwrap();
        let at = |wanted: &str| {
            reader
                .columns()
                .iter()
                .position(|c| c.name == wanted)
                .unwrap_or_else(|| panic!("{name}: {:?} has no {wanted}", reader.columns()))
        };
        let (name_at, real_at) = (at("ad"), at("alan"));
        let features: Vec<_> = reader.map(Result::unwrap).collect();
        assert_eq!(features.len(), 2, "{name}");
        assert_eq!((text(&features[1].values[name_at]), text(&features[1].values[real_at])), ("İnönü".into(), "-1.25".into()));
        let shape = wkt::write(features[0].geometry.as_ref().unwrap());
        assert!(shape.contains("39.7 41") && shape.matches("),(").count() == 1, "{name}: {shape}");
    }
}

#[test]
fn a_workbook() {
    let folder = tempfile::tempdir().unwrap();
    let path = made(folder.path(), "a.xlsx", &["-f", "XLSX", "-nln", "Yapılar"]);
    let reader = open(&path, &Options { layer: Some("Yapılar".into()), ..Options::default() }).unwrap();
    let names: Vec<String> = reader.columns().iter().map(|c| c.name.clone()).collect();
    assert_eq!(names, ["ad", "kat", "alan", "tarih", "an"]);
    let rows: Vec<Vec<String>> = reader.map(|f| f.unwrap().values.iter().map(text).collect()).collect();
    assert_eq!(rows[0], ["Çağlayan & Işık", "3", "12.5", "2024-12-31", "2024-12-31T07:00:00Z"]);
    assert_eq!(rows[1], ["İnönü", "", "-1.25", "1999-08-17", ""]);
    assert_eq!(all(&path, Some("Yok"))[0].as_ref().unwrap_err().code(), "no-such-layer");
}
