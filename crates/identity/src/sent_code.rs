//! Codes on their way to somebody. A message is a record, and what a record says stands in the log for ever: so the message has the
//! place of the code only ([`PLACE`]), and the code itself is a secret that lives as long as it is good. Who sends the message
//! fills it in.

use jiff::Timestamp;
use meydan_kernel::{Result, Secret, Store};
use uuid::Uuid;

/// Kind of the secret.
pub(crate) const KIND: &str = "sent_code";
/// Where the code stands in a message's text.
pub const PLACE: &str = "{code}";

/// Keeps the code of a message until it is good no more.
pub(crate) async fn keep(store: &dyn Store, message: Uuid, code: &str, now: Timestamp, until: Timestamp) -> Result<()> {
    store
        .keep_secret(&Secret {
            kind: KIND.to_owned(),
            key: message.to_string(),
            owner: None,
            content: code.to_owned(),
            created_at: now,
            expires_at: Some(until),
        })
        .await
}

/// Makes the code of a message void, if it still waits: who sends the message closes it.
pub(crate) async fn end(store: &dyn Store, message: Uuid, now: Timestamp) -> Result<()> {
    match store.secret(KIND, &message.to_string()).await? {
        Some(kept) => store.keep_secret(&Secret { content: String::new(), expires_at: Some(now), ..kept }).await,
        None => Ok(()),
    }
}

/// The code of a message, while it is good: not when it was used or another one was asked for.
///
/// # Errors
/// Those of the store.
pub async fn code_of(store: &dyn Store, message: Uuid, now: Timestamp) -> Result<Option<String>> {
    let found = store.secret(KIND, &message.to_string()).await?;
    Ok(found.filter(|s| !s.is_over(now)).map(|s| s.content))
}

/// Forgets the code of a message: it was sent, or never will be.
///
/// # Errors
/// Those of the store.
pub async fn forget_code(store: &dyn Store, message: Uuid) -> Result<()> {
    store.forget_secret(KIND, &message.to_string()).await.map(|_| ())
}

/// The messages whose codes are good no more and which were not sent yet.
///
/// # Errors
/// Those of the store.
pub async fn codes_over(store: &dyn Store, now: Timestamp) -> Result<Vec<Uuid>> {
    let kept = store.secrets(KIND, None).await?;
    Ok(kept.iter().filter(|s| s.is_over(now)).filter_map(|s| Uuid::parse_str(&s.key).ok()).collect())
}
