//! Changes as JSON: whole or not at all, with versions, history and reasons.

use crate::city::City;
use axum::{body::Body, http::Request};
use serde_json::{Value as Json, json};

#[tokio::test]
async fn a_life_of_a_record() {
    let city = City::with_a_street().await;
    let square = json!({ "type": "Polygon", "coordinates": [[[39.8, 41], [39.8001, 41], [39.8001, 41.0001], [39.8, 41]]] });
    let insert = json!({ "reason": "Yeni ruhsat", "changes": [
        { "register": "building", "op": "insert", "values": { "name": "Kütüphane", "floors": 3 }, "geometry": square },
    ] });
    let reply = city.post("/api/changes", &insert).await;
    assert_eq!(reply.status, 201, "{}", reply.text());
    let made = reply.json();
    let id = made["records"][0]["id"].as_str().expect("an id").to_owned();
    assert_eq!(made["records"][0]["version"], 1);
    let path = format!("/api/records/building/{id}");
    assert_eq!(reply.header("location"), path);
    let update = json!({ "reason": "Kat eklendi", "changes": [
        { "register": "building", "op": "update", "id": id, "expected": 1, "values": { "floors": 4 } },
    ] });
    assert_eq!(city.post("/api/changes", &update).await.json()["records"][0]["version"], 2);
    let stale = city.post("/api/changes", &update).await;
    assert_eq!((stale.status.as_u16(), stale.json()["code"].clone()), (412, json!("version-conflict")));
    let record = city.json(&path).await;
    assert_eq!(record["values"]["floors"], 4);
    assert_eq!(record["geometry"]["type"], "MultiPolygon", "a geometry that was left out stays");
    let end = json!({ "changes": [{ "register": "building", "op": "delete", "id": id, "expected": 2 }] });
    assert_eq!(city.post("/api/changes", &end).await.status, 201);
    assert_eq!(city.get(&path).await.status, 404);
    let history = city.json(&format!("{path}/history")).await;
    let versions = history["versions"].as_array().expect("a list");
    assert_eq!(versions.len(), 3);
    assert_eq!(versions[0]["reason"], "Yeni ruhsat");
    assert_eq!(versions[0]["person"], "Emine Kaya");
    assert_eq!(versions[1]["changed"], json!([{ "field": "floors", "old": 3, "new": 4 }]));
    assert_eq!(versions[1]["geometry_changed"], false);
    assert_eq!(versions[2]["deleted"], true);
}

#[tokio::test]
async fn all_or_nothing() {
    let city = City::with_a_street().await;
    let head = city.app.desk.head();
    let id = city.building(1).await;
    let body = json!({ "changes": [
        { "register": "building", "op": "update", "id": id, "values": { "floors": 9 } },
        { "register": "building", "op": "update", "id": city.building(2).await, "values": { "floors": 900 } },
    ] });
    let reply = city.post("/api/changes", &body).await;
    assert_eq!(reply.status, 400);
    assert_eq!(reply.json()["errors"][0]["field"], "floors");
    assert_eq!(city.app.desk.head(), head);
    assert_eq!(city.json(&format!("/api/records/building/{id}")).await["values"]["floors"], 1);
}

#[tokio::test]
async fn bodies_that_are_not_changes_are_refused() {
    let city = City::with_a_street().await;
    let one = |change: Json| json!({ "changes": [change] });
    for (body, status, code) in [
        (json!({}), 400, "bad-json"),
        (json!({ "changes": [] }), 400, "no-changes"),
        (json!({ "changes": [], "extra": 1 }), 400, "bad-json"),
        (one(json!({ "register": "unicorn", "op": "insert" })), 404, "no-such-register"),
        (one(json!({ "register": "building", "op": "explode" })), 400, "bad-json"),
        (one(json!({ "register": "building", "op": "update" })), 400, "bad-change"),
        (one(json!({ "register": "building", "op": "delete", "id": "not-a-uuid" })), 404, "no-such-record"),
        (one(json!({ "register": "building", "op": "insert", "id": "7" })), 400, "bad-change"),
        (one(json!({ "register": "building", "op": "insert", "expected": 1 })), 400, "bad-change"),
        (one(json!({ "register": "building", "op": "insert", "values": { "nosuch": 1 } })), 400, "invalid-record"),
        (one(json!({ "register": "building", "op": "insert", "geometry": { "type": "Circle" } })), 400, "bad-geometry"),
        (one(json!({ "register": "building", "op": "insert", "geometry": null })), 400, "invalid-record"),
    ] {
        let reply = city.post("/api/changes", &body).await;
        assert_eq!((reply.status.as_u16(), reply.json()["code"].as_str()), (status, Some(code)), "{body}: {}", reply.text());
    }
    let plain = Request::post("/api/changes").header("content-type", "text/plain").body(Body::from("{}")).expect("a request");
    assert_eq!(city.send(plain).await.status, 415);
    let big = vec![b' '; meydan_faces::changes::MAX_BODY_BYTES + 1];
    let big =
        Request::post("/api/changes").header("content-type", "application/json").body(Body::from(big)).expect("a request");
    assert_eq!(city.send(big).await.status, 413);
}

#[tokio::test]
async fn a_records_tag_is_its_version() {
    let city = City::with_a_street().await;
    let path = format!("/api/records/building/{}", city.building(1).await);
    let tag = city.get(&path).await.header("etag").to_owned();
    assert_eq!(city.get_with(&path, &[("if-none-match", &tag)]).await.status, 304);
    let body = json!({ "changes": [{ "register": "building", "op": "update", "id": city.building(1).await, "values": { "floors": 2 } }] });
    assert_eq!(city.post("/api/changes", &body).await.status, 201);
    assert_eq!(city.get_with(&path, &[("if-none-match", &tag)]).await.status, 200);
    assert_eq!(city.json("/api/records/building/1").await["fid"], 1, "the integer is a name too");
}
