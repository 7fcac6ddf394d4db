//! Operations that change features (OGC API Features Part 4), and transactions (Part 11).

use super::operation::{Reach, parameters, reference};
use crate::{
    ogc_common::link,
    ogc_features::edit::{FEATURE_TYPES, PATCH_TYPES},
    ogc_transactions,
};
use meydan_kernel::{Catalogue, Lang, Register, catalogue::Action, desk::MAX_CHANGES};
use serde_json::{Map, Value as Json, json};

/// What any change may meet with.
const PROBLEMS: [&str; 8] =
    ["BadRequest", "NotFound", "Conflict", "TooLarge", "UnsupportedMediaType", "Unprocessable", "ServerError", "Unavailable"];
/// What a change of a record that is there may meet with besides.
const OF_A_RECORD: [&str; 3] = ["Gone", "PreconditionFailed", "PreconditionRequired"];

/// Adds them to the paths of the collections.
pub fn add(paths: &mut Map<String, Json>, catalogue: &Catalogue, lang: Lang) {
    for register in catalogue.registers.values() {
        // Journals are written by the house alone.
        if register.journal {
            continue;
        }
        let (name, title) = (&register.name, register.title.get(lang));
        let items = format!("/collections/{name}/items");
        if let Some(path) = paths.get_mut(&items) {
            path["post"] = create(name, title);
        }
        if let Some(path) = paths.get_mut(&format!("{items}/{{featureId}}")) {
            path["put"] = change(&format!("replaceFeature.{name}"), title, &FEATURE_TYPES, name, "given");
            path["patch"] = change(&format!("updateFeature.{name}"), title, &PATCH_TYPES, name, "patch");
            path["delete"] = delete(name, title);
        }
    }
    if catalogue.registers.is_empty() {
        return;
    }
    paths.insert("/transactions".into(), json!({ "post": transaction(catalogue) }));
}

/// What a register's changes are made of, for the components.
pub fn schemas(all: &mut Map<String, Json>, register: &Register, properties: &Map<String, Json>) {
    let geometry = json!({ "nullable": true, "allOf": [reference("schemas", "geometry")] });
    let properties = json!({ "type": "object", "properties": properties });
    let kind = json!({ "type": "string", "enum": ["Feature"] });
    let given = json!({
        "type": "object",
        "required": ["type", "geometry", "properties"],
        "properties": { "type": kind, "geometry": geometry, "properties": properties },
    });
    let patch = json!({ "type": "object", "properties": { "geometry": geometry, "properties": properties } });
    all.insert(format!("given_{}", register.name), given);
    all.insert(format!("patch_{}", register.name), patch);
}

fn content(types: &[&str], schema: &Json) -> Json {
    let of = |t: &&str| ((*t).to_owned(), json!({ "schema": schema }));
    types.iter().map(of).collect::<Map<String, Json>>().into()
}

fn responses(ok: &[(&str, Json)], more: &[&str]) -> Map<String, Json> {
    let mut all: Map<String, Json> = ok.iter().map(|(status, response)| ((*status).to_owned(), response.clone())).collect();
    for name in PROBLEMS.iter().chain(more).chain(Reach::Granted.problems()) {
        all.insert(super::responses::status(name).to_owned(), reference("responses", name));
    }
    all
}

fn told() -> Json {
    let text = || json!({ "schema": { "type": "string" } });
    json!({ "ETag": text(), "Last-Modified": text(), "Preference-Applied": text() })
}

fn create(name: &str, title: &str) -> Json {
    let feature = reference("schemas", &format!("given_{name}"));
    let many = json!({
        "type": "object",
        "required": ["type", "features"],
        "properties": {
            "type": { "type": "string", "enum": ["FeatureCollection"] },
            "features": { "type": "array", "minItems": 1, "maxItems": MAX_CHANGES, "items": feature },
        },
    });
    let body = json!({ "anyOf": [feature, many] });
    let mut headers = told();
    headers["Location"] = json!({ "schema": { "type": "string" } });
    let made = json!({
        "description": "On disk: where the features are; a single one itself with `Prefer: return=representation`.",
        "headers": headers,
        "content": {
            link::GEOJSON: { "schema": reference("schemas", &format!("feature_{name}")) },
            link::JSON: { "schema": report_schema() },
        },
    });
    json!({
        "operationId": format!("createFeature.{name}"),
        "tags": ["Editing"],
        "summary": title,
        "parameters": parameters(&["reason", "Change-Reason", "Content-Crs", "Prefer", "lang"]),
        "requestBody": { "required": true, "content": content(&FEATURE_TYPES, &body) },
        "responses": responses(&[("201", made)], &[]),
        "security": Reach::Granted.security(),
    })
}

fn change(id: &str, title: &str, types: &[&str], name: &str, body: &str) -> Json {
    let feature = reference("schemas", &format!("feature_{name}"));
    let whole = json!({ "description": "On disk.", "headers": told(), "content": { link::GEOJSON: { "schema": feature } } });
    let done = json!({ "description": "On disk.", "headers": told() });
    let body = reference("schemas", &format!("{body}_{name}"));
    let all = ["featureId", "reason", "Change-Reason", "Content-Crs", "Prefer", "If-Match", "If-Unmodified-Since", "lang"];
    json!({
        "operationId": id,
        "tags": ["Editing"],
        "summary": title,
        "parameters": parameters(&all),
        "requestBody": { "required": true, "content": content(types, &body) },
        "responses": responses(&[("200", whole), ("204", done)], &OF_A_RECORD),
        "security": Reach::Granted.security(),
    })
}

fn delete(name: &str, title: &str) -> Json {
    let all = ["featureId", "reason", "Change-Reason", "Prefer", "If-Match", "If-Unmodified-Since", "lang"];
    json!({
        "operationId": format!("deleteFeature.{name}"),
        "tags": ["Editing"],
        "summary": title,
        "parameters": parameters(&all),
        "responses": responses(&[("204", json!({ "description": "Ended; its versions stay." }))], &OF_A_RECORD),
        "security": Reach::Granted.security(),
    })
}

fn transaction(catalogue: &Catalogue) -> Json {
    let can = |r: &&std::sync::Arc<Register>| !r.journal && Action::Insert.writes();
    let names: Vec<&str> = catalogue.registers.values().filter(can).map(|r| r.name.as_str()).collect();
    let action = json!({
        "type": "object",
        "required": ["action", "collection"],
        "properties": {
            "action": { "type": "string", "enum": ["insert", "update", "replace", "delete"] },
            "collection": { "type": "string", "enum": names },
            "description": { "type": "string" },
            "items": { "type": "array", "items": { "type": "object" }, "description": "insert: GeoJSON features." },
            "properties": {
                "type": "object",
                "description": "update: `add`, `modify` (name and value), `delete` (names). replace: `feature`.",
            },
            "filter": {
                "description": "`{\"ids\": […]}`; with `filter-lang` a condition in CQL2 text.",
                "anyOf": [{ "type": "object" }, { "type": "string" }],
            },
            "filter-lang": { "type": "string", "enum": crate::ogc_features::FILTER_LANGUAGES },
        },
    });
    let body = json!({
        "type": "object",
        "required": ["transaction"],
        "properties": {
            "description": { "type": "string", "description": "Why; it is what the log keeps." },
            "semantic": { "type": "string", "enum": ["atomic", "batch"], "default": "atomic" },
            "transaction": { "type": "array", "minItems": 1, "maxItems": MAX_CHANGES, "items": action },
        },
    });
    let report = json!({ "description": "Carried out.", "content": { link::JSON: { "schema": report_schema() } } });
    json!({
        "operationId": "postTransaction",
        "tags": ["Editing"],
        "summary": "Several changes, whole or not at all, or each by itself",
        "parameters": parameters(&["reason", "Change-Reason", "Content-Crs", "Prefer", "lang"]),
        "requestBody": { "required": true, "content": content(&ogc_transactions::TYPES, &body) },
        "responses": responses(&[("200", report)], &OF_A_RECORD),
        "security": Reach::Granted.security(),
    })
}

fn report_schema() -> Json {
    let list = || json!({ "type": "array", "items": { "type": "string", "format": "uri" } });
    let number = || json!({ "type": "integer", "minimum": 0 });
    json!({
        "type": "object",
        "required": ["semantic", "summary"],
        "properties": {
            "semantic": { "type": "string", "enum": ["atomic", "batch"] },
            "summary": {
                "type": "object",
                "properties": {
                    "totalInserted": number(), "totalUpdated": number(), "totalReplaced": number(), "totalDeleted": number(),
                },
            },
            "insertResults": list(), "updateResults": list(), "replaceResults": list(), "deleteResults": list(),
            "exceptions": { "type": "array", "items": reference("schemas", "problem") },
            "changeset": { "type": "string", "format": "uuid" },
            "first_position": { "type": "integer" },
            "recorded_at": { "type": "string", "format": "date-time" },
        },
    })
}
