//! Administration: who is in the house, who stands in for whom, who may do what and why, who looked at whom, and what needs
//! attention. The pages decide nothing: each shows what the desk shows to who asks.

pub mod access_log;
pub mod asked;
pub mod chart;
pub mod dashboard;
pub mod explain;
pub mod grants;
pub mod organisation;
pub mod people;
pub mod person;
pub mod person_acts;
pub mod proxies;
pub mod proxy_request;
pub mod reading;
pub mod sentence;

use super::page::Visit;
use crate::{App, Problem};
use axum::{
    Router,
    routing::{get, post},
};
use meydan_kernel::{
    Desk, Principal, Register,
    catalogue::Action,
    permission::not_allowed,
    post::{LOOK, PERSON, PROXY, SECURITY_EVENT},
};
use std::sync::Arc;

/// Routes of the administration.
pub fn routes() -> Router<Arc<App>> {
    Router::new()
        .route("/organisation", get(organisation::show))
        .route("/admin", get(dashboard::show))
        .route("/people", get(people::list))
        .route("/people/proxies", get(proxies::list))
        .route("/people/proxies/new", get(proxy_request::form).post(proxy_request::make))
        .route("/people/proxies/{id}/{step}", post(proxies::decide))
        .route("/people/{id}", get(person::show))
        .route("/people/{id}/enrol", post(person_acts::enrol))
        .route("/people/{id}/disable", post(person_acts::disable))
        .route("/people/{id}/enable", post(person_acts::enable))
        .route("/people/{id}/sessions/end", post(person_acts::end_sessions))
        .route("/people/{id}/sessions/{session}/end", post(person_acts::end_session))
        .route("/people/{id}/tokens/{token}/revoke", post(person_acts::revoke_token))
        .route("/people/{id}/passkeys/{passkey}/remove", post(person_acts::remove_passkey))
        .route("/people/{id}/app/remove", post(person_acts::remove_app))
        .route("/grants", get(grants::list))
        .route("/explain", get(explain::show))
        .route("/access-log", get(access_log::list))
}

/// What of the administration is worth showing to somebody.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Rights {
    /// Looks after logins.
    pub manages: bool,
    /// Sees all looks at personal data.
    pub looks: bool,
    /// Sees all events of security.
    pub events: bool,
    /// Decides on proxies of some units.
    pub proxies: bool,
}

impl Rights {
    /// Of who comes.
    pub fn of(desk: &Desk, principal: &Principal) -> Self {
        if principal.is_everyone() {
            return Self::default();
        }
        let register = |name: &str| desk.register(name).ok();
        let whole = |name: &str| {
            register(name).is_some_and(|r| desk.access(principal, &r, Action::Read).whole().is_some_and(|f| !f.is_empty()))
        };
        let decides = |r: &Arc<Register>| {
            let decision = r.field_index("approved_by");
            let access = desk.access(principal, r, Action::Update);
            decision.is_some_and(|field| access.parts().iter().any(|part| part.fields.has(field)))
        };
        Self {
            manages: register(PERSON).is_some_and(|r| desk.could(principal, &r, Action::Manage)),
            looks: whole(LOOK),
            events: whole(SECURITY_EVENT),
            proxies: register(PROXY).is_some_and(|r| decides(&r)),
        }
    }

    /// True if there is something to administer.
    pub const fn any(self) -> bool {
        self.manages || self.looks || self.events || self.proxies
    }

    /// Oversees the house: sees every journal or looks after every login.
    pub const fn oversees(self) -> bool {
        self.manages || self.looks || self.events
    }
}

/// Rights of who comes, who must have some.
///
/// # Errors
/// `login-required`, `not-allowed`.
pub fn administers(visit: &Visit) -> Result<Rights, Problem> {
    let rights = visit.rights;
    if rights.any() {
        return Ok(rights);
    }
    let register = visit.app.desk.register(PERSON)?;
    Err(not_allowed(&visit.caller.principal, &register, Action::Manage).into())
}

/// Refuses who is not logged in.
///
/// # Errors
/// `login-required`.
pub fn logged_in(visit: &Visit) -> Result<(), Problem> {
    if !visit.caller.principal.is_everyone() {
        return Ok(());
    }
    let register = visit.app.desk.register(PERSON)?;
    Err(not_allowed(&visit.caller.principal, &register, Action::Read).into())
}
