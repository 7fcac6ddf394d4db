//! Field work (*saha*): the shell of the app that works without reception, its service worker and its manifest. The shell is the same
//! for everybody and holds nobody's data: the browser keeps it.

use super::{
    assets::{self, Assets},
    page::{Page, Room, Visit},
};
use crate::Problem;
use askama::Template;
use axum::{
    http::{HeaderMap, HeaderName, HeaderValue, header},
    response::{IntoResponse, Response},
};
use serde_json::json;

/// What this page alone may ask the browser for: where the phone is, its camera and its microphone.
const POWERS: HeaderValue = HeaderValue::from_static(
    "accelerometer=(), camera=(self), display-capture=(), geolocation=(self), gyroscope=(), magnetometer=(), microphone=(self), \
     midi=(), payment=(), serial=(), usb=()",
);
const PERMISSIONS_POLICY: HeaderName = HeaderName::from_static("permissions-policy");
/// The worker stands under `/saha/` and serves `/saha` too.
const SERVICE_WORKER_ALLOWED: HeaderName = HeaderName::from_static("service-worker-allowed");
/// Workers ask the house and nobody else.
const WORKER_POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; script-src 'self'; connect-src 'self'; object-src 'none'; base-uri 'none'; form-action 'none'; \
     frame-ancestors 'none'",
);

#[derive(Template)]
#[template(path = "field.html")]
struct FieldPage {
    page: Page,
    lon: f64,
    lat: f64,
    zoom: f64,
}

/// `GET /saha`.
///
/// # Errors
/// A template that can't be written.
pub async fn shell(visit: Visit) -> Result<Response, Problem> {
    let settings = &visit.app.settings;
    let (lon, lat, zoom) = (settings.centre_lon, settings.centre_lat, settings.zoom);
    let mut response = visit.show(&FieldPage { page: visit.page(Room::Field, visit.t.nav_field()), lon, lat, zoom })?;
    response.headers_mut().insert(PERMISSIONS_POLICY, POWERS);
    Ok(response)
}

/// `GET /saha/sw.js`: the service worker.
pub async fn worker(headers: HeaderMap) -> Response {
    script("field-worker.js", &headers)
}

/// `GET /saha/map-worker.mjs`: the map's worker where the service worker reaches it, so that the map is there without reception.
pub async fn map_worker(headers: HeaderMap) -> Response {
    script("maplibre-worker.mjs", &headers)
}

fn script(name: &str, headers: &HeaderMap) -> Response {
    let mut response = assets::by_name(name, headers);
    let bearing = response.headers_mut();
    bearing.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    bearing.insert(header::CONTENT_SECURITY_POLICY, WORKER_POLICY);
    bearing.insert(SERVICE_WORKER_ALLOWED, HeaderValue::from_static("/saha"));
    response
}

/// `GET /saha/manifest.webmanifest`: what makes the app one that can be installed (W3C Web Application Manifest).
pub async fn manifest(visit: Visit) -> Response {
    let assets = Assets::now();
    let icon = |name: &str, size: &str, kind: &str, purpose: &str| json!({ "src": assets.url(name), "sizes": size, "type": kind, "purpose": purpose });
    let body = json!({
        "id": "/saha", "name": format!("{} · {}", visit.t.nav_field(), visit.app.settings.city_title.get(visit.lang)),
        "short_name": visit.t.nav_field(), "lang": visit.lang.tag(), "dir": "ltr",
        "start_url": "/saha", "scope": "/saha", "display": "standalone", "orientation": "any",
        "background_color": "#f8f6f0", "theme_color": "#0b6570",
        "icons": [
            icon("field-192.png", "192x192", "image/png", "any"), icon("field-512.png", "512x512", "image/png", "any"),
            icon("field-512.png", "512x512", "image/png", "maskable"), icon("mark.svg", "any", "image/svg+xml", "any"),
        ],
    });
    let bearing = [(header::CONTENT_TYPE, "application/manifest+json"), (header::CACHE_CONTROL, "no-cache")];
    (bearing, body.to_string()).into_response()
}
