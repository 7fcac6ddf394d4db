//! OpenID Connect Core 1.0: the code flow with PKCE (RFC 7636, S256), discovery, keys that change.

mod claims;
mod discovery;
mod jws;
mod keys;

use crate::{
    edevlet::brief,
    http::{Line, Reach, bad_provider, encode, with_query},
    provider::{By, Flow, Outsider, Proven, ProviderEntry, ReturnQuery, Subject, client_secret, declined, wrong_answer},
};
use base64::{Engine, engine::general_purpose::STANDARD, engine::general_purpose::URL_SAFE_NO_PAD};
use claims::{Claims, Expected};
use discovery::Metadata;
use jiff::Timestamp;
use meydan_kernel::{Bilingual, Result};
use serde::Deserialize;
use sha2::{Digest, Sha256};
use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

/// Limit: characters of a code or a token.
const MAX_TOKEN: usize = 64 * 1024;

/// One `[[oidc]]` of the configuration.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OidcConfig {
    /// Its key in addresses: lower-case letters, digits, hyphens.
    pub key: String,
    /// What the button says.
    pub title: Bilingual,
    /// The issuer, exactly as it writes itself.
    pub issuer: String,
    /// Name of this house as the provider's client.
    pub client_id: String,
    /// File with the client's secret, readable by its owner only; left out for a public client.
    pub client_secret_file: Option<PathBuf>,
    /// Where the secret goes; as the provider says it takes it if left out.
    pub client_secret_in: Option<SecretIn>,
    /// What is asked for.
    #[serde(default = "scopes")]
    pub scopes: Vec<String>,
    /// By what a person is found at their first login.
    pub link_by: LinkBy,
    /// The claim that holds the login name.
    #[serde(default = "login_claim")]
    pub login_claim: String,
    /// By what it may be reached.
    #[serde(default)]
    pub reach: Reach,
}

/// By what a person is found at their first login at a provider.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LinkBy {
    /// By their e-mail, if the provider says that it is verified.
    Email,
    /// By their login name: only for a provider whose login names are the house's own.
    Login,
}

/// Where a client's secret goes in a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SecretIn {
    /// `client_secret_basic`.
    Header,
    /// `client_secret_post`.
    Form,
}

/// Seconds since the person last showed the provider who they are, at most.
fn max_age(flow: &Flow) -> i64 {
    if flow.again.is_some() { 0 } else { crate::session::LONGEST.as_secs() }
}

fn scopes() -> Vec<String> {
    ["openid", "profile", "email"].map(str::to_owned).to_vec()
}

fn login_claim() -> String {
    "preferred_username".to_owned()
}

/// One provider.
pub(crate) struct Oidc {
    entry: ProviderEntry,
    config: OidcConfig,
    client_secret: Option<String>,
    redirect_uri: String,
    /// Where to come back to after logging out there.
    home: String,
    line: Line,
    metadata: discovery::Known,
    keys: keys::Known,
}

/// Answer of the token endpoint.
#[derive(Deserialize)]
struct TokenAnswer {
    id_token: Option<String>,
    access_token: Option<String>,
    error: Option<String>,
}

impl Oidc {
    /// From the configuration.
    ///
    /// # Errors
    /// `bad-provider`.
    pub fn open(config: OidcConfig, redirect_uri: String, home: String, folder: &Path) -> Result<Self> {
        if !config.scopes.iter().any(|s| s == "openid") || config.scopes.iter().any(|s| s.contains(char::is_whitespace)) {
            return Err(bad_provider().cause(format!("{}: scopes must have “openid”, and no spaces", config.key)));
        }
        if config.issuer.contains(['?', '#']) {
            return Err(bad_provider().cause(format!("{}: an issuer has no query", config.key)));
        }
        let secret = config.client_secret_file.as_ref().map(|f| client_secret(&folder.join(f))).transpose()?;
        Ok(Self {
            entry: ProviderEntry { key: config.key.clone(), title: config.title.clone(), can_verify: true },
            line: Line::new(&config.key, &config.issuer, &config.reach.seen_from(folder))?,
            client_secret: secret,
            redirect_uri,
            home,
            metadata: discovery::Known::default(),
            keys: keys::Known::default(),
            config,
        })
    }

    /// What a face shows.
    pub fn entry(&self) -> &ProviderEntry {
        &self.entry
    }

    /// Where to send a browser.
    ///
    /// # Errors
    /// `provider-unavailable`.
    pub async fn departure(&self, flow: &Flow, state: &str) -> Result<String> {
        let metadata = self.metadata().await?;
        let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(flow.verifier.as_bytes()));
        let scope = self.config.scopes.join(" ");
        let mut fields = vec![
            ("response_type", "code"),
            ("client_id", self.config.client_id.as_str()),
            ("redirect_uri", &self.redirect_uri),
            ("scope", &scope),
            ("state", state),
            ("nonce", &flow.nonce),
            ("code_challenge", &challenge),
            ("code_challenge_method", "S256"),
        ];
        // Asked for an age, the provider says when the person last showed who they are; older than a session may be is too old.
        let max_age = max_age(flow).to_string();
        fields.push(("max_age", &max_age));
        if flow.again.is_some() {
            fields.push(("prompt", "login"));
        }
        Ok(with_query(&metadata.authorization_endpoint, &fields))
    }

    /// Who came back.
    ///
    /// # Errors
    /// `provider-declined`, `provider-answer-wrong`, `provider-unavailable`.
    pub async fn identify(&self, flow: &Flow, query: &ReturnQuery) -> Result<Proven> {
        let metadata = self.metadata().await?;
        // RFC 9207: an answer that names its issuer must be this one's.
        let named = query.get("iss");
        if named.is_some_and(|iss| iss != self.config.issuer) || (named.is_none() && metadata.names_issuer) {
            return Err(wrong_answer("the answer's iss is not this issuer"));
        }
        if let Some(error) = query.get("error") {
            return Err(declined(brief(error)));
        }
        let code = query.get("code").filter(|c| c.len() <= MAX_TOKEN).ok_or_else(|| wrong_answer("no code"))?;
        let answer = self.exchange(&metadata, code, &flow.verifier).await?;
        let id_token = answer.id_token.filter(|t| t.len() <= MAX_TOKEN).ok_or_else(|| wrong_answer("no id_token"))?;
        let claims = self.verified(&metadata, &id_token, answer.access_token.as_deref(), flow).await?;
        let by = match self.by(&claims) {
            Some(by) => Some(by),
            None => self.ask_more(&metadata, answer.access_token.as_deref(), &claims.sub).await?,
        };
        let subject = Subject { issuer: self.config.issuer.clone(), subject: claims.sub, by };
        let verified_at = claims.auth_time.and_then(|at| Timestamp::from_second(at).ok());
        Ok(Proven { who: Outsider::Subject(subject), verified_at })
    }

    /// Where to log out, if it offers that.
    pub async fn farewell(&self) -> Option<String> {
        let endpoint = self.metadata().await.ok()?.end_session_endpoint.clone()?;
        let fields = [("client_id", self.config.client_id.as_str()), ("post_logout_redirect_uri", &self.home)];
        Some(with_query(&endpoint, &fields))
    }

    async fn metadata(&self) -> Result<Arc<Metadata>> {
        self.metadata.get(&self.line, &self.config.issuer).await
    }

    /// The code for tokens.
    async fn exchange(&self, metadata: &Metadata, code: &str, verifier: &str) -> Result<TokenAnswer> {
        let id = self.config.client_id.as_str();
        let mut form = vec![
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", &self.redirect_uri),
            ("code_verifier", verifier),
        ];
        let mut authorization = None;
        let in_header = self.config.client_secret_in.map_or(metadata.takes_basic, |place| place == SecretIn::Header);
        match &self.client_secret {
            // RFC 6749 section 2.3.1: both halves are form-encoded first.
            Some(secret) if in_header => {
                let pair = format!("{}:{}", encode(id), encode(secret));
                authorization = Some(format!("Basic {}", STANDARD.encode(pair)));
            }
            Some(secret) => form.extend([("client_id", id), ("client_secret", secret.as_str())]),
            None => form.push(("client_id", id)),
        }
        let answer = self.line.post(&metadata.token_endpoint, &form, authorization).await?;
        let status = answer.status;
        let read: TokenAnswer = answer.json().ok_or_else(|| wrong_answer(format!("token endpoint: no JSON, HTTP {status}")))?;
        match (&read.error, status) {
            (None, 200) => Ok(read),
            (error, _) => Err(wrong_answer(format!("token endpoint: HTTP {status} {}", brief(error.as_deref().unwrap_or(""))))),
        }
    }

    /// What the id token says, once it has been verified.
    async fn verified(&self, metadata: &Metadata, id_token: &str, access_token: Option<&str>, flow: &Flow) -> Result<Claims> {
        let token = jws::Compact::read(id_token).map_err(wrong_answer)?;
        if !self.keys.verify(&self.line, &metadata.jwks_uri, &token).await? {
            return Err(wrong_answer("id token: no key of the issuer made this signature"));
        }
        let claims: Claims = token.payload().ok_or_else(|| wrong_answer("id token: claims can't be read"))?;
        let expected = Expected {
            issuer: &self.config.issuer,
            client_id: &self.config.client_id,
            nonce: &flow.nonce,
            access_token,
            algorithm: token.algorithm,
            auth_time: flow.again.is_some(),
            max_age: (flow.again.is_none()).then(|| max_age(flow)),
            now: Timestamp::now().as_second(),
        };
        expected.check(&claims).map_err(|fault| wrong_answer(format!("id token: {fault}")))?;
        Ok(claims)
    }

    fn by(&self, claims: &Claims) -> Option<By> {
        match self.config.link_by {
            LinkBy::Email => claims.verified_email().map(By::Email),
            LinkBy::Login => claims.text(&self.config.login_claim).map(By::Login),
        }
    }

    /// Many providers tell e-mail and name at the userinfo endpoint only.
    async fn ask_more(&self, metadata: &Metadata, access_token: Option<&str>, subject: &str) -> Result<Option<By>> {
        let (Some(url), Some(token)) = (&metadata.userinfo_endpoint, access_token) else { return Ok(None) };
        let answer = self.line.get(url, Some(token)).await?;
        let more: Option<Claims> = answer.json().filter(|_| answer.status == 200);
        match more {
            // OIDC Core 5.3.2: it must be about the same subject.
            Some(more) if more.sub == subject => Ok(self.by(&more)),
            Some(_) => Err(wrong_answer("userinfo is about somebody else")),
            None => Ok(None),
        }
    }
}
