//! The log under an auditor's own programs: OpenSSL, pymerkle, and RFC 6962 and 9162 written once more in Python.

use crate::{
    embedded,
    harness::{City, Server},
    in_database, script_as,
};
use serde_json::json;
use std::{thread::sleep, time::Duration};

/// The auditor of the sample organisation.
const AUDITOR: &str = "vedat.celebi";

/// Waits until all is sealed.
pub fn sealed(server: &Server) {
    for _ in 0..100 {
        let log = server.get("/api/log?limit=1").json();
        if log["size"] == log["sealed"] {
            return;
        }
        sleep(Duration::from_millis(100));
    }
    panic!("the log is not sealed: {}", server.get("/api/log?limit=1").text());
}

fn audited(city: &City) {
    let server = city.serve();
    // Whole entries are an auditor's to read.
    let token = city.new_token(&["--login", AUDITOR, "--name", "audit"]);
    // Entries that came in one by one, sealed meanwhile, after those of the sample city's batches.
    for n in 0..40 {
        server.change(&json!({ "reason": "Yeni yapı", "changes": [{ "register": "building", "op": "insert", "values": { "name": format!("Yapı {n}") },
            "geometry": { "type": "Polygon", "coordinates": [[[39.72, 41.0], [39.721, 41.0], [39.721, 41.001], [39.72, 41.0]]] } }] }));
        if n % 10 == 0 {
            sealed(&server);
        }
    }
    sealed(&server);
    let told = script_as(&token, "audit.py", &[&server.url]);
    let size = server.get("/api/log?limit=1").json()["sealed"].clone();
    assert_eq!(told.trim(), format!("{size} entries verified"));
    drop(server);
    city.ok(&["log", "verify"]);
}

#[test]
fn the_log_is_verified_by_programs_that_are_not_ours() {
    audited(&embedded());
}

#[test]
fn the_log_in_postgresql_is_verified_by_programs_that_are_not_ours() {
    audited(&in_database());
}
