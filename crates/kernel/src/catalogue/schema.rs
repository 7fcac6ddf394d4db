//! JSON Schema (2020-12) of a register's records: the data standard in the form that programs read (OGC API Features Part 5,
//! 23-058r2: roles and code lists).

use super::{Catalogue, CodeList, Field, FieldKind, GeometryDef, Register};
use crate::Lang;
use meydan_geo::GeometryType;
use serde_json::{Map, Value as Json, json};

/// The dialect of the schemas.
pub const DIALECT: &str = "https://json-schema.org/draft/2020-12/schema";
/// The largest whole number that every JSON reader takes exactly (2^53 − 1).
const MAX_SAFE: i64 = 9_007_199_254_740_991;

/// The schema of one record of a register as a JSON object of its properties: `id`, the fields, `geometry`. Titles and
/// descriptions are in one language; code lists are `oneOf` of `const` and `title`.
pub fn json_schema(register: &Register, catalogue: &Catalogue, lang: Lang) -> Json {
    let mut properties = Map::new();
    properties.insert("id".to_owned(), identity(lang));
    for (sequence, field) in register.fields.iter().enumerate() {
        let mut schema = field_schema(field, catalogue, lang);
        schema.insert("x-ogc-propertySeq".to_owned(), (sequence + 1).into());
        properties.insert(field.name.clone(), Json::Object(schema));
    }
    if let Some(geometry) = &register.geometry {
        properties.insert("geometry".to_owned(), geometry_schema(geometry, lang));
    }
    let mut required: Vec<&str> = register.fields.iter().filter(|f| f.required).map(|f| f.name.as_str()).collect();
    if register.geometry.as_ref().is_some_and(|g| g.required) {
        required.push("geometry");
    }
    let mut schema = json!({
        "$schema": DIALECT,
        "type": "object",
        "title": register.title.get(lang),
        "description": register.description.get(lang),
        "properties": properties,
        "required": required,
        "additionalProperties": false,
        "x-meydan-articles": register.articles,
        "x-meydan-key": register.key,
        "x-meydan-constraints": register.constraints.iter().map(|c| json!({
            "name": c.name, "check": c.check, "message": c.message.get(lang),
        })).collect::<Vec<_>>(),
    });
    if let (Json::Object(map), Some(tucbs)) = (&mut schema, &register.tucbs) {
        map.insert("x-meydan-tucbs".to_owned(), tucbs.as_str().into());
    }
    schema
}

fn identity(lang: Lang) -> Json {
    json!({
        "type": "string",
        "format": "uuid",
        "readOnly": true,
        "x-ogc-role": "id",
        "title": match lang { Lang::Tr => "Kimlik", Lang::En => "Identifier" },
    })
}

/// The schema of one field.
fn field_schema(field: &Field, catalogue: &Catalogue, lang: Lang) -> Map<String, Json> {
    let mut schema = kind_schema(&field.kind, catalogue, lang);
    schema.insert("title".to_owned(), field.title.get(lang).into());
    if let Some(description) = &field.description {
        schema.insert("description".to_owned(), description.get(lang).into());
    }
    let number = |n: f64| if n.fract() == 0.0 && n.abs() <= MAX_SAFE as f64 { json!(n as i64) } else { json!(n) };
    let optional = [
        ("minimum", field.min.map(number)),
        ("maximum", field.max.map(number)),
        ("maxLength", field.max_length.map(Into::into)),
        ("minLength", (field.required && field.kind == FieldKind::Text).then(|| 1.into())),
        ("default", field.default.clone()),
        ("x-ogc-unit", field.unit.clone().map(Into::into)),
        ("x-meydan-unique", field.unique.then_some(Json::Bool(true))),
        ("x-meydan-personal", field.personal.then_some(Json::Bool(true))),
        ("x-meydan-tucbs", field.tucbs.clone().map(Into::into)),
    ];
    schema.extend(optional.into_iter().filter_map(|(key, value)| Some((key.to_owned(), value?))));
    schema
}

fn kind_schema(kind: &FieldKind, catalogue: &Catalogue, lang: Lang) -> Map<String, Json> {
    let schema = match kind {
        FieldKind::Text => json!({ "type": "string" }),
        FieldKind::Integer => json!({ "type": "integer" }),
        FieldKind::Real => json!({ "type": "number" }),
        FieldKind::Boolean => json!({ "type": "boolean" }),
        FieldKind::Date => json!({ "type": "string", "format": "date" }),
        FieldKind::Timestamp => json!({ "type": "string", "format": "date-time" }),
        // Whole kuruş: the unit is said so that nobody reads lira.
        FieldKind::Money => json!({ "type": "integer", "x-ogc-unit": "kuruş" }),
        FieldKind::Code { list } => code_schema(list, catalogue.code_lists.get(list).map(AsRef::as_ref), lang),
        FieldKind::Reference { register } => json!({
            "type": "string",
            "format": "uuid",
            "x-ogc-role": "reference",
            "x-ogc-collectionId": register,
        }),
    };
    match schema {
        Json::Object(map) => map,
        _ => Map::new(),
    }
}

/// The codes of a list with their titles.
fn code_schema(name: &str, list: Option<&CodeList>, lang: Lang) -> Json {
    let codes: Vec<Json> = list
        .into_iter()
        .flat_map(|list| &list.codes)
        .map(|code| {
            let mut entry = json!({ "const": code.code, "title": code.title.get(lang) });
            if let (Json::Object(map), true) = (&mut entry, code.retired) {
                map.insert("deprecated".to_owned(), true.into());
            }
            entry
        })
        .collect();
    json!({ "type": "string", "x-meydan-code-list": name, "oneOf": codes })
}

/// The geometry by the formats of Part 5.
fn geometry_schema(geometry: &GeometryDef, lang: Lang) -> Json {
    let format = match geometry.kind {
        GeometryType::Point => "geometry-point",
        GeometryType::LineString => "geometry-linestring",
        GeometryType::Polygon => "geometry-polygon",
        GeometryType::MultiPoint => "geometry-multipoint",
        GeometryType::MultiLineString => "geometry-multilinestring",
        GeometryType::MultiPolygon => "geometry-multipolygon",
        GeometryType::GeometryCollection => "geometry-any",
    };
    json!({
        "x-ogc-role": "primary-geometry",
        "format": format,
        "title": match lang { Lang::Tr => "Geometri", Lang::En => "Geometry" },
    })
}
