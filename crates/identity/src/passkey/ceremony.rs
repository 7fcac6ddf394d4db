//! What the house remembers between asking a device and its answer: a challenge, used once and soon over.

use super::{PasskeyOptions, RelyingParty};
use crate::{Identity, bearer};
use jiff::{SignedDuration, Timestamp};
use meydan_kernel::{Error, Kind, Result, Secret};
use serde::{Deserialize, Serialize};
use uuid::Uuid;
use webauthn_rs::prelude::{DiscoverableAuthentication, PasskeyRegistration};

/// Kind of the secret.
const KIND: &str = "challenge";
/// How long a device may take to answer (what WebAuthn level 3 §15.1 recommends: some need time to find their key).
pub const CHALLENGE_LIFE: SignedDuration = SignedDuration::from_mins(5);

/// What a device was asked for.
#[derive(Serialize, Deserialize)]
pub(super) enum Ceremony {
    /// A new passkey of the challenge's owner.
    Registration { name: String, state: PasskeyRegistration },
    /// A passkey of anybody.
    Login(DiscoverableAuthentication),
    /// A passkey of the challenge's owner.
    Proof(DiscoverableAuthentication),
}

impl Identity {
    pub(super) async fn begin_ceremony(
        &self,
        owner: Option<Uuid>,
        ceremony: &Ceremony,
        options: impl Serialize,
    ) -> Result<PasskeyOptions> {
        let challenge = bearer::make()?;
        let now = Timestamp::now();
        let secret = Secret {
            kind: KIND.to_owned(),
            key: bearer::hash(&challenge),
            owner,
            content: serde_json::to_string(ceremony).map_err(Error::internal)?,
            created_at: now,
            expires_at: Some(now + CHALLENGE_LIFE),
        };
        self.store().keep_secret(&secret).await?;
        Ok(PasskeyOptions { challenge, options: serde_json::to_value(options).map_err(Error::internal)? })
    }

    /// The ceremony of a challenge, used up by this; `pick` takes the one that the answer is for.
    ///
    /// # Errors
    /// `passkey-challenge-over` if there is none of this owner and kind, or no longer.
    pub(super) async fn take_ceremony<T>(
        &self,
        challenge: &str,
        owner: Option<Uuid>,
        pick: impl Fn(Ceremony) -> Option<T>,
    ) -> Result<T> {
        let key = bearer::hash(challenge);
        let kept = self.store().secret(KIND, &key).await?;
        let kept = kept.filter(|s| s.owner == owner && !s.is_over(Timestamp::now())).ok_or_else(challenge_over)?;
        let ceremony = serde_json::from_str(&kept.content).ok().and_then(pick).ok_or_else(challenge_over)?;
        // Of two answers to one challenge only one finds it still there.
        match self.store().forget_secret(KIND, &key).await? {
            true => Ok(ceremony),
            false => Err(challenge_over()),
        }
    }
}

impl RelyingParty {
    /// What to ask any device for: a passkey of this house.
    pub(super) fn ask(&self) -> Result<(webauthn_rs::prelude::RequestChallengeResponse, DiscoverableAuthentication)> {
        self.webauthn.start_discoverable_authentication().map_err(Error::internal)
    }
}

fn challenge_over() -> Error {
    Error::new(
        Kind::Invalid,
        "passkey-challenge-over",
        "Geçiş anahtarı isteğinin süresi doldu ya da istek zaten kullanıldı.",
        "The request for a passkey is over or was used already.",
    )
    .hint("Yeniden deneyin.", "Try again.")
}
