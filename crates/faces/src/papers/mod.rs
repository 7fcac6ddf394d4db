//! Official papers of a request: the answer as a letter, the receipt. What was sent is what is kept: the letter of an answer that is
//! given is made once, and from then on its kept bytes are handed out.

mod answer;
mod heading;
mod keep;
mod law;
mod receipt;
mod signed;

pub(crate) use answer::official_answer;
pub(crate) use receipt::receipt;

use crate::{
    App, Caller, Problem,
    cookies::CASE,
    ogc_common::params::{Params, bad_value},
    who,
};
use axum::{
    Router,
    extract::{Path, State},
    http::{HeaderMap, HeaderValue, Uri, header},
    response::{IntoResponse, Response},
    routing::get,
};
use meydan_kernel::{Error, Lang, Principal, Record, Register, Value, query::Key};
use meydan_paper::{Language, PaperError};
use std::sync::Arc;

/// The register of requests.
const REQUEST: &str = "request";

/// Routes of papers.
pub fn routes() -> Router<Arc<App>> {
    Router::new()
        .route("/api/cases/request/{id}/answer.pdf", get(answer_pdf))
        .route("/api/cases/request/{id}/receipt.pdf", get(receipt_pdf))
}

/// `GET /api/cases/request/{id}/answer.pdf?lang=`: of an answer that is not approved yet, a draft for the house.
async fn answer_pdf(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(id): Path<String>,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let lang = asked_language(&uri)?;
    let (principal, register, request) = find(&app, &caller, &headers, &id).await?;
    // The desk keeps the letter from who only bears the number; this says sooner, and better, what they can do.
    if principal.bears().is_some() && !principal.is_verified() {
        return Err(meydan_kernel::permission::step_up_required().into());
    }
    let base = crate::negotiate::base_url(&app, &headers);
    let bytes = official_answer(&app, &principal, &register, &request, lang, &base).await?;
    Ok(pdf(bytes, &format!("yanit-{}.pdf", text(&register, &request, "reference"))))
}

/// `GET /api/cases/request/{id}/receipt.pdf?lang=`.
async fn receipt_pdf(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(id): Path<String>,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let lang = asked_language(&uri)?;
    let (principal, register, request) = find(&app, &caller, &headers, &id).await?;
    let base = crate::negotiate::base_url(&app, &headers);
    let bytes = receipt(&app, &principal, &register, &request, lang, &base).await?;
    Ok(pdf(bytes, &format!("alindi-{}.pdf", text(&register, &request, "reference"))))
}

/// The language that the address asks for; the applicant's own, if it asks for none.
fn asked_language(uri: &Uri) -> Result<Option<Lang>, Problem> {
    // `Params::parse` has looked at it already.
    Params::parse(uri)?.finish()?;
    let query = uri.query().unwrap_or_default();
    let asked = query.split('&').find_map(|pair| pair.strip_prefix("lang="));
    match asked {
        None => Ok(None),
        Some("tr") => Ok(Some(Lang::Tr)),
        Some("en") => Ok(Some(Lang::En)),
        Some(_) => Err(bad_value("lang", "“tr” ya da “en” olmalı", "must be “tr” or “en”").into()),
    }
}

/// The request, and who asks: somebody in a post, or who bears its number (the citizens' pages gave their browser a pass).
async fn find(
    app: &App,
    caller: &Caller,
    headers: &HeaderMap,
    id: &str,
) -> Result<(Principal, Arc<Register>, Record), Problem> {
    let register = app.desk.register(REQUEST)?;
    let key: Key = crate::ogc_features::item_key(&register, id)?;
    let mut principal = caller.through("api", None);
    if let Some(pass) = CASE.value(who::is_secure(app, headers), headers).filter(|_| principal.is_everyone())
        && let Some(bearer) = app.identity.case_pass(pass).await?
    {
        principal = bearer;
    }
    let request = app.desk.get(&principal, &register, key, None).await?;
    Ok((principal, register, request))
}

fn pdf(bytes: Vec<u8>, name: &str) -> Response {
    let mut response = bytes.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/pdf"));
    headers
        .extend(HeaderValue::try_from(format!("inline; filename=\"{name}\"")).ok().map(|v| (header::CONTENT_DISPOSITION, v)));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// What can't be set on paper, as the house tells errors.
fn unprintable(error: &PaperError) -> Error {
    match error {
        PaperError::Font(_) => Error::internal(error),
        _ => Error::invalid("unprintable", error.turkish(), error.to_string()),
    }
}

/// The language of a paper.
fn language(lang: Lang) -> Language {
    match lang {
        Lang::Tr => Language::Tr,
        Lang::En => Language::En,
    }
}

/// The applicant's language.
fn applicants(register: &Register, request: &Record) -> Lang {
    if text(register, request, "language") == "en" { Lang::En } else { Lang::Tr }
}

/// A text of a record; empty without one.
fn text<'a>(register: &Register, record: &'a Record, field: &str) -> &'a str {
    match record.value(register, field) {
        Some(Value::Text(text)) => text,
        _ => "",
    }
}

/// An instant of a record.
fn instant(register: &Register, record: &Record, field: &str) -> Option<jiff::Timestamp> {
    match record.value(register, field) {
        Some(Value::Timestamp(at)) => Some(*at),
        _ => None,
    }
}

/// True if who asks sees the field as it is.
fn is_shown(register: &Register, record: &Record, field: &str) -> bool {
    register.field_index(field).is_some_and(|index| !record.hidden.has(index))
}
