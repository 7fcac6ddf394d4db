//! `/enrol/{code}`, `/enrol`: the first way in: a password, or a passkey.

use super::{
    login::{arriving, go_on},
    page::{Page, Room, Visit, private, see_other, with_cookie},
    params::Params,
    refusal::Refusal,
};
use crate::{Problem, cookies::ENROLMENT};
use askama::Template;
use axum::{body::Bytes, extract::Path, http::StatusCode, response::Response};
use meydan_identity::MIN_CHARS;
use meydan_kernel::post::Person;

/// Characters that a code consists of.
const MAX_CODE: usize = 200;

#[derive(Template)]
#[template(path = "enrol.html")]
struct EnrolPage {
    page: Page,
    /// Whose; none if the link is over.
    person: Option<Person>,
    refusal: Option<Refusal>,
    least: usize,
    passkeys: bool,
}

impl EnrolPage {
    fn fault(&self, field: &str) -> Option<&str> {
        self.refusal.as_ref()?.at(field)
    }
}

/// `GET /enrol/{code}`: the code goes from the address, where others may read it, into a cookie.
pub async fn open(visit: Visit, Path(code): Path<String>) -> Response {
    let plain = code.len() <= MAX_CODE && code.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_');
    let code = if plain { code.as_str() } else { "" };
    private(with_cookie(see_other("/enrol"), ENROLMENT.keep(visit.secure, code)))
}

/// `GET /enrol`.
///
/// # Errors
/// Those of the store.
pub async fn form(visit: Visit) -> Result<Response, Problem> {
    match visit.app.identity.enrolment(code(&visit)).await {
        Ok(person) => show(&visit, Some(person), None),
        Err(error) => {
            let refusal = Refusal::of(&visit, error)?;
            show(&visit, None, Some(refusal))
        }
    }
}

/// `POST /enrol`: sets the password and logs in.
///
/// # Errors
/// `form-expired`; our own failures. What the person can mend comes back in the form.
pub async fn submit(visit: Visit, body: Bytes) -> Result<Response, Problem> {
    let form = Params::parse(&String::from_utf8_lossy(&body));
    visit.check_token(&form)?;
    let identity = &visit.app.identity;
    let password = form.raw("password").unwrap_or_default();
    match identity.enrol_password(code(&visit), password, &arriving(&visit)).await {
        Ok(done) => Ok(with_cookie(go_on(&visit, done, "/account"), ENROLMENT.forget(visit.secure))),
        Err(error) => {
            let refusal = Refusal::of(&visit, error)?;
            show(&visit, identity.enrolment(code(&visit)).await.ok(), Some(refusal))
        }
    }
}

fn code(visit: &Visit) -> &str {
    ENROLMENT.value(visit.secure, &visit.headers).unwrap_or_default()
}

fn show(visit: &Visit, person: Option<Person>, refusal: Option<Refusal>) -> Result<Response, Problem> {
    let template = EnrolPage {
        page: visit.page(Room::None, visit.t.enrol_title()),
        person,
        refusal,
        least: MIN_CHARS,
        passkeys: visit.app.identity.takes_passkeys(),
    };
    let status = template.refusal.as_ref().map_or(StatusCode::OK, |r| r.status);
    Ok(private(visit.show_as(status, &template)?))
}
