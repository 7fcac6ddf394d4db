//! The key by which push services know the installation (RFC 8292).

use crate::{Failure, Result};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use jiff::Timestamp;
use ring::{
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _},
};

/// How long a signature is good; a day is the most that services take.
const VALID_S: i64 = 12 * 60 * 60;
/// `{"typ":"JWT","alg":"ES256"}`
const HEADER: &str = "eyJ0eXAiOiJKV1QiLCJhbGciOiJFUzI1NiJ9";

/// A key pair. Made once per installation: with a new one all browsers must subscribe again.
pub struct VapidKey {
    pair: EcdsaKeyPair,
    pkcs8: Vec<u8>,
    public: String,
}

impl std::fmt::Debug for VapidKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "VapidKey({})", self.public)
    }
}

impl VapidKey {
    /// A new key.
    ///
    /// # Errors
    /// [`Failure::Later`] if the system gives no random bytes.
    pub fn generate() -> Result<Self> {
        let pkcs8 = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &SystemRandom::new());
        Self::of(pkcs8.map_err(|_| Failure::later("no random bytes"))?.as_ref())
    }

    /// A key that was kept.
    ///
    /// # Errors
    /// [`Failure::Settings`] if it is none.
    pub fn read(kept: &str) -> Result<Self> {
        let bytes = URL_SAFE_NO_PAD.decode(kept.trim()).map_err(|_| Failure::settings("not a key for web push"))?;
        Self::of(&bytes)
    }

    fn of(pkcs8: &[u8]) -> Result<Self> {
        let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, pkcs8, &SystemRandom::new())
            .map_err(|_| Failure::settings("not a key for web push"))?;
        let public = URL_SAFE_NO_PAD.encode(pair.public_key());
        Ok(Self { pair, pkcs8: pkcs8.to_vec(), public })
    }

    /// The key as text to keep (PKCS #8, base64url): a secret.
    pub fn to_secret(&self) -> crate::Secret {
        crate::Secret::new(&URL_SAFE_NO_PAD.encode(&self.pkcs8))
    }

    /// The public half as browsers want it (`applicationServerKey`): P-256 uncompressed, base64url.
    pub fn public_key(&self) -> &str {
        &self.public
    }

    /// The header `Authorization` for a service.
    pub(super) fn authorization(&self, audience: &str, contact: &str, now: Timestamp) -> Result<String> {
        let claims = serde_json::json!({ "aud": audience, "exp": now.as_second() + VALID_S, "sub": contact });
        let signed = format!("{HEADER}.{}", URL_SAFE_NO_PAD.encode(claims.to_string()));
        let signature =
            self.pair.sign(&SystemRandom::new(), signed.as_bytes()).map_err(|_| Failure::later("no random bytes"))?;
        Ok(format!("vapid t={signed}.{},k={}", URL_SAFE_NO_PAD.encode(signature), self.public))
    }
}
