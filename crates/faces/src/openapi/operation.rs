//! One operation of the definition.

use serde_json::{Map, Value as Json, json};

/// What any route may answer: what somebody may see is a matter of the definitions' grants.
pub const OF_EVERY_ROUTE: [&str; 2] = ["Unauthenticated", "Forbidden"];

/// A `GET` operation with its answers.
pub struct Get {
    /// Operation id.
    pub id: String,
    /// Tag.
    pub tag: &'static str,
    /// One line.
    pub summary: String,
    /// Parameters, as references or whole.
    pub parameters: Vec<Json>,
    /// Media type and schema of the answer.
    pub answer: (&'static str, Json),
    /// Names of the problem responses that it may give besides 500 and those of [`OF_EVERY_ROUTE`].
    pub problems: &'static [&'static str],
    /// True if it bears `ETag` and answers 304.
    pub conditional: bool,
}

impl Get {
    /// As JSON.
    pub fn to_json(&self) -> Json {
        let (media_type, schema) = &self.answer;
        let mut responses = Map::new();
        let mut headers = Map::new();
        if self.conditional {
            headers.insert("ETag".into(), json!({ "schema": { "type": "string" } }));
            responses.insert("304".into(), reference("responses", "NotModified"));
        }
        let ok = json!({ "description": "OK", "headers": headers, "content": { *media_type: { "schema": schema } } });
        responses.insert("200".into(), ok);
        for name in self.problems.iter().chain(&OF_EVERY_ROUTE) {
            responses.insert(super::responses::status(name).to_owned(), reference("responses", name));
        }
        responses.insert("500".into(), reference("responses", "ServerError"));
        let mut parameters = self.parameters.clone();
        parameters.push(reference("parameters", "lang"));
        json!({
            "operationId": self.id,
            "tags": [self.tag],
            "summary": self.summary,
            "parameters": parameters,
            "responses": responses,
        })
    }
}

/// A reference within the document.
pub fn reference(kind: &str, name: &str) -> Json {
    json!({ "$ref": format!("#/components/{kind}/{name}") })
}

/// References to parameters.
pub fn parameters(names: &[&str]) -> Vec<Json> {
    names.iter().map(|name| reference("parameters", name)).collect()
}
