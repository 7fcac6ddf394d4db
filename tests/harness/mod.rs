//! Starts the real binary on a real store and asks it through its faces. Every server has its own folder and port and is ended
//! with the test.

// Each test binary uses its own part of the harness.
#![allow(dead_code)]

pub mod cases;
pub mod people;
pub mod photo;
pub mod visitor;

use serde_json::Value as Json;
use std::{
    io::{BufRead as _, BufReader},
    path::{Path, PathBuf},
    process::{Child, Command, Output, Stdio},
    sync::OnceLock,
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
    token: OnceLock<String>,
}

/// Login of the administrator whose token a served city's tests send.
pub const ADMINISTRATOR: &str = "deneme.yonetici";

impl City {
    /// A new embedded city.
    pub fn embedded() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let store = folder.path().join("city.gpkg").display().to_string();
        Self { folder, store, token: OnceLock::new() }
    }

    /// Every file of a city that nobody serves, by its name in the folder.
    pub fn files(&self) -> Vec<(String, Vec<u8>)> {
        let mut files = Vec::new();
        let mut folders = vec![self.folder.path().to_owned()];
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).expect("a folder") {
                let path = entry.expect("an entry").path();
                if path.is_dir() {
                    folders.push(path);
                } else {
                    let name = path.strip_prefix(self.folder.path()).expect("inside").display().to_string();
                    files.push((name, std::fs::read(path).expect("bytes")));
                }
            }
        }
        files
    }

    /// An embedded city of such files.
    pub fn of_files(files: &[(String, Vec<u8>)]) -> Self {
        let city = Self::embedded();
        for (name, bytes) in files {
            let path = city.path(name);
            std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
            std::fs::write(path, bytes).expect("written");
        }
        city
    }

    /// A new city in a database.
    pub fn in_database(url: &str) -> Self {
        Self { folder: tempfile::tempdir().expect("a temporary folder"), store: url.to_owned(), token: OnceLock::new() }
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

    /// The token of an administrator, made at the command line when first asked for.
    pub fn token(&self) -> &str {
        self.token.get_or_init(|| {
            self.ok(&["people", "admin", "--login", ADMINISTRATOR, "--name", "Deneme Yönetici", "--again"]);
            self.new_token(&["--login", ADMINISTRATOR, "--name", "tests"])
        })
    }

    /// A token as `meydan token new` makes it.
    pub fn new_token(&self, args: &[&str]) -> String {
        let made = self.json(&[&["token", "new"], args].concat());
        made["secret"].as_str().expect("a secret").to_owned()
    }

    /// Serves the city on a free port; requests come with the token of an administrator ([`Server::public`]: with none).
    pub fn serve(&self) -> Server {
        self.serve_with([])
    }

    /// The same, by a clock that starts at an instant (`2027-01-31 20:59:50`, in UTC) and goes on from there.
    pub fn serve_at(&self, instant: &str) -> Server {
        self.serve_with(clock(instant))
    }

    pub fn serve_with<const N: usize>(&self, environment: [(&str, String); N]) -> Server {
        let token = self.token().to_owned();
        let mut child = self
            .command(&["--json", "serve", "--listen", "127.0.0.1:0"])
            .envs(environment)
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
        Server { child: Some(child), url, agent, token: Some(token) }
    }
}

/// What makes a program believe that it starts at an instant.
fn clock(instant: &str) -> [(&'static str, String); 4] {
    let library = "/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1";
    assert!(Path::new(library).exists(), "{library} is missing: install libfaketime");
    // Waiting goes by the real clock: only the calendar is another.
    [
        ("LD_PRELOAD", library.to_owned()),
        ("FAKETIME", format!("@{instant}")),
        ("FAKETIME_DONT_FAKE_MONOTONIC", "1".to_owned()),
        ("TZ", "UTC".to_owned()),
    ]
}

/// A running server.
pub struct Server {
    child: Option<Child>,
    pub url: String,
    agent: ureq::Agent,
    token: Option<String>,
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
    /// The same server, asked by nobody in particular.
    pub fn public(&self) -> Self {
        self.asked_with(None)
    }

    /// The same server, asked with another token.
    pub fn with_token(&self, token: &str) -> Self {
        self.asked_with(Some(token.to_owned()))
    }

    fn asked_with(&self, token: Option<String>) -> Self {
        Self { child: None, url: self.url.clone(), agent: self.agent.clone(), token }
    }

    /// What `Authorization` says, for clients of other makers.
    pub fn authorization(&self) -> Option<String> {
        self.token.as_ref().map(|token| format!("Bearer {token}"))
    }

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
        if let Some(authorization) = self.authorization() {
            request = request.header("authorization", authorization);
        }
        read(path, request.call())
    }

    /// POST of JSON.
    pub fn post(&self, path: &str, body: &Json) -> Answer {
        self.send("POST", path, "application/json", body.to_string().into_bytes())
    }

    /// Any method with a body.
    pub fn send(&self, method: &str, path: &str, media_type: &str, body: Vec<u8>) -> Answer {
        self.send_with(method, path, media_type, body, &[])
    }

    /// The same with more headers.
    pub fn send_with(&self, method: &str, path: &str, media_type: &str, body: Vec<u8>, more: &[(&str, &str)]) -> Answer {
        let mut request = ureq::http::Request::builder()
            .method(method)
            .uri(format!("{}{path}", self.url))
            .header("content-type", media_type)
            // Who refuses a body may close the connection on it.
            .header("connection", "close");
        for (name, value) in more {
            request = request.header(*name, *value);
        }
        if let Some(authorization) = self.authorization() {
            request = request.header("authorization", authorization);
        }
        let agent =
            self.agent.configure_request(request.body(body).expect("a request")).allow_non_standard_methods(true).build();
        read(&format!("{method} {path}"), self.agent.run(agent))
    }

    /// POST whose body is said to be so long: what is answered, perhaps before all of it is sent.
    pub fn announce(&self, path: &str, bytes: usize) -> Answer {
        use std::io::{Read as _, Write as _};
        let host = self.url.strip_prefix("http://").expect("http");
        let mut stream = std::net::TcpStream::connect(host).expect("a connection");
        stream.set_read_timeout(Some(Duration::from_secs(30))).expect("a time limit");
        let authorization = self.authorization().map(|a| format!("authorization: {a}\r\n")).unwrap_or_default();
        let head = format!(
            "POST {path} HTTP/1.1\r\nhost: {host}\r\ncontent-type: application/json\r\nconnection: close\r\ncontent-length: {bytes}\r\n{authorization}\r\n"
        );
        stream.write_all(head.as_bytes()).expect("sent");
        // A server that takes all of it is sent all of it.
        let mut writer = stream.try_clone().expect("a handle");
        let sender = std::thread::spawn(move || {
            let block = vec![b' '; 1 << 16];
            let mut left = bytes;
            while left > 0 && writer.write_all(&block[..left.min(block.len())]).is_ok() {
                left = left.saturating_sub(block.len());
            }
        });
        let mut answer = Vec::new();
        // The connection may be cut after the answer.
        let _ = stream.read_to_end(&mut answer);
        let _ = stream.shutdown(std::net::Shutdown::Both);
        sender.join().expect("the sender ends");
        parsed(&answer)
    }

    /// One changeset by the changes API that must succeed.
    pub fn change(&self, body: &Json) -> Json {
        let answer = self.post("/api/changes", body);
        assert_eq!(answer.status, 201, "{}", answer.text());
        answer.json()
    }

    /// The process id, for `/proc`.
    pub fn pid(&self) -> u32 {
        self.child.as_ref().map_or(0, Child::id)
    }

    /// Ends it as a power cut would.
    pub fn kill(&mut self) {
        if let Some(child) = &mut self.child {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.kill();
    }
}

fn read(what: &str, result: Result<ureq::http::Response<ureq::Body>, ureq::Error>) -> Answer {
    let mut response = result.unwrap_or_else(|e| panic!("no answer to {}: {e}", what.chars().take(200).collect::<String>()));
    let status = response.status().as_u16();
    let headers = response.headers().clone();
    let body = response.body_mut().with_config().limit(1 << 30).read_to_vec().expect("a body");
    Answer { status, headers, body }
}

/// An answer as it came over the wire.
fn parsed(answer: &[u8]) -> Answer {
    let end = answer.windows(4).position(|w| w == b"\r\n\r\n").expect("a head");
    let head = String::from_utf8_lossy(&answer[..end]).into_owned();
    let mut lines = head.lines();
    let status = lines.next().and_then(|l| l.split(' ').nth(1)).and_then(|s| s.parse().ok()).expect("a status");
    let mut headers = ureq::http::HeaderMap::new();
    for (name, value) in lines.filter_map(|l| l.split_once(": ")) {
        let name: ureq::http::HeaderName = name.parse().expect("a name");
        headers.append(name, value.parse().expect("a value"));
    }
    Answer { status, headers, body: answer[end + 4..].to_vec() }
}

/// Runs a foreign program that must succeed; its standard output.
pub fn foreign(command: &mut Command) -> String {
    let output = command.output().unwrap_or_else(|e| panic!("{command:?} can't be started: {e}"));
    let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{command:?}\n{out}\n{err}");
    out.into_owned()
}
