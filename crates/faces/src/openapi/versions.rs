//! Operations of what was: versions of a feature, changes of a collection.

use super::{
    operation::{Get, Reach, parameters, reference},
    schemas,
};
use crate::{
    ogc_common::link,
    ogc_versions::{DEFAULT_CHANGES, MAX_CHANGES, memento::LINK_FORMAT},
};
use meydan_kernel::{Catalogue, Lang};
use serde_json::{Map, Value as Json, json};

/// Adds them.
pub fn add(paths: &mut Map<String, Json>, catalogue: &Catalogue, lang: Lang) {
    for register in catalogue.registers.values() {
        let (name, title) = (&register.name, register.title.get(lang));
        let mut versions = Get {
            id: format!("getVersions.{name}"),
            tag: "Versions",
            summary: title.to_owned(),
            parameters: [parameters(&["featureId", "flinks", "limit"]), vec![after("Only versions after this one.")]].concat(),
            answer: (link::JSON, versions_schema()),
            problems: &["BadRequest", "NotFound", "NotAcceptable", "Unavailable"],
            conditional: true,
            reach: Reach::Granted,
        }
        .to_json();
        versions["responses"]["200"]["content"][LINK_FORMAT] = json!({ "schema": { "type": "string" } });
        paths.insert(format!("/collections/{name}/items/{{featureId}}/versions"), json!({ "get": versions }));
        let changes = Get {
            id: format!("getChanges.{name}"),
            tag: "Versions",
            summary: title.to_owned(),
            parameters: [parameters(&["f", "crs"]), vec![from(), to(), limit(), after("Page token, as `next` links bear it.")]]
                .concat(),
            answer: (link::GEOJSON, changes_schema(name)),
            problems: &["BadRequest", "NotAcceptable", "Unavailable"],
            conditional: false,
            reach: Reach::Granted,
        };
        paths.insert(format!("/collections/{name}/changes"), json!({ "get": changes.to_json() }));
    }
}

fn query(name: &str, is_required: bool, description: &str, schema: Json) -> Json {
    json!({ "name": name, "in": "query", "required": is_required, "description": description, "schema": schema })
}

fn after(what: &str) -> Json {
    query("after", false, what, json!({ "type": "integer", "format": "int64", "minimum": 0 }))
}

fn from() -> Json {
    let schema = json!({ "type": "string", "format": "date-time" });
    query("from", true, "What was recorded after this instant.", schema)
}

fn to() -> Json {
    let schema = json!({ "type": "string", "format": "date-time" });
    query("to", false, "Up to this instant, and at it; now without it.", schema)
}

fn limit() -> Json {
    let schema = json!({ "type": "integer", "minimum": 1, "maximum": MAX_CHANGES, "default": DEFAULT_CHANGES });
    query("limit", false, "At most so many changes on a page; there may be fewer although there is a next one.", schema)
}

fn versions_schema() -> Json {
    let version = json!({
        "type": "object",
        "required": ["version", "recorded_at", "ended"],
        "properties": {
            "version": { "type": "integer", "minimum": 1 },
            "recorded_at": { "type": "string", "format": "date-time" },
            "ended": { "type": "boolean", "description": "True if it is the record's end." },
            "href": { "type": "string", "description": "Where this version is for ever." },
        },
    });
    json!({
        "type": "object",
        "required": ["versions", "numberMatched", "numberReturned", "links"],
        "properties": {
            "versions": { "type": "array", "items": version },
            "numberMatched": { "type": "integer", "minimum": 0 },
            "numberReturned": { "type": "integer", "minimum": 0 },
            "links": schemas::links(),
        },
    })
}

fn changes_schema(name: &str) -> Json {
    let feature = || reference("schemas", &format!("feature_{name}"));
    let side = || json!({ "nullable": true, "allOf": [feature()] });
    let change = json!({
        "type": "object",
        "required": ["change", "changed_at", "before", "after"],
        "properties": {
            "change": { "type": "string", "enum": ["added", "changed", "ended"] },
            "changed_at": { "type": "string", "format": "date-time", "description": "When it was changed last within the span." },
            "changed": { "type": "array", "items": { "type": "string" }, "description": "Names of what differs; also `geometry`." },
            "before": side(),
            "after": side(),
        },
    });
    json!({
        "type": "object",
        "required": ["type", "features", "from", "to", "numberReturned", "links"],
        "properties": {
            "type": { "type": "string", "enum": ["FeatureCollection"] },
            "features": { "type": "array", "items": { "allOf": [feature(), change] } },
            "from": { "type": "string", "format": "date-time" },
            "to": { "type": "string", "format": "date-time" },
            "numberReturned": { "type": "integer", "minimum": 0 },
            "links": schemas::links(),
        },
    })
}
