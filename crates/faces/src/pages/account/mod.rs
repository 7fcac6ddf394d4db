//! `/account`: what somebody is in the house, how they log in, and what the house knows of them.

pub mod app;
pub mod looks;
pub mod overview;
pub mod own_data;
pub mod sessions;
pub mod tokens;
pub mod ways_in;

use super::page::Visit;
use crate::Problem;
use meydan_identity::Session;
use meydan_kernel::{Act, Error, Kind, Principal, permission::step_up_required};
use std::sync::Arc;

/// The session of who comes, with its cookie. A token is not enough: these pages are for people.
///
/// # Errors
/// `login-required`.
pub fn here(visit: &Visit) -> Result<(&Arc<Session>, &str), Problem> {
    let caller = &visit.caller;
    caller.session.as_ref().zip(caller.cookie.as_deref()).ok_or_else(|| {
        Error::new(
            Kind::Unauthenticated,
            "login-required",
            "Bunun için oturum açmanız gerekir.",
            "You need to log in for this.",
        )
        .into()
    })
}

/// The same, of who has just proven who they are.
///
/// # Errors
/// `login-required`, `step-up-required`.
pub fn proven(visit: &Visit) -> Result<(&Arc<Session>, &str), Problem> {
    let here = here(visit)?;
    if visit.caller.principal.is_verified() { Ok(here) } else { Err(step_up_required().into()) }
}

/// Who comes as themselves, whatever post or proxy they act in at the moment: what is kept of them is theirs to see.
///
/// # Errors
/// `login-required`, `no-longer-active`.
pub fn themselves(visit: &Visit) -> Result<Principal, Problem> {
    let (session, _) = here(visit)?;
    let act = Act { source: "page".to_owned(), ..Act::default() };
    let now = visit.caller.principal.now;
    let mut principal = visit.caller.directory.principal(session.person, None, act, now)?;
    principal.verified_at = Some(session.verified_at);
    Ok(principal)
}

/// A browser by what it says of itself: `Firefox, Windows`.
pub fn agent_name(visit: &Visit, agent: Option<&str>) -> String {
    let Some(agent) = agent else { return visit.t.agent_unknown().to_owned() };
    // The order matters: most browsers also bear the names of others.
    let browsers = [
        ("Edg", "Edge"),
        ("OPR/", "Opera"),
        ("YaBrowser", "Yandex"),
        ("SamsungBrowser", "Samsung Internet"),
        ("Firefox/", "Firefox"),
        ("FxiOS", "Firefox"),
        ("CriOS", "Chrome"),
        ("Chrome/", "Chrome"),
        ("Safari/", "Safari"),
        ("curl/", "curl"),
    ];
    let systems = [
        ("Android", "Android"),
        ("iPhone", "iPhone"),
        ("iPad", "iPad"),
        ("Windows", "Windows"),
        ("Mac OS X", "macOS"),
        ("CrOS", "ChromeOS"),
        ("Linux", "Linux"),
    ];
    let named = |names: &[(&str, &'static str)]| names.iter().find(|(sign, _)| agent.contains(sign)).map(|(_, name)| *name);
    match (named(&browsers), named(&systems)) {
        (Some(browser), Some(system)) => format!("{browser}, {system}"),
        (Some(one), None) | (None, Some(one)) => one.to_owned(),
        (None, None) => agent.chars().take(40).collect(),
    }
}
