//! The other side (`peers.py`), as its own process, started once for all tests.

use serde_json::Value as Json;
use std::{
    io::{BufRead as _, BufReader},
    net::TcpListener,
    path::{Path, PathBuf},
    process::{Child, ChildStdin, Command, Stdio},
    sync::{
        Mutex, MutexGuard, OnceLock, PoisonError,
        mpsc::{Receiver, channel},
    },
    time::Duration,
};

/// How long something is waited for on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);

pub struct Peers {
    /// Ports and keys.
    pub at: Json,
    folder: tempfile::TempDir,
    came: Receiver<String>,
    // It ends when this end of its standard input is closed, with the tests.
    _until: ChildStdin,
    _child: Child,
}

/// The other side, for one test at a time.
pub fn peers() -> MutexGuard<'static, Peers> {
    static ONE: OnceLock<Mutex<Peers>> = OnceLock::new();
    ONE.get_or_init(|| Mutex::new(Peers::start())).lock().unwrap_or_else(PoisonError::into_inner)
}

impl Peers {
    fn start() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        certificate(folder.path());
        let here = Path::new(env!("CARGO_MANIFEST_DIR"));
        let python = here.join("../../tests/.venv/bin/python");
        assert!(python.exists(), "{} is missing: tests/run makes it", python.display());
        let mut child = Command::new(python)
            // The end-to-end tests use it too.
            .arg(here.join("../messages/tests/protocols/peers.py"))
            .arg(folder.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("Python");
        let until = child.stdin.take().expect("piped");
        let (tell, came) = channel();
        let said = BufReader::new(child.stdout.take().expect("piped"));
        std::thread::spawn(move || said.lines().map_while(Result::ok).try_for_each(|line| tell.send(line)));
        let mut peers = Self { at: Json::Null, folder, came, _until: until, _child: child };
        peers.at = peers.next();
        peers
    }

    /// What came next; a test that waits for what never comes fails.
    pub fn next(&mut self) -> Json {
        let line = self.came.recv_timeout(PATIENCE).expect("nothing came");
        serde_json::from_str(&line).unwrap_or_else(|e| panic!("{e}: {line}"))
    }

    pub fn port(&self, name: &str) -> u16 {
        self.at[name].as_u64().and_then(|p| u16::try_from(p).ok()).expect("a port")
    }

    pub fn text(&self, name: &str) -> &str {
        self.at[name].as_str().expect("a text")
    }

    /// Our own certificate authority.
    pub fn ca(&self) -> PathBuf {
        self.folder.path().join("ca.pem")
    }
}

/// A throwaway authority, and a certificate of it for `localhost` and 127.0.0.1.
pub fn certificate(folder: &Path) {
    let make = |args: &[&str]| {
        let key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2"];
        let done = Command::new("openssl").current_dir(folder).args(["req", "-x509"]).args(key).args(args).output();
        assert!(done.expect("openssl").status.success(), "{args:?}");
    };
    make(&["-subj", "/CN=Throwaway CA", "-keyout", "ca.key", "-out", "ca.pem"]);
    let names = "subjectAltName=DNS:localhost,IP:127.0.0.1,IP:127.0.0.2";
    let leaf = ["-CA", "ca.pem", "-CAkey", "ca.key", "-subj", "/CN=server", "-addext", names];
    let kept = ["-addext", "basicConstraints=critical,CA:FALSE", "-keyout", "server.key", "-out", "server.pem"];
    make(&[&leaf[..], &kept[..]].concat());
}

pub fn free_port() -> u16 {
    TcpListener::bind(("127.0.0.1", 0)).and_then(|l| l.local_addr()).expect("a free port").port()
}
