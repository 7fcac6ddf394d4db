//! What is done to a person's logins, each act by a form of its own: link for the first login, end of sessions, tokens and keys,
//! disabling and enabling. Identity and the desk say who may.

use super::{
    super::{
        page::{Visit, private, see_other},
        params::Params,
        refusal::Refusal,
    },
    logged_in,
    person::page,
};
use crate::Problem;
use axum::{body::Bytes, extract::Path, response::Response};
use meydan_kernel::{
    Error, Principal, Value,
    desk::{Edit, SecurityEvent},
    permission::{forbidden_field, reason_required},
    post::PERSON,
};
use uuid::Uuid;

fn form(visit: &Visit, body: &Bytes) -> Result<Params, Problem> {
    let form = Params::parse(&String::from_utf8_lossy(body));
    visit.check_token(&form)?;
    logged_in(visit)?;
    Ok(form)
}

fn back(id: Uuid, done: &str) -> Response {
    private(see_other(&format!("/people/{id}?done={done}")))
}

/// What the person can mend comes back on the page; a step-up and our own failures go on.
async fn again(visit: &Visit, id: Uuid, error: Error) -> Result<Response, Problem> {
    if error.is_refusal() || error.code() == "no-such-record" {
        return Err(error.into());
    }
    let refusal = Refusal::of(visit, error)?;
    page(visit, id, None, Some(refusal)).await
}

/// `POST /people/{id}/enrol`: the link for the first login, on the answer and nowhere else.
///
/// # Errors
/// `form-expired`, `login-required`, `not-allowed`, `step-up-required`; those of the store.
pub async fn enrol(visit: Visit, Path(id): Path<Uuid>, body: Bytes) -> Result<Response, Problem> {
    form(&visit, &body)?;
    match visit.app.identity.make_enrolment(&visit.principal(), id).await {
        Ok(made) => page(&visit, id, Some(&made), None).await,
        Err(error) => again(&visit, id, error).await,
    }
}

/// `POST /people/{id}/disable`: the status in the person's record; with it all of their logins end.
///
/// # Errors
/// `form-expired`, `login-required`, `not-allowed`, `step-up-required`; those of the store.
pub async fn disable(visit: Visit, Path(id): Path<Uuid>, body: Bytes) -> Result<Response, Problem> {
    let form = form(&visit, &body)?;
    // Who looks after logins proves first who they are: nothing is half done then.
    let manages = manages(&visit, id).await?;
    if let Err(error) = set_status(&visit, &form, id, "disabled").await {
        return again(&visit, id, error).await;
    }
    if manages {
        visit.app.identity.disable_logins(&visit.principal(), id).await?;
    }
    Ok(back(id, "disabled"))
}

/// `POST /people/{id}/enable`.
///
/// # Errors
/// As [`disable`].
pub async fn enable(visit: Visit, Path(id): Path<Uuid>, body: Bytes) -> Result<Response, Problem> {
    let form = form(&visit, &body)?;
    let manages = manages(&visit, id).await?;
    if let Err(error) = set_status(&visit, &form, id, "active").await {
        return again(&visit, id, error).await;
    }
    if manages {
        visit.app.identity.note_enabled(&visit.principal(), id).await?;
    }
    Ok(back(id, "enabled"))
}

/// True if who asks looks after this person's logins; who would have to prove anew who they are is sent to do so.
async fn manages(visit: &Visit, id: Uuid) -> Result<bool, Problem> {
    match visit.app.identity.may_manage(&visit.principal(), id).await {
        Ok(()) => Ok(true),
        Err(error) if error.code() == "not-allowed" => Ok(false),
        Err(error) => Err(error.into()),
    }
}

async fn set_status(visit: &Visit, form: &Params, id: Uuid, status: &str) -> meydan_kernel::Result<()> {
    let Some(reason) = form.get("reason").map(str::trim) else { return Err(reason_required()) };
    let register = visit.app.desk.register(PERSON)?;
    let field = register.field_index("status").ok_or_else(|| forbidden_field(&register, "status"))?;
    let edit = Edit::Update {
        id,
        expected: form.get("version").and_then(|v| v.parse().ok()),
        set: vec![(field, Value::Text(status.to_owned()))],
        geometry: None,
    };
    visit.app.desk.change(&visit.because(reason), vec![(PERSON.to_owned(), edit)]).await.map(|_| ())
}

/// `POST /people/{id}/sessions/end`.
///
/// # Errors
/// `form-expired`, `login-required`, `not-allowed`, `step-up-required`; those of the store.
pub async fn end_sessions(visit: Visit, Path(id): Path<Uuid>, body: Bytes) -> Result<Response, Problem> {
    form(&visit, &body)?;
    visit.app.identity.end_sessions_by(&visit.principal(), id).await?;
    Ok(back(id, "sessions"))
}

/// `POST /people/{id}/sessions/{session}/end`.
///
/// # Errors
/// As [`end_sessions`].
pub async fn end_session(visit: Visit, Path((id, session)): Path<(Uuid, Uuid)>, body: Bytes) -> Result<Response, Problem> {
    form(&visit, &body)?;
    let by = visit.principal();
    visit.app.identity.may_manage(&by, id).await?;
    if visit.app.identity.end_session_of(id, session).await? {
        note(&visit, &by, id, "session_ended").await?;
    }
    Ok(back(id, "sessions"))
}

/// `POST /people/{id}/tokens/{token}/revoke`.
///
/// # Errors
/// As [`end_sessions`].
pub async fn revoke_token(visit: Visit, Path((id, token)): Path<(Uuid, Uuid)>, body: Bytes) -> Result<Response, Problem> {
    form(&visit, &body)?;
    visit.app.identity.revoke_token_by(&visit.principal(), id, token).await?;
    Ok(back(id, "token"))
}

/// `POST /people/{id}/passkeys/{passkey}/remove`.
///
/// # Errors
/// As [`end_sessions`]; `no-such-passkey`.
pub async fn remove_passkey(visit: Visit, Path((id, passkey)): Path<(Uuid, Uuid)>, body: Bytes) -> Result<Response, Problem> {
    form(&visit, &body)?;
    let by = visit.principal();
    visit.app.identity.may_manage(&by, id).await?;
    visit.app.identity.revoke_passkey(&by.act, id, passkey).await?;
    Ok(back(id, "passkey"))
}

/// `POST /people/{id}/app/remove`: the authenticator app and its recovery codes.
///
/// # Errors
/// As [`end_sessions`].
pub async fn remove_app(visit: Visit, Path(id): Path<Uuid>, body: Bytes) -> Result<Response, Problem> {
    form(&visit, &body)?;
    visit.app.identity.remove_totp_of(&visit.principal(), id).await?;
    Ok(back(id, "app"))
}

async fn note(visit: &Visit, by: &Principal, person: Uuid, kind: &'static str) -> Result<(), Problem> {
    let event = SecurityEvent { kind, person: Some(person), ..SecurityEvent::default() };
    Ok(visit.app.desk.note(&by.act, event).await?)
}
