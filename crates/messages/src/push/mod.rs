//! Web push: a notice to a browser that asked for them (RFC 8030), encrypted so that the push service can't read it (RFC 8291), signed
//! so that it knows whose it is (RFC 8292).

mod encrypt;
mod vapid;

pub use vapid::VapidKey;

use crate::{Failure, Reach, Result, http::Line};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// Limit: bytes of a notice; services take 4,096 of what is made of it.
pub const MAX_PAYLOAD_BYTES: usize = 3000;
/// Limit: how long a service may keep a notice for a browser that is away.
pub const MAX_TTL: Duration = Duration::from_secs(28 * 24 * 60 * 60);
/// Limit: bytes of a subscription's address.
pub const MAX_ENDPOINT_BYTES: usize = 1024;

/// What a browser gives who wants to be told (`PushSubscription`); its address and keys are secrets of the person.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Subscription {
    /// Address of the push service for this browser.
    pub endpoint: String,
    /// The browser's public key, P-256 uncompressed, base64url.
    pub p256dh: String,
    /// Its secret, 16 bytes, base64url.
    pub auth: String,
}

impl std::fmt::Debug for Subscription {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Subscription(…)")
    }
}

/// How much a phone's battery is worth it (RFC 8030 §5.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Urgency {
    /// When it's on power and a known network.
    VeryLow,
    /// When either.
    Low,
    /// As it comes.
    #[default]
    Normal,
    /// At once.
    High,
}

/// Hands notices to push services.
pub struct Pusher {
    line: Line,
    key: VapidKey,
    contact: String,
    any_port: bool,
}

impl Subscription {
    /// Checks what a browser gave, before it is kept.
    ///
    /// # Errors
    /// [`Failure::Refused`] if the address is none of `https://` or a key is none.
    pub fn check(&self) -> Result<()> {
        self.origin()?;
        self.keys().map(|_| ())
    }

    /// Scheme, host and port.
    fn origin(&self) -> Result<String> {
        let none = || Failure::refused("not the address of a push service");
        let plain = self.endpoint.bytes().all(|b| b.is_ascii_graphic() && b != b'\\' && b != b'#');
        let uri: ureq::http::Uri = self.endpoint.parse().map_err(|_| none())?;
        let authority = uri.authority().filter(|a| !a.as_str().contains('@')).ok_or_else(none)?;
        if !plain
            || uri.scheme_str() != Some("https")
            || authority.host().is_empty()
            || self.endpoint.len() > MAX_ENDPOINT_BYTES
        {
            return Err(none());
        }
        Ok(match authority.port_u16() {
            None | Some(443) => format!("https://{}", authority.host()),
            Some(port) => format!("https://{}:{port}", authority.host()),
        })
    }

    fn keys(&self) -> Result<(Vec<u8>, Vec<u8>)> {
        let none = || Failure::refused("not the keys of a browser");
        let bytes = |text: &str| URL_SAFE_NO_PAD.decode(text.trim_end_matches('=')).map_err(|_| none());
        let (key, auth) = (bytes(&self.p256dh)?, bytes(&self.auth)?);
        if key.len() != encrypt::KEY_BYTES || key.first() != Some(&4) || auth.len() != encrypt::AUTH_BYTES {
            return Err(none());
        }
        Ok((key, auth))
    }
}

impl Urgency {
    fn word(self) -> &'static str {
        match self {
            Self::VeryLow => "very-low",
            Self::Low => "low",
            Self::Normal => "normal",
            Self::High => "high",
        }
    }
}

impl Pusher {
    /// With the installation's key; `contact` is whom a service may tell of trouble: `mailto:…` or `https://…`.
    ///
    /// # Errors
    /// [`Failure::Settings`].
    pub fn new(key: VapidKey, contact: &str, reach: &Reach) -> Result<Self> {
        if !["mailto:", "https://"].iter().any(|begin| contact.starts_with(begin)) {
            return Err(Failure::settings("the contact for push services must begin with mailto: or https://"));
        }
        Ok(Self { line: Line::new(reach)?, key, contact: contact.to_owned(), any_port: reach.allow_private })
    }

    /// The key that browsers are given when they subscribe.
    pub fn public_key(&self) -> &str {
        self.key.public_key()
    }

    /// Sends a notice; the service has it when this returns. `ttl`: how long it may wait for the browser, at most [`MAX_TTL`]. Blocks.
    ///
    /// # Errors
    /// [`Failure::Gone`]: forget the subscription. [`Failure::Refused`], [`Failure::Later`].
    pub fn send(&self, to: &Subscription, payload: &[u8], ttl: Duration, urgency: Urgency) -> Result<()> {
        let origin = to.origin()?;
        let (key, auth) = to.keys()?;
        // Services speak on the usual port: another one is a stranger's try to reach something else.
        if !self.any_port && origin.matches(':').count() > 1 && !origin.ends_with(']') {
            return Err(Failure::refused("not the port of a push service"));
        }
        if payload.len() > MAX_PAYLOAD_BYTES {
            return Err(Failure::refused("the notice is too long"));
        }
        let body = encrypt::encrypt(payload, &key, &auth)?;
        let signed = self.key.authorization(&origin, &self.contact, jiff::Timestamp::now())?;
        let ttl = ttl.min(MAX_TTL).as_secs().to_string();
        let headers = [
            ("content-type", "application/octet-stream"),
            ("content-encoding", "aes128gcm"),
            ("ttl", ttl.as_str()),
            ("urgency", urgency.word()),
            ("authorization", signed.as_str()),
        ];
        let answer = self.line.post(&to.endpoint, &headers, &body)?;
        match answer.status {
            200..=299 => Ok(()),
            404 | 410 => Err(Failure::Gone),
            // Our own key isn't taken, or our clock is wrong: no fault of the notice.
            _ => Err(answer.failure(&[401])),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn subscription(endpoint: &str) -> Subscription {
        let key = URL_SAFE_NO_PAD.decode(VapidKey::generate().unwrap().public_key()).unwrap();
        Subscription { endpoint: endpoint.into(), p256dh: URL_SAFE_NO_PAD.encode(key), auth: URL_SAFE_NO_PAD.encode([7; 16]) }
    }

    #[test]
    fn only_addresses_of_push_services_are_called() {
        let pusher = Pusher::new(VapidKey::generate().unwrap(), "mailto:bilgi@bel.tr", &Reach::default()).unwrap();
        let send = |endpoint: &str| pusher.send(&subscription(endpoint), b"x", Duration::ZERO, Urgency::Normal);
        for never in
            ["http://push.example/a", "https://a@push.example/", "ftp://x/", "", "https://x:8443/", "https://[2a00::1]:22/"]
        {
            assert!(send(never).unwrap_err().is_final(), "{never}");
        }
        for inside in
            ["https://127.0.0.1/", "https://localhost/", "https://10.0.0.1/", "https://169.254.169.254/", "https://[::1]/"]
        {
            let refused = send(inside).unwrap_err();
            assert_eq!(refused, Failure::later("no address that may be called"), "{inside}");
        }
    }

    #[test]
    fn what_no_browser_gives_is_refused() {
        let good = subscription("https://push.example/x");
        assert!(good.check().is_ok());
        let mut bad = good.clone();
        bad.auth = "AAAA".into();
        assert!(bad.check().is_err());
        bad = good.clone();
        bad.p256dh = URL_SAFE_NO_PAD.encode([4; 64]);
        assert!(bad.check().is_err());
        // The right length, but no point of the curve.
        bad.p256dh = URL_SAFE_NO_PAD.encode([4; 65]);
        let (key, auth) = bad.keys().unwrap();
        assert!(encrypt::encrypt(b"x", &key, &auth).unwrap_err().is_final());
        assert_eq!(format!("{good:?}"), "Subscription(…)");
    }
}
