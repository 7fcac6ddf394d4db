//! The schema of a feature as GeoJSON, by the relation `describedby`: GDAL takes the types of fields from it, so that a page
//! whose values are all null does not make every field a text.
//!
//! GDAL knows whole numbers of 32 bits here and cuts larger ones off; a field that may hold larger ones is a `number`.

use super::described::Described;
use crate::{
    App, Caller, Problem,
    ogc_common::{ROOT, link, reply},
};
use axum::{
    extract::{Path, State},
    http::{HeaderMap, Uri},
    response::Response,
};
use meydan_kernel::{Field, FieldKind};
use serde_json::{Map, Value as Json, json};
use std::sync::Arc;

/// `GET /ogc/collections/{id}/feature-schema`.
pub async fn feature_schema(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(id): Path<String>,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let Described { lang, register, base, .. } = Described::read(&app, &caller, &id, &uri, &headers)?;
    // The property `id` is not named: GDAL takes it from the features, and would have it twice.
    let mut properties: Map<String, Json> = register
        .fields
        .iter()
        .map(|field| {
            let mut schema = value_type(field);
            schema["title"] = field.title.get(lang).into();
            (field.name.clone(), schema)
        })
        .collect();
    properties.insert("version".into(), json!({ "type": "integer" }));
    properties.insert("recorded_at".into(), json!({ "type": "string", "format": "date-time" }));
    let body = json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": format!("{base}{ROOT}/collections/{}/feature-schema", register.name),
        "title": register.title.get(lang),
        "type": "object",
        "properties": {
            "type": { "type": "string" },
            "id": { "type": "integer" },
            "properties": { "type": "object", "properties": properties },
        },
    });
    Ok(reply::json(&headers, lang, link::SCHEMA, &body)?)
}

fn value_type(field: &Field) -> Json {
    match &field.kind {
        FieldKind::Integer if field.max.is_some_and(|max| max <= f64::from(i32::MAX)) => json!({ "type": "integer" }),
        FieldKind::Integer | FieldKind::Money | FieldKind::Real => json!({ "type": "number" }),
        FieldKind::Boolean => json!({ "type": "boolean" }),
        FieldKind::Date => json!({ "type": "string", "format": "date" }),
        FieldKind::Timestamp => json!({ "type": "string", "format": "date-time" }),
        FieldKind::Text | FieldKind::Code { .. } | FieldKind::Reference { .. } => json!({ "type": "string" }),
    }
}
