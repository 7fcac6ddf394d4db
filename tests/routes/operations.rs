//! The operations of the OpenAPI document, with addresses that really are.

use crate::{harness::Server, truth::Truth};
use serde_json::Value as Json;

/// How many records of each register are asked for one by one.
const RECORDS: usize = 2;

/// One address to ask.
#[derive(Debug, Clone)]
pub struct Operation {
    pub method: &'static str,
    /// As the document names it.
    pub id: String,
    pub path: String,
    /// The register that it is about, if one.
    pub register: Option<String>,
    /// The record that it names, if one.
    pub record: Option<String>,
}

impl Operation {
    /// The id without the register: `getFeatures`.
    pub fn kind(&self) -> &str {
        if self.id.starts_with('.') { &self.id } else { self.id.split('.').next().unwrap_or(&self.id) }
    }
}

const METHODS: [&str; 5] = ["get", "post", "put", "patch", "delete"];

/// All operations with all registers, some records of each, all formats.
pub fn all(server: &Server, truth: &Truth) -> Vec<Operation> {
    let document = server.public().get("/ogc/api?lang=en").json();
    let mut out = Vec::new();
    for (path, item) in document["paths"].as_object().expect("paths") {
        let servers = item.get("servers").unwrap_or(&document["servers"]);
        let root = servers[0]["url"].as_str().expect("a server").strip_prefix(&server.url).expect("this server");
        for method in METHODS {
            let Some(operation) = item.get(method) else { continue };
            let id = operation["operationId"].as_str().expect("an id").to_owned();
            let register = id.split_once('.').map(|(_, r)| r.to_owned()).filter(|r| truth.records.contains_key(r));
            let first = Operation { method, id, path: format!("{root}{path}"), register, record: None };
            let mut made = vec![first];
            for parameter in operation["parameters"].as_array().into_iter().flatten() {
                let parameter = resolved(&document, parameter);
                if parameter["required"] == true {
                    made = made.iter().flat_map(|o| filled(o, parameter, truth)).collect();
                }
            }
            out.extend(made);
        }
    }
    for operation in &out {
        assert!(!operation.path.contains('{'), "a parameter of {} has no value in this test", operation.path);
    }
    assert!(out.len() > 250, "too few operations to prove anything: {}", out.len());
    out
}

fn resolved<'a>(document: &'a Json, value: &'a Json) -> &'a Json {
    let reference = value.get("$ref").and_then(Json::as_str);
    reference.map_or(value, |r| document.pointer(r.trim_start_matches('#')).expect("a component"))
}

/// The operation with each value of one parameter.
fn filled(operation: &Operation, parameter: &Json, truth: &Truth) -> Vec<Operation> {
    let name = parameter["name"].as_str().expect("a name");
    let schema = &parameter["schema"];
    let listed = |schema: &Json| -> Vec<String> {
        schema["enum"].as_array().into_iter().flatten().filter_map(Json::as_str).map(str::to_owned).collect()
    };
    let one = |value: &str| vec![value.to_owned()];
    let values = match name {
        "register" | "collectionId" | "format" | "styleId" | "part" => listed(schema),
        // One that isn't there: files have tests of their own.
        "attachment" => one("0193a1b2-0000-7000-8000-000000000000"),
        "sha256" => one(&"0f".repeat(32)),
        "Content-Range" => one("bytes 0-1/2"),
        "layers" => listed(&schema["items"]),
        "featureId" => some(truth, operation.register.as_deref().expect("a register")),
        "tileMatrixSetId" => one("WebMercatorQuad"),
        // The tile of zoom 12 that the sample city begins in.
        "tileMatrix" | "z" => one("12"),
        "tileCol" | "x" => one("2499"),
        "tileRow" | "y" => one("1535"),
        "position" => one("0"),
        "first" => one("1"),
        "q" => one("Erdem"),
        "from" => one("2020-01-01T00:00:00Z"),
        "service_code" => one(&some_code(truth)),
        "service_request_id" | "token" => one(&some(truth, "request")[0]),
        other => panic!("{}: this test knows no value for the parameter {other}", operation.path),
    };
    let fill = |value: String| {
        let path = if parameter["in"] == "path" {
            operation.path.replace(&format!("{{{name}}}"), &value)
        } else {
            let and = if operation.path.contains('?') { '&' } else { '?' };
            format!("{}{and}{name}={value}", operation.path)
        };
        let register = if ["register", "collectionId", "layers"].contains(&name) { Some(value.clone()) } else { None };
        let record = (name == "featureId").then_some(value);
        Operation {
            path,
            register: operation.register.clone().or(register),
            record: operation.record.clone().or(record),
            ..operation.clone()
        }
    };
    values.into_iter().map(fill).collect()
}

/// The code of a category, or one that isn't there.
fn some_code(truth: &Truth) -> String {
    let first = truth.records["request_category"].first().and_then(|r| r.values["code"].as_str());
    first.unwrap_or("none").to_owned()
}

/// Ids of some records, from over the whole register.
pub fn some(truth: &Truth, register: &str) -> Vec<String> {
    let all = &truth.records[register];
    let step = (all.len() / RECORDS).max(1);
    let mut ids: Vec<String> = all.iter().step_by(step).take(RECORDS).map(|r| r.id.clone()).collect();
    if ids.is_empty() {
        // One that isn't there.
        ids.push(uuid::Uuid::now_v7().to_string());
    }
    ids
}
