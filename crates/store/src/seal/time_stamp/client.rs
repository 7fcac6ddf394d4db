//! The HTTP side of RFC 3161 (section 3.4): one POST, one answer. HTTP/1.0, so that no answer comes in chunks.

use super::der::{read_response, request};
use meydan_kernel::{Error, Kind, Result};
use std::time::Duration;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};

/// Limit: the whole exchange.
const TIMEOUT: Duration = Duration::from_secs(20);
/// Limit: bytes of an answer; real ones have 1 to 8 KiB.
const MAX_ANSWER: u64 = 128 * 1024;

/// A time-stamp authority.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Authority {
    host: String,
    port: u16,
    path: String,
}

impl Authority {
    /// The authority at an `http://` address. (RFC 3161 answers are signed and carry a nonce, so that authorities serve them without
    /// TLS.)
    ///
    /// # Errors
    /// `time-stamp-url` (Invalid).
    pub fn parse(url: &str) -> Result<Self> {
        let wrong = || {
            Error::invalid(
                "time-stamp-url",
                format!("Zaman damgası adresi http:// ile başlamalı: {url}"),
                format!("The time-stamp authority's address must begin with http://: {url}"),
            )
        };
        if url.chars().any(|c| c.is_whitespace() || c.is_control()) {
            return Err(wrong());
        }
        let rest = url.strip_prefix("http://").ok_or_else(wrong)?;
        let (authority, path) = rest.find('/').map_or((rest, "/"), |at| rest.split_at(at));
        let (host, port) = match authority.rsplit_once(':') {
            // An address of IPv6 has colons of its own.
            Some((host, port)) if !port.ends_with(']') => (host, port.parse().map_err(|_| wrong())?),
            _ => (authority, 80),
        };
        if host.is_empty() || host.contains('@') {
            return Err(wrong());
        }
        Ok(Self { host: host.to_owned(), port, path: path.to_owned() })
    }

    /// Has an imprint stamped; the whole response (DER), checked to be granted, over this imprint and for this request.
    ///
    /// # Errors
    /// `time-stamp` (Unavailable).
    pub async fn stamp(&self, imprint: &[u8; 32]) -> Result<Vec<u8>> {
        let mut nonce = [0; 8];
        getrandom::fill(&mut nonce).map_err(failed)?;
        // Positive and of full length, so that the integer has one spelling.
        nonce[0] = nonce[0] & 0x3F | 0x40;
        let question = request(imprint, &nonce);
        let response =
            tokio::time::timeout(TIMEOUT, self.exchange(&question)).await.map_err(|_| failed("no answer in time"))??;
        let stamp = read_response(&response).map_err(failed)?;
        if stamp.imprint != *imprint {
            return Err(failed("the stamp is over something else"));
        }
        if stamp.nonce.as_deref() != Some(&nonce) {
            return Err(failed("the stamp is for another request"));
        }
        Ok(response)
    }

    async fn exchange(&self, body: &[u8]) -> Result<Vec<u8>> {
        let host = self.host.trim_start_matches('[').trim_end_matches(']');
        let mut stream = TcpStream::connect((host, self.port)).await.map_err(failed)?;
        let head = format!(
            "POST {} HTTP/1.0\r\nHost: {}:{}\r\nContent-Type: application/timestamp-query\r\nAccept: application/timestamp-reply\r\nContent-Length: {}\r\n\r\n",
            self.path,
            self.host,
            self.port,
            body.len()
        );
        stream.write_all(head.as_bytes()).await.map_err(failed)?;
        stream.write_all(body).await.map_err(failed)?;
        let mut answer = Vec::new();
        stream.take(MAX_ANSWER).read_to_end(&mut answer).await.map_err(failed)?;
        let end = answer.windows(4).position(|w| w == b"\r\n\r\n").ok_or_else(|| failed("the answer is not HTTP"))?;
        let head = String::from_utf8_lossy(&answer[..end]).into_owned();
        let status = head.split_whitespace().nth(1).unwrap_or_default();
        if !head.starts_with("HTTP/1.") || status != "200" {
            return Err(failed(format!("HTTP status {status:.20}")));
        }
        Ok(answer.split_off(end + 4))
    }
}

fn failed(cause: impl std::fmt::Display) -> Error {
    Error::new(Kind::Unavailable, "time-stamp", "Zaman damgası alınamadı.", "No time stamp could be had.").cause(cause)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_read() {
        let at = |host: &str, port, path: &str| Ok(Authority { host: host.to_owned(), port, path: path.to_owned() });
        assert_eq!(Authority::parse("http://zd.example"), at("zd.example", 80, "/"));
        assert_eq!(Authority::parse("http://127.0.0.1:3161/tsa?x=1"), at("127.0.0.1", 3161, "/tsa?x=1"));
        assert_eq!(Authority::parse("http://[::1]:80/"), at("[::1]", 80, "/"));
        assert_eq!(Authority::parse("http://[::1]/"), at("[::1]", 80, "/"));
        for wrong in ["https://zd.example", "zd.example", "http://", "http://a:b/", "http://a/\r\nX: y", "http://u@h/"] {
            assert!(Authority::parse(wrong).is_err(), "{wrong}");
        }
    }
}
