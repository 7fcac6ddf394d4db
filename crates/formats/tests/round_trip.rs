//! What a writer writes its reader reads back the same; where a format can hold less, what is lost is said here.

#![allow(clippy::unwrap_used)] // a test that can't go on should stop where it stands

use meydan_formats::{Crs, Format, Kind, Layout, Options, OutColumn, create, open};
use meydan_geo::{
    GeometryType, Wkb,
    feature::{Feature, Scalar},
};
use proptest::prelude::*;
use std::path::Path;

fn layout(geometry: Option<GeometryType>, crs: Crs) -> Layout {
    let kinds = [
        ("ad", Kind::Text),
        ("nüfus", Kind::Int),
        ("alan", Kind::Real),
        ("etkin", Kind::Bool),
        ("tarih", Kind::Date),
        ("güncelleme", Kind::Timestamp),
    ];
    let columns = kinds.into_iter().map(|(name, kind)| OutColumn { name: name.to_owned(), kind }).collect();
    Layout { layer: "mahalle".to_owned(), columns, geometry, crs }
}

fn there_and_back(path: &Path, format: Format, layout: Layout, features: &[Feature]) -> (Crs, Vec<Feature>) {
    let mut writer = create(path, format, layout).unwrap();
    for feature in features {
        writer.write(feature).unwrap();
    }
    writer.finish().unwrap();
    let reader = open(path, &Options::default()).unwrap();
    assert_eq!(reader.format(), format);
    let crs = reader.crs().clone();
    (crs, reader.collect::<Result<_, _>>().unwrap())
}

/// A value as every format can spell it: text formats give texts, and the house's conversion reads those.
fn spelled(scalar: &Scalar) -> String {
    match scalar {
        Scalar::Null => String::new(),
        Scalar::Bool(b) => b.to_string(),
        Scalar::Int(i) => i.to_string(),
        Scalar::Real(r) if r.fract() == 0.0 && r.abs() < 9e15 => (*r as i64).to_string(),
        Scalar::Real(r) => r.to_string(),
        Scalar::Text(t) => t.clone(),
        Scalar::Date(d) => d.to_string(),
        Scalar::Timestamp(t) => t.to_string(),
    }
}

fn wkb(text: &str) -> Wkb {
    meydan_formats::wkt::read(text).unwrap().unwrap()
}

fn story() -> Vec<Feature> {
    let day = Scalar::Date(jiff::civil::Date::constant(2014, 3, 30));
    let instant = Scalar::Timestamp("2024-12-31T10:00:00Z".parse().unwrap());
    let rows: Vec<(&str, Option<&str>)> = vec![
        (
            "Aydınlıkevler, \"Işık\" Mah.",
            Some(
                "POLYGON ((39.7 41,39.8 41,39.8 41.1,39.7 41.1,39.7 41),(39.72 41.02,39.72 41.05,39.75 41.05,39.75 41.02,39.72 41.02))",
            ),
        ),
        ("Çömlekçi\nEskı", Some("MULTIPOLYGON (((39.1 41,39.2 41,39.2 41.1,39.1 41)),((39.3 41,39.4 41,39.4 41.1,39.3 41)))")),
        ("Yeşilköy (geometrisiz)", None),
    ];
    rows.into_iter()
        .enumerate()
        .map(|(at, (name, geometry))| Feature {
            row: at as u64 + 1,
            values: vec![
                Scalar::Text(name.to_owned()),
                Scalar::Int(12_465 * at as i64),
                Scalar::Real(375.25),
                Scalar::Bool(at == 0),
                day.clone(),
                instant.clone(),
            ],
            geometry: geometry.map(wkb),
        })
        .collect()
}

#[test]
fn every_format_brings_back_the_story() {
    let folder = tempfile::tempdir().unwrap();
    for format in [
        Format::GeoPackage,
        Format::GeoJson,
        Format::GeoJsonSeq,
        Format::Csv,
        Format::FlatGeobuf,
        Format::Shapefile,
        Format::Xlsx,
        Format::Kml,
        Format::Gml,
    ] {
        let path = folder.path().join(format!("mahalle.{}", format.word()));
        // FlatGeobuf has no place for a feature without geometry.
        let holds = |f: &Feature| format != Format::FlatGeobuf || f.geometry.is_some();
        let told: Vec<Feature> = story().into_iter().filter(holds).collect();
        let (crs, mut back) = there_and_back(&path, format, layout(Some(GeometryType::MultiPolygon), Crs::LON_LAT), &told);
        assert_eq!(crs, Crs::LON_LAT, "{format:?}");
        assert_eq!(back.len(), told.len(), "{format:?}");
        // GeoPackage adds its fid; FlatGeobuf sorts by place.
        let ahead = usize::from(format == Format::GeoPackage);
        back.sort_by_key(|f| told.iter().position(|s| spelled(&s.values[0]) == spelled(&f.values[ahead])));
        for (before, after) in told.iter().zip(&back) {
            for (at, value) in before.values.iter().enumerate() {
                assert_eq!(spelled(value), spelled(&after.values[at + ahead]), "{format:?} column {at}");
            }
            let multi = before.geometry.as_ref().map(Wkb::to_multi);
            let after = after.geometry.as_ref().map(Wkb::to_multi);
            // A Shapefile has no place for two things: that a ring begins where it does, and which way it turns.
            if format == Format::Shapefile {
                assert_eq!(multi.map(|g| g.bbox()), after.map(|g| g.bbox()), "{format:?}");
            } else {
                assert_eq!(multi, after, "{format:?}");
            }
        }
    }
}

#[test]
fn all_kinds_of_geometry() {
    let folder = tempfile::tempdir().unwrap();
    let cases = [
        (GeometryType::Point, "POINT (39.7 41)"),
        (GeometryType::MultiPoint, "MULTIPOINT ((39.7 41),(39.8 41.1))"),
        (GeometryType::LineString, "LINESTRING (39.7 41,39.8 41.1,39.9 41)"),
        (GeometryType::MultiLineString, "MULTILINESTRING ((39.7 41,39.8 41.1),(39.1 41,39.2 41.3))"),
        (
            GeometryType::MultiPolygon,
            "MULTIPOLYGON (((39.1 41,39.2 41,39.2 41.1,39.1 41)),((39.3 41,39.4 41,39.4 41.1,39.3 41)))",
        ),
        (GeometryType::GeometryCollection, "GEOMETRYCOLLECTION (POINT (39.7 41),LINESTRING (39.7 41,39.8 41.1))"),
    ];
    for (kind, text) in cases {
        for format in [
            Format::GeoPackage,
            Format::GeoJson,
            Format::Csv,
            Format::FlatGeobuf,
            Format::Shapefile,
            Format::Xlsx,
            Format::Kml,
            Format::Gml,
        ] {
            if kind == GeometryType::GeometryCollection && format == Format::Shapefile {
                continue;
            }
            let path = folder.path().join(format!("{kind:?}.{}", format.word()));
            let mut features = story();
            features.iter_mut().for_each(|f| f.geometry = Some(wkb(text)));
            let (_, back) = there_and_back(&path, format, layout(Some(kind), Crs::LON_LAT), &features);
            assert_eq!(back.len(), 3);
            for feature in back {
                assert_eq!(feature.geometry.unwrap().to_multi(), wkb(text).to_multi(), "{format:?} {kind:?}");
            }
        }
    }
}

#[test]
fn turkish_crs_travels() {
    let folder = tempfile::tempdir().unwrap();
    for format in [Format::GeoPackage, Format::GeoJson, Format::FlatGeobuf, Format::Shapefile, Format::Gml] {
        for code in [5257, 2323, 32637, 3857] {
            let path = folder.path().join(format!("{code}.{}", format.word()));
            let mut features = story();
            features.iter_mut().for_each(|f| f.geometry = Some(wkb("POINT (560000 4540000)")));
            let (crs, _) = there_and_back(&path, format, layout(Some(GeometryType::Point), Crs::Epsg(code)), &features);
            assert_eq!(crs, Crs::Epsg(code), "{format:?}");
        }
    }
}

#[test]
fn flatgeobuf_says_what_it_can_not_hold() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.fgb");
    let none = meydan_formats::create(&path, Format::FlatGeobuf, layout(None, Crs::LON_LAT)).err();
    assert_eq!(none.map(|e| e.code()), Some("no-geometry"));
    let mut writer =
        meydan_formats::create(&path, Format::FlatGeobuf, layout(Some(GeometryType::MultiPolygon), Crs::LON_LAT)).unwrap();
    let mut feature = story().swap_remove(0);
    feature.geometry = None;
    let fault = writer.write(&feature).unwrap_err();
    assert_eq!((fault.code(), fault.row_number()), ("record-without-geometry", Some(feature.row)));
}

#[test]
fn shapefile_says_what_it_can_not_hold() {
    let folder = tempfile::tempdir().unwrap();
    let make = |name: &str, geometry| {
        create(&folder.path().join(name), Format::Shapefile, layout(geometry, Crs::LON_LAT)).err().unwrap()
    };
    assert_eq!(make("a.zip", None).code(), "no-geometry");
    assert_eq!(make("b.zip", Some(GeometryType::GeometryCollection)).code(), "mixed-geometry");
}

#[test]
fn nothing_is_overwritten() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.csv");
    std::fs::write(&path, "keep").unwrap();
    let error = create(&path, Format::Csv, layout(None, Crs::Unknown)).err().unwrap();
    assert_eq!(error.code(), "file-exists");
    assert_eq!(std::fs::read_to_string(&path).unwrap(), "keep");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    /// Any text and number survives the text formats and the binary ones.
    #[test]
    fn any_values(text in "[^\u{0}]{0,40}", int in any::<i64>(), real in any::<f64>().prop_filter("finite", |r| r.is_finite()), x in -180.0..180.0f64, y in -90.0..90.0f64) {
        let folder = tempfile::tempdir().unwrap();
        let feature = Feature {
            row: 1,
            values: vec![Scalar::Text(text.clone()), Scalar::Int(int), Scalar::Real(real), Scalar::Null, Scalar::Null, Scalar::Null],
            geometry: Wkb::point(x, y),
        };
        for format in [Format::GeoPackage, Format::GeoJson, Format::GeoJsonSeq, Format::Csv, Format::FlatGeobuf] {
            let path = folder.path().join(format!("a.{}", format.word()));
            let (_, back) = there_and_back(&path, format, layout(Some(GeometryType::Point), Crs::LON_LAT), std::slice::from_ref(&feature));
            let ahead = usize::from(format == Format::GeoPackage);
            // Empty text and no value are one in delimited text, and a carriage return alone ends a row there.
            prop_assert_eq!(spelled(&back[0].values[ahead]), text.clone(), "{:?}", format);
            prop_assert_eq!(spelled(&back[0].values[ahead + 1]), int.to_string(), "{:?}", format);
            let number: f64 = spelled(&back[0].values[ahead + 2]).parse().unwrap();
            prop_assert!(number == real, "{:?} {} {}", format, number, real);
            prop_assert_eq!(back[0].geometry.clone(), feature.geometry.clone(), "{:?}", format);
        }
    }
}

#[test]
fn a_border_that_fits_into_no_cell_is_left_out_of_a_workbook() {
    let folder = tempfile::tempdir().unwrap();
    let mut feature = story().swap_remove(0);
    let ring: Vec<(f64, f64)> = (0..2_000).map(|i| (39.0 + f64::from(i) * 1.234_567e-5, 41.0 + f64::from(i % 2))).collect();
    feature.geometry = Wkb::line_string(&ring);
    let layout = layout(Some(GeometryType::LineString), Crs::LON_LAT);
    let (_, back) = there_and_back(&folder.path().join("a.xlsx"), Format::Xlsx, layout, &[feature]);
    assert_eq!((back.len(), &back[0].geometry), (1, &None));
}
