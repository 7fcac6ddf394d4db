//! Features changed by the standard (OGC API Features Part 4 and the draft of Part 11): with tags, preferences, reference systems.

use crate::{
    city::{City, Reply},
    guarded::Guarded,
};
use axum::{body::Body, http::Request};
use serde_json::{Value as Json, json};

const ITEMS: &str = "/ogc/collections/building/items";
const GEOJSON: &str = "application/geo+json";
const PATCH: &str = "application/merge-patch+json";

async fn ask(city: &City, method: &str, path: &str, headers: &[(&str, &str)], body: &Json) -> Reply {
    let mut request = Request::builder().method(method).uri(path).header("host", "kent.example");
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let body = if body.is_null() { Body::empty() } else { Body::from(body.to_string()) };
    city.send(request.body(body).expect("a request")).await
}

/// The path of what `Location` names.
fn path_of(reply: &Reply) -> String {
    reply.header("location").strip_prefix("http://kent.example").expect("this server").to_owned()
}

fn house(name: &str, floors: i64) -> Json {
    let square = json!([[[39.8, 41.0], [39.8001, 41.0], [39.8001, 41.0001], [39.8, 41.0]]]);
    json!({ "type": "Feature", "geometry": { "type": "Polygon", "coordinates": square }, "properties": { "name": name, "floors": floors } })
}

#[tokio::test]
async fn a_feature_is_created_replaced_updated_and_ended() {
    let city = City::with_a_street().await;
    let options = ask(&city, "OPTIONS", ITEMS, &[], &Json::Null).await;
    assert_eq!((options.status.as_u16(), options.header("allow")), (200, "GET, HEAD, OPTIONS, POST"));
    assert_eq!(options.header("accept-post"), "application/geo+json, application/json");
    let reason = [("content-type", GEOJSON), ("change-reason", "Yeni%20ruhsat%20%C4%B0Y-7")];
    let made = ask(&city, "POST", ITEMS, &reason, &house("Kütüphane", 3)).await;
    assert_eq!(made.status, 201, "{}", made.text());
    let path = path_of(&made);
    assert_eq!(made.json()["insertResults"], json!([made.header("location")]));
    let read = city.get(&path).await;
    assert_eq!(read.json()["properties"]["name"], "Kütüphane");
    assert_eq!(read.header("etag"), made.header("etag"), "what was told when it was made holds");
    assert_eq!(read.header("last-modified"), made.header("last-modified"));
    let options = ask(&city, "OPTIONS", &path, &[], &Json::Null).await;
    assert_eq!(options.header("allow"), "GET, HEAD, OPTIONS, PUT, PATCH, DELETE");
    assert_eq!(options.header("accept-patch"), PATCH);

    let tile = city.get("/tiles/building/16/40013/24542.mvt").await;
    // Replaced by what was read, with one field changed and one left out: it becomes empty, what the house gives stays.
    let mut whole = read.json();
    whole["properties"]["floors"] = json!(4);
    whole["properties"].as_object_mut().expect("properties").remove("name");
    let first = read.header("etag").to_owned();
    let replaced = ask(&city, "PUT", &path, &[("content-type", GEOJSON), ("if-match", &first)], &whole).await;
    assert_eq!((replaced.status.as_u16(), replaced.body.len()), (204, 0), "{}", replaced.text());
    assert_ne!(replaced.header("etag"), first);
    let now = city.json(&path).await;
    assert_eq!((&now["properties"]["floors"], &now["properties"]["name"]), (&json!(4), &Json::Null));
    assert_eq!(now["properties"]["version"], 2);
    let stale = ask(&city, "PUT", &path, &[("content-type", GEOJSON), ("if-match", &first)], &whole).await;
    assert_eq!((stale.status.as_u16(), stale.json()["code"].as_str()), (412, Some("precondition-failed")));
    let stale = ask(&city, "PUT", &path, &[("content-type", GEOJSON)], &whole).await;
    assert_eq!(stale.status, 412, "the body says that it saw version 1: {}", stale.text());

    // The tag of any representation of the version will do, also of one in another reference system.
    let crs = "http://www.opengis.net/def/crs/EPSG/0/5257";
    let tm39 = city.get(&format!("{path}?crs={crs}")).await;
    let moved = json!({ "properties": { "name": "Halk Kütüphanesi" }, "geometry": tm39.json()["geometry"] });
    let content_crs = format!("<{crs}>");
    let tag = tm39.header("etag").to_owned();
    let headers =
        [("content-type", PATCH), ("content-crs", &content_crs), ("if-match", &tag), ("prefer", "return=representation")];
    let updated = ask(&city, "PATCH", &path, &headers, &moved).await;
    assert_eq!(updated.status, 200, "{}", updated.text());
    assert_eq!(updated.header("preference-applied"), "return=representation");
    let updated = updated.json();
    assert_eq!((&updated["properties"]["name"], &updated["properties"]["floors"]), (&json!("Halk Kütüphanesi"), &json!(4)));
    let near = |a: &Json, b: &Json| (a.as_f64().expect("a number") - b.as_f64().expect("a number")).abs() < 1e-7;
    let corner = |f: &Json| f["geometry"]["coordinates"][0][0][0].clone();
    assert!(near(&corner(&updated)[0], &json!(39.8)) && near(&corner(&updated)[1], &json!(41.0)), "{updated}");

    // Strict: it must be said of which version.
    let strict = [("content-type", PATCH), ("prefer", "handling=strict")];
    let asked = ask(&city, "PATCH", &path, &strict, &json!({ "properties": { "floors": 5 } })).await;
    assert_eq!((asked.status.as_u16(), asked.header("preference-applied")), (428, "handling=strict"));
    let since = city.get(&path).await.header("last-modified").to_owned();
    let old = [("if-unmodified-since", "Tue, 24 Nov 2020 09:00:00 GMT")];
    assert_eq!(ask(&city, "DELETE", &path, &old, &Json::Null).await.status, 412);
    assert_eq!(ask(&city, "DELETE", &path, &[("if-unmodified-since", "soon")], &Json::Null).await.status, 400);
    assert_eq!(ask(&city, "DELETE", &path, &[("if-none-match", "*")], &Json::Null).await.status, 412);
    let ended =
        ask(&city, "DELETE", &path, &[("if-unmodified-since", &since), ("prefer", "handling=strict")], &Json::Null).await;
    assert_eq!(ended.status, 204, "{}", ended.text());
    let gone = city.get(&path).await;
    assert_eq!((gone.status.as_u16(), gone.json()["code"].as_str()), (410, Some("gone")));
    assert!(gone.header("link").contains("rel=\"latest-version\""), "{}", gone.header("link"));
    assert_eq!(ask(&city, "DELETE", &path, &[], &Json::Null).await.status, 410);
    assert_eq!(ask(&city, "PUT", &format!("{ITEMS}/987654"), &[("content-type", GEOJSON)], &whole).await.status, 404);

    let history =
        city.json(&format!("/api/records/building/{}/history", now["properties"]["id"].as_str().expect("an id"))).await;
    assert_eq!(history["versions"][0]["reason"], "Yeni ruhsat İY-7");
    drop(tile);
}

#[tokio::test]
async fn an_edit_by_the_standard_is_on_the_next_tile() {
    let city = City::with_a_street().await;
    let at = |z: u32| {
        let n = f64::from(1u32 << z);
        let x = ((39.80005 + 180.0) / 360.0 * n) as u32;
        let y = ((1.0 - (41.00005f64.to_radians().tan().asinh()) / std::f64::consts::PI) / 2.0 * n) as u32;
        format!("/tiles/building/{z}/{x}/{y}.mvt")
    };
    let place = at(16);
    assert_eq!(city.get(&place).await.status, 204, "nothing stands there yet");
    let made = ask(&city, "POST", ITEMS, &[("content-type", GEOJSON)], &house("Yeni", 1)).await;
    let path = path_of(&made);
    let first = city.get(&place).await;
    assert!(first.status == 200 && first.body.windows(4).any(|w| w == b"Yeni"), "{}", first.status);
    ask(&city, "PATCH", &path, &[("content-type", PATCH)], &json!({ "properties": { "name": "Daha yeni" } })).await;
    assert!(city.get(&place).await.body.windows(9).any(|w| w == b"Daha yeni"));
    let transaction = json!({ "transaction": [{ "action": "delete", "collection": "building",
        "filter": { "ids": [path.rsplit('/').next()] } }] });
    let ended = ask(&city, "POST", "/ogc/transactions", &[("content-type", "application/ogc-tx+json")], &transaction).await;
    assert_eq!(ended.status, 200, "{}", ended.text());
    assert_eq!(city.get(&place).await.status, 204);
}

#[tokio::test]
async fn what_is_wrong_is_named_and_changes_nothing() {
    let city = City::with_a_street().await;
    let head = city.app.desk.head();
    let one = format!("{ITEMS}/1");
    let with = |member: &str, value: Json| {
        let mut feature = house("Ev", 1);
        feature["properties"][member] = value;
        feature
    };
    let no_geometry = json!({ "type": "Feature", "geometry": null, "properties": {} });
    let bad_geometry = json!({ "type": "Feature", "geometry": { "type": "Circle" }, "properties": {} });
    let of_properties = |properties: Json| json!({ "properties": properties });
    for (method, path, media_type, body, status, field) in [
        ("POST", ITEMS, GEOJSON, with("nosuch", json!(1)), 422, "nosuch"),
        ("POST", ITEMS, GEOJSON, with("version", json!(7)), 422, "version"),
        ("POST", ITEMS, GEOJSON, with("floors", json!("three")), 422, "floors"),
        ("POST", ITEMS, GEOJSON, with("floors", json!(900)), 422, "floors"),
        ("POST", ITEMS, GEOJSON, no_geometry, 422, "geometry"),
        ("POST", ITEMS, GEOJSON, bad_geometry, 422, "geometry"),
        ("POST", ITEMS, GEOJSON, json!([]), 422, ""),
        (
            "POST",
            ITEMS,
            GEOJSON,
            json!({ "type": "FeatureCollection", "features": [house("Ev", 1), house("Ev", 900)] }),
            422,
            "floors",
        ),
        ("POST", ITEMS, GEOJSON, json!({ "type": "FeatureCollection", "features": [] }), 400, "features"),
        (
            "POST",
            ITEMS,
            GEOJSON,
            json!({ "type": "FeatureCollection", "features": [with("yok", json!(1))] }),
            422,
            "/features/0/yok",
        ),
        ("PATCH", &one, PATCH, json!({ "id": 2 }), 422, "id"),
        ("PATCH", &one, PATCH, of_properties(json!({ "nosuch": null })), 422, "nosuch"),
        ("PATCH", &one, PATCH, of_properties(json!({ "id": "0193a1b2-0000-7000-8000-000000000000" })), 422, "id"),
        ("PUT", &one, GEOJSON, json!({ "type": "Point", "coordinates": [1, 2] }), 422, "type"),
    ] {
        let reply = ask(&city, method, path, &[("content-type", media_type)], &body).await;
        assert_eq!(reply.status.as_u16(), status, "{method} {body}: {}", reply.text());
        assert_eq!(reply.header("content-type"), "application/problem+json");
        let fields: Vec<String> = reply.json()["errors"]
            .as_array()
            .expect("errors")
            .iter()
            .map(|e| e["field"].as_str().expect("text").to_owned())
            .collect();
        assert!(fields.iter().any(|f| f == field), "{method} {body}: {fields:?}");
    }
    for (method, path, media_type, status) in [
        ("POST", ITEMS, None, 400),
        ("PUT", one.as_str(), None, 400),
        ("PATCH", &one, None, 400),
        ("POST", ITEMS, Some("text/plain"), 415),
        ("POST", ITEMS, Some("application/x-www-form-urlencoded"), 415),
        ("PATCH", &one, Some(GEOJSON), 415),
        ("POST", "/ogc/transactions", Some("text/plain"), 415),
        ("POST", "/ogc/collections/unicorn/items", Some(GEOJSON), 404),
    ] {
        let headers: Vec<(&str, &str)> = media_type.iter().map(|t| ("content-type", *t)).collect();
        assert_eq!(
            ask(&city, method, path, &headers, &house("Ev", 1)).await.status.as_u16(),
            status,
            "{method} {path} {media_type:?}"
        );
    }
    let elsewhere = [("content-type", GEOJSON), ("content-crs", "<http://www.opengis.net/def/crs/EPSG/0/9999>")];
    assert_eq!(ask(&city, "POST", ITEMS, &elsewhere, &house("Ev", 1)).await.status, 400);
    assert_eq!(city.app.desk.head(), head, "nothing was changed");
    // Lenient: what nobody could keep is passed over.
    let lenient = [("content-type", GEOJSON), ("prefer", "handling=lenient")];
    let made = ask(&city, "POST", ITEMS, &lenient, &with("nosuch", json!(1))).await;
    assert_eq!((made.status.as_u16(), made.header("preference-applied")), (201, "handling=lenient"), "{}", made.text());
}

#[tokio::test]
async fn several_changes_in_one_transaction() {
    let city = City::with_a_street().await;
    let send =
        async |body: &Json| ask(&city, "POST", "/ogc/transactions", &[("content-type", "application/ogc-tx+json")], body).await;
    let update = |name: &str, value: Json, filter: Json| json!({ "action": "update", "collection": "building", "properties": { "modify": [{ "name": name, "value": value }] }, "filter": filter });
    let all = json!({ "description": "Sayım düzeltmesi", "transaction": [
        { "action": "insert", "collection": "building", "items": [house("Bir", 1), house("İki", 2)] },
        update("floors", json!(9), json!({ "ids": ["1", 2] })),
        { "action": "replace", "collection": "building", "properties": { "feature": house("Yenisi", 3) }, "filter": { "ids": [3] } },
        { "action": "delete", "collection": "building", "filter": "name = 'İskele Apartmanı 24'", "filter-lang": "cql2-text" },
    ] });
    let done = send(&all).await;
    assert_eq!(done.status, 200, "{}", done.text());
    let report = done.json();
    assert_eq!(report["summary"], json!({ "totalInserted": 2, "totalUpdated": 2, "totalReplaced": 1, "totalDeleted": 1 }));
    let place = |of: &str, n: usize| report[of][n].as_str().expect("an address").replace("http://kent.example", "");
    assert_eq!(city.json(&place("insertResults", 1)).await["properties"]["name"], "İki");
    assert_eq!(city.json(&place("updateResults", 0)).await["properties"]["floors"], 9);
    assert_eq!(city.json(&format!("{ITEMS}/3")).await["properties"]["name"], "Yenisi");
    assert_eq!(city.get(&place("deleteResults", 0)).await.status, 410);

    let head = city.app.desk.head();
    let half = |semantic: &str| {
        json!({ "semantic": semantic, "transaction": [
            update("floors", json!(5), json!({ "ids": [4] })), update("floors", json!(900), json!({ "ids": [5] })),
        ] })
    };
    let refused = send(&half("atomic")).await;
    assert_eq!((refused.status.as_u16(), city.app.desk.head()), (422, head), "whole or not at all: {}", refused.text());
    assert_eq!(refused.json()["errors"][0]["field"], "/transaction/1/floors");
    let batch = send(&half("batch")).await.json();
    assert_eq!(batch["summary"]["totalUpdated"], 1);
    assert_eq!(batch["exceptions"][0]["instance"], "/transaction/1");
    assert_eq!(city.json(&format!("{ITEMS}/4")).await["properties"]["floors"], 5);
    for (body, code) in [
        (json!({ "transaction": [] }), "no-changes"),
        (json!({ "transaction": [{ "action": "delete", "collection": "building" }] }), "filter-needed"),
        (json!({ "transaction": [{ "action": "delete", "collection": "building", "filter": { "op": "=" } }] }), "bad-filter"),
        (json!({ "transaction": [{ "action": "explode", "collection": "building" }] }), "bad-json"),
        (json!({ "transaction": [{ "action": "delete", "collection": "yok", "filter": { "ids": [] } }] }), "no-such-register"),
        (json!({ "transaction": [update("version", json!(1), json!({ "ids": [4] }))] }), "version-conflict"),
    ] {
        assert_eq!(send(&body).await.json()["code"], code, "{body}");
    }
}

/// A browser that is logged in must not be made to write by another site's page; and who may not, is told so before what they
/// send is read.
#[tokio::test]
async fn nobody_writes_who_may_not_nor_through_another_site() {
    let guarded = Guarded::new().await;
    let token = format!("Bearer {}", guarded.token);
    let send = async |method: &str, path: &str, headers: &[(&str, &str)]| {
        let mut request = Request::builder().method(method).uri(path).header("content-type", GEOJSON);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        crate::guarded::send(&guarded.router, request).await
    };
    for (method, path) in [
        ("POST", "/ogc/collections/lamp/items"),
        ("PUT", "/ogc/collections/lamp/items/1"),
        ("DELETE", "/ogc/collections/lamp/items/1"),
    ] {
        assert_eq!(send(method, path, &[]).await.status, 401, "{method}");
        assert_eq!(send(method, path, &[("authorization", &token)]).await.status, 403, "{method}");
        for (name, value) in [("sec-fetch-site", "cross-site"), ("origin", "https://evil.example")] {
            let reply = send(method, path, &[("authorization", &token), (name, value)]).await;
            assert_eq!(
                (reply.status.as_u16(), reply.json()["code"].as_str()),
                (403, Some("cross-origin-write")),
                "{method} {name}"
            );
        }
    }
    let preflight = send("OPTIONS", "/ogc/collections/lamp/items", &[("origin", "https://evil.example")]).await;
    assert_eq!(preflight.header("access-control-allow-methods"), "GET, HEAD, OPTIONS");
    assert_eq!(preflight.header("allow"), "GET, HEAD, OPTIONS");
}
