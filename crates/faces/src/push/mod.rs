//! `/api/push`: a browser in which somebody wants to be told (W3C Push API). Who is told of what, the house decides elsewhere.

use crate::{App, Caller, Problem, changes::read_body, ogc_common::params::Params};
use axum::{
    Router,
    body::Body,
    extract::State,
    http::{HeaderMap, HeaderValue, StatusCode, Uri, header},
    response::{IntoResponse, Response},
    routing::get,
};
use meydan_identity::Browser;
use meydan_kernel::{catalogue::Action, permission::not_allowed};
use serde::Deserialize;
use serde_json::{Value as Json, json};
use std::sync::Arc;
use uuid::Uuid;

/// Routes of web push.
pub fn routes() -> Router<Arc<App>> {
    Router::new().route("/api/push", get(key).post(subscribe).delete(unsubscribe))
}

/// What a browser says of itself (`PushSubscription.toJSON()`).
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Subscription {
    endpoint: String,
    keys: Keys,
    /// Browsers send it; no service sets it.
    #[serde(default, rename = "expirationTime")]
    _expires: Json,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Keys {
    p256dh: String,
    auth: String,
}

/// Which one goes.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Gone {
    endpoint: String,
}

/// `GET`: the key that a browser needs (`applicationServerKey`); `null` where there is no web push.
async fn key(State(app): State<Arc<App>>, uri: Uri) -> Result<Response, Problem> {
    let mut params = Params::parse(&uri)?;
    params.take("lang")?;
    params.finish()?;
    let body = json!({ "public_key": app.push_key.as_deref() });
    Ok(([(header::CONTENT_TYPE, HeaderValue::from_static("application/json"))], body.to_string()).into_response())
}

/// `POST`: this browser is told from now on.
async fn subscribe(
    State(app): State<Arc<App>>,
    caller: Caller,
    uri: Uri,
    headers: HeaderMap,
    body: Body,
) -> Result<StatusCode, Problem> {
    let person = somebody(&app, &caller)?;
    let Subscription { endpoint, keys, .. } = read(&uri, &headers, body).await?;
    app.identity.keep_browser(person, &Browser { endpoint, p256dh: keys.p256dh, auth: keys.auth }).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// `DELETE`: this browser no more; also if it wasn't told before.
async fn unsubscribe(
    State(app): State<Arc<App>>,
    caller: Caller,
    uri: Uri,
    headers: HeaderMap,
    body: Body,
) -> Result<StatusCode, Problem> {
    let person = somebody(&app, &caller)?;
    let gone: Gone = read(&uri, &headers, body).await?;
    app.identity.forget_browser(person, &gone.endpoint).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn read<T: serde::de::DeserializeOwned>(uri: &Uri, headers: &HeaderMap, body: Body) -> Result<T, Problem> {
    let mut params = Params::parse(uri)?;
    params.take("lang")?;
    params.finish()?;
    read_body(headers, body).await
}

/// Who is logged in.
fn somebody(app: &App, caller: &Caller) -> Result<Uuid, Problem> {
    match caller.principal.person() {
        Some(person) => Ok(person),
        None => Err(not_allowed(&caller.principal, &*app.desk.register(meydan_kernel::post::PERSON)?, Action::Read).into()),
    }
}
