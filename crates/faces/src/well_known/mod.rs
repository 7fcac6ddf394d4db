//! Well-known addresses (RFC 8615): where to report a weakness, where to change a password.

use crate::{App, Problem, ogc_common::params::Params};
use axum::{
    Router,
    extract::State,
    http::{HeaderValue, StatusCode, Uri, header},
    response::{IntoResponse, Response},
    routing::get,
};
use jiff::{SignedDuration, Timestamp};
use meydan_kernel::Error;
use std::{fmt::Write as _, sync::Arc};

/// Days that `security.txt` may be relied on (RFC 9116, 2.5.5: less than a year).
const DAYS: i64 = 180;
/// Where one's password is changed.
const PASSWORD_PAGE: &str = "/account/login";

/// Routes of the well-known addresses.
pub fn routes() -> Router<Arc<App>> {
    Router::new()
        .route("/.well-known/security.txt", get(security_txt))
        .route("/.well-known/change-password", get(change_password))
}

/// `GET /.well-known/security.txt` (RFC 9116).
async fn security_txt(State(app): State<Arc<App>>, uri: Uri) -> Result<Response, Problem> {
    Params::parse(&uri)?.finish()?;
    let contact = app.settings.security_contact.as_deref().and_then(contact).ok_or_else(no_contact)?;
    let expires = (Timestamp::now() + SignedDuration::from_hours(24 * DAYS)).strftime("%Y-%m-%dT00:00:00Z");
    let mut text = format!("Contact: {contact}\nExpires: {expires}\nPreferred-Languages: tr, en\n");
    if let Some(base) = &app.settings.base_url {
        let _ = writeln!(text, "Canonical: {}/.well-known/security.txt", base.trim_end_matches('/'));
    }
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8")),
        (header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=86400")),
    ];
    Ok((headers, text).into_response())
}

fn no_contact() -> Error {
    Error::not_found(
        "no-security-contact",
        "Bu kurulumda güvenlik iletişim adresi tanımlı değil.",
        "No security contact is set here.",
    )
    .hint("Yapılandırmada security_contact yazın.", "Write security_contact into the configuration.")
}

/// The contact as a URI (RFC 9116, 2.5.3): `mailto:`, `https:` or `tel:`; a bare e-mail address becomes `mailto:`. `None` for
/// anything else, and for what could begin another line.
pub fn contact(text: &str) -> Option<String> {
    let text = text.trim();
    if text.is_empty() || text.chars().any(|c| c.is_whitespace() || c.is_control()) {
        return None;
    }
    match text.split_once(':') {
        Some(("mailto" | "https" | "tel", rest)) if !rest.is_empty() => Some(text.to_owned()),
        None if text.split_once('@').is_some_and(|(who, host)| !who.is_empty() && host.contains('.')) => {
            Some(format!("mailto:{text}"))
        }
        _ => None,
    }
}

/// `GET /.well-known/change-password` (W3C): password managers send people here.
async fn change_password() -> Response {
    (StatusCode::FOUND, [(header::LOCATION, HeaderValue::from_static(PASSWORD_PAGE))]).into_response()
}

#[cfg(test)]
mod tests {
    use super::contact;

    #[test]
    fn a_contact_is_a_uri_on_one_line() {
        assert_eq!(contact("guvenlik@kent.example").as_deref(), Some("mailto:guvenlik@kent.example"));
        for whole in ["mailto:a@kent.example", "https://kent.example/guvenlik", "tel:+904620000000"] {
            assert_eq!(contact(whole).as_deref(), Some(whole));
        }
        for wrong in ["", "http://kent.example", "javascript:x", "kent", "a@kent.example\nExpires: 1970"] {
            assert_eq!(contact(wrong), None, "{wrong}");
        }
    }
}
