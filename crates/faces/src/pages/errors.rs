//! Errors as pages in the same look, for people; programs get RFC 9457 from [`crate::problem`].

use super::page::{Page, Room, Visit};
use crate::{App, Caller, Problem, negotiate};
use askama::Template;
use axum::{
    extract::{Request, State},
    http::StatusCode,
    middleware::Next,
    response::Response,
};
use meydan_kernel::Principal;
use std::sync::Arc;

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
    let response = next.run(request).await;
    let Some(problem) = response.extensions().get::<Problem>() else { return response };
    page(&visit, problem).unwrap_or(response)
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
    };
    visit.show_as(problem.status(), &template).ok()
}
