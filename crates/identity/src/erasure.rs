//! What is left of a person's logins when their record was destroyed (KVKK article 7): nothing.

use crate::{Identity, device, enrolment, login, passkey, password, second_factor, session, token};
use meydan_kernel::{Result, Value, post::PERSON, query::Key};
use uuid::Uuid;

/// Kinds of secrets that a person owns.
const KINDS: [&str; 12] = [
    password::KIND,
    second_factor::TOTP,
    second_factor::RECOVERY,
    passkey::KIND,
    token::KIND,
    session::KIND,
    device::KIND,
    login::CHALLENGE,
    enrolment::KIND,
    crate::push::KIND,
    "link",
    "provider_session",
];

impl Identity {
    /// After something of a record was destroyed: if it is a person who has no login name any more, all that could let them in
    /// is forgotten too. How many secrets.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn forget_destroyed(&self, register: &str, id: Uuid) -> Result<u64> {
        if register != PERSON {
            return Ok(0);
        }
        let persons = self.desk.register(PERSON)?;
        let left = self.store().get(&persons, Key::Id(id), None).await?;
        let login = left.as_ref().and_then(|person| person.value(&persons, "login"));
        if login.is_some_and(|login| *login != Value::Null) {
            return Ok(0);
        }
        let mut forgotten = 0;
        for kind in KINDS {
            forgotten += self.store().forget_secrets_of(kind, id).await?;
        }
        Ok(forgotten)
    }

    /// How many secrets of each kind a person has: what may be told of secrets.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn secrets_kept_of(&self, person: Uuid) -> Result<Vec<(&'static str, usize)>> {
        let mut kept = Vec::new();
        for kind in KINDS {
            let number = self.store().secrets(kind, Some(person)).await?.len();
            if number > 0 {
                kept.push((kind, number));
            }
        }
        Ok(kept)
    }
}
