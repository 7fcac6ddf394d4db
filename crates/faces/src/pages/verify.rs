//! `/account/verify`: proving again who I am (step-up), and back to what I was about to do, with what I had typed.

use super::{
    account::here,
    login::{arriving, enter, wait_for},
    next::own_path,
    page::{Page, Room, Visit, private, see_other, token_of},
    params::{Params, encode},
    refusal::Refusal,
};
use crate::Problem;
use askama::Template;
use axum::{body::Bytes, http::StatusCode, response::Response};
use meydan_identity::{Answer, Proof, seconds_to_wait};

/// Inputs that are never kept: a page doesn't carry a secret on.
const SECRET: [&str; 5] = ["password", "current", "code", "meydan-form", "username"];
/// How the names of kept inputs begin.
const KEPT: &str = "kept:";
/// Where a kept form goes to.
const KEPT_PATH: &str = "kept-path";

/// A form on its way that waits for the proof.
#[derive(Default)]
pub struct KeptForm {
    /// Where it goes to; empty if there is none.
    path: String,
    inputs: Vec<(String, String)>,
}

impl KeptForm {
    /// The form as it was sent; `None` if it carries what must not stand in a page.
    pub fn of(path: &str, form: &Params) -> Option<Self> {
        let secret = |name: &str| SECRET.contains(&name) && name != "meydan-form";
        if form.pairs().iter().any(|(name, _)| secret(name)) {
            return None;
        }
        let inputs = form.pairs().iter().filter(|(name, _)| !SECRET.contains(&name.as_str())).cloned().collect();
        Some(Self { path: own_path(Some(path), ""), inputs }).filter(|kept| !kept.path.is_empty())
    }

    /// As the page of the proof sent it along.
    fn along(form: &Params) -> Self {
        let inputs = form.pairs().iter().filter_map(|(n, v)| Some((n.strip_prefix(KEPT)?.to_owned(), v.clone())));
        Self { path: own_path(form.get(KEPT_PATH), ""), inputs: inputs.collect() }
    }
}

#[derive(Template)]
#[template(path = "verify.html")]
struct VerifyPage {
    page: Page,
    next: String,
    kept: KeptForm,
    refusal: Option<Refusal>,
    /// Login name, for the browser's memory of passwords.
    login: String,
    /// Which of the two forms was refused.
    how: String,
    password: bool,
    code: bool,
    passkey: bool,
    providers: Vec<(String, String)>,
}

#[derive(Template)]
#[template(path = "verified.html")]
struct VerifiedPage {
    page: Page,
    kept: KeptForm,
}

/// `GET /account/verify`.
///
/// # Errors
/// `login-required`; those of the store.
pub async fn form(visit: Visit) -> Result<Response, Problem> {
    let next = own_path(visit.query.get("next"), "/account");
    show(&visit, next, KeptForm::default(), String::new(), None).await
}

/// `POST /account/verify`.
///
/// # Errors
/// `form-expired`, `login-required`; our own failures. What the person can mend comes back in the form.
pub async fn submit(visit: Visit, body: Bytes) -> Result<Response, Problem> {
    let form = Params::parse(&String::from_utf8_lossy(&body));
    visit.check_token(&form)?;
    let (_, cookie) = here(&visit)?;
    let next = own_path(form.get("next"), "/account");
    let kept = KeptForm::along(&form);
    let how = form.get("how").unwrap_or_default().to_owned();
    let typed = |name: &str| form.raw(name).unwrap_or_default().to_owned();
    let answer = if how == "code" { Answer::Code(typed("code")) } else { Answer::Password(typed("password")) };
    match visit.app.identity.prove_again(cookie, &answer, &arriving(&visit)).await {
        Ok(new) if kept.path.is_empty() => Ok(enter(&visit, &new, None, see_other(&next))),
        Ok(new) => {
            let mut page = visit.page(Room::None, visit.t.verified_title());
            // The new session's own token: what this page sends comes with the new cookie.
            page.token = token_of(&new.cookie);
            let response = visit.show(&VerifiedPage { page, kept })?;
            Ok(enter(&visit, &new, None, response))
        }
        Err(error) => {
            let wait = seconds_to_wait(&error);
            let refusal = Refusal::of(&visit, error)?;
            Ok(wait_for(show(&visit, next, kept, how, Some(refusal)).await?, wait))
        }
    }
}

/// The page in the place of what asked for the proof; the form that was sent waits in it.
///
/// # Errors
/// `login-required`; those of the store.
pub async fn instead(visit: &Visit, kept: Option<KeptForm>) -> Result<Response, Problem> {
    match kept {
        Some(kept) => {
            let mut response = show(visit, "/account".to_owned(), kept, String::new(), None).await?;
            *response.status_mut() = StatusCode::FORBIDDEN;
            Ok(response)
        }
        None => Ok(private(see_other(&format!("/account/verify?next={}", encode("/account/login"))))),
    }
}

async fn show(visit: &Visit, next: String, kept: KeptForm, how: String, refusal: Option<Refusal>) -> Result<Response, Problem> {
    let (session, _) = here(visit)?;
    let (identity, me) = (&visit.app.identity, session.person);
    let code = identity.second_factor_of(me).await?.totp_since.is_some();
    let own_password = identity.password_set_at(me).await?.is_some();
    let passkey = identity.takes_passkeys() && !identity.passkeys_of(me).await?.is_empty();
    let linked = identity.links_of(me).await?;
    let providers = identity.providers().into_iter().filter(|p| p.can_verify && linked.iter().any(|l| l.provider == p.key));
    let entry = |key: &str| format!("/login/with/{key}?again=1&next={}", encode(&next));
    let providers: Vec<_> = providers.map(|p| (entry(&p.key), visit.say(&p.title).to_owned())).collect();
    let template = VerifyPage {
        page: visit.page(Room::None, visit.t.verify_you()),
        kept,
        login: visit.caller.directory.person(me).and_then(|p| p.login.clone()).unwrap_or_default(),
        // Whose password is the directory's has none here.
        password: own_password || session.proof == Proof::Directory || !(code || passkey || !providers.is_empty()),
        code,
        passkey,
        providers,
        how,
        refusal,
        next,
    };
    let status = template.refusal.as_ref().map_or(StatusCode::OK, |r| r.status);
    Ok(private(visit.show_as(status, &template)?))
}
