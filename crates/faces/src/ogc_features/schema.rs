//! The schema of a collection (OGC 23-058r1, Part 5): JSON Schema 2020-12 with roles, order, code lists and references.

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
use meydan_geo::GeometryType;
use meydan_kernel::{Catalogue, Field, FieldKind, Lang, Register, catalogue::GeometryDef};
use serde_json::{Map, Value as Json, json};
use std::sync::Arc;

/// `GET /ogc/collections/{id}/schema`.
pub async fn schema(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(id): Path<String>,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let Described { lang, definitions, register, base, shown } = Described::read(&app, &caller, &id, &uri, &headers)?;
    let mut body = document(&definitions.catalogue, &register, lang, &base);
    // Answers hold these fields too, masked or empty, so they are described; and marked.
    for (_, field) in register.fields.iter().enumerate().filter(|(index, _)| !shown.has(*index)) {
        body["properties"][&field.name]["x-meydan-hidden"] = true.into();
        // What the caller doesn't see comes empty: their answers don't keep to it.
        if let Some(required) = body["required"].as_array_mut() {
            required.retain(|name| name != field.name.as_str());
        }
    }
    Ok(reply::json(&headers, lang, link::SCHEMA, &body)?)
}

/// The schema of a register.
pub fn document(catalogue: &Catalogue, register: &Register, lang: Lang, base: &str) -> Json {
    let mut properties = Map::new();
    properties.insert("fid".into(), json!({ "type": "integer", "readOnly": true, "x-ogc-role": "id", "x-ogc-propertySeq": 1 }));
    properties.insert("id".into(), json!({ "type": "string", "format": "uuid", "readOnly": true, "x-ogc-propertySeq": 2 }));
    let mut sequence = 3;
    let mut place = |name: &str, mut schema: Json| {
        schema["x-ogc-propertySeq"] = sequence.into();
        sequence += 1;
        properties.insert(name.to_owned(), schema);
    };
    if let Some(definition) = &register.geometry {
        let mut schema = geometry(definition, lang);
        schema["x-ogc-role"] = "primary-geometry".into();
        place("geometry", schema);
    }
    for field in &register.fields {
        let mut schema = property(catalogue, field, lang);
        match &field.kind {
            FieldKind::Reference { register } => {
                schema["x-ogc-role"] = "reference".into();
                schema["x-ogc-collectionId"] = register.as_str().into();
                schema["x-ogc-uriTemplate"] = format!("{base}{ROOT}/collections/{register}/items/{{featureId}}").into();
            }
            FieldKind::Code { list } => schema["x-ogc-codelistUri"] = format!("{base}/schemas/code-lists/{list}").into(),
            _ => {}
        }
        place(&field.name, schema);
    }
    place("version", json!({ "type": "integer", "readOnly": true }));
    place("recorded_at", json!({ "type": "string", "format": "date-time", "readOnly": true, "x-ogc-role": "primary-instant" }));
    let mut required: Vec<&str> = register.fields.iter().filter(|f| f.required).map(|f| f.name.as_str()).collect();
    if register.geometry.as_ref().is_some_and(|g| g.required) {
        required.push("geometry");
    }
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": format!("{base}{ROOT}/collections/{}/schema", register.name),
        "type": "object",
        "title": register.title.get(lang),
        "description": register.description.get(lang),
        "properties": properties,
        "required": required,
        "additionalProperties": false,
    })
}

/// One field as JSON Schema, in words that OpenAPI 3.0 understands as well.
pub fn property(catalogue: &Catalogue, field: &Field, lang: Lang) -> Json {
    let mut schema = json!({ "title": field.title.get(lang) });
    if let Some(description) = &field.description {
        schema["description"] = description.get(lang).into();
    }
    let (kind, format) = match &field.kind {
        FieldKind::Text | FieldKind::Code { .. } => ("string", None),
        FieldKind::Integer | FieldKind::Money => ("integer", None),
        FieldKind::Real => ("number", None),
        FieldKind::Boolean => ("boolean", None),
        FieldKind::Date => ("string", Some("date")),
        FieldKind::Timestamp => ("string", Some("date-time")),
        FieldKind::Reference { .. } => ("string", Some("uuid")),
    };
    schema["type"] = kind.into();
    if let Some(format) = format {
        schema["format"] = format.into();
    }
    if let Some(min) = field.min {
        schema["minimum"] = number(min, kind);
    }
    if let Some(max) = field.max {
        schema["maximum"] = number(max, kind);
    }
    if let Some(longest) = field.max_length {
        schema["maxLength"] = longest.into();
    }
    if let Some(default) = &field.default {
        schema["default"] = default.clone();
    }
    if let Some(unit) = &field.unit {
        schema["x-ogc-unit"] = unit.as_str().into();
        schema["x-ogc-unitLang"] = "UCUM".into();
    }
    if field.personal {
        schema["x-meydan-personal"] = true.into();
    }
    if let FieldKind::Code { list } = &field.kind
        && let Some(list) = catalogue.code_lists.get(list)
    {
        schema["enum"] = list.codes.iter().map(|c| c.code.as_str()).collect::<Vec<_>>().into();
        let titled = list.codes.iter().map(|c| json!({ "const": c.code, "title": c.title.get(lang), "deprecated": c.retired }));
        schema["oneOf"] = titled.collect::<Vec<_>>().into();
    }
    schema
}

fn number(bound: f64, kind: &str) -> Json {
    if kind == "integer" && bound.fract() == 0.0 && bound.abs() < 9.0e15 { (bound as i64).into() } else { bound.into() }
}

/// The geometry as JSON Schema (`format` of Part 5).
pub fn geometry(definition: &GeometryDef, lang: Lang) -> Json {
    let format = match definition.kind {
        GeometryType::Point => "geometry-point",
        GeometryType::LineString => "geometry-linestring",
        GeometryType::Polygon => "geometry-polygon",
        GeometryType::MultiPoint => "geometry-multipoint",
        GeometryType::MultiLineString => "geometry-multilinestring",
        GeometryType::MultiPolygon => "geometry-multipolygon",
        GeometryType::GeometryCollection => "geometry-geometrycollection",
    };
    let title = match lang {
        Lang::Tr => "Geometri",
        Lang::En => "Geometry",
    };
    json!({ "title": title, "format": format })
}
