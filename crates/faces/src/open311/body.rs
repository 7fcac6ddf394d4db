//! The body of a filing: form-encoded, as the standard has it, or a JSON object, as many clients send.

use crate::{Problem, problem};
use axum::{
    body::Body,
    http::{HeaderMap, StatusCode, header},
};
use meydan_kernel::{Error, Result};
use percent_encoding::percent_decode;
use serde_json::Value as Json;

/// Limit: bytes of a body. 4,000 characters of description take 48 KB percent-encoded at most.
pub const MAX_BODY_BYTES: usize = 256 * 1024;
/// Limit: values of one body.
const MAX_VALUES: usize = 400;

/// Names and values in their order.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Form(Vec<(String, String)>);

/// Reads a body.
///
/// # Errors
/// `wrong-media-type` (415), `body-too-large` (413), `bad-body`, `too-many-parameters`.
pub async fn read(headers: &HeaderMap, body: Body) -> Result<Form, Problem> {
    let media_type =
        headers.get(header::CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or("application/x-www-form-urlencoded");
    let essence = media_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let parse: fn(&[u8]) -> Result<Form> = match essence.as_str() {
        "application/x-www-form-urlencoded" => Form::of_form,
        "application/json" => Form::of_json,
        _ => {
            let error = Error::invalid(
                "wrong-media-type",
                "İçerik türü application/x-www-form-urlencoded ya da application/json olmalı.",
                "The content type must be application/x-www-form-urlencoded or application/json.",
            )
            .hint(
                "Resimler media_url ile, adresleri verilerek bildirilir.",
                "Pictures are told by their address, as media_url.",
            );
            return Err(Problem::with_status(error, StatusCode::UNSUPPORTED_MEDIA_TYPE));
        }
    };
    let bytes = axum::body::to_bytes(body, MAX_BODY_BYTES).await.map_err(|error| {
        if std::error::Error::source(&error).is_some_and(|s| s.to_string().contains("length limit")) {
            problem::body_too_large()
        } else {
            Error::invalid("bad-body", "İstek gövdesi yarıda kesildi.", "The request's body broke off.").into()
        }
    })?;
    Ok(parse(&bytes)?)
}

impl Form {
    /// From `application/x-www-form-urlencoded`.
    ///
    /// # Errors
    /// `bad-body` if it isn't UTF-8 or holds U+0000; `too-many-parameters`.
    pub fn of_form(bytes: &[u8]) -> Result<Self> {
        let mut form = Self::default();
        for pair in bytes.split(|b| *b == b'&').filter(|p| !p.is_empty()) {
            let at = pair.iter().position(|b| *b == b'=');
            let (name, value) = at.map_or((pair, &[][..]), |at| (&pair[..at], &pair[at + 1..]));
            form.add(decoded(name)?, decoded(value)?)?;
        }
        Ok(form)
    }

    /// From a JSON object of texts, numbers and truth values; lists are values one after the other, and `attribute` may be an object.
    ///
    /// # Errors
    /// `bad-body`, `too-many-parameters`.
    pub fn of_json(bytes: &[u8]) -> Result<Self> {
        let json: serde_json::Map<String, Json> = serde_json::from_slice(bytes).map_err(|_| bad_body())?;
        let mut form = Self::default();
        for (name, value) in json {
            match value {
                Json::Object(attributes) if name == "attribute" => {
                    for (code, value) in attributes {
                        form.add_json(format!("attribute[{code}]"), value)?;
                    }
                }
                value => form.add_json(name, value)?,
            }
        }
        Ok(form)
    }

    fn add_json(&mut self, name: String, value: Json) -> Result<()> {
        match value {
            Json::Null => Ok(()),
            Json::String(text) => self.add(name, text),
            Json::Number(_) | Json::Bool(_) => self.add(name, value.to_string()),
            Json::Array(values) => values.into_iter().try_for_each(|value| match value {
                Json::String(text) => self.add(name.clone(), text),
                Json::Number(_) | Json::Bool(_) => self.add(name.clone(), value.to_string()),
                _ => Err(bad_body()),
            }),
            Json::Object(_) => Err(bad_body()),
        }
    }

    fn add(&mut self, name: String, value: String) -> Result<()> {
        if self.0.len() == MAX_VALUES {
            return Err(Error::invalid(
                "too-many-parameters",
                format!("Bir başvuruda en çok {MAX_VALUES} değer olabilir."),
                format!("A filing can have {MAX_VALUES} values at most."),
            ));
        }
        if name.contains('\0') || value.contains('\0') {
            return Err(bad_body());
        }
        self.0.push((name, value));
        Ok(())
    }

    /// The first value of a name that isn't blank, without blanks around it.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().filter(|(n, _)| n == name).map(|(_, v)| v.trim()).find(|v| !v.is_empty())
    }

    /// All values of a question's code: `attribute[code]`, and `attribute[code][]` as some clients write lists.
    pub fn answers(&self, code: &str) -> Vec<String> {
        let names = [format!("attribute[{code}]"), format!("attribute[{code}][]")];
        self.0.iter().filter(|(n, _)| names.contains(n)).map(|(_, v)| v.clone()).collect()
    }

    /// Codes of all questions answered.
    pub fn answered(&self) -> impl Iterator<Item = &str> {
        self.0.iter().filter_map(|(n, _)| n.strip_prefix("attribute[")?.split(']').next())
    }
}

fn decoded(text: &[u8]) -> Result<String> {
    let spaced: Vec<u8> = text.iter().map(|b| if *b == b'+' { b' ' } else { *b }).collect();
    Ok(percent_decode(&spaced).decode_utf8().map_err(|_| bad_body())?.into_owned())
}

fn bad_body() -> Error {
    Error::invalid(
        "bad-body",
        "İstek gövdesi UTF-8 form ya da JSON nesnesi değil, ya da U+0000 içeriyor.",
        "The request's body is no form in UTF-8 nor a JSON object, or holds U+0000.",
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_form_and_the_same_as_json() {
        let form =
            Form::of_form("service_code=001&lat=41.0&attribute%5BA%5D=1&attribute[B][]=x&attribute[B][]=%C4%B0+y".as_bytes());
        let form = form.expect("read");
        let json = br#"{ "service_code": "001", "lat": 41.0, "email": null, "attribute": { "A": 1, "B": ["x", "\u0130 y"] } }"#;
        let json = Form::of_json(json).expect("read");
        for read in [&form, &json] {
            assert_eq!((read.get("service_code"), read.get("lat"), read.get("email")), (Some("001"), Some("41.0"), None));
            assert_eq!((read.answers("A"), read.answers("B")), (vec!["1".into()], vec!["x".into(), "İ y".into()]));
            assert!(read.answered().eq(["A", "B", "B"]));
        }
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            for read in [Form::of_form(&bytes), Form::of_json(&bytes)] {
                if let Err(error) = read {
                    prop_assert!(!error.code().is_empty() && error.kind() == meydan_kernel::Kind::Invalid);
                }
            }
        }
    }
}
