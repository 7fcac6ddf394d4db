//! Operations on the personal data of one record.

use super::{
    operation::{Reach, parameters, reference},
    outside,
};
use crate::ogc_common::link;
use meydan_kernel::Catalogue;
use serde_json::{Map, Value as Json, json};

/// Adds them.
pub fn add(paths: &mut Map<String, Json>, catalogue: &Catalogue, base: &str) {
    let names: Vec<&str> = catalogue.registers.keys().map(String::as_str).collect();
    if names.is_empty() {
        return;
    }
    let text = || json!({ "type": "string" });
    let fields = json!({ "type": "array", "minItems": 1, "maxItems": 128, "items": text() });
    let reason =
        json!({ "type": "string", "minLength": 1, "description": "Why; it is logged and can't be destroyed: no names." });
    let asked = |whole: bool| {
        let mut properties = Map::new();
        properties.insert("fields".into(), fields.clone());
        properties.insert("reason".into(), reason.clone());
        if whole {
            let told = "The whole record, in the place of `fields`; it ends, unless others refer to it.";
            properties.insert("whole".into(), json!({ "type": "boolean", "description": told }));
        }
        json!({ "type": "object", "additionalProperties": false, "required": ["reason"], "properties": properties })
    };
    let seen = json!({
        "type": "object",
        "required": ["register", "id", "version", "values"],
        "properties": {
            "register": text(), "id": { "type": "string", "format": "uuid" }, "version": { "type": "integer" },
            "values": { "type": "object" },
        },
    });
    let destroyed = json!({
        "type": "object",
        "required": ["register", "id", "changeset", "first_position", "recorded_at"],
        "properties": {
            "register": text(), "id": { "type": "string", "format": "uuid" }, "changeset": { "type": "string", "format": "uuid" },
            "first_position": { "type": "integer" }, "recorded_at": { "type": "string", "format": "date-time" },
        },
    });
    for (path, id, summary, body, answer) in [
        ("unmask", "unmaskRecord", "Personal fields of a record whole; the look is written down", asked(false), seen),
        ("erase", "eraseRecord", "Destroys values of a record for ever (KVKK article 7)", asked(true), destroyed),
    ] {
        let operation = json!({
            "operationId": id,
            "tags": ["Changes"],
            "summary": summary,
            "security": Reach::Known.security(),
            "parameters": record_parameters(&names),
            "requestBody": { "required": true, "content": { link::JSON: { "schema": body } } },
            "responses": responses(&answer),
        });
        let path = format!("/api/records/{{register}}/{{featureId}}/{path}");
        paths.insert(path, json!({ "servers": outside(base), "post": operation }));
    }
}

fn record_parameters(names: &[&str]) -> Vec<Json> {
    let register = json!({ "name": "register", "in": "path", "required": true, "schema": { "type": "string", "enum": names } });
    std::iter::once(register).chain(parameters(&["featureId", "lang"])).collect()
}

fn responses(answer: &Json) -> Map<String, Json> {
    let mut all = Map::new();
    all.insert("200".into(), json!({ "description": "Done.", "content": { link::JSON: { "schema": answer } } }));
    let own = ["BadRequest", "NotFound", "Conflict", "TooLarge", "UnsupportedMediaType", "ServerError", "Unavailable"];
    for name in own.iter().chain(Reach::Known.problems()) {
        all.insert(super::responses::status(name).to_owned(), reference("responses", name));
    }
    all
}
