//! Everything that goes wrong is a problem in the person's language (RFC 9457).

use crate::city::{City, Reply};
use axum::{body::Body, http::Request};

fn problem(reply: &Reply, status: u16, code: &str) {
    assert_eq!(reply.status, status, "{}", reply.text());
    assert_eq!(reply.header("content-type"), "application/problem+json");
    let json = reply.json();
    assert_eq!(json["code"], code, "{json}");
    assert_eq!(json["status"], status);
    assert_eq!(json["type"], format!("/problems/{code}"));
    for member in ["title", "detail", "instance", "detail_tr", "detail_en"] {
        assert!(json[member].as_str().is_some_and(|t| !t.is_empty()), "{member}: {json}");
    }
}

#[tokio::test]
async fn wrong_parameters_are_named() {
    let city = City::with_a_street().await;
    let items = "/ogc/collections/building/items";
    for (query, code, field) in [
        ("nosuch=1", "unknown-parameter", "nosuch"),
        ("limit=0", "bad-parameter", "limit"),
        ("limit=ten", "bad-parameter", "limit"),
        ("offset=-1", "bad-parameter", "offset"),
        ("bbox=1,2,3", "bad-parameter", "bbox"),
        ("bbox=1,x,3,4", "bad-parameter", "bbox"),
        ("datetime=yesterday", "bad-parameter", "datetime"),
        ("crs=EPSG:1", "bad-parameter", "crs"),
        ("floors=many", "bad-parameter", "floors"),
        ("id=7", "bad-parameter", "id"),
        ("sortby=nosuch", "bad-parameter", "sortby"),
        ("properties=nosuch", "bad-parameter", "properties"),
        ("after=zz", "bad-cursor", "after"),
        ("f=xml", "bad-parameter", "f"),
        ("filter-lang=sql", "bad-parameter", "filter-lang"),
        ("limit=1&limit=2", "repeated-parameter", "limit"),
    ] {
        let reply = city.get(&format!("{items}?{query}")).await;
        problem(&reply, 400, code);
        assert_eq!(reply.json()["errors"][0]["field"], field, "{query}");
    }
    problem(&city.get(&format!("{items}?filter=kind%20%3D")).await, 400, "bad-filter");
    problem(&city.get(&format!("{items}?filter=%FF")).await, 400, "bad-query");
    problem(&city.get("/ogc/collections?x=1").await, 400, "unknown-parameter");
}

#[tokio::test]
async fn the_router_itself_answers_with_problems() {
    let city = City::empty().await;
    problem(&city.get("/no/such/path").await, 404, "no-such-path");
    problem(&city.get("/ogc/collections/unicorn/items").await, 404, "no-such-register");
    problem(&city.get_with("/ogc/collections/building/items", &[("accept", "text/csv")]).await, 406, "not-acceptable");
    let request = Request::delete("/ogc/collections").body(Body::empty()).expect("a request");
    let reply = city.send(request).await;
    problem(&reply, 405, "method-not-allowed");
    assert!(reply.header("allow").contains("GET"));
    let bad_utf8 = city.get("/ogc/collections/%FF").await;
    assert_eq!((bad_utf8.status.as_u16(), bad_utf8.header("content-type")), (400, "application/problem+json"));
}

#[tokio::test]
async fn problems_speak_the_persons_language() {
    let city = City::empty().await;
    let turkish = city.get("/no/such/path").await.json();
    let english = city.get_with("/no/such/path", &[("accept-language", "en-GB,en;q=0.9")]).await;
    assert_eq!(turkish["title"], "Bulunamadı");
    assert_eq!(english.json()["title"], "Not found");
    assert_eq!(english.header("content-language"), "en");
    assert_eq!(city.get("/no/such/path?lang=en").await.json()["title"], "Not found");
    assert_eq!(turkish["detail_en"], english.json()["detail"]);
}

#[tokio::test]
async fn head_and_options_are_answered_and_other_origins_only_read() {
    let city = City::with_a_street().await;
    let ask = |method: &str, path: &str| Request::builder().method(method).uri(path).header("host", "kent.example");
    let head = city.send(ask("HEAD", "/ogc/collections/building/items").body(Body::empty()).expect("a request")).await;
    assert_eq!(head.status, 200);
    assert!(head.body.is_empty() && head.header("content-length").parse::<u64>().expect("a number") > 100);
    let options = city.send(ask("OPTIONS", "/ogc/collections").body(Body::empty()).expect("a request")).await;
    assert_eq!(options.status, 204);
    assert!(options.header("allow").contains("GET"));
    assert_eq!(options.header("access-control-allow-methods"), "GET, HEAD, OPTIONS");
    let page = city.get("/registers").await;
    assert_eq!(
        (page.status.as_u16(), page.headers.get("access-control-allow-origin")),
        (200, None),
        "pages are for their own origin"
    );
    let foreign =
        ask("POST", "/api/changes").header("origin", "https://evil.example").header("content-type", "application/json");
    problem(&city.send(foreign.body(Body::from("{}")).expect("a request")).await, 403, "cross-origin-write");
}
