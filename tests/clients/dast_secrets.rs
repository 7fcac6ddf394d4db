//! No secret that people and programs use is in the server's journal, though it tells all it can; nor in the city's files in the
//! clear.

use crate::harness::City;
use serde_json::json;
use std::{collections::BTreeMap, io::Write as _, os::unix::fs::PermissionsExt as _, path::Path, process::Stdio};

const PASSWORD: &str = "pencere kaldırım lodos";
const WRONG: &str = "yanlış yazılmış parola";
const NEW: &str = "kestane çuval rüzgâr";

/// What everything says.
const JOURNAL: &str = "trace";

/// A browser without script: cookies, and forms with their hidden inputs.
struct Browser {
    agent: ureq::Agent,
    url: String,
    cookies: BTreeMap<String, String>,
    /// Every cookie and form token that it ever held.
    secrets: Vec<(String, String)>,
}

impl Browser {
    fn new(url: &str) -> Self {
        let config = ureq::Agent::config_builder().max_redirects(0).max_redirects_will_error(false).http_status_as_error(false);
        Self { agent: config.build().new_agent(), url: url.to_owned(), cookies: BTreeMap::new(), secrets: Vec::new() }
    }

    fn cookie_line(&self) -> String {
        self.cookies.iter().map(|(n, v)| format!("{n}={v}")).collect::<Vec<_>>().join("; ")
    }

    fn keep(&mut self, answer: &mut ureq::http::Response<ureq::Body>) -> (u16, String) {
        for line in answer.headers().get_all("set-cookie") {
            let pair = line.to_str().expect("ASCII").split(';').next().unwrap_or_default();
            let (name, value) = pair.split_once('=').expect("name=value");
            if value.is_empty() {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.to_owned(), value.to_owned());
                self.secrets.push((format!("cookie {name}"), value.to_owned()));
            }
        }
        (answer.status().as_u16(), answer.body_mut().read_to_string().expect("a page"))
    }

    fn get(&mut self, path: &str) -> (u16, String) {
        let request = self.agent.get(format!("{}{path}", self.url)).header("accept", "text/html");
        let mut answer = request.header("cookie", self.cookie_line()).call().expect("an answer");
        self.keep(&mut answer)
    }

    /// Sends the form of a page.
    fn fill(&mut self, page: &str, action: &str, fields: &[(&str, &str)]) -> (u16, String) {
        let (status, html) = self.get(page);
        assert_eq!(status, 200, "{page}: {html}");
        let token =
            html.split("name=\"meydan-form\" value=\"").nth(1).and_then(|rest| rest.split('"').next()).expect("a token");
        self.secrets.push(("form token".to_owned(), token.to_owned()));
        let form = [&[("meydan-form", token)], fields].concat();
        let request = self.agent.post(format!("{}{action}", self.url)).header("accept", "text/html");
        let mut answer = request.header("cookie", self.cookie_line()).send_form(form).expect("an answer");
        self.keep(&mut answer)
    }
}

/// The administrator, with a password.
fn administrator(city: &City) {
    let args = ["people", "admin", "--login", "ayse", "--name", "Ayşe Yılmaz", "--password-stdin", "--again"];
    let mut child = city.command(&args).stdin(Stdio::piped()).stdout(Stdio::null()).spawn().expect("it starts");
    writeln!(child.stdin.take().expect("piped"), "{PASSWORD}").expect("written");
    assert!(child.wait().expect("it ends").success());
}

#[test]
fn no_secret_is_in_the_journal() {
    let city = City::embedded();
    administrator(&city);
    let mut secrets: Vec<(String, String)> =
        [PASSWORD, WRONG, NEW].iter().map(|password| ("password".to_owned(), (*password).to_owned())).collect();
    let token = city.new_token(&["--login", "ayse", "--name", "QGIS"]);
    let over = city.json(&["token", "new", "--login", "ayse", "--name", "biten"]);
    let server = city.serve_with([("MEYDAN_JOURNAL", JOURNAL.to_owned())]);

    let mut browser = Browser::new(&server.url);
    assert_eq!(browser.fill("/login", "/login", &[("login", "ayse"), ("password", WRONG), ("next", "/")]).0, 401);
    let (status, page) = browser.fill("/login", "/login", &[("login", "ayse"), ("password", PASSWORD), ("next", "/account")]);
    assert_eq!(status, 303, "{page}");
    for path in ["/account", "/account/login", "/account/sessions", "/account/tokens", "/people/nobody", "/no/such"] {
        browser.get(path);
    }
    let passwords = [("current", PASSWORD), ("password", NEW)];
    let (status, page) = browser.fill("/account/login", "/account/password", &passwords);
    assert!(matches!(status, 200 | 303), "{status} {page}");
    let made = browser
        .fill(
            "/account/tokens",
            "/account/tokens",
            &[("name", "tarayıcıdan"), ("action", "read"), ("registers", "all"), ("days", "5")],
        )
        .1;
    let rest = made.split("meydan_").nth(1).unwrap_or_else(|| panic!("no token: {made}"));
    let end = rest.find(|c: char| !(c.is_ascii_alphanumeric() || c == '-' || c == '_')).unwrap_or(rest.len());
    secrets.push(("token of a page".to_owned(), format!("meydan_{}", &rest[..end])));

    // Programs: a token that is good, one that is revoked, one that never was; in the header and, wrongly, in the address.
    let revoked = over["secret"].as_str().expect("a secret").to_owned();
    city.ok(&["token", "revoke", "--login", "ayse", over["id"].as_str().expect("an id")]);
    for (token, status) in [(token.as_str(), 200), (&revoked, 401), ("meydan_hic_olmayan_bir_anahtar", 401)] {
        assert_eq!(server.with_token(token).get("/ogc/collections").status, status);
        server.with_token(token).get("/tiles/building/3/4/2.mvt");
        server.with_token(token).post("/api/changes", &json!({ "changes": [{ "register": "yok", "op": "insert" }] }));
        secrets.push(("token".to_owned(), token.to_owned()));
    }
    let in_the_address = server.public().get(&format!("/ogc/collections?access_token={token}"));
    assert_eq!(in_the_address.status, 400);

    // An enrolment link, used and used again.
    let link = city.json(&["people", "enrol", "--login", "ayse"]);
    let code = link["enrolment"]["code"].as_str().expect("a code").to_owned();
    let mut newcomer = Browser::new(&server.url);
    newcomer.get(&format!("/enrol/{code}"));
    newcomer.get("/enrol");
    secrets.push(("enrolment code".to_owned(), code));
    // Answers of a provider that isn't there carry codes in their address.
    newcomer.get("/login/return/yok?code=gizli-kod-7341953&state=gizli-durum-7341953");
    secrets.push(("provider's code".to_owned(), "gizli-kod-7341953".to_owned()));
    secrets.push(("provider's state".to_owned(), "gizli-durum-7341953".to_owned()));
    secrets.extend(browser.secrets.drain(..).chain(newcomer.secrets.drain(..)));
    secrets.push(("administrator's token".to_owned(), city.token().to_owned()));
    secrets.extend(key_files(city.folder.path()));
    drop(server);

    let journal = std::fs::read_to_string(city.path("server.log")).expect("a journal");
    assert!(journal.contains("no-such-provider") || journal.contains("WARN"), "nothing was told: {journal}");
    assert!(secrets.len() > 12, "{secrets:?}");
    for (what, secret) in &secrets {
        assert!(secret.len() > 8, "{what} is no secret");
        for written in [secret.clone(), percent(secret)] {
            assert!(!journal.contains(&written), "{what} is in the journal");
        }
    }
    in_no_file(city.folder.path(), &secrets);
}

/// As it stands in a form or an address.
fn percent(text: &str) -> String {
    let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.');
    text.bytes().map(|b| if plain(b) { char::from(b).to_string() } else { format!("%{b:02X}") }).collect()
}

/// What the key files hold; nobody but their owner may read them.
fn key_files(folder: &Path) -> Vec<(String, String)> {
    ["seal.key", "secrets.key"]
        .iter()
        .map(|name| {
            let path = folder.join(name);
            let mode = std::fs::metadata(&path).expect("a key file").permissions().mode() & 0o777;
            assert_eq!(mode, 0o600, "{name}");
            let text = std::fs::read_to_string(&path).expect("a key");
            let key = text.trim().rsplit(['+', '\n']).next().expect("a key").to_owned();
            ((*name).to_owned(), key)
        })
        .collect()
}

/// No file of the city but those that are secrets themselves holds one.
fn in_no_file(folder: &Path, secrets: &[(String, String)]) {
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if !path.is_file() || path.extension().is_some_and(|e| e == "key") {
            continue;
        }
        let bytes = std::fs::read(&path).expect("a file");
        for (what, secret) in secrets {
            assert!(!bytes.windows(secret.len()).any(|w| w == secret.as_bytes()), "{what} is in {}", path.display());
        }
    }
}
