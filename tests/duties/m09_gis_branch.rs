//! Article 9: duties of the geographic information systems branch.

use crate::{
    harness::{City, foreign},
    pg_server,
};
use serde_json::json;
use std::process::Command;

fn with_parks() -> City {
    let city = City::embedded();
    std::fs::write(
        city.path("park.csv"),
        "name;lon;lat\nMeydan Parkı;39,7265;41,0053\nGanita Çay Bahçesi;39,7361;41,0081\nBotanik;39,6990;40,9899\n",
    )
    .unwrap();
    city.ok(&[
        "import",
        "park.csv",
        "--into",
        "point_of_interest",
        "--map",
        "service_type:=kulturel",
        "--key",
        "none",
        "--yes",
    ]);
    city
}

#[test]
fn duty_9_ç_the_database_is_shared_over_the_web_by_open_standards() {
    let city = with_parks();
    let server = city.serve();
    let conformance = server.get("/ogc/conformance").text();
    for class in ["ogcapi-features-1/1.0/conf/core", "ogcapi-features-2/1.0/conf/crs", "ogcapi-tiles-1/1.0/conf/core"] {
        assert!(conformance.contains(class), "{class}");
    }
    let told = foreign(Command::new("ogrinfo").args([
        "-ro",
        "-al",
        "-where",
        "name = 'Botanik'",
        &format!("OAPIF:{}/ogc", server.url),
        "point_of_interest",
    ]));
    assert!(told.contains("Feature Count: 1") && told.contains("POINT (39.699 40.9899)"), "{told}");
    // In the national grid, northing first as EPSG:5257 says.
    let tm39 = server.get("/ogc/collections/point_of_interest/items?limit=1&crs=http://www.opengis.net/def/crs/EPSG/0/5257");
    assert_eq!(tm39.header("content-crs"), "<http://www.opengis.net/def/crs/EPSG/0/5257>");
}

#[test]
fn duty_9_d_citizens_find_places_by_name_as_they_type_it() {
    let city = with_parks();
    let server = city.serve();
    // Without a Turkish keyboard, in capitals, with the right letters: the same place.
    for typed in ["ganita cay", "GANİTA ÇAY", "Ganita%20%C3%87ay"] {
        let page = server.get(&format!("/search?q={}&lang=tr", typed.replace(' ', "%20"))).text();
        assert!(page.contains("Ganita Çay Bahçesi"), "“{typed}” finds nothing");
    }
}

#[test]
fn duty_9_f_a_unit_enters_its_records_by_a_form_made_from_the_definition() {
    let city = City::embedded();
    let server = city.serve();
    let form = server.get("/registers/point_of_interest/new?lang=tr").text();
    assert!(form.contains("name=\"name\"") && form.contains("<select") && form.contains("method=\"post\""), "{form}");
    let english = server.get("/registers/point_of_interest/new?lang=en").text();
    assert!(english.contains("Name"), "{english}");
}

#[test]
fn duty_9_g_data_is_exchanged_by_web_services_and_its_standard_is_machine_readable() {
    let city = with_parks();
    let server = city.serve();
    let api = server.get("/ogc/api");
    assert!(
        api.header("content-type").starts_with("application/vnd.oai.openapi+json;version=3.0"),
        "{}",
        api.header("content-type")
    );
    let document = api.json();
    assert!(document["openapi"].as_str().unwrap().starts_with("3.0"));
    assert!(!document.to_string().contains("\"$ref\":\"http"), "the document needs the internet");
    // Errors are RFC 9457 in the person's language.
    for (lang, sentence) in [("tr", "Bilinmeyen parametre: boja"), ("en", "Unknown parameter: boja")] {
        let refused = server.get_with("/ogc/collections/point_of_interest/items?boja=1", &[("accept-language", lang)]);
        assert_eq!((refused.status, refused.header("content-type")), (400, "application/problem+json"));
        let problem = refused.json();
        assert!(problem["detail"].as_str().is_some_and(|detail| detail.contains(sentence)), "{problem}");
        assert_eq!(problem["errors"][0]["field"], "boja");
    }
}

/// A filtered view leaves in a format of the receiver's, and everything can be restored from a backup, proven by digest.
fn shares_and_keeps(city: &City, other: &City) {
    std::fs::write(city.path("ev.csv"), "name,floors,lon,lat\nA,3,39.7,41\nB,12,39.71,41\n").unwrap();
    std::fs::write(
        city.path("ev.geojsonl"),
        (1..=500).map(|i| {
            let x = 39.7 + f64::from(i) * 1e-4;
            format!("{{\"type\":\"Feature\",\"properties\":{{\"name\":\"Ev {i}\",\"floors\":{}}},\"geometry\":{{\"type\":\"Polygon\",\"coordinates\":[[[{x},41.0],[{},41.0],[{},41.0001],[{x},41.0]]]}}}}\n", i % 14 + 1, x + 5e-5, x + 5e-5)
        }).collect::<String>(),
    )
    .unwrap();
    city.ok(&["import", "ev.geojsonl", "--into", "building", "--key", "none", "--yes"]);
    city.ok(&["export", "building", "--out", "high.fgb", "--filter", "floors > 10", "--crs", "EPSG:5257"]);
    let told = foreign(Command::new("ogrinfo").args(["-ro", "-so", "-al"]).arg(city.path("high.fgb")));
    assert!(told.contains("Feature Count: 141") && told.contains("5257"), "{told}");
    // A backup while the server runs and writes.
    let server = city.serve();
    server.change(&json!({ "changes": [{ "register": "point_of_interest", "op": "insert", "values": { "name": "Son", "service_type": "diger" }, "geometry": { "type": "Point", "coordinates": [39.7, 41.0] } }] }));
    let backup = city.path("backup.bin").display().to_string();
    let entries = city.json(&["log", "head"])["size"].clone();
    city.ok(&["backup", &backup]);
    let restored = other.json(&["restore", &backup]);
    assert_eq!((&restored["entries"], &restored["registers"]["building"][0]), (&entries, &json!(500)), "{restored}");
    let theirs = other.serve().get("/ogc/collections/point_of_interest/items").json();
    assert_eq!(theirs["features"][0]["properties"]["name"], "Son");
    // Over something that is there: refused.
    assert!(!other.run(&["restore", &backup]).status.success());
    // A damaged backup is not restored.
    let mut bytes = std::fs::read(&backup).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    std::fs::write(&backup, bytes).unwrap();
    let refused = City::embedded().run(&["restore", &backup]);
    assert!(
        String::from_utf8_lossy(&refused.stderr).contains("does not match"),
        "{}",
        String::from_utf8_lossy(&refused.stderr)
    );
}

#[test]
fn duty_9_h_data_is_shared_stored_and_restored() {
    shares_and_keeps(&City::embedded(), &City::embedded());
}

#[test]
fn duty_9_h_data_is_shared_stored_and_restored_in_postgresql() {
    let database = pg_server::shared();
    shares_and_keeps(&City::in_database(&database.database()), &City::in_database(&database.database()));
}

#[test]
fn duty_9_n_the_symbology_standard_is_a_style_that_map_libraries_take() {
    let city = City::embedded();
    let server = city.serve();
    let style = server.get("/styles/light").json();
    assert_eq!(style["version"], 8);
    let layers = style["layers"].as_array().unwrap();
    assert!(layers.iter().any(|l| l["source-layer"] == "building"), "buildings are drawn");
    assert!(layers.iter().all(|l| l["id"].is_string() && l["type"].is_string()));
    let page = server.get("/standard/building?lang=tr").text();
    assert!(page.contains("swatch") || page.contains("Gösterim"), "the page shows how it is drawn");
}
