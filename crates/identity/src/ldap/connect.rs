//! A connection: TCP, always TLS, checked messages, and the LDAP library on top.

use super::{error::unavailable, error::wrong_settings, guard, settings::Settings};
use ldap3::{Ldap, LdapConnAsync, LdapConnSettings, StdStream};
use meydan_kernel::Result;
use rustls::{
    ClientConfig, RootCertStore,
    pki_types::{CertificateDer, ServerName, pem::PemObject},
};
use std::{
    path::Path,
    sync::{Arc, OnceLock},
    time::Duration,
};
use tokio::{
    io::{AsyncRead, AsyncWrite, AsyncWriteExt},
    net::{TcpStream, UnixStream},
    task::JoinHandle,
};
use tokio_rustls::TlsConnector;

/// Bytes that are under way to the library at once.
const RELAY_BYTES: usize = 64 << 10;
/// Extended request 1.3.6.1.4.1.1466.20037, message number 1 (RFC 4511 §4.14.1).
const START_TLS: &[u8] = b"\x30\x1d\x02\x01\x01\x77\x18\x80\x161.3.6.1.4.1.1466.20037";

/// One server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Target {
    host: String,
    port: u16,
    /// TLS begins after a request to do so, instead of at once.
    start_tls: bool,
}

impl Target {
    /// Reads `ldaps://host[:port]` or `ldap://host[:port]`.
    ///
    /// # Errors
    /// `ldap-settings`.
    pub(super) fn read(url: &str) -> Result<Self> {
        let wrong = || {
            let (tr, en) = (
                "Biçimi: ldaps://sunucu.bel.tr[:636] ya da ldap://sunucu.bel.tr[:389]",
                "As in ldaps://server.bel.tr[:636] or ldap://server.bel.tr[:389]",
            );
            wrong_settings("urls", &format!("{url} — {tr}"), &format!("{url} — {en}"))
        };
        let (scheme, rest) = url.split_once("://").ok_or_else(wrong)?;
        let (start_tls, usual) = match scheme {
            "ldaps" => (false, 636),
            "ldap" => (true, 389),
            _ => return Err(wrong()),
        };
        let rest = rest.strip_suffix('/').unwrap_or(rest);
        let (host, port) = match rest.strip_prefix('[') {
            Some(six) => {
                let (host, after) = six.split_once(']').ok_or_else(wrong)?;
                (host, after.strip_prefix(':'))
            }
            None => rest.split_once(':').map_or((rest, None), |(host, port)| (host, Some(port))),
        };
        let port = match port {
            Some(port) => port.parse().map_err(|_| wrong())?,
            None => usual,
        };
        if host.is_empty() || ServerName::try_from(host).is_err() {
            return Err(wrong());
        }
        Ok(Self { host: host.to_owned(), port, start_tls })
    }
}

/// What is trusted: authorities of a file, or the system's.
///
/// # Errors
/// `directory-unavailable` if there are none.
pub(super) fn trust(ca_file: Option<&Path>) -> Result<Arc<ClientConfig>> {
    let mut roots = RootCertStore::empty();
    match ca_file {
        Some(path) => {
            let told = |e: &dyn std::fmt::Display| unavailable(format!("{}: {e}", path.display()));
            for certificate in CertificateDer::pem_file_iter(path).map_err(|e| told(&e))? {
                roots.add(certificate.map_err(|e| told(&e))?).map_err(|e| told(&e))?;
            }
        }
        None => {
            roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        }
    }
    if roots.is_empty() {
        return Err(unavailable("no certificate authority to trust"));
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions().map_err(unavailable)?;
    Ok(Arc::new(config.with_root_certificates(roots).with_no_client_auth()))
}

/// A connection; it ends when this is dropped.
pub(super) struct Connection {
    /// The library's handle.
    pub ldap: Ldap,
    /// Why the relay ended, if what came was wrong.
    why: Arc<OnceLock<String>>,
    tasks: [JoinHandle<()>; 2],
}

impl Drop for Connection {
    fn drop(&mut self) {
        self.tasks.iter().for_each(JoinHandle::abort);
    }
}

impl Connection {
    /// Connects to the first server that answers, each within the time.
    ///
    /// # Errors
    /// `directory-unavailable`: none does, or none can be trusted.
    pub(super) async fn open(settings: &Settings) -> Result<Self> {
        let trust = trust(settings.ca_file.as_deref())?;
        let mut causes = Vec::new();
        for url in &settings.urls {
            let target = Target::read(url)?;
            match within(settings.timeout(), Self::to(&target, Arc::clone(&trust))).await {
                Ok(connection) => return Ok(connection),
                Err(cause) => causes.push(format!("{url}: {cause}")),
            }
        }
        Err(unavailable(causes.join("; ")))
    }

    async fn to(target: &Target, trust: Arc<ClientConfig>) -> std::io::Result<Self> {
        let mut tcp = TcpStream::connect((target.host.as_str(), target.port)).await?;
        tcp.set_nodelay(true)?;
        if target.start_tls {
            start_tls(&mut tcp).await?;
        }
        let name = ServerName::try_from(target.host.clone()).map_err(std::io::Error::other)?;
        let tls = TlsConnector::from(trust).connect(name, tcp).await?;
        let (ours, theirs) = std::os::unix::net::UnixStream::pair()?;
        ours.set_nonblocking(true)?;
        let settings = LdapConnSettings::new().set_std_stream(StdStream::Unix(theirs));
        let (connection, ldap) = LdapConnAsync::with_settings(settings, "ldapi:///").await.map_err(std::io::Error::other)?;
        let why = Arc::new(OnceLock::new());
        let relay = tokio::spawn(relay(tls, UnixStream::from_std(ours)?, Arc::clone(&why)));
        let drive = tokio::spawn(async move { drop(connection.drive().await) });
        Ok(Self { ldap, why, tasks: [relay, drive] })
    }

    /// The library's error, with what is known of its cause.
    pub(super) fn broken(&self, error: &ldap3::LdapError) -> meydan_kernel::Error {
        match self.why.get() {
            Some(why) => unavailable(why),
            None => unavailable(error),
        }
    }
}

/// Ends what takes too long.
async fn within<T>(time: Duration, work: impl Future<Output = std::io::Result<T>>) -> std::io::Result<T> {
    match tokio::time::timeout(time, work).await {
        Ok(done) => done,
        Err(_) => Err(std::io::Error::new(std::io::ErrorKind::TimedOut, format!("no answer within {} s", time.as_secs_f32()))),
    }
}

/// Asks for TLS. Not a byte more than the answer is read in the clear: what a stranger adds there is never taken for what the
/// server says later.
async fn start_tls(tcp: &mut TcpStream) -> std::io::Result<()> {
    tcp.write_all(START_TLS).await?;
    let refused = || std::io::Error::other("the server refuses StartTLS");
    let message = guard::read_message(tcp).await?.ok_or_else(refused)?;
    let parts = guard::elements(&message)?;
    let inside = guard::elements(parts.first().ok_or_else(refused)?.content)?;
    let operation = inside.get(1).filter(|o| o.tag == guard::EXTENDED_RESPONSE).ok_or_else(refused)?;
    let code = guard::elements(operation.content)?.first().map(|c| c.content.to_vec());
    if code.is_some_and(|c| c.iter().all(|b| *b == 0)) { Ok(()) } else { Err(refused()) }
}

/// Carries requests out and checked answers in, until either side ends.
async fn relay(server: impl AsyncRead + AsyncWrite, library: UnixStream, why: Arc<OnceLock<String>>) {
    let (mut from_server, mut to_server) = tokio::io::split(server);
    let (from_library, mut to_library) = library.into_split();
    let mut from_library = tokio::io::BufReader::with_capacity(RELAY_BYTES, from_library);
    let out = async {
        let sent = tokio::io::copy_buf(&mut from_library, &mut to_server).await;
        let _ = to_server.shutdown().await;
        sent.map(|_| ())
    };
    let inward = guard::forward(&mut from_server, &mut to_library);
    let ended = tokio::select! { ended = out => ended, ended = inward => ended };
    if let Err(error) = ended {
        let _ = why.set(error.to_string());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn servers_are_read_and_others_refused() {
        let read = |url: &str| Target::read(url).map(|t| (t.host, t.port, t.start_tls));
        assert_eq!(read("ldaps://dc1.bel.tr").unwrap(), ("dc1.bel.tr".to_owned(), 636, false));
        assert_eq!(read("ldap://127.0.0.1:3890/").unwrap(), ("127.0.0.1".to_owned(), 3890, true));
        assert_eq!(read("ldaps://[::1]:1636").unwrap(), ("::1".to_owned(), 1636, false));
        for bad in ["dc1", "http://dc1", "ldaps://", "ldap://a:b", "ldaps://[::1", "ldapi:///", "ldaps://a b"] {
            assert_eq!(read(bad).unwrap_err().code(), "ldap-settings", "{bad}");
        }
    }

    #[test]
    fn the_request_for_tls_is_well_formed() {
        let outer = guard::elements(START_TLS).unwrap();
        let inner = guard::elements(outer[0].content).unwrap();
        let request = guard::elements(inner[1].content).unwrap();
        assert_eq!((outer.len(), inner.len(), inner[1].tag), (1, 2, 0x77));
        assert_eq!(request[0].content, b"1.3.6.1.4.1.1466.20037");
    }
}
