//! A real RFC 3161 authority for tests: `openssl ts` behind a small HTTP server on loopback.

use std::{
    io::{Read, Write},
    net::{SocketAddr, TcpListener, TcpStream},
    path::Path,
    process::Command,
    sync::Mutex,
};
use tempfile::TempDir;

const CONFIG: &str = "
[req]
distinguished_name = dn
prompt = no
[dn]
CN = Meydan test time-stamp authority
[tsa_ext]
basicConstraints = critical,CA:FALSE
keyUsage = critical,digitalSignature
extendedKeyUsage = critical,timeStamping
[tsa]
default_tsa = tsa_config
[tsa_config]
serial = serial
crypto_device = builtin
signer_cert = cert.pem
certs = cert.pem
signer_key = key.pem
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256
accuracy = secs:1
ordering = yes
tsa_name = yes
ess_cert_id_chain = no
";

/// How it answers.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Manner {
    Honest,
    AnswersTheFirstQuestionForEver,
}

/// The running authority.
pub struct TimeStampAuthority {
    folder: TempDir,
    address: SocketAddr,
}

fn openssl(folder: &Path, arguments: &[&str]) -> bool {
    let output = Command::new("openssl").args(arguments).current_dir(folder).output();
    output.unwrap_or_else(|e| panic!("openssl is needed for this test: {e}")).status.success()
}

impl TimeStampAuthority {
    pub fn start() -> Self {
        Self::start_with(Manner::Honest)
    }

    pub fn start_with(manner: Manner) -> Self {
        let folder = tempfile::tempdir().expect("a directory");
        std::fs::write(folder.path().join("tsa.cnf"), CONFIG).expect("written");
        std::fs::write(folder.path().join("serial"), "01\n").expect("written");
        let made = openssl(
            folder.path(),
            &[
                "req",
                "-x509",
                "-newkey",
                "rsa:2048",
                "-nodes",
                "-keyout",
                "key.pem",
                "-out",
                "cert.pem",
                "-days",
                "2",
                "-config",
                "tsa.cnf",
                "-extensions",
                "tsa_ext",
            ],
        );
        assert!(made, "openssl makes a certificate");
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("an address");
        let place = folder.path().to_owned();
        std::thread::spawn(move || {
            let first = Mutex::new(None);
            for stream in listener.incoming().flatten() {
                let _ = answer(stream, &place, manner, &first);
            }
        });
        Self { folder, address }
    }

    pub fn url(&self) -> String {
        format!("http://{}/tsa", self.address)
    }

    /// What `openssl ts -verify` says of a response over a text.
    pub fn verifies(&self, text: &[u8], response: &[u8]) -> bool {
        let folder = self.folder.path();
        std::fs::write(folder.join("text"), text).expect("written");
        std::fs::write(folder.join("response.tsr"), response).expect("written");
        openssl(folder, &["ts", "-verify", "-data", "text", "-in", "response.tsr", "-CAfile", "cert.pem"])
    }
}

fn answer(mut stream: TcpStream, folder: &Path, manner: Manner, first: &Mutex<Option<Vec<u8>>>) -> std::io::Result<()> {
    let mut request = Vec::new();
    let mut buffer = [0; 4096];
    let body = loop {
        let n = stream.read(&mut buffer)?;
        if n == 0 {
            return Ok(());
        }
        request.extend_from_slice(&buffer[..n]);
        let Some(end) = request.windows(4).position(|w| w == b"\r\n\r\n") else { continue };
        let head = String::from_utf8_lossy(&request[..end]).to_ascii_lowercase();
        assert!(head.contains("content-type: application/timestamp-query"));
        let length: usize =
            head.lines().find_map(|l| l.strip_prefix("content-length: ")).and_then(|l| l.parse().ok()).unwrap_or_default();
        if request.len() >= end + 4 + length {
            break request[end + 4..].to_vec();
        }
    };
    let mut first = first.lock().expect("one thread");
    let question = match (manner, first.as_ref()) {
        (Manner::AnswersTheFirstQuestionForEver, Some(first)) => first.clone(),
        _ => body,
    };
    first.get_or_insert_with(|| question.clone());
    std::fs::write(folder.join("query.tsq"), question)?;
    let made = openssl(
        folder,
        &["ts", "-reply", "-config", "tsa.cnf", "-section", "tsa_config", "-queryfile", "query.tsq", "-out", "reply.tsr"],
    );
    if !made {
        return stream.write_all(b"HTTP/1.1 500 Broken\r\nContent-Length: 0\r\n\r\n");
    }
    let reply = std::fs::read(folder.join("reply.tsr"))?;
    let head = format!(
        "HTTP/1.1 200 OK\r\nContent-Type: application/timestamp-reply\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
        reply.len()
    );
    stream.write_all(head.as_bytes())?;
    stream.write_all(&reply)
}
