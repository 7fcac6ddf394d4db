//! Outside identity providers: one way for a face to send somebody there and to take them back, whatever protocol is spoken.
//!
//! Sending somebody away (`depart`) leaves a secret that can be used once, within ten minutes, by the browser that holds the flow
//! cookie only (`finish`). Who comes back must be a person of the house already: nobody registers themselves.

mod answer;
mod flow;
mod link;
mod logout;

pub use answer::ReturnQuery;
pub(crate) use flow::Flow;
pub use link::Link;
pub(crate) use link::{By, Subject};

use crate::{
    Identity, NewSession, Proof, Visit,
    edevlet::{EDevlet, EDevletConfig},
    oidc::{Oidc, OidcConfig},
};
use jiff::{SignedDuration, Timestamp};
use meydan_kernel::{Act, Bilingual, Error, Kind, Result};
use std::path::Path;
use uuid::Uuid;

/// Limit: outside providers of one house.
const MAX_PROVIDERS: usize = 16;
/// How old a proof of identity may be that was asked for anew; beyond it the provider didn't ask.
const FRESH: SignedDuration = SignedDuration::from_mins(5);
/// Where a provider sends people back to: this, then the provider's key.
pub const RETURN_PATH: &str = "/login/return/";

/// What a face shows of a provider.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProviderEntry {
    /// Its key in addresses: lower-case letters, digits, hyphens.
    pub key: String,
    /// What the button says.
    pub title: Bilingual,
    /// True if it can prove again who somebody is (step-up).
    pub can_verify: bool,
}

/// Somebody is sent away.
pub struct Departure {
    /// Where to: answer with 303 and this as `Location`.
    pub redirect: String,
    /// Value of the flow cookie: HttpOnly, Secure, `SameSite=Lax` (the way back is a navigation from another site), 10 minutes.
    pub cookie: String,
}

/// Somebody has come back, and is known.
pub struct Arrival {
    /// Their new session. The one that the browser had is over.
    pub new: NewSession,
    /// Value of the device cookie, for [`crate::DEVICE_DAYS`].
    pub device: String,
    /// Where they wanted to go; a path of ours.
    pub next: String,
}

/// Who an outside provider says it is.
pub(crate) enum Outsider {
    /// A subject of an OIDC issuer.
    Subject(Subject),
    /// Holder of a national identity number.
    NationalId(crate::edevlet::NationalId),
}

/// What a provider proved.
pub(crate) struct Proven {
    /// Who.
    pub who: Outsider,
    /// When they last showed it who they are, if it says so.
    pub verified_at: Option<Timestamp>,
}

/// The providers of the house.
#[derive(Default)]
pub struct Providers(Vec<Provider>);

enum Provider {
    Oidc(Box<Oidc>),
    EDevlet(Box<EDevlet>),
}

impl Providers {
    /// The configured providers. `base_url` is where people reach this house; `folder` is where relative paths start.
    ///
    /// # Errors
    /// `bad-provider` says what is wrong.
    pub fn open(oidc: Vec<OidcConfig>, e_devlet: Option<EDevletConfig>, base_url: Option<&str>, folder: &Path) -> Result<Self> {
        if oidc.is_empty() && e_devlet.is_none() {
            return Ok(Self::default());
        }
        let base = base_url.map(|b| b.trim_end_matches('/')).ok_or_else(|| {
            crate::http::bad_provider().hint(
                "base_url anahtarını yazın: sağlayıcı kişiyi bu adrese geri gönderir.",
                "Set base_url: the provider sends people back to that address.",
            )
        })?;
        let back = |key: &str| format!("{base}{RETURN_PATH}{key}");
        let mut out = Vec::new();
        for config in oidc {
            let redirect = back(&config.key);
            out.push(Provider::Oidc(Box::new(Oidc::open(config, redirect, format!("{base}/"), folder)?)));
        }
        if let Some(config) = e_devlet {
            out.push(Provider::EDevlet(Box::new(EDevlet::open(config, back(crate::edevlet::KEY), folder)?)));
        }
        let providers = Self(out);
        providers.check()?;
        Ok(providers)
    }

    fn check(&self) -> Result<()> {
        let fault = |cause: String| Err(crate::http::bad_provider().cause(cause));
        if self.0.len() > MAX_PROVIDERS {
            return fault(format!("more than {MAX_PROVIDERS} providers"));
        }
        for (i, provider) in self.0.iter().enumerate() {
            let key = &provider.entry().key;
            let fine = !key.is_empty() && key.len() <= 32;
            if !fine || !key.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-') {
                return fault(format!("key “{key}”: 1–32 lower-case letters, digits and hyphens"));
            }
            if self.0.iter().skip(i + 1).any(|other| other.entry().key == *key) {
                return fault(format!("key “{key}” is there twice"));
            }
        }
        Ok(())
    }

    fn get(&self, key: &str) -> Result<&Provider> {
        self.0.iter().find(|p| p.entry().key == key).ok_or_else(|| {
            Error::not_found("no-such-provider", "Böyle bir kimlik sağlayıcı yok.", "There is no such identity provider.")
        })
    }
}

impl Provider {
    fn entry(&self) -> &ProviderEntry {
        match self {
            Self::Oidc(p) => p.entry(),
            Self::EDevlet(p) => p.entry(),
        }
    }

    async fn departure(&self, flow: &Flow, state: &str) -> Result<String> {
        match self {
            Self::Oidc(p) => p.departure(flow, state).await,
            Self::EDevlet(p) => Ok(p.departure(state)),
        }
    }

    async fn farewell(&self) -> Option<String> {
        match self {
            Self::Oidc(p) => p.farewell().await,
            Self::EDevlet(_) => None,
        }
    }

    async fn identify(&self, flow: &Flow, answer: &ReturnQuery) -> Result<Proven> {
        match self {
            Self::Oidc(p) => p.identify(flow, answer).await,
            Self::EDevlet(p) => p.identify(answer).await,
        }
    }
}

impl Identity {
    /// The outside providers, as configured.
    pub fn providers(&self) -> Vec<ProviderEntry> {
        self.outside.0.iter().map(|p| p.entry().clone()).collect()
    }

    /// Sends a browser to a provider. `next` is where it wants to go afterwards (only a path of ours is kept). `again` is the
    /// person who is logged in and has to prove anew who they are (step-up); `None` for a login.
    ///
    /// # Errors
    /// `no-such-provider`, `provider-unavailable`, `provider-cannot-verify` (for a step-up); those of the store.
    pub async fn depart(&self, provider: &str, next: &str, again: Option<Uuid>) -> Result<Departure> {
        let provider = self.outside.get(provider)?;
        if again.is_some() && !provider.entry().can_verify {
            return Err(cannot_verify());
        }
        let (flow, state) = Flow::new(&provider.entry().key, next, again)?;
        let redirect = provider.departure(&flow, &state).await?;
        let cookie = self.keep_flow(&flow).await?;
        Ok(Departure { redirect, cookie })
    }

    /// Takes a browser back: `query` is the query of the request to [`RETURN_PATH`], `cookie` its flow cookie (which the face
    /// deletes in any case). Opens a session.
    ///
    /// # Errors
    /// `login-flow-over` (no such flow, another browser's, over, used already), `provider-declined` (the person or the provider
    /// said no), `provider-answer-wrong` (it doesn't hold up), `provider-unavailable`, `unknown-person`, `link-taken`,
    /// `no-longer-active`, `other-person` (at a step-up), `provider-cannot-verify`; those of the store.
    pub async fn arrive(&self, provider: &str, query: &ReturnQuery, cookie: Option<&str>, visit: &Visit) -> Result<Arrival> {
        let mut person = None;
        let done = self.take_back(provider, query, cookie, visit, &mut person).await;
        if let Err(error) = &done {
            let cause = error.cause_text().unwrap_or_default();
            let known = self.outside.get(provider).map(|p| p.entry().key.as_str()).unwrap_or_default();
            tracing::warn!(provider = known, code = error.code(), cause, "login at a provider failed");
            // Nobody is let in whether it can be written down or not.
            let _ = self.note_failure("login_failed", person, visit.address.as_deref()).await;
        }
        done
    }

    async fn take_back(
        &self,
        provider: &str,
        query: &ReturnQuery,
        cookie: Option<&str>,
        visit: &Visit,
        known: &mut Option<Uuid>,
    ) -> Result<Arrival> {
        let flow = self.use_flow(provider, query, cookie).await?;
        let provider = self.outside.get(provider)?;
        let proven = provider.identify(&flow, query).await?;
        let person = self.person_of(&provider.entry().key, &proven.who, visit).await?;
        *known = Some(person);
        let now = Timestamp::now();
        // Who isn't active comes no further.
        self.desk.directory().await?.principal(person, None, Act::default(), now)?;
        if let Some(expected) = flow.again {
            if expected != person {
                return Err(other_person());
            }
            if proven.verified_at.is_none_or(|at| now.duration_since(at) > FRESH) {
                return Err(cannot_verify());
            }
        }
        let verified_at = proven.verified_at.unwrap_or(Timestamp::UNIX_EPOCH).min(now);
        // Written down first, so that nobody is in without it.
        let kind = if flow.again.is_some() { "step_up" } else { "login" };
        self.note_own(kind, person, visit.address.as_deref(), Some(provider.entry().key.clone())).await?;
        let mut new = self.open_session(person, Proof::Provider, visit.address.clone(), visit.short_agent()).await?;
        // A provider that remembered them has not asked them anything: that is no step-up.
        self.change_session(&new.cookie, |s| s.verified_at = verified_at).await?;
        new.session.verified_at = verified_at;
        self.keep_origin(&new.session, &provider.entry().key).await?;
        let device = self.settle(&new, visit).await?;
        Ok(Arrival { new, device, next: flow.next })
    }
}

/// Reads a client's secret. Who else may read the file may come as this house.
///
/// # Errors
/// `bad-provider` if it can't be read, is empty, or is open to others than its owner.
pub(crate) fn client_secret(path: &Path) -> Result<String> {
    use std::os::unix::fs::PermissionsExt;
    let fault = |cause: String| crate::http::bad_provider().cause(format!("{}: {cause}", path.display()));
    let mode = std::fs::metadata(path).map_err(|e| fault(e.to_string()))?.permissions().mode();
    if mode & 0o077 != 0 {
        return Err(fault(format!("open to others (mode {:o})", mode & 0o777))
            .hint("Dosyayı yalnızca sahibine açın: chmod 600.", "Make the file readable by its owner only: chmod 600."));
    }
    let text = std::fs::read_to_string(path).map_err(|e| fault(e.to_string()))?;
    let secret = text.trim();
    if secret.is_empty() { Err(fault("empty".to_owned())) } else { Ok(secret.to_owned()) }
}

/// The provider said no, or the person did.
pub(crate) fn declined(cause: impl std::fmt::Display) -> Error {
    Error::new(
        Kind::Unauthenticated,
        "provider-declined",
        "Kimlik sağlayıcıda oturum açılmadı.",
        "You were not logged in at the identity provider.",
    )
    .hint("Yeniden deneyin ya da başka bir yolla oturum açın.", "Try again, or log in another way.")
    .cause(cause)
}

/// The provider's answer doesn't hold up.
pub(crate) fn wrong_answer(cause: impl std::fmt::Display) -> Error {
    Error::new(
        Kind::Unauthenticated,
        "provider-answer-wrong",
        "Kimlik sağlayıcının yanıtı doğrulanamadı.",
        "The identity provider's answer could not be verified.",
    )
    .hint(
        "Yeniden oturum açın. Yinelenirse Bilgi İşlem Dairesi Başkanlığına bildirin.",
        "Log in again. If it happens again tell the Department of Information Technologies.",
    )
    .cause(cause)
}

fn cannot_verify() -> Error {
    Error::new(
        Kind::Forbidden,
        "provider-cannot-verify",
        "Bu kimlik sağlayıcı, kimliğin yeniden doğrulandığını gösteremiyor.",
        "This identity provider can't show that the identity was proven anew.",
    )
    .hint("Geçiş anahtarı ya da doğrulama koduyla doğrulayın.", "Confirm with a passkey or a one-time code.")
}

fn other_person() -> Error {
    Error::new(
        Kind::Forbidden,
        "other-person",
        "Kimlik sağlayıcıda başka bir kişi olarak oturum açılmış.",
        "At the identity provider somebody else is logged in.",
    )
    .hint("Orada oturumu kapatıp yeniden deneyin.", "Log out there and try again.")
}
