//! What of the logins in a backup must not live again when it is restored.

use crate::{enrolment, login, sent_code, session, token};
use jiff::Timestamp;
use meydan_kernel::{Result, Store};

/// Kinds of secrets that a restore leaves behind: visits and what leads to one. Whoever was logged out, disabled or sent a new
/// link since the backup would otherwise be let in again; everybody else logs in anew. (Passwords, passkeys and tokens stay.)
pub const NOT_RESTORED: [&str; 6] =
    [session::KIND, "provider_session", "challenge", login::CHALLENGE, enrolment::KIND, sent_code::KIND];

/// How many tokens a store has that still open something: one that was revoked since the backup is as it was.
///
/// # Errors
/// Those of the store.
pub async fn living_tokens(store: &dyn Store) -> Result<usize> {
    let now = Timestamp::now();
    Ok(store.secrets(token::KIND, None).await?.iter().filter(|t| !t.is_over(now)).count())
}
