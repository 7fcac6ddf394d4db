//! `/notices`: what was told to who asks, and that they have read it.

use super::super::{
    admin::logged_in,
    format,
    page::{Page, Room, Visit, private, see_other},
    params::Params,
};
use crate::{
    Problem,
    cases::{NOTICE, inbox::unread},
};
use askama::Template;
use axum::{body::Bytes, response::Response};
use meydan_kernel::{Query, Record, Register, Sort, Value, cql2, desk::Edit, query::Cursor};
use std::sync::Arc;
use uuid::Uuid;

/// Notices of a page.
const PAGE: usize = 50;
/// Limit: notices marked as read at once.
const MAX_READ: usize = 1_000;

#[derive(Template)]
#[template(path = "inbox/notices.html")]
struct NoticesPage {
    page: Page,
    rows: Vec<Row>,
    unread: bool,
    next: Option<String>,
}

struct Row {
    id: Uuid,
    subject: String,
    body: String,
    at: String,
    unread: bool,
    /// The page of the case that it tells of.
    href: Option<String>,
}

fn text(register: &Register, record: &Record, name: &str) -> String {
    match record.value(register, name) {
        Some(Value::Text(text)) => text.clone(),
        _ => String::new(),
    }
}

/// `GET /notices`.
///
/// # Errors
/// `login-required`; those of the store.
pub async fn list(visit: Visit) -> Result<Response, Problem> {
    logged_in(&visit)?;
    let register = visit.app.desk.register(NOTICE)?;
    let me = visit.caller.principal.person().unwrap_or_default();
    let created = register.field_index("created_at");
    let after = visit
        .query
        .get("after")
        .and_then(|v| v.split_once('~'))
        .and_then(|(at, fid)| Some(Cursor { value: Value::instant(at.parse().ok()?), fid: fid.parse().ok()? }));
    let query = Query {
        filter: Some(cql2::parse(&register, &format!("person = '{me}' AND channel = 'in_app'"))?),
        sort: created.map(|field| Sort { field, descending: true }),
        after,
        limit: Some(PAGE + 1),
        ..Query::all(Arc::clone(&register))
    };
    let mut found = visit.app.desk.query(&visit.principal(), &query).await?;
    let more = found.len() > PAGE;
    found.truncate(PAGE);
    let at = |r: &Record| meydan_kernel::case::instant(&register, r, "created_at");
    let next = found.last().filter(|_| more).and_then(|r| Some(format!("/notices?after={}~{}", at(r)?, r.fid)));
    let rows: Vec<Row> = found
        .iter()
        .map(|r| {
            let (case_register, case) = (text(&register, r, "case_register"), text(&register, r, "case_id"));
            let there = visit.app.desk.register(&case_register).is_ok() && Uuid::parse_str(&case).is_ok();
            Row {
                id: r.id,
                subject: text(&register, r, "subject"),
                body: text(&register, r, "body"),
                at: at(r).map(|at| format::instant(visit.lang, at)).unwrap_or_default(),
                unread: r.value(&register, "read_at").is_none_or(Value::is_null),
                href: there.then(|| format!("/registers/{case_register}/{case}")),
            }
        })
        .collect();
    let page = visit.page(Room::Inbox, visit.t.notices_title());
    Ok(private(visit.show(&NoticesPage { page, unread: rows.iter().any(|r| r.unread), rows, next })?))
}

/// `POST /notices/read`: one (`id`) or all.
///
/// # Errors
/// `login-required`, `form-expired`; those of the desk.
pub async fn read(visit: Visit, body: Bytes) -> Result<Response, Problem> {
    logged_in(&visit)?;
    let form = Params::parse(&String::from_utf8_lossy(&body));
    visit.check_token(&form)?;
    let register = visit.app.desk.register(NOTICE)?;
    let principal = visit.principal();
    let ids: Vec<Uuid> = match form.get("id").map(Uuid::parse_str) {
        Some(Ok(id)) => vec![id],
        Some(Err(_)) => Vec::new(),
        None => {
            let me = principal.person().unwrap_or_default();
            let filter = Some(cql2::parse(&register, &unread(me))?);
            let query = Query { filter, limit: Some(MAX_READ), ..Query::all(Arc::clone(&register)) };
            visit.app.desk.query(&principal, &query).await?.iter().map(|r| r.id).collect()
        }
    };
    let now = Value::instant(principal.now).unwrap_or(Value::Null);
    let values = [("read_at", now), ("status", Value::Text("read".to_owned()))];
    let set: Vec<(usize, Value)> = values.into_iter().filter_map(|(name, v)| Some((register.field_index(name)?, v))).collect();
    let edit = |id: Uuid| (register.name.clone(), Edit::Update { id, expected: None, set: set.clone(), geometry: None });
    if !ids.is_empty() {
        visit.app.desk.change(&principal, ids.into_iter().map(edit).collect()).await?;
    }
    Ok(see_other(&super::super::next::own_path(form.get("next"), "/notices")))
}
