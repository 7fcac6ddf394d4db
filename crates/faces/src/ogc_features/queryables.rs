//! Queryables (OGC 19-079r2, 6): what `filter`, parameters by name and `sortby` may ask for, as JSON Schema. A field of which who
//! asks sees no value is not among them: whoever could ask for it would learn it.

use super::{described::Described, schema};
use crate::{
    App, Caller, Problem,
    ogc_common::{ROOT, link, reply},
};
use axum::{
    extract::{Path, State},
    http::{HeaderMap, Uri},
    response::Response,
};
use serde_json::{Map, json};
use std::sync::Arc;

/// `GET /ogc/collections/{id}/queryables`.
pub async fn queryables(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(id): Path<String>,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let Described { lang, definitions, register, base, shown } = Described::read(&app, &caller, &id, &uri, &headers)?;
    let mut properties = Map::new();
    for (_, field) in register.fields.iter().enumerate().filter(|(index, _)| shown.has(*index)) {
        properties.insert(field.name.clone(), schema::property(&definitions.catalogue, field, lang));
    }
    properties.insert("fid".into(), json!({ "title": "fid", "type": "integer" }));
    properties.insert("id".into(), json!({ "title": "id", "type": "string", "format": "uuid" }));
    properties.insert("recorded_at".into(), json!({ "title": "recorded_at", "type": "string", "format": "date-time" }));
    if let Some(geometry) = &register.geometry {
        properties.insert("geometry".into(), schema::geometry(geometry, lang));
    }
    let body = json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": format!("{base}{ROOT}/collections/{}/queryables", register.name),
        "type": "object",
        "title": register.title.get(lang),
        "properties": properties,
        "additionalProperties": false,
    });
    Ok(reply::json(&headers, lang, link::SCHEMA, &body)?)
}
