//! Changes that come from another process: another server on the same database, the command line beside a running server.

use crate::{
    embedded,
    harness::{City, Server},
    in_database,
    log::sealed,
};
use serde_json::{Value as Json, json};
use std::{
    thread::sleep,
    time::{Duration, Instant},
};

/// How soon another server must show a change.
const SOON: Duration = Duration::from_secs(1);
const EDITS: u32 = 40;
/// The tile of zoom 15 around the place of the edits.
const TILE: &str = "/tiles/building/15/19999/12285.mvt";

/// A small building in the tile.
fn square(lon: f64, lat: f64) -> Json {
    let (e, n) = (lon + 0.0002, lat + 0.0002);
    json!({ "type": "Polygon", "coordinates": [[[lon, lat], [e, lat], [e, n], [lon, n], [lon, lat]]] })
}

/// The number of the edit that a tile shows: the building is named “Ayna 0007”.
fn shown(server: &Server) -> Option<u32> {
    let tile = server.get(TILE);
    assert!(tile.status == 200 || tile.status == 204, "{}: {}", tile.status, tile.text());
    let text = tile.text();
    let at = text.find("Ayna ")?;
    text.get(at + 5..at + 9)?.parse().ok()
}

/// Follows a server's tile until it shows an edit; it may be late, but never goes back to an earlier one.
fn follows(server: &Server, edit: u32) {
    let began = Instant::now();
    loop {
        let now = shown(server).expect("the building is in the tile");
        assert!(now == edit || now + 1 == edit, "after edit {edit} the tile shows {now}");
        if now == edit {
            return;
        }
        assert!(began.elapsed() < SOON, "edit {edit} is not in the tile of the other server after {SOON:?}");
    }
}

#[test]
fn an_edit_at_one_server_is_soon_in_the_tile_of_the_other_and_stays() {
    let city = in_database();
    let neighbour = City::in_database(&city.store);
    let first = city.serve();
    // Both seal the one log, with the one key.
    std::fs::copy(city.path("seal.key"), neighbour.path("seal.key")).expect("the first server has made its key");
    let servers = [first, neighbour.serve()];
    let made = servers[0].change(&json!({ "changes": [{ "register": "building", "op": "insert",
        "values": { "name": "Ayna 0000" }, "geometry": square(39.7202, 41.0002) }] }));
    let id = made["records"][0]["id"].clone();
    sleep(SOON);
    for edit in 1..=EDITS {
        // In turn, so that each of the two is the one who hears of it.
        let (writer, other) = if edit % 2 == 0 { (&servers[0], &servers[1]) } else { (&servers[1], &servers[0]) };
        follows(other, edit - 1);
        writer.change(&json!({ "changes": [{ "register": "building", "op": "update", "id": id, "values": { "name": format!("Ayna {edit:04}") } }] }));
        assert_eq!(shown(writer), Some(edit), "who was told that it is done sees it at once");
        follows(other, edit);
        for _ in 0..5 {
            assert_eq!(shown(other), Some(edit), "the tile went back");
        }
    }
    // The items need no time at all: they are asked of the database.
    let filter = "/ogc/collections/building/items?filter=name%20LIKE%20%27Ayna%25%27";
    for server in &servers {
        assert_eq!(server.get(filter).json()["features"][0]["properties"]["name"], format!("Ayna {EDITS:04}"));
        sealed(server);
    }
    drop(servers);
    let verified = neighbour.json(&["log", "verify"]);
    assert_eq!((&verified["fine"], &verified["unsealed"]), (&json!(true), &json!(0)), "{verified}");
}

/// Imports one building by the command line while the server has the tile in its cache.
fn imports_beside(city: &City, server: &Server, number: u32) {
    let feature = json!({ "type": "Feature", "geometry": square(39.7202, 41.0002), "properties": { "official_id": "800000001", "name": format!("Ayna {number:04}") } });
    std::fs::write(city.path("delivery.geojson"), json!({ "type": "FeatureCollection", "features": [feature] }).to_string())
        .expect("written");
    let told = city.json(&["import", "delivery.geojson", "--into", "building", "--yes"]);
    assert_eq!(told["rejected"], 0, "{told}");
    let items = server.get("/ogc/collections/building/items?official_id=800000001").json();
    assert_eq!(items["features"][0]["properties"]["name"], format!("Ayna {number:04}"), "{items}");
}

#[test]
fn an_import_beside_the_embedded_server_is_in_the_very_next_answer() {
    let city = embedded();
    let server = city.serve();
    let before =
        server.get("/ogc/collections/building/items?resultType=hits").json()["numberMatched"].as_i64().expect("a number");
    assert_eq!(shown(&server), None);
    for number in 1..=5 {
        imports_beside(&city, &server, number);
        assert_eq!(shown(&server), Some(number), "the tile is that of before the import");
    }
    let after = server.get("/ogc/collections/building/items?resultType=hits").json()["numberMatched"].clone();
    assert_eq!(after, before + 1, "the same building, five times");
    // The other way round: what the server writes, the command line finds.
    server.change(&json!({ "changes": [{ "register": "building", "op": "insert", "values": { "name": "Ayna 0000" }, "geometry": square(39.7202, 41.0002) }] }));
    city.ok(&["export", "building", "--out", "out.csv"]);
    assert!(std::fs::read_to_string(city.path("out.csv")).expect("a file").contains("Ayna 0000"));
    drop(server);
    city.ok(&["log", "verify"]);
}

#[test]
fn an_import_beside_a_server_on_postgresql_is_soon_in_its_tiles() {
    let city = in_database();
    let server = city.serve();
    assert_eq!(shown(&server), None);
    for number in 1..=3 {
        imports_beside(&city, &server, number);
        let began = Instant::now();
        while shown(&server) != Some(number) {
            assert!(began.elapsed() < SOON, "import {number} is not in the tile after {SOON:?}");
        }
    }
}
