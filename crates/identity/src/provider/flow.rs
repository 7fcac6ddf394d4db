//! One login under way at a provider: what was sent along, kept until the browser comes back.

use super::ReturnQuery;
use crate::{Identity, bearer};
use jiff::{SignedDuration, Timestamp};
use meydan_kernel::{Error, Kind, Result, Secret};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Kind of the secret.
const KIND: &str = "challenge";
/// How its key begins, so that no other challenge is taken for one.
const PREFIX: &str = "provider:";
/// How long somebody may take at the provider.
const LIFE: SignedDuration = SignedDuration::from_mins(10);
/// Limit: bytes of a path to go on to.
const MAX_NEXT: usize = 2048;

/// One login under way.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Flow {
    /// Key of the provider.
    pub provider: String,
    /// Hash of the state sent along.
    state: String,
    /// What the id token has to repeat.
    pub nonce: String,
    /// The PKCE verifier (RFC 7636).
    pub verifier: String,
    /// Where to go afterwards.
    pub next: String,
    /// Who has to prove anew who they are.
    pub again: Option<Uuid>,
    /// When it began.
    pub begun_at: Timestamp,
}

impl Flow {
    /// A new one, with the state to send along.
    pub(super) fn new(provider: &str, next: &str, again: Option<Uuid>) -> Result<(Self, String)> {
        let state = bearer::make()?;
        let flow = Self {
            provider: provider.to_owned(),
            state: bearer::hash(&state),
            nonce: bearer::make()?,
            verifier: bearer::make()?,
            next: own_path(next).to_owned(),
            again,
            begun_at: Timestamp::now(),
        };
        Ok((flow, state))
    }
}

impl Identity {
    /// Keeps a flow; the value of its cookie.
    pub(super) async fn keep_flow(&self, flow: &Flow) -> Result<String> {
        let cookie = bearer::make()?;
        let secret = Secret {
            kind: KIND.to_owned(),
            key: key(&cookie),
            owner: None,
            content: serde_json::to_string(flow).map_err(Error::internal)?,
            created_at: flow.begun_at,
            expires_at: Some(flow.begun_at + LIFE),
        };
        self.store().keep_secret(&secret).await?;
        Ok(cookie)
    }

    /// Uses up the flow of a cookie: whatever comes of it, it can't be used again.
    pub(super) async fn use_flow(&self, provider: &str, query: &ReturnQuery, cookie: Option<&str>) -> Result<Flow> {
        let key = key(cookie.ok_or_else(|| flow_over("no flow cookie"))?);
        let secret = self.store().secret(KIND, &key).await?.ok_or_else(|| flow_over("no such flow"))?;
        if !self.store().forget_secret(KIND, &key).await? {
            return Err(flow_over("used by another request"));
        }
        if secret.is_over(Timestamp::now()) {
            return Err(flow_over("its time is over"));
        }
        let flow: Flow = serde_json::from_str(&secret.content).map_err(|_| flow_over("it can't be read"))?;
        let state = query.get("state").ok_or_else(|| flow_over("no state"))?;
        // Hashes are compared: the time it takes tells nothing.
        if flow.provider != provider || bearer::hash(state) != flow.state {
            return Err(flow_over("another flow's state"));
        }
        Ok(flow)
    }
}

fn key(cookie: &str) -> String {
    format!("{PREFIX}{}", bearer::hash(cookie))
}

/// The path if it is one of ours, else the first page: nobody is sent elsewhere by a link to the login.
fn own_path(next: &str) -> &str {
    let plain = next.len() <= MAX_NEXT && !next.chars().any(|c| c.is_control() || c == '\\');
    if plain && next.starts_with('/') && !next.starts_with("//") { next } else { "/" }
}

fn flow_over(cause: &str) -> Error {
    Error::new(
        Kind::Invalid,
        "login-flow-over",
        "Bu oturum açma isteği geçersiz ya da süresi doldu.",
        "This login is not valid, or no longer.",
    )
    .hint("Oturum açma sayfasından yeniden başlayın.", "Start again from the login page.")
    .cause(cause)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_is_sent_elsewhere() {
        for own in ["/", "/registers/door?x=1#y", "/tr/ana-sayfa"] {
            assert_eq!(own_path(own), own);
        }
        for other in
            ["", "//evil.example", "/\\evil.example", "https://evil.example", "evil", "/a\r\nSet-Cookie: x", "javascript:x"]
        {
            assert_eq!(own_path(other), "/", "{other}");
        }
        assert_eq!(own_path(&format!("/{}", "x".repeat(MAX_NEXT))), "/");
    }
}
