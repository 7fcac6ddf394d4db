//! Short messages by a gateway: every provider speaks a protocol of its own, so we speak one, openly documented, and a few lines beside
//! us carry it on to the provider that the municipality has a contract with.
//!
//! The protocol: `POST` to the gateway's address with the JSON object `{"to": "+905…", "text": "…", "id": "…"}`, signed after
//! [Standard Webhooks](https://www.standardwebhooks.com), for which libraries exist in all languages:
//! - `webhook-id`: the message's id; the gateway sends a message of an id once, however often it comes;
//! - `webhook-timestamp`: seconds since 1970; the gateway refuses what is older than five minutes;
//! - `webhook-signature`: `v1,` and the base64 of HMAC-SHA256 over `id.timestamp.body`, keyed with the bytes of the secret.
//!
//! The gateway answers `2xx` if it has taken the message, `4xx` if it never will (but for 401, 403, 404, 405, 408 and 429), else anything.

use crate::{Failure, Reach, Result, Secret, http::Line};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use ring::hmac;
use serde::{Deserialize, Serialize};
use std::net::IpAddr;

/// Limit: characters of a message (ten parts of 153).
pub const MAX_TEXT_CHARS: usize = 1530;
/// Limit: characters of an id.
pub const MAX_ID_CHARS: usize = 100;
/// Least bytes of the secret (Standard Webhooks: 24 to 64).
const MIN_SECRET_BYTES: usize = 24;

/// Where the gateway is.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Gateway {
    /// `https://…`; `http://` on this machine only.
    pub url: String,
    /// The shared secret: `whsec_` and the base64 of at least 24 random bytes.
    pub secret: Secret,
    /// How it may be reached.
    #[serde(default)]
    pub reach: Reach,
}

/// A short message.
#[derive(Clone, Serialize)]
pub struct Sms<'a> {
    /// Number in international form, `+905…`.
    pub to: &'a str,
    /// What it says.
    pub text: &'a str,
    /// The same when the same message is tried again.
    pub id: &'a str,
}

/// Hands short messages to the gateway.
pub struct Texter {
    line: Line,
    url: String,
    key: hmac::Key,
}

impl Texter {
    /// Checks the settings; connects to nobody.
    ///
    /// # Errors
    /// [`Failure::Settings`].
    pub fn new(gateway: &Gateway) -> Result<Self> {
        let uri: ureq::http::Uri = gateway.url.parse().map_err(|_| Failure::settings("url: not an address"))?;
        let host = uri.host().unwrap_or_default();
        let here = host == "localhost" || host.trim_matches(['[', ']']).parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback());
        let taken = match uri.scheme_str() {
            Some("https") => !host.is_empty(),
            Some("http") => here && gateway.reach.allow_private,
            _ => false,
        };
        if !taken {
            return Err(Failure::settings("url: must begin with https:// (http:// on this machine only, with allow_private)"));
        }
        let text = gateway.secret.reveal();
        let secret = STANDARD.decode(text.strip_prefix("whsec_").unwrap_or(text)).unwrap_or_default();
        if secret.len() < MIN_SECRET_BYTES {
            return Err(Failure::settings("secret: must be whsec_ and the base64 of 24 bytes at least"));
        }
        let key = hmac::Key::new(hmac::HMAC_SHA256, &secret);
        Ok(Self { line: Line::new(&gateway.reach)?, url: gateway.url.clone(), key })
    }

    /// Sends one message; the gateway has it when this returns. Blocks.
    ///
    /// # Errors
    /// [`Failure::Refused`] if the number or the message is refused for ever, [`Failure::Later`].
    pub fn send(&self, sms: &Sms) -> Result<()> {
        let digits = sms.to.strip_prefix('+').unwrap_or_default();
        if !(7..=15).contains(&digits.len()) || !digits.bytes().all(|b| b.is_ascii_digit()) {
            return Err(Failure::refused("not a number in international form"));
        }
        if sms.text.chars().count() > MAX_TEXT_CHARS || sms.text.trim().is_empty() {
            return Err(Failure::refused("the message is empty or too long"));
        }
        // A full stop would let one signature stand for another message (Standard Webhooks).
        let plain = sms.id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_');
        if sms.id.is_empty() || sms.id.len() > MAX_ID_CHARS || !plain {
            return Err(Failure::refused("not an id of a message"));
        }
        let body = serde_json::to_vec(sms).map_err(Failure::refused)?;
        let time = jiff::Timestamp::now().as_second().to_string();
        let mut signer = hmac::Context::with_key(&self.key);
        for piece in [sms.id.as_bytes(), b".", time.as_bytes(), b".", &body] {
            signer.update(piece);
        }
        let signature = format!("v1,{}", STANDARD.encode(signer.sign()));
        let headers = [
            ("content-type", "application/json"),
            ("webhook-id", sms.id),
            ("webhook-timestamp", time.as_str()),
            ("webhook-signature", signature.as_str()),
        ];
        let answer = self.line.post(&self.url, &headers, &body)?;
        match answer.status {
            200..=299 => Ok(()),
            // Our secret or address isn't taken: no fault of the message.
            _ => Err(answer.failure(&[401, 403, 404, 405])),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_that_would_not_keep_a_message_are_refused() {
        let with = |url: &str, secret: &str, allow_private| {
            let reach = Reach { allow_private, ca_file: None };
            Texter::new(&Gateway { url: url.into(), secret: Secret::new(secret), reach }).map(|_| ())
        };
        let secret = format!("whsec_{}", STANDARD.encode([7; 24]));
        assert_eq!(with("https://sms.bel.tr/x", &secret, false), Ok(()));
        assert_eq!(with("http://127.0.0.1:8/x", &secret, true), Ok(()));
        for (url, secret, private) in [
            ("http://127.0.0.1:8/x", secret.as_str(), false),
            ("http://10.0.0.1/", &secret, true),
            ("https://sms.bel.tr/", "whsec_kisa", false),
            ("https://sms.bel.tr/", "", false),
        ] {
            assert!(matches!(with(url, secret, private), Err(Failure::Settings(_))), "{url}");
        }
    }
}
