//! Sessions: a cookie's secret, kept as a hash; they end by idleness, by age, and at once when the person is disabled.

use crate::{Identity, bearer};
use jiff::{SignedDuration, Timestamp};
use meydan_kernel::{Act, Error, Principal, Result, Secret, post::StandingKey};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use uuid::Uuid;

/// Kind of the secret.
pub(crate) const KIND: &str = "session";
/// A session ends after this long without a request (ASVS 7.3.1).
const IDLE: SignedDuration = SignedDuration::from_hours(1);
/// A session ends after this long whatever happens (ASVS 7.3.2): a working day.
pub(crate) const LONGEST: SignedDuration = SignedDuration::from_hours(12);
/// How often a session's last use is written down; between, it is only remembered.
const NOTE_EVERY: SignedDuration = SignedDuration::from_mins(1);
/// Limit: sessions whose last use is remembered.
const MAX_REMEMBERED: usize = 100_000;

/// How somebody proved who they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Proof {
    /// Password alone.
    Password,
    /// Password and one-time code.
    PasswordAndCode,
    /// Passkey with user verification.
    Passkey,
    /// An outside provider (OIDC, e-Devlet).
    Provider,
    /// The password checked by the directory server (LDAP).
    Directory,
}

/// One session, as its owner or an administrator sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Session {
    /// Name of the session for lists and for ending it; tells nothing about the cookie.
    pub id: Uuid,
    /// Whose it is.
    pub person: Uuid,
    /// Which of their posts they act in; `None` for the first.
    pub standing: Option<StandingKey>,
    /// How they logged in.
    pub proof: Proof,
    /// When they last proved who they are.
    pub verified_at: Timestamp,
    /// When they logged in.
    pub created_at: Timestamp,
    /// When they were last here; to the minute.
    pub seen_at: Timestamp,
    /// From where (address), at login.
    pub address: Option<String>,
    /// With what (user agent, shortened), at login.
    pub agent: Option<String>,
}

/// A session just made: the only time its cookie's value is known.
#[must_use = "the browser needs its new cookie; the old one may be over"]
pub struct NewSession {
    /// Value of the cookie.
    pub cookie: String,
    /// The session.
    pub session: Session,
}

/// Last uses not written down yet.
#[derive(Default)]
pub(crate) struct Recent(parking_lot::Mutex<HashMap<Uuid, Timestamp>>);

impl Session {
    fn is_over(&self, now: Timestamp, seen: Timestamp) -> bool {
        now.duration_since(seen) > IDLE || now.duration_since(self.created_at) > LONGEST
    }

    fn secret(&self, key: String) -> Result<Secret> {
        Ok(Secret {
            kind: KIND.to_owned(),
            key,
            owner: Some(self.person),
            content: serde_json::to_string(self).map_err(Error::internal)?,
            created_at: self.created_at,
            expires_at: Some(self.created_at + LONGEST),
        })
    }

    fn read(secret: &Secret) -> Option<Self> {
        serde_json::from_str(&secret.content).ok()
    }
}

impl Identity {
    /// Opens a session for a person who has proven who they are.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn open_session(
        &self,
        person: Uuid,
        proof: Proof,
        address: Option<String>,
        agent: Option<String>,
    ) -> Result<NewSession> {
        let now = Timestamp::now();
        let session = Session {
            id: Uuid::now_v7(),
            person,
            standing: None,
            proof,
            verified_at: now,
            created_at: now,
            seen_at: now,
            address,
            agent,
        };
        let cookie = bearer::make()?;
        self.store().keep_secret(&session.secret(bearer::hash(&cookie))?).await?;
        Ok(NewSession { cookie, session })
    }

    /// The session of a cookie; `None` if there is none, or no longer.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn session(&self, cookie: &str) -> Result<Option<Session>> {
        let key = bearer::hash(cookie);
        let Some(secret) = self.store().secret(KIND, &key).await? else { return Ok(None) };
        let Some(session) = Session::read(&secret) else { return Ok(None) };
        let now = Timestamp::now();
        let seen = self.sessions.0.lock().get(&session.id).copied().unwrap_or(session.seen_at).max(session.seen_at);
        if session.is_over(now, seen) {
            self.store().forget_secret(KIND, &key).await?;
            return Ok(None);
        }
        self.note_use(&secret, &session, now).await?;
        Ok(Some(session))
    }

    /// Remembers the use of a session; writes it down now and then.
    async fn note_use(&self, secret: &Secret, session: &Session, now: Timestamp) -> Result<()> {
        {
            let mut recent = self.sessions.0.lock();
            if recent.len() >= MAX_REMEMBERED {
                recent.retain(|_, at| now.duration_since(*at) < NOTE_EVERY);
            }
            recent.insert(session.id, now);
        }
        if now.duration_since(session.seen_at) < NOTE_EVERY {
            return Ok(());
        }
        let used = Session { seen_at: now, ..session.clone() };
        // If it changed meanwhile (ended, another post), that stands and the use isn't noted.
        self.store().swap_secret(Some(secret), &used.secret(secret.key.clone())?).await.map(|_| ())
    }

    /// Who comes with a session: a disabled person's sessions are over at once.
    ///
    /// # Errors
    /// `no-longer-active`, `not-your-post` (the post they acted in has ended meanwhile: the first of theirs is taken instead, so
    /// this comes only if the store fails); those of the store.
    pub async fn principal_of(&self, session: &Session, source: &str) -> Result<Principal> {
        let directory = self.desk.directory().await?;
        let act = Act { source: source.to_owned(), ..Act::default() };
        let now = Timestamp::now();
        let wished = directory.principal(session.person, session.standing.as_ref(), act.clone(), now);
        let mut principal = match wished {
            Err(error) if error.code() == "not-your-post" => directory.principal(session.person, None, act, now)?,
            other => other?,
        };
        principal.verified_at = Some(session.verified_at);
        Ok(principal)
    }

    /// Chooses the post that the session's person acts in from now on.
    ///
    /// # Errors
    /// `not-your-post`; those of the store.
    pub async fn choose_standing(&self, cookie: &str, standing: Option<StandingKey>) -> Result<()> {
        if let Some(session) = self.session(cookie).await? {
            let directory = self.desk.directory().await?;
            directory.principal(session.person, standing.as_ref(), Act::default(), Timestamp::now())?;
            self.change_session(cookie, |s| s.standing.clone_from(&standing)).await?;
        }
        Ok(())
    }

    /// The session goes on under a new cookie, changed; the old cookie ends (ASVS 7.2.4).
    ///
    /// # Errors
    /// `not-logged-in`; those of the store.
    pub(crate) async fn renew_session(&self, cookie: &str, change: impl Fn(&mut Session)) -> Result<NewSession> {
        let key = bearer::hash(cookie);
        let secret = self.store().secret(KIND, &key).await?;
        let mut session = secret.as_ref().and_then(Session::read).ok_or_else(crate::account::not_logged_in)?;
        change(&mut session);
        let cookie = bearer::make()?;
        let renewed = session.secret(bearer::hash(&cookie))?;
        self.store().keep_secret(&renewed).await?;
        // The new one is there first: who ends all sessions meanwhile ends it too, or the old one is found missing here.
        if !self.store().forget_secret(KIND, &key).await? {
            self.store().forget_secret(KIND, &renewed.key).await?;
            return Err(crate::account::not_logged_in());
        }
        Ok(NewSession { cookie, session })
    }

    /// The session's person has just proven again who they are (step-up).
    ///
    /// # Errors
    /// Those of the store.
    pub async fn verified(&self, cookie: &str) -> Result<()> {
        self.change_session(cookie, |s| s.verified_at = Timestamp::now()).await
    }

    pub(crate) async fn change_session(&self, cookie: &str, change: impl Fn(&mut Session)) -> Result<()> {
        let key = bearer::hash(cookie);
        loop {
            let Some(secret) = self.store().secret(KIND, &key).await? else { return Ok(()) };
            let Some(mut session) = Session::read(&secret) else { return Ok(()) };
            change(&mut session);
            if self.store().swap_secret(Some(&secret), &session.secret(key.clone())?).await? {
                return Ok(());
            }
        }
    }

    /// The sessions of a person that are still on, the newest last.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn sessions_of(&self, person: Uuid) -> Result<Vec<Session>> {
        let now = Timestamp::now();
        let secrets = self.store().secrets(KIND, Some(person)).await?;
        Ok(secrets.iter().filter_map(Session::read).filter(|s| !s.is_over(now, s.seen_at)).collect())
    }

    /// Ends the session of a cookie (logout).
    ///
    /// # Errors
    /// Those of the store.
    pub async fn end_session(&self, cookie: &str) -> Result<bool> {
        self.store().forget_secret(KIND, &bearer::hash(cookie)).await
    }

    /// Ends one session of a person by its name; true if it was on.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn end_session_of(&self, person: Uuid, id: Uuid) -> Result<bool> {
        for secret in self.store().secrets(KIND, Some(person)).await? {
            if Session::read(&secret).is_some_and(|s| s.id == id) {
                return self.store().forget_secret(KIND, &secret.key).await;
            }
        }
        Ok(false)
    }

    /// Ends all sessions of a person (disabled, password changed, theft); how many.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn end_sessions_of(&self, person: Uuid) -> Result<u64> {
        self.store().forget_secrets_of(KIND, person).await
    }
}
