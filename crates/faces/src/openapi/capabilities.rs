//! Operations of OGC API Common and the list of collections.

use super::operation::{Get, Reach, parameters, reference};
use crate::ogc_common::link;
use serde_json::{Map, Value as Json, json};

/// Adds them.
pub fn add(paths: &mut Map<String, Json>) {
    let mut get = |path: &str, id: &str, summary: &str, media_type: &'static str, schema: Json| {
        let operation = Get {
            id: id.to_owned(),
            tag: "Capabilities",
            summary: summary.to_owned(),
            parameters: parameters(&["fjson"]),
            answer: (media_type, schema),
            problems: &["BadRequest"],
            conditional: true,
            reach: Reach::Anybody,
        };
        paths.insert(path.to_owned(), json!({ "get": operation.to_json() }));
    };
    get("/", "getLandingPage", "Where every client begins", link::JSON, reference("schemas", "landing"));
    get("/conformance", "getConformance", "Standards that are met", link::JSON, reference("schemas", "conformance"));
    let functions = json!({
        "type": "object",
        "required": ["functions"],
        "properties": { "functions": { "type": "array", "items": { "type": "object", "required": ["name", "returns"] } } },
    });
    get("/functions", "getFunctions", "Functions that filters may call", link::JSON, functions);
    get("/api", "getApi", "This definition", link::OPENAPI, json!({ "type": "object" }));
    get("/collections", "getCollections", "All registers", link::JSON, reference("schemas", "collections"));
    get("/styles", "getStyles", "All styles", link::JSON, json!({ "type": "object", "required": ["styles"] }));
}
