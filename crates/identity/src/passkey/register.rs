//! Adding a passkey.

use super::{
    MAX_PASSKEYS, Passkey, PasskeyOptions,
    ceremony::Ceremony,
    checked_name,
    known::{Known, MAX_ID_BYTES},
};
use crate::Identity;
use jiff::Timestamp;
use meydan_kernel::{Act, Error, Kind, Result};
use serde::Deserialize;
use uuid::Uuid;
use webauthn_rs::prelude::RegisterPublicKeyCredential;
use webauthn_rs_proto::ResidentKeyRequirement;

impl Identity {
    /// What to ask a device for, so that it makes a passkey for a person. That they are the person is the caller's business: they
    /// are logged in and have proven it again, or they came with an enrolment.
    ///
    /// # Errors
    /// `passkeys-not-set-up`, `bad-passkey-name`, `too-many-passkeys`, `no-longer-active`; those of the store.
    pub async fn passkey_options_to_register(&self, person: Uuid, name: &str) -> Result<PasskeyOptions> {
        let party = self.party()?;
        let name = checked_name(name)?;
        let directory = self.desk.directory().await?;
        directory.principal(person, None, Act::default(), Timestamp::now())?;
        let shown = directory.person(person).map(|p| (p.login.clone().unwrap_or_default(), p.name.clone())).unwrap_or_default();
        let or_id = |text: String| if text.is_empty() { person.to_string() } else { text };
        let (login, full_name) = (or_id(shown.0), or_id(shown.1));
        let known = self.known_passkeys(person).await?;
        if known.len() >= MAX_PASSKEYS {
            return Err(too_many());
        }
        // A device that has one already says so instead of making a second.
        let ids = known.iter().map(|k| k.credential.cred_id().clone()).collect();
        let (mut asked, state) =
            party.webauthn.start_passkey_registration(person, &login, &full_name, Some(ids)).map_err(Error::internal)?;
        // Found without a user name: the crate asks for no such key of its own accord.
        if let Some(selection) = &mut asked.public_key.authenticator_selection {
            selection.resident_key = Some(ResidentKeyRequirement::Required);
            selection.require_resident_key = true;
        }
        self.begin_ceremony(Some(person), &Ceremony::Registration { name, state }, asked.public_key).await
    }

    /// Takes a device's answer (`RegistrationResponseJSON`) and keeps the passkey.
    ///
    /// # Errors
    /// `passkey-challenge-over`, `bad-passkey`, `passkey-not-discoverable`, `passkey-known`, `too-many-passkeys`; those of the store.
    pub async fn register_passkey(
        &self,
        act: &Act,
        person: Uuid,
        challenge: &str,
        credential: &serde_json::Value,
    ) -> Result<Passkey> {
        let party = self.party()?;
        let (name, state) = self
            .take_ceremony(challenge, Some(person), |c| match c {
                Ceremony::Registration { name, state } => Some((name, state)),
                _ => None,
            })
            .await?;
        let answer = RegisterPublicKeyCredential::deserialize(credential).map_err(|e| bad_passkey().cause(e))?;
        if answer.extensions.cred_props.as_ref().is_some_and(|p| p.rk == Some(false)) {
            return Err(not_discoverable());
        }
        let credential = party.webauthn.finish_passkey_registration(&answer, &state).map_err(|e| bad_passkey().cause(e))?;
        if credential.cred_id().is_empty() || credential.cred_id().len() > MAX_ID_BYTES {
            return Err(bad_passkey().cause("length of the credential's id"));
        }
        if self.known_passkeys(person).await?.len() >= MAX_PASSKEYS {
            return Err(too_many());
        }
        let created_at = Timestamp::now();
        let passkey = Passkey { id: Uuid::now_v7(), person, name, created_at, used_at: None, suspected_at: None };
        let known = Known { passkey, credential };
        if !self.store().swap_secret(None, &known.secret()?).await? {
            return Err(known_already());
        }
        if let Err(error) = self.note_passkey(act, "passkey_added", &known.passkey).await {
            // What isn't written down isn't there.
            self.forget_passkey(&known).await?;
            return Err(error);
        }
        Ok(known.passkey)
    }
}

fn bad_passkey() -> Error {
    Error::invalid(
        "bad-passkey",
        "Cihazın yanıtı doğrulanamadı; geçiş anahtarı eklenmedi.",
        "The device's answer couldn't be verified; no passkey was added.",
    )
    .hint("Yeniden deneyin ya da başka bir cihaz kullanın.", "Try again or use another device.")
}

fn not_discoverable() -> Error {
    Error::invalid(
        "passkey-not-discoverable",
        "Bu cihaz geçiş anahtarını kendinde saklayamıyor; eklenmedi.",
        "This device can't keep the passkey itself; it was not added.",
    )
    .hint("Telefonunuzu ya da bilgisayarınızın kendi anahtarını deneyin.", "Try your phone or your computer's own passkey.")
}

fn known_already() -> Error {
    Error::new(Kind::Conflict, "passkey-known", "Bu geçiş anahtarı zaten kayıtlı.", "This passkey is registered already.")
}

fn too_many() -> Error {
    Error::new(
        Kind::Conflict,
        "too-many-passkeys",
        format!("En çok {MAX_PASSKEYS} geçiş anahtarınız olabilir."),
        format!("You can have at most {MAX_PASSKEYS} passkeys."),
    )
    .hint("Kullanmadığınız bir anahtarı kaldırın.", "Remove one that you don't use.")
}
