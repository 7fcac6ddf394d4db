//! Operations of web push.

use super::{
    operation::{Get, Reach, parameters, reference},
    outside,
};
use crate::ogc_common::link;
use serde_json::{Map, Value as Json, json};

/// Adds them.
pub fn add(paths: &mut Map<String, Json>, base: &str) {
    let text = || json!({ "type": "string" });
    let key = json!({
        "type": "object", "required": ["public_key"],
        "properties": { "public_key": { "type": "string", "nullable": true } },
    });
    let get = Get {
        id: "getPushKey".into(),
        tag: "Notices",
        summary: "The key that a browser needs to be told by web push; null where there is none".into(),
        parameters: Vec::new(),
        answer: (link::JSON, key),
        problems: &["BadRequest"],
        conditional: false,
        reach: Reach::Anybody,
    };
    let endpoint = json!({ "type": "string", "format": "uri", "maxLength": 1024 });
    let keys = json!({
        "type": "object", "additionalProperties": false, "required": ["p256dh", "auth"],
        "properties": { "p256dh": text(), "auth": text() },
    });
    let subscription = json!({
        "type": "object", "additionalProperties": false, "required": ["endpoint", "keys"],
        "properties": { "endpoint": endpoint, "keys": keys, "expirationTime": { "type": "number", "nullable": true } },
    });
    let gone = json!({
        "type": "object", "additionalProperties": false, "required": ["endpoint"], "properties": { "endpoint": endpoint },
    });
    let post = writing("subscribePush", "This browser is told from now on (PushSubscription.toJSON())", &subscription);
    let delete = writing("unsubscribePush", "This browser is told no more", &gone);
    paths.insert("/api/push".into(), json!({ "servers": outside(base), "get": get.to_json(), "post": post, "delete": delete }));
}

fn writing(id: &str, summary: &str, body: &Json) -> Json {
    let mut responses = Map::new();
    responses.insert("204".into(), json!({ "description": "Done." }));
    for name in
        ["BadRequest", "TooLarge", "UnsupportedMediaType", "ServerError", "Unavailable"].iter().chain(Reach::Known.problems())
    {
        responses.insert(super::responses::status(name).to_owned(), reference("responses", name));
    }
    json!({
        "operationId": id, "tags": ["Notices"], "summary": summary, "security": Reach::Known.security(),
        "parameters": parameters(&["lang"]),
        "requestBody": { "required": true, "content": { link::JSON: { "schema": body } } },
        "responses": responses,
    })
}
