//! `/account/app`: an authenticator app (one-time codes) and its recovery codes.

use super::{
    super::{
        login::arriving,
        page::{Page, Room, Visit, private, see_other},
        params::Params,
        refusal::Refusal,
    },
    proven,
};
use crate::Problem;
use askama::Template;
use axum::{body::Bytes, http::StatusCode, response::Response};
use meydan_identity::TotpOffer;

#[derive(Template)]
#[template(path = "account/app.html")]
struct AppPage {
    page: Page,
    tab: &'static str,
    /// The key to scan or type; none when its first code was wrong and comes again.
    offer: Option<TotpOffer>,
    refusal: Option<Refusal>,
}

#[derive(Template)]
#[template(path = "account/recovery.html")]
struct RecoveryPage {
    page: Page,
    tab: &'static str,
    codes: Vec<String>,
}

/// `POST /account/app`: offers a key.
///
/// # Errors
/// `form-expired`, `login-required`, `step-up-required`, `totp-there`, `no-secrets-key`; those of the store.
pub async fn offer(visit: Visit, body: Bytes) -> Result<Response, Problem> {
    visit.check_token(&Params::parse(&String::from_utf8_lossy(&body)))?;
    let (session, _) = proven(&visit)?;
    let offer = visit.app.identity.offer_totp(session).await?;
    show(&visit, Some(offer), None)
}

fn show(visit: &Visit, offer: Option<TotpOffer>, refusal: Option<Refusal>) -> Result<Response, Problem> {
    let template = AppPage { page: visit.page(Room::None, visit.t.app_title()), tab: "login", offer, refusal };
    let status = template.refusal.as_ref().map_or(StatusCode::OK, |r| r.status);
    Ok(private(visit.show_as(status, &template)?))
}

/// `POST /account/app/confirm`: takes it into use by its first code.
///
/// # Errors
/// `form-expired`, `login-required`, `step-up-required`, `no-offer`; those of the store.
pub async fn confirm(visit: Visit, body: Bytes) -> Result<Response, Problem> {
    let form = Params::parse(&String::from_utf8_lossy(&body));
    visit.check_token(&form)?;
    let (session, _) = proven(&visit)?;
    match visit.app.identity.confirm_totp(session, form.raw("code").unwrap_or_default(), &arriving(&visit)).await {
        Ok(codes) => recovery_codes(&visit, codes),
        Err(error) if error.code() == "wrong-code" => {
            let refusal = Refusal::of(&visit, error)?;
            show(&visit, None, Some(refusal))
        }
        Err(error) => Err(error.into()),
    }
}

/// `POST /account/app/recovery`: new recovery codes.
///
/// # Errors
/// `form-expired`, `login-required`, `step-up-required`, `no-totp`; those of the store.
pub async fn renew_recovery(visit: Visit, body: Bytes) -> Result<Response, Problem> {
    visit.check_token(&Params::parse(&String::from_utf8_lossy(&body)))?;
    let (session, _) = proven(&visit)?;
    let codes = visit.app.identity.renew_recovery_codes(session, &arriving(&visit)).await?;
    recovery_codes(&visit, codes)
}

fn recovery_codes(visit: &Visit, codes: Vec<String>) -> Result<Response, Problem> {
    let page = visit.page(Room::None, visit.t.recovery_title());
    Ok(private(visit.show(&RecoveryPage { page, tab: "login", codes })?))
}

/// `POST /account/app/remove`.
///
/// # Errors
/// `form-expired`, `login-required`, `step-up-required`, `no-totp`; those of the store.
pub async fn remove(visit: Visit, body: Bytes) -> Result<Response, Problem> {
    visit.check_token(&Params::parse(&String::from_utf8_lossy(&body)))?;
    let (session, _) = proven(&visit)?;
    visit.app.identity.remove_totp(session, &arriving(&visit)).await?;
    Ok(private(see_other("/account/login?app=removed")))
}
