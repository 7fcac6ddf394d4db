//! Who is it? Passwords, passkeys, one-time codes, other identity providers; sessions and API tokens.
//!
//! What comes out is a [`meydan_kernel::Principal`]: what it may do is the desk's business. What the house must keep to know
//! somebody again are *secrets* of the store, never records. What this room may never know: a face, a store by name.

mod bearer;
mod edevlet;
mod http;
pub mod ldap;
mod oidc;
mod passkey;
mod password_source;
mod provider;
mod session;
mod token;

pub use edevlet::EDevletConfig;
pub use http::Reach;
pub use oidc::{LinkBy, OidcConfig};
pub use passkey::{CHALLENGE_LIFE, MAX_PASSKEYS, Passkey, PasskeyOptions, PasskeyVisit, RelyingParty};
pub use password_source::PasswordSource;
pub use provider::{Arrival, Departure, Link, ProviderEntry, ProviderVisit, Providers, RETURN_PATH, ReturnQuery};
pub use session::{NewSession, Proof, Session};
pub use token::{NewToken, Token, TokenWish};

use meydan_kernel::{Desk, Store};
use std::sync::Arc;

/// The room's state: one for the whole server.
pub struct Identity {
    desk: Arc<Desk>,
    sessions: session::Recent,
    outside: Providers,
    passkeys: Option<RelyingParty>,
}

impl Identity {
    /// Over a desk.
    pub fn new(desk: Arc<Desk>) -> Self {
        Self { desk, sessions: session::Recent::default(), outside: Providers::default(), passkeys: None }
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
