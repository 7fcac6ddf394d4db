//! A provider that is down, slow, or answers what it should not: the login fails with a sentence, in bounded time and memory.

use super::{
    forger::{Forger, metadata},
    house::{House, parameter, state},
    server::{Answer, serve},
};
use meydan_identity::Providers;
use serde_json::json;
use std::time::{Duration, Instant};

/// What a broken provider answers with.
type Answering = Box<dyn Fn() -> Answer + Send + Sync>;

const DISCOVERY: &str = "/.well-known/openid-configuration";

#[tokio::test(flavor = "multi_thread")]
async fn a_broken_discovery_sends_nobody_anywhere() {
    let forger = Forger::start();
    let issuer = forger.issuer.clone();
    let elsewhere = serve(|_| panic!("nobody may come here"));
    let other = elsewhere.clone();
    let answers: Vec<(&str, Answering)> = vec![
        ("500", Box::new(|| Answer::html(500, "<h1>Oops</h1>"))),
        ("404", Box::new(|| Answer::html(404, ""))),
        ("HTML", Box::new(|| Answer::html(200, "<html></html>"))),
        ("bytes", Box::new(|| Answer::of(200, "application/json", [0xff, 0, 0x7b]))),
        ("huge", Box::new(|| Answer::of(200, "application/json", vec![b' '; 8 << 20]))),
        ("redirect", Box::new(move || Answer { headers: vec![("location", format!("{other}/x"))], ..Answer::html(302, "") })),
        ("another issuer", Box::new(|| Answer::json(200, &metadata("http://127.0.0.1:1")))),
        (
            "another host",
            Box::new(move || {
                let mut json = metadata(&issuer);
                json["token_endpoint"] = json!(format!("{elsewhere}/token"));
                Answer::json(200, &json)
            }),
        ),
    ];
    for (what, answer) in answers {
        // Each in a house of its own: one that found its provider silent doesn't ask again at once.
        let house = House::with_oidc(vec![forger.client()]).await;
        forger.instead(DISCOVERY, move |_| answer());
        let error = house.identity.depart("forger", "/", None).await.err().unwrap_or_else(|| panic!("{what}"));
        assert_eq!(error.code(), "provider-unavailable", "{what}");
        forger.behave();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_slow_provider_costs_ten_seconds_once_and_heals() {
    let forger = Forger::start();
    let house = House::with_oidc(vec![forger.client()]).await;
    forger.instead(DISCOVERY, |_| Answer {
        drip: Some(Duration::from_millis(200)),
        ..Answer::json(200, &json!({ "x": "y".repeat(300) }))
    });
    let start = Instant::now();
    let depart = || house.identity.depart("forger", "/", None);
    let all = tokio::join!(depart(), depart(), depart());
    for error in [all.0.err(), all.1.err(), all.2.err()] {
        assert_eq!(error.map(|e| e.code()), Some("provider-unavailable"));
    }
    let took = start.elapsed();
    assert!(took > Duration::from_secs(9) && took < Duration::from_secs(13), "{took:?}");
    forger.behave();
    tokio::time::sleep(Duration::from_millis(3100)).await;
    assert!(depart().await.is_ok());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_provider_that_fails_half_way_lets_nobody_in() {
    let forger = Forger::start();
    for (path, answer, code) in [
        ("/token", (500, "x".to_owned()), "provider-unavailable"),
        ("/token", (200, "<html>".to_owned()), "provider-answer-wrong"),
        ("/token", (400, r#"{"error":"invalid_grant","error_description":"x"}"#.to_owned()), "provider-answer-wrong"),
        ("/token", (200, r#"{"access_token":"x"}"#.to_owned()), "provider-answer-wrong"),
        ("/token", (200, format!(r#"{{"id_token":"{}"}}"#, "x".repeat(200_000))), "provider-answer-wrong"),
        ("/token", (200, "x".repeat(1 << 20)), "provider-unavailable"),
        ("/keys", (200, "{}".to_owned()), "provider-unavailable"),
        ("/keys", (200, r#"{"keys":[]}"#.to_owned()), "provider-answer-wrong"),
        (
            "/keys",
            (200, r#"{"keys":[1,{"kty":"oct","k":"AA","kid":"k"},{"kty":"RSA","kid":"k"}]}"#.to_owned()),
            "provider-answer-wrong",
        ),
    ] {
        let house = House::with_oidc(vec![forger.client()]).await;
        let flow = house.identity.depart("forger", "/", None).await.unwrap();
        let claims = forger.claims(&parameter(&flow.redirect, "nonce"));
        forger.give(forger.sign(&json!({ "alg": "EdDSA", "kid": "k" }), &claims));
        let said = answer.clone();
        forger.instead(path, move |_| Answer::of(said.0, "application/json", said.1.clone()));
        let got = house.arrive("forger", &format!("code=x&state={}", state(&flow)), &flow.cookie).await;
        assert_eq!(got.map(|_| ()), Err(code), "{path}: {:.60}", answer.1);
        forger.behave();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_are_not_asked_for_without_end() {
    let forger = Forger::start();
    let house = House::with_oidc(vec![forger.client()]).await;
    for _ in 0..5 {
        let flow = house.identity.depart("forger", "/", None).await.unwrap();
        let claims = forger.claims(&parameter(&flow.redirect, "nonce"));
        forger.give(forger.sign(&json!({ "alg": "EdDSA", "kid": "unknown" }), &claims));
        let _ = house.arrive("forger", &format!("code=x&state={}", state(&flow)), &flow.cookie).await;
    }
    let calls = forger.calls();
    let count = |path: &str| calls.iter().filter(|c| *c == path).count();
    assert_eq!((count(DISCOVERY), count("/token"), count("/keys")), (1, 5, 1), "{calls:?}");
}

#[tokio::test]
async fn the_guard_reaches_no_private_address_unless_told() {
    // Nobody listens on port 9; without the guard the error would be another one. Names that resolve to loopback are loopback.
    for (issuer, reach, code) in [
        ("https://127.0.0.1:9", json!({}), "its name has no address that may be called"),
        ("https://localhost:9", json!({}), "its name has no address that may be called"),
        ("https://[::ffff:127.0.0.1]:9", json!({}), "its name has no address that may be called"),
        ("https://169.254.169.254", json!({ "allow_private": true }), "its name has no address that may be called"),
        ("https://127.0.0.1:9", json!({ "allow_private": true }), "connection"),
    ] {
        let config = json!({ "key": "x", "title": { "tr": "x", "en": "x" }, "issuer": issuer, "client_id": "c", "link_by": "login", "reach": reach });
        let house = House::with_oidc(vec![config]).await;
        let error = house.identity.depart("x", "/", None).await.err().unwrap();
        assert!(error.cause_text().unwrap().contains(code), "{issuer}: {:?}", error.cause_text());
    }
}

#[tokio::test]
async fn a_wrong_configuration_is_refused_at_the_start() {
    let house = House::new().await;
    let folder = house.folder.path();
    house.secret("fine", "secret");
    std::fs::write(folder.join("open"), "secret").unwrap();
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(folder.join("open"), std::fs::Permissions::from_mode(0o644)).unwrap();
    let good = json!({ "key": "kent", "title": { "tr": "x", "en": "x" }, "issuer": "https://giris.example", "client_id": "c",
        "link_by": "email", "client_secret_file": "fine" });
    let open = |changes: &[(&str, serde_json::Value)], base: Option<&str>| {
        let mut json = good.clone();
        for (key, value) in changes {
            json[*key] = value.clone();
        }
        Providers::open(vec![serde_json::from_value(json).unwrap()], None, base, folder).map(|_| ()).map_err(|e| e.code())
    };
    assert_eq!(open(&[], Some("https://kent.example/")), Ok(()));
    let bad = Err("bad-provider");
    assert_eq!(open(&[], None), bad, "no base_url");
    for change in [
        ("key", json!("Kent")),
        ("key", json!("")),
        ("issuer", json!("http://giris.example")),
        ("issuer", json!("http://127.0.0.1:9")),
        ("issuer", json!("https://giris.example?x")),
        ("scopes", json!(["email"])),
        ("client_secret_file", json!("none")),
        ("client_secret_file", json!("open")),
        ("reach", json!({ "ca_file": "fine" })),
        ("reach", json!({ "hosts": ["http://other.example"] })),
    ] {
        assert_eq!(open(std::slice::from_ref(&change), Some("https://kent.example")), bad, "{change:?}");
    }
}
