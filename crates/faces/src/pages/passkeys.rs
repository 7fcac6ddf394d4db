//! What the browser's script asks and answers about passkeys: JSON, with the form token in a header.

use super::{
    account::{here, proven},
    login::{arriving, enter},
    next::own_path,
    page::{Visit, private, token_of, with_cookie},
};
use crate::{Problem, cookies::ENROLMENT};
use axum::{
    body::Bytes,
    http::header,
    response::{IntoResponse, Response},
};
use meydan_identity::{PasskeyOptions, PasskeyVisit, Proof};
use meydan_kernel::{Act, Error, desk::SecurityEvent};
use serde::Deserialize;
use serde_json::{Value as Json, json};

/// A device's answer.
#[derive(Deserialize)]
struct Answer {
    challenge: String,
    credential: Json,
    #[serde(default)]
    next: Option<String>,
}

/// What a new passkey is to be called.
#[derive(Deserialize, Default)]
struct Wish {
    #[serde(default)]
    name: String,
}

fn read<'a, T: Deserialize<'a>>(body: &'a [u8]) -> Result<T, Problem> {
    serde_json::from_slice(body).map_err(|e| {
        Error::invalid("bad-json", "İstek gövdesi okunamadı.", "The request's body can't be read.").cause(e).into()
    })
}

fn say(json: Json) -> Response {
    let body = json.to_string();
    private(([(header::CONTENT_TYPE, "application/json")], body).into_response())
}

fn options(options: &PasskeyOptions) -> Response {
    say(json!({ "challenge": options.challenge, "options": options.options }))
}

fn by(visit: &Visit) -> PasskeyVisit {
    let from = arriving(visit);
    PasskeyVisit { source: "page".to_owned(), address: from.address, agent: from.agent }
}

/// `POST /login/passkey/options`.
///
/// # Errors
/// `form-expired`, `passkeys-not-set-up`; those of the store.
pub async fn login_options(visit: Visit) -> Result<Response, Problem> {
    visit.check_header_token()?;
    Ok(options(&visit.app.identity.passkey_options_to_login().await?))
}

/// `POST /login/passkey`.
///
/// # Errors
/// `form-expired`, `bad-json`; those of [`meydan_identity::Identity::login_by_passkey`].
pub async fn login(visit: Visit, body: Bytes) -> Result<Response, Problem> {
    visit.check_header_token()?;
    let answer: Answer = read(&body)?;
    let identity = &visit.app.identity;
    let new = identity.login_by_passkey(&answer.challenge, &answer.credential, &by(&visit)).await?;
    let device = identity.settle(&new, &arriving(&visit)).await?;
    let next = own_path(answer.next.as_deref(), "/");
    Ok(enter(&visit, &new, Some(&device), say(json!({ "next": next }))))
}

/// `POST /account/verify/passkey/options`.
///
/// # Errors
/// `form-expired`, `login-required`, `no-such-passkey`; those of the store.
pub async fn verify_options(visit: Visit) -> Result<Response, Problem> {
    visit.check_header_token()?;
    let (session, _) = here(&visit)?;
    Ok(options(&visit.app.identity.passkey_options_to_prove(session.person).await?))
}

/// `POST /account/verify/passkey`.
///
/// # Errors
/// `form-expired`, `login-required`, `bad-json`; those of [`meydan_identity::Identity::prove_again_by_passkey`].
pub async fn verify(visit: Visit, body: Bytes) -> Result<Response, Problem> {
    visit.check_header_token()?;
    let (_, cookie) = here(&visit)?;
    let answer: Answer = read(&body)?;
    let identity = &visit.app.identity;
    let new = identity.prove_again_by_passkey(cookie, &answer.challenge, &answer.credential, &by(&visit)).await?;
    // A form that waits on the page goes with the new session's token.
    let said = json!({ "next": own_path(answer.next.as_deref(), "/account"), "token": token_of(&new.cookie) });
    Ok(enter(&visit, &new, None, say(said)))
}

/// `POST /account/passkeys/options`.
///
/// # Errors
/// `form-expired`, `login-required`, `step-up-required`; those of [`meydan_identity::Identity::passkey_options_to_register`].
pub async fn add_options(visit: Visit, body: Bytes) -> Result<Response, Problem> {
    visit.check_header_token()?;
    let (session, _) = proven(&visit)?;
    let name = name(&visit, &body)?;
    Ok(options(&visit.app.identity.passkey_options_to_register(session.person, &name).await?))
}

/// `POST /account/passkeys`.
///
/// # Errors
/// `form-expired`, `login-required`, `step-up-required`, `bad-json`; those of [`meydan_identity::Identity::register_passkey`].
pub async fn add(visit: Visit, body: Bytes) -> Result<Response, Problem> {
    visit.check_header_token()?;
    let (session, _) = proven(&visit)?;
    let answer: Answer = read(&body)?;
    let act = visit.principal().act;
    visit.app.identity.register_passkey(&act, session.person, &answer.challenge, &answer.credential).await?;
    Ok(say(json!({ "next": "/account/login?passkey=added" })))
}

/// `POST /enrol/passkey/options`.
///
/// # Errors
/// `form-expired`, `enrolment-over`; those of [`meydan_identity::Identity::passkey_options_to_register`].
pub async fn enrol_options(visit: Visit, body: Bytes) -> Result<Response, Problem> {
    visit.check_header_token()?;
    let code = ENROLMENT.value(visit.secure, &visit.headers).unwrap_or_default();
    let person = visit.app.identity.enrolment(code).await?;
    let name = name(&visit, &body)?;
    Ok(options(&visit.app.identity.passkey_options_to_register(person.id, &name).await?))
}

/// `POST /enrol/passkey`: keeps the passkey, uses the code up, and logs in.
///
/// # Errors
/// `form-expired`, `enrolment-over`, `bad-json`; those of [`meydan_identity::Identity::register_passkey`].
pub async fn enrol(visit: Visit, body: Bytes) -> Result<Response, Problem> {
    visit.check_header_token()?;
    let identity = &visit.app.identity;
    let code = ENROLMENT.value(visit.secure, &visit.headers).unwrap_or_default();
    let person = identity.enrolment(code).await?.id;
    let answer: Answer = read(&body)?;
    let act = Act { person: person.to_string(), source: "login".to_owned(), ..Act::default() };
    let passkey = identity.register_passkey(&act, person, &answer.challenge, &answer.credential).await?;
    if let Err(error) = identity.use_enrolment(code).await {
        // Another has used the code meanwhile: what came second isn't kept.
        identity.revoke_passkey(&act, person, passkey.id).await?;
        return Err(error.into());
    }
    identity.end_sessions_of(person).await?;
    let from = arriving(&visit);
    let detail = Some(format!("passkey {}", passkey.id));
    let event = SecurityEvent {
        kind: "login",
        person: Some(person),
        address: from.address.clone(),
        detail,
        ..SecurityEvent::default()
    };
    visit.app.desk.note(&act, event).await?;
    let new = identity.open_session(person, Proof::Passkey, from.address.clone(), from.agent.clone()).await?;
    let device = identity.settle(&new, &from).await?;
    let done = enter(&visit, &new, Some(&device), say(json!({ "next": "/account" })));
    Ok(with_cookie(done, ENROLMENT.forget(visit.secure)))
}

/// What the passkey is to be called; without a name what the browser is called.
fn name(visit: &Visit, body: &[u8]) -> Result<String, Problem> {
    let wish: Wish = if body.is_empty() { Wish::default() } else { read(body)? };
    let name = wish.name.trim();
    Ok(if name.is_empty() { super::account::agent_name(visit, arriving(visit).agent.as_deref()) } else { name.to_owned() })
}
