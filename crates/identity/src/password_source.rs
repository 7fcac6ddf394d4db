//! A second place that knows passwords: a directory server (LDAP, Active Directory). It implements this trait.

use meydan_kernel::Result;

/// Checks passwords that the house doesn't keep itself.
#[async_trait::async_trait]
pub trait PasswordSource: Send + Sync + 'static {
    /// True if the password is the one of this login name; false if it isn't, or if the source doesn't know the name. An empty
    /// password is never right (an LDAP bind with one would be anonymous and succeed).
    ///
    /// # Errors
    /// The source can't be asked: `Kind::Unavailable`. Nobody is let in then.
    async fn check(&self, login: &str, password: &str) -> Result<bool>;
}
