//! How a mail server is reached.

use crate::{Failure, Result};
use serde::Deserialize;
use std::net::{IpAddr, SocketAddr, ToSocketAddrs};

/// How the connection is kept from strangers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Security {
    /// Not at all: on this machine only.
    None,
    /// Plain at first, TLS before anything is said that matters; refused if the server doesn't offer it.
    StartTls,
    /// TLS from the first byte.
    #[default]
    Tls,
}

/// The addresses of a server; those of this machine alone if the connection is plain.
///
/// # Errors
/// [`Failure::Later`] if the name isn't known, [`Failure::Settings`] if a plain connection would leave the machine.
pub(crate) fn addresses(host: &str, port: u16, security: Security) -> Result<Vec<SocketAddr>> {
    let literal = host.trim_matches(['[', ']']).parse::<IpAddr>().ok();
    let plain_may = host == "localhost" || literal.is_some_and(|ip| ip.is_loopback());
    if security == Security::None && !plain_may {
        return Err(Failure::settings(format!("{host}: a plain connection is for this machine only; use starttls or tls")));
    }
    let found: Vec<SocketAddr> = match literal {
        Some(ip) => vec![SocketAddr::new(ip, port)],
        None => (host, port).to_socket_addrs().map_err(|e| Failure::later(format!("{host}: {e}")))?.collect(),
    };
    let kept: Vec<_> = found.into_iter().filter(|a| security != Security::None || a.ip().is_loopback()).collect();
    if kept.is_empty() { Err(Failure::later(format!("{host}: no address"))) } else { Ok(kept) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_connections_stay_on_this_machine() {
        for here in ["127.0.0.1", "::1", "[::1]", "localhost"] {
            assert!(addresses(here, 25, Security::None).unwrap().iter().all(|a| a.ip().is_loopback()), "{here}");
        }
        for elsewhere in ["10.0.0.1", "8.8.8.8", "posta.bel.tr", "localhost.evil.example", "0.0.0.0"] {
            assert!(matches!(addresses(elsewhere, 25, Security::None), Err(Failure::Settings(_))), "{elsewhere}");
        }
        assert_eq!(addresses("10.0.0.1", 587, Security::StartTls).unwrap().len(), 1);
    }
}
