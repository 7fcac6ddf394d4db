//! A passkey as the house keeps it: what its owner sees, and the public key with its counter.

use super::{KIND, Passkey};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use meydan_kernel::{Error, Result, Secret};
use serde::{Deserialize, Serialize};

/// Limit: bytes of a credential's id (WebAuthn level 3 §7.1 step 25).
pub(super) const MAX_ID_BYTES: usize = 1023;

/// One passkey with what it is verified by.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct Known {
    pub(super) passkey: Passkey,
    pub(super) credential: webauthn_rs::prelude::Passkey,
}

/// The name of a credential within the kind; two people can't have the same.
pub(super) fn key_of(credential_id: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(credential_id)
}

impl Known {
    pub(super) fn read(secret: &Secret) -> Result<Self> {
        serde_json::from_str(&secret.content).map_err(Error::internal)
    }

    pub(super) fn key(&self) -> String {
        key_of(self.credential.cred_id().as_slice())
    }

    /// As the store keeps it.
    pub(super) fn secret(&self) -> Result<Secret> {
        Ok(Secret {
            kind: KIND.to_owned(),
            key: self.key(),
            owner: Some(self.passkey.person),
            content: serde_json::to_string(self).map_err(Error::internal)?,
            created_at: self.passkey.created_at,
            expires_at: None,
        })
    }
}
