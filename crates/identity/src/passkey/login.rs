//! Logging in with a passkey, and proving again by one.

use super::{
    KIND, PasskeyOptions, PasskeyVisit,
    ceremony::Ceremony,
    known::{Known, MAX_ID_BYTES, key_of},
};
use crate::{Identity, NewSession, Proof};
use jiff::Timestamp;
use meydan_kernel::{Act, Error, Kind, Result, desk::SecurityEvent};
use serde::Deserialize;
use uuid::Uuid;
use webauthn_rs::prelude::{DiscoverableAuthentication, PublicKeyCredential, WebauthnError};
use webauthn_rs_proto::AllowCredentials;

/// Limit: how often an answer is weighed anew because its passkey changed meanwhile (used twice at the same time).
const MAX_TRIES: usize = 8;

/// Whose passkey it must be.
#[derive(Clone, Copy)]
enum Whose {
    /// Whoever the device says; it has to say it.
    Anybodys,
    /// This person's.
    Of(Uuid),
}

/// Why an answer isn't taken.
struct Refused {
    /// Whose passkey was presented, if there is one.
    person: Option<Uuid>,
    error: Error,
}

impl Identity {
    /// What to ask a device for, before anybody has said who they are.
    ///
    /// # Errors
    /// `passkeys-not-set-up`; those of the store.
    pub async fn passkey_options_to_login(&self) -> Result<PasskeyOptions> {
        let (asked, state) = self.party()?.ask()?;
        self.begin_ceremony(None, &Ceremony::Login(state), asked.public_key).await
    }

    /// What to ask a device for, so that a person who is logged in proves again who they are.
    ///
    /// # Errors
    /// `passkeys-not-set-up`, `no-such-passkey` if they have none; those of the store.
    pub async fn passkey_options_to_prove(&self, person: Uuid) -> Result<PasskeyOptions> {
        let (mut asked, state) = self.party()?.ask()?;
        let known = self.known_passkeys(person).await?;
        if known.is_empty() {
            return Err(super::no_such_passkey());
        }
        asked.public_key.allow_credentials = known
            .iter()
            .map(|k| AllowCredentials { type_: "public-key".to_owned(), id: k.credential.cred_id().clone(), transports: None })
            .collect();
        self.begin_ceremony(Some(person), &Ceremony::Proof(state), asked.public_key).await
    }

    /// Opens a session for whose passkey it is (`AuthenticationResponseJSON`).
    ///
    /// # Errors
    /// `passkey-challenge-over`, `passkey-refused`, `key-theft-suspected`, `no-longer-active`; those of the store.
    pub async fn login_by_passkey(
        &self,
        challenge: &str,
        credential: &serde_json::Value,
        visit: &PasskeyVisit,
    ) -> Result<NewSession> {
        let state = self
            .take_ceremony(challenge, None, |c| match c {
                Ceremony::Login(state) => Some(state),
                _ => None,
            })
            .await?;
        let known = match self.recognise(&state, credential, Whose::Anybodys, visit).await {
            Ok(known) => known,
            Err(refused) => return Err(self.login_refused(refused, visit).await),
        };
        let person = known.passkey.person;
        let directory = self.desk.directory().await?;
        let active = directory.principal(person, None, Act::default(), Timestamp::now());
        // Without a login name nobody logs in, as the register of persons says.
        let has_login = directory.person(person).is_some_and(|p| p.login.is_some());
        let may = active.and_then(|_| has_login.then_some(()).ok_or_else(|| refused().cause("the person has no login name")));
        if let Err(error) = may {
            return Err(self.login_refused(Refused { person: Some(person), error }, visit).await);
        }
        // Written down first: nobody is in without it.
        self.note_use_of_passkey(visit, "login", Some(person), format!("passkey {}", known.passkey.id)).await?;
        self.open_session(person, Proof::Passkey, visit.address.clone(), visit.agent.clone()).await
    }

    /// The person of a session proves again who they are (step-up). The session gets a new cookie; the old one ends.
    ///
    /// # Errors
    /// `not-logged-in`, `passkey-challenge-over`, `passkey-refused`, `key-theft-suspected`; those of the store.
    pub async fn prove_again_by_passkey(
        &self,
        cookie: &str,
        challenge: &str,
        credential: &serde_json::Value,
        visit: &PasskeyVisit,
    ) -> Result<NewSession> {
        let (session, _) = self.here(cookie).await?;
        let state = self
            .take_ceremony(challenge, Some(session.person), |c| match c {
                Ceremony::Proof(state) => Some(state),
                _ => None,
            })
            .await?;
        let known = match self.recognise(&state, credential, Whose::Of(session.person), visit).await {
            Ok(known) => known,
            Err(refused) => {
                let refused = Refused { person: Some(session.person), ..refused };
                return Err(self.login_refused(refused, visit).await);
            }
        };
        let detail = format!("passkey {}", known.passkey.id);
        self.note_use_of_passkey(visit, "step_up", Some(session.person), detail).await?;
        self.renew_session(cookie, |session| session.verified_at = Timestamp::now()).await
    }

    /// Verifies an answer (WebAuthn level 3 §7.2) and writes down the passkey's use.
    async fn recognise(
        &self,
        state: &DiscoverableAuthentication,
        answer: &serde_json::Value,
        whose: Whose,
        visit: &PasskeyVisit,
    ) -> Result<Known, Refused> {
        let nobodys = |error: Error| Refused { person: None, error };
        let party = self.party().map_err(nobodys)?;
        let answer = PublicKeyCredential::deserialize(answer).map_err(|e| nobodys(refused().cause(e)))?;
        if answer.get_credential_id().len() > MAX_ID_BYTES {
            return Err(nobodys(refused().cause("length of the credential's id")));
        }
        if !is_own_page(&answer.response.client_data_json) {
            return Err(nobodys(refused().cause("asked by a page of another origin")));
        }
        let key = key_of(answer.get_credential_id());
        for _ in 0..MAX_TRIES {
            let old = self.store().secret(KIND, &key).await.map_err(nobodys)?;
            let old = old.ok_or_else(|| nobodys(refused().cause("no such passkey")))?;
            let mut known = Known::read(&old).map_err(nobodys)?;
            let person = known.passkey.person;
            let his = |error: Error| Refused { person: Some(person), error };
            if !belongs(&answer, person, whose) {
                return Err(his(refused().cause("another person's passkey")));
            }
            let weighed = party.webauthn.finish_discoverable_authentication_v2(&answer, state.clone(), &known.credential);
            let theft = matches!(weighed, Err(WebauthnError::CredentialPossibleCompromise));
            // The signature was right: whoever this is has the key, or a copy of it.
            if theft {
                known.passkey.suspected_at.get_or_insert_with(Timestamp::now);
            } else {
                let result = weighed.map_err(|e| his(refused().cause(e)))?;
                if !result.user_verified() {
                    return Err(his(refused().cause("user not verified")));
                }
                if known.passkey.suspected_at.is_some() {
                    return Err(his(theft_suspected()));
                }
                known.credential.update_credential(&result);
                known.passkey.used_at = Some(Timestamp::now());
            }
            let new = known.secret().map_err(his)?;
            if !self.store().swap_secret(Some(&old), &new).await.map_err(his)? {
                continue;
            }
            return match theft {
                false => Ok(known),
                true => Err(his(self.suspect(&known, visit).await)),
            };
        }
        Err(nobodys(refused().cause("used by many at the same time")))
    }

    /// A copy of a passkey seems to be about: it opens nothing any more, and who may have come in by it is out.
    async fn suspect(&self, known: &Known, visit: &PasskeyVisit) -> Error {
        let person = known.passkey.person;
        let ended = self.end_all_of(person).await;
        let detail = format!("passkey {}: signature counter went back", known.passkey.id);
        let noted = self.note_use_of_passkey(visit, "key_theft_suspected", Some(person), detail).await;
        match ended.map(|_| ()).and(noted) {
            Ok(()) => theft_suspected(),
            Err(error) => theft_suspected().cause(error),
        }
    }

    async fn login_refused(&self, refused: Refused, visit: &PasskeyVisit) -> Error {
        // It is refused whether it can be written down or not.
        if let Err(error) = self.note_failure("login_failed", refused.person, visit.address.as_deref()).await {
            tracing::error!(%error, "a refused passkey couldn't be written down");
        }
        refused.error
    }

    async fn note_use_of_passkey(
        &self,
        visit: &PasskeyVisit,
        kind: &'static str,
        person: Option<Uuid>,
        detail: String,
    ) -> Result<()> {
        // Only who has proven it is the one who acts.
        let proven = matches!(kind, "login" | "step_up");
        let act = Act {
            person: person.filter(|_| proven).map(|id| id.to_string()).unwrap_or_default(),
            source: visit.source.clone(),
            ..Act::default()
        };
        let event =
            SecurityEvent { kind, person, address: visit.address.clone(), detail: Some(detail), ..SecurityEvent::default() };
        self.desk.note(&act, event).await
    }
}

/// True if the page that asked wasn't in a frame of another's (WebAuthn level 3 §7.2 step 13). The crate looks at this when a
/// passkey is made, but not when it is used; the signature, which it checks, covers it.
fn is_own_page(client_data: &[u8]) -> bool {
    #[derive(Deserialize)]
    struct Asked {
        #[serde(rename = "crossOrigin", default)]
        cross_origin: bool,
        #[serde(rename = "topOrigin", default)]
        top_origin: Option<String>,
    }
    serde_json::from_slice(client_data).is_ok_and(|asked: Asked| !asked.cross_origin && asked.top_origin.is_none())
}

/// True if the answer is by whom it must be: the device says so itself, or it was asked for this person's passkeys.
fn belongs(answer: &PublicKeyCredential, person: Uuid, whose: Whose) -> bool {
    let said = answer.get_user_unique_id();
    match whose {
        Whose::Anybodys => said == Some(person.as_bytes().as_slice()),
        Whose::Of(asked) => person == asked && said.is_none_or(|id| id == person.as_bytes()),
    }
}

fn refused() -> Error {
    Error::new(Kind::Unauthenticated, "passkey-refused", "Geçiş anahtarı kabul edilmedi.", "The passkey was not accepted.")
        .hint("Yeniden deneyin ya da parolanızla giriş yapın.", "Try again or log in with your password.")
}

fn theft_suspected() -> Error {
    Error::new(
        Kind::Unauthenticated,
        "key-theft-suspected",
        "Bu geçiş anahtarının kopyalandığından şüpheleniliyor; artık kullanılamaz ve oturumlarınız kapatıldı.",
        "A copy of this passkey seems to exist; it can't be used any more, and your sessions were ended.",
    )
    .hint(
        "Başka bir yolla giriş yapıp anahtarı kaldırın ya da bilgi işlem birimine başvurun.",
        "Log in another way and remove it, or turn to the department of information technologies.",
    )
}
