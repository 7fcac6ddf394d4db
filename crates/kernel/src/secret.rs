//! Secrets: what the house must keep to know somebody again, and what is nobody's record: hashes of passwords, passkeys, sessions,
//! tokens. They are in no log, no history, no export and no page; only whoever looks after logins reads them.

use jiff::Timestamp;
use uuid::Uuid;

/// One secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Secret {
    /// What it is: `password`, `passkey`, `totp`, `session`, `token`, `challenge`, …
    pub kind: String,
    /// Its name within its kind; what a bearer proves is never kept itself, only its hash.
    pub key: String,
    /// Whose it is.
    pub owner: Option<Uuid>,
    /// JSON.
    pub content: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// From when on it is as if it weren't there.
    pub expires_at: Option<Timestamp>,
}

impl Secret {
    /// True if its time is over.
    pub fn is_over(&self, now: Timestamp) -> bool {
        self.expires_at.is_some_and(|at| at <= now)
    }
}
