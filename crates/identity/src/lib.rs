//! Who is it? Passwords, passkeys, one-time codes, other identity providers; sessions and API tokens.
//!
//! What comes out is a [`meydan_kernel::Principal`]: what it may do is the desk's business. What the house must keep to know
//! somebody again are *secrets* of the store, never records. What this room may never know: a face, a store by name.

mod account;
mod bearer;
mod contact;
mod device;
mod edevlet;
mod enrolment;
mod erasure;
mod events;
mod hashing;
mod http;
pub mod ldap;
mod login;
mod oidc;
mod passkey;
mod password;
mod password_source;
mod provider;
mod push;
mod restored;
mod second_factor;
pub mod sent_code;
mod session;
mod throttle;
mod token;
mod totp;
mod vault;
mod visit;

pub use account::Answer;
pub use contact::{CODE_MINUTES, CODE_TRIES, Contact};
pub use device::DEVICE_DAYS;
pub use edevlet::EDevletConfig;
pub use enrolment::{ENROLMENT_HOURS, Enrolment};
pub use http::Reach;
pub use login::{Login, Method};
pub use oidc::{LinkBy, OidcConfig, SecretIn};
pub use passkey::{CHALLENGE_LIFE, MAX_PASSKEYS, Passkey, PasskeyOptions, PasskeyVisit, RelyingParty};
pub use password::{DIRECTORY_ORIGIN, MAX_CHARS, MIN_CHARS};
pub use password_source::PasswordSource;
pub use provider::{Arrival, Departure, Link, ProviderEntry, Providers, RETURN_PATH, ReturnQuery};
pub use push::Browser;
pub use restored::{NOT_RESTORED, living_tokens};
pub use second_factor::{KeptApps, SecondFactor, TotpOffer, examine_apps};
pub use session::{NewSession, Proof, Session};
pub use throttle::seconds_to_wait;
pub use token::{NewToken, Token, TokenWish};
pub use vault::Vault;
pub use visit::Visit;

use meydan_kernel::{Desk, Store};
use std::sync::Arc;

/// The room's state: one for the whole server.
pub struct Identity {
    desk: Arc<Desk>,
    sessions: session::Recent,
    outside: Providers,
    passkeys: Option<RelyingParty>,
    hasher: hashing::Hasher,
    throttle: throttle::Throttle,
    counted: events::Counted,
    decoys: events::Counted,
    /// Mixes the logins that nobody has.
    nobodies: std::hash::RandomState,
    vault: Option<Vault>,
    source: Option<Arc<dyn PasswordSource>>,
    /// Words that no password may contain; the first is the city's name.
    words: Vec<String>,
}

impl Identity {
    /// Over a desk.
    pub fn new(desk: Arc<Desk>) -> Self {
        Self {
            desk,
            sessions: session::Recent::default(),
            outside: Providers::default(),
            passkeys: None,
            hasher: hashing::Hasher::default(),
            throttle: throttle::Throttle::default(),
            counted: events::Counted::default(),
            decoys: events::Counted::default(),
            nobodies: std::hash::RandomState::new(),
            vault: None,
            source: None,
            words: Vec::new(),
        }
    }

    /// With the key that one-time codes' keys are encrypted with; without it there are none.
    #[must_use]
    pub fn with_vault(self, vault: Vault) -> Self {
        Self { vault: Some(vault), ..self }
    }

    /// With a directory server that knows the passwords of the persons whose record says so ([`DIRECTORY_ORIGIN`]).
    #[must_use]
    pub fn with_password_source(self, source: Arc<dyn PasswordSource>) -> Self {
        Self { source: Some(source), ..self }
    }

    /// With the city's name (which authenticator apps show) and other words that everybody knows of the house: no password may
    /// contain them.
    #[must_use]
    pub fn of_city(self, name: &str, others: impl IntoIterator<Item = String>) -> Self {
        Self { words: std::iter::once(name.to_owned()).chain(others).collect(), ..self }
    }

    /// With outside providers.
    #[must_use]
    pub fn with_providers(self, outside: Providers) -> Self {
        Self { outside, ..self }
    }

    /// With passkeys, at the address that people come by.
    #[must_use]
    pub fn with_passkeys(self, party: RelyingParty) -> Self {
        Self { passkeys: Some(party), ..self }
    }

    /// The desk.
    pub fn desk(&self) -> &Arc<Desk> {
        &self.desk
    }

    fn store(&self) -> &Arc<dyn Store> {
        self.desk.store()
    }
}
