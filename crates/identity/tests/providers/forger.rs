//! A provider that answers whatever a test wants: the right protocol with wrong tokens, or no protocol at all.

use super::server::{Answer, Request, serve};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use parking_lot::Mutex;
use ring::signature::{Ed25519KeyPair, KeyPair as _};
use serde_json::{Value as Json, json};
use std::{collections::HashMap, sync::Arc};

/// Gives another answer in the place of the forger's own.
pub type Instead = Box<dyn Fn(&Request) -> Answer + Send + Sync>;

pub struct Forger {
    pub issuer: String,
    key: Ed25519KeyPair,
    inside: Arc<Inside>,
}

#[derive(Default)]
struct Inside {
    id_token: Mutex<String>,
    instead: Mutex<HashMap<String, Instead>>,
    calls: Mutex<Vec<String>>,
}

impl Forger {
    pub fn start() -> Self {
        let key = Ed25519KeyPair::from_seed_unchecked(&[7; 32]).unwrap();
        let jwk = json!({ "kty": "OKP", "crv": "Ed25519", "kid": "k", "alg": "EdDSA", "use": "sig", "x": text(key.public_key().as_ref()) });
        let inside = Arc::new(Inside::default());
        let served = Arc::clone(&inside);
        let issuer = serve(move |request| {
            let path = request.path.split('?').next().unwrap().to_owned();
            served.calls.lock().push(path.clone());
            if let Some(instead) = served.instead.lock().get(&path) {
                return instead(request);
            }
            let host = request.headers.lines().find_map(|l| l.strip_prefix("host: ").or(l.strip_prefix("Host: "))).unwrap();
            match path.as_str() {
                "/.well-known/openid-configuration" => Answer::json(200, &metadata(&format!("http://{host}"))),
                "/keys" => Answer::json(200, &json!({ "keys": [jwk] })),
                "/token" => Answer::json(
                    200,
                    &json!({ "access_token": "at", "token_type": "Bearer", "id_token": *served.id_token.lock() }),
                ),
                _ => Answer::json(404, &json!({})),
            }
        });
        Self { issuer, key, inside }
    }

    /// Its configuration.
    pub fn client(&self) -> Json {
        json!({ "key": "forger", "title": { "tr": "S", "en": "F" }, "issuer": self.issuer, "client_id": "meydan",
            "link_by": "login", "reach": { "allow_http": true } })
    }

    /// Answers a path otherwise from now on.
    pub fn instead(&self, path: &str, answer: impl Fn(&Request) -> Answer + Send + Sync + 'static) {
        self.inside.instead.lock().insert(path.to_owned(), Box::new(answer));
    }

    /// Answers all paths as it should again.
    pub fn behave(&self) {
        self.inside.instead.lock().clear();
    }

    /// The paths that were asked for since this was last called.
    pub fn calls(&self) -> Vec<String> {
        std::mem::take(&mut self.inside.calls.lock())
    }

    /// Gives this id token next.
    pub fn give(&self, token: String) {
        *self.inside.id_token.lock() = token;
    }

    /// Claims that are right.
    pub fn claims(&self, nonce: &str) -> Json {
        let now = jiff::Timestamp::now().as_second();
        json!({ "iss": self.issuer, "sub": "s", "aud": "meydan", "iat": now, "exp": now + 60, "nonce": nonce, "preferred_username": "ayse" })
    }

    /// A token with a signature that is right.
    pub fn sign(&self, header: &Json, claims: &Json) -> String {
        let signed = format!("{}.{}", text(header.to_string()), text(claims.to_string()));
        let signature = self.key.sign(signed.as_bytes());
        format!("{signed}.{}", text(signature.as_ref()))
    }

    /// A token "signed" with the bytes of its public key as a shared secret.
    pub fn confuse(&self, header: &Json, claims: &Json, secret: &[u8]) -> String {
        let signed = format!("{}.{}", text(header.to_string()), text(claims.to_string()));
        let key = ring::hmac::Key::new(ring::hmac::HMAC_SHA256, secret);
        format!("{signed}.{}", text(ring::hmac::sign(&key, signed.as_bytes()).as_ref()))
    }

    pub fn public_key(&self) -> Vec<u8> {
        self.key.public_key().as_ref().to_vec()
    }
}

pub fn metadata(issuer: &str) -> Json {
    json!({ "issuer": issuer, "authorization_endpoint": format!("{issuer}/auth"), "token_endpoint": format!("{issuer}/token"),
        "jwks_uri": format!("{issuer}/keys") })
}

pub fn text(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}
