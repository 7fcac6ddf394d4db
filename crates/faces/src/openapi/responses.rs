//! Answers that many operations share.

use super::operation::reference;
use crate::problem;
use serde_json::{Map, Value as Json, json};

/// Name, status, what it means.
const PROBLEMS: [(&str, &str, &str); 17] = [
    ("BadRequest", "400", "The request is wrong: a parameter is unknown or its value is not accepted."),
    ("Unauthenticated", "401", "Who asks must log in or send a token; or the token is not good (any more)."),
    ("Forbidden", "403", "The person may not do this: no grant allows it, or it asks for a field that is hidden from them."),
    ("NotFound", "404", "There is no such thing."),
    ("MethodNotAllowed", "405", "The path does not take this method; see the header Allow."),
    ("NotAcceptable", "406", "The media type asked for is not given here."),
    ("Conflict", "409", "A unique key is taken, or another record still refers to this one."),
    ("Gone", "410", "It was, and is no more, or was not then; the header Link leads to its versions."),
    ("PreconditionFailed", "412", "The version given is not the current one."),
    ("TooLarge", "413", "Over a limit."),
    ("UnsupportedMediaType", "415", "The body's media type is not taken."),
    ("Unprocessable", "422", "The content can be read, but does not fit the definition; each field that is wrong is named."),
    ("PreconditionRequired", "428", "With `Prefer: handling=strict`, a change must say of which version it is."),
    ("TooManyRequests", "429", "Too much in a short time; see the header Retry-After."),
    ("Unsupported", "501", "The server does not do that."),
    ("Unavailable", "503", "Not now; perhaps later."),
    ("ServerError", "500", "Our fault."),
];

/// The status of a problem response.
pub fn status(name: &str) -> &'static str {
    PROBLEMS.iter().find(|(n, ..)| *n == name).map_or("default", |(_, status, _)| status)
}

/// The header that a problem comes with.
fn header_of(name: &str) -> Option<(&'static str, &'static str, &'static str)> {
    match name {
        "Unauthenticated" => {
            Some(("WWW-Authenticate", "`Bearer`; with `error=\"invalid_token\"` if a token came (RFC 6750).", "string"))
        }
        "TooManyRequests" | "Unavailable" => Some(("Retry-After", "Seconds to wait.", "integer")),
        _ => None,
    }
}

/// All of them.
pub fn components() -> Json {
    let mut all = Map::new();
    for (name, _, description) in PROBLEMS {
        let content = json!({ problem::MEDIA_TYPE: { "schema": reference("schemas", "problem") } });
        let mut response = json!({ "description": description, "content": content });
        if let Some((header, what, schema)) = header_of(name) {
            response["headers"] = json!({ header: { "description": what, "schema": { "type": schema } } });
        }
        all.insert(name.to_owned(), response);
    }
    all.insert("NotModified".to_owned(), json!({ "description": "The client's copy is current." }));
    all.into()
}
