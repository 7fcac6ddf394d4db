//! Whatever bytes a file holds: an error or features, never a panic, never more memory than the limits allow.

#![allow(clippy::unwrap_used)] // a test that can't go on should stop where it stands

use meydan_formats::{Crs, Error, Format, Kind, Layout, Options, OutColumn, create, open};
use meydan_geo::{
    GeometryType,
    feature::{Feature, Scalar},
};
use proptest::prelude::*;
use std::{
    io::Write as _,
    path::{Path, PathBuf},
};

/// Features read before a test gives up: a damaged file may not invent more.
const MOST: usize = 100_000;

/// Reads all there is; the error that ended it, and how many rows were good and bad.
fn drain(path: &Path) -> (Option<Error>, usize, usize) {
    let mut reader = match open(path, &Options::default()) {
        Ok(reader) => reader,
        Err(e) => return (Some(e), 0, 0),
    };
    let (mut good, mut bad) = (0, 0);
    for item in reader.by_ref().take(MOST) {
        match item {
            Ok(_) => good += 1,
            Err(e) if e.row_number().is_some() => bad += 1,
            Err(e) => return (Some(e), good, bad),
        }
    }
    assert!(reader.next().is_none() || good + bad == MOST);
    (None, good, bad)
}

fn written(folder: &Path, format: Format) -> PathBuf {
    let columns = vec![
        OutColumn { name: "ad".to_owned(), kind: Kind::Text },
        OutColumn { name: "nufus".to_owned(), kind: Kind::Int },
        OutColumn { name: "alan".to_owned(), kind: Kind::Real },
    ];
    let layout = Layout { layer: "ilce".to_owned(), columns, geometry: Some(GeometryType::MultiPolygon), crs: Crs::Epsg(5257) };
    let path = folder.join(format!("good.{}", format.word()));
    let mut writer = create(&path, format, layout).unwrap();
    for row in 1..=20u64 {
        let x = 560_000.0 + row as f64;
        let text = format!("MULTIPOLYGON ((({x} 4540000,{} 4540000,{} 4540010,{x} 4540000)))", x + 9.0, x + 9.0);
        let values = vec![Scalar::Text(format!("İlçe {row}")), Scalar::Int(row as i64), Scalar::Real(0.5)];
        writer.write(&Feature { row, values, geometry: meydan_formats::wkt::read(&text).unwrap() }).unwrap();
    }
    writer.finish().unwrap();
    path
}

const FORMATS: [Format; 9] = [
    Format::GeoPackage,
    Format::GeoJson,
    Format::GeoJsonSeq,
    Format::Csv,
    Format::FlatGeobuf,
    Format::Shapefile,
    Format::Xlsx,
    Format::Kml,
    Format::Gml,
];

fn file(folder: &Path, name: &str, bytes: &[u8]) -> PathBuf {
    let path = folder.join(name);
    std::fs::write(&path, bytes).unwrap();
    path
}

#[test]
fn cut_off_files_say_so() {
    let folder = tempfile::tempdir().unwrap();
    for format in FORMATS {
        let bytes = std::fs::read(written(folder.path(), format)).unwrap();
        for share in [10, 50, 90, 99] {
            let cut = file(folder.path(), &format!("cut.{}", format.word()), &bytes[..bytes.len() * share / 100]);
            let (error, good, bad) = drain(&cut);
            // Text rows can't know how many should follow; all others must notice.
            if !matches!(format, Format::Csv | Format::GeoJsonSeq) {
                let error = error.unwrap_or_else(|| panic!("{format:?} cut to {share} %: {good} rows and no error"));
                assert!(!error.tr().is_empty() && !error.en().is_empty());
            }
            assert!(good + bad <= 20);
        }
    }
}

#[test]
fn rows_are_named() {
    let folder = tempfile::tempdir().unwrap();
    let csv = file(
        folder.path(),
        "a.csv",
        "ad;boylam;enlem\nBir;39,7;41\nİki;kuzey;41\nÜç;39.8\nDört;39,9;41\0\nBeş;39,9;41\n".as_bytes(),
    );
    let rows: Vec<Result<u64, (u64, &str)>> = open(&csv, &Options::default())
        .unwrap()
        .map(|r| r.map(|f| f.row).map_err(|e| (e.row_number().unwrap(), e.code())))
        .collect();
    assert_eq!(rows, [Ok(2), Err((3, "bad-geometry")), Err((4, "ragged-row")), Err((5, "nul-character")), Ok(6)]);

    let json = r#"{"type":"FeatureCollection","features":[
        {"type":"Feature","properties":{"a":1},"geometry":{"type":"Point","coordinates":[39,41]}},
        {"type":"Feature","properties":{"a":2},"geometry":{"type":"Point","coordinates":[39]}},
        {"type":"Feature","properties":{"a":3},"geometry":{"type":"Point","coordinates":[1e999,41]}},
        {"type":"Feature","properties":[],"geometry":null},
        {"type":"Feature","properties":{"a":5},"geometry":null}]}"#;
    let rows: Vec<Result<u64, u64>> = open(&file(folder.path(), "a.geojson", json.as_bytes()), &Options::default())
        .unwrap()
        .map(|r| r.map(|f| f.row).map_err(|e| e.row_number().unwrap()))
        .collect();
    assert_eq!(rows, [Ok(1), Err(2), Err(3), Err(4), Ok(5)]);
}

#[test]
fn wrong_files() {
    let folder = tempfile::tempdir().unwrap();
    let code = |name: &str, bytes: &[u8]| drain(&file(folder.path(), name, bytes)).0.map(|e| e.code());
    assert_eq!(code("a.geojson", b""), Some("empty-file"));
    assert_eq!(code("a.gpkg", b"this is no database"), Some("wrong-format"));
    assert_eq!(code("a.xyz", b"\x7fELF"), Some("unknown-format"));
    assert_eq!(code("a.csv", &[0, 1, 2, 3, 0, 0, 7, 0, 0, 0, 9, 0]), Some("binary"));
    assert_eq!(code("b.geojson", b"{\"type\":\"FeatureCollection\",\"features\":["), Some("truncated"));
    assert_eq!(code("c.geojson", &b"[".repeat(100_000)), Some("wrong-format"));
    assert_eq!(code("d.geojson", format!("{{\"a\":{}", "[".repeat(100_000)).as_bytes()), Some("feature-too-large"));
    assert_eq!(code("b.gpkg", b"SQLite format 3\0 and then nothing that a database would hold"), Some("not-geopackage"));
    // A database that is one, but not a GeoPackage.
    let plain = folder.path().join("plain.gpkg");
    rusqlite::Connection::open(&plain).unwrap().execute_batch("CREATE TABLE a (b); INSERT INTO a VALUES (1);").unwrap();
    assert_eq!(drain(&plain).0.map(|e| e.code()), Some("not-geopackage"));
}

#[test]
fn encodings_of_offices() {
    let folder = tempfile::tempdir().unwrap();
    let text = "ad;nüfus\nÇağlayan;1.234\nİnönü;5\nIğdır;7\n";
    let utf16: Vec<u8> = std::iter::once(0xfeff).chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect();
    let utf16_bare: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
    let (latin5, ..) = encoding_rs::WINDOWS_1254.encode(text);
    let bom = [b"\xef\xbb\xbf", text.as_bytes()].concat();
    for (name, bytes) in
        [("utf8", text.as_bytes()), ("bom", &bom), ("utf16", &utf16), ("utf16be", &utf16_bare), ("1254", &latin5)]
    {
        let path = file(folder.path(), &format!("{name}.csv"), bytes);
        let reader = open(&path, &Options::default()).unwrap();
        assert_eq!(reader.columns()[1].name, "nüfus", "{name}");
        let names: Vec<Scalar> = reader.map(|f| f.unwrap().values[0].clone()).collect();
        assert_eq!(names, ["Çağlayan", "İnönü", "Iğdır"].map(|t| Scalar::Text(t.to_owned())), "{name}");
    }
}

#[test]
fn surveyors_axes() {
    let folder = tempfile::tempdir().unwrap();
    let path = file(folder.path(), "a.csv", b"no;X;Y\n1;4541230,15;560123,40\n2;4541231,15;560124,40\n");
    let reader = open(&path, &Options::default()).unwrap();
    assert_eq!(*reader.crs(), Crs::Unknown);
    let first = reader.map(|f| f.unwrap()).next().unwrap();
    let bbox = first.geometry.unwrap().bbox().unwrap();
    assert_eq!((bbox.min_x, bbox.min_y), (560_123.40, 4_541_230.15));
}

fn zip_of(folder: &Path, name: &str, entries: &[(&str, &[u8])]) -> PathBuf {
    let path = folder.join(name);
    let mut zip = zip::ZipWriter::new(std::fs::File::create(&path).unwrap());
    for (name, bytes) in entries {
        zip.start_file(*name, zip::write::SimpleFileOptions::default()).unwrap();
        zip.write_all(bytes).unwrap();
    }
    zip.finish().unwrap();
    path
}

#[test]
fn hostile_archives() {
    let folder = tempfile::tempdir().unwrap();
    let zeros = vec![0; 64 << 20];
    let bomb = zip_of(folder.path(), "bomb.zip", &[("a.shp", &zeros)]);
    assert!(std::fs::metadata(&bomb).unwrap().len() < 200_000, "the bomb is small");
    assert_eq!(drain(&bomb).0.map(|e| e.code()), Some("zip-bomb"));
    let outside = zip_of(folder.path(), "outside.zip", &[("../../a.shp", b"x")]);
    assert_eq!(drain(&outside).0.map(|e| e.code()), Some("zip-unsafe-path"));
    let absolute = zip_of(folder.path(), "absolute.zip", &[("/etc/a.shp", b"x")]);
    assert_eq!(drain(&absolute).0.map(|e| e.code()), Some("zip-unsafe-path"));
    let none = zip_of(folder.path(), "none.zip", &[("a.txt", b"x")]);
    assert_eq!(drain(&none).0.map(|e| e.code()), Some("no-layer"));
    let two = zip_of(folder.path(), "two.zip", &[("a.shp", b"x"), ("b/c.shp", b"x")]);
    assert_eq!(drain(&two).0.map(|e| e.code()), Some("choose-layer"));
    let short = zip_of(folder.path(), "short.zip", &[("a.shp", b"x")]);
    assert_eq!(drain(&short).0.map(|e| e.code()), Some("bad-shp"));
}

#[test]
fn a_lying_length_costs_nothing() {
    let folder = tempfile::tempdir().unwrap();
    // FlatGeobuf: a header that claims 4 GB.
    let mut fgb = b"fgb\x03fgb\x00".to_vec();
    fgb.extend_from_slice(&u32::MAX.to_le_bytes());
    assert_eq!(drain(&file(folder.path(), "a.fgb", &fgb)).0.map(|e| e.code()), Some("not-flatgeobuf"));
    // Shapefile: a record that claims 256 MB, and one of few bytes that claims a billion points.
    let mut shp = std::fs::read(written(folder.path(), Format::Shapefile)).map(|_| vec![0; 100]).unwrap();
    shp[..4].copy_from_slice(&9994u32.to_be_bytes());
    let mut large = shp.clone();
    large.extend_from_slice(&[0, 0, 0, 1, 0x7f, 0xff, 0xff, 0xff]);
    let zip = zip_of(folder.path(), "large.zip", &[("a.shp", &large)]);
    assert_eq!(drain(&zip).0.map(|e| e.code()), Some("bad-shp"));
    let mut points = vec![5, 0, 0, 0];
    points.extend_from_slice(&[0; 32]);
    points.extend_from_slice(&1u32.to_le_bytes());
    points.extend_from_slice(&1_000_000_000u32.to_le_bytes());
    points.extend_from_slice(&0u32.to_le_bytes());
    shp.extend_from_slice(&1u32.to_be_bytes());
    shp.extend_from_slice(&((points.len() / 2) as u32).to_be_bytes());
    shp.extend_from_slice(&points);
    let zip = zip_of(folder.path(), "points.zip", &[("a.shp", &shp)]);
    let (error, good, bad) = drain(&zip);
    assert!(error.is_none() && good == 0 && bad == 1, "{error:?}");
    // CSV: a quote that is never closed.
    let mut csv = b"a,b\n1,\"".to_vec();
    csv.extend(std::iter::repeat_n(b"2,3\n", 12 << 20).flatten());
    assert_eq!(drain(&file(folder.path(), "quote.csv", &csv)).0.map(|e| e.code()), Some("row-too-large"));
}

/// Damages that are likelier than noise: a byte changed, a piece cut out, repeated, or overwritten.
fn damage(mut bytes: Vec<u8>, wounds: &[(u8, prop::sample::Index, prop::sample::Index, u8)]) -> Vec<u8> {
    for (kind, at, to, value) in wounds {
        if bytes.is_empty() {
            return bytes;
        }
        let (a, b) = (at.index(bytes.len()), to.index(bytes.len()));
        let (from, to) = (a.min(b), a.max(b));
        let near = (from + 64).min(to);
        match kind % 5 {
            0 => bytes[from] = *value,
            1 => bytes[from] ^= 1 << (value % 8),
            2 => drop(bytes.drain(from..near)),
            3 => {
                let piece = bytes[from..near].to_vec();
                bytes.splice(from..from, piece);
            }
            _ => bytes[from..near].fill(*value),
        }
    }
    bytes
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, ..ProptestConfig::default() })]

    /// Noise behind each format's first bytes, under each format's name.
    #[test]
    fn noise(format in prop::sample::select(&FORMATS[..]), bytes in prop::collection::vec(any::<u8>(), 0..2_000)) {
        let folder = tempfile::tempdir().unwrap();
        let head: &[u8] = match format {
            Format::GeoPackage => b"SQLite format 3\0",
            Format::GeoJson => b"{\"type\":\"FeatureCollection\",\"features\":[{",
            Format::GeoJsonSeq => b"\x1e{\"type\":\"Feature\",",
            Format::Csv => b"a,b\n",
            Format::FlatGeobuf => b"fgb\x03fgb\x00",
            Format::Shapefile | Format::Xlsx => b"PK\x03\x04",
            Format::Kml => b"<kml><Placemark><Point><coordinates>",
            Format::Gml => b"<sf:FeatureCollection><sf:featureMember><m:a><m:g><gml:Polygon>",
            Format::Dxf => b"0\nSECTION\n2\nENTITIES\n0\n",
            Format::OsmPbf => b"\0\0\0\x0d\x0a\x09OSMHeader",
        };
        let path = file(folder.path(), &format!("a.{}", format.word()), &[head, &bytes].concat());
        drain(&path);
        drain(&file(folder.path(), &format!("b.{}", format.word()), &bytes));
    }

    /// Noise as the parts of an archive that is one.
    #[test]
    fn noise_in_a_shapefile(shp in prop::collection::vec(any::<u8>(), 0..600), dbf in prop::collection::vec(any::<u8>(), 0..600), prj in ".{0,80}") {
        let folder = tempfile::tempdir().unwrap();
        let mut head = vec![0; 100];
        head[..4].copy_from_slice(&9994u32.to_be_bytes());
        head.extend_from_slice(&shp);
        drain(&zip_of(folder.path(), "a.zip", &[("a.shp", &head), ("a.dbf", &dbf), ("a.prj", prj.as_bytes())]));
    }

    /// Good files, wounded.
    #[test]
    fn wounded(
        format in prop::sample::select(&FORMATS[..]),
        wounds in prop::collection::vec((any::<u8>(), any::<prop::sample::Index>(), any::<prop::sample::Index>(), any::<u8>()), 1..8),
    ) {
        let folder = tempfile::tempdir().unwrap();
        let bytes = damage(std::fs::read(written(folder.path(), format)).unwrap(), &wounds);
        drain(&file(folder.path(), &format!("wounded.{}", format.word()), &bytes));
    }

    /// Good tables and shapes in a good archive, wounded before they were packed.
    #[test]
    fn wounded_parts(
        wounds in prop::collection::vec((any::<u8>(), any::<prop::sample::Index>(), any::<prop::sample::Index>(), any::<u8>()), 1..8),
        which in 0..2usize,
    ) {
        let folder = tempfile::tempdir().unwrap();
        let good = written(folder.path(), Format::Shapefile);
        let mut archive = zip::ZipArchive::new(std::fs::File::open(good).unwrap()).unwrap();
        let mut part = |name: &str| {
            let mut bytes = Vec::new();
            std::io::copy(&mut archive.by_name(name).unwrap(), &mut bytes).unwrap();
            bytes
        };
        let (mut shp, mut dbf) = (part("ilce.shp"), part("ilce.dbf"));
        if which == 0 { shp = damage(shp, &wounds) } else { dbf = damage(dbf, &wounds) }
        drain(&zip_of(folder.path(), "a.zip", &[("ilce.shp", &shp), ("ilce.dbf", &dbf)]));
    }
}
