//! The real `oidc-provider` (npm), as its own process.

pub mod browser;

use serde_json::{Value as Json, json};
use std::{
    io::{BufRead as _, BufReader},
    path::Path,
    process::{Child, ChildStdout, Command, Stdio},
    sync::Once,
};

/// Where people reach the house. Nothing listens there: the browser stops when it is sent home.
pub const HOME: &str = "http://127.0.0.1:9";

pub struct OidcProvider {
    pub issuer: String,
    // It ends when this end of its standard input is closed.
    child: Child,
    // It writes now and then: who closes this end kills it.
    _told: BufReader<ChildStdout>,
}

impl OidcProvider {
    pub fn start() -> Self {
        Self::start_with(&[])
    }

    /// Over TLS, with a certificate and its key.
    pub fn start_secure(certificate: &Path, key: &Path) -> Self {
        Self::start_with(&[certificate, key])
    }

    fn start_with(tls: &[&Path]) -> Self {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/clients/identity_provider");
        install(&folder);
        let mut child = Command::new("node")
            .arg(folder.join("provider.mjs"))
            .args([format!("{HOME}/login/return/"), format!("{HOME}/")])
            .args(tls)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("node starts");
        let mut line = String::new();
        let mut told_by = BufReader::new(child.stdout.take().expect("piped"));
        told_by.read_line(&mut line).expect("a line");
        let told: Json = serde_json::from_str(&line).unwrap_or_else(|e| panic!("the provider did not start: {e}: {line}"));
        Self { issuer: told["issuer"].as_str().expect("an issuer").to_owned(), child, _told: told_by }
    }

    /// One of its three clients, as configuration.
    pub fn client(&self, client: &str, link_by: &str) -> Json {
        let mut json = json!({
            "key": client, "title": { "tr": "Kent", "en": "City" }, "issuer": self.issuer, "client_id": client,
            "link_by": link_by, "reach": { "allow_http": true },
        });
        match client {
            "rs" => json["client_secret_file"] = "client.secret".into(),
            "es" => (json["client_secret_file"], json["client_secret_in"]) = ("client.secret".into(), "form".into()),
            _ => {}
        }
        json
    }

    /// All keys are new ones from now on.
    pub fn rotate(&self) {
        ureq::get(format!("{}/test/rotate", self.issuer)).call().expect("new keys");
    }
}

impl Drop for OidcProvider {
    fn drop(&mut self) {
        drop(self.child.stdin.take());
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Installs what the lock file names, once.
fn install(folder: &Path) {
    static INSTALLED: Once = Once::new();
    INSTALLED.call_once(|| {
        if !folder.join("node_modules/oidc-provider").exists() {
            let done = Command::new("npm").args(["ci", "--no-audit", "--no-fund", "--silent"]).current_dir(folder).status();
            assert!(done.expect("npm starts").success(), "npm ci failed in {}", folder.display());
        }
    });
}
