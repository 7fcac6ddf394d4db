//! Errors as pages in the same look, for people; programs get RFC 9457 from [`crate::problem`].

use super::{
    admin::explain,
    page::{Page, Room, Visit, private, see_other},
    params::{Params, encode},
    verify::{self, KeptForm},
};
use crate::{App, Caller, Problem, negotiate};
use askama::Template;
use axum::{
    body::{Body, HttpBody as _, to_bytes},
    extract::{Request, State},
    http::{Method, StatusCode, header},
    middleware::Next,
    response::Response,
};
use meydan_kernel::{
    Principal,
    catalogue::Action,
    post::{LOOK, PERSON, PROXY},
};
use std::sync::Arc;

/// Limit: bytes of a form that is kept while the person proves again who they are.
const MAX_KEPT_BYTES: usize = 256 * 1024;

#[derive(Template)]
#[template(path = "error.html")]
struct ErrorPage {
    page: Page,
    status: u16,
    heading: &'static str,
    message: String,
    hint: Option<String>,
    fields: Vec<(String, String)>,
    code: &'static str,
    /// Where it says why this isn't allowed.
    why: Option<String>,
}

/// The middleware that shows a problem as a page where the client is a person with a browser. It stands outside of
/// [`crate::problem::in_the_persons_language`], which leaves the problem in the response's extensions.
pub async fn as_a_page(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    let person = negotiate::wants_html(request.headers());
    if !person {
        return next.run(request).await;
    }
    let caller = request.extensions().get::<Caller>().cloned();
    let caller = caller.unwrap_or_else(|| Caller::of(Principal::everyone("page")));
    let visit = Visit::new(&app, request.uri(), request.headers(), caller);
    let reads = matches!(*request.method(), Method::GET | Method::HEAD);
    let (request, form) = if reads { (request, None) } else { with_form(&visit, request).await };
    let response = next.run(request).await;
    let Some(problem) = response.extensions().get::<Problem>().cloned() else { return response };
    let logged_in = visit.caller.session.is_some();
    let here = || encode(&format!("{}{}", visit.path, visit.query.query()));
    match problem.status() {
        StatusCode::UNAUTHORIZED if reads && visit.caller.principal.is_everyone() => {
            private(see_other(&format!("/login?next={}", here())))
        }
        StatusCode::FORBIDDEN if problem.error().code() == "step-up-required" && logged_in => {
            let instead = match reads {
                true => Ok(private(see_other(&format!("/account/verify?next={}", here())))),
                false => verify::instead(&visit, form.and_then(|form| KeptForm::of(&visit.path, &form))).await,
            };
            instead.unwrap_or(response)
        }
        _ => page(&visit, &problem).unwrap_or(response),
    }
}

/// The form that a request brings, if it may have to wait until the person has proven again who they are.
async fn with_form(visit: &Visit, request: Request) -> (Request, Option<Params>) {
    let content = visit.headers.get(header::CONTENT_TYPE).and_then(|v| v.to_str().ok());
    let is_form = content.is_some_and(|t| t.starts_with("application/x-www-form-urlencoded"));
    let small = request.body().size_hint().upper().is_some_and(|length| length <= MAX_KEPT_BYTES as u64);
    if !(is_form && small) || visit.caller.session.is_none() || visit.caller.principal.is_verified() {
        return (request, None);
    }
    let (head, body) = request.into_parts();
    // A body that breaks off is refused by the handler, which finds the form's token missing.
    let bytes = to_bytes(body, MAX_KEPT_BYTES).await.unwrap_or_default();
    let form = Params::parse(&String::from_utf8_lossy(&bytes));
    (Request::from_parts(head, Body::from(bytes)), Some(form))
}

fn page(visit: &Visit, problem: &Problem) -> Option<Response> {
    let (error, t, lang) = (problem.error(), visit.t, visit.lang);
    let heading = match problem.status() {
        StatusCode::NOT_FOUND => t.error_not_found(),
        StatusCode::FORBIDDEN => t.error_forbidden(),
        StatusCode::SERVICE_UNAVAILABLE => t.error_unavailable(),
        status if status.is_server_error() => t.error_ours(),
        _ => t.error_request(),
    };
    let template = ErrorPage {
        page: visit.page(Room::None, heading),
        status: problem.status().as_u16(),
        heading,
        message: error.message(lang).to_owned(),
        hint: error.hint_text(lang).map(str::to_owned),
        fields: error.fields().iter().map(|f| (f.field.clone(), f.message.get(lang).to_owned())).collect(),
        code: error.code(),
        why: (problem.status() == StatusCode::FORBIDDEN && !visit.caller.principal.is_everyone())
            .then(|| why(&visit.path))
            .flatten(),
    };
    visit.show_as(problem.status(), &template).ok()
}

/// The page that weighs the grants for what was refused at an address, if the address tells what it was.
fn why(path: &str) -> Option<String> {
    let parts: Vec<&str> = path.trim_matches('/').split('/').collect();
    let (register, action, record) = match parts.as_slice() {
        ["registers", register] => (*register, Action::Read, None),
        ["registers", register, "new"] => (*register, Action::Insert, None),
        ["registers", register, id] => (*register, Action::Read, Some(*id)),
        ["registers", register, id, act] => {
            let action = match *act {
                "edit" => Action::Update,
                "delete" => Action::Delete,
                "history" | "proof" => Action::History,
                "unmask" => Action::Unmask,
                _ => Action::Read,
            };
            (*register, action, Some(*id))
        }
        ["ogc", "collections", register, "export", ..] => (*register, Action::Export, None),
        ["ogc", "collections", register, ..] => (*register, Action::Read, None),
        ["people", "proxies", "new"] => (PROXY, Action::Insert, None),
        ["people", "proxies"] => (PROXY, Action::Read, None),
        ["people", "proxies", id, _] => (PROXY, Action::Update, Some(*id)),
        ["people"] => (PERSON, Action::Read, None),
        ["people", id] => (PERSON, Action::Read, Some(*id)),
        ["people", id, ..] => (PERSON, Action::Manage, Some(*id)),
        ["admin"] => (PERSON, Action::Manage, None),
        ["access-log"] => (LOOK, Action::Read, None),
        ["explain"] => (PERSON, Action::Audit, None),
        _ => return None,
    };
    Some(explain::link(register, action, record))
}
