//! Requests to outside identity providers: short, small, to named hosts only, followed nowhere.

mod address;
mod origin;

pub(crate) use origin::Origin;

use meydan_kernel::{Error, Kind, Result};
use serde::{Deserialize, de::DeserializeOwned};
use std::{
    path::{Path, PathBuf},
    sync::Arc,
    time::{Duration, Instant},
};
use tokio::sync::Semaphore;
use ureq::{
    tls::{Certificate, PemItem, RootCerts, TlsConfig},
    unversioned::transport::DefaultConnector,
};

/// A whole call ends after this long, whatever came of it.
const CALL: Duration = Duration::from_secs(10);
/// Connecting, of that.
const CONNECT: Duration = Duration::from_secs(5);
/// How long nobody waits for a provider again that gave no answer: else all who wait their turn would wait in vain, one by one.
const REST: Duration = Duration::from_secs(3);
/// Limit: bytes of an answer (a large key set has some 20 KB).
const MAX_ANSWER: u64 = 256 * 1024;
/// Limit: bytes of an answer's headers.
const MAX_HEADERS: usize = 32 * 1024;
/// Limit: calls under way to one provider; a slow one can't take all threads.
const MAX_CALLS: usize = 8;

/// What an outside provider may be reached by.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Reach {
    /// Hosts that it may name beside its own (`oauth2.example`, `https://…`); none is the rule.
    pub hosts: Vec<String>,
    /// A PEM file of certificate authorities to trust beside the system's, for one of the municipality's own.
    pub ca_file: Option<PathBuf>,
    /// True if it stands in the municipality's own network (private addresses, this machine).
    pub allow_private: bool,
    /// True to take `http://` on this machine's own loopback addresses; for tests and trials only.
    pub allow_http: bool,
}

/// One provider's line.
pub(crate) struct Line {
    agent: ureq::Agent,
    calls: Arc<Semaphore>,
    origins: Vec<Origin>,
    name: String,
    silent_since: parking_lot::Mutex<Option<Instant>>,
}

/// Body of a request.
enum Body {
    None,
    Form(Vec<(String, String)>),
}

/// An answer with its status.
pub(crate) struct Answer {
    /// HTTP status.
    pub status: u16,
    /// Bytes, at most [`MAX_ANSWER`].
    pub body: Vec<u8>,
}

impl Reach {
    /// With its paths seen from a folder.
    pub fn seen_from(&self, folder: &Path) -> Self {
        Self { ca_file: self.ca_file.as_ref().map(|f| folder.join(f)), ..self.clone() }
    }
}

impl Answer {
    /// The body as JSON of a known shape; `None` if it isn't.
    pub fn json<T: DeserializeOwned>(&self) -> Option<T> {
        serde_json::from_slice(&self.body).ok()
    }
}

impl Line {
    /// A line to the host of `home` (and those named beside it).
    ///
    /// # Errors
    /// `bad-provider` if an address can't be taken or the file of authorities can't be read.
    pub fn new(name: &str, home: &str, reach: &Reach) -> Result<Self> {
        let mut origins = vec![Origin::read(home, reach.allow_http)?];
        for host in &reach.hosts {
            let url = if host.contains("://") { host.clone() } else { format!("https://{host}") };
            origins.push(Origin::read(&url, reach.allow_http)?);
        }
        let tls = TlsConfig::builder()
            .root_certs(RootCerts::Specific(Arc::new(authorities(reach)?)))
            .unversioned_rustls_crypto_provider(Arc::new(rustls::crypto::ring::default_provider()))
            .build();
        let config = ureq::Agent::config_builder()
            .tls_config(tls)
            // A proxy of the environment would resolve names past the guard.
            .proxy(None)
            .max_redirects(0)
            .max_redirects_will_error(false)
            .http_status_as_error(false)
            .timeout_global(Some(CALL))
            .timeout_connect(Some(CONNECT))
            .max_response_header_size(MAX_HEADERS)
            .max_idle_connections_per_host(1)
            .user_agent("meydan")
            .build();
        let guard = address::Guard { private: reach.allow_private, loopback: reach.allow_private || reach.allow_http };
        Ok(Self {
            agent: ureq::Agent::with_parts(config, DefaultConnector::default(), guard),
            calls: Arc::new(Semaphore::new(MAX_CALLS)),
            origins,
            name: name.to_owned(),
            silent_since: parking_lot::Mutex::default(),
        })
    }

    /// True if an address is one of the provider's.
    pub fn is_own(&self, url: &str) -> bool {
        Origin::of(url).is_some_and(|origin| self.origins.contains(&origin))
    }

    /// GET; `bearer` goes as `Authorization: Bearer`.
    ///
    /// # Errors
    /// `provider-unavailable`.
    pub async fn get(&self, url: &str, bearer: Option<&str>) -> Result<Answer> {
        self.call(url, bearer.map(|token| format!("Bearer {token}")), Body::None).await
    }

    /// POST of a form; `authorization` is the whole header.
    ///
    /// # Errors
    /// `provider-unavailable`.
    pub async fn post(&self, url: &str, fields: &[(&str, &str)], authorization: Option<String>) -> Result<Answer> {
        let fields = fields.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect();
        self.call(url, authorization, Body::Form(fields)).await
    }

    async fn call(&self, url: &str, authorization: Option<String>, body: Body) -> Result<Answer> {
        if !self.is_own(url) {
            return Err(self.unavailable("it names an address that is not its own"));
        }
        if self.silent_since.lock().is_some_and(|at| at.elapsed() < REST) {
            return Err(self.unavailable("it gave no answer a moment ago"));
        }
        let Ok(call) = Arc::clone(&self.calls).try_acquire_owned() else {
            return Err(self.unavailable("too many calls are under way"));
        };
        let (agent, url) = (self.agent.clone(), url.to_owned());
        let done = tokio::task::spawn_blocking(move || {
            let _until_done = call;
            exchange(&agent, &url, authorization.as_deref(), &body)
        });
        match done.await {
            Ok(Ok(answer)) if (300..400).contains(&answer.status) => Err(self.unavailable("it sends its callers elsewhere")),
            Ok(Ok(answer)) if answer.status >= 500 => Err(self.unavailable(format!("HTTP {}", answer.status))),
            Ok(Ok(answer)) => Ok(answer),
            // The text of an error may hold the address, and an address what was asked: only its sort is told.
            Ok(Err(error)) => {
                *self.silent_since.lock() = Some(Instant::now());
                Err(self.unavailable(sort(&error)))
            }
            Err(_) => Err(self.unavailable("the call broke off")),
        }
    }

    /// The error for a provider that can't be asked.
    pub fn unavailable(&self, cause: impl std::fmt::Display) -> Error {
        Error::new(
            Kind::Unavailable,
            "provider-unavailable",
            "Kimlik sağlayıcıya şu anda ulaşılamıyor.",
            "The identity provider can't be reached at the moment.",
        )
        .hint("Biraz sonra yeniden deneyin ya da başka bir yolla oturum açın.", "Try again in a moment, or log in another way.")
        .cause(format!("{}: {cause}", self.name))
    }
}

fn exchange(agent: &ureq::Agent, url: &str, authorization: Option<&str>, body: &Body) -> Result<Answer, ureq::Error> {
    let mut response = match body {
        Body::None => {
            let mut request = agent.get(url).header("accept", "application/json");
            if let Some(value) = authorization {
                request = request.header("authorization", value);
            }
            request.call()?
        }
        Body::Form(fields) => {
            let mut request = agent.post(url).header("accept", "application/json");
            if let Some(value) = authorization {
                request = request.header("authorization", value);
            }
            request.send_form(fields.iter().map(|(n, v)| (n.as_str(), v.as_str())))?
        }
    };
    let status = response.status().as_u16();
    let body = response.body_mut().with_config().limit(MAX_ANSWER).read_to_vec()?;
    Ok(Answer { status, body })
}

/// What went wrong, without an address.
fn sort(error: &ureq::Error) -> String {
    match error {
        ureq::Error::Timeout(which) => format!("no answer in time ({which})"),
        ureq::Error::HostNotFound => "its name has no address that may be called".to_owned(),
        ureq::Error::BodyExceedsLimit(limit) => format!("its answer has more than {limit} bytes"),
        ureq::Error::Io(error) => match error.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>()) {
            Some(error) => format!("TLS: {error}"),
            None => format!("connection: {}", error.kind()),
        },
        ureq::Error::Rustls(error) => format!("TLS: {error}"),
        ureq::Error::Tls(what) => format!("TLS: {what}"),
        ureq::Error::ConnectionFailed => "connection failed".to_owned(),
        ureq::Error::LargeResponseHeader(..) => "its headers are too long".to_owned(),
        _ => "its answer is no HTTP".to_owned(),
    }
}

/// The system's authorities and those of the file.
fn authorities(reach: &Reach) -> Result<Vec<Certificate<'static>>> {
    let system = rustls_native_certs::load_native_certs();
    let mut out: Vec<_> = system.certs.iter().map(|c| Certificate::from_der(c.as_ref()).to_owned()).collect();
    if let Some(path) = &reach.ca_file {
        let pem = std::fs::read(path).map_err(|e| bad_provider().cause(format!("{}: {e}", path.display())))?;
        let before = out.len();
        out.extend(ureq::tls::parse_pem(&pem).filter_map(|item| match item {
            Ok(PemItem::Certificate(certificate)) => Some(certificate),
            _ => None,
        }));
        if out.len() == before {
            return Err(bad_provider().cause(format!("{}: no certificate in it", path.display())));
        }
    }
    Ok(out)
}

/// The configuration of a provider can't be taken.
pub(crate) fn bad_provider() -> Error {
    Error::invalid(
        "bad-provider",
        "Kimlik sağlayıcının yapılandırmasında hata var.",
        "There is a fault in the configuration of an identity provider.",
    )
}

/// A text as part of a query string.
pub(crate) fn encode(text: &str) -> String {
    use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
    const KEPT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');
    utf8_percent_encode(text, KEPT).to_string()
}

/// An address with parameters added to its query.
pub(crate) fn with_query(url: &str, fields: &[(&str, &str)]) -> String {
    let query: Vec<String> = fields.iter().map(|(name, value)| format!("{}={}", encode(name), encode(value))).collect();
    format!("{url}{}{}", if url.contains('?') { '&' } else { '?' }, query.join("&"))
}
