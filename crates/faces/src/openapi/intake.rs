//! Operations of calls and of papers.

use super::{
    operation::{Get, Reach, parameters, reference},
    outside,
};
use crate::ogc_common::link;
use meydan_kernel::Catalogue;
use serde_json::{Map, Value as Json, json};

/// Adds them.
pub fn add(paths: &mut Map<String, Json>, catalogue: &Catalogue, base: &str) {
    let get =
        |id: &str, tag: &'static str, summary: &str, parameters: Vec<Json>, answer: (&'static str, Json), reach: Reach| {
            let problems = &["BadRequest", "NotFound", "Unavailable"];
            Get { id: id.to_owned(), tag, summary: summary.to_owned(), parameters, answer, problems, conditional: false, reach }
                .to_json()
        };
    if catalogue.registers.contains_key("call") {
        paths.insert("/api/calls".into(), json!({ "servers": outside(base), "post": tell() }));
        let text = || json!({ "type": "string" });
        let query = |name: &str, schema: Json| json!({ "name": name, "in": "query", "schema": schema });
        let asked = vec![query("seen", text()), query("extension", json!({ "type": "string", "maxLength": 20 }))];
        let call = json!({ "type": "object", "required": ["tag", "call"], "properties": {
            "tag": { "type": "string", "description": "To be sent as `seen` next." },
            "call": { "type": "object", "nullable": true } } });
        let summary = "The call that who asks has now; waits for another than the one seen, 25 s at most";
        let current = get("getCurrentCall.call", "Cases", summary, asked, (link::JSON, call), Reach::Known);
        paths.insert("/api/calls/current".into(), json!({ "servers": outside(base), "get": current }));
    }
    if catalogue.registers.contains_key("request") {
        for (path, id, summary) in [
            ("answer", "getAnswerPaper.request", "The answer as an official letter; a draft before it is given"),
            ("receipt", "getReceiptPaper.request", "The receipt of a request"),
        ] {
            let pdf = ("application/pdf", json!({ "type": "string", "format": "binary" }));
            let paper = get(id, "Cases", summary, parameters(&["featureId"]), pdf, Reach::Granted);
            let path = format!("/api/cases/request/{{featureId}}/{path}.pdf");
            paths.insert(path, json!({ "servers": outside(base), "get": paper }));
        }
    }
}

fn tell() -> Json {
    let text = |longest: u32| json!({ "type": "string", "maxLength": longest });
    let body = json!({
        "type": "object",
        "additionalProperties": false,
        "required": ["event", "call_id"],
        "properties": {
            "event": { "type": "string", "enum": ["ringing", "answered", "ended"] },
            "call_id": text(100),
            "from": { "type": "string", "nullable": true },
            "to": { "type": "string", "nullable": true, "maxLength": 40 },
            "agent": { "type": "string", "nullable": true, "description": "Login name or office e-mail." },
            "extension": { "type": "string", "nullable": true, "maxLength": 20 },
            "direction": { "type": "string", "nullable": true, "enum": ["incoming", "outgoing", null] },
            "at": { "type": "string", "format": "date-time", "nullable": true },
            "recording": { "type": "string", "nullable": true, "maxLength": 200 },
        },
    });
    let done = json!({ "type": "object", "required": ["id", "call_id", "created"], "properties": {
        "id": { "type": "string", "format": "uuid" }, "call_id": { "type": "string" }, "created": { "type": "boolean" } } });
    let mut responses = Map::new();
    for (status, told) in [("200", "The call was known."), ("201", "A new call.")] {
        responses.insert(status.into(), json!({ "description": told, "content": { link::JSON: { "schema": done } } }));
    }
    for name in [
        "BadRequest",
        "Unauthenticated",
        "Forbidden",
        "TooManyRequests",
        "NotFound",
        "Conflict",
        "TooLarge",
        "UnsupportedMediaType",
        "ServerError",
        "Unavailable",
    ] {
        responses.insert(super::responses::status(name).to_owned(), reference("responses", name));
    }
    json!({
        "operationId": "tellCall",
        "tags": ["Cases"],
        "summary": "The phone system tells that a call rings, is answered, has ended; with a token for calls only",
        "parameters": [reference("parameters", "lang")],
        "requestBody": { "required": true, "content": { link::JSON: { "schema": body } } },
        "responses": responses,
        "security": [{ "token": [] }],
    })
}
