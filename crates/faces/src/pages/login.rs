//! `/login`, `/logout`: coming and going.

use super::{
    next::own_path,
    page::{Page, Room, Visit, private, see_other, with_cookie},
    params::{Params, encode},
    refusal::Refusal,
};
use crate::{
    Problem,
    cookies::{DEVICE, FLOW, FORM, HALF, SESSION},
};
use askama::Template;
use axum::{
    body::Bytes,
    http::{HeaderValue, StatusCode, header},
    response::Response,
};
use meydan_identity::{Login, NewSession, seconds_to_wait};
use meydan_kernel::Error;

#[derive(Template)]
#[template(path = "login.html")]
struct LoginPage {
    page: Page,
    /// Where to go on to.
    next: String,
    /// The login name as typed.
    login: String,
    refusal: Option<Refusal>,
    /// Address and name of each outside provider.
    providers: Vec<(String, String)>,
    passkeys: bool,
}

#[derive(Template)]
#[template(path = "logged_out.html")]
struct LoggedOutPage {
    page: Page,
    /// Where to log out of the outside provider too.
    provider: Option<String>,
}

/// What the browser brings along for a login.
pub fn arriving(visit: &Visit) -> meydan_identity::Visit {
    let owned = |text: Option<&str>| text.map(str::to_owned);
    meydan_identity::Visit {
        address: visit.caller.address.clone(),
        agent: owned(visit.headers.get(header::USER_AGENT).and_then(|v| v.to_str().ok())),
        device: owned(DEVICE.value(visit.secure, &visit.headers)),
        cookie: owned(SESSION.value(visit.secure, &visit.headers)),
    }
}

/// Gives the browser its session; what it had before it was logged in, the form token too, is over.
pub fn enter(visit: &Visit, new: &NewSession, device: Option<&str>, mut response: Response) -> Response {
    let mut cookies = vec![SESSION.keep(visit.secure, &new.cookie)];
    cookies.extend([FORM, HALF, FLOW].map(|cookie| cookie.forget(visit.secure)));
    cookies.extend(device.map(|device| DEVICE.keep(visit.secure, device)));
    for cookie in cookies {
        response = with_cookie(response, cookie);
    }
    private(response)
}

/// Goes on after the first or second half of a login.
pub fn go_on(visit: &Visit, login: Login, next: &str) -> Response {
    match login {
        Login::Done { session, device } => enter(visit, &session, Some(&device), see_other(next)),
        Login::SecondFactor { challenge, .. } => {
            let to = see_other(&format!("/login/code?next={}", encode(next)));
            private(with_cookie(to, HALF.keep(visit.secure, &challenge)))
        }
    }
}

/// `GET /login`.
///
/// # Errors
/// A template that can't be written.
pub async fn form(visit: Visit) -> Result<Response, Problem> {
    let next = own_path(visit.query.get("next"), "/");
    if visit.caller.session.is_some() {
        return Ok(private(see_other(&next)));
    }
    show(&visit, next, String::new(), None)
}

/// `POST /login`.
///
/// # Errors
/// `form-expired`; our own failures. What the person can mend comes back in the form.
pub async fn submit(visit: Visit, body: Bytes) -> Result<Response, Problem> {
    let form = Params::parse(&String::from_utf8_lossy(&body));
    visit.check_token(&form)?;
    let next = own_path(form.get("next"), "/");
    let (login, password) = (form.raw("login").unwrap_or_default(), form.raw("password").unwrap_or_default());
    match visit.app.identity.login(login, password, &arriving(&visit)).await {
        Ok(done) => Ok(go_on(&visit, done, &next)),
        Err(error) => refused(&visit, error, next, login.to_owned()),
    }
}

/// The form again, with what went wrong and how long to wait.
///
/// # Errors
/// Our own failures.
pub fn refused(visit: &Visit, error: Error, next: String, login: String) -> Result<Response, Problem> {
    let wait = seconds_to_wait(&error);
    let response = show(visit, next, login, Some(Refusal::of(visit, error)?))?;
    Ok(wait_for(response, wait))
}

/// Says when to try again.
pub fn wait_for(mut response: Response, seconds: Option<u64>) -> Response {
    if let Some(seconds) = seconds {
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    response
}

fn show(visit: &Visit, next: String, login: String, refusal: Option<Refusal>) -> Result<Response, Problem> {
    let identity = &visit.app.identity;
    let providers = identity.providers();
    let entry = |key: &str| format!("/login/with/{key}?next={}", encode(&next));
    let template = LoginPage {
        page: visit.page(Room::None, visit.t.login_title()),
        providers: providers.iter().map(|p| (entry(&p.key), visit.say(&p.title).to_owned())).collect(),
        passkeys: identity.takes_passkeys(),
        next,
        login,
        refusal,
    };
    let status = template.refusal.as_ref().map_or(StatusCode::OK, |r| r.status);
    Ok(private(visit.show_as(status, &template)?))
}

/// `POST /logout`.
///
/// # Errors
/// `form-expired`; those of the store.
pub async fn logout(visit: Visit, body: Bytes) -> Result<Response, Problem> {
    let form = Params::parse(&String::from_utf8_lossy(&body));
    visit.check_token(&form)?;
    let identity = &visit.app.identity;
    let mut provider = None;
    if let (Some(session), Some(cookie)) = (&visit.caller.session, &visit.caller.cookie) {
        provider = identity.logout_address(session).await?;
        identity.logout(cookie, &arriving(&visit)).await?;
    }
    let mut page = visit.page(Room::None, visit.t.logged_out_title());
    page.account = None;
    let response = visit.show(&LoggedOutPage { page, provider })?;
    Ok(private(with_cookie(with_cookie(response, SESSION.forget(visit.secure)), FORM.forget(visit.secure))))
}
