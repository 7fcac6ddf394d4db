//! Schemas of answers.

use super::operation::reference;
use crate::ogc_features::schema_property;
use meydan_kernel::{Catalogue, Field, Lang, Register};
use serde_json::{Map, Value as Json, json};

const GEOMETRIES: [&str; 7] =
    ["Point", "LineString", "Polygon", "MultiPoint", "MultiLineString", "MultiPolygon", "GeometryCollection"];

/// All schemas: the fixed ones, and a feature and a collection per register.
pub fn components(catalogue: &Catalogue, lang: Lang) -> Json {
    let mut all = Map::new();
    fixed(&mut all);
    for register in catalogue.registers.values() {
        all.insert(format!("feature_{}", register.name), feature(catalogue, register, lang));
        all.insert(format!("features_{}", register.name), features(register));
        if !register.journal {
            let fields = register.fields.iter().filter(|f| !f.house);
            let properties = fields.map(|f| (f.name.clone(), value(catalogue, f, lang))).collect();
            super::editing::schemas(&mut all, register, &properties);
        }
    }
    all.into()
}

fn fixed(all: &mut Map<String, Json>) {
    let text = || json!({ "type": "string" });
    let link = json!({
        "type": "object",
        "required": ["href", "rel"],
        "properties": { "href": text(), "rel": text(), "type": text(), "title": text(), "templated": { "type": "boolean" } },
    });
    let error =
        json!({ "type": "object", "required": ["field", "message"], "properties": { "field": text(), "message": text() } });
    let problem = json!({
        "type": "object",
        "required": ["type", "title", "status", "detail", "instance", "code"],
        "properties": {
            "type": text(), "title": text(), "status": { "type": "integer" }, "detail": text(), "instance": text(),
            "code": text(), "detail_tr": text(), "detail_en": text(), "hint": text(),
            "errors": { "type": "array", "items": error },
        },
    });
    let collection = json!({
        "type": "object",
        "required": ["id", "links"],
        "properties": {
            "id": text(), "title": text(), "description": text(), "itemType": text(), "storageCrs": text(),
            "crs": { "type": "array", "items": text() },
            "links": links(),
            "extent": { "type": "object" },
        },
    });
    let geometry = json!({
        "type": "object",
        "required": ["type"],
        "properties": {
            "type": { "type": "string", "enum": GEOMETRIES },
            "coordinates": { "type": "array", "items": {} },
            "geometries": { "type": "array", "items": { "type": "object" } },
        },
    });
    let landing = json!({
        "type": "object",
        "required": ["links"],
        "properties": { "title": text(), "description": text(), "generated": { "type": "boolean" }, "links": links() },
    });
    let conformance = json!({
        "type": "object",
        "required": ["conformsTo"],
        "properties": { "conformsTo": { "type": "array", "items": text() } },
    });
    let collections = json!({
        "type": "object",
        "required": ["links", "collections"],
        "properties": {
            "links": links(),
            "crs": { "type": "array", "items": text() },
            "collections": { "type": "array", "items": reference("schemas", "collection") },
        },
    });
    for (name, schema) in [
        ("link", link),
        ("problem", problem),
        ("collection", collection),
        ("collections", collections),
        ("geometry", geometry),
        ("landing", landing),
        ("conformance", conformance),
    ] {
        all.insert(name.to_owned(), schema);
    }
}

/// A list of links.
pub fn links() -> Json {
    json!({ "type": "array", "items": reference("schemas", "link") })
}

/// A field's value in an answer: its type, or null.
pub fn value(catalogue: &Catalogue, field: &Field, lang: Lang) -> Json {
    let mut schema = plain(catalogue, field, lang);
    schema["nullable"] = true.into();
    if let Some(codes) = schema.get_mut("enum").and_then(Json::as_array_mut) {
        codes.push(Json::Null);
    }
    schema
}

/// A value that is looked for: any of the field's type. What no record may hold is no error, it is just not found.
pub fn sought(catalogue: &Catalogue, field: &Field, lang: Lang) -> Json {
    let mut schema = plain(catalogue, field, lang);
    if let Some(schema) = schema.as_object_mut() {
        schema.retain(|word, _| matches!(word.as_str(), "type" | "format"));
    }
    schema
}

/// A field's type in words of OpenAPI 3.0, which knows no `const`.
fn plain(catalogue: &Catalogue, field: &Field, lang: Lang) -> Json {
    let mut schema = schema_property(catalogue, field, lang);
    if let Some(schema) = schema.as_object_mut() {
        schema.remove("oneOf");
        schema.remove("default");
    }
    schema
}

fn feature(catalogue: &Catalogue, register: &Register, lang: Lang) -> Json {
    let mut properties = Map::new();
    properties.insert("id".into(), json!({ "type": "string", "format": "uuid" }));
    for field in &register.fields {
        properties.insert(field.name.clone(), value(catalogue, field, lang));
    }
    properties.insert("version".into(), json!({ "type": "integer", "minimum": 1 }));
    properties.insert("recorded_at".into(), json!({ "type": "string", "format": "date-time" }));
    json!({
        "type": "object",
        "title": register.title.get(lang),
        "required": ["type", "id", "geometry", "properties"],
        "properties": {
            "type": { "type": "string", "enum": ["Feature"] },
            "id": { "type": "integer" },
            "geometry": { "nullable": true, "allOf": [reference("schemas", "geometry")] },
            "properties": {
                "type": "object",
                "required": ["id", "version", "recorded_at"],
                "properties": properties,
            },
            "hidden": {
                "type": "array",
                "description": "Properties whose values here are masked or left out for who asks; not there if there are none.",
                "items": { "type": "string" },
            },
            "links": links(),
        },
    })
}

fn features(register: &Register) -> Json {
    json!({
        "type": "object",
        "required": ["type", "features", "numberReturned", "timeStamp", "links"],
        "properties": {
            "type": { "type": "string", "enum": ["FeatureCollection"] },
            "features": { "type": "array", "items": reference("schemas", &format!("feature_{}", register.name)) },
            "numberReturned": { "type": "integer", "minimum": 0 },
            "numberMatched": { "type": "integer", "minimum": 0 },
            "timeStamp": { "type": "string", "format": "date-time" },
            "links": links(),
        },
    })
}
