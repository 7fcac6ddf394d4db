//! `/account/sessions`: where I am logged in, and ending it.

use super::{
    super::{
        format,
        login::{arriving, enter},
        page::{Page, Room, Visit, private, see_other},
        params::Params,
    },
    agent_name, here,
};
use crate::Problem;
use askama::Template;
use axum::{body::Bytes, extract::Path, response::Response};
use meydan_identity::{Proof, Session};
use meydan_kernel::post::StandingKey;
use uuid::Uuid;

#[derive(Template)]
#[template(path = "account/sessions.html")]
struct SessionsPage {
    page: Page,
    tab: &'static str,
    sessions: Vec<Row>,
    ended: bool,
}

struct Row {
    id: Uuid,
    here: bool,
    device: String,
    address: Option<String>,
    proof: &'static str,
    begun: String,
    seen: String,
    post: Option<String>,
}

/// `GET /account/sessions`.
///
/// # Errors
/// `login-required`; those of the store.
pub async fn list(visit: Visit) -> Result<Response, Problem> {
    let (session, _) = here(&visit)?;
    let mut sessions = visit.app.identity.sessions_of(session.person).await?;
    sessions.sort_by_key(|s| (s.id != session.id, std::cmp::Reverse(s.seen_at)));
    let template = SessionsPage {
        page: visit.page(Room::None, visit.t.sessions_title()),
        tab: "sessions",
        sessions: sessions.iter().map(|s| row(&visit, s, session.id)).collect(),
        ended: visit.query.get("ended").is_some(),
    };
    Ok(private(visit.show(&template)?))
}

fn row(visit: &Visit, session: &Session, this: Uuid) -> Row {
    let post = |key: &StandingKey| visit.caller.name_of(&key.post.to_string());
    Row {
        id: session.id,
        here: session.id == this,
        device: agent_name(visit, session.agent.as_deref()),
        address: session.address.clone(),
        proof: proof(visit, session.proof),
        begun: format::instant(visit.lang, session.created_at),
        seen: format::instant(visit.lang, session.seen_at),
        post: session.standing.as_ref().map(post),
    }
}

fn proof(visit: &Visit, proof: Proof) -> &'static str {
    match proof {
        Proof::Password => visit.t.proof_password(),
        Proof::PasswordAndCode => visit.t.proof_code(),
        Proof::Passkey => visit.t.proof_passkey(),
        Proof::Provider => visit.t.proof_provider(),
        Proof::Directory => visit.t.proof_directory(),
    }
}

/// `POST /account/sessions/{id}/end`.
///
/// # Errors
/// `form-expired`, `login-required`; those of the store.
pub async fn end(visit: Visit, Path(id): Path<Uuid>, body: Bytes) -> Result<Response, Problem> {
    visit.check_token(&Params::parse(&String::from_utf8_lossy(&body)))?;
    let (_, cookie) = here(&visit)?;
    visit.app.identity.end_own_session(cookie, id, &arriving(&visit)).await?;
    Ok(private(see_other("/account/sessions?ended=1")))
}

/// `POST /account/sessions/end-others`.
///
/// # Errors
/// `form-expired`, `login-required`; those of the store.
pub async fn end_others(visit: Visit, body: Bytes) -> Result<Response, Problem> {
    visit.check_token(&Params::parse(&String::from_utf8_lossy(&body)))?;
    let (_, cookie) = here(&visit)?;
    let (new, _) = visit.app.identity.end_other_sessions(cookie, &arriving(&visit)).await?;
    Ok(enter(&visit, &new, None, see_other("/account/sessions?ended=1")))
}
