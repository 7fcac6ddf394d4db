//! Operations of cases and of the inbox.

use super::{
    operation::{Get, Reach, parameters, reference},
    outside,
};
use crate::{
    cases::{MAX_FILE_BYTES, inbox::View},
    ogc_common::link,
};
use meydan_kernel::Catalogue;
use serde_json::{Map, Value as Json, json};

/// Adds them.
pub fn add(paths: &mut Map<String, Json>, catalogue: &Catalogue, base: &str) {
    let of = |wanted: fn(&meydan_kernel::Register) -> bool| -> Vec<&str> {
        catalogue.registers.values().filter(|r| wanted(r)).map(|r| r.name.as_str()).collect()
    };
    let (cases, parts) = (of(|r| r.workflow.is_some()), of(|r| r.part));
    if cases.is_empty() {
        return;
    }
    let path = |name: &str, schema: Json| json!({ "name": name, "in": "path", "required": true, "schema": schema });
    let query = |name: &str, schema: Json| json!({ "name": name, "in": "query", "schema": schema });
    let with_id = || {
        let register = path("register", json!({ "type": "string", "enum": cases }));
        std::iter::once(register).chain(parameters(&["featureId"])).collect::<Vec<_>>()
    };
    let get = |id: &str, summary: &str, parameters: Vec<Json>, answer: (&'static str, Json), reach: Reach| {
        Get {
            id: id.to_owned(),
            tag: "Cases",
            summary: summary.to_owned(),
            parameters,
            answer,
            problems: &["BadRequest", "NotFound", "Unavailable"],
            conditional: answer_is_json(id),
            reach,
        }
        .to_json()
    };
    let mut add = |path: &str, method: &str, operation: Json| {
        let item = json!({ "servers": outside(base), method: operation });
        paths.insert(path.to_owned(), item);
    };
    let case = get(
        "getCase",
        "A case: its state, its clocks, what may be done",
        with_id(),
        (link::JSON, case_schema()),
        Reach::Granted,
    );
    add("/api/cases/{register}/{featureId}", "get", case);
    let mut of_parts = with_id();
    of_parts.push(path("part", json!({ "type": "string", "enum": parts })));
    let list = json!({ "type": "object", "required": ["register", "id", "part", "parts"], "properties": {
        "register": { "type": "string" }, "id": { "type": "string" }, "part": { "type": "string" },
        "parts": { "type": "array", "items": { "type": "object" } } } });
    let list = get("getCaseParts", "Comments, files and other parts of a case", of_parts, (link::JSON, list), Reach::Granted);
    add("/api/cases/{register}/{featureId}/parts/{part}", "get", list);
    let mut of_file = with_id();
    of_file.extend([
        query("name", json!({ "type": "string", "maxLength": 200 })),
        query("audience", json!({ "type": "string", "enum": ["internal", "applicant", "public"] })),
        query("id", json!({ "type": "string", "format": "uuid" })),
        reference("parameters", "lang"),
    ]);
    add("/api/cases/{register}/{featureId}/attachments", "post", attach(&of_file));
    let mut of_content = with_id();
    of_content.push(path("attachment", json!({ "type": "string", "format": "uuid" })));
    let bytes = json!({ "type": "string", "format": "binary" });
    let content = get("getAttachmentContent", "The bytes of a file", of_content, ("*/*", bytes), Reach::Granted);
    add("/api/cases/{register}/{featureId}/attachments/{attachment}/content", "get", content);
    let views: Vec<&str> = View::ALL.iter().map(|v| v.word()).collect();
    let asked = vec![
        query("view", json!({ "type": "string", "enum": views })),
        query("register", json!({ "type": "string", "enum": cases })),
        query("limit", json!({ "type": "integer", "minimum": 1, "maximum": 250 })),
        query("after", json!({ "type": "string", "description": "`next` of the page before." })),
    ];
    let page = json!({ "type": "object", "required": ["view", "items", "next"], "properties": {
        "view": { "type": "string" }, "items": { "type": "array", "items": { "type": "object" } },
        "next": { "type": "string", "nullable": true } } });
    add("/api/inbox", "get", get("getInbox", "Cases that wait for who asks", asked, (link::JSON, page), Reach::Known));
    let counts = json!({ "type": "object", "additionalProperties": { "type": "integer" } });
    let counts = get("getInboxCounts", "How many cases each view holds", Vec::new(), (link::JSON, counts), Reach::Known);
    add("/api/inbox/counts", "get", counts);
}

/// Answers with a tag: all but the bytes of files.
fn answer_is_json(id: &str) -> bool {
    id != "getAttachmentContent"
}

fn attach(parameters: &[Json]) -> Json {
    let answer = json!({ "type": "object", "required": ["register", "id", "size", "content"], "properties": {
        "register": { "type": "string" }, "id": { "type": "string", "format": "uuid" },
        "size": { "type": "integer" }, "content": { "type": "string" } } });
    let mut responses = Map::new();
    for (status, what) in [("201", "Kept."), ("200", "It was there already.")] {
        responses.insert(status.into(), json!({ "description": what, "content": { link::JSON: { "schema": answer } } }));
    }
    let own = ["BadRequest", "NotFound", "Conflict", "TooLarge", "UnsupportedMediaType", "ServerError", "Unavailable"];
    for name in own.iter().chain(Reach::Known.problems()) {
        responses.insert(super::responses::status(name).to_owned(), reference("responses", name));
    }
    let told = format!("JPEG, PNG, WebP, PDF, M4A, Ogg or WebM; {MAX_FILE_BYTES} bytes at most.");
    json!({
        "operationId": "postAttachment", "tags": ["Cases"], "summary": "Adds a file to a case", "parameters": parameters,
        "requestBody": { "required": true, "description": told,
            "content": { "application/octet-stream": { "schema": { "type": "string", "format": "binary" } } } },
        "responses": responses, "security": Reach::Known.security(),
    })
}

fn case_schema() -> Json {
    let text = || json!({ "type": "string", "nullable": true });
    let list = || json!({ "type": "array", "items": { "type": "object" } });
    json!({
        "type": "object",
        "required": ["register", "id", "version", "state", "states", "clocks", "offers"],
        "properties": {
            "register": { "type": "string" }, "id": { "type": "string", "format": "uuid" }, "version": { "type": "integer" },
            "reference": text(), "state": { "type": "string" }, "states": list(), "since": text(), "unit": text(),
            "unit_name": text(), "held_since": text(), "assignee": text(), "received_at": text(), "due_at": text(),
            "closed_at": text(), "late": { "type": "boolean", "nullable": true }, "clocks": list(), "offers": list(),
        },
    })
}
