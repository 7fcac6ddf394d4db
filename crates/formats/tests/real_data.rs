//! The readers on the real files of the administrative geography of Trabzon (beside the checkout, not in it).

#![allow(clippy::unwrap_used)] // a test that can't go on should stop where it stands

use meydan_formats::{Crs, Format, Options, Reader, open};
use meydan_geo::{
    feature::{Feature, Scalar},
    repair, validity,
};
use std::path::PathBuf;

fn data(name: &str) -> PathBuf {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/01-admin").join(name);
    assert!(path.exists(), "the test data {} is missing: it lies beside the checkout", path.display());
    path
}

fn read(name: &str, layer: Option<&str>) -> (Box<dyn Reader>, Vec<Feature>) {
    let mut reader = open(&data(name), &Options { layer: layer.map(str::to_owned), ..Options::default() }).unwrap();
    let features = reader.by_ref().collect::<Result<Vec<_>, _>>().unwrap();
    reader.rewind().unwrap();
    assert_eq!(reader.by_ref().count(), features.len(), "the second reading gives as many");
    (reader, features)
}

fn column(reader: &dyn Reader, name: &str) -> usize {
    reader.columns().iter().position(|c| c.name == name).unwrap_or_else(|| panic!("no column {name}"))
}

#[test]
fn geopackage_layers() {
    let several = open(&data("trabzon_admin_valid.gpkg"), &Options::default()).err().unwrap();
    assert_eq!(several.code(), "choose-layer");
    assert!(several.tr().contains("mahalle, ilce, il"), "{}", several.tr());

    let (reader, features) = read("trabzon_admin_valid.gpkg", Some("mahalle"));
    assert_eq!(reader.format(), Format::GeoPackage);
    assert_eq!((features.len(), reader.estimate()), (710, Some(710)));
    assert_eq!(*reader.crs(), Crs::LON_LAT);
    let population = column(reader.as_ref(), "population");
    let sum: i64 = features.iter().filter_map(|f| if let Scalar::Int(i) = f.values[population] { Some(i) } else { None }).sum();
    assert_eq!(sum, 812_838);
    assert!(features.iter().all(|f| f.geometry.as_ref().is_some_and(|g| validity::check(g).is_none())));
    let (_, districts) = read("trabzon_admin_valid.gpkg", Some("ilce"));
    assert_eq!(districts.len(), 18);
}

#[test]
fn geojson_with_invalid_rings() {
    let (reader, features) = read("trabzon_mahalle_710.geojson", None);
    assert_eq!(reader.format(), Format::GeoJson);
    assert_eq!(features.len(), 710);
    let vertices: usize = features
        .iter()
        .filter_map(|f| f.geometry.as_ref())
        .map(|g| {
            let mut n = 0;
            g.each_coord(|_, _| n += 1);
            n
        })
        .sum();
    assert_eq!(vertices, 223_739);
    let name = column(reader.as_ref(), "name");
    let mut bad: Vec<String> = features
        .iter()
        .filter(|f| f.geometry.as_ref().is_some_and(|g| validity::check(g).is_some()))
        .map(|f| format!("{:?}", f.values[name]))
        .collect();
    bad.sort();
    assert_eq!(bad, [r#"Text("Aşağıovalı Mh.")"#, r#"Text("Bahçecik Mh.")"#, r#"Text("Yukarıovalı Mh.")"#]);
    assert!(features.iter().filter_map(|f| f.geometry.as_ref()).all(|g| repair::repair(g).is_ok()));
}

#[test]
fn delimited_text() {
    let (reader, features) = read("trabzon_nvi_csbm_16824.csv", None);
    assert_eq!(reader.format(), Format::Csv);
    assert!(!reader.has_geometry());
    assert_eq!(features.len(), 16_824);
    let ids: std::collections::HashSet<String> =
        features.iter().map(|f| format!("{:?}", f.values[column(reader.as_ref(), "csbm_id")])).collect();
    assert_eq!(ids.len(), 16_824);
    let kind = column(reader.as_ref(), "type");
    let clusters = features.iter().filter(|f| f.values[kind] == Scalar::Text("Küme Evler".to_owned())).count();
    assert_eq!(clusters, 5_132);
    // The header is line 1, so the first row is line 2.
    assert_eq!((features[0].row, features[16_823].row), (2, 16_825));
    for (name, rows) in [
        ("trabzon_mahalle_population.csv", 716),
        ("trabzon_ilce_population_area_2025.csv", 18),
        ("trabzon_nvi_mahalle_718.csv", 718),
        ("trabzon_ptt_posta_kodu_2021.csv", 710),
    ] {
        assert_eq!(read(name, None).1.len(), rows, "{name}");
    }
}
