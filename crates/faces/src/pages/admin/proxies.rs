//! `/people/proxies`: who stands in for whom: now, to come, waiting for approval, over; and the decision on those that wait.

use super::{
    super::{
        format,
        page::{Page, Room, Visit, private, see_other},
        params::Params,
        refusal::Refusal,
        texts::count,
    },
    Rights,
    asked::{PAGE, Paging},
    logged_in,
    person::span,
    proxy_request::powers,
    reading::Row,
};
use crate::Problem;
use askama::Template;
use axum::{body::Bytes, extract::Path, http::StatusCode, response::Response};
use jiff::civil::Date;
use meydan_kernel::{
    Error, Principal, Query, Record, Register, Sort, Value, catalogue::Action, cql2, desk::Edit, permission::not_allowed,
    post::PROXY, query::Key,
};
use std::sync::Arc;
use uuid::Uuid;

/// The states a proxy may be listed by: word, in the order of the page.
const STATES: [&str; 4] = ["running", "coming", "waiting", "over"];

#[derive(Template)]
#[template(path = "admin/proxies.html")]
struct ProxiesPage {
    page: Page,
    tab: &'static str,
    rights: Rights,
    /// Word, title, how many, chosen.
    states: Vec<(&'static str, &'static str, String, bool)>,
    rows: Vec<ProxyRow>,
    paging: Paging,
    may_request: bool,
    refusal: Option<Refusal>,
    done: Option<&'static str>,
}

struct ProxyRow {
    id: Uuid,
    delegator: String,
    delegate: String,
    post: Option<String>,
    span: String,
    ends: Option<String>,
    powers: String,
    reason: String,
    status: String,
    approved_by: Option<String>,
    version: i64,
    /// What who asks may do with it: `approve`, `reject`, `withdraw`, `end`.
    steps: Vec<(&'static str, &'static str, &'static str)>,
}

/// The condition of a state.
fn condition(state: &str, today: Date) -> String {
    match state {
        "running" => format!("status = 'approved' AND valid_from <= DATE('{today}') AND valid_until >= DATE('{today}')"),
        "coming" => format!("status = 'approved' AND valid_from > DATE('{today}')"),
        "waiting" => format!("status = 'requested' AND valid_until >= DATE('{today}')"),
        _ => format!("status IN ('rejected', 'withdrawn') OR valid_until < DATE('{today}')"),
    }
}

/// How many proxies of a state who asks may see.
///
/// # Errors
/// Those of the store.
pub async fn how_many(visit: &Visit, register: &Arc<Register>, state: &str) -> Result<u64, Problem> {
    let filter = Some(cql2::parse(register, &condition(state, visit.caller.principal.today()))?);
    Ok(visit.app.desk.count(&visit.principal(), &Query { filter, ..Query::all(Arc::clone(register)) }).await?)
}

/// `GET /people/proxies`; `state` is `running`, `coming`, `waiting` or `over`.
///
/// # Errors
/// `login-required`, `not-allowed`; those of the store.
pub async fn list(visit: Visit) -> Result<Response, Problem> {
    show(&visit, None).await
}

async fn show(visit: &Visit, refusal: Option<Refusal>) -> Result<Response, Problem> {
    logged_in(visit)?;
    let register = visit.app.desk.register(PROXY)?;
    let principal = visit.principal();
    if visit.app.desk.access(&principal, &register, Action::Read).is_none() {
        return Err(not_allowed(&principal, &register, Action::Read).into());
    }
    let today = principal.today();
    let mut counts = Vec::new();
    for state in STATES {
        counts.push(how_many(visit, &register, state).await?);
    }
    let asked = visit.query.get("state").and_then(|s| STATES.into_iter().find(|state| *state == s));
    // Without a wish: what waits, if something does.
    let chosen = asked.unwrap_or(if counts[2] > 0 { "waiting" } else { "running" });
    let total = STATES.iter().zip(&counts).find(|(s, _)| **s == chosen).map_or(0, |(_, n)| *n);
    let paging = Paging::of(visit, total);
    let query = Query {
        filter: Some(cql2::parse(&register, &condition(chosen, today))?),
        sort: register.field_index("valid_from").map(|field| Sort { field, descending: chosen == "over" }),
        offset: paging.offset,
        limit: Some(PAGE),
        ..Query::all(Arc::clone(&register))
    };
    let records = visit.app.desk.query(&principal, &query).await?;
    let mut rows = Vec::with_capacity(records.len());
    for record in &records {
        rows.push(row(visit, &register, record, chosen).await?);
    }
    let t = visit.t;
    let titles = [t.proxies_running(), t.proxies_coming(), t.proxies_waiting(), t.proxies_over()];
    let number = |n: u64| format::integer(visit.lang, i64::try_from(n).unwrap_or(i64::MAX));
    let states = STATES.into_iter().zip(titles).zip(&counts).map(|((s, title), n)| (s, title, number(*n), s == chosen));
    let template = ProxiesPage {
        page: visit.page(Room::Administration, t.proxies_admin_title()),
        tab: "proxies",
        rights: visit.rights,
        states: states.collect(),
        rows,
        paging,
        may_request: visit.may(&register, Action::Insert),
        done: visit.query.get("done").and_then(|word| match word {
            "requested" => Some(t.proxy_was_requested()),
            "approve" => Some(t.proxy_was_approved()),
            "reject" => Some(t.proxy_was_rejected()),
            "withdraw" => Some(t.proxy_was_withdrawn()),
            "end" => Some(t.proxy_was_ended()),
            _ => None,
        }),
        refusal,
    };
    let status = template.refusal.as_ref().map_or(StatusCode::OK, |r| r.status);
    Ok(private(visit.show_as(status, &template)?))
}

async fn row(visit: &Visit, register: &Arc<Register>, record: &Record, state: &str) -> Result<ProxyRow, Problem> {
    let row = Row { register, record };
    let name = |field: &str| row.reference(field).map(|id| visit.caller.name_of(&id.to_string()));
    let catalogue = visit.app.desk.catalogue();
    let status = row.text("status").unwrap_or_default();
    let title = catalogue.code_lists.get("proxy_status").and_then(|l| l.get(status)).map(|c| visit.say(&c.title));
    let today = visit.caller.principal.today();
    let days = row.date("valid_until").and_then(|until| today.until(until).ok()).map(|s| s.get_days());
    let mut steps = Vec::new();
    if state != "over" {
        for (step, title, sentence) in offered(visit, status) {
            let Some(edit) = edit(register, record, step, &visit.caller.principal) else { continue };
            // The desk tries it and changes nothing: only what would be done is offered.
            if visit.app.desk.check(&visit.at_best(), vec![(PROXY.to_owned(), edit)]).await.is_ok() {
                steps.push((step, title, sentence));
            }
        }
    }
    Ok(ProxyRow {
        id: record.id,
        delegator: name("delegator").unwrap_or_default(),
        delegate: name("delegate").unwrap_or_default(),
        post: name("post"),
        span: span(visit, row.date("valid_from"), row.date("valid_until")),
        ends: days.filter(|d| state == "running" && (0..=7).contains(d)).map(|d| visit.t.ends_in(count(d))),
        powers: powers(visit, row.text("actions"), row.text("registers")),
        reason: row.text("reason").unwrap_or_default().to_owned(),
        status: title.unwrap_or(status).to_owned(),
        approved_by: name("approved_by"),
        version: record.version,
        steps,
    })
}

fn offered(visit: &Visit, status: &str) -> Vec<(&'static str, &'static str, &'static str)> {
    let t = visit.t;
    match status {
        "requested" => vec![
            ("approve", t.proxy_approve(), t.proxy_approve_explain()),
            ("reject", t.proxy_reject(), t.proxy_reject_explain()),
            ("withdraw", t.proxy_withdraw(), t.proxy_withdraw_explain()),
        ],
        "approved" => {
            vec![("end", t.proxy_end(), t.proxy_end_explain()), ("withdraw", t.proxy_withdraw(), t.proxy_withdraw_explain())]
        }
        _ => Vec::new(),
    }
}

/// The change that a step is; `None` for a word that is none, or a step that makes no sense for the record.
fn edit(register: &Register, record: &Record, step: &str, principal: &Principal) -> Option<Edit> {
    let row = Row { register, record };
    let today = principal.today();
    let status = |word: &str| ("status", Value::Text(word.to_owned()));
    let set = match step {
        "approve" => {
            vec![
                status("approved"),
                ("approved_by", Value::Reference(principal.person()?)),
                ("approved_on", Value::Date(today)),
            ]
        }
        "reject" => vec![status("rejected")],
        // What has begun is ended, not taken back.
        "withdraw" if row.date("valid_from").is_some_and(|from| from > today) || row.text("status") == Some("requested") => {
            vec![status("withdrawn")]
        }
        "end"
            if row.date("valid_from").is_some_and(|from| from <= today)
                && row.date("valid_until").is_some_and(|until| until > today) =>
        {
            vec![("valid_until", Value::Date(today))]
        }
        _ => return None,
    };
    let set: Option<Vec<(usize, Value)>> =
        set.into_iter().map(|(name, value)| Some((register.field_index(name)?, value))).collect();
    Some(Edit::Update { id: record.id, expected: Some(record.version), set: set?, geometry: None })
}

/// `POST /people/proxies/{id}/{step}`.
///
/// # Errors
/// `form-expired`, `login-required`, `not-allowed`, `no-such-record`; what can be mended comes back on the page.
pub async fn decide(visit: Visit, Path((id, step)): Path<(Uuid, String)>, body: Bytes) -> Result<Response, Problem> {
    let form = Params::parse(&String::from_utf8_lossy(&body));
    visit.check_token(&form)?;
    logged_in(&visit)?;
    let register = visit.app.desk.register(PROXY)?;
    let mut record = visit.app.desk.get(&visit.principal(), &register, Key::Id(id), None).await?;
    // The version that the person saw, not the one that came since.
    if let Some(seen) = form.get("version").and_then(|v| v.parse().ok()) {
        record.version = seen;
    }
    let edit = edit(&register, &record, &step, &visit.caller.principal).ok_or_else(|| {
        Error::invalid("bad-step", "Bu vekâlet için böyle bir adım yok.", "There is no such step for this proxy.")
    })?;
    let reason = form.get("reason").unwrap_or_default().trim().to_owned();
    match visit.app.desk.change(&visit.because(&reason), vec![(PROXY.to_owned(), edit)]).await {
        Ok(_) => Ok(private(see_other(&format!("/people/proxies?done={step}")))),
        Err(error) if error.is_refusal() => Err(error.into()),
        Err(error) => {
            let refusal = Refusal::of(&visit, error)?;
            show(&visit, Some(refusal)).await
        }
    }
}
