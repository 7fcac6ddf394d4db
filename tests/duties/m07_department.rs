//! Article 7: duties of the department.

use crate::{
    harness::{City, foreign, shared},
    pg_server, trabzon,
};
use serde_json::json;
use std::process::Command;

/// A small square building at a place.
fn square(lon: f64, lat: f64) -> serde_json::Value {
    let (e, n) = (lon + 0.0002, lat + 0.0002);
    json!({ "type": "Polygon", "coordinates": [[[lon, lat], [e, lat], [e, n], [lon, n], [lon, lat]]] })
}

#[test]
fn duty_7_c_layers_are_published_as_map_tiles_and_downloads() {
    let city = City::embedded();
    let server = city.serve();
    server.change(&json!({ "changes": [{ "register": "building", "op": "insert", "values": { "name": "Ayasofya" }, "geometry": square(39.6966, 41.0032) }] }));
    // The style names our own tiles, for light and dark, and nothing from elsewhere.
    for theme in ["light", "dark"] {
        let style = server.get(&format!("/styles/{theme}")).json();
        let text = style.to_string();
        assert!(text.contains("/tiles/") && !text.contains("https://"), "{text}");
        assert!(style["layers"].as_array().is_some_and(|l| l.len() > 10), "{text}");
    }
    let tilejson = server.get("/tiles/building.json").json();
    assert_eq!(tilejson["tilejson"], "3.0.0");
    let tile = server.get("/tiles/building/16/39994/24570.mvt");
    assert_eq!((tile.status, tile.header("content-type")), (200, "application/vnd.mapbox-vector-tile"));
    assert!(tile.text().contains("Ayasofya"), "the tile carries the name");
    // The same layer in every format, read by GDAL.
    for (format, file) in [("gpkg", "b.gpkg"), ("geojson", "b.geojson"), ("fgb", "b.fgb"), ("shp", "b.zip")] {
        let answer = server.get(&format!("/ogc/collections/building/export/{format}"));
        assert_eq!(answer.status, 200, "{format}: {}", answer.text());
        std::fs::write(city.path(file), &answer.body).unwrap();
        let place = if format == "shp" {
            format!("/vsizip/{}", city.path(file).display())
        } else {
            city.path(file).display().to_string()
        };
        let told = foreign(Command::new("ogrinfo").args(["-ro", "-al", "-so", &place]));
        assert!(told.contains("Feature Count: 1"), "{format}: {told}");
    }
}

#[test]
fn duty_7_e_the_data_standard_is_published_from_what_runs() {
    let city = City::embedded();
    let server = city.serve();
    let page = server.get("/standard/building?lang=tr").text();
    for text in ["Yapı", "floors", "Konut"] {
        assert!(page.contains(text), "the page of the standard lacks “{text}”");
    }
    let english = server.get("/standard/building?lang=en").text();
    assert!(english.contains("Building") && english.contains("Residential"), "{english}");
    let schema = server.get("/ogc/collections/building/schema").json();
    assert_eq!(schema["properties"]["floors"]["type"], "integer", "{schema}");
    assert!(schema["properties"]["kind"].to_string().contains("konut"), "{schema}");
    // A city's own register is a page of the standard, an API collection and a table as soon as its file is there.
    std::fs::create_dir_all(city.path("definitions")).unwrap();
    std::fs::write(
        city.path("definitions/fountain.toml"),
        r#"[register]
name = "fountain"
title = { tr = "Çeşme", en = "Fountain" }
description = { tr = "Tarihî çeşmeler.", en = "Historic fountains." }
label = "name"
[geometry]
type = "point"
[[field]]
name = "name"
title = { tr = "Ad", en = "Name" }
type = "text"
required = true
"#,
    )
    .unwrap();
    let mut found = false;
    for _ in 0..40 {
        std::thread::sleep(std::time::Duration::from_millis(250));
        found = server.get("/standard/fountain?lang=tr").status == 200;
        if found {
            break;
        }
    }
    assert!(found, "the new register did not appear: {}", std::fs::read_to_string(city.path("server.log")).unwrap());
    server.change(&json!({ "changes": [{ "register": "fountain", "op": "insert", "values": { "name": "Abdullah Paşa" }, "geometry": { "type": "Point", "coordinates": [39.72, 41.005] } }] }));
    assert_eq!(server.get("/ogc/collections/fountain/items").json()["features"][0]["properties"]["name"], "Abdullah Paşa");
    // A definition with a fault is refused with file, line and field, and the old one stays.
    std::fs::write(city.path("definitions/fountain.toml"), "[register]\nname = \"fountain\"\ntitel = 3\n").unwrap();
    let told = city.run(&["catalog", "check"]);
    let text = String::from_utf8_lossy(&[told.stdout, told.stderr].concat()).into_owned();
    assert!(!told.status.success() && text.contains("fountain.toml:3"), "{text}");
    assert_eq!(server.get("/standard/fountain").status, 200);
}

/// Official lists, polygons and population come from three sources and are joined by their ids; on both stores.
fn integrates_real_data(city: &City) {
    trabzon::load(city);
    let server = city.serve();
    let hits = |path: &str| server.get(&format!("/ogc/collections/{path}")).json()["numberMatched"].clone();
    assert_eq!(hits("province/items?resultType=hits"), 81);
    assert_eq!(hits("district/items?resultType=hits"), 18);
    assert_eq!(hits("neighbourhood/items?resultType=hits"), 718);
    assert_eq!(hits("street/items?resultType=hits"), 16_824);
    // 8 neighbourhoods were made after the polygons were drawn: records without a geometry, not lost ones.
    assert_eq!(hits("neighbourhood/items?resultType=hits&filter=geometry%20IS%20NULL"), 10);
    let all = server.get("/ogc/collections/neighbourhood/items?limit=1000&properties=population").json();
    let sum: i64 = all["features"].as_array().unwrap().iter().filter_map(|f| f["properties"]["population"].as_i64()).sum();
    assert_eq!(sum, 824_348, "the population is that of the source");
    // The same delivery again changes nothing.
    let streets = shared("data/01-admin/trabzon_nvi_csbm_16824.csv").display().to_string();
    let again = city.json(&["import", &streets, "--into", "street", "--yes"]);
    assert_eq!((&again["unchanged"], &again["inserted"], &again["updated"]), (&json!(16_824), &json!(0), &json!(0)));
    // Somebody else's client counts the same.
    let told = foreign(Command::new("ogrinfo").args(["-ro", "-so", &format!("OAPIF:{}/ogc", server.url), "district"]));
    assert!(told.contains("Feature Count: 18"), "{told}");
    drop(server);
    city.ok(&["log", "verify"]);
}

#[test]
fn duty_7_g_real_data_of_three_sources_is_collected_and_joined() {
    integrates_real_data(&City::embedded());
}

#[test]
fn duty_7_g_real_data_of_three_sources_is_collected_and_joined_in_postgresql() {
    let database = pg_server::shared();
    integrates_real_data(&City::in_database(&database.database()));
}

#[test]
fn duty_7_g_invalid_rings_of_the_raw_delivery_are_repaired_and_told() {
    let city = City::embedded();
    let raw = shared("data/01-admin/trabzon_mahalle_710.geojson").display().to_string();
    let told = city.json(&["import", &raw, "--into", "neighbourhood", "--map", "district=", "--yes", "--skip-errors"]);
    assert_eq!(told["rows"], 710);
    assert_eq!(told["rejected"], 2, "two have no official id: {}", told["faults"]);
    let messages = told["repairs"].to_string();
    assert!(messages.contains("self") || messages.contains("crossing"), "the crossing rings are named: {messages}");
    // GDAL (GEOS) finds every stored polygon valid.
    let checked = foreign(Command::new("ogrinfo").args([
        "-ro",
        "-q",
        "-dialect",
        "SQLite",
        "-sql",
        "SELECT count(*) AS bad FROM neighbourhood WHERE NOT ST_IsValid(geom)",
        &city.store,
    ]));
    assert!(checked.contains("bad (Integer) = 0"), "{checked}");
}

#[test]
fn duty_7_ğ_a_register_past_its_freshness_rule_is_shown() {
    let city = City::embedded();
    let server = city.serve();
    server.change(
        &json!({ "changes": [{ "register": "building", "op": "insert", "values": {}, "geometry": square(39.72, 41.0) }] }),
    );
    let page = server.get("/standard/building?lang=en").text();
    assert!(page.contains("days") || page.contains("Freshness"), "the rule is told");
    let list = server.get("/registers?lang=en").text();
    assert!(list.contains("Last change"), "the last change of each register is told");
}

/// A record's whole life: made, changed, refused, read as of yesterday, ended; who and why stay.
fn keeps_records(city: &City) {
    let server = city.serve();
    let made = server.change(&json!({ "reason": "Yeni yapı ruhsatı", "changes": [
        { "register": "building", "op": "insert", "values": { "name": "Ev", "floors": 3 }, "geometry": square(39.72, 41.0) }] }));
    let id = made["records"][0]["id"].as_str().unwrap().to_owned();
    let before = made["recorded_at"].as_str().unwrap().to_owned();
    server.change(&json!({ "reason": "Kat çıkıldı", "changes": [{ "register": "building", "op": "update", "id": id, "expected": 1, "values": { "floors": 4 } }] }));
    // Somebody with an old version is told so, and changes nothing.
    let late = server.post(
        "/api/changes",
        &json!({ "changes": [{ "register": "building", "op": "update", "id": id, "expected": 1, "values": { "floors": 9 } }] }),
    );
    assert_eq!((late.status, late.header("content-type")), (412, "application/problem+json"), "{}", late.text());
    // A wrong value names its field in both languages, and the whole changeset is refused.
    let wrong = json!({ "changes": [
        { "register": "building", "op": "update", "id": id, "values": { "floors": 5 } },
        { "register": "building", "op": "insert", "values": { "kind": "kale", "floors": -400 }, "geometry": square(39.7, 41.0) }] });
    let refused = server.post("/api/changes", &wrong);
    assert_eq!(refused.status, 400);
    let fields: Vec<_> = refused.json()["errors"].as_array().unwrap().iter().map(|e| e["field"].to_string()).collect();
    assert!(fields.iter().any(|f| f.contains("kind")) && fields.iter().any(|f| f.contains("floors")), "{fields:?}");
    let record = server.get(&format!("/api/records/building/{id}")).json();
    assert_eq!((&record["version"], &record["values"]["floors"]), (&json!(2), &json!(4)));
    // As of the first instant there are three floors.
    let then = server.get(&format!("/ogc/collections/building/items?datetime={before}")).json();
    assert_eq!(then["features"][0]["properties"]["floors"], 3, "{then}");
    // Who, when, why.
    let history = server.get(&format!("/api/records/building/{id}/history")).json().to_string();
    assert!(
        history.contains("Yeni yapı ruhsatı") && history.contains("Kat çıkıldı") && history.contains("\"person\":\""),
        "{history}"
    );
    let page = server.get(&format!("/registers/building/{id}/history?lang=tr")).text();
    assert!(page.contains("Deneme Yönetici") && page.contains("Sistem yöneticisi"), "who, and in which post, by name: {page}");
    // The end; the history stays.
    server.change(&json!({ "reason": "Yıkıldı", "changes": [{ "register": "building", "op": "delete", "id": id }] }));
    assert_eq!(server.get(&format!("/api/records/building/{id}")).status, 404);
    assert!(server.get(&format!("/api/records/building/{id}/history")).text().contains("Yıkıldı"));
    drop(server);
    city.ok(&["log", "verify"]);
}

#[test]
fn duty_7_l_the_city_database_keeps_every_version_with_who_when_and_why() {
    keeps_records(&City::embedded());
}

#[test]
fn duty_7_l_the_city_database_keeps_every_version_in_postgresql() {
    let database = pg_server::shared();
    keeps_records(&City::in_database(&database.database()));
}

#[test]
fn duty_7_l_nobody_alters_the_city_database_behind_its_back() {
    let city = City::embedded();
    let server = city.serve();
    server.change(&json!({ "changes": [{ "register": "building", "op": "insert", "values": { "floors": 3 }, "geometry": square(39.72, 41.0) }] }));
    // GDAL opens the live file, and may not write it.
    let told = foreign(Command::new("ogrinfo").args(["-ro", "-so", &city.store, "building"]));
    assert!(told.contains("Feature Count: 1"), "{told}");
    let refused = Command::new("ogrinfo").args([&city.store, "-sql", "UPDATE building SET floors = 9"]).output().unwrap();
    let text = String::from_utf8_lossy(&[refused.stdout, refused.stderr].concat()).into_owned();
    assert!(text.contains("Meydan"), "{text}");
    assert_eq!(server.get("/ogc/collections/building/items").json()["features"][0]["properties"]["floors"], 3);
    // Wait for the seal, then change the file below the database's own guard: the log names what differs.
    for _ in 0..100 {
        if server.get("/log/checkpoint").status == 200 {
            break;
        }
        std::thread::sleep(std::time::Duration::from_millis(100));
    }
    drop(server);
    city.ok(&["log", "verify"]);
    foreign(Command::new("python3").args([
        "-c",
        "import sqlite3,sys; c=sqlite3.connect(sys.argv[1]); [c.execute(f'DROP TRIGGER \"{n}\"') for (n,) in c.execute(\"SELECT name FROM sqlite_master WHERE type='trigger' AND tbl_name='building'\").fetchall()]; c.execute('UPDATE building SET floors=9'); c.commit()",
        &city.store,
    ]));
    let verdict = city.run(&["log", "verify"]);
    let text = String::from_utf8_lossy(&[verdict.stdout, verdict.stderr].concat()).into_owned();
    assert!(!verdict.status.success() && text.contains("building"), "{text}");
}
