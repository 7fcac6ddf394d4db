//! Starts the real binary on a real store and asks it through its faces. Every server has its own folder and port and is ended
//! with the test.

// Each test binary uses its own part of the harness.
#![allow(dead_code)]

use serde_json::Value as Json;
use std::{
    io::{BufRead as _, BufReader},
    path::{Path, PathBuf},
    process::{Child, Command, Output, Stdio},
    time::Duration,
};

/// The binary under test.
pub const MEYDAN: &str = env!("CARGO_BIN_EXE_meydan");

/// The real data beside the checkout.
pub fn shared(path: &str) -> PathBuf {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared").join(path);
    assert!(path.exists(), "{} is missing: the tests read the real data that lies beside the checkout", path.display());
    path
}

/// A folder of the repository's tests.
pub fn tests_folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests")
}

/// The Python of the tests' own environment (made by `tests/run`).
pub fn python() -> PathBuf {
    let python = tests_folder().join(".venv/bin/python");
    assert!(python.exists(), "{} is missing: run the tests by `make test`", python.display());
    python
}

/// A city in a folder of its own: configuration and store, not yet served.
pub struct City {
    pub folder: tempfile::TempDir,
    pub store: String,
}

impl City {
    /// A new embedded city.
    pub fn embedded() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let store = folder.path().join("city.gpkg").display().to_string();
        Self { folder, store }
    }

    /// A new city in a database.
    pub fn in_database(url: &str) -> Self {
        Self { folder: tempfile::tempdir().expect("a temporary folder"), store: url.to_owned() }
    }

    /// The folder's path.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// A command on this city.
    pub fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(MEYDAN);
        command.arg("--store").arg(&self.store).args(args).current_dir(self.folder.path()).env("MEYDAN_LANG", "en");
        command
    }

    /// Runs a command to its end.
    pub fn run(&self, args: &[&str]) -> Output {
        self.command(args).output().expect("the binary starts")
    }

    /// Runs a command that must succeed; its standard output.
    pub fn ok(&self, args: &[&str]) -> String {
        let output = self.run(args);
        let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        assert!(output.status.success(), "meydan {args:?} failed\n{out}\n{err}");
        out.into_owned()
    }

    /// Runs a command with `--json` that must succeed; what it printed.
    pub fn json(&self, args: &[&str]) -> Json {
        let out = self.ok(&[&["--json"], args].concat());
        serde_json::from_str(&out).unwrap_or_else(|e| panic!("{e} in {out}"))
    }

    /// Serves the city on a free port.
    pub fn serve(&self) -> Server {
        let mut child = self
            .command(&["--json", "serve", "--listen", "127.0.0.1:0"])
            .stdout(Stdio::piped())
            .stderr(Stdio::from(std::fs::File::create(self.path("server.log")).expect("a log file")))
            .spawn()
            .expect("the binary starts");
        let mut line = String::new();
        BufReader::new(child.stdout.take().expect("piped")).read_line(&mut line).expect("a line");
        let told: Json = serde_json::from_str(&line).unwrap_or_else(|_| {
            panic!("the server did not start: {line}{}", std::fs::read_to_string(self.path("server.log")).unwrap_or_default())
        });
        let url = told["listening"].as_str().expect("an address").trim_end_matches('/').to_owned();
        let agent = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .timeout_global(Some(Duration::from_secs(60)))
            .build()
            .new_agent();
        Server { child, url, agent }
    }
}

/// A running server.
pub struct Server {
    child: Child,
    pub url: String,
    agent: ureq::Agent,
}

/// An answer.
pub struct Answer {
    pub status: u16,
    pub headers: ureq::http::HeaderMap,
    pub body: Vec<u8>,
}

impl Answer {
    /// The body as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The body as JSON.
    pub fn json(&self) -> Json {
        serde_json::from_slice(&self.body).unwrap_or_else(|e| panic!("{e} in {}", self.text()))
    }

    /// A header.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|v| v.to_str().ok()).unwrap_or("")
    }
}

impl Server {
    /// GET.
    pub fn get(&self, path: &str) -> Answer {
        self.get_with(path, &[])
    }

    /// GET with headers.
    pub fn get_with(&self, path: &str, headers: &[(&str, &str)]) -> Answer {
        let mut request = self.agent.get(format!("{}{path}", self.url));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        read(request.call())
    }

    /// POST of JSON.
    pub fn post(&self, path: &str, body: &Json) -> Answer {
        read(self.agent.post(format!("{}{path}", self.url)).header("content-type", "application/json").send(body.to_string()))
    }

    /// One changeset by the changes API that must succeed.
    pub fn change(&self, body: &Json) -> Json {
        let answer = self.post("/api/changes", body);
        assert_eq!(answer.status, 201, "{}", answer.text());
        answer.json()
    }

    /// The process id, for `/proc`.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Ends it as a power cut would.
    pub fn kill(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.kill();
    }
}

fn read(result: Result<ureq::http::Response<ureq::Body>, ureq::Error>) -> Answer {
    let mut response = result.expect("an answer");
    let status = response.status().as_u16();
    let headers = response.headers().clone();
    let body = response.body_mut().with_config().limit(1 << 30).read_to_vec().expect("a body");
    Answer { status, headers, body }
}

/// Runs a foreign program that must succeed; its standard output.
pub fn foreign(command: &mut Command) -> String {
    let output = command.output().unwrap_or_else(|e| panic!("{command:?} can't be started: {e}"));
    let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{command:?}\n{out}\n{err}");
    out.into_owned()
}
