//! Id tokens that must not be believed.

use super::{
    forger::{Forger, text},
    house::{House, parameter, state},
};
use serde_json::{Value as Json, json};

/// Goes through a flow in which the provider gives the token that `forge` makes of the nonce.
async fn come(house: &House, forger: &Forger, forge: impl Fn(&str) -> String) -> Result<(), &'static str> {
    let flow = house.identity.depart("forger", "/", None).await.unwrap();
    forger.give(forge(&parameter(&flow.redirect, "nonce")));
    house.arrive("forger", &format!("code=x&state={}", state(&flow)), &flow.cookie).await.map(|_| ())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_forged_token_opens_nothing() {
    let forger = Forger::start();
    let house = House::with_oidc(vec![forger.client()]).await;
    let header = json!({ "alg": "EdDSA", "kid": "k" });
    assert_eq!(come(&house, &forger, |nonce| forger.sign(&header, &forger.claims(nonce))).await, Ok(()), "the right one");

    let wrong = Err("provider-answer-wrong");
    let now = jiff::Timestamp::now().as_second();
    let claims: [(&str, Json); 10] = [
        ("nonce", json!("another")),
        ("nonce", Json::Null),
        ("iss", json!("https://evil.example")),
        ("aud", json!("another-house")),
        ("aud", json!(["meydan", "another-house"])),
        ("azp", json!("another-house")),
        ("exp", json!(now - 61)),
        ("iat", json!(now + 3600)),
        ("at_hash", json!("AAAAAAAAAAAAAAAAAAAAAA")),
        ("sub", json!("")),
    ];
    for (claim, value) in &claims {
        let forge = |nonce: &str| {
            let mut claims = forger.claims(nonce);
            claims[*claim] = value.clone();
            forger.sign(&header, &claims)
        };
        assert_eq!(come(&house, &forger, forge).await, wrong, "{claim} = {value}");
    }

    let headers = [
        json!({ "alg": "none" }),
        json!({ "alg": "RS256", "kid": "k" }),
        json!({ "alg": "ES256", "kid": "k" }),
        json!({ "alg": "EdDSA", "kid": "another" }),
        json!({ "alg": "EdDSA", "kid": "k", "crit": ["x"] }),
        json!({ "alg": "EdDSA", "kid": "k", "typ": "at+jwt" }),
        // Its own key comes along: it is not asked.
        json!({ "alg": "EdDSA", "kid": "mine", "jwk": { "kty": "OKP", "crv": "Ed25519", "x": text(forger.public_key()) } }),
    ];
    for header in &headers {
        assert_eq!(come(&house, &forger, |nonce| forger.sign(header, &forger.claims(nonce))).await, wrong, "{header}");
    }

    let unsigned = |nonce: &str| format!("{}.{}.", text(r#"{"alg":"none"}"#), text(forger.claims(nonce).to_string()));
    assert_eq!(come(&house, &forger, unsigned).await, wrong, "none");
    let no_signature = |nonce: &str| format!("{}.{}.", text(header.to_string()), text(forger.claims(nonce).to_string()));
    assert_eq!(come(&house, &forger, no_signature).await, wrong, "no signature");
    for secret in [forger.public_key(), text(forger.public_key()).into_bytes(), vec![]] {
        let confused = |nonce: &str| forger.confuse(&json!({ "alg": "HS256", "kid": "k" }), &forger.claims(nonce), &secret);
        assert_eq!(come(&house, &forger, confused).await, wrong, "HS256");
        let dressed = |nonce: &str| forger.confuse(&header, &forger.claims(nonce), &secret);
        assert_eq!(come(&house, &forger, dressed).await, wrong, "HMAC as EdDSA");
    }
    let swapped = |nonce: &str| {
        let (good, mut other) = (forger.sign(&header, &forger.claims(nonce)), forger.claims(nonce));
        other["preferred_username"] = "fatma".into();
        let signature = good.rsplit('.').next().unwrap();
        format!("{}.{}.{signature}", text(header.to_string()), text(other.to_string()))
    };
    assert_eq!(come(&house, &forger, swapped).await, wrong, "another's claims under the signature");
    for nonsense in ["", ".", "..", "a.b.c", "null"] {
        assert_eq!(come(&house, &forger, |_| nonsense.to_owned()).await, wrong, "{nonsense}");
    }
    assert_eq!(house.events().await.iter().filter(|(kind, _)| kind == "login").count(), 1);
    assert!(house.identity.sessions_of(house.id_of("fatma").await).await.unwrap().is_empty());
}
