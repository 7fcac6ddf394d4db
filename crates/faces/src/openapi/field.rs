//! Operations of field work.

use super::{
    operation::{Get, Reach, parameters, reference},
    outside,
};
use crate::{field::MAX_DEEDS, ogc_common::link};
use meydan_kernel::Catalogue;
use serde_json::{Map, Value as Json, json};

/// Adds them, if there are cases.
pub fn add(paths: &mut Map<String, Json>, catalogue: &Catalogue, base: &str) {
    if !catalogue.registers.values().any(|r| r.workflow.is_some()) {
        return;
    }
    let get = |id: &str, summary: &str, parameters: Vec<Json>, schema: Json| {
        let problems: &[&str] = &["BadRequest", "NotFound", "Unavailable"];
        let answer = (link::JSON, schema);
        let (id, summary, reach) = (id.to_owned(), summary.to_owned(), Reach::Known);
        Get { id, tag: "Cases", summary, parameters, answer, problems, conditional: false, reach }.to_json()
    };
    let mut put = |path: &str, item: Json| drop(paths.insert(format!("/api/field/{path}"), item));
    let query = |name: &str, description: &str, schema: Json| json!({ "name": name, "in": "query", "required": false, "description": description, "schema": schema });
    let today = vec![
        query("lon", "Longitude where the way begins.", json!({ "type": "number", "minimum": -180, "maximum": 180 })),
        query("lat", "Latitude where the way begins.", json!({ "type": "number", "minimum": -90, "maximum": 90 })),
        query(
            "since",
            "Only cases that changed since; the order names all.",
            json!({ "type": "string", "format": "date-time" }),
        ),
        query("urgent", "What presses comes first.", json!({ "type": "boolean", "default": false })),
    ];
    let day = get("getFieldDay", "Cases that are mine to do, in the order of the way, with their forms", today, day_schema());
    put("today", json!({ "servers": outside(base), "get": day }));
    put("sync", json!({ "servers": outside(base), "post": sync() }));
    let digest = || {
        json!([{ "name": "sha256", "in": "path", "required": true, "description": "Digest of the whole file, in hexadecimal.",
            "schema": { "type": "string", "pattern": "^[0-9a-fA-F]{64}$" } }])
    };
    let digests = || digest().as_array().cloned().unwrap_or_default();
    let state = get("getFieldFile", "How much of a file is there", digests(), file_schema());
    let mut piece = get("putFieldFile", "The next piece of a file", digests(), file_schema());
    piece["parameters"] = digests().into_iter().chain([content_range()]).chain(parameters(&["lang"])).collect();
    let bytes = json!({ "application/octet-stream": { "schema": { "type": "string", "format": "binary" } } });
    piece["requestBody"] = json!({ "required": true, "content": bytes });
    piece["responses"]["413"] = reference("responses", "TooLarge");
    put("files/{sha256}", json!({ "servers": outside(base), "get": state, "put": piece }));
}

fn content_range() -> Json {
    json!({
        "name": "Content-Range", "in": "header", "required": true,
        "description": "Which bytes of how many: `bytes 0-524287/1834002`.", "schema": { "type": "string" },
    })
}

fn file_schema() -> Json {
    json!({
        "type": "object",
        "required": ["size", "have", "whole"],
        "properties": { "size": { "type": "integer" }, "have": { "type": "integer" }, "whole": { "type": "boolean" } },
    })
}

fn day_schema() -> Json {
    json!({
        "type": "object",
        "required": ["person", "now", "order", "metres", "cases", "forms"],
        "properties": {
            "person": { "type": "string", "format": "uuid" }, "now": { "type": "string", "format": "date-time" },
            "order": { "type": "array", "items": { "type": "string" } }, "metres": { "type": "number" },
            "cases": { "type": "array", "items": { "type": "object" } }, "forms": { "type": "object" },
        },
    })
}

fn sync() -> Json {
    let uuid = || json!({ "type": "string", "format": "uuid" });
    let place = json!({ "type": "array", "minItems": 2, "maxItems": 2, "items": { "type": "number" } });
    let text = || json!({ "type": "string" });
    let kinds = ["transition", "comment", "attachment", "new_request", "dropped"];
    let deed = json!({
        "type": "object",
        "required": ["id", "kind", "register", "record", "at"],
        "properties": {
            "id": uuid(), "kind": { "type": "string", "enum": kinds }, "register": text(), "record": uuid(),
            "at": { "type": "string", "format": "date-time" },
            "expected": { "type": "integer", "nullable": true, "description": "The version that the person saw." },
            "after": { "type": "string", "format": "uuid", "nullable": true, "description": "The deed before it on the same case." },
            "reason": { "type": "string", "nullable": true }, "transition": text(), "set": { "type": "object" }, "text": text(),
            "audience": text(), "sha256": text(), "name": text(), "values": { "type": "object" }, "place": place,
        },
    });
    let body = json!({
        "type": "object",
        "additionalProperties": false,
        "required": ["person", "device", "deeds"],
        "properties": {
            "person": uuid(), "device": text(), "deeds": { "type": "array", "maxItems": MAX_DEEDS, "items": deed },
        },
    });
    let outcomes = ["done", "already", "conflict", "refused", "waiting", "file_missing", "later"];
    let result = json!({
        "type": "object",
        "required": ["id", "outcome"],
        "properties": {
            "id": {}, "outcome": { "type": "string", "enum": outcomes }, "kind": text(),
            "meanwhile": { "type": "array", "items": { "type": "object" } }, "problem": { "type": "object" },
        },
    });
    let answer = json!({
        "type": "object",
        "required": ["results", "cases", "gone", "now"],
        "properties": {
            "results": { "type": "array", "items": result }, "cases": { "type": "array", "items": { "type": "object" } },
            "gone": { "type": "array", "items": text() }, "now": { "type": "string", "format": "date-time" },
        },
    });
    let mut responses = Map::new();
    responses.insert(
        "200".into(),
        json!({ "description": "What became of each.", "content": { link::JSON: { "schema": answer } } }),
    );
    for name in [
        "BadRequest",
        "Unauthenticated",
        "Forbidden",
        "TooManyRequests",
        "Conflict",
        "TooLarge",
        "UnsupportedMediaType",
        "ServerError",
        "Unavailable",
    ] {
        responses.insert(super::responses::status(name).to_owned(), reference("responses", name));
    }
    json!({
        "operationId": "postFieldDeeds",
        "tags": ["Cases"],
        "summary": "Tells deeds of the field, each done once however often it is told",
        "parameters": parameters(&["lang"]),
        "requestBody": { "required": true, "content": { link::JSON: { "schema": body } } },
        "responses": responses,
        "security": Reach::Known.security(),
    })
}
