//! Passkeys (WebAuthn level 3): kept by the person's own device, found without a user name, and always with user verification
//! (fingerprint, face, PIN), so that one is proof enough.

mod ceremony;
mod known;
mod login;
mod party;
mod register;

pub use party::RelyingParty;

use crate::Identity;
use jiff::Timestamp;
use known::Known;
use meydan_kernel::{Act, Error, Kind, Result, desk::SecurityEvent};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Kind of the secret.
pub(crate) const KIND: &str = "passkey";
/// Kinds of the other secrets by which somebody can log in: while one is there, the last passkey may go.
const OTHER_WAYS_IN: [&str; 2] = ["password", "link"];
/// Limit: passkeys of one person.
pub const MAX_PASSKEYS: usize = 20;
/// Limit: characters of a passkey's name.
pub const MAX_NAME: usize = 100;

/// One passkey, as its owner or an administrator sees it; what it proves by isn't here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Passkey {
    /// Name of the passkey for lists and for removing it.
    pub id: Uuid,
    /// Whose it is.
    pub person: Uuid,
    /// What the owner calls it.
    pub name: String,
    /// When it was added.
    pub created_at: Timestamp,
    /// When it was last used.
    pub used_at: Option<Timestamp>,
    /// When its signature counter went back, as the counter of a copy would; it opens nothing since.
    pub suspected_at: Option<Timestamp>,
}

/// What a browser needs to ask a device for a passkey.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PasskeyOptions {
    /// To be sent back with the device's answer; once, within [`CHALLENGE_LIFE`].
    pub challenge: String,
    /// `PublicKeyCredentialCreationOptionsJSON` or `PublicKeyCredentialRequestOptionsJSON` (WebAuthn level 3 §5.1.8–5.1.9).
    pub options: serde_json::Value,
}

pub use ceremony::CHALLENGE_LIFE;

/// From where somebody comes with a passkey.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PasskeyVisit {
    /// The face, as in [`Act::source`].
    pub source: String,
    /// Client's address.
    pub address: Option<String>,
    /// User agent, shortened.
    pub agent: Option<String>,
}

impl Identity {
    fn party(&self) -> Result<&RelyingParty> {
        self.passkeys.as_ref().ok_or_else(|| {
            Error::new(
                Kind::Unsupported,
                "passkeys-not-set-up",
                "Bu adreste geçiş anahtarı kullanılamaz.",
                "Passkeys can't be used at this address.",
            )
            .hint(
                "Parolanızla giriş yapın. Yönetici için: Meydan https:// ile başlayan bir adresten ya da http://localhost üzerinden sunulmalıdır.",
                "Log in with your password. For the administrator: Meydan must be served from an https:// address or from http://localhost.",
            )
        })
    }

    /// True if the house takes passkeys.
    pub fn takes_passkeys(&self) -> bool {
        self.passkeys.is_some()
    }

    /// The passkeys of a person, the newest last.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn passkeys_of(&self, person: Uuid) -> Result<Vec<Passkey>> {
        Ok(self.known_passkeys(person).await?.into_iter().map(|k| k.passkey).collect())
    }

    async fn known_passkeys(&self, person: Uuid) -> Result<Vec<Known>> {
        self.store().secrets(KIND, Some(person)).await?.iter().map(Known::read).collect()
    }

    /// Gives a passkey of a person another name.
    ///
    /// # Errors
    /// `bad-passkey-name`, `no-such-passkey`; those of the store.
    pub async fn rename_passkey(&self, person: Uuid, id: Uuid, name: &str) -> Result<()> {
        let name = checked_name(name)?;
        loop {
            let key = self.known_passkey(person, id).await?.key();
            // What stands there is swapped, not what we would write today.
            let old = self.store().secret(KIND, &key).await?.ok_or_else(no_such_passkey)?;
            let mut known = Known::read(&old)?;
            known.passkey.name.clone_from(&name);
            if self.store().swap_secret(Some(&old), &known.secret()?).await? {
                return Ok(());
            }
        }
    }

    /// Removes a passkey of a person at their own wish; not if nothing would be left to log in with.
    ///
    /// # Errors
    /// `no-such-passkey`, `last-way-in`; those of the store.
    pub async fn remove_passkey(&self, act: &Act, person: Uuid, id: Uuid) -> Result<()> {
        let known = self.known_passkey(person, id).await?;
        if !self.has_way_in(person, Some(id)).await? {
            return Err(last_way_in());
        }
        self.forget_passkey(&known).await?;
        if !self.has_way_in(person, None).await? {
            // The other one was removed at the same time: both stay.
            self.store().keep_secret(&known.secret()?).await?;
            return Err(last_way_in());
        }
        self.note_passkey(act, "passkey_removed", &known.passkey).await
    }

    /// Removes a passkey of a person by who looks after logins (lost or stolen device); also the last one.
    ///
    /// # Errors
    /// `no-such-passkey`; those of the store.
    pub async fn revoke_passkey(&self, act: &Act, person: Uuid, id: Uuid) -> Result<()> {
        let known = self.known_passkey(person, id).await?;
        self.forget_passkey(&known).await?;
        self.note_passkey(act, "passkey_removed", &known.passkey).await
    }

    async fn known_passkey(&self, person: Uuid, id: Uuid) -> Result<Known> {
        let found = self.known_passkeys(person).await?.into_iter().find(|k| k.passkey.id == id);
        found.ok_or_else(no_such_passkey)
    }

    async fn forget_passkey(&self, known: &Known) -> Result<()> {
        match self.store().forget_secret(KIND, &known.key()).await? {
            true => Ok(()),
            false => Err(no_such_passkey()),
        }
    }

    /// True if a person can log in, also without the passkey named. A passkey under suspicion opens nothing.
    async fn has_way_in(&self, person: Uuid, without: Option<Uuid>) -> Result<bool> {
        let passkeys = self.passkeys_of(person).await?;
        if passkeys.iter().any(|p| Some(p.id) != without && p.suspected_at.is_none()) {
            return Ok(true);
        }
        let now = Timestamp::now();
        for kind in OTHER_WAYS_IN {
            if self.store().secrets(kind, Some(person)).await?.iter().any(|s| !s.is_over(now)) {
                return Ok(true);
            }
        }
        // The directory server may know their password.
        match self.desk.directory().await?.person(person) {
            Some(person) => self.is_of_directory(person).await,
            None => Ok(false),
        }
    }

    async fn note_passkey(&self, act: &Act, kind: &'static str, passkey: &Passkey) -> Result<()> {
        let event = SecurityEvent {
            kind,
            person: Some(passkey.person),
            detail: Some(format!("passkey {}", passkey.id)),
            ..SecurityEvent::default()
        };
        self.desk.note(act, event).await
    }
}

/// A passkey's name, trimmed.
fn checked_name(name: &str) -> Result<String> {
    let name = name.trim();
    if name.is_empty() || name.chars().count() > MAX_NAME || name.chars().any(char::is_control) {
        let error =
            Error::invalid("bad-passkey-name", "Geçiş anahtarına bu ad verilemez.", "The passkey can't be given this name.");
        return Err(error.field(
            "name",
            format!("1–{MAX_NAME} karakterlik bir ad yazın"),
            format!("give it a name of 1–{MAX_NAME} characters"),
        ));
    }
    Ok(name.to_owned())
}

fn no_such_passkey() -> Error {
    Error::not_found("no-such-passkey", "Böyle bir geçiş anahtarınız yok.", "There is no such passkey of yours.")
}

fn last_way_in() -> Error {
    Error::new(
        Kind::Conflict,
        "last-way-in",
        "Bu geçiş anahtarı kaldırılırsa giriş yapamazsınız.",
        "Without this passkey you couldn't log in any more.",
    )
    .hint("Önce bir parola belirleyin ya da başka bir geçiş anahtarı ekleyin.", "Set a password or add another passkey first.")
}
