//! The e-Devlet gate (*e-Devlet Kapısı*): OAuth 2.0 (RFC 6749) code flow in its own dialect, without discovery, id token or PKCE.
//!
//! Written from several public integrations; the official description is not public and was not seen. What is theirs:
//! `AuthorizationController` (scopes parted by `;`), `AccessTokenController` (a form) and `AuthenticationController` (a form, whose
//! answer names the person by their national identity number). All that binds the answer to the browser is the state: it is
//! bound to the flow cookie and used once.

mod person;

pub(crate) use person::NationalId;

use crate::{
    http::{Answer, Line, Reach, bad_provider, with_query},
    provider::{Outsider, Proven, ProviderEntry, ReturnQuery, client_secret, declined, wrong_answer},
};
use meydan_kernel::{Bilingual, Result};
use serde::Deserialize;
use std::path::{Path, PathBuf};

/// Its key among the providers.
pub(crate) const KEY: &str = "e-devlet";
/// The gate itself.
const BASE: &str = "https://giris.turkiye.gov.tr/OAuth2AuthorizationServer";
/// Limit: characters of a code or a token.
const MAX_TOKEN: usize = 4096;

/// `[e_devlet]` of the configuration.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EDevletConfig {
    /// The client's name, given by Türksat.
    pub client_id: String,
    /// File with the client's secret, readable by its owner only.
    pub client_secret_file: PathBuf,
    /// Address of the gate, without a slash at the end.
    #[serde(default = "base")]
    pub base: String,
    /// What is asked for: `Kimlik-Dogrula`, and what the institution's agreement adds.
    #[serde(default = "scopes")]
    pub scopes: Vec<String>,
    /// What the button says.
    #[serde(default = "title")]
    pub title: Bilingual,
    /// By what it may be reached.
    #[serde(default)]
    pub reach: Reach,
}

fn base() -> String {
    BASE.to_owned()
}

fn scopes() -> Vec<String> {
    vec!["Kimlik-Dogrula".to_owned()]
}

fn title() -> Bilingual {
    Bilingual::new("e-Devlet ile giriş", "Log in with e-Devlet")
}

/// The adapter.
pub(crate) struct EDevlet {
    entry: ProviderEntry,
    base: String,
    client_id: String,
    client_secret: String,
    scope: String,
    redirect_uri: String,
    line: Line,
}

/// Answer of `AccessTokenController`.
#[derive(Deserialize)]
struct TokenAnswer {
    access_token: Option<String>,
    error: Option<String>,
}

impl EDevlet {
    /// From the configuration.
    ///
    /// # Errors
    /// `bad-provider`.
    pub fn open(config: EDevletConfig, redirect_uri: String, folder: &Path) -> Result<Self> {
        let base = config.base.trim_end_matches('/').to_owned();
        if config.scopes.is_empty() || config.scopes.iter().any(|s| s.is_empty() || s.contains(';')) {
            return Err(bad_provider().cause("e_devlet.scopes: at least one, without “;”"));
        }
        Ok(Self {
            entry: ProviderEntry { key: KEY.to_owned(), title: config.title, can_verify: false },
            line: Line::new(KEY, &base, &config.reach.seen_from(folder))?,
            base,
            client_secret: client_secret(&folder.join(&config.client_secret_file))?,
            client_id: config.client_id,
            scope: config.scopes.join(";"),
            redirect_uri,
        })
    }

    /// What a face shows.
    pub fn entry(&self) -> &ProviderEntry {
        &self.entry
    }

    /// Where to send a browser.
    pub fn departure(&self, state: &str) -> String {
        with_query(
            &self.address("AuthorizationController"),
            &[
                ("response_type", "code"),
                ("client_id", &self.client_id),
                ("state", state),
                ("scope", &self.scope),
                ("redirect_uri", &self.redirect_uri),
            ],
        )
    }

    /// Who came back.
    ///
    /// # Errors
    /// `provider-declined`, `provider-answer-wrong`, `provider-unavailable`.
    pub async fn identify(&self, query: &ReturnQuery) -> Result<Proven> {
        if let Some(error) = query.get("error") {
            return Err(declined(brief(error)));
        }
        let code = query.get("code").filter(|c| c.len() <= MAX_TOKEN).ok_or_else(|| wrong_answer("no code"))?;
        let token = self.token(code).await?;
        let number = self.person(&token).await?;
        // It doesn't say when the person last showed who they are: that is no step-up.
        Ok(Proven { who: Outsider::NationalId(number), verified_at: None })
    }

    async fn token(&self, code: &str) -> Result<String> {
        let form = [
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", &self.redirect_uri),
            ("client_id", &self.client_id),
            ("client_secret", &self.client_secret),
        ];
        let answer = self.line.post(&self.address("AccessTokenController"), &form, None).await?;
        read_token(&answer).map_err(wrong_answer)
    }

    async fn person(&self, token: &str) -> Result<NationalId> {
        // As a form, not as a query: a token in an address ends up in journals.
        let form = [("accessToken", token), ("resourceId", "1"), ("kapsam", "Ad-Soyad"), ("clientId", &self.client_id)];
        let answer = self.line.post(&self.address("AuthenticationController"), &form, None).await?;
        if answer.status != 200 {
            return Err(wrong_answer(format!("AuthenticationController: HTTP {}", answer.status)));
        }
        person::read(&answer.body).map_err(wrong_answer)
    }

    fn address(&self, controller: &str) -> String {
        format!("{}/{controller}", self.base)
    }
}

fn read_token(answer: &Answer) -> Result<String, String> {
    let status = answer.status;
    let read: TokenAnswer = answer.json().ok_or_else(|| format!("AccessTokenController: no JSON, HTTP {status}"))?;
    if let Some(error) = read.error {
        return Err(format!("AccessTokenController: {}", brief(&error)));
    }
    let token = read.access_token.filter(|t| status == 200 && !t.is_empty() && t.len() <= MAX_TOKEN);
    token.ok_or_else(|| format!("AccessTokenController: no token, HTTP {status}"))
}

/// A code of theirs for the journal: short, and nothing that could be a secret or a name.
pub(crate) fn brief(code: &str) -> String {
    code.chars().filter(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-')).take(40).collect()
}
