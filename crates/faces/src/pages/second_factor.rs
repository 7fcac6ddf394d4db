//! `/login/code`: the second half of a login, a one-time or recovery code.

use super::{
    login::{arriving, go_on, refused, wait_for},
    next::own_path,
    page::{Page, Room, Visit, private, see_other, with_cookie},
    params::{Params, encode},
    refusal::Refusal,
};
use crate::{Problem, cookies::HALF};
use askama::Template;
use axum::{body::Bytes, http::StatusCode, response::Response};
use meydan_identity::seconds_to_wait;

#[derive(Template)]
#[template(path = "second_factor.html")]
struct SecondFactorPage {
    page: Page,
    next: String,
    refusal: Option<Refusal>,
}

/// `GET /login/code`.
///
/// # Errors
/// A template that can't be written.
pub async fn form(visit: Visit) -> Result<Response, Problem> {
    let next = own_path(visit.query.get("next"), "/");
    match HALF.value(visit.secure, &visit.headers) {
        Some(_) => show(&visit, next, None),
        None => Ok(private(see_other(&format!("/login?next={}", encode(&next))))),
    }
}

/// `POST /login/code`.
///
/// # Errors
/// `form-expired`; our own failures. What the person can mend comes back in the form.
pub async fn submit(visit: Visit, body: Bytes) -> Result<Response, Problem> {
    let form = Params::parse(&String::from_utf8_lossy(&body));
    visit.check_token(&form)?;
    let next = own_path(form.get("next"), "/");
    let challenge = HALF.value(visit.secure, &visit.headers).unwrap_or_default();
    let code = form.raw("code").unwrap_or_default();
    let error = match visit.app.identity.second_factor(challenge, code, &arriving(&visit)).await {
        Ok(done) => return Ok(go_on(&visit, done, &next)),
        Err(error) => error,
    };
    if matches!(error.code(), "wrong-code" | "too-many-tries") {
        let wait = seconds_to_wait(&error);
        let refusal = Refusal::of(&visit, error)?;
        return Ok(wait_for(show(&visit, next, Some(refusal))?, wait));
    }
    // From the beginning.
    Ok(with_cookie(refused(&visit, error, next, String::new())?, HALF.forget(visit.secure)))
}

fn show(visit: &Visit, next: String, refusal: Option<Refusal>) -> Result<Response, Problem> {
    let template = SecondFactorPage { page: visit.page(Room::None, visit.t.second_title()), next, refusal };
    let status = template.refusal.as_ref().map_or(StatusCode::OK, |r| r.status);
    Ok(private(visit.show_as(status, &template)?))
}
