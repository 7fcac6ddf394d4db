//! Requests to services outside: short, small, to allowed addresses only, followed nowhere.

mod address;

use crate::{Failure, Result, trust};
use serde::Deserialize;
use std::{path::PathBuf, sync::Arc, time::Duration};
use ureq::{
    tls::{Certificate, RootCerts, TlsConfig},
    unversioned::transport::DefaultConnector,
};

/// A whole call ends after this long, whatever came of it.
const CALL: Duration = Duration::from_secs(15);
/// Connecting, of that.
const CONNECT: Duration = Duration::from_secs(5);
/// Limit: bytes read of an answer.
const MAX_ANSWER: u64 = 64 * 1024;
/// Limit: bytes of an answer's headers.
const MAX_HEADERS: usize = 32 * 1024;
/// Limit: a service that asks for more patience than this gets no more.
const MAX_PATIENCE: Duration = Duration::from_secs(24 * 60 * 60);

/// What a service may be reached by.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Reach {
    /// True if it may stand in the municipality's own network or on this machine, at any port.
    pub allow_private: bool,
    /// PEM file of certificate authorities to trust instead of the system's.
    pub ca_file: Option<PathBuf>,
}

/// Makes the calls.
pub(crate) struct Line(ureq::Agent);

/// An answer.
#[derive(Debug)]
pub(crate) struct Answer {
    pub status: u16,
    pub retry_after: Option<Duration>,
}

impl Line {
    /// # Errors
    /// [`Failure::Settings`] if there is no authority to trust.
    pub fn new(reach: &Reach) -> Result<Self> {
        let authorities = trust::authorities(reach.ca_file.as_deref())?;
        let roots = authorities.iter().map(|c| Certificate::from_der(c.as_ref()).to_owned()).collect();
        let tls = TlsConfig::builder()
            .root_certs(RootCerts::Specific(Arc::new(roots)))
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
            .user_agent("meydan")
            .build();
        let guard = address::Guard { private: reach.allow_private };
        Ok(Self(ureq::Agent::with_parts(config, DefaultConnector::default(), guard)))
    }

    /// POST of bytes.
    ///
    /// # Errors
    /// [`Failure::Later`] if there is no answer.
    pub fn post(&self, url: &str, headers: &[(&str, &str)], body: &[u8]) -> Result<Answer> {
        let mut request = self.0.post(url);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        // The text of an error may hold the address, and a push service's address is its secret: only its sort is told.
        let mut answer = request.send(body).map_err(|e| Failure::later(sort_of(&e)))?;
        let retry_after = answer.headers().get("retry-after").and_then(|v| v.to_str().ok()?.trim().parse().ok());
        let status = answer.status().as_u16();
        // Read to its end so that the connection can be used again; what it says is of no use.
        let _ = answer.body_mut().with_config().limit(MAX_ANSWER).read_to_vec();
        Ok(Answer { status, retry_after: retry_after.map(|s| Duration::from_secs(s).min(MAX_PATIENCE)) })
    }
}

impl Answer {
    /// What a status means that is not success: later (408, 425, 429, 5xx, and what points to our own settings), or never.
    pub fn failure(&self, ours: &[u16]) -> Failure {
        let why = format!("HTTP {}", self.status);
        match self.status {
            status if (400..500).contains(&status) && ![408, 425, 429].contains(&status) && !ours.contains(&status) => {
                Failure::Refused(why)
            }
            _ => Failure::Later { why, after: self.retry_after },
        }
    }
}

fn sort_of(error: &ureq::Error) -> &'static str {
    match error {
        ureq::Error::HostNotFound => "no address that may be called",
        ureq::Error::Timeout(_) => "no answer in time",
        ureq::Error::Tls(_) | ureq::Error::Rustls(_) => "no trusted TLS",
        ureq::Error::ConnectionFailed => "no connection",
        ureq::Error::Io(e) if e.kind() == std::io::ErrorKind::InvalidData => "no trusted TLS",
        _ => "no answer",
    }
}
