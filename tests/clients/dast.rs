//! Scanners against the running server: sqlmap (injection into the database) and Wapiti (the pages), as nobody and with the token
//! of an administrator.
//!
//! A scanner that finds nothing may also have tried nothing. So sqlmap must find the one place where a condition that the client
//! writes is carried out, as CQL2 and nothing else; and Wapiti must have walked a good part of the pages.

use crate::{
    embedded,
    harness::{City, Server, foreign},
};
use serde_json::Value as Json;
use std::{path::Path, process::Command};

/// Clients come over https: cookies are Secure, answers bear HSTS.
const CONFIG: &str = "base_url = \"https://kent.example\"\nsecurity_contact = \"guvenlik@kent.example\"\n";
/// Where sqlmap tries every parameter; a star marks a part of a path.
const TARGETS: [&str; 8] = [
    "/ogc/collections/building/items?floors=2&kind=konut&sortby=name&limit=5&offset=1&properties=name&bbox=39,40,40,42",
    "/ogc/collections/building/items?datetime=2026-01-01T00:00:00Z/..&resultType=hits&count=true&crs=x&after=1",
    "/ogc/collections/building/items/1*",
    "/api/records/building/1*/history",
    "/api/log?register=building&person=x&record=x&changeset=x&before=50&limit=5",
    "/registers/building?f.name=a&sort=name&after=1",
    "/registers/building/choices?field=neighbourhood&q=a",
    "/search.json?q=lise",
];
/// A changeset, of which sqlmap tries every value.
const CHANGES: &str =
    r#"{"reason":"deneme","changes":[{"register":"park","op":"insert","values":{"name":"Deneme Parkı","kind":"park"}}]}"#;
/// Seconds that Wapiti may walk, and attack with each module.
const WALK_S: &str = "8";
const ATTACK_S: &str = "3";
/// Of its modules: `csrf` doesn't know our token's name (`meydan-form`; our own tests try it), and `http_headers` asks for
/// headers that browsers have given up.
const MODULES: &str = "csp,cookieflags,sql,xss,permanentxss,exec,file,crlf,redirect";

fn city_behind_https() -> City {
    let city = embedded();
    let path = city.path("meydan.toml");
    let made = std::fs::read_to_string(&path).unwrap_or_default();
    std::fs::write(path, CONFIG.to_owned() + &made).expect("written");
    city
}

/// What sqlmap said of one target.
fn sqlmap(city: &City, server: &Server, target: &str, more: &[&str]) -> String {
    let folder = city.path(if server.authorization().is_some() { "sqlmap" } else { "sqlmap-public" });
    let mut command = Command::new("sqlmap");
    command.args([
        "-u",
        &format!("{}{target}", server.url),
        "--batch",
        "--flush-session",
        "--disable-coloring",
        "--skip-waf",
        "--ignore-code=401",
    ]);
    command.args(["--level", "1", "--risk", "1", "--time-sec", "2", "--output-dir"]).arg(&folder).args(more);
    // It keeps things in the home folder.
    command.env("HOME", city.folder.path()).env("XDG_DATA_HOME", city.path("share"));
    if let Some(authorization) = server.authorization() {
        command.args(["--header", &format!("Authorization: {authorization}")]);
    }
    foreign(&mut command)
}

fn finds_no_way_in(said: &str) -> bool {
    said.contains("do not appear to be injectable") && !said.contains("injection point") && !said.contains("is vulnerable")
}

fn nothing_broke(city: &City) {
    let journal = std::fs::read_to_string(city.path("server.log")).expect("a journal");
    assert!(!journal.contains("panicked") && !journal.contains("request failed"), "{journal}");
}

#[test]
fn sqlmap_finds_no_way_into_the_database() {
    let city = city_behind_https();
    let server = city.serve();
    let public = server.public();
    std::thread::scope(|threads| {
        for asked in [&server, &public] {
            let city = &city;
            threads.spawn(move || {
                for target in TARGETS {
                    let said = sqlmap(city, asked, target, &[]);
                    assert!(finds_no_way_in(&said), "{target}: {said}");
                }
            });
        }
    });
    let posted = sqlmap(&city, &server, "/api/changes", &["--data", CHANGES, "--header", "Content-Type: application/json"]);
    assert!(finds_no_way_in(&posted), "{posted}");
    // A filter is a condition in CQL2, which the client is meant to write: sqlmap sees that `AND 1=1` is understood there. That it
    // reaches no further is seen by all its other ways.
    let filter = "/ogc/collections/building/items?filter=floors%20%3E%201&limit=3";
    let said = sqlmap(&city, &public, filter, &["-p", "filter", "--technique", "B"]);
    assert!(said.contains("boolean-based blind"), "sqlmap sees when a condition is carried out: {said}");
    let said = sqlmap(&city, &public, filter, &["-p", "filter", "--technique", "EUSTQ"]);
    assert!(finds_no_way_in(&said), "{said}");
    nothing_broke(&city);
    drop(server);
    city.ok(&["log", "verify"]);
}

/// What Wapiti reported.
fn wapiti(city: &City, server: &Server, name: &str) -> (String, Json) {
    let report = city.path(&format!("{name}.json"));
    let mut command = Command::new("wapiti");
    command.args(["-u", &format!("{}/", server.url), "--scope", "folder", "-d", "4", "--max-links-per-page", "15"]);
    for start in ["/registers", "/registers/building", "/search?q=lise", "/log", "/docs/api", "/login", "/ogc"] {
        command.args(["-s", &format!("{}{start}", server.url)]);
    }
    command.args(["--max-files-per-dir", "6", "--max-parameters", "8"]);
    command.args(["--max-scan-time", WALK_S, "--max-attack-time", ATTACK_S, "-l", "1", "-m", MODULES]);
    command.args(["--flush-session", "--no-bugreport", "-v", "1", "-f", "json", "-o"]).arg(&report);
    command.arg("--store-session").arg(city.path(&format!("{name}-session")));
    command.arg("--store-config").arg(city.path("wapiti-config")).env("HOME", city.folder.path());
    // It reads no brotli.
    command.args(["-H", "Accept-Encoding: identity"]);
    if let Some(authorization) = server.authorization() {
        command.args(["-H", &format!("Authorization: {authorization}")]);
    }
    let said = foreign(&mut command);
    (said, read(&report))
}

fn read(report: &Path) -> Json {
    let text = std::fs::read_to_string(report).unwrap_or_else(|e| panic!("{}: {e}", report.display()));
    serde_json::from_str(&text).unwrap_or_else(|e| panic!("{e}: {text}"))
}

/// Cookies of taste, which open nothing and which scripts may read.
fn is_of_taste(info: &str) -> bool {
    ["lang", "theme"].iter().any(|cookie| info.ends_with(&format!("cookie : {cookie}")))
}

#[test]
fn wapiti_finds_nothing_on_the_pages() {
    let city = city_behind_https();
    let server = city.serve();
    for (name, asked) in [("administrator", &server), ("nobody", &server.public())] {
        let (said, report) = wapiti(&city, asked, name);
        let walked = said.lines().filter(|line| line.contains("[+] GET ")).count();
        assert!(walked > 20, "{walked} pages: {said}");
        for part in ["vulnerabilities", "anomalies"] {
            let sorts = report[part].as_object().unwrap_or_else(|| panic!("{report}"));
            for (sort, found) in sorts {
                let found = found.as_array().expect("a list").iter();
                let serious: Vec<&Json> = found.filter(|f| !f["info"].as_str().is_some_and(is_of_taste)).collect();
                assert!(serious.is_empty(), "{name}, {sort}: {serious:?}");
            }
        }
    }
    nothing_broke(&city);
}
