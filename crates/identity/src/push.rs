//! Browsers in which somebody wants to be told by web push: their addresses are secrets of the person.

use crate::{Identity, bearer};
use jiff::Timestamp;
use meydan_kernel::{Error, Result, Secret};
use uuid::Uuid;

/// Kind of the secret.
pub(crate) const KIND: &str = "push";
/// Limit: browsers of one person; the oldest goes when another comes.
const MAX_BROWSERS: usize = 10;
/// Limit: bytes of a browser's address.
const MAX_ENDPOINT: usize = 1024;
/// Letters of a P-256 point and of 16 bytes in base64url, with and without their ends.
const KEY: std::ops::RangeInclusive<usize> = 87..=88;
const AUTH: std::ops::RangeInclusive<usize> = 22..=24;

/// What a browser gives (`PushSubscription`).
#[derive(Clone, serde::Serialize)]
pub struct Browser {
    /// Address of its push service for it.
    pub endpoint: String,
    /// Its public key, base64url.
    pub p256dh: String,
    /// Its secret, base64url.
    pub auth: String,
}

impl Identity {
    /// Keeps a browser of somebody; the same again is the same.
    ///
    /// # Errors
    /// `bad-subscription`; those of the store.
    pub async fn keep_browser(&self, person: Uuid, browser: &Browser) -> Result<()> {
        let letters = |text: &str| text.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_=".contains(&b));
        let address = browser.endpoint.starts_with("https://")
            && browser.endpoint.len() <= MAX_ENDPOINT
            && browser.endpoint.bytes().all(|b| b.is_ascii_graphic());
        let keys = KEY.contains(&browser.p256dh.len()) && AUTH.contains(&browser.auth.len());
        if !address || !keys || !letters(&browser.p256dh) || !letters(&browser.auth) {
            return Err(Error::invalid(
                "bad-subscription",
                "Tarayıcının bildirim aboneliği okunamadı.",
                "The browser's push subscription can't be read.",
            ));
        }
        let key = bearer::hash(&browser.endpoint);
        let kept = self.store().secrets(KIND, Some(person)).await?;
        let others: Vec<&Secret> = kept.iter().filter(|s| s.key != key).collect();
        for oldest in others.iter().take((others.len() + 1).saturating_sub(MAX_BROWSERS)) {
            self.store().forget_secret(KIND, &oldest.key).await?;
        }
        let content = serde_json::to_string(browser).map_err(Error::internal)?;
        let secret =
            Secret { kind: KIND.to_owned(), key, owner: Some(person), content, created_at: Timestamp::now(), expires_at: None };
        self.store().keep_secret(&secret).await
    }

    /// Forgets a browser of somebody; true if it was there.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn forget_browser(&self, person: Uuid, endpoint: &str) -> Result<bool> {
        let key = bearer::hash(endpoint);
        match self.store().secret(KIND, &key).await? {
            Some(secret) if secret.owner == Some(person) => self.store().forget_secret(KIND, &key).await,
            _ => Ok(false),
        }
    }
}
