//! A person's password: kept as Argon2id, checked by policy, changed only by who knows it.

mod policy;
mod well_known;

pub use policy::{MAX_CHARS, MIN_CHARS};

use crate::{Identity, hashing::Queue};
use jiff::Timestamp;
use meydan_kernel::{
    Error, Kind, Result, Secret, Value,
    post::{PERSON, Person},
    query::Key,
};
use serde::{Deserialize, Serialize};
use unicode_normalization::UnicodeNormalization as _;
use uuid::Uuid;

/// Kind of the secret; its key is the person.
pub(crate) const KIND: &str = "password";
/// Field of a person's record that says where it comes from…
const ORIGIN_FIELD: &str = "origin";
/// …and its value for those of the directory server: their password is checked there and nowhere else.
pub const DIRECTORY_ORIGIN: &str = "directory";

#[derive(Serialize, Deserialize)]
struct Kept {
    phc: String,
}

/// The same password from every keyboard: NFC.
pub(crate) fn normal(password: &str) -> String {
    password.nfc().collect()
}

impl Identity {
    /// When the person's password was set; `None` if they have none here.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn password_set_at(&self, person: Uuid) -> Result<Option<Timestamp>> {
        Ok(self.store().secret(KIND, &person.to_string()).await?.map(|s| s.created_at))
    }

    /// True if the password is the person's: of their record's own source. A person of `None` is nobody: it takes as long.
    ///
    /// # Errors
    /// `too-busy`, `directory-unavailable`; those of the store.
    pub(crate) async fn is_password_of(&self, person: Option<&Person>, password: &str, queue: Queue) -> Result<bool> {
        if password.is_empty() || password.len() > policy::MAX_BYTES {
            return Ok(false);
        }
        let password = normal(password);
        let active = person.filter(|p| p.active);
        if let Some(login) = self.directory_login(active).await? {
            // The directory's answer comes no sooner than a hash would take: names that exist are not told apart by time.
            let source = self.source.as_ref().ok_or_else(no_directory)?;
            let (known, waited) = tokio::join!(source.check(login, &password), self.hasher.check(&password, None, queue));
            waited?;
            return known;
        }
        let secret = match active {
            Some(person) => self.store().secret(KIND, &person.id.to_string()).await?,
            None => None,
        };
        let kept: Option<Kept> = secret.as_ref().and_then(|s| serde_json::from_str(&s.content).ok());
        let verdict = self.hasher.check(&password, kept.map(|k| k.phc), queue).await?;
        if let (true, Some(old)) = (verdict.stale, &secret) {
            let phc = self.hasher.hash(&password, queue).await?;
            // If it was changed meanwhile, that stands.
            self.store().swap_secret(Some(old), &Secret { content: content(phc)?, ..old.clone() }).await?;
        }
        Ok(verdict.right)
    }

    /// The login name of a person whose record says that the house's directory server knows their password.
    async fn directory_login<'a>(&self, person: Option<&'a Person>) -> Result<Option<&'a str>> {
        let Some((person, login)) = person.and_then(|p| Some((p, p.login.as_deref()?))) else { return Ok(None) };
        let register = self.desk.register(PERSON)?;
        let record = self.store().get(&register, Key::Id(person.id), None).await?;
        let origin = record.as_ref().and_then(|r| r.value(&register, ORIGIN_FIELD));
        Ok(matches!(origin, Some(Value::Text(text)) if text == DIRECTORY_ORIGIN).then_some(login))
    }

    /// True if the directory server knows the person's password.
    pub(crate) async fn is_of_directory(&self, person: &Person) -> Result<bool> {
        Ok(self.directory_login(Some(person)).await?.is_some())
    }

    /// Sets a password that the policy allows; sessions are not touched.
    ///
    /// # Errors
    /// `weak-password` saying why; `password-elsewhere`; `too-busy`; those of the store.
    pub(crate) async fn set_password(&self, person: &Person, password: &str) -> Result<()> {
        self.check_policy(person, password).await?;
        let phc = self.hasher.hash(&normal(password), Queue::Known).await?;
        let secret = Secret {
            kind: KIND.to_owned(),
            key: person.id.to_string(),
            owner: Some(person.id),
            content: content(phc)?,
            created_at: Timestamp::now(),
            expires_at: None,
        };
        self.store().keep_secret(&secret).await
    }

    /// Refuses a password that [`Identity::set_password_by`] would refuse for the person, who need not be there yet.
    ///
    /// # Errors
    /// `weak-password`, `password-elsewhere`; those of the store.
    pub async fn check_password(&self, person: &Person, password: &str) -> Result<()> {
        self.check_policy(person, password).await
    }

    /// Refuses a password that is easy to guess, or one for a person whose password is the directory's.
    ///
    /// # Errors
    /// `weak-password`, `password-elsewhere`.
    pub(crate) async fn check_policy(&self, person: &Person, password: &str) -> Result<()> {
        if self.directory_login(Some(person)).await?.is_some() {
            return Err(password_elsewhere());
        }
        let own = [person.login.as_deref(), Some(person.name.as_str()), person.email.as_deref()];
        let words = own.into_iter().flatten().chain(self.words.iter().map(String::as_str));
        policy::check(&normal(password), words)
    }
}

fn content(phc: String) -> Result<String> {
    serde_json::to_string(&Kept { phc }).map_err(Error::internal)
}

fn no_directory() -> Error {
    Error::new(
        Kind::Unavailable,
        "directory-unavailable",
        "Kurum dizinine şu anda ulaşılamıyor.",
        "The house's directory can't be reached at the moment.",
    )
    .hint("Biraz sonra yeniden deneyin.", "Try again in a moment.")
}

fn password_elsewhere() -> Error {
    Error::new(
        Kind::Conflict,
        "password-elsewhere",
        "Bu hesabın parolası kurum dizinindedir; oradan değiştirilir.",
        "The password of this account is the house's directory's; change it there.",
    )
}
