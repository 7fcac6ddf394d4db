//! `GET` and `PUT /api/field/files/{sha256}`: photos and voice notes in pieces. The server tells how much it has; the client goes on
//! from there, also after the line broke or the phone was switched off.

use super::SOURCE;
use crate::{
    App, Caller, Problem,
    cases::MAX_FILE_BYTES,
    negotiate,
    ogc_common::{link, params::Params, reply},
    problem,
};
use axum::{
    body::Body,
    extract::{Path, State},
    http::{HeaderMap, StatusCode, Uri, header},
    response::Response,
};
use meydan_kernel::{
    Error, Result,
    desk::{MAX_PIECE, Upload},
};
use serde_json::json;
use std::sync::Arc;

/// How much of a file is there.
pub async fn state(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(digest): Path<String>,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    Params::parse(&uri)?.finish()?;
    let principal = caller.through(SOURCE, None);
    let upload = app.desk.upload_state(&principal, sha256(&digest)?).await?;
    told(&uri, &headers, &upload)
}

/// Takes the next piece: `Content-Range: bytes from-to/size`. A piece that does not follow on what is there changes nothing; the
/// answer says from where to go on.
pub async fn put(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(digest): Path<String>,
    uri: Uri,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Problem> {
    Params::parse(&uri)?.finish()?;
    let digest = sha256(&digest)?;
    let principal = caller.through(SOURCE, None);
    // Who is nobody in particular is refused before anything is read.
    app.desk.upload_state(&principal, digest).await?;
    let range = headers.get(header::CONTENT_RANGE).and_then(|v| v.to_str().ok()).and_then(range).ok_or_else(bad_range)?;
    if range.size > MAX_FILE_BYTES as u64 {
        return Err(problem::body_too_large());
    }
    let bytes = axum::body::to_bytes(body, MAX_PIECE).await.map_err(|error| {
        if std::error::Error::source(&error).is_some_and(|s| s.to_string().contains("length limit")) {
            problem::body_too_large()
        } else {
            Error::invalid("bad-body", "Dosyanın gönderilmesi yarıda kesildi.", "The file broke off.").into()
        }
    })?;
    if range.length != bytes.len() as u64 {
        return Err(bad_range().into());
    }
    let upload = app.desk.upload(&principal, digest, range.size, range.from, &bytes).await?;
    told(&uri, &headers, &upload)
}

fn told(uri: &Uri, headers: &HeaderMap, upload: &Upload) -> Result<Response, Problem> {
    let body = json!({ "size": upload.size, "have": upload.have, "whole": upload.is_whole() });
    let mut response = reply::json(headers, negotiate::lang(uri, headers), link::JSON, &body)?;
    *response.status_mut() = StatusCode::OK;
    Ok(response)
}

/// What `Content-Range` says (RFC 9110, 14.4).
#[derive(Debug, PartialEq, Eq)]
struct Range {
    from: u64,
    length: u64,
    size: u64,
}

fn range(text: &str) -> Option<Range> {
    let (span, size) = text.trim().strip_prefix("bytes ")?.split_once('/')?;
    let (from, to) = span.split_once('-')?;
    let number = |text: &str| text.bytes().all(|b| b.is_ascii_digit()).then(|| text.parse::<u64>().ok()).flatten();
    let (from, to, size) = (number(from)?, number(to)?, number(size)?);
    (from <= to && to < size).then(|| Range { from, length: to - from + 1, size })
}

/// A digest that an address or a deed names.
///
/// # Errors
/// `no-such-path` for what is none.
pub fn sha256(text: &str) -> Result<[u8; 32]> {
    let mut out = [0; 32];
    let right = text.len() == 64 && text.bytes().all(|b| b.is_ascii_hexdigit());
    for (i, byte) in out.iter_mut().enumerate().filter(|_| right) {
        *byte = text.get(2 * i..2 * i + 2).and_then(|pair| u8::from_str_radix(pair, 16).ok()).unwrap_or_default();
    }
    if right {
        return Ok(out);
    }
    Err(Error::not_found(
        "bad-digest",
        "Adreste dosyanın SHA-256 özeti (64 onaltılık hane) olmalı.",
        "The address must hold the file's SHA-256 digest, 64 hexadecimal digits.",
    ))
}

fn bad_range() -> Error {
    Error::invalid(
        "bad-range",
        "Content-Range başlığı okunamadı ya da gövdenin boyu ona uymuyor.",
        "The header Content-Range can't be read, or the body is of another length.",
    )
    .hint("Örnek: Content-Range: bytes 0-524287/1834002", "For example: Content-Range: bytes 0-524287/1834002")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_is_read_or_refused() {
        assert_eq!(range("bytes 5-9/20"), Some(Range { from: 5, length: 5, size: 20 }));
        for wrong in [
            "",
            "bytes",
            "bytes 5-4/20",
            "bytes 0-20/20",
            "bytes */20",
            "bytes 0-1/*",
            "bytes -1-2/3",
            "bytes 0-18446744073709551616/9",
        ] {
            assert_eq!(range(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_digest_has_64_digits() {
        assert_eq!(sha256(&"0f".repeat(32)), Ok([15; 32]));
        assert!(sha256("0f").is_err() && sha256(&"ğ".repeat(32)).is_err());
    }
}
