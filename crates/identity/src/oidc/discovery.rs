//! OpenID Connect Discovery 1.0: where a provider's endpoints are. Read when first needed, kept for an hour.

use crate::http::Line;
use meydan_kernel::Result;
use serde::Deserialize;
use std::{
    sync::Arc,
    time::{Duration, Instant},
};

/// How long it is kept.
const KEPT: Duration = Duration::from_secs(3600);

/// What we need of a provider's metadata.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Metadata {
    pub authorization_endpoint: String,
    pub token_endpoint: String,
    pub jwks_uri: String,
    pub userinfo_endpoint: Option<String>,
    pub end_session_endpoint: Option<String>,
    /// The client's secret goes as HTTP Basic; else in the form.
    pub takes_basic: bool,
    /// Its answers name their issuer (RFC 9207).
    pub names_issuer: bool,
}

/// As the provider writes it.
#[derive(Deserialize)]
struct Written {
    issuer: String,
    authorization_endpoint: String,
    token_endpoint: String,
    jwks_uri: String,
    userinfo_endpoint: Option<String>,
    end_session_endpoint: Option<String>,
    token_endpoint_auth_methods_supported: Option<Vec<String>>,
    code_challenge_methods_supported: Option<Vec<String>>,
    #[serde(default)]
    authorization_response_iss_parameter_supported: bool,
}

/// The metadata, once it was read.
#[derive(Default)]
pub(super) struct Known(tokio::sync::Mutex<Option<(Instant, Arc<Metadata>)>>);

impl Known {
    /// The metadata. If it can't be read anew what was known goes on holding.
    ///
    /// # Errors
    /// `provider-unavailable`.
    pub async fn get(&self, line: &Line, issuer: &str) -> Result<Arc<Metadata>> {
        let mut known = self.0.lock().await;
        if let Some((_, metadata)) = known.as_ref().filter(|(at, _)| at.elapsed() < KEPT) {
            return Ok(Arc::clone(metadata));
        }
        match read(line, issuer).await {
            Ok(metadata) => {
                let metadata = Arc::new(metadata);
                *known = Some((Instant::now(), Arc::clone(&metadata)));
                Ok(metadata)
            }
            Err(error) => known.as_ref().map(|(_, metadata)| Arc::clone(metadata)).ok_or(error),
        }
    }
}

async fn read(line: &Line, issuer: &str) -> Result<Metadata> {
    let url = format!("{}/.well-known/openid-configuration", issuer.trim_end_matches('/'));
    let answer = line.get(&url, None).await?;
    let written: Option<Written> = answer.json().filter(|_| answer.status == 200);
    let written = written.ok_or_else(|| line.unavailable(format!("discovery: HTTP {}, not its metadata", answer.status)))?;
    check(written, issuer, |url| line.is_own(url)).map_err(|fault| line.unavailable(format!("discovery: {fault}")))
}

fn check(written: Written, issuer: &str, is_own: impl Fn(&str) -> bool) -> Result<Metadata, String> {
    if written.issuer != issuer {
        return Err("it is another issuer's".to_owned());
    }
    let optional = [&written.userinfo_endpoint, &written.end_session_endpoint];
    let all = [&written.authorization_endpoint, &written.token_endpoint, &written.jwks_uri];
    if !all.into_iter().chain(optional.into_iter().flatten()).all(|url| is_own(url)) {
        return Err("an endpoint is on a host that is neither the issuer's nor in reach.hosts".to_owned());
    }
    let lacks = |list: &Option<Vec<String>>, word: &str| list.as_ref().is_some_and(|l| !l.iter().any(|m| m == word));
    if lacks(&written.code_challenge_methods_supported, "S256") {
        return Err("it takes no PKCE with S256".to_owned());
    }
    Ok(Metadata {
        // Left out it means Basic (OIDC Discovery section 3).
        takes_basic: !lacks(&written.token_endpoint_auth_methods_supported, "client_secret_basic"),
        names_issuer: written.authorization_response_iss_parameter_supported,
        authorization_endpoint: written.authorization_endpoint,
        token_endpoint: written.token_endpoint,
        jwks_uri: written.jwks_uri,
        userinfo_endpoint: written.userinfo_endpoint,
        end_session_endpoint: written.end_session_endpoint,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const ISSUER: &str = "https://giris.example/realms/kent";

    fn written(change: impl Fn(&mut serde_json::Value)) -> Result<Metadata, String> {
        let mut json = serde_json::json!({
            "issuer": ISSUER,
            "authorization_endpoint": format!("{ISSUER}/auth"),
            "token_endpoint": format!("{ISSUER}/token"),
            "jwks_uri": format!("{ISSUER}/keys"),
        });
        change(&mut json);
        let written = serde_json::from_value(json).map_err(|e| e.to_string())?;
        check(written, ISSUER, |url| url.starts_with("https://giris.example/"))
    }

    #[test]
    fn what_is_left_out_has_its_default() {
        let metadata = written(|_| {}).unwrap();
        assert!(metadata.takes_basic && !metadata.names_issuer && metadata.userinfo_endpoint.is_none());
        let post = written(|j| j["token_endpoint_auth_methods_supported"] = serde_json::json!(["client_secret_post"])).unwrap();
        assert!(!post.takes_basic);
    }

    #[test]
    fn another_issuer_or_host_is_refused() {
        assert!(written(|j| j["issuer"] = "https://giris.example/realms/kent/".into()).is_err());
        for endpoint in ["authorization_endpoint", "token_endpoint", "jwks_uri", "userinfo_endpoint", "end_session_endpoint"] {
            assert!(written(|j| j[endpoint] = "https://evil.example/x".into()).is_err(), "{endpoint}");
        }
        assert!(written(|j| j["code_challenge_methods_supported"] = serde_json::json!(["plain"])).is_err());
    }

    proptest! {
        #[test]
        fn any_bytes_are_no_metadata(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            prop_assert!(serde_json::from_slice::<Written>(&bytes).is_err());
        }
    }
}
