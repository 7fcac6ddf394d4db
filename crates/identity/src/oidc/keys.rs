//! A provider's keys (JSON Web Key Set, RFC 7517). They change: a token whose key isn't known has the set read anew, but not
//! again and again, or anybody could have us call the provider as often as they like.

use super::jws::{Algorithm, Compact};
use crate::http::Line;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use meydan_kernel::Result;
use ring::signature::{
    ECDSA_P256_SHA256_FIXED, ED25519, RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents, UnparsedPublicKey,
};
use serde::Deserialize;
use std::{
    sync::Arc,
    time::{Duration, Instant},
};

/// How long a set is taken without reading it anew: a key that was withdrawn holds no longer than this.
const KEPT: Duration = Duration::from_secs(3600);
/// How soon it may be read anew.
const SOONEST: Duration = Duration::from_secs(10);
/// Limit: keys of a set.
const MAX_KEYS: usize = 64;
/// Bytes of a coordinate of P-256, and of an Ed25519 key.
const COORDINATE: usize = 32;

/// One key, of a kind that one algorithm takes.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Public {
    Rsa { n: Vec<u8>, e: Vec<u8> },
    P256([u8; 1 + 2 * COORDINATE]),
    Ed25519([u8; COORDINATE]),
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Key {
    id: Option<String>,
    public: Public,
}

/// As the provider writes it. Keys that can't be read are left out: a set may hold others for other uses.
#[derive(Deserialize)]
struct Written {
    keys: Vec<serde_json::Value>,
}

#[derive(Deserialize)]
struct WrittenKey {
    kty: String,
    kid: Option<String>,
    #[serde(rename = "use")]
    purpose: Option<String>,
    alg: Option<String>,
    crv: Option<String>,
    n: Option<String>,
    e: Option<String>,
    x: Option<String>,
    y: Option<String>,
}

/// The keys, once they were read.
#[derive(Default)]
pub(super) struct Known(tokio::sync::Mutex<Option<(Instant, Arc<Vec<Key>>)>>);

impl Known {
    /// True if a key of the provider made the token's signature.
    ///
    /// # Errors
    /// `provider-unavailable` if the keys can't be read.
    pub async fn verify(&self, line: &Line, url: &str, token: &Compact<'_>) -> Result<bool> {
        let keys = self.get(line, url, KEPT).await?;
        if has(&keys, token) {
            return Ok(holds(&keys, token));
        }
        let keys = self.get(line, url, SOONEST).await?;
        Ok(holds(&keys, token))
    }

    /// The keys, read not longer ago than this.
    async fn get(&self, line: &Line, url: &str, age: Duration) -> Result<Arc<Vec<Key>>> {
        let mut known = self.0.lock().await;
        if let Some((_, keys)) = known.as_ref().filter(|(at, _)| at.elapsed() < age) {
            return Ok(Arc::clone(keys));
        }
        let answer = line.get(url, None).await?;
        let written: Option<Written> = answer.json().filter(|_| answer.status == 200);
        let written = written.ok_or_else(|| line.unavailable(format!("keys: HTTP {}, no key set", answer.status)))?;
        let keys: Vec<Key> = written.keys.into_iter().take(MAX_KEYS).filter_map(read).collect();
        let keys = Arc::new(keys);
        *known = Some((Instant::now(), Arc::clone(&keys)));
        Ok(keys)
    }
}

/// True if there is a key that the token could mean.
fn has(keys: &[Key], token: &Compact<'_>) -> bool {
    keys.iter().any(|key| key.fits(token))
}

fn holds(keys: &[Key], token: &Compact<'_>) -> bool {
    keys.iter().filter(|key| key.fits(token)).any(|key| key.public.made(token))
}

impl Key {
    /// It is for the token's algorithm, and has the name that the token says if it says one.
    fn fits(&self, token: &Compact<'_>) -> bool {
        let algorithm = match self.public {
            Public::Rsa { .. } => Algorithm::Rs256,
            Public::P256(_) => Algorithm::Es256,
            Public::Ed25519(_) => Algorithm::EdDsa,
        };
        algorithm == token.algorithm && (token.key_id.is_none() || token.key_id == self.id)
    }
}

impl Public {
    fn made(&self, token: &Compact<'_>) -> bool {
        let (signed, signature) = (token.signed, &token.signature);
        let verified = match self {
            Self::Rsa { n, e } => RsaPublicKeyComponents { n, e }.verify(&RSA_PKCS1_2048_8192_SHA256, signed, signature),
            Self::P256(point) => UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point).verify(signed, signature),
            Self::Ed25519(key) => UnparsedPublicKey::new(&ED25519, key).verify(signed, signature),
        };
        verified.is_ok()
    }
}

fn read(json: serde_json::Value) -> Option<Key> {
    let written: WrittenKey = serde_json::from_value(json).ok()?;
    if written.purpose.as_deref().is_some_and(|purpose| purpose != "sig") {
        return None;
    }
    let bytes = |text: &Option<String>| URL_SAFE_NO_PAD.decode(text.as_deref()?).ok();
    let fixed = |text: &Option<String>| <[u8; COORDINATE]>::try_from(bytes(text)?).ok();
    let (public, algorithms): (Public, &[&str]) = match (written.kty.as_str(), written.crv.as_deref()) {
        ("RSA", None) => {
            // ring takes no leading zero, which RFC 7518 forbids and some write.
            let trimmed = |mut b: Vec<u8>| {
                b.drain(..b.iter().take_while(|byte| **byte == 0).count());
                b
            };
            (Public::Rsa { n: trimmed(bytes(&written.n)?), e: trimmed(bytes(&written.e)?) }, &["RS256"])
        }
        ("EC", Some("P-256")) => {
            let mut point = [4; 1 + 2 * COORDINATE];
            let (_, coordinates) = point.split_first_mut()?;
            let (x, y) = coordinates.split_at_mut(COORDINATE);
            x.copy_from_slice(&fixed(&written.x)?);
            y.copy_from_slice(&fixed(&written.y)?);
            (Public::P256(point), &["ES256"])
        }
        ("OKP", Some("Ed25519")) => (Public::Ed25519(fixed(&written.x)?), &["EdDSA", "Ed25519"]),
        _ => return None,
    };
    let meant = written.alg.as_deref().is_none_or(|alg| algorithms.contains(&alg));
    meant.then_some(Key { id: written.kid, public })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    /// RFC 8037 appendix A.4 (Ed25519) and RFC 7515 appendix A.3 (ES256): key and token as published.
    const ED25519_KEY: &str = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo";
    const ED25519_TOKEN: &str = "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc.hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg";
    const P256_KEY: [&str; 2] = ["f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU", "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"];
    const P256_TOKEN: &str = "eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ.DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q";

    fn ed25519() -> Key {
        read(json!({ "kty": "OKP", "crv": "Ed25519", "x": ED25519_KEY, "kid": "e" })).unwrap()
    }

    fn p256() -> Key {
        read(json!({ "kty": "EC", "crv": "P-256", "x": P256_KEY[0], "y": P256_KEY[1], "use": "sig", "alg": "ES256" })).unwrap()
    }

    #[test]
    fn published_signatures_hold_and_changed_ones_do_not() {
        for (key, text) in [(ed25519(), ED25519_TOKEN), (p256(), P256_TOKEN)] {
            let token = Compact::read(text).unwrap();
            assert!(holds(std::slice::from_ref(&key), &token));
            let (kept, signature) = text.rsplit_once('.').unwrap();
            let changed = format!("{}A.{signature}", &kept[..kept.len() - 1]);
            assert!(!holds(&[key], &Compact::read(&changed).unwrap()));
        }
    }

    #[test]
    fn a_key_is_for_one_algorithm_and_name() {
        let mut token = Compact::read(ED25519_TOKEN).unwrap();
        assert!(!has(&[p256()], &token));
        token.key_id = Some("other".to_owned());
        assert!(!has(&[ed25519()], &token));
        token.key_id = Some("e".to_owned());
        assert!(has(&[ed25519()], &token));
    }

    #[test]
    fn other_keys_are_left_out() {
        for other in [
            json!({ "kty": "oct", "k": "AAAA" }),
            json!({ "kty": "RSA", "n": "AAAA", "e": "AQAB", "use": "enc" }),
            json!({ "kty": "RSA", "n": "AAAA", "e": "AQAB", "alg": "RSA-OAEP" }),
            json!({ "kty": "EC", "crv": "P-384", "x": P256_KEY[0], "y": P256_KEY[1] }),
            json!({ "kty": "EC", "crv": "P-256", "x": "AAAA", "y": P256_KEY[1] }),
            json!({ "kty": "OKP", "crv": "X25519", "x": ED25519_KEY }),
            json!("key"),
        ] {
            assert_eq!(read(other.clone()), None, "{other}");
        }
    }

    proptest! {
        #[test]
        fn any_key_is_read_or_not(kty in "RSA|EC|OKP", crv in proptest::option::of("P-256|Ed25519"), x in "[A-Za-z0-9_-]{0,60}") {
            let key = read(json!({ "kty": kty, "crv": crv, "x": x, "y": x, "n": x, "e": x }));
            if let Some(key) = key {
                for text in [ED25519_TOKEN, P256_TOKEN] {
                    let _ = holds(std::slice::from_ref(&key), &Compact::read(text).unwrap());
                }
            }
        }
    }
}
