//! Errors as RFC 9457 problem details, in the request's language.

use crate::negotiate;
use axum::{
    extract::Request,
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use futures::FutureExt;
use meydan_identity::seconds_to_wait;
use meydan_kernel::{Error, Kind, Lang};
use std::panic::AssertUnwindSafe;

/// The media type of problem details.
pub const MEDIA_TYPE: &str = "application/problem+json";
/// How to come in (RFC 9110, 11.6.1: every 401 says it; RFC 6750, 3). Pages say it by leading to the login page.
const CHALLENGE: HeaderValue = HeaderValue::from_static("Bearer realm=\"meydan\"");

/// An error on its way to the client: the handlers' error type. [`in_the_persons_language`] writes it out.
#[derive(Debug, Clone)]
pub struct Problem {
    error: Error,
    status: StatusCode,
    /// What it bears besides; seldom anything.
    headers: Option<Box<HeaderMap>>,
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        let status = status_of(&error);
        Self::with_status(error, status)
    }
}

fn status_of(error: &Error) -> StatusCode {
    match error.kind() {
        Kind::Invalid => StatusCode::BAD_REQUEST,
        Kind::NotFound => StatusCode::NOT_FOUND,
        Kind::Conflict => StatusCode::CONFLICT,
        Kind::Precondition => StatusCode::PRECONDITION_FAILED,
        Kind::Unauthenticated => StatusCode::UNAUTHORIZED,
        Kind::Forbidden => StatusCode::FORBIDDEN,
        Kind::TooMany => StatusCode::TOO_MANY_REQUESTS,
        Kind::Unsupported => StatusCode::NOT_ACCEPTABLE,
        Kind::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
        Kind::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        Kind::Internal => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

impl Problem {
    /// A problem with another status than its error's kind says.
    pub fn with_status(error: Error, status: StatusCode) -> Self {
        Self { error, status, headers: None }
    }

    /// With one more header.
    #[must_use]
    pub fn bearing(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.get_or_insert_default().append(name, value);
        self
    }

    /// The error.
    pub fn error(&self) -> &Error {
        &self.error
    }

    /// The HTTP status.
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// The problem details object. `title` and `detail` are in `lang`; `detail_tr` and `detail_en` carry both languages.
    pub fn to_json(&self, lang: Lang, instance: &str) -> serde_json::Value {
        let error = &self.error;
        let mut json = serde_json::json!({
            "type": format!("/problems/{}", error.code()),
            "title": title(self.status, lang),
            "status": self.status.as_u16(),
            "detail": error.message(lang),
            "instance": instance,
            "code": error.code(),
            "detail_tr": error.message(Lang::Tr),
            "detail_en": error.message(Lang::En),
        });
        if let Some(hint) = error.hint_text(lang) {
            json["hint"] = hint.into();
        }
        if !error.fields().is_empty() {
            let errors = error.fields().iter();
            json["errors"] = errors
                .map(|f| serde_json::json!({ "field": f.field, "message": f.message.get(lang) }))
                .collect::<Vec<_>>()
                .into();
        }
        json
    }

    /// The whole response in one language. Writes the cause of our own failures to the journal.
    pub fn respond(&self, lang: Lang, instance: &str) -> Response {
        if self.status.is_server_error() {
            let cause = self.error.cause_text().unwrap_or("no cause given");
            tracing::error!(code = self.error.code(), instance, cause, "request failed");
        }
        // Open311 has its own way of telling errors.
        let (media_type, body) = crate::open311::written(self, lang, instance)
            .unwrap_or_else(|| (MEDIA_TYPE, self.to_json(lang, instance).to_string()));
        let mut response = (self.status, body).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(media_type));
        headers.insert(header::CONTENT_LANGUAGE, HeaderValue::from_static(lang.tag()));
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        headers.extend(self.headers.iter().flat_map(|more| more.iter()).map(|(name, value)| (name.clone(), value.clone())));
        if self.status == StatusCode::UNAUTHORIZED {
            headers.insert(header::WWW_AUTHENTICATE, CHALLENGE);
        }
        match self.status {
            StatusCode::SERVICE_UNAVAILABLE => {
                headers.insert(header::RETRY_AFTER, HeaderValue::from_static("2"));
            }
            StatusCode::TOO_MANY_REQUESTS => {
                headers.insert(header::RETRY_AFTER, seconds_to_wait(&self.error).unwrap_or(2).into());
            }
            StatusCode::UNAUTHORIZED => {
                headers.insert(header::WWW_AUTHENTICATE, challenge(&self.error));
            }
            _ => {}
        }
        response
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = self.status.into_response();
        response.extensions_mut().insert(self);
        response
    }
}

/// How to come in (RFC 6750, 3): a token that came and isn't taken is named as the cause.
fn challenge(error: &Error) -> HeaderValue {
    match error.code() {
        "bad-credentials" | "no-longer-active" => HeaderValue::from_static("Bearer realm=\"meydan\", error=\"invalid_token\""),
        _ => HeaderValue::from_static("Bearer realm=\"meydan\""),
    }
}

fn title(status: StatusCode, lang: Lang) -> &'static str {
    let (tr, en) = match status.as_u16() {
        400 => ("Hatalı istek", "Bad request"),
        401 => ("Oturum gerekli", "Unauthorized"),
        403 => ("İzin yok", "Forbidden"),
        404 => ("Bulunamadı", "Not found"),
        405 => ("Bu yöntem burada kullanılamaz", "Method not allowed"),
        406 => ("İstenen biçim verilemiyor", "Not acceptable"),
        409 => ("Çakışma", "Conflict"),
        410 => ("Artık yok", "Gone"),
        412 => ("Kayıt bu arada değişti", "Precondition failed"),
        413 => ("Çok büyük", "Content too large"),
        414 => ("Adres çok uzun", "URI too long"),
        415 => ("İçerik türü tanınmıyor", "Unsupported media type"),
        422 => ("İçerik tanıma uymuyor", "Unprocessable content"),
        428 => ("Sürüm belirtilmeli", "Precondition required"),
        429 => ("Çok fazla istek", "Too many requests"),
        431 => ("Başlıklar çok büyük", "Request header fields too large"),
        503 => ("Şu anda yapılamıyor", "Service unavailable"),
        500..=599 => ("Sunucu hatası", "Server error"),
        _ => ("İstek yerine getirilemedi", "Request failed"),
    };
    match lang {
        Lang::Tr => tr,
        Lang::En => en,
    }
}

/// The middleware that writes out the problems of all handlers, of the router itself, and of panics.
pub async fn in_the_persons_language(request: Request, next: Next) -> Response {
    let lang = negotiate::lang(request.uri(), request.headers());
    let instance = instance(request.uri());
    let response = match AssertUnwindSafe(next.run(request)).catch_unwind().await {
        Ok(response) => response,
        Err(panic) => return Problem::from(Error::internal(panic_text(panic.as_ref()))).respond(lang, &instance),
    };
    let status = response.status();
    if !status.is_client_error() && !status.is_server_error() {
        return response;
    }
    let problem = match response.extensions().get::<Problem>() {
        Some(problem) => problem.clone(),
        // A handler that has said everything itself (a page, say) is left alone; a bare status of the framework is not.
        None if response.headers().contains_key(header::CONTENT_TYPE) && !is_plain_text(&response) => return response,
        None => of_status(status),
    };
    let mut written = problem.respond(lang, &instance);
    for name in [header::ALLOW, header::ACCESS_CONTROL_ALLOW_ORIGIN, header::ACCESS_CONTROL_EXPOSE_HEADERS] {
        if let Some(value) = response.headers().get(&name) {
            written.headers_mut().insert(name, value.clone());
        }
    }
    *written.extensions_mut() = response.extensions().clone();
    written
}

/// The request's address as it may stand in an answer and in the journal. What comes back from an outside provider carries
/// secrets in its query, an enrolment link in its path.
fn instance(uri: &axum::http::Uri) -> String {
    let path = uri.path();
    match path {
        _ if path.starts_with("/login/") => path.to_owned(),
        _ if path.starts_with("/enrol/") => "/enrol".to_owned(),
        _ => uri.path_and_query().map_or("/", |p| p.as_str()).to_owned(),
    }
}

fn is_plain_text(response: &Response) -> bool {
    response.headers().get(header::CONTENT_TYPE).is_some_and(|v| v.as_bytes().starts_with(b"text/plain"))
}

fn panic_text(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(|s| (*s).to_owned());
    text.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_else(|| "panic".to_owned())
}

fn of_status(status: StatusCode) -> Problem {
    let error = match status.as_u16() {
        404 => return no_such_path(),
        405 => return wrong_method(),
        413 => return body_too_large(),
        500..=599 => Error::internal(format!("a handler gave the bare status {status}")),
        _ => Error::invalid("bad-request", "İstek okunamadı.", "The request can't be read."),
    };
    Problem::with_status(error, status)
}

/// The problem of a path that isn't there.
pub fn no_such_path() -> Problem {
    Error::not_found("no-such-path", "Bu adreste bir şey yok.", "There is nothing at this address.")
        .hint("Adresi denetleyin ya da /ogc adresinden başlayın.", "Check the address, or start at /ogc.")
        .into()
}

/// The problem of a method that the path doesn't have; the router adds `Allow`.
pub fn wrong_method() -> Problem {
    let error = Error::invalid(
        "method-not-allowed",
        "Bu adres bu HTTP yöntemini kabul etmiyor.",
        "This address does not take this HTTP method.",
    );
    Problem::with_status(error, StatusCode::METHOD_NOT_ALLOWED)
}

/// The problem of an `Accept` header that takes nothing that the path has.
pub fn not_acceptable() -> Problem {
    Error::new(
        Kind::Unsupported,
        "not-acceptable",
        "İstenen ortam türü burada verilmiyor.",
        "The media type asked for is not given here.",
    )
    .into()
}

/// The problem of a body over its limit.
pub fn body_too_large() -> Problem {
    Error::new(Kind::TooLarge, "body-too-large", "İstek gövdesi çok büyük.", "The request's body is too large.").into()
}

/// The problem of a write that a page of another origin tries.
pub fn cross_origin_write() -> Problem {
    Error::new(
        Kind::Forbidden,
        "cross-origin-write",
        "Başka bir siteden yapılan değişiklik isteği kabul edilmez.",
        "A change asked for by another site's page is not taken.",
    )
    .into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_problem_tells_everything_but_the_cause() {
        let error = Error::invalid("bad-thing", "Türkçe", "English")
            .hint("İpucu", "Hint")
            .field("ad", "boş", "empty")
            .cause("SELECT secret");
        let json = Problem::from(error).to_json(Lang::En, "/x?y=1");
        assert_eq!(json["type"], "/problems/bad-thing");
        assert_eq!(json["status"], 400);
        assert_eq!(json["detail"], "English");
        assert_eq!(json["detail_tr"], "Türkçe");
        assert_eq!(json["hint"], "Hint");
        assert_eq!(json["errors"][0]["field"], "ad");
        assert!(!json.to_string().contains("secret"));
    }

    async fn ask(handler: axum::routing::MethodRouter) -> (StatusCode, String) {
        use tower::ServiceExt;
        let router = axum::Router::new().route("/", handler).layer(axum::middleware::from_fn(in_the_persons_language));
        let request = Request::get("/").body(axum::body::Body::empty()).expect("a request");
        let response = router.oneshot(request).await.expect("never fails");
        let status = response.status();
        assert_eq!(response.headers()[header::CONTENT_TYPE], MEDIA_TYPE);
        let body = axum::body::to_bytes(response.into_body(), 1 << 16).await.expect("a body");
        (status, String::from_utf8(body.to_vec()).expect("UTF-8"))
    }

    #[tokio::test]
    async fn panics_and_bare_statuses_become_problems_that_leak_nothing() {
        async fn panics() -> &'static str {
            let secret: Result<&str, &str> = std::hint::black_box(Err("the secret of the cellar"));
            secret.expect("no secret")
        }
        let (status, body) = ask(axum::routing::get(panics)).await;
        assert_eq!(status, 500);
        assert!(body.contains("\"code\":\"internal\"") && !body.contains("secret"), "{body}");
        let (status, body) = ask(axum::routing::get(|| async { (StatusCode::BAD_GATEWAY, "peer 10.0.0.7 is down") })).await;
        assert_eq!(status, 502);
        assert!(!body.contains("10.0.0.7"), "{body}");
    }
}
