//! What a person does with their own login (change the password, prove again, log out) and what others may do with it.

use crate::{
    Identity, NewSession, Session, Visit, enrolment, login,
    throttle::{Account, What},
};
use jiff::Timestamp;
use meydan_kernel::{
    Error, Kind, Principal, Result,
    catalogue::Action,
    desk::no_such_record,
    permission::{Capacity, not_allowed, step_up_required},
    post::{PERSON, Person},
    query::Key,
};
use uuid::Uuid;

/// With what somebody proves again who they are.
#[derive(Clone)]
pub enum Answer {
    /// The password.
    Password(String),
    /// A one-time or recovery code.
    Code(String),
}

impl Identity {
    /// The session of a cookie, and its person if they are active.
    pub(crate) async fn here(&self, cookie: &str) -> Result<(Session, Person)> {
        let session = self.session(cookie).await?.ok_or_else(not_logged_in)?;
        let directory = self.desk.directory().await?;
        let person = directory.person(session.person).filter(|p| p.active).cloned().ok_or_else(not_logged_in)?;
        Ok((session, person))
    }

    /// The person of a session proves again who they are (step-up). The session gets a new cookie; the old one ends.
    ///
    /// # Errors
    /// `not-logged-in`, `wrong-password`, `wrong-code`, `too-many-tries`; those of [`Identity::login`].
    pub async fn prove_again(&self, cookie: &str, answer: &Answer, visit: &Visit) -> Result<NewSession> {
        let (_, person) = self.here(cookie).await?;
        match answer {
            Answer::Password(password) => self.confirm_password(&person, password, visit).await?,
            Answer::Code(code) => {
                let a_try = self.admit(Account::Person(person.id), What::Code, visit).await?;
                if !self.use_code(person.id, code, visit).await? {
                    self.note_failure("second_factor_failed", Some(person.id), visit.address.as_deref()).await?;
                    return Err(login::wrong_code());
                }
                self.throttle.succeeded(&a_try);
            }
        }
        self.note_own("step_up", person.id, visit.address.as_deref(), None).await?;
        self.renew_session(cookie, |session| session.verified_at = Timestamp::now()).await
    }

    /// Refuses a password that isn't the person's; guessing is slowed down as at the login.
    async fn confirm_password(&self, person: &Person, password: &str, visit: &Visit) -> Result<()> {
        let a_try = self.admit(Account::Person(person.id), What::Password, visit).await?;
        let right = self.is_password_of(Some(person), password, login::queue_of(&a_try)).await;
        if right.inspect_err(|_| self.throttle.not_tried(&a_try))? {
            self.throttle.succeeded(&a_try);
            return Ok(());
        }
        self.note_failure("login_failed", Some(person.id), visit.address.as_deref()).await?;
        Err(wrong_password())
    }

    /// Changes the password of a session's person, who must know the current one (or have none and have proven lately who they
    /// are). All their sessions end; the one that is returned, with a new cookie, goes on.
    ///
    /// # Errors
    /// `not-logged-in`, `wrong-password`, `weak-password`, `password-elsewhere`, `step-up-required`, `too-many-tries`; those of the
    /// store.
    pub async fn change_password(&self, cookie: &str, current: Option<&str>, new: &str, visit: &Visit) -> Result<NewSession> {
        let (session, person) = self.here(cookie).await?;
        self.check_policy(&person, new).await?;
        match current {
            Some(current) => self.confirm_password(&person, current, visit).await?,
            None if self.password_set_at(person.id).await?.is_some() => return Err(wrong_password()),
            None => crate::second_factor::fresh(&session)?,
        }
        self.set_password(&person, new).await?;
        self.note_own("password_set", person.id, visit.address.as_deref(), None).await?;
        self.end_all_of(person.id).await?;
        let opened = self.open_session(person.id, session.proof, visit.address.clone(), visit.short_agent()).await?;
        if session.standing.is_some() {
            self.change_session(&opened.cookie, |s| s.standing.clone_from(&session.standing)).await?;
        }
        Ok(opened)
    }

    /// Ends everything that a stolen password may have begun: sessions, half logins, enrolment links.
    pub(crate) async fn end_all_of(&self, person: Uuid) -> Result<u64> {
        self.store().forget_secrets_of(login::CHALLENGE, person).await?;
        self.store().forget_secrets_of(enrolment::KIND, person).await?;
        self.end_sessions_of(person).await
    }

    /// Logs out.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn logout(&self, cookie: &str, visit: &Visit) -> Result<()> {
        let session = self.session(cookie).await?;
        self.end_session(cookie).await?;
        match session {
            Some(session) => self.note_own("logout", session.person, visit.address.as_deref(), None).await,
            None => Ok(()),
        }
    }

    /// Ends all other sessions of a session's person; how many. The session gets a new cookie.
    ///
    /// # Errors
    /// `not-logged-in`; those of the store.
    pub async fn end_other_sessions(&self, cookie: &str, visit: &Visit) -> Result<(NewSession, u64)> {
        let (session, person) = self.here(cookie).await?;
        let mut ended = 0;
        for other in self.sessions_of(person.id).await?.into_iter().filter(|s| s.id != session.id) {
            ended += u64::from(self.end_session_of(person.id, other.id).await?);
        }
        self.note_own("session_ended", person.id, visit.address.as_deref(), Some(ended.to_string())).await?;
        Ok((self.renew_session(cookie, |_| {}).await?, ended))
    }

    /// Ends one session of a session's person by its name; true if it was on.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn end_own_session(&self, cookie: &str, id: Uuid, visit: &Visit) -> Result<bool> {
        let (_, person) = self.here(cookie).await?;
        let ended = self.end_session_of(person.id, id).await?;
        if ended {
            self.note_own("session_ended", person.id, visit.address.as_deref(), None).await?;
        }
        Ok(ended)
    }

    /// Somebody who may manage logins ends all sessions, half logins and enrolment links of a person; how many sessions.
    ///
    /// # Errors
    /// `not-allowed`, `step-up-required`, `no-such-record`; those of the store.
    pub async fn end_sessions_by(&self, by: &Principal, person: Uuid) -> Result<u64> {
        self.may_manage(by, person).await?;
        let ended = self.end_all_of(person).await?;
        self.note_by(by, "session_ended", person, Some(ended.to_string())).await?;
        Ok(ended)
    }

    /// After a person was disabled: nothing of theirs is left, neither sessions nor tokens; how many sessions ended.
    ///
    /// # Errors
    /// `not-allowed`, `step-up-required`, `no-such-record`; those of the store.
    pub async fn disable_logins(&self, by: &Principal, person: Uuid) -> Result<u64> {
        self.may_manage(by, person).await?;
        let ended = self.end_all_of(person).await?;
        self.store().forget_secrets_of(crate::token::KIND, person).await?;
        self.note_by(by, "person_disabled", person, None).await?;
        Ok(ended)
    }

    /// After a person was enabled again: writes it down.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn note_enabled(&self, by: &Principal, person: Uuid) -> Result<()> {
        self.note_by(by, "person_enabled", person, None).await
    }

    /// Refuses who may not look after the logins of this person (the action `manage` on their record).
    ///
    /// # Errors
    /// `login-required`, `not-allowed`, `step-up-required`, `no-such-record`; those of the store.
    pub async fn may_manage(&self, by: &Principal, person: Uuid) -> Result<()> {
        let register = self.desk.register(PERSON)?;
        let record = self.store().get(&register, Key::Id(person), None).await?;
        if matches!(by.capacity, Capacity::Operator) {
            return record.map(|_| ()).ok_or_else(|| no_such_record(&register, &person.to_string()));
        }
        let allowed = |by: &Principal| {
            let access = self.desk.access(by, &register, Action::Manage);
            record.as_ref().is_some_and(|r| access.of(r).is_some())
        };
        if allowed(by) {
            return Ok(());
        }
        let proven = Principal { verified_at: Some(by.now), ..by.clone() };
        Err(if allowed(&proven) { step_up_required() } else { not_allowed(by, &register, Action::Manage) })
    }

    /// What is to be done now and then: forgets secrets whose time is over, ends the sessions of who is no longer active, writes
    /// down failures that were only counted. How many secrets were forgotten.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn sweep(&self) -> Result<u64> {
        let now = Timestamp::now();
        let mut forgotten = self.store().forget_expired_secrets(now).await?;
        let directory = self.desk.directory().await?;
        let mut gone: Vec<Uuid> = Vec::new();
        for kind in [crate::session::KIND, login::CHALLENGE, enrolment::KIND] {
            let owners = self.store().secrets(kind, None).await?.into_iter().filter_map(|s| s.owner);
            gone.extend(owners.filter(|id| directory.person(*id).is_none_or(|p| !p.active)));
        }
        gone.sort_unstable();
        gone.dedup();
        for person in gone {
            forgotten += self.end_all_of(person).await?;
        }
        self.throttle.forget(now);
        self.note_counted(now).await?;
        Ok(forgotten)
    }
}

/// The session is over.
pub(crate) fn not_logged_in() -> Error {
    Error::new(Kind::Unauthenticated, "not-logged-in", "Oturumunuz sona ermiş.", "You are no longer logged in.")
        .hint("Yeniden giriş yapın.", "Log in again.")
}

fn wrong_password() -> Error {
    Error::new(Kind::Unauthenticated, "wrong-password", "Parolanız yanlış.", "Your password is wrong.").field(
        "current",
        "şimdiki parolanızı yazın",
        "enter your current password",
    )
}
