//! JSON Web Signature, compact form (RFC 7515), as much as an id token may use: one signature, one of three algorithms, no
//! extension. Algorithms without a key (`none`) or with a shared one (`HS256`) have no name here, so none can be mistaken.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::{Deserialize, de::DeserializeOwned};

/// How it is signed (RFC 7518, RFC 8037).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub(super) enum Algorithm {
    /// RSASSA-PKCS1-v1_5 with SHA-256.
    #[serde(rename = "RS256")]
    Rs256,
    /// ECDSA with P-256 and SHA-256.
    #[serde(rename = "ES256")]
    Es256,
    /// Ed25519.
    #[serde(rename = "EdDSA", alias = "Ed25519")]
    EdDsa,
}

#[derive(Deserialize)]
struct Header {
    alg: Algorithm,
    kid: Option<String>,
    typ: Option<String>,
    crit: Option<serde_json::Value>,
}

/// A token, read and not yet verified.
pub(super) struct Compact<'a> {
    /// How it says that it is signed.
    pub algorithm: Algorithm,
    /// Which key it names.
    pub key_id: Option<String>,
    /// What is signed.
    pub signed: &'a [u8],
    /// The signature.
    pub signature: Vec<u8>,
    payload: Vec<u8>,
}

impl<'a> Compact<'a> {
    /// Reads a token.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn read(token: &'a str) -> Result<Self, &'static str> {
        let mut parts = token.split('.');
        let (Some(header), Some(payload), Some(signature), None) = (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Err("id token: not three parts");
        };
        let signed = token.get(..header.len() + 1 + payload.len()).unwrap_or_default().as_bytes();
        let decode = |part: &str| URL_SAFE_NO_PAD.decode(part).map_err(|_| "id token: not base64url");
        let header: Header =
            serde_json::from_slice(&decode(header)?).map_err(|_| "id token: its header or algorithm is not taken")?;
        if header.crit.is_some() {
            return Err("id token: it asks for an extension");
        }
        if header.typ.is_some_and(|t| !t.eq_ignore_ascii_case("jwt")) {
            return Err("id token: another type of token");
        }
        Ok(Self { algorithm: header.alg, key_id: header.kid, signed, signature: decode(signature)?, payload: decode(payload)? })
    }

    /// What it says. Only after its signature was verified!
    pub fn payload<T: DeserializeOwned>(&self) -> Option<T> {
        serde_json::from_slice(&self.payload).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn token(header: &str) -> String {
        [header, "{}", "signature"].map(|part| URL_SAFE_NO_PAD.encode(part)).join(".")
    }

    #[test]
    fn only_what_an_id_token_may_be_is_read() {
        for good in [r#"{"alg":"RS256","kid":"1"}"#, r#"{"alg":"ES256","typ":"JWT"}"#, r#"{"alg":"EdDSA","x5t":"…"}"#] {
            assert!(Compact::read(&token(good)).is_ok(), "{good}");
        }
        for bad in [
            r#"{"alg":"none"}"#,
            r#"{"alg":"None"}"#,
            r#"{"alg":"HS256"}"#,
            r#"{"alg":"RS1"}"#,
            r#"{"alg":["RS256"]}"#,
            r#"{"alg":"HS256","alg":"RS256"}"#,
            r#"{"kid":"1"}"#,
            r#"{"alg":"RS256","crit":["b64"],"b64":false}"#,
            r#"{"alg":"RS256","typ":"logout+jwt"}"#,
            "",
            "[]",
        ] {
            assert!(Compact::read(&token(bad)).is_err(), "{bad}");
        }
        let good = token(r#"{"alg":"RS256"}"#);
        assert!(Compact::read(&format!("{good}.")).is_err());
        assert!(Compact::read(&format!("{good}=")).is_err());
        assert!(Compact::read(good.rsplit_once('.').unwrap().0).is_err());
    }

    proptest! {
        #[test]
        fn any_text_is_a_token_or_not(text in "\\PC{0,80}") {
            let _ = Compact::read(&text);
        }

        #[test]
        fn any_header_is_taken_or_not(header in "\\PC{0,60}") {
            let _ = Compact::read(&token(&header));
        }
    }
}
