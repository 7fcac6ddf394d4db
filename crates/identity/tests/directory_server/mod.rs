//! Real directory servers for tests (slapd, samba-ad-dc), each in its own folder and at its own address, ended with the test; and
//! servers that are none.

// Each test binary uses its own part.
#![allow(dead_code)]

pub mod samba;
pub mod slapd;
pub mod trickster;

use std::{
    net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream},
    path::{Path, PathBuf},
    process::{Child, Command},
    thread::sleep,
    time::{Duration, Instant},
};

/// How long a server may take to start on a busy machine.
const PATIENCE: Duration = Duration::from_secs(30);

/// Password of every test account.
pub const PASSWORD: &str = "Sınav.2026!Güz";
/// Password of the account that searches.
pub const SEARCHER_PASSWORD: &str = "Arayan.2026!x";

/// A process that ends with the test.
pub struct Running(Child);

impl Running {
    pub fn start(command: &mut Command) -> Self {
        Self(command.spawn().unwrap_or_else(|e| panic!("{command:?} can't be started: {e}")))
    }

    /// Stops answering, as a machine that hangs; or goes on.
    pub fn signal(&self, name: &str) {
        let id = self.0.id().to_string();
        run(Command::new("kill").args([&format!("-{name}"), &id]));
    }

    /// Waits until somebody listens.
    pub fn listens(&mut self, address: SocketAddr) {
        let began = Instant::now();
        while TcpStream::connect(address).is_err() {
            if let Ok(Some(status)) = self.0.try_wait() {
                panic!("the directory server ended: {status}");
            }
            assert!(began.elapsed() < PATIENCE, "nobody listens at {address}");
            sleep(Duration::from_millis(30));
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Runs a command that must succeed; what it said.
pub fn run(command: &mut Command) -> String {
    let output = command.output().unwrap_or_else(|e| panic!("{command:?} can't be started: {e}"));
    let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{command:?}\n{out}\n{err}");
    out.into_owned()
}

/// A port that is free.
pub fn free_port() -> u16 {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).and_then(|l| l.local_addr()).expect("a free port").port()
}

/// A folder in memory where there is one: provisioning a domain writes ten thousand small pieces, each synced.
pub fn folder() -> tempfile::TempDir {
    let memory = Path::new("/dev/shm");
    let made = if memory.is_dir() { tempfile::tempdir_in(memory) } else { tempfile::tempdir() };
    made.expect("a temporary folder")
}

/// A throwaway certificate authority.
pub struct Authority<'a>(pub &'a Path);

impl Authority<'_> {
    /// Makes it; `ca.pem` and `ca.key` in the folder.
    pub fn make(&self) {
        let key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2"];
        let own = ["-subj", "/CN=Throwaway CA", "-keyout", "ca.key", "-out", "ca.pem"];
        run(Command::new("openssl").current_dir(self.0).args(["req", "-x509"]).args(key).args(own));
    }

    /// A server's certificate for a name (`IP:127.0.0.1`); `NAME.pem` and `NAME.key`.
    pub fn certify(&self, name: &str, subject: &str, days: &str) {
        let key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", days];
        let (cert, secret) = (format!("{name}.pem"), format!("{name}.key"));
        let alternative = format!("subjectAltName={subject}");
        run(Command::new("openssl")
            .current_dir(self.0)
            .args(["req", "-x509", "-CA", "ca.pem", "-CAkey", "ca.key", "-subj", "/CN=directory"])
            .args(key)
            .args([
                "-addext",
                &alternative,
                "-addext",
                "basicConstraints=critical,CA:FALSE",
                "-keyout",
                &secret,
                "-out",
                &cert,
            ]));
    }
}

/// Writes a password that nobody else may read.
pub fn password_file(folder: &Path, password: &str) -> PathBuf {
    use std::os::unix::fs::PermissionsExt as _;
    let path = folder.join("searcher.password");
    std::fs::write(&path, format!("{password}\n")).expect("written");
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).expect("mode set");
    path
}
