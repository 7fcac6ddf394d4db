//! Exports: every format is read by GDAL and holds what was selected.

use crate::city::{BUILDINGS, City};
use std::process::Command;

/// What `ogrinfo` says of the one layer of a file.
fn ogrinfo(path: &str) -> String {
    let out = Command::new("ogrinfo").args(["-ro", "-al", "-so", path]).output().expect("gdal-bin is installed");
    let text = String::from_utf8_lossy(&out.stdout).into_owned();
    assert!(out.status.success(), "{path}: {text} {}", String::from_utf8_lossy(&out.stderr));
    text
}

#[tokio::test]
async fn every_format_is_read_by_gdal() {
    let city = City::with_a_street().await;
    let folder = tempfile::tempdir().expect("a folder");
    for (format, file) in [
        ("geojson", "a.geojson"),
        ("geojsonseq", "a.geojsonl"),
        ("csv", "a.csv"),
        ("gpkg", "a.gpkg"),
        ("fgb", "a.fgb"),
        ("shp", "a.shp.zip"),
        ("xlsx", "a.xlsx"),
        ("kml", "a.kml"),
        ("gml", "a.gml"),
    ] {
        for (query, count) in [("", BUILDINGS), ("kind=ticari", 5), ("limit=3", 3)] {
            let reply = city.get(&format!("/ogc/collections/building/export/{format}?{query}")).await;
            assert_eq!(reply.status, 200, "{format}: {}", reply.text());
            assert!(reply.header("content-disposition").contains("building."));
            let path = folder.path().join(format!("{count}{file}"));
            std::fs::write(&path, &reply.body).expect("written");
            let text = ogrinfo(&path.display().to_string());
            assert!(text.contains(&format!("Feature Count: {count}")), "{format} {query}: {text}");
            assert!(text.contains("floors"), "{format}: {text}");
        }
    }
}

#[tokio::test]
async fn a_file_knows_its_crs_and_holds_east_before_north() {
    let city = City::with_a_street().await;
    let folder = tempfile::tempdir().expect("a folder");
    for (format, file) in [("gpkg", "b.gpkg"), ("fgb", "b.fgb"), ("shp", "b.shp.zip")] {
        let reply = city.get(&format!("/ogc/collections/building/export/{format}?crs=[EPSG:5257]")).await;
        let path = folder.path().join(file);
        std::fs::write(&path, &reply.body).expect("written");
        let text = ogrinfo(&path.display().to_string());
        assert!(text.contains("TM39"), "{format}: {text}");
        let extent = text.lines().find(|l| l.starts_with("Extent")).expect("an extent");
        assert!(extent.starts_with("Extent: (56"), "{format}: {extent}: easting first, about 560 km");
    }
}

#[tokio::test]
async fn a_register_without_geometry_is_exported_too() {
    let city = City::empty().await;
    for format in ["geojson", "geojsonseq", "csv", "gpkg"] {
        let reply = city.get(&format!("/ogc/collections/independent_unit/export/{format}")).await;
        assert_eq!(reply.status, 200, "{format}: {}", reply.text());
    }
    // A file of nothing but absent geometries is one that GDAL can't open: it is neither made nor named.
    let page = city.get("/ogc/collections/independent_unit/items").await.text();
    for format in ["fgb", "shp"] {
        let reply = city.get(&format!("/ogc/collections/independent_unit/export/{format}")).await;
        assert_eq!(reply.status, 400, "{format}");
        assert_eq!(reply.json()["code"], "no-geometry", "{format}");
        assert!(!page.contains(&format!("/export/{format}")), "{page}");
    }
    assert_eq!(city.get("/ogc/collections/building/export/dwg").await.status, 404);
    assert_eq!(city.get("/ogc/collections/building/export/csv?nosuch=1").await.status, 400);
}
