//! What an id token says, and whether it may be believed (OIDC Core 1.0 section 3.1.3.7).

use super::jws::Algorithm;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::Deserialize;
use serde_json::{Map, Value as Json};

/// How far two clocks may differ, in seconds.
const SKEW: i64 = 60;
/// How old an id token may be: it comes straight from the provider, seconds after it was made.
const MAX_AGE: i64 = 600;
/// Limit: characters of a subject (OIDC Core section 2).
const MAX_SUBJECT: usize = 255;
/// Limit: characters of another text.
const MAX_TEXT: usize = 320;

/// The claims.
#[derive(Deserialize)]
pub(super) struct Claims {
    /// The issuer's name for the person.
    pub sub: String,
    /// When they last showed who they are.
    #[serde(default, deserialize_with = "seconds")]
    pub auth_time: Option<i64>,
    iss: Option<String>,
    aud: Option<Audience>,
    azp: Option<String>,
    #[serde(default, deserialize_with = "seconds")]
    exp: Option<i64>,
    #[serde(default, deserialize_with = "seconds")]
    iat: Option<i64>,
    #[serde(default, deserialize_with = "seconds")]
    nbf: Option<i64>,
    nonce: Option<String>,
    at_hash: Option<String>,
    email: Option<String>,
    email_verified: Option<Json>,
    #[serde(flatten)]
    others: Map<String, Json>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Audience {
    One(String),
    Several(Vec<String>),
}

/// RFC 7519 lets a time have a fraction.
fn seconds<'de, D: serde::Deserializer<'de>>(from: D) -> Result<Option<i64>, D::Error> {
    let number = serde_json::Number::deserialize(from)?;
    let whole = number.as_i64().or_else(|| number.as_f64().map(|f| f.floor() as i64));
    whole.map(Some).ok_or_else(|| serde::de::Error::custom("not a time"))
}

impl Claims {
    /// The e-mail, if the issuer says that it is verified.
    pub fn verified_email(&self) -> Option<String> {
        let verified = self.email_verified == Some(Json::Bool(true));
        self.email.clone().filter(|e| verified && !e.is_empty() && e.len() <= MAX_TEXT)
    }

    /// Another claim that is a text.
    pub fn text(&self, name: &str) -> Option<String> {
        let text = match name {
            "sub" => Some(self.sub.as_str()),
            "email" => return self.verified_email(),
            _ => self.others.get(name).and_then(Json::as_str),
        };
        text.filter(|t| !t.trim().is_empty() && t.len() <= MAX_TEXT).map(str::to_owned)
    }
}

/// What the claims must agree with.
pub(super) struct Expected<'a> {
    pub issuer: &'a str,
    pub client_id: &'a str,
    pub nonce: &'a str,
    pub access_token: Option<&'a str>,
    pub algorithm: Algorithm,
    /// True if it must say when the person last showed who they are.
    pub auth_time: bool,
    /// How long ago that may be, in seconds.
    pub max_age: Option<i64>,
    /// Seconds since 1970.
    pub now: i64,
}

impl Expected<'_> {
    /// Checks them.
    ///
    /// # Errors
    /// Which claim is wrong; never what it says.
    pub fn check(&self, claims: &Claims) -> Result<(), &'static str> {
        if claims.iss.as_deref() != Some(self.issuer) {
            return Err("iss is another issuer");
        }
        self.check_audience(claims)?;
        if claims.nonce.as_deref() != Some(self.nonce) {
            return Err("nonce is not the one sent");
        }
        if claims.sub.is_empty() || claims.sub.chars().count() > MAX_SUBJECT {
            return Err("sub is empty or too long");
        }
        if self.auth_time && claims.auth_time.is_none() {
            return Err("auth_time is missing");
        }
        self.check_times(claims)?;
        match (&claims.at_hash, self.access_token) {
            (Some(hash), Some(token)) if *hash != self.half_hash(token) => Err("at_hash is of another access token"),
            _ => Ok(()),
        }
    }

    fn check_audience(&self, claims: &Claims) -> Result<(), &'static str> {
        let (ours, several) = match &claims.aud {
            Some(Audience::One(aud)) => (aud == self.client_id, false),
            Some(Audience::Several(all)) => (all.iter().any(|a| a == self.client_id), all.len() > 1),
            None => (false, false),
        };
        match claims.azp.as_deref() {
            _ if !ours => Err("aud is not this house"),
            None if several => Err("azp is missing where aud are several"),
            Some(azp) if azp != self.client_id => Err("azp is not this house"),
            _ => Ok(()),
        }
    }

    fn check_times(&self, claims: &Claims) -> Result<(), &'static str> {
        let (Some(expires), Some(issued)) = (claims.exp, claims.iat) else { return Err("exp or iat is missing") };
        if self.now >= expires.saturating_add(SKEW) {
            return Err("exp is over");
        }
        if issued > self.now + SKEW || issued < self.now - MAX_AGE {
            return Err("iat is not now");
        }
        if claims.nbf.is_some_and(|at| at > self.now + SKEW) {
            return Err("nbf is later");
        }
        if claims.auth_time.is_some_and(|at| at > self.now + SKEW) {
            return Err("auth_time is later");
        }
        let oldest = self.max_age.map_or(i64::MIN, |age| self.now - age - SKEW);
        if claims.auth_time.is_some_and(|at| at < oldest) {
            return Err("auth_time is too long ago");
        }
        Ok(())
    }

    /// The left half of the hash that goes with the algorithm (SHA-512 for Ed25519).
    fn half_hash(&self, token: &str) -> String {
        let digest = match self.algorithm {
            Algorithm::Rs256 | Algorithm::Es256 => ring::digest::digest(&ring::digest::SHA256, token.as_bytes()),
            Algorithm::EdDsa => ring::digest::digest(&ring::digest::SHA512, token.as_bytes()),
        };
        let bytes = digest.as_ref();
        URL_SAFE_NO_PAD.encode(bytes.get(..bytes.len() / 2).unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    const NOW: i64 = 1_800_000_000;

    fn check(change: impl Fn(&mut Json)) -> Result<(), &'static str> {
        let mut json = json!({
            "iss": "https://giris.example", "sub": "a-1", "aud": "meydan", "exp": NOW + 300, "iat": NOW - 2, "nonce": "n",
            // OIDC Core's own example of at_hash: this access token, RS256.
            "at_hash": "77QmUPtjPfzWtF2AnpK9RQ",
        });
        change(&mut json);
        let claims: Claims = serde_json::from_value(json).map_err(|_| "unreadable")?;
        let expected = Expected {
            issuer: "https://giris.example",
            client_id: "meydan",
            nonce: "n",
            access_token: Some("jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y"),
            algorithm: Algorithm::Rs256,
            auth_time: false,
            max_age: Some(3600),
            now: NOW,
        };
        expected.check(&claims)
    }

    #[test]
    fn a_good_token_is_believed() {
        for change in [
            |_: &mut Json| {},
            |j: &mut Json| j["aud"] = json!(["meydan"]),
            |j: &mut Json| (j["aud"], j["azp"]) = (json!(["meydan", "other"]), json!("meydan")),
            |j: &mut Json| j["exp"] = json!(NOW - 59),
            |j: &mut Json| j["iat"] = json!(NOW as f64 + 30.5),
            |j: &mut Json| j["at_hash"] = Json::Null,
            |j: &mut Json| j["email"] = json!("a@b"),
        ] {
            assert_eq!(check(change), Ok(()));
        }
    }

    #[test]
    fn each_wrong_claim_is_found() {
        let cases: [(&str, Json, &str); 20] = [
            ("iss", json!("https://giris.example/"), "iss"),
            ("iss", Json::Null, "iss"),
            ("aud", json!("other"), "aud"),
            ("aud", json!(["other"]), "aud"),
            ("aud", json!([]), "aud"),
            ("aud", json!(["meydan", "other"]), "azp"),
            ("azp", json!("other"), "azp"),
            ("nonce", json!("m"), "nonce"),
            ("nonce", Json::Null, "nonce"),
            ("exp", json!(NOW - 60), "exp"),
            ("exp", json!("tomorrow"), "unreadable"),
            ("iat", json!(NOW + 61), "iat"),
            ("iat", json!(NOW - 601), "iat"),
            ("nbf", json!(NOW + 61), "nbf"),
            ("auth_time", json!(NOW + 61), "auth_time"),
            ("auth_time", json!(NOW - 3661), "auth_time"),
            ("at_hash", json!("AAAAAAAAAAAAAAAAAAAAAA"), "at_hash"),
            ("sub", json!(""), "sub"),
            ("sub", json!("x".repeat(256)), "sub"),
            ("sub", json!(7), "unreadable"),
        ];
        for (claim, value, said) in cases {
            let error = check(|j| j[claim] = value.clone()).unwrap_err();
            assert!(error.starts_with(said), "{claim} = {value}: {error}");
        }
        for claim in ["iss", "aud", "exp", "iat", "nonce", "sub"] {
            assert!(check(|j| drop(j.as_object_mut().unwrap().remove(claim))).is_err(), "{claim}");
        }
    }

    #[test]
    fn an_email_counts_only_if_verified() {
        let email = |verified: Json| {
            let claims: Claims =
                serde_json::from_value(json!({ "sub": "a", "email": "a@b", "email_verified": verified })).unwrap();
            (claims.verified_email(), claims.text("email"))
        };
        assert_eq!(email(json!(true)), (Some("a@b".to_owned()), Some("a@b".to_owned())));
        for not in [json!(false), json!("true"), json!(1), Json::Null] {
            assert_eq!(email(not), (None, None));
        }
    }

    proptest! {
        #[test]
        fn any_bytes_are_claims_or_not(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = serde_json::from_slice::<Claims>(&bytes);
        }

        #[test]
        fn times_never_overflow(exp in any::<i64>(), iat in any::<i64>(), nbf in any::<i64>()) {
            let _ = check(|j| (j["exp"], j["iat"], j["nbf"]) = (json!(exp), json!(iat), json!(nbf)));
        }
    }
}
