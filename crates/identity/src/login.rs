//! Logging in with a password, and a one-time code where the person has one. What was wrong, login or password, nobody is told.

use crate::{
    Identity, NewSession, Proof, Visit, bearer,
    hashing::Queue,
    throttle::{Account, Place, Try, What, too_many_tries},
};
use jiff::{SignedDuration, Timestamp};
use meydan_kernel::{Act, Error, Kind, Result, Secret, text::search_fold};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Kind of the secret between password and code.
pub(crate) const CHALLENGE: &str = "second_factor";
/// Limit: bytes of a login name.
const MAX_LOGIN: usize = 320;
/// How long after the password the code may come.
const CHALLENGE_LIFE: SignedDuration = SignedDuration::from_mins(10);
/// Limit: codes tried after one password.
const MAX_CODES: u32 = 5;

/// What became of a login.
pub enum Login {
    /// They are in.
    Done {
        /// The session with its cookie.
        session: NewSession,
        /// Value of the device cookie, for [`crate::DEVICE_DAYS`].
        device: String,
    },
    /// The password was right; now the second factor.
    SecondFactor {
        /// What to send back with it; good for some minutes. Never in an address.
        challenge: String,
        /// What may be sent.
        methods: Vec<Method>,
    },
}

/// A second factor that a person has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Method {
    /// A one-time code of an authenticator app.
    Code,
    /// One of the recovery codes.
    RecoveryCode,
}

#[derive(Serialize, Deserialize)]
struct Challenge {
    proof: Proof,
    tries: u32,
}

impl Identity {
    /// Logs in with a password.
    ///
    /// # Errors
    /// `wrong-login` whatever is wrong; `too-many-tries` ([`crate::seconds_to_wait`]); `too-busy`, `directory-unavailable`; those
    /// of the store.
    pub async fn login(&self, login: &str, password: &str, visit: &Visit) -> Result<Login> {
        let directory = self.desk.directory().await?;
        let login = login.trim();
        let person = if login.len() <= MAX_LOGIN { directory.by_login(login) } else { None };
        let id = person.map(|p| p.id);
        let account = id.map_or_else(|| Account::of_nobody(&search_fold(login), &self.nobodies), Account::Person);
        let a_try = self.admit(account, What::Password, visit).await?;
        let right = self.is_password_of(person, password, queue_of(&a_try)).await;
        let right = right.inspect_err(|_| self.throttle.not_tried(&a_try))?;
        let Some(person) = person.filter(|_| right) else {
            self.note_failed_try("login_failed", account, visit.address.as_deref()).await?;
            return Err(wrong_login());
        };
        self.throttle.succeeded(&a_try);
        let proof = if self.is_of_directory(person).await? { Proof::Directory } else { Proof::Password };
        self.first_half_done(person.id, proof, visit).await
    }

    /// The password was right: in, or on to the second factor.
    pub(crate) async fn first_half_done(&self, person: Uuid, proof: Proof, visit: &Visit) -> Result<Login> {
        let methods = self.second_factors(person).await?;
        if methods.is_empty() { self.finish(person, proof, visit).await } else { self.challenge(person, proof, methods).await }
    }

    /// The second half of a login: a one-time or recovery code for the challenge of the first.
    ///
    /// # Errors
    /// `challenge-over` (log in again), `wrong-code`, `too-many-tries`, `no-longer-active`; those of the store.
    pub async fn second_factor(&self, challenge: &str, code: &str, visit: &Visit) -> Result<Login> {
        let key = bearer::hash(challenge);
        let (person, proof) = self.count_challenge(&key).await?;
        self.desk.directory().await?.principal(person, None, Act::default(), Timestamp::now())?;
        let a_try = self.admit(Account::Person(person), What::Code, visit).await?;
        if !self.use_code(person, code, visit).await? {
            self.note_failure("second_factor_failed", Some(person), visit.address.as_deref()).await?;
            return Err(wrong_code());
        }
        self.throttle.succeeded(&a_try);
        if !self.store().forget_secret(CHALLENGE, &key).await? {
            return Err(challenge_over());
        }
        let proof = if proof == Proof::Password { Proof::PasswordAndCode } else { proof };
        self.finish(person, proof, visit).await
    }

    /// After any login (by passkey, by another provider): ends the session that the browser came with and knows its device from
    /// now on. The value of the device cookie.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn settle(&self, new: &NewSession, visit: &Visit) -> Result<String> {
        if let Some(former) = visit.cookie.as_deref().filter(|c| *c != new.cookie) {
            self.end_session(former).await?;
        }
        self.remember_device(visit.device.as_deref(), new.session.person, visit.short_agent()).await
    }

    /// Opens the session; written down first, so that nobody is in without it.
    pub(crate) async fn finish(&self, person: Uuid, proof: Proof, visit: &Visit) -> Result<Login> {
        let how = match proof {
            Proof::Password => "password",
            Proof::PasswordAndCode => "password, code",
            Proof::Directory => "directory",
            Proof::Passkey => "passkey",
            Proof::Provider => "provider",
        };
        self.note_own("login", person, visit.address.as_deref(), Some(how.to_owned())).await?;
        let session = self.open_session(person, proof, visit.address.clone(), visit.short_agent()).await?;
        let device = self.settle(&session, visit).await?;
        Ok(Login::Done { session, device })
    }

    /// Lets a try through, or says how long to wait.
    pub(crate) async fn admit(&self, account: Account, what: What, visit: &Visit) -> Result<Try> {
        let device = match account {
            Account::Person(person) => self.known_device(visit.device.as_deref(), person).await?,
            Account::Nobody(_) => None,
        };
        let a_try = Try { account, what, device, place: Place::of(visit.address.as_deref()) };
        let Err(wait) = self.throttle.admit(&a_try, Timestamp::now()) else { return Ok(a_try) };
        self.note_failed_try("locked", account, visit.address.as_deref()).await?;
        Err(too_many_tries(wait))
    }

    async fn challenge(&self, person: Uuid, proof: Proof, methods: Vec<Method>) -> Result<Login> {
        let challenge = bearer::make()?;
        let now = Timestamp::now();
        let secret = Secret {
            kind: CHALLENGE.to_owned(),
            key: bearer::hash(&challenge),
            owner: Some(person),
            content: serde_json::to_string(&Challenge { proof, tries: 0 }).map_err(Error::internal)?,
            created_at: now,
            expires_at: Some(now + CHALLENGE_LIFE),
        };
        self.store().keep_secret(&secret).await?;
        Ok(Login::SecondFactor { challenge, methods })
    }

    /// Counts one more try on a challenge; whose it is.
    async fn count_challenge(&self, key: &str) -> Result<(Uuid, Proof)> {
        loop {
            let secret = self.store().secret(CHALLENGE, key).await?.filter(|s| !s.is_over(Timestamp::now()));
            let Some((secret, person)) = secret.and_then(|s| s.owner.map(|owner| (s, owner))) else {
                return Err(challenge_over());
            };
            let mut challenge: Challenge = serde_json::from_str(&secret.content).map_err(Error::internal)?;
            challenge.tries += 1;
            if challenge.tries > MAX_CODES {
                self.store().forget_secret(CHALLENGE, key).await?;
                return Err(challenge_over());
            }
            let content = serde_json::to_string(&challenge).map_err(Error::internal)?;
            if self.store().swap_secret(Some(&secret), &Secret { content, ..secret.clone() }).await? {
                return Ok((person, challenge.proof));
            }
        }
    }
}

/// The queue of a try's hash.
pub(crate) fn queue_of(a_try: &Try) -> Queue {
    if a_try.device.is_some() { Queue::Known } else { Queue::Strangers }
}

fn wrong_login() -> Error {
    Error::new(
        Kind::Unauthenticated,
        "wrong-login",
        "Kullanıcı adı ya da parola yanlış.",
        "The login name or the password is wrong.",
    )
    .hint(
        "Parolanızı unuttuysanız yöneticinizden yeni bir giriş bağlantısı isteyin.",
        "If you forgot your password ask your administrator for a new enrolment link.",
    )
}

/// A one-time code was wrong, or used before.
pub(crate) fn wrong_code() -> Error {
    Error::new(
        Kind::Unauthenticated,
        "wrong-code",
        "Kod yanlış ya da daha önce kullanılmış.",
        "The code is wrong, or was used before.",
    )
    .hint(
        "Uygulamadaki yeni kodu bekleyip yazın; telefonun saatinin doğru olduğuna bakın.",
        "Wait for the app's next code; check that the phone's clock is right.",
    )
}

fn challenge_over() -> Error {
    Error::new(
        Kind::Unauthenticated,
        "challenge-over",
        "Oturum açma süresi doldu ya da çok kez denendi.",
        "The login took too long, or was tried too often.",
    )
    .hint("Baştan oturum açın.", "Log in from the beginning.")
}
