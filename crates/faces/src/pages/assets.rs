//! The built web files (`web/dist`): embedded in a release, read from the checkout in a debug build.

use crate::ogc_common::validator::{header_value, none_match, not_modified};
use axum::{
    extract::Path,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use rust_embed::RustEmbed;
use std::{collections::HashMap, sync::OnceLock};

/// A hashed name never changes its content: a year, and never asked again.
const FOR_EVER: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");
/// Glyphs have no hash in their name (the style names them): a day.
const A_DAY: HeaderValue = HeaderValue::from_static("public, max-age=86400");

#[derive(RustEmbed)]
#[folder = "../../web/dist"]
#[allow_missing = true]
struct Dist;

type Manifest = HashMap<String, String>;

fn read_manifest() -> Manifest {
    Dist::get("manifest.json").and_then(|f| serde_json::from_slice(&f.data).ok()).unwrap_or_default()
}

/// Which hashed file stands for each name. Read once in a release, at each page in a debug build (the watcher rewrites it).
#[derive(Clone)]
pub struct Assets(std::sync::Arc<Manifest>);

impl Assets {
    /// The assets as they are now.
    pub fn now() -> Self {
        static ONCE: OnceLock<Assets> = OnceLock::new();
        if cfg!(debug_assertions) {
            return Self(std::sync::Arc::new(read_manifest()));
        }
        ONCE.get_or_init(|| Self(std::sync::Arc::new(read_manifest()))).clone()
    }

    /// True if the web files were never built (a debug build only: a release can't be made without them).
    pub fn missing(&self) -> bool {
        self.0.is_empty()
    }

    /// The address of a file by its plain name.
    pub fn url(&self, name: &str) -> String {
        format!("/assets/{}", self.0.get(name).map_or(name, String::as_str))
    }
}

/// `GET /assets/{*path}`.
pub async fn file(Path(path): Path<String>, headers: HeaderMap) -> Response {
    serve(&path, &headers, FOR_EVER)
}

/// A web file by its plain name, for addresses that must not change.
pub fn by_name(name: &str, headers: &HeaderMap) -> Response {
    let path = Assets::now().0.get(name).cloned().unwrap_or_else(|| name.to_owned());
    serve(&path, headers, FOR_EVER)
}

/// `GET /assets/glyphs/{fontstack}/{range}`: letters of map labels. A stack that we don't have gets the nearest of ours, so
/// that a style made elsewhere is readable; a range without letters is empty, as the protocol wants it.
pub async fn glyphs(Path((stack, range)): Path<(String, String)>, headers: HeaderMap) -> Response {
    let lower = stack.to_ascii_lowercase();
    let face = match () {
        () if lower.contains("bold") || lower.contains("medium") => "Meydan Bold",
        () if lower.contains("italic") || lower.contains("oblique") => "Meydan Italic",
        () => "Meydan Regular",
    };
    let path = format!("glyphs/{face}/{range}");
    if Dist::get(&format!("assets/{path}")).is_none() && range.ends_with(".pbf") {
        return ([(header::CONTENT_TYPE, "application/x-protobuf"), (header::CACHE_CONTROL, "public, max-age=86400")], "")
            .into_response();
    }
    serve(&path, &headers, A_DAY)
}

fn serve(path: &str, headers: &HeaderMap, cache: HeaderValue) -> Response {
    let Some(plain) = Dist::get(&format!("assets/{path}")) else { return StatusCode::NOT_FOUND.into_response() };
    let tag = plain.metadata.sha256_hash()[..16].iter().fold(String::new(), |out, b| out + &format!("{b:02x}"));
    let mut bearing = vec![(header::CACHE_CONTROL, cache), (header::VARY, HeaderValue::from_static("accept-encoding"))];
    bearing.extend(header_value(&tag).map(|v| (header::ETAG, v)));
    if none_match(headers, |other| other == tag) {
        return not_modified(&bearing);
    }
    let brotli = headers.get(header::ACCEPT_ENCODING).and_then(|v| v.to_str().ok()).is_some_and(takes_brotli);
    let small = brotli.then(|| Dist::get(&format!("assets/{path}.br"))).flatten();
    if small.is_some() {
        bearing.push((header::CONTENT_ENCODING, HeaderValue::from_static("br")));
    }
    bearing.push((header::CONTENT_TYPE, HeaderValue::from_static(media_type(path))));
    bearing.push((header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")));
    let mut response = small.unwrap_or(plain).data.into_owned().into_response();
    for (name, value) in bearing {
        response.headers_mut().insert(name, value);
    }
    response
}

/// True if the client takes brotli (`br` without `q=0`).
fn takes_brotli(accept: &str) -> bool {
    accept.split(',').any(|member| {
        let (name, weight) = member.split_once(';').unwrap_or((member, ""));
        name.trim() == "br" && !weight.split_whitespace().collect::<String>().trim_end_matches(['0', '.']).ends_with("q=")
    })
}

fn media_type(path: &str) -> &'static str {
    match path.rsplit('.').next() {
        Some("js" | "mjs") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("svg") => "image/svg+xml",
        Some("png") => "image/png",
        Some("woff2") => "font/woff2",
        Some("pbf") => "application/x-protobuf",
        Some("txt") => "text/plain; charset=utf-8",
        Some("json") => "application/json",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn brotli_is_taken_or_refused() {
        for accept in ["br", "gzip, deflate, br, zstd", "gzip;q=1.0, br;q=0.8"] {
            assert!(super::takes_brotli(accept), "{accept}");
        }
        for accept in ["", "gzip", "br;q=0", "br; q=0.0", "brotli"] {
            assert!(!super::takes_brotli(accept), "{accept}");
        }
    }
}
