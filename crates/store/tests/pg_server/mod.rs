//! A private PostgreSQL with PostGIS on loopback for tests: own port, own data directory, stopped with the test process.
//!
//! The Debian binaries are preferred because they come with PostGIS and ICU; `MEYDAN_PG_BIN` names another folder.

use std::{
    io::Read as _,
    net::TcpListener,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::{
        OnceLock,
        atomic::{AtomicU32, Ordering},
    },
    time::{Duration, Instant},
};

/// How long a start may take on a busy machine.
const START_LIMIT: Duration = Duration::from_secs(60);

/// A server of our own.
pub struct PgServer {
    bin: PathBuf,
    // Held for its drop: it deletes the data directory.
    directory: tempfile::TempDir,
    port: u16,
    postmaster: std::sync::Mutex<Option<Child>>,
}

static SHARED: OnceLock<PgServer> = OnceLock::new();
static DATABASES: AtomicU32 = AtomicU32::new(0);

/// The server that the tests of one process share; each test asks it for its own database.
pub fn shared() -> &'static PgServer {
    SHARED.get_or_init(PgServer::start)
}

impl PgServer {
    /// Makes a cluster and starts it; panics with what is missing.
    pub fn start() -> Self {
        let bin = binaries();
        remove_leftovers();
        let directory = tempfile::Builder::new().prefix("meydan-pg-").tempdir().expect("a temporary directory");
        let data = directory.path().join("data");
        if is_root() {
            run(Command::new("chown").arg("postgres").arg(directory.path()));
        }
        run(unprivileged(&bin.join("initdb"))
            .args(["--auth=trust", "--username=meydan", "--encoding=UTF8", "--locale=C", "--no-sync", "-D"])
            .arg(&data));
        let port = TcpListener::bind("127.0.0.1:0").and_then(|l| l.local_addr()).expect("a free port").port();
        let server = Self { bin, directory, port, postmaster: std::sync::Mutex::new(None) };
        server.launch();
        server.psql("postgres", "CREATE DATABASE meydan_template");
        server.psql("meydan_template", "CREATE EXTENSION postgis");
        server
    }

    /// Starts the postmaster and waits until it answers.
    pub fn launch(&self) {
        let mut command = unprivileged(&self.bin.join("postgres"));
        command
            .arg("-D")
            .arg(self.directory.path().join("data"))
            .args(["-p", &self.port.to_string(), "-h", "127.0.0.1", "-k", ""])
            .args(["-c", "max_connections=200", "-c", "shared_buffers=128MB", "-c", "log_min_messages=fatal"])
            .args(["-c", "restart_after_crash=on", "-c", "jit=off"])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        // PDEATHSIG follows the thread that forked, and the threads of tests end early: fork in one that never does.
        let (send, receive) = std::sync::mpsc::channel();
        std::thread::spawn(move || {
            let _ = send.send(command.spawn());
            loop {
                std::thread::park();
            }
        });
        let child = receive.recv().expect("the thread answers").expect("postgres starts");
        *self.postmaster.lock().expect("not poisoned") = Some(child);
        let began = Instant::now();
        while !self.answers() {
            assert!(began.elapsed() < START_LIMIT, "PostgreSQL on port {} did not answer within {START_LIMIT:?}", self.port);
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    fn answers(&self) -> bool {
        Command::new(self.bin.join("pg_isready"))
            .args(["-q", "-h", "127.0.0.1", "-p", &self.port.to_string()])
            .status()
            .is_ok_and(|s| s.success())
    }

    /// Stops the postmaster: `INT` is a fast shutdown, `QUIT` leaves a crash behind.
    pub fn stop(&self, signal: &str) {
        if let Some(mut child) = self.postmaster.lock().expect("not poisoned").take() {
            let _ = Command::new("kill").args([&format!("-{signal}"), &child.id().to_string()]).status();
            let _ = child.wait();
        }
    }

    /// A new database with PostGIS; its URL.
    pub fn database(&self) -> String {
        let name = format!("t{}", DATABASES.fetch_add(1, Ordering::Relaxed));
        self.psql("postgres", &format!("CREATE DATABASE {name} TEMPLATE meydan_template"));
        self.url(&name)
    }

    /// The URL of a database.
    pub fn url(&self, database: &str) -> String {
        format!("postgres://meydan@127.0.0.1:{}/{database}", self.port)
    }

    /// The port.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Runs SQL by `psql` as the owner; its output, or panics with its complaint.
    pub fn psql(&self, database: &str, sql: &str) -> String {
        self.try_psql(database, sql).unwrap_or_else(|e| panic!("psql: {e}\n{sql}"))
    }

    /// Runs SQL by `psql` as the owner; its output or its complaint.
    pub fn try_psql(&self, database: &str, sql: &str) -> Result<String, String> {
        let out = Command::new(self.bin.join("psql"))
            .args(["-X", "-A", "-t", "-q", "-v", "ON_ERROR_STOP=1", "-h", "127.0.0.1", "-U", "meydan"])
            .args(["-p", &self.port.to_string(), "-d", database, "-c", sql])
            .output()
            .map_err(|e| e.to_string())?;
        match out.status.success() {
            true => Ok(String::from_utf8_lossy(&out.stdout).trim().to_owned()),
            false => Err(String::from_utf8_lossy(&out.stderr).into_owned()),
        }
    }
}

impl Drop for PgServer {
    fn drop(&mut self) {
        self.stop("INT");
    }
}

fn binaries() -> PathBuf {
    let named = std::env::var_os("MEYDAN_PG_BIN").map(PathBuf::from);
    let debian = (15..=20).rev().map(|v| PathBuf::from(format!("/usr/lib/postgresql/{v}/bin")));
    named.into_iter().chain(debian).find(|p| p.join("initdb").is_file()).expect(
        "PostgreSQL 15 or newer with PostGIS is needed for these tests: apt-get install postgresql-15-postgis-3, \
         or name the folder of its binaries in MEYDAN_PG_BIN",
    )
}

fn is_root() -> bool {
    let out = Command::new("id").arg("-u").output().expect("`id` runs");
    String::from_utf8_lossy(&out.stdout).trim() == "0"
}

/// A command that runs as `postgres` when we are root (the server refuses root), and dies with this process.
fn unprivileged(program: &Path) -> Command {
    let mut command = Command::new("setpriv");
    command.args(["--pdeathsig", "INT"]);
    if is_root() {
        command.args(["--reuid", "postgres", "--regid", "postgres", "--clear-groups"]);
    }
    command.arg(program).current_dir(std::env::temp_dir());
    command
}

fn run(command: &mut Command) {
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap_or_else(|e| panic!("{command:?}: {e}"));
    let mut complaint = String::new();
    if let Some(mut stderr) = child.stderr.take() {
        let _ = stderr.read_to_string(&mut complaint);
    }
    let status = child.wait().expect("the command ends");
    assert!(status.success(), "{command:?}: {complaint}");
}

/// Deletes clusters that earlier test processes left behind: the shared server lives to the end of its process, which runs no
/// drops, so its folder outlives it. A cluster is left behind when its postmaster is gone.
fn remove_leftovers() {
    for entry in std::fs::read_dir(std::env::temp_dir()).into_iter().flatten().flatten() {
        if !entry.file_name().to_string_lossy().starts_with("meydan-pg-") {
            continue;
        }
        let old = entry.metadata().and_then(|m| m.modified()).is_ok_and(|t| t.elapsed().is_ok_and(|age| age > START_LIMIT));
        let pid = std::fs::read_to_string(entry.path().join("data/postmaster.pid"));
        let alive = pid.is_ok_and(|text| text.lines().next().is_some_and(|pid| Path::new("/proc").join(pid.trim()).exists()));
        if old && !alive {
            let _ = std::fs::remove_dir_all(entry.path());
        }
    }
}
