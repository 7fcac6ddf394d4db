//! GDAL: Debian's 3.6 (`ogrinfo`, `ogr2ogr`) and the newest one in pyogrio's wheel.

use crate::{
    embedded,
    harness::{City, Server, foreign, tests_folder},
    in_database, pg_server, script,
};
use serde_json::{Value as Json, json};
use std::{process::Command, thread::sleep, time::Duration};

/// Names of all collections.
fn collections(server: &Server) -> Vec<String> {
    let answer = server.get("/ogc/collections").json();
    let list = answer["collections"].as_array().expect("a list");
    list.iter().map(|c| c["id"].as_str().expect("a name").to_owned()).collect()
}

fn hits(server: &Server, collection: &str) -> Json {
    server.get(&format!("/ogc/collections/{collection}/items?resultType=hits")).json()["numberMatched"].clone()
}

/// Changes one building, some seconds after all others came in; a whole second between the two.
fn one_later_change(server: &Server) -> String {
    let later = (jiff::Timestamp::now() + jiff::SignedDuration::from_secs(1)).strftime("%Y-%m-%dT%H:%M:%SZ").to_string();
    sleep(Duration::from_millis(1100));
    let first = server.get("/ogc/collections/building/items?limit=1").json()["features"][0]["properties"]["id"].clone();
    server.change(&json!({ "changes": [{ "register": "building", "op": "update", "id": first, "values": { "floors": 17 } }] }));
    later
}

fn both_read_everything(city: &City) {
    let server = city.serve();
    let later = one_later_change(&server);
    script("gdal_reads.py", &[&server.url, &later]);
}

#[test]
fn duty_9_g_both_gdals_read_every_collection_by_pages_filters_boxes_and_systems() {
    both_read_everything(&embedded());
}

#[test]
fn duty_9_g_both_gdals_read_every_collection_by_pages_filters_boxes_and_systems_in_postgresql() {
    both_read_everything(&in_database());
}

#[test]
fn duty_9_h_every_export_of_every_collection_is_read_whole() {
    let city = embedded();
    let server = city.serve();
    // New neighbourhoods have no border for a while.
    server.change(&json!({ "changes": [{ "register": "neighbourhood", "op": "insert", "values": { "official_id": "800001", "name": "Sınırsız" } }] }));
    script("exports.py", &[&server.url]);
}

#[test]
fn duty_9_h_the_live_file_is_read_while_the_server_writes() {
    let city = embedded();
    let server = city.serve();
    for collection in collections(&server) {
        server.change(&json!({ "changes": [{ "register": "park", "op": "insert", "values": { "name": format!("{collection} Parkı"), "kind": "park" },
            "geometry": { "type": "Polygon", "coordinates": [[[39.71, 41.0], [39.711, 41.0], [39.711, 41.001], [39.71, 41.0]]] } }] }));
        let told = foreign(Command::new("ogrinfo").args(["-ro", "-so", &city.store, &collection]));
        assert!(told.contains(&format!("Feature Count: {}\n", hits(&server, &collection))), "{collection}: {told}");
    }
    let told =
        foreign(Command::new("ogrinfo").args(["-ro", "-q", "-where", "name LIKE '%Parkı'", "-geom=NO", &city.store, "park"]));
    assert!(told.contains("building Parkı"), "what was just written is there: {told}");
}

/// True for a register that holds personal fields, is about a person, or is a journal: read in its definition.
fn is_closed(register: &str) -> bool {
    let file = |module: &str| tests_folder().join(format!("../modules/{module}/registers/{register}.toml"));
    let text =
        ["city", "people", "work", "citizen"].iter().find_map(|m| std::fs::read_to_string(file(m)).ok()).expect("a definition");
    text.lines().any(|line| line == "personal = true" || line == "journal = true" || line.starts_with("subject ="))
}

#[test]
fn duty_9_h_a_reader_of_the_database_sees_the_records_and_changes_none() {
    let city = in_database();
    let server = city.serve();
    let database = city.store.rsplit('/').next().expect("a name");
    let postgres = pg_server::shared();
    postgres.psql(database, "CREATE ROLE planner LOGIN IN ROLE meydan_read");
    let place = format!("PG:host=127.0.0.1 port={} user=planner dbname={database} schemas=meydan", postgres.port());
    for collection in collections(&server) {
        let look = Command::new("ogrinfo").args(["-ro", "-so", &place, &collection]).output().expect("ogrinfo runs");
        let told = String::from_utf8_lossy(&look.stdout).into_owned();
        if is_closed(&collection) {
            // It may be named, but nothing of it is read: a database knows no mask.
            assert!(told.contains("Feature Count: 0\n") || !told.contains("Feature Count"), "{collection}: {told}");
        } else {
            assert!(told.contains(&format!("Feature Count: {}\n", hits(&server, &collection))), "{collection}: {told}");
        }
    }
    let erase = Command::new("ogrinfo").args([&place, "-sql", "DELETE FROM meydan.park"]).output().expect("ogrinfo runs");
    let complaint = String::from_utf8_lossy(&erase.stderr).into_owned();
    assert!(complaint.contains("permission denied"), "{complaint}");
    assert_eq!(
        hits(&server, "park"),
        postgres.psql(database, "SELECT count(*) FROM meydan.park").parse::<i64>().expect("a number")
    );
}
