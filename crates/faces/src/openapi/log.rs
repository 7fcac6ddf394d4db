//! Operations of the log: entries and proofs. (Its tiles are the static files of C2SP tlog-tiles, which has its own document.)

use super::{
    operation::{Get, Reach, parameters},
    outside,
};
use crate::ogc_common::link;
use meydan_kernel::Catalogue;
use serde_json::{Map, Value as Json, json};

/// Adds them.
pub fn add(paths: &mut Map<String, Json>, catalogue: &Catalogue, base: &str) {
    let mut get = |path: &str, id: &str, summary: &str, parameters: Vec<Json>, answer: Json| {
        let operation = Get {
            id: id.to_owned(),
            tag: "Log",
            summary: summary.to_owned(),
            parameters,
            answer: (link::JSON, answer),
            problems: &["BadRequest", "NotFound", "Unavailable"],
            conditional: true,
            reach: Reach::Granted,
        };
        paths.insert(path.to_owned(), json!({ "servers": outside(base), "get": operation.to_json() }));
    };
    let filters = vec![
        query("register", false, text()),
        query("record", false, uuid()),
        query("changeset", false, uuid()),
        query("person", false, text()),
        query("before", false, number(0)),
        query("limit", false, json!({ "type": "integer", "minimum": 1, "maximum": 1000, "default": 100 })),
    ];
    get("/api/log", "getLog", "Entries of the log, newest first", filters, page());
    let inclusion = vec![query("position", true, number(0)), query("size", false, number(1)), f()];
    get("/api/log/proof/inclusion", "getInclusionProof", "The way from one entry to a sealed root", inclusion, proof());
    let consistency = vec![query("first", true, number(1)), query("second", false, number(1))];
    get(
        "/api/log/proof/consistency",
        "getConsistencyProof",
        "One sealed log is the beginning of another",
        consistency,
        proof(),
    );
    let names: Vec<&str> = catalogue.registers.keys().map(String::as_str).collect();
    if !names.is_empty() {
        let register =
            json!({ "name": "register", "in": "path", "required": true, "schema": { "type": "string", "enum": names } });
        let mut given = vec![register];
        given.extend(parameters(&["featureId"]));
        given.push(query("version", false, number(1)));
        let path = "/api/log/records/{register}/{featureId}/proof";
        get(path, "getRecordProof", "All that an auditor needs for one version of a record", given, proof());
    }
}

fn query(name: &str, required: bool, schema: Json) -> Json {
    json!({ "name": name, "in": "query", "required": required, "schema": schema })
}

fn f() -> Json {
    query("f", false, json!({ "type": "string", "enum": ["json"] }))
}

fn text() -> Json {
    json!({ "type": "string", "minLength": 1 })
}

fn uuid() -> Json {
    json!({ "type": "string", "format": "uuid" })
}

fn number(least: u8) -> Json {
    json!({ "type": "integer", "format": "int64", "minimum": least })
}

fn proof() -> Json {
    json!({ "type": "object" })
}

fn page() -> Json {
    let entry = json!({
        "type": "object",
        "required": ["position", "recorded_at", "verb", "register", "id", "fid", "version", "changeset", "person", "post", "digest", "leaf_hash", "sealed"],
        "properties": {
            "position": number(0), "recorded_at": { "type": "string", "format": "date-time" },
            "verb": { "type": "string", "enum": ["insert", "update", "delete"] },
            "register": text(), "id": uuid(), "fid": number(1), "version": number(1), "changeset": uuid(),
            "person": { "type": "string" }, "post": { "type": "string" }, "source": { "type": "string" },
            "on_behalf_of": { "type": "string", "nullable": true }, "reason": { "type": "string", "nullable": true },
            "digest": text(), "leaf_hash": text(), "sealed": { "type": "boolean" },
        },
    });
    json!({
        "type": "object",
        "required": ["size", "sealed", "entries"],
        "properties": {
            "size": number(0), "sealed": number(0), "entries": { "type": "array", "items": entry },
            "before": { "type": "integer", "nullable": true, "description": "Ask the next page with this." },
        },
    })
}
