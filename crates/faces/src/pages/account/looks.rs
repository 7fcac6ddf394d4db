//! `/account/looks`: who looked at my personal data.

use super::{
    super::{
        format, history,
        page::{Page, Room, Visit, private},
    },
    here, themselves,
};
use crate::Problem;
use askama::Template;
use axum::response::Response;
use meydan_kernel::{
    Query, Record, Register, Value,
    cql2::{Comparison, Expr, Operand},
    post::LOOK,
};
use std::sync::Arc;
use uuid::Uuid;

/// Looks of a page.
const PAGE: u64 = 50;

#[derive(Template)]
#[template(path = "account/looks.html")]
struct LooksPage {
    page: Page,
    tab: &'static str,
    looks: Vec<Row>,
    count: String,
    newer: Option<String>,
    older: Option<String>,
}

struct Row {
    at: String,
    who: String,
    myself: bool,
    post: Option<String>,
    on_behalf_of: Option<String>,
    register: String,
    href: String,
    fields: String,
    reason: Option<String>,
    face: String,
}

/// The question for all records of a register whose field refers to a person.
pub fn about(register: &Arc<Register>, field: &str, person: Uuid) -> Option<Query> {
    let subject = if field == "id" { Operand::Id } else { Operand::Field(register.field_index(field)?) };
    let me = Operand::Literal(Value::Reference(person));
    let filter = Some(Expr::Compare(subject, Comparison::Eq, me));
    Some(Query { filter, ..Query::all(Arc::clone(register)) })
}

/// `GET /account/looks`; `page` counts from the newest.
///
/// # Errors
/// `login-required`; those of the store.
pub async fn list(visit: Visit) -> Result<Response, Problem> {
    let (session, _) = here(&visit)?;
    let me = session.person;
    let principal = themselves(&visit)?;
    let register = visit.app.desk.register(LOOK)?;
    let number: u64 = visit.query.get("page").and_then(|p| p.parse().ok()).unwrap_or(0).min(1_000_000);
    let query = about(&register, "subject", me).unwrap_or_else(|| Query::all(Arc::clone(&register)));
    let count = visit.app.desk.count(&principal, &query).await?;
    // The journal's own order is the oldest first: a page is counted from its end.
    let end = count.saturating_sub(number * PAGE);
    let start = end.saturating_sub(PAGE);
    let limit = usize::try_from(end - start).unwrap_or(0);
    let mut records = match limit {
        0 => Vec::new(),
        _ => visit.app.desk.query(&principal, &Query { offset: start, limit: Some(limit), ..query }).await?,
    };
    records.reverse();
    let link = |number: u64| format!("/account/looks?page={number}");
    let template = LooksPage {
        page: visit.page(Room::None, visit.t.looks_title()),
        tab: "looks",
        looks: records.iter().map(|r| row(&visit, &register, r, me)).collect(),
        count: format::integer(visit.lang, i64::try_from(count).unwrap_or(i64::MAX)),
        newer: number.checked_sub(1).map(link),
        older: (start > 0).then(|| link(number + 1)),
    };
    Ok(private(visit.show(&template)?))
}

fn row(visit: &Visit, looks: &Register, look: &Record, me: Uuid) -> Row {
    let text = |field: &str| match look.value(looks, field) {
        Some(Value::Text(text)) => text.clone(),
        _ => String::new(),
    };
    let id = |field: &str| match look.value(looks, field) {
        Some(Value::Reference(id)) => Some(*id),
        _ => None,
    };
    let name = |id: Uuid| visit.caller.name_of(&id.to_string());
    let (register, record) = (text("register"), text("record"));
    let seen = visit.app.desk.register(&register).ok();
    let field = |name: &str| {
        let title = seen.as_ref().and_then(|r| r.field(name)).map(|f| visit.say(&f.title).to_owned());
        title.unwrap_or_else(|| name.to_owned())
    };
    Row {
        at: format::instant(visit.lang, look.recorded_at),
        who: id("viewer").map(name).unwrap_or_else(|| visit.t.look_by_house().to_owned()),
        myself: id("viewer") == Some(me),
        post: id("post").map(name),
        on_behalf_of: id("on_behalf_of").map(name),
        href: format!("/registers/{register}/{record}"),
        register: seen.as_ref().map_or_else(|| register.clone(), |r| visit.say(&r.title).to_owned()),
        fields: text("fields").split(',').map(|name| field(name.trim())).collect::<Vec<_>>().join(", "),
        reason: Some(text("reason")).filter(|r| !r.is_empty()),
        face: history::source(visit, &text("face")),
    }
}
