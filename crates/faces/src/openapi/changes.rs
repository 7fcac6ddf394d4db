//! Operations of changes and records.

use super::{
    operation::{Get, Reach, parameters, reference},
    outside,
};
use crate::ogc_common::link;
use meydan_kernel::{Catalogue, desk::MAX_CHANGES};
use serde_json::{Map, Value as Json, json};

/// Adds them.
pub fn add(paths: &mut Map<String, Json>, catalogue: &Catalogue, base: &str) {
    let names: Vec<&str> = catalogue.registers.keys().map(String::as_str).collect();
    if names.is_empty() {
        return;
    }
    let register =
        || json!({ "name": "register", "in": "path", "required": true, "schema": { "type": "string", "enum": names } });
    let with_id = || std::iter::once(register()).chain(parameters(&["featureId"])).collect::<Vec<_>>();
    let get = |id: &str, summary: &str, answer: Json| {
        Get {
            id: id.to_owned(),
            tag: "Changes",
            summary: summary.to_owned(),
            parameters: with_id(),
            answer: (link::JSON, answer),
            problems: &["BadRequest", "NotFound", "Unavailable"],
            conditional: true,
            reach: Reach::Granted,
        }
        .to_json()
    };
    paths.insert("/api/changes".into(), json!({ "servers": outside(base), "post": post(&names) }));
    let record = get("getRecord", "A record whole, with its version", record_schema());
    paths.insert("/api/records/{register}/{featureId}".into(), json!({ "servers": outside(base), "get": record }));
    let history = get("getHistory", "Who changed what, when and why; oldest first", history_schema());
    paths.insert("/api/records/{register}/{featureId}/history".into(), json!({ "servers": outside(base), "get": history }));
}

fn post(names: &[&str]) -> Json {
    let change = json!({
        "type": "object",
        "additionalProperties": false,
        "required": ["register"],
        "properties": {
            "register": { "type": "string", "enum": names },
            "op": { "type": "string", "enum": ["insert", "update", "delete"], "description": "This or `proceed`." },
            "proceed": { "type": "string", "description": "A case goes this transition of its workflow." },
            "set": { "type": "object", "description": "With `proceed`: fields by name." },
            "at": { "type": "string", "format": "date-time", "description": "With `proceed`: when it was done, if it is told later." },
            "id": { "type": "string", "format": "uuid", "description": "The record; a new one may name its own." },
            "expected": { "type": "integer", "format": "int64", "description": "The version that the person saw." },
            "values": { "type": "object", "description": "Fields by name; those left out stay." },
            "geometry": {
                "nullable": true,
                "description": "GeoJSON in longitude, latitude. Left out: stays. `null`: none.",
                "allOf": [reference("schemas", "geometry")],
            },
        },
    });
    let body = json!({
        "type": "object",
        "additionalProperties": false,
        "required": ["changes"],
        "properties": {
            "reason": { "type": "string", "nullable": true, "description": "Why, in the person's words." },
            "changes": { "type": "array", "minItems": 1, "maxItems": MAX_CHANGES, "items": change },
        },
    });
    let mut responses = Map::new();
    responses.insert(
        "201".into(),
        json!({
            "description": "On disk.",
            "headers": { "Location": { "schema": { "type": "string" } } },
            "content": { link::JSON: { "schema": committed_schema() } },
        }),
    );
    for name in [
        "BadRequest",
        "Unauthenticated",
        "Forbidden",
        "TooManyRequests",
        "NotFound",
        "Conflict",
        "PreconditionFailed",
        "TooLarge",
        "UnsupportedMediaType",
        "ServerError",
        "Unavailable",
    ] {
        responses.insert(super::responses::status(name).to_owned(), reference("responses", name));
    }
    json!({
        "operationId": "postChanges",
        "tags": ["Changes"],
        "summary": "Changes many records, whole or not at all",
        "parameters": [reference("parameters", "lang")],
        "requestBody": { "required": true, "content": { link::JSON: { "schema": body } } },
        "responses": responses,
        "security": Reach::Known.security(),
    })
}

fn committed_schema() -> Json {
    let record = json!({
        "type": "object",
        "required": ["register", "id", "fid", "version"],
        "properties": {
            "register": { "type": "string" },
            "id": { "type": "string", "format": "uuid" },
            "fid": { "type": "integer" },
            "version": { "type": "integer" },
        },
    });
    json!({
        "type": "object",
        "required": ["changeset", "first_position", "recorded_at", "records"],
        "properties": {
            "changeset": { "type": "string", "format": "uuid" },
            "first_position": { "type": "integer", "description": "Place of the first entry in the log." },
            "recorded_at": { "type": "string", "format": "date-time" },
            "records": { "type": "array", "items": record },
        },
    })
}

fn record_schema() -> Json {
    json!({
        "type": "object",
        "required": ["register", "id", "fid", "version", "recorded_at", "values", "hidden", "geometry"],
        "properties": {
            "register": { "type": "string" },
            "id": { "type": "string", "format": "uuid" },
            "fid": { "type": "integer" },
            "version": { "type": "integer" },
            "recorded_at": { "type": "string", "format": "date-time" },
            "values": { "type": "object" },
            "hidden": hidden(),
            "geometry": { "nullable": true, "allOf": [reference("schemas", "geometry")] },
        },
    })
}

/// Names of fields whose values are not the record's own for who asks.
fn hidden() -> Json {
    let what = "Fields whose values here are masked or left out for who asks.";
    json!({ "type": "array", "description": what, "items": { "type": "string" } })
}

fn history_schema() -> Json {
    let text = || json!({ "type": "string" });
    let changed = json!({ "type": "object", "required": ["field"], "properties": { "field": text(), "old": { "nullable": true }, "new": { "nullable": true } } });
    let version = json!({
        "type": "object",
        "required": ["version", "deleted", "recorded_at", "position", "changeset", "person", "post", "changed", "hidden"],
        "properties": {
            "version": { "type": "integer" }, "deleted": { "type": "boolean" },
            "recorded_at": { "type": "string", "format": "date-time" }, "position": { "type": "integer" },
            "changeset": text(), "person": text(), "post": text(), "source": text(),
            "on_behalf_of": { "type": "string", "nullable": true }, "reason": { "type": "string", "nullable": true },
            "changed": { "type": "array", "items": changed }, "hidden": hidden(), "geometry_changed": { "type": "boolean" },
        },
    });
    json!({
        "type": "object",
        "required": ["register", "id", "versions"],
        "properties": { "register": text(), "id": text(), "versions": { "type": "array", "items": version } },
    })
}
