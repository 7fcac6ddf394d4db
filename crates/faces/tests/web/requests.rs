//! Limits of requests: how many, how large; and the well-known addresses.

use crate::guarded::{Guarded, send};
use axum::http::{Request, StatusCode};
use meydan_faces::{Settings, limits};

#[tokio::test]
async fn logins_begun_from_one_address_are_limited() {
    let guarded = Guarded::new().await;
    let other = guarded.from([203, 0, 113, 10]);
    for path in ["/login/passkey/options", "/login/with/nobody"] {
        let begin = || if path.ends_with("options") { Request::post(path) } else { Request::get(path) };
        let mut last = StatusCode::OK;
        for _ in 0..300 {
            last = send(&guarded.router, begin()).await.status;
            if last == 429 {
                break;
            }
        }
        assert_eq!(last, 429, "{path}");
        let refused = send(&guarded.router, begin()).await;
        assert_eq!(refused.json()["code"], "too-many-requests", "{path}");
        assert!(refused.header("retry-after").parse::<u64>().is_ok_and(|s| s > 0), "{path}");
        assert_ne!(send(&other, begin()).await.status, 429, "{path}: another address");
        assert_eq!(guarded.get("/login").await.status, 200, "the login page itself is there");
    }
    let page = send(&guarded.router, Request::get("/login/with/nobody").header("accept", "text/html")).await;
    assert_eq!((page.status.as_u16(), page.header("content-type")), (429, "text/html; charset=utf-8"));
    assert!(page.header("retry-after").parse::<u64>().is_ok());
}

#[tokio::test]
async fn exports_and_bad_tokens_cost_more_than_reading() {
    let guarded = Guarded::new().await;
    let until_refused = async |request: &dyn Fn() -> axum::http::request::Builder| {
        for number in 0..7_000 {
            if send(&guarded.router, request()).await.status == 429 {
                return number;
            }
        }
        panic!("never refused")
    };
    let token = format!("Bearer {}", guarded.token);
    let exports = until_refused(&|| Request::get("/ogc/collections/lamp/export/csv").header("authorization", &token)).await;
    assert!((30..60).contains(&exports), "{exports}");
    assert_ne!(guarded.get("/ogc/conformance").await.status, 429, "others are not held up by it");
    let tokens = until_refused(&|| Request::get("/ogc/conformance").header("authorization", "Bearer meydan_guess")).await;
    assert!((300..600).contains(&tokens), "{tokens}");
    // Who has a good token is not held up by those who guess from the same address: it has its own bucket.
    let router = &guarded.router;
    let mut waited = 0;
    while send(router, Request::get("/ogc/conformance").header("authorization", &token)).await.status == 429 {
        waited += 1;
        assert!(waited < 100);
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    // A tile that is finished costs nothing; one that must be drawn does.
    let tile = "/tiles/lamp/2/2/1.mvt";
    assert_ne!(send(&guarded.from([203, 0, 113, 11]), Request::get(tile)).await.status, 429);
    assert_ne!(guarded.get(tile).await.status, 429);
}

#[tokio::test]
async fn large_heads_are_refused() {
    let guarded = Guarded::new().await;
    let many = (0..=limits::MAX_HEADERS).fold(Request::get("/ogc"), |r, n| r.header(format!("x-{n}"), "1"));
    let long = Request::get("/ogc").header("x-long", "a".repeat(limits::MAX_HEADER_BYTES));
    for request in [many, long] {
        let reply = send(&guarded.router, request).await;
        assert_eq!((reply.status.as_u16(), reply.json()["code"].as_str()), (431, Some("headers-too-large")));
    }
    let path = format!("/ogc?x={}", "a".repeat(limits::MAX_TARGET_BYTES));
    let reply = guarded.get(&path).await;
    assert_eq!((reply.status.as_u16(), reply.json()["code"].as_str()), (414, Some("address-too-long")));
}

#[tokio::test]
async fn security_txt_and_the_way_to_ones_password() {
    let guarded = Guarded::new().await;
    assert_eq!(guarded.get("/.well-known/security.txt").await.status, 404);
    let way = guarded.get("/.well-known/change-password").await;
    assert_eq!((way.status.as_u16(), way.header("location")), (302, "/account/login"));
    assert_eq!(
        guarded.get("/.well-known/resource-that-should-not-exist-whose-status-code-should-not-be-200").await.status,
        404
    );
    let settings = Settings {
        base_url: Some("https://kent.example".into()),
        security_contact: Some("guvenlik@kent.example".into()),
        ..Settings::default()
    };
    let guarded = Guarded::with(settings).await;
    let file = guarded.get("/.well-known/security.txt").await;
    assert_eq!((file.status.as_u16(), file.header("content-type")), (200, "text/plain; charset=utf-8"));
    let text = file.text();
    for line in [
        "Contact: mailto:guvenlik@kent.example",
        "Preferred-Languages: tr, en",
        "Canonical: https://kent.example/.well-known/security.txt",
    ] {
        assert!(text.lines().any(|l| l == line), "{text}");
    }
    let expires = text.lines().find_map(|l| l.strip_prefix("Expires: ")).expect("an end");
    let left = expires.parse::<jiff::Timestamp>().expect("an instant").duration_since(jiff::Timestamp::now());
    assert!(left.as_hours() > 24 * 30 && left.as_hours() < 24 * 366, "{expires}");
}
