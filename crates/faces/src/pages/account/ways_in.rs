//! `/account/login`: how I log in: password, passkeys, authenticator app, outside identities.

use super::{
    super::{
        format,
        login::{arriving, enter},
        page::{Page, Room, Visit, private, see_other},
        params::Params,
        refusal::Refusal,
    },
    here, proven,
};
use crate::Problem;
use askama::Template;
use axum::{body::Bytes, extract::Path, http::StatusCode, response::Response};
use meydan_identity::{MIN_CHARS, Proof};
use uuid::Uuid;

#[derive(Template)]
#[template(path = "account/ways_in.html")]
struct WaysInPage {
    page: Page,
    tab: &'static str,
    /// What was just done.
    done: Option<&'static str>,
    refusal: Option<Refusal>,
    /// Login name, for the browser's memory of passwords.
    login: String,
    password_since: Option<String>,
    /// The password is the directory server's.
    elsewhere: bool,
    least: usize,
    passkeys_work: bool,
    /// They have just proven who they are.
    proven: bool,
    passkeys: Vec<PasskeyRow>,
    app_since: Option<String>,
    codes_left: usize,
    links: Vec<(Uuid, String, String)>,
}

struct PasskeyRow {
    id: Uuid,
    name: String,
    made: String,
    used: Option<String>,
    suspected: bool,
}

/// `GET /account/login`.
///
/// # Errors
/// `login-required`; those of the store.
pub async fn form(visit: Visit) -> Result<Response, Problem> {
    let done = match (visit.query.get("passkey"), visit.query.get("password"), visit.query.get("app")) {
        (Some("added"), _, _) => Some(visit.t.passkey_added()),
        (Some("removed"), _, _) => Some(visit.t.passkey_removed()),
        (Some("renamed"), _, _) => Some(visit.t.passkey_renamed()),
        (_, Some(_), _) => Some(visit.t.password_changed()),
        (_, _, Some(_)) => Some(visit.t.app_removed()),
        _ => None,
    };
    show(&visit, done, None).await
}

async fn show(visit: &Visit, done: Option<&'static str>, refusal: Option<Refusal>) -> Result<Response, Problem> {
    let (session, _) = here(visit)?;
    let (identity, me) = (&visit.app.identity, session.person);
    let factor = identity.second_factor_of(me).await?;
    let day = |at| format::day(visit.lang, at);
    let passkeys = identity.passkeys_of(me).await?;
    let password_since = identity.password_set_at(me).await?.map(day);
    let template = WaysInPage {
        page: visit.page(Room::None, visit.t.ways_in_title()),
        tab: "login",
        done,
        login: visit.caller.directory.person(me).and_then(|p| p.login.clone()).unwrap_or_default(),
        elsewhere: password_since.is_none() && session.proof == Proof::Directory,
        password_since,
        least: MIN_CHARS,
        passkeys_work: identity.takes_passkeys(),
        proven: visit.caller.principal.is_verified(),
        passkeys: passkeys
            .into_iter()
            .map(|p| PasskeyRow {
                id: p.id,
                name: p.name,
                made: day(p.created_at),
                used: p.used_at.map(|at| format::instant(visit.lang, at)),
                suspected: p.suspected_at.is_some(),
            })
            .collect(),
        app_since: factor.totp_since.map(day),
        codes_left: factor.recovery_codes,
        links: identity
            .links_of(me)
            .await?
            .into_iter()
            .map(|l| (l.id, provider_name(visit, &l.provider), day(l.created_at)))
            .collect(),
        refusal,
    };
    let status = template.refusal.as_ref().map_or(StatusCode::OK, |r| r.status);
    Ok(private(visit.show_as(status, &template)?))
}

impl WaysInPage {
    fn fault(&self, field: &str) -> Option<&str> {
        self.refusal.as_ref()?.at(field)
    }
}

fn provider_name(visit: &Visit, key: &str) -> String {
    let entry = visit.app.identity.providers().into_iter().find(|p| p.key == key);
    entry.map_or_else(|| key.to_owned(), |p| visit.say(&p.title).to_owned())
}

/// `POST /account/password`: all other sessions end.
///
/// # Errors
/// `form-expired`, `login-required`, `step-up-required`; those of the store. What the person can mend comes back in the form.
pub async fn change_password(visit: Visit, body: Bytes) -> Result<Response, Problem> {
    let form = Params::parse(&String::from_utf8_lossy(&body));
    visit.check_token(&form)?;
    let (_, cookie) = here(&visit)?;
    let new = form.raw("password").unwrap_or_default();
    match visit.app.identity.change_password(cookie, form.get("current"), new, &arriving(&visit)).await {
        Ok(new) => Ok(enter(&visit, &new, None, see_other("/account/login?password=changed"))),
        Err(error) if error.code() == "step-up-required" => Err(error.into()),
        Err(error) => {
            let refusal = Refusal::of(&visit, error)?;
            show(&visit, None, Some(refusal)).await
        }
    }
}

/// `POST /account/passkeys/{id}/rename`.
///
/// # Errors
/// `form-expired`, `login-required`, `no-such-passkey`; those of the store.
pub async fn rename_passkey(visit: Visit, Path(id): Path<Uuid>, body: Bytes) -> Result<Response, Problem> {
    let form = Params::parse(&String::from_utf8_lossy(&body));
    visit.check_token(&form)?;
    let (session, _) = here(&visit)?;
    match visit.app.identity.rename_passkey(session.person, id, form.raw("name").unwrap_or_default()).await {
        Ok(()) => Ok(private(see_other("/account/login?passkey=renamed"))),
        Err(error) => {
            let refusal = Refusal::of(&visit, error)?;
            show(&visit, None, Some(refusal)).await
        }
    }
}

/// `POST /account/passkeys/{id}/remove`.
///
/// # Errors
/// `form-expired`, `login-required`, `step-up-required`; those of the store.
pub async fn remove_passkey(visit: Visit, Path(id): Path<Uuid>, body: Bytes) -> Result<Response, Problem> {
    visit.check_token(&Params::parse(&String::from_utf8_lossy(&body)))?;
    let (session, _) = proven(&visit)?;
    match visit.app.identity.remove_passkey(&visit.principal().act, session.person, id).await {
        Ok(()) => Ok(private(see_other("/account/login?passkey=removed"))),
        Err(error) => {
            let refusal = Refusal::of(&visit, error)?;
            show(&visit, None, Some(refusal)).await
        }
    }
}

/// `POST /account/identities/{id}/remove`.
///
/// # Errors
/// `form-expired`, `login-required`, `step-up-required`; those of the store.
pub async fn unlink(visit: Visit, Path(id): Path<Uuid>, body: Bytes) -> Result<Response, Problem> {
    visit.check_token(&Params::parse(&String::from_utf8_lossy(&body)))?;
    let (session, _) = proven(&visit)?;
    visit.app.identity.unlink(session.person, id).await?;
    Ok(private(see_other("/account/login")))
}
