//! JSON documents as responses: media type, language, validator.

use super::validator;
use axum::{
    http::{HeaderMap, HeaderValue, header},
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use meydan_kernel::{Error, Lang, Result};
use serde::Serialize;

/// A document that follows from the definitions and the request alone: with a strong tag over its bytes, and 304 if the client
/// has them.
pub fn document(headers: &HeaderMap, lang: Lang, media_type: &'static str, body: impl Into<Bytes>) -> Response {
    let body: Bytes = body.into();
    let tag = validator::state(&[&body, lang.tag().as_bytes()]);
    let mut bearing = vec![
        (header::CACHE_CONTROL, HeaderValue::from_static("no-cache")),
        (header::VARY, HeaderValue::from_static("Accept-Language, Cookie")),
        (header::CONTENT_LANGUAGE, HeaderValue::from_static(lang.tag())),
    ];
    bearing.extend(validator::header_value(&tag).map(|v| (header::ETAG, v)));
    if validator::none_match(headers, |t| t == tag) {
        return validator::not_modified(&bearing);
    }
    let mut response = body.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(media_type));
    headers.extend(bearing);
    response
}

/// [`document`] from anything that serialises.
///
/// # Errors
/// `internal` if it doesn't.
pub fn json<T: Serialize>(headers: &HeaderMap, lang: Lang, media_type: &'static str, body: &T) -> Result<Response> {
    let body = serde_json::to_vec(body).map_err(Error::internal)?;
    Ok(document(headers, lang, media_type, body))
}
