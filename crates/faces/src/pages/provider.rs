//! `/login/with/{provider}`, `/login/return/{provider}`: to an outside identity provider and back.

use super::{
    login::{arriving, enter, refused},
    next::own_path,
    page::{Visit, private, see_other, with_cookie},
    params::encode,
};
use crate::{Problem, cookies::FLOW};
use axum::{
    extract::{Path, RawQuery},
    response::Response,
};
use meydan_identity::ReturnQuery;

/// `GET /login/with/{provider}`; `again=1` proves anew who is logged in.
///
/// # Errors
/// `no-such-provider`, `provider-unavailable`, `provider-cannot-verify`; those of the store.
pub async fn leave(visit: Visit, Path(provider): Path<String>) -> Result<Response, Problem> {
    let next = own_path(visit.query.get("next"), "/");
    // Only a page of ours sends anybody there: no other site starts a login behind somebody's back.
    if visit.headers.get("sec-fetch-site").is_some_and(|site| site == "cross-site") {
        return Ok(private(see_other(&format!("/login?next={}", encode(&next)))));
    }
    let again = visit.query.get("again").and(visit.caller.session.as_ref()).map(|session| session.person);
    match visit.app.identity.depart(&provider, &next, again).await {
        Ok(away) => Ok(private(with_cookie(see_other(&away.redirect), FLOW.keep(visit.secure, &away.cookie)))),
        Err(error) if again.is_none() => refused(&visit, error, next, String::new()),
        Err(error) => Err(error.into()),
    }
}

/// `GET /login/return/{provider}`.
///
/// # Errors
/// Those of [`meydan_identity::Identity::arrive`], if somebody is logged in; else they stand on the login page.
pub async fn arrive(visit: Visit, Path(provider): Path<String>, RawQuery(query): RawQuery) -> Result<Response, Problem> {
    let identity = &visit.app.identity;
    let answer = ReturnQuery::read(query.as_deref().unwrap_or_default());
    let from = arriving(&visit);
    let arrival = match identity.arrive(&provider, &answer, FLOW.value(visit.secure, &visit.headers), &from).await {
        Ok(arrival) => arrival,
        Err(error) if visit.caller.session.is_none() => {
            let page = refused(&visit, error, "/".to_owned(), String::new())?;
            return Ok(with_cookie(page, FLOW.forget(visit.secure)));
        }
        Err(error) => return Err(error.into()),
    };
    let next = own_path(Some(&arrival.next), "/");
    Ok(enter(&visit, &arrival.new, Some(&arrival.device), see_other(&next)))
}
