//! `/basvuru-al/{id}`: the request is filed. The number to say aloud, the unit it went to, the last day, and the sentence that says it.

use super::{REQUEST, instant, reference, text, words::last_day};
use crate::{
    Problem,
    cases::clocks,
    pages::{
        page::{Page, Room, Visit, private},
        texts::Texts,
    },
};
use askama::Template;
use axum::{extract::Path, response::Response};
use meydan_kernel::{Lang, Query, Record, Register, case::readable, desk::no_such_record, permission::FieldSet};
use std::sync::Arc;
use uuid::Uuid;

#[derive(Template)]
#[template(path = "intake/done.html")]
struct DonePage {
    page: Page,
    id: String,
    /// The number in groups.
    groups: Vec<String>,
    subject: String,
    unit: String,
    /// Last day in words; none if the request is closed already.
    last: Option<String>,
    /// Which term it is, and whose.
    term: Option<(String, String)>,
    /// The sentence to say, in both languages.
    say: [(&'static str, String); 2],
    /// The request that this one was joined to: id and subject.
    joined: Option<(String, String)>,
    /// It should have been joined, and couldn't be.
    not_joined: bool,
    by_call: bool,
    /// The draft to forget.
    call: String,
}

/// Answers with the page.
///
/// # Errors
/// `no-such-record`, `login-required`, `not-allowed`; those of the store.
pub async fn show(visit: Visit, Path(id): Path<String>) -> Result<Response, Problem> {
    let register = visit.app.desk.register(REQUEST)?;
    let uuid = Uuid::parse_str(&id).map_err(|_| no_such_record(&register, &id))?;
    let request = find(&visit, &register, uuid).await?.ok_or_else(|| no_such_record(&register, &id))?;
    let desk = &visit.app.desk;
    let (workflow, calendar) = (desk.workflow(&register, &request).await?, desk.calendar().await?);
    let now = visit.principal().now;
    let due = instant(&register, &request, "due_at");
    let running = clocks::of(visit.lang, &calendar, now, &workflow, &register, &request);
    let term = running.into_iter().find(|c| c.clock.runs() && Some(c.clock.due) == due).map(|c| (c.title, c.source));
    let unit = reference(&register, &request, "unit").and_then(|id| visit.caller.directory.unit(id)).map(|u| u.name.clone());
    let unit = unit.unwrap_or_default();
    let number = readable(text(&register, &request, "reference"));
    let joined = match reference(&register, &request, "duplicate_of") {
        Some(same) => {
            find(&visit, &register, same).await?.map(|r| (same.to_string(), text(&register, &r, "subject").to_owned()))
        }
        None => None,
    };
    let sentence = |lang: Lang| {
        let t = Texts(lang);
        match (due, &joined) {
            (_, Some(_)) => t.say_joined(number.as_str()),
            (Some(due), None) => t.say_filed_day_number_unit(last_day(lang, now, due), number.as_str(), unit.as_str()),
            (None, None) => t.say_filed_only_number_unit(number.as_str(), unit.as_str()),
        }
    };
    let template = DonePage {
        page: visit.page(Room::Intake, visit.t.done_title()),
        id: uuid.to_string(),
        groups: number.split(' ').map(str::to_owned).collect(),
        subject: text(&register, &request, "subject").to_owned(),
        last: due.map(|due| visit.t.done_last(last_day(visit.lang, now, due))),
        term,
        say: [("tr", sentence(Lang::Tr)), ("en", sentence(Lang::En))],
        not_joined: visit.query.get("joined") == Some("0"),
        by_call: visit.query.get("from") == Some("cagri"),
        call: visit.query.get("call").unwrap_or_default().to_owned(),
        unit,
        joined,
    };
    Ok(private(visit.show(&template)?))
}

/// The request without its applicant: what is said aloud takes no look at personal data.
async fn find(visit: &Visit, register: &Arc<Register>, id: Uuid) -> Result<Option<Record>, Problem> {
    let query = Query { ids: Some(vec![id]), limit: Some(1), ..Query::all(Arc::clone(register)) };
    Ok(visit.app.desk.list(&visit.principal(), &query, FieldSet::impersonal(register)).await?.pop())
}
