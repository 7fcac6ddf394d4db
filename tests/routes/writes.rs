//! Every change of every register, by every caller: refused where no grant allows it, and then nothing is changed.

use crate::{
    asked::is_told,
    callers::{self, Caller},
    embedded,
    grants::Definitions,
    harness::{Answer, City, Server},
    in_database,
    truth::Truth,
};
use serde_json::{Value as Json, json};

/// Bytes over the limit of a body.
const OVERSIZE: usize = (16 << 20) + 1;

/// A change that would change nothing even if it were allowed: it names an old version, or a field that isn't there.
fn harmless(register: &str, op: &str, id: &str, is_allowed: bool) -> Json {
    let mut change = match op {
        "insert" => json!({ "register": register, "op": op, "values": {} }),
        _ => json!({ "register": register, "op": op, "id": id }),
    };
    if is_allowed {
        // So that it fails for this reason, and not for a missing right.
        match op {
            "insert" => change["values"]["no_such_field"] = json!(1),
            _ => change["expected"] = json!(999_999),
        }
    }
    json!({ "reason": "e2e", "changes": [change] })
}

/// Tries all changes with one caller.
fn tries_everything(server: &Server, definitions: &Definitions, truth: &Truth, caller: &Caller) {
    let at = caller.at(server);
    for register in definitions.registers.keys() {
        let id = truth.records[register].first().map_or_else(|| uuid::Uuid::now_v7().to_string(), |r| r.id.clone());
        let is_empty = truth.records[register].is_empty();
        for op in ["insert", "update", "delete"] {
            let could = !caller.is_refused && definitions.could(caller, register, op);
            let answer = at.post("/api/changes", &harmless(register, op, &id, could));
            let what = format!("{op} of {register} by {}", caller.name);
            is_told(&what, &answer);
            let status = answer.status;
            if could {
                // By the record or by the field: never done.
                assert!([400, 403, 404, 412].contains(&status), "{what}: {status} {}", answer.text());
                if definitions.whole(caller, register, op) && !is_empty {
                    assert!([400, 404, 412].contains(&status), "{what} is theirs to do: {status} {}", answer.text());
                }
            } else {
                // What they can't see isn't there for them.
                let record = truth.records[register].first();
                let seen = record.is_some_and(|r| definitions.shown(truth, caller, register, "read", r).is_some());
                let missing = !seen && op != "insert" && status == 404 && !caller.is_refused;
                assert!(status == caller.refusal() || missing, "{what}: {status} {}", answer.text());
            }
        }
    }
}

/// The same by the standard (OGC API Features Part 4), which must let nobody do more than the house's own way does.
fn tries_the_standard(server: &Server, definitions: &Definitions, truth: &Truth, caller: &Caller) {
    let at = caller.at(server);
    for register in definitions.registers.keys() {
        let first = truth.records[register].first();
        let id = first.map_or_else(|| uuid::Uuid::now_v7().to_string(), |r| r.id.clone());
        let seen = first.is_some_and(|r| definitions.shown(truth, caller, register, "read", r).is_some());
        let items = format!("/ogc/collections/{register}/items");
        let one = format!("{items}/{id}?reason=e2e");
        let wrong = json!({ "type": "Feature", "geometry": null, "properties": { "no_such_field": 1 } });
        let nothing = json!({});
        for (method, op, path, media_type, body) in [
            ("POST", "insert", &items, "application/geo+json", &wrong),
            ("PUT", "update", &one, "application/geo+json", &wrong),
            ("PATCH", "update", &one, "application/merge-patch+json", &wrong),
            ("DELETE", "delete", &one, "application/json", &nothing),
        ] {
            // A precondition that never holds: also what they may do is not done.
            let headers = [("if-match", "\"never\"")];
            let answer = at.send_with(method, path, media_type, body.to_string().into_bytes(), &headers);
            let what = format!("{method} of {register} by {}", caller.name);
            is_told(&what, &answer);
            let could = !caller.is_refused && definitions.could(caller, register, op);
            if definitions.registers[register].journal && !caller.is_refused {
                assert_eq!((answer.status, answer.header("allow")), (405, "GET, HEAD, OPTIONS"), "{what}: {}", answer.text());
            } else if could {
                let expected: &[u16] = if op == "insert" { &[400, 403, 404, 422] } else { &[401, 403, 404, 410, 412] };
                assert!(expected.contains(&answer.status), "{what}: {} {}", answer.status, answer.text());
                if op != "insert" && seen {
                    assert!([403, 412].contains(&answer.status), "{what}: {} {}", answer.status, answer.text());
                }
            } else {
                let is_part =
                    op == "insert" && [400, 404, 422].contains(&answer.status) && definitions.registers[register].part;
                assert!(answer.status == caller.refusal() || is_part, "{what}: {} {}", answer.status, answer.text());
            }
            if !caller.is_refused {
                let allow = at.send("OPTIONS", path, "application/json", Vec::new());
                assert!(could || !allow.header("allow").contains(method), "{what}: OPTIONS says {}", allow.header("allow"));
            }
        }
    }
}

/// Bodies that are no changeset.
fn tries_nonsense(server: &Server, caller: &Caller) {
    let at = caller.at(server);
    let told = |what: &str, answer: &Answer, expected: &[u16]| {
        let what = format!("{what} by {}", caller.name);
        is_told(&what, answer);
        let expected = if caller.is_refused { &[401] } else { expected };
        assert!(expected.contains(&answer.status), "{what}: {} {}", answer.status, answer.text());
    };
    let post = |body: &Json| at.post("/api/changes", body);
    told("an extra member", &post(&json!({ "changes": [], "yok": 1 })), &[400, 401, 403]);
    told("no change", &post(&json!({ "changes": [] })), &[400, 401, 403]);
    let change = json!({ "register": "building", "op": "insert", "values": {}, "yok": 1 });
    told("an extra member of a change", &post(&json!({ "changes": [change] })), &[400, 401, 403]);
    told(
        "an unknown register",
        &post(&json!({ "changes": [{ "register": "yok", "op": "insert", "values": {} }] })),
        &[400, 401, 403, 404],
    );
    told("no JSON", &at.send("POST", "/api/changes", "application/json", b"{".to_vec()), &[400, 401, 403]);
    told("another media type", &at.send("POST", "/api/changes", "text/plain", b"{}".to_vec()), &[401, 415]);
    told("a body over the limit", &at.announce("/api/changes", OVERSIZE), &[401, 413]);
    for method in ["GET", "PUT", "PATCH", "DELETE"] {
        let answer = at.send(method, "/api/changes", "application/json", Vec::new());
        told(method, &answer, &[405]);
        assert!(caller.is_refused || answer.header("allow").contains("POST"), "{method}: {}", answer.header("allow"));
    }
}

fn nobody_does_what_is_not_theirs(city: &City) {
    let server = city.serve();
    let definitions = Definitions::read();
    let truth = Truth::of(city, &definitions);
    let callers = callers::all(city, &truth);
    let before = Truth::of(city, &definitions);
    for caller in &callers {
        tries_everything(&server, &definitions, &truth, caller);
        tries_nonsense(&server, caller);
        tries_the_standard(&server, &definitions, &truth, caller);
    }
    let mut after = Truth::of(city, &definitions);
    // What was refused is noted; nothing else has changed.
    let noted = after.records["security_event"].len();
    assert!(noted > before.records["security_event"].len(), "refusals leave a trace");
    for journal in ["security_event", "look"] {
        after.records.insert(journal.to_owned(), before.records[journal].clone());
    }
    for (register, records) in &before.records {
        assert!(records == &after.records[register], "{register} has changed");
    }
    drop(server);
    city.ok(&["log", "verify"]);
}

#[test]
fn duty_7_f_no_caller_changes_what_no_grant_gives_them() {
    nobody_does_what_is_not_theirs(&embedded());
}

#[test]
fn duty_7_f_no_caller_changes_what_no_grant_gives_them_in_postgresql() {
    nobody_does_what_is_not_theirs(&in_database());
}

/// A field that the grant doesn't name can't be written, though the record is theirs to change.
#[test]
fn duty_7_f_a_field_outside_of_the_grant_is_not_written() {
    let city = embedded();
    let server = city.serve();
    let personnel = server.asked_by(&city, "gulsum.yaman");
    let person = server.person("kerem.altun");
    for (field, value) in [("login", "baska.ad"), ("external_id", "x")] {
        let (status, code) = personnel.refused("person", &person, json!({ field: value }));
        assert_eq!((status, code.as_str()), (403, "forbidden-field"), "{field}");
    }
    personnel.update("person", &person, json!({ "phone": "+905000009999" }));
    let seen = personnel.record("person", &format!("id = '{person}'"));
    assert_ne!(seen["phone"], "+905000009999", "even who wrote it sees it masked: {seen}");
}
