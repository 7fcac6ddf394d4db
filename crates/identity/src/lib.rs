//! Who is it? Passwords, passkeys, one-time codes, other identity providers; sessions and API tokens.
//!
//! What comes out is a [`meydan_kernel::Principal`]: what it may do is the desk's business. What the house must keep to know
//! somebody again are *secrets* of the store, never records. What this room may never know: a face, a store by name.

mod bearer;
mod password_source;
mod session;
mod token;

pub use password_source::PasswordSource;
pub use session::{NewSession, Proof, Session};
pub use token::{NewToken, Token, TokenWish};

use meydan_kernel::{Desk, Store};
use std::sync::Arc;

/// The room's state: one for the whole server.
pub struct Identity {
    desk: Arc<Desk>,
    sessions: session::Recent,
}

impl Identity {
    /// Over a desk.
    pub fn new(desk: Arc<Desk>) -> Self {
        Self { desk, sessions: session::Recent::default() }
    }

    /// The desk.
    pub fn desk(&self) -> &Arc<Desk> {
        &self.desk
    }

    fn store(&self) -> &Arc<dyn Store> {
        self.desk.store()
    }
}
