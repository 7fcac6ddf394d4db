//! Enrolment: a link, good once and for two days, with which a person sets their first password or registers a passkey. Nobody
//! has a default password.

use crate::{Identity, Login, Proof, Visit, bearer};
use jiff::{SignedDuration, Timestamp};
use meydan_kernel::{Error, Kind, Principal, Result, Secret, post::Person};
use uuid::Uuid;

/// Kind of the secret.
pub(crate) const KIND: &str = "enrolment";
/// Hours that an enrolment link is good for.
pub const ENROLMENT_HOURS: i64 = 48;

/// An enrolment just made: the only time its code is known.
pub struct Enrolment {
    /// The code, for the link; the page takes it out of the address at once.
    pub code: String,
    /// Whose.
    pub person: Uuid,
    /// Until when.
    pub expires_at: Timestamp,
}

impl Identity {
    /// Makes an enrolment link's code for a person; earlier ones of theirs are void. What they have (password, passkeys) stays
    /// until they use it.
    ///
    /// # Errors
    /// `not-allowed`, `step-up-required`, `no-such-record`; `no-longer-active`, `no-login-name`; those of the store.
    pub async fn make_enrolment(&self, by: &Principal, person: Uuid) -> Result<Enrolment> {
        self.may_manage(by, person).await?;
        let directory = self.desk.directory().await?;
        let known = directory.person(person).filter(|p| p.active).ok_or_else(not_active)?;
        if known.login.is_none() {
            return Err(no_login_name());
        }
        self.store().forget_secrets_of(KIND, person).await?;
        let code = bearer::make()?;
        let now = Timestamp::now();
        let expires_at = now + SignedDuration::from_hours(ENROLMENT_HOURS);
        let secret = Secret {
            kind: KIND.to_owned(),
            key: bearer::hash(&code),
            owner: Some(person),
            content: "{}".to_owned(),
            created_at: now,
            expires_at: Some(expires_at),
        };
        self.note_by(by, "enrolment_made", person, None).await?;
        self.store().keep_secret(&secret).await?;
        Ok(Enrolment { code, person, expires_at })
    }

    /// Whose enrolment code this is; it isn't used up by asking.
    ///
    /// # Errors
    /// `enrolment-over` if it was used, is too old or never was; those of the store.
    pub async fn enrolment(&self, code: &str) -> Result<Person> {
        let secret = self.store().secret(KIND, &bearer::hash(code)).await?.filter(|s| !s.is_over(Timestamp::now()));
        let owner = secret.and_then(|s| s.owner).ok_or_else(enrolment_over)?;
        self.desk.directory().await?.person(owner).filter(|p| p.active).cloned().ok_or_else(enrolment_over)
    }

    /// Uses an enrolment code up; whose it was. Who then registers a passkey calls this when the passkey is verified.
    ///
    /// # Errors
    /// `enrolment-over`; those of the store.
    pub async fn use_enrolment(&self, code: &str) -> Result<Person> {
        let person = self.enrolment(code).await?;
        if self.store().forget_secret(KIND, &bearer::hash(code)).await? { Ok(person) } else { Err(enrolment_over()) }
    }

    /// Sets the password of whose enrolment code this is and logs them in (with the second factor, if they have one). Their
    /// earlier sessions end.
    ///
    /// # Errors
    /// `enrolment-over`, `weak-password`, `password-elsewhere`, `too-busy`; those of the store.
    pub async fn enrol_password(&self, code: &str, password: &str, visit: &Visit) -> Result<Login> {
        // The code is still good after a password that is refused.
        let person = self.enrolment(code).await?;
        self.check_policy(&person, password).await?;
        let person = self.use_enrolment(code).await?;
        self.set_password(&person, password).await?;
        self.note_own("password_set", person.id, visit.address.as_deref(), Some("enrolment".to_owned())).await?;
        self.end_all_of(person.id).await?;
        self.first_half_done(person.id, Proof::Password, visit).await
    }

    /// Sets a person's password for them (the operator of the machine, who sets up the first administrator).
    ///
    /// # Errors
    /// `not-allowed`, `step-up-required`, `weak-password`, `no-longer-active`; those of the store.
    pub async fn set_password_by(&self, by: &Principal, person: Uuid, password: &str) -> Result<()> {
        self.may_manage(by, person).await?;
        let directory = self.desk.directory().await?;
        let person = directory.person(person).filter(|p| p.active).ok_or_else(not_active)?;
        self.set_password(person, password).await?;
        self.note_by(by, "password_set", person.id, None).await?;
        self.end_all_of(person.id).await.map(|_| ())
    }
}

fn enrolment_over() -> Error {
    Error::new(
        Kind::Unauthenticated,
        "enrolment-over",
        "Bu giriş bağlantısı geçersiz: kullanılmış ya da süresi dolmuş.",
        "This enrolment link is not valid: it was used, or its time is over.",
    )
    .hint("Yöneticinizden yenisini isteyin.", "Ask your administrator for a new one.")
}

fn not_active() -> Error {
    Error::new(Kind::Conflict, "no-longer-active", "Bu hesap etkin değil.", "This account is not active.")
        .hint("Önce kişinin durumunu “etkin” yapın.", "Set the person's status to “active” first.")
}

fn no_login_name() -> Error {
    Error::new(Kind::Conflict, "no-login-name", "Kişinin kullanıcı adı yok.", "The person has no login name.")
        .hint("Önce kaydına bir kullanıcı adı yazın.", "Give their record a login name first.")
}
