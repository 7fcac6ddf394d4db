//! Views that somebody keeps: a name and the query of the inbox.

use super::super::{
    admin::logged_in,
    page::{Visit, see_other},
    params::Params,
};
use crate::{Problem, cases::SAVED_VIEW};
use axum::{body::Bytes, extract::Path, response::Response};
use meydan_kernel::{Query, Record, Register, Value, catalogue::Action, cql2, desk::Edit};
use std::sync::Arc;
use uuid::Uuid;

/// Limit: kept views shown.
const MAX_KEPT: usize = 40;
/// What the register of a kept view says for the inbox, which is over all registers of cases.
const INBOX: &str = "inbox";

/// One kept view.
pub struct Kept {
    /// Its record.
    pub id: Uuid,
    /// Name.
    pub title: String,
    /// The inbox as it shows it.
    pub href: String,
    /// It is who asks's own.
    pub own: bool,
}

fn register(visit: &Visit) -> Option<Arc<Register>> {
    visit.app.desk.register(SAVED_VIEW).ok()
}

/// True if who asks may keep views.
pub fn may_keep(visit: &Visit) -> bool {
    register(visit).is_some_and(|r| visit.may(&r, Action::Insert))
}

/// The views kept by who asks, and those shared with their unit.
///
/// # Errors
/// Those of the store.
pub async fn of(visit: &Visit) -> Result<Vec<Kept>, Problem> {
    let Some(register) = register(visit).filter(|r| visit.may(r, Action::Read)) else { return Ok(Vec::new()) };
    let filter = cql2::parse(&register, &format!("register = '{INBOX}'"))?;
    let query = Query { filter: Some(filter), limit: Some(MAX_KEPT), ..Query::all(Arc::clone(&register)) };
    let records = visit.app.desk.query(&visit.principal(), &query).await?;
    let text = |r: &Record, name: &str| match r.value(&register, name) {
        Some(Value::Text(text)) => text.clone(),
        _ => String::new(),
    };
    let own = |r: &Record| r.value(&register, "owner") == visit.caller.principal.person().map(Value::Reference).as_ref();
    Ok(records
        .iter()
        .map(|r| Kept {
            id: r.id,
            title: text(r, "title"),
            href: format!("/inbox{}", Params::parse(&text(r, "query")).query()),
            own: own(r),
        })
        .collect())
}

/// `POST /inbox/views`.
///
/// # Errors
/// `login-required`, `form-expired`; those of the desk.
pub async fn keep(visit: Visit, body: Bytes) -> Result<Response, Problem> {
    logged_in(&visit)?;
    let form = Params::parse(&String::from_utf8_lossy(&body));
    visit.check_token(&form)?;
    let register = visit.app.desk.register(SAVED_VIEW)?;
    let query = Params::parse(form.get("back").unwrap_or_default()).without(&["after", "lang", "theme", "done"]).query();
    let values = [
        ("owner", visit.caller.principal.person().map_or(Value::Null, Value::Reference)),
        ("register", Value::Text(INBOX.to_owned())),
        ("title", Value::Text(form.get("title").unwrap_or_default().trim().to_owned())),
        ("query", Value::Text(Some(query.trim_start_matches('?')).filter(|q| !q.is_empty()).unwrap_or("view=mine").to_owned())),
    ];
    let set = values.into_iter().filter_map(|(name, value)| Some((register.field_index(name)?, value))).collect();
    let edit = Edit::Insert { id: None, set, geometry: None };
    visit.app.desk.change(&visit.principal(), vec![(register.name.clone(), edit)]).await?;
    Ok(see_other(&format!("/inbox{query}")))
}

/// `POST /inbox/views/{id}/forget`.
///
/// # Errors
/// As [`keep`]; `no-such-record`.
pub async fn forget(visit: Visit, Path(id): Path<Uuid>, body: Bytes) -> Result<Response, Problem> {
    logged_in(&visit)?;
    let form = Params::parse(&String::from_utf8_lossy(&body));
    visit.check_token(&form)?;
    let edit = Edit::Delete { id, expected: None };
    visit.app.desk.change(&visit.principal(), vec![(SAVED_VIEW.to_owned(), edit)]).await?;
    Ok(see_other("/inbox"))
}
