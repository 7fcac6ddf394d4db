//! One operation of the definition.

use meydan_kernel::Lang;
use serde_json::{Map, Value as Json, json};

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
    /// Names of the problem responses that it may give besides 500 and those of its reach.
    pub problems: &'static [&'static str],
    /// True if it bears `ETag` and answers 304.
    pub conditional: bool,
    /// Who may ask.
    pub reach: Reach,
}

/// Who may ask an operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// Anybody: it says the same to all, or leaves out what somebody may not see.
    Anybody,
    /// Whoever a grant allows; what is public, anybody.
    Granted,
    /// Only who is logged in or sends a token.
    Known,
}

impl Reach {
    /// The security requirement (OpenAPI 3.0.3, 4.8.30): one of these.
    pub fn security(self) -> Json {
        match self {
            Self::Anybody | Self::Granted => json!([{}, { "token": [] }, { "session": [] }]),
            Self::Known => json!([{ "token": [] }, { "session": [] }]),
        }
    }

    /// The refusals that it may meet with. A token that isn't good is refused everywhere.
    pub const fn problems(self) -> &'static [&'static str] {
        match self {
            Self::Anybody => &["Unauthenticated", "TooManyRequests"],
            Self::Granted | Self::Known => &["Unauthenticated", "Forbidden", "TooManyRequests"],
        }
    }
}

/// How somebody says who they are.
pub fn security_schemes(lang: Lang) -> Json {
    let (token, session) = match lang {
        Lang::Tr => (
            "Hesap sayfasında ya da komut satırında yapılan erişim anahtarı; sahibi, kapsamı ve sonu bellidir.",
            "Oturum açmış bir tarayıcının çerezi (bu makinenin kendi http adresinde adı `session`). Yalnızca kendi sitemizden yazılır.",
        ),
        Lang::En => (
            "An access token, made on the account page or on the command line; it has an owner, a scope and an end.",
            "The cookie of a browser that is logged in (at this machine's own http address its name is `session`). It writes from \
             our own site only.",
        ),
    };
    json!({
        "token": { "type": "http", "scheme": "bearer", "description": token },
        "session": { "type": "apiKey", "in": "cookie", "name": "__Host-session", "description": session },
    })
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
        for name in self.problems.iter().chain(self.reach.problems()) {
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
            "security": self.reach.security(),
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
