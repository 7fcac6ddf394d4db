//! `/people`: the persons of the house, by name, unit and status.

use super::{
    super::{
        list_filter::contains,
        page::{Page, Room, Visit, private},
        shown::Shower,
    },
    Rights,
    asked::{PAGE, Paging},
    dashboard::{tokens_ending, weakly_protected},
    logged_in,
    reading::{Row, on_day, visible},
};
use crate::Problem;
use askama::Template;
use axum::response::Response;
use meydan_kernel::{
    Catalogue, Query, Record, Register, Sort,
    catalogue::Action,
    cql2,
    permission::not_allowed,
    post::{HOLDING, PERSON},
};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};
use uuid::Uuid;

/// Limit: letters looked for.
const MAX_LETTERS: usize = 80;
/// Limit: words looked for.
const MAX_WORDS: usize = 5;

#[derive(Template)]
#[template(path = "admin/people.html")]
struct PeoplePage {
    page: Page,
    tab: &'static str,
    rights: Rights,
    asked: String,
    statuses: Vec<(String, String, bool)>,
    units: Vec<(Uuid, String, bool)>,
    shows: Vec<(&'static str, &'static str, bool)>,
    rows: Vec<PersonRow>,
    paging: Paging,
    fault: Option<String>,
    new: bool,
}

struct PersonRow {
    id: Uuid,
    name: String,
    posts: Vec<String>,
    status: String,
    active: bool,
    email: Option<String>,
}

/// `GET /people`; `q`, `unit`, `status` narrow the list, `show=weak` to powerful roles without a second factor.
///
/// # Errors
/// `login-required`, `not-allowed`; those of the store.
pub async fn list(visit: Visit) -> Result<Response, Problem> {
    logged_in(&visit)?;
    let catalogue = visit.app.desk.catalogue();
    let register = visit.app.desk.register(PERSON)?;
    let principal = visit.principal();
    if visit.app.desk.access(&principal, &register, Action::Read).is_none() {
        return Err(not_allowed(&principal, &register, Action::Read).into());
    }
    let asked: String = visit.query.get("q").unwrap_or_default().trim().chars().take(MAX_LETTERS).collect();
    let show = visit.query.get("show").filter(|_| visit.rights.manages).unwrap_or_default();
    let conditions = conditions(&visit, &catalogue, &asked, show).await?;
    let filter = if conditions.is_empty() { None } else { Some(cql2::parse(&register, &conditions.join(" AND "))?) };
    let base = Query { filter, ..Query::all(Arc::clone(&register)) };
    let sort = register.field_index(&register.label).map(|field| Sort { field, descending: false });
    let count = match visit.app.desk.count(&principal, &base).await {
        Err(error) if error.code() == "forbidden-field" => Err(error.message(visit.lang).to_owned()),
        count => Ok(count?),
    };
    let paging = Paging::of(&visit, *count.as_ref().unwrap_or(&0));
    let records = match count {
        Ok(1..) => {
            let query = Query { sort, offset: paging.offset, limit: Some(PAGE), ..base };
            visit.app.desk.query(&principal, &query).await?
        }
        _ => Vec::new(),
    };
    let template = PeoplePage {
        page: visit.page(Room::Administration, visit.t.people_title()),
        tab: "people",
        rights: visit.rights,
        asked,
        statuses: statuses(&visit, &catalogue),
        units: units(&visit),
        shows: [("weak", visit.t.people_weak()), ("tokens", visit.t.people_tokens())]
            .map(|(word, title)| (word, title, word == show))
            .to_vec(),
        rows: rows(&visit, &catalogue, &register, &records).await?,
        paging,
        fault: count.err(),
        new: visit.may(&register, Action::Insert),
    };
    Ok(private(visit.show(&template)?))
}

async fn conditions(visit: &Visit, catalogue: &Catalogue, asked: &str, show: &str) -> Result<Vec<String>, Problem> {
    let mut conditions: Vec<String> = asked
        .split_whitespace()
        .take(MAX_WORDS)
        .map(|word| format!("({} OR {})", contains("\"first_name\"", word), contains("\"last_name\"", word)))
        .collect();
    let known = |status: &&str| catalogue.code_lists.get("person_status").is_some_and(|list| list.get(status).is_some());
    if let Some(status) = visit.query.get("status").filter(known) {
        conditions.push(format!("status = '{status}'"));
    }
    if let Some(unit) = visit.query.get("unit").and_then(|id| Uuid::parse_str(id).ok()) {
        conditions.push(among(holders_of(visit, unit).await?));
    }
    match show {
        "weak" => conditions.push(among(weakly_protected(visit).await?)),
        "tokens" => conditions.push(among(tokens_ending(visit).await?)),
        _ => {}
    }
    Ok(conditions)
}

/// The condition that a record is one of these.
fn among(ids: impl IntoIterator<Item = Uuid>) -> String {
    let ids: Vec<String> = ids.into_iter().map(|id| format!("'{id}'")).collect();
    if ids.is_empty() { "FALSE".to_owned() } else { format!("id IN ({})", ids.join(", ")) }
}

/// Who holds a post of the unit or of one below it today, as far as who asks may see.
async fn holders_of(visit: &Visit, unit: Uuid) -> Result<BTreeSet<Uuid>, Problem> {
    let Some(line) = visit.caller.directory.line(unit) else { return Ok(BTreeSet::new()) };
    let units: Vec<String> = line.below.iter().map(|id| format!("'{id}'")).collect();
    let filter = format!("unit IN ({}) AND {}", units.join(", "), on_day(visit.caller.principal.today()));
    let (register, records) = visible(visit, HOLDING, &filter).await?;
    Ok(records.iter().filter_map(|record| Row { register: &register, record }.reference("person")).collect())
}

fn statuses(visit: &Visit, catalogue: &Catalogue) -> Vec<(String, String, bool)> {
    let chosen = visit.query.get("status");
    let codes = catalogue.code_lists.get("person_status").map_or(&[][..], |l| l.codes.as_slice());
    codes.iter().map(|c| (c.code.clone(), visit.say(&c.title).to_owned(), chosen == Some(c.code.as_str()))).collect()
}

/// Units to choose from, by name.
fn units(visit: &Visit) -> Vec<(Uuid, String, bool)> {
    let chosen = visit.query.get("unit").and_then(|id| Uuid::parse_str(id).ok());
    let today = visit.caller.principal.today();
    let runs = |u: &&meydan_kernel::post::UnitEntry| u.until.is_none_or(|until| today <= until);
    let mut units: Vec<_> =
        visit.caller.directory.units().filter(runs).map(|u| (u.id, u.name.clone(), chosen == Some(u.id))).collect();
    units.sort_by(|a, b| (&a.1, a.0).cmp(&(&b.1, b.0)));
    units
}

async fn rows(
    visit: &Visit,
    catalogue: &Catalogue,
    register: &Register,
    records: &[Record],
) -> Result<Vec<PersonRow>, Problem> {
    if records.is_empty() {
        return Ok(Vec::new());
    }
    let ids: Vec<String> = records.iter().map(|r| format!("'{}'", r.id)).collect();
    let filter = format!("person IN ({}) AND {}", ids.join(", "), on_day(visit.caller.principal.today()));
    let (holding, holdings) = visible(visit, HOLDING, &filter).await?;
    let mut posts: BTreeMap<Uuid, Vec<String>> = BTreeMap::new();
    for record in &holdings {
        let row = Row { register: &holding, record };
        if let (Some(person), Some(post)) = (row.reference("person"), row.reference("post")) {
            posts.entry(person).or_default().push(visit.caller.name_of(&post.to_string()));
        }
    }
    let labels = super::super::labels::Labels::default();
    let shower = Shower { t: visit.t, catalogue, labels: &labels };
    let mut row = |record: &Record| {
        let row = Row { register, record };
        let status = row.text("status").unwrap_or_default();
        let title = catalogue.code_lists.get("person_status").and_then(|l| l.get(status)).map(|c| visit.say(&c.title));
        PersonRow {
            id: record.id,
            name: shower.name(register, record),
            posts: posts.remove(&record.id).unwrap_or_default(),
            status: title.unwrap_or(status).to_owned(),
            active: status == "active",
            email: row.text("email").map(str::to_owned),
        }
    };
    Ok(records.iter().map(&mut row).collect())
}
