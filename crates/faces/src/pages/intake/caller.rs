//! `POST /cagri/arayan`: what somebody with this phone number has asked for before, what is not answered yet first. The number comes in
//! the body: it is personal data and has no place in an address.

use super::{REQUEST, instant, text};
use crate::{
    Problem,
    calls::phone,
    pages::{
        format,
        page::{Page, Room, Visit, private},
        params::Params,
    },
};
use askama::Template;
use axum::{body::Bytes, response::Response};
use meydan_kernel::{Query, Record, Register, Sort, case::readable, cql2, permission::FieldSet};
use std::sync::Arc;

/// Limit: earlier requests shown.
const MAX_SHOWN: usize = 12;
/// Limit: earlier requests looked at.
const MAX_LOOKED_AT: usize = 100;
/// What is told of the caller beside what is not personal: so that the agent can greet them.
const NAME: &str = "applicant_name";

#[derive(Template)]
#[template(path = "intake/caller.html")]
struct CallerPart {
    page: Page,
    /// The number as people read it; empty if it is none.
    phone: String,
    /// Name and language as the newest request has them.
    name: String,
    language: String,
    requests: Vec<Earlier>,
    open: usize,
}

/// An earlier request.
struct Earlier {
    id: String,
    number: String,
    subject: String,
    state: String,
    day: String,
    /// Its last day, if it is not answered yet.
    due: Option<String>,
    late: bool,
    is_open: bool,
}

/// Answers with a part of the page.
///
/// # Errors
/// `form-expired`, `login-required`, `not-allowed`; those of the store.
pub async fn earlier(visit: Visit, body: Bytes) -> Result<Response, Problem> {
    visit.check_header_token()?;
    let form = Params::parse(&String::from_utf8_lossy(&body));
    let number = phone::e164(form.get("phone").unwrap_or_default());
    let register = visit.app.desk.register(REQUEST)?;
    let records = match &number {
        Some(number) => of_number(&visit, &register, number).await?,
        None => Vec::new(),
    };
    let newest = records.iter().max_by_key(|r| instant(&register, r, "received_at"));
    let said = |field: &str| {
        let seen = |r: &&Record| register.field_index(field).is_some_and(|i| !r.hidden.has(i));
        newest.filter(seen).map(|r| text(&register, r, field).to_owned()).unwrap_or_default()
    };
    let requests: Vec<Earlier> = records.iter().take(MAX_SHOWN).map(|r| told(&visit, &register, r)).collect();
    let part = CallerPart {
        page: visit.page(Room::Inbox, visit.t.call_title()),
        phone: number.as_deref().map(phone::readable).unwrap_or_default(),
        name: said(NAME),
        language: said("language"),
        open: records.iter().filter(|r| instant(&register, r, "closed_at").is_none()).count(),
        requests,
    };
    Ok(private(visit.show(&part)?))
}

async fn of_number(visit: &Visit, register: &Arc<Register>, number: &str) -> Result<Vec<Record>, Problem> {
    let Some(index) = register.field_index("applicant_phone") else { return Ok(Vec::new()) };
    let sort = register.field_index("received_at").map(|field| Sort { field, descending: true });
    let filter = Some(cql2::equals(register, index, number)?);
    let query = Query { filter, sort, limit: Some(MAX_LOOKED_AT), ..Query::all(Arc::clone(register)) };
    let mut shown = FieldSet::impersonal(register);
    if let Some(name) = register.field_index(NAME) {
        shown = shown.with(name);
    }
    let mut records = visit.app.desk.list(&visit.principal(), &query, shown).await?;
    // The newest first; before all those that wait for an answer.
    records.sort_by_key(|r| instant(register, r, "closed_at").is_some());
    Ok(records)
}

fn told(visit: &Visit, register: &Register, request: &Record) -> Earlier {
    let state = text(register, request, "state");
    let known = register.workflow.as_ref().and_then(|w| w.state(state));
    let day = |field: &str| instant(register, request, field).map(|at| format::day(visit.lang, at));
    let is_open = instant(register, request, "closed_at").is_none();
    Earlier {
        id: request.id.to_string(),
        number: readable(text(register, request, "reference")),
        subject: text(register, request, "subject").to_owned(),
        state: known.map_or(state, |s| visit.say(&s.title)).to_owned(),
        day: day("received_at").unwrap_or_default(),
        due: day("due_at").filter(|_| is_open),
        late: is_open && request.value(register, "late") == Some(&meydan_kernel::Value::Bool(true)),
        is_open,
    }
}
