//! Operations of OGC API Features: written out per collection, so that each names its own queryables.

use super::{
    operation::{Get, Reach, parameters, reference},
    schemas,
};
use crate::{
    ogc_common::link,
    ogc_features::{RESERVED, export_formats},
};
use meydan_kernel::{Catalogue, Lang, Register};
use serde_json::{Map, Value as Json, json};

/// Adds them.
pub fn add(paths: &mut Map<String, Json>, catalogue: &Catalogue, lang: Lang) {
    for register in catalogue.registers.values() {
        let name = &register.name;
        let title = register.title.get(lang);
        let mut get = |path: String, operation: Get| {
            paths.insert(path, json!({ "get": operation.to_json() }));
        };
        get(
            format!("/collections/{name}"),
            describe(name, "getCollection", title, link::JSON, reference("schemas", "collection")),
        );
        let schema = || json!({ "type": "object" });
        get(format!("/collections/{name}/queryables"), describe(name, "getQueryables", title, link::SCHEMA, schema()));
        get(format!("/collections/{name}/schema"), describe(name, "getSchema", title, link::SCHEMA, schema()));
        let described = describe(name, "getFeatureSchema", title, link::SCHEMA, schema());
        get(format!("/collections/{name}/feature-schema"), described);
        get(format!("/collections/{name}/items"), items(catalogue, register, lang));
        let one = json!({ "get": item(register, title) });
        paths.insert(format!("/collections/{name}/items/{{featureId}}"), one);
        paths.insert(format!("/collections/{name}/export/{{format}}"), json!({ "get": export(catalogue, register, lang) }));
    }
}

fn describe(name: &str, verb: &str, title: &str, media_type: &'static str, schema: Json) -> Get {
    Get {
        id: format!("{verb}.{name}"),
        tag: "Features",
        summary: title.to_owned(),
        parameters: parameters(&["fjson"]),
        answer: (media_type, schema),
        problems: &["BadRequest"],
        conditional: true,
        reach: Reach::Granted,
    }
}

const SELECTION: [&str; 9] = ["bbox", "bbox-crs", "datetime", "crs", "filter", "filter-lang", "filter-crs", "offset", "after"];

fn items(catalogue: &Catalogue, register: &Register, lang: Lang) -> Get {
    let mut all = parameters(&["f", "limit", "resultType", "count"]);
    all.extend(selection(catalogue, register, lang));
    Get {
        id: format!("getFeatures.{}", register.name),
        tag: "Features",
        summary: register.title.get(lang).to_owned(),
        parameters: all,
        answer: (link::GEOJSON, reference("schemas", &format!("features_{}", register.name))),
        problems: &["BadRequest", "NotAcceptable", "Unavailable"],
        conditional: true,
        reach: Reach::Granted,
    }
}

fn item(register: &Register, title: &str) -> Json {
    let mut all = parameters(&["featureId", "f", "crs", "instant", "Accept-Datetime"]);
    all.push(fields_parameter("properties", "Only these fields.", register));
    let mut operation = Get {
        id: format!("getFeature.{}", register.name),
        tag: "Features",
        summary: title.to_owned(),
        parameters: all,
        answer: (link::GEOJSON, reference("schemas", &format!("feature_{}", register.name))),
        problems: &["BadRequest", "NotFound", "Gone", "NotAcceptable", "Unavailable"],
        conditional: true,
        reach: Reach::Granted,
    }
    .to_json();
    for name in ["Last-Modified", "Memento-Datetime", "Link", "Content-Location"] {
        operation["responses"]["200"]["headers"][name] = json!({ "schema": { "type": "string" } });
    }
    operation
}

fn export(catalogue: &Catalogue, register: &Register, lang: Lang) -> Json {
    let names: Vec<&str> = export_formats(register).map(|f| f.name).collect();
    let format = json!({ "name": "format", "in": "path", "required": true, "schema": { "type": "string", "enum": names } });
    let mut all = vec![format];
    all.extend(parameters(&["maxcount"]));
    all.extend(selection(catalogue, register, lang));
    let operation = Get {
        id: format!("export.{}", register.name),
        tag: "Features",
        summary: register.title.get(lang).to_owned(),
        parameters: all,
        answer: (link::GEOJSON, json!({ "type": "string", "format": "binary" })),
        problems: &["BadRequest", "NotFound", "Unavailable"],
        conditional: false,
        reach: Reach::Granted,
    };
    let mut operation = operation.to_json();
    let content: Map<String, Json> = export_formats(register)
        .map(|f| {
            let binary = json!({ "type": "string", "format": "binary" });
            let schema = if f.media_type == link::GEOJSON { json!({ "type": "object" }) } else { binary };
            (f.media_type.to_owned(), json!({ "schema": schema }))
        })
        .collect();
    operation["responses"]["200"]["content"] = content.into();
    operation
}

/// What narrows, orders and shapes a selection: the standard's parameters and the collection's own queryables.
fn selection(catalogue: &Catalogue, register: &Register, lang: Lang) -> Vec<Json> {
    let mut all = parameters(&SELECTION);
    all.push(fields_parameter("properties", "Only these fields.", register));
    let orders: Vec<String> = std::iter::once("fid".to_owned())
        .chain(register.fields.iter().flat_map(|f| [f.name.clone(), format!("+{}", f.name), format!("-{}", f.name)]))
        .collect();
    let order = json!({ "type": "string", "enum": orders });
    all.push(json!({ "name": "sortby", "in": "query", "required": false, "description": "Order.", "schema": order }));
    let mut queryable = |name: &str, description: &str, schema: Json| {
        let description = format!("{description} (=)");
        all.push(json!({ "name": name, "in": "query", "required": false, "description": description, "schema": schema }));
    };
    for field in register.fields.iter().filter(|f| !RESERVED.contains(&f.name.as_str())) {
        queryable(&field.name, field.title.get(lang), schemas::sought(catalogue, field, lang));
    }
    queryable("fid", "fid", json!({ "type": "integer", "format": "int64" }));
    queryable("id", "id", json!({ "type": "string", "format": "uuid" }));
    queryable("recorded_at", "recorded_at", json!({ "type": "string", "format": "date-time" }));
    all
}

fn fields_parameter(name: &str, description: &str, register: &Register) -> Json {
    let names: Vec<&str> = register.fields.iter().map(|f| f.name.as_str()).collect();
    json!({
        "name": name,
        "in": "query",
        "required": false,
        "description": description,
        "schema": { "type": "array", "items": { "type": "string", "enum": names } },
        "style": "form",
        "explode": false,
    })
}
