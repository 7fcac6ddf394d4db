//! Logging out at the provider too (OpenID Connect RP-Initiated Logout 1.0).

use crate::{Identity, Session};
use meydan_kernel::{Result, Secret};

/// Kind of the secret that says by which provider a session was opened.
const KIND: &str = "provider_session";

impl Identity {
    /// Notes by which provider a session was opened.
    pub(super) async fn keep_origin(&self, session: &Session, provider: &str) -> Result<()> {
        let secret = Secret {
            kind: KIND.to_owned(),
            key: session.id.to_string(),
            owner: Some(session.person),
            content: serde_json::Value::from(provider).to_string(),
            created_at: session.created_at,
            expires_at: Some(session.created_at + crate::session::LONGEST),
        };
        self.store().keep_secret(&secret).await
    }

    /// Where to send a browser after its session was ended, so that it is logged out at the provider too; `None` if the
    /// session wasn't opened by a provider, or by one that doesn't offer this or can't be reached: then the first page will do.
    /// The provider asks the person once more, as no id token goes into an address.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn logout_address(&self, session: &Session) -> Result<Option<String>> {
        let key = session.id.to_string();
        let Some(kept) = self.store().secret(KIND, &key).await? else { return Ok(None) };
        self.store().forget_secret(KIND, &key).await?;
        let provider: String = serde_json::from_str(&kept.content).unwrap_or_default();
        match self.outside.get(&provider) {
            Ok(provider) => Ok(provider.farewell().await),
            Err(_) => Ok(None),
        }
    }
}
