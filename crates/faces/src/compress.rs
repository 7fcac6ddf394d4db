//! Content codings (gzip, brotli, zstd) for everything but tiles, which keep a gzip copy of their own.

use crate::ogc_common::validator::CODINGS;
use axum::{
    extract::Request,
    http::{HeaderValue, StatusCode, header},
    middleware::Next,
    response::Response,
};
use tower_http::{
    CompressionLevel,
    compression::{
        CompressionLayer, Predicate,
        predicate::{NotForContentType, SizeAbove},
    },
};

/// Bodies below this are sent as they are.
const LEAST_BYTES: u64 = 512;
/// Level of all codings: beyond it time grows quicker than bytes shrink.
const LEVEL: i32 = 4;
/// Media types that are compressed already.
const DENSE: [&str; 5] = ["application/zip", "application/octet-stream", "font/", "image/png", "image/webp"];

/// The layer that codes bodies as the client asks.
pub fn layer() -> CompressionLayer<impl Predicate> {
    let [zip, octets, font, png, webp] = DENSE.map(NotForContentType::const_new);
    let worthwhile = SizeAbove::new(LEAST_BYTES).and(zip).and(octets).and(font).and(png).and(webp);
    CompressionLayer::new().quality(CompressionLevel::Precise(LEVEL)).compress_when(worthwhile)
}

/// Keeps tags strong (RFC 9110, 8.8.3.3): a coded representation has a tag of its own, which ends with the coding. Stands outside
/// of [`layer`].
pub async fn tags(request: Request, next: Next) -> Response {
    let asked = request.headers().get(header::IF_NONE_MATCH).cloned();
    let mut response = next.run(request).await;
    let Some(tag) = response.headers().get(header::ETAG).and_then(|v| v.to_str().ok()) else { return response };
    let own = if response.status() == StatusCode::NOT_MODIFIED {
        // The client's copy is current: it keeps the tag it came with.
        asked.filter(|a| a.to_str().is_ok_and(|a| CODINGS.iter().any(|coding| a == coded(tag, coding))))
    } else {
        let coding = response.headers().get(header::CONTENT_ENCODING).and_then(|v| v.to_str().ok());
        coding.and_then(|coding| HeaderValue::try_from(coded(tag, &format!("-{coding}"))).ok())
    };
    if let Some(own) = own {
        response.headers_mut().insert(header::ETAG, own);
    }
    response
}

fn coded(tag: &str, coding: &str) -> String {
    match tag.strip_suffix('"') {
        Some(open) => format!("{open}{coding}\""),
        None => tag.to_owned(),
    }
}
