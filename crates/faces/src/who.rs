//! Who comes with a request: by a session's cookie, by a token, or nobody. Decided here once per request; what they may do, the
//! desk says.

use crate::{App, Problem, cookies::SESSION, negotiate, rates};
use axum::{
    extract::{ConnectInfo, FromRequestParts, Request, State},
    http::{Extensions, HeaderMap, HeaderValue, header, request::Parts},
    middleware::Next,
    response::Response,
};
use meydan_identity::Session;
use meydan_kernel::{Principal, post::Directory};
use std::{convert::Infallible, net::SocketAddr, sync::Arc};

/// What an answer to somebody who is logged in bears: nobody keeps a copy of it, no browser either.
const TO_NOBODY_ELSE: HeaderValue = HeaderValue::from_static("no-store");

/// Who comes with a request.
#[derive(Debug, Clone)]
pub struct Caller {
    /// As the desk sees them.
    pub principal: Arc<Principal>,
    /// The organisation, for names.
    pub directory: Arc<Directory>,
    /// Their session, if they came with one.
    pub session: Option<Arc<Session>>,
    /// The session's cookie.
    pub cookie: Option<Arc<str>>,
    /// The client's address.
    pub address: Option<String>,
}

impl Caller {
    /// Somebody without a session.
    pub fn of(principal: Principal) -> Self {
        Self { principal: Arc::new(principal), directory: Arc::default(), session: None, cookie: None, address: None }
    }

    /// As they come to the desk through a face, for a reason.
    pub fn through(&self, source: &str, reason: Option<String>) -> Principal {
        (*self.principal).clone().through(source).because(reason)
    }

    /// What the log writes for a person or a post, as people read it.
    pub fn name_of(&self, text: &str) -> String {
        self.directory.name_of(text)
    }
}

impl<S: Sync> FromRequestParts<S> for Caller {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Infallible> {
        let known = parts.extensions.get::<Self>().cloned();
        Ok(known.unwrap_or_else(|| Self::of(Principal::everyone("api"))))
    }
}

/// The token of `Authorization: Bearer …`.
fn bearer(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

/// The client's address: the one behind our own proxy, if the configuration says that one stands before us.
pub(crate) fn address(app: &App, headers: &HeaderMap, extensions: &Extensions) -> Option<String> {
    // Some proxies add to the line that the client sent, others write one of their own after it: what ours says is the last.
    let last_line = || headers.get_all("x-forwarded-for").iter().next_back()?.to_str().ok();
    let forwarded = || last_line()?.rsplit(',').next().map(|a| a.trim().to_owned());
    let own = || extensions.get::<ConnectInfo<SocketAddr>>().map(|ConnectInfo(a)| a.ip().to_string());
    if app.settings.behind_proxy { forwarded().or_else(own) } else { own() }
}

/// Who comes with these headers.
///
/// # Errors
/// A token that is not known, or no longer; those of the store. A session that is over is nobody.
pub async fn resolve(app: &App, headers: &HeaderMap) -> Result<Caller, Problem> {
    let identity = &app.identity;
    if let Some(token) = bearer(headers) {
        let principal = identity.principal_by_token(token, "api").await?;
        let directory = app.desk.directory().await?;
        return Ok(Caller { directory, ..Caller::of(principal) });
    }
    let Some(value) = SESSION.value(is_secure(app, headers), headers) else {
        return Ok(Caller::of(Principal::everyone("api")));
    };
    let Some(session) = identity.session(value).await? else { return Ok(Caller::of(Principal::everyone("api"))) };
    match identity.principal_of(&session, "page").await {
        Ok(principal) => Ok(Caller {
            directory: app.desk.directory().await?,
            session: Some(Arc::new(session)),
            cookie: Some(value.into()),
            ..Caller::of(principal)
        }),
        Err(error) if error.code() == "no-longer-active" => {
            identity.end_session(value).await?;
            Ok(Caller::of(Principal::everyone("api")))
        }
        Err(error) => Err(error.into()),
    }
}

/// True if the headers bring something that says who comes.
pub fn says_who(headers: &HeaderMap) -> bool {
    headers.contains_key(header::AUTHORIZATION) || SESSION.is_there(headers)
}

/// The middleware: puts the [`Caller`] beside the request. What goes to somebody who is logged in is kept by nobody: another
/// may sit at the same browser next, with other rights.
pub async fn known(State(app): State<Arc<App>>, mut request: Request, next: Next) -> Response {
    let asset = request.uri().path().starts_with("/assets/");
    if asset || request.extensions().get::<Caller>().is_some() {
        return next.run(request).await;
    }
    let address = address(&app, request.headers(), request.extensions());
    let mut caller = match resolve(&app, request.headers()).await {
        Ok(caller) => caller,
        // This stands outside of what writes problems out.
        Err(problem) => {
            let tries = rates::bad_token(&app, address.as_deref());
            let problem = tries.err().map_or(problem, Problem::from);
            return problem.respond(negotiate::lang(request.uri(), request.headers()), request.uri().path());
        }
    };
    caller.address = address;
    let private = !caller.principal.is_everyone();
    if private && request.method().is_safe() {
        // A copy kept from before may be another person's: it is never confirmed.
        request.headers_mut().remove(header::IF_NONE_MATCH);
    }
    request.extensions_mut().insert(caller);
    let mut response = next.run(request).await;
    if private {
        response.headers_mut().insert(header::CACHE_CONTROL, TO_NOBODY_ELSE);
    }
    response
}

/// True if the request came over https, to us or to the proxy before us.
pub fn is_secure(app: &App, headers: &HeaderMap) -> bool {
    negotiate::base_url(app, headers).starts_with("https://")
}
