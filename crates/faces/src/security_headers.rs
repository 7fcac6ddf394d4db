//! What every answer tells browsers, so that nobody uses the house's answers against those who read them (OWASP ASVS 5.0, V3.4).
//!
//! Pages bring a policy of their own (`pages/page.rs`); tiles, which bear no middleware, call [`harden`] themselves.

use crate::App;
use axum::{
    extract::{Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    middleware::Next,
    response::Response,
};
use std::sync::Arc;

/// An answer for programs: nothing is run, drawn, sent or framed from it.
const NOTHING: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; object-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
);
/// A web file: the map's worker has the policy of its own file, and asks for tiles and glyphs.
const WEB_FILE: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; script-src 'self'; connect-src 'self'; object-src 'none'; base-uri 'none'; form-action 'none'; \
     frame-ancestors 'none'",
);
const NOSNIFF: HeaderValue = HeaderValue::from_static("nosniff");
const NO_REFERRER: HeaderValue = HeaderValue::from_static("no-referrer");
/// What the house asks no browser for, but for the pages that say so themselves (work in the field: camera, place, microphone).
const POWERS: HeaderValue = HeaderValue::from_static(
    "accelerometer=(), camera=(), display-capture=(), geolocation=(), gyroscope=(), magnetometer=(), microphone=(), midi=(), \
     payment=(), serial=(), usb=()",
);
/// Two years, subdomains too (RFC 6797); ASVS asks for one year at least.
const ONLY_HTTPS: HeaderValue = HeaderValue::from_static("max-age=63072000; includeSubDomains");
/// How to come in (RFC 6750, 3).
const CHALLENGE: HeaderValue = HeaderValue::from_static("Bearer realm=\"meydan\"");
/// Seconds to wait where the handler said nothing.
const WAIT_S: HeaderValue = HeaderValue::from_static("2");

const PERMISSIONS_POLICY: HeaderName = HeaderName::from_static("permissions-policy");
const RESOURCE_POLICY: HeaderName = HeaderName::from_static("cross-origin-resource-policy");

/// The middleware, outermost of all.
pub async fn on_every_answer(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    let web_file = request.uri().path().starts_with("/assets/");
    let mut response = next.run(request).await;
    let status = response.status();
    let headers = response.headers_mut();
    headers.entry(header::CONTENT_SECURITY_POLICY).or_insert(if web_file { WEB_FILE } else { NOTHING });
    headers.entry(header::REFERRER_POLICY).or_insert(NO_REFERRER);
    headers.entry(PERMISSIONS_POLICY).or_insert(POWERS);
    // Both are also due where a problem became a page (RFC 9110, 15.5.2; RFC 6585, 4).
    if status == StatusCode::UNAUTHORIZED {
        headers.entry(header::WWW_AUTHENTICATE).or_insert(CHALLENGE);
    }
    if status == StatusCode::TOO_MANY_REQUESTS {
        headers.entry(header::RETRY_AFTER).or_insert(WAIT_S);
    }
    harden(headers, app.https);
    response
}

/// What also the hottest answers bear. Who may read an answer from another origin may use it there, nobody else.
pub fn harden(headers: &mut HeaderMap, https: bool) {
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, NOSNIFF);
    if !headers.contains_key(header::CONTENT_SECURITY_POLICY) {
        headers.insert(header::CONTENT_SECURITY_POLICY, NOTHING);
    }
    let open = headers.contains_key(header::ACCESS_CONTROL_ALLOW_ORIGIN);
    headers.insert(RESOURCE_POLICY, HeaderValue::from_static(if open { "cross-origin" } else { "same-origin" }));
    if https {
        headers.insert(header::STRICT_TRANSPORT_SECURITY, ONLY_HTTPS);
    }
}
