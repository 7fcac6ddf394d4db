//! `/inbox`: one page of a view, in the order of the deadlines. Works without script; with it, by keyboard.

use super::{
    super::{
        admin::logged_in,
        format,
        labels::Labels,
        page::{Page, Room, Visit},
        params::{Params, encode},
        shown::Shower,
        texts::Texts,
    },
    kept::{self, Kept},
    people,
};
use crate::{
    Problem,
    cases::{
        clocks::{self, Urgency},
        inbox::{Asking, Item, Mark, Narrow, View},
    },
};
use askama::Template;
use axum::response::Response;
use meydan_kernel::{
    Record, Register, Value,
    calendar::Calendar,
    case::readable,
    catalogue::{Action, workflow::field},
};
use std::{collections::BTreeMap, sync::Arc};
use uuid::Uuid;

/// Cases of a page.
const PAGE: usize = 40;
/// Fields whose records' names stand in a row.
const NAMED: [&str; 2] = ["category", "neighbourhood"];

#[derive(Template)]
#[template(path = "inbox/inbox.html")]
struct InboxPage {
    page: Page,
    view: &'static str,
    tabs: Vec<Tab>,
    rows: Vec<Row>,
    text: String,
    registers: Vec<(String, String, bool)>,
    units: Vec<(String, String, bool)>,
    states: Vec<(String, String, bool)>,
    backwards: bool,
    narrowed: bool,
    first: Option<String>,
    next: Option<String>,
    exports: Vec<(String, String)>,
    /// To whom the selected can be given.
    people: Vec<(String, String)>,
    /// Where they can be handed over.
    all_units: Vec<(String, String)>,
    /// The query of this page, to come back to.
    back: String,
    kept: Vec<Kept>,
    may_keep: bool,
    results: Option<Results>,
    done: Option<String>,
}

/// What became of an act on many.
pub struct Results {
    /// In one sentence.
    pub sentence: String,
    /// Each that was not done: its name, its page, why.
    pub failed: Vec<(String, String, String)>,
}

struct Tab {
    title: &'static str,
    href: String,
    count: Option<String>,
    current: bool,
    late: bool,
}

struct Row {
    value: String,
    href: String,
    number: String,
    subject: String,
    kind: String,
    category: String,
    place: String,
    state: String,
    holder: String,
    unit: String,
    urgent: Option<String>,
    due: Option<Due>,
    closed: Option<String>,
}

struct Due {
    words: String,
    at: String,
    urgency: Urgency,
}

/// `GET /inbox`.
///
/// # Errors
/// `login-required`; those of the store.
pub async fn show(visit: Visit) -> Result<Response, Problem> {
    logged_in(&visit)?;
    with(&visit, None).await
}

/// The title of a view.
fn title(t: Texts, view: View) -> &'static str {
    match view {
        View::Mine => t.view_mine(),
        View::Unit => t.view_unit(),
        View::Unassigned => t.view_unassigned(),
        View::Overdue => t.view_overdue(),
        View::DueSoon => t.view_due_soon(),
        View::Watched => t.view_watched(),
        View::Given => t.view_given(),
        View::Closed => t.view_closed(),
    }
}

fn narrow(query: &Params) -> Narrow {
    Narrow {
        register: query.get("register").map(str::to_owned),
        unit: query.get("unit").and_then(|u| Uuid::parse_str(u).ok()),
        state: query.get("state").map(str::to_owned),
        text: query.get("q").map(|q| q.chars().take(80).collect()),
        backwards: query.get("order").is_some(),
    }
}

/// The inbox, perhaps with what became of an act.
///
/// # Errors
/// Those of the store.
pub async fn with(visit: &Visit, results: Option<Results>) -> Result<Response, Problem> {
    let principal = visit.principal();
    let desk = &visit.app.desk;
    let calendar = desk.calendar().await?;
    let asking = Asking { desk, principal: &principal, calendar: &calendar };
    let view = visit.query.get("view").and_then(View::by_word);
    let view = view.unwrap_or(if principal.standing().is_some() { View::Unit } else { View::Mine });
    let narrow = narrow(&visit.query);
    let after = visit.query.get("after").and_then(Mark::read);
    let shares = asking.shares(view, &narrow).await?;
    let every = Narrow::default();
    let (counts, (items, next)) = futures::try_join!(asking.counts(&every), asking.page(&shares, after.as_ref(), PAGE))?;
    let catalogue = desk.catalogue();
    let case_registers: Vec<&Arc<Register>> =
        catalogue.registers.values().filter(|r| r.workflow.is_some() && visit.may(r, Action::Read)).collect();
    let chosen = |name: &str, id: &str| visit.query.get(name) == Some(id);
    let below = people::line(visit, None);
    let all_units = people::units(visit);
    let may_export = |r: &Arc<Register>| visit.may(r, Action::Export);
    let template = InboxPage {
        page: visit.page(Room::Inbox, visit.t.inbox_title()),
        view: view.word(),
        tabs: tabs(visit, view, &counts),
        rows: rows(visit, &calendar, &items).await?,
        text: narrow.text.clone().unwrap_or_default(),
        registers: case_registers
            .iter()
            .map(|r| (r.name.clone(), visit.say(&r.title).to_owned(), chosen("register", &r.name)))
            .collect(),
        units: all_units
            .iter()
            .filter(|(id, _)| below.iter().any(|b| b.to_string() == *id))
            .map(|(id, name)| (id.clone(), name.clone(), chosen("unit", id)))
            .collect(),
        states: states(visit, &case_registers, &narrow),
        backwards: narrow.backwards,
        narrowed: narrow != every,
        first: after.is_some().then(|| link(visit, &[])),
        next: next.map(|mark| link(visit, &[("after", &mark.to_text())])),
        exports: shares.iter().filter(|s| may_export(&s.register)).map(|s| export(visit, &s.register, &s.whole)).collect(),
        people: people::of_units(visit, &below),
        all_units,
        back: visit.query.without(&["lang", "theme", "done"]).query().trim_start_matches('?').to_owned(),
        kept: kept::of(visit).await?,
        may_keep: kept::may_keep(visit),
        results,
        done: visit.query.get("done").map(|title| visit.t.case_done(title)),
    };
    Ok(super::super::page::private(visit.show(&template)?))
}

fn tabs(visit: &Visit, current: View, counts: &[(View, u64)]) -> Vec<Tab> {
    let count = |view: View| counts.iter().find(|(v, _)| *v == view).map(|(_, n)| *n);
    let tab = |view: View| Tab {
        title: title(visit.t, view),
        href: format!("/inbox?view={}", view.word()),
        count: count(view).map(|n| format::integer(visit.lang, i64::try_from(n).unwrap_or(i64::MAX))),
        current: view == current,
        late: view == View::Overdue && count(view).is_some_and(|n| n > 0),
    };
    View::ALL.into_iter().map(tab).collect()
}

fn states(visit: &Visit, registers: &[&Arc<Register>], narrow: &Narrow) -> Vec<(String, String, bool)> {
    let mut all: BTreeMap<String, String> = BTreeMap::new();
    for register in registers.iter().filter(|r| narrow.register.as_ref().is_none_or(|n| *n == r.name)) {
        for state in register.workflow.iter().flat_map(|w| &w.states).filter(|s| !s.retired) {
            all.entry(state.name.clone()).or_insert_with(|| visit.say(&state.title).to_owned());
        }
    }
    all.into_iter().map(|(name, title)| (name.clone(), title, narrow.state.as_ref() == Some(&name))).collect()
}

/// This view from its start, with some parameters set.
fn link(visit: &Visit, set: &[(&str, &str)]) -> String {
    let mut query = visit.query.without(&["after", "lang", "theme", "done"]);
    for (name, value) in set {
        query = query.with(name, value);
    }
    format!("/inbox{}", query.query())
}

fn export(visit: &Visit, register: &Register, filter: &str) -> (String, String) {
    let href = format!("/ogc/collections/{}/export/csv?filter-lang=cql2-text&filter={}", register.name, encode(filter));
    (href, format!("{} · CSV", visit.say(&register.title)))
}

/// The items of a page as rows; names of what they refer to come in one question per register.
async fn rows(visit: &Visit, calendar: &Calendar, items: &[Item]) -> Result<Vec<Row>, Problem> {
    let catalogue = visit.app.desk.catalogue();
    let mut by_register: BTreeMap<&str, (&Arc<Register>, Vec<&Record>)> = BTreeMap::new();
    for item in items {
        by_register.entry(&item.register.name).or_insert_with(|| (&item.register, Vec::new())).1.push(&item.case);
    }
    let mut labels: BTreeMap<&str, Labels> = BTreeMap::new();
    for (name, (register, cases)) in by_register {
        labels.insert(name, Labels::of(visit, register, &cases, |f| NAMED.contains(&f.name.as_str())).await?);
    }
    let none = Labels::default();
    let row = |item: &Item| {
        let labels = labels.get(item.register.name.as_str()).unwrap_or(&none);
        one(visit, calendar, item, &Shower { t: visit.t, catalogue: &catalogue, labels })
    };
    Ok(items.iter().map(row).collect())
}

fn one(visit: &Visit, calendar: &Calendar, item: &Item, shower: &Shower<'_>) -> Row {
    let (register, case) = (&item.register, &item.case);
    let directory = &visit.caller.directory;
    let show = |name: &str| {
        let shown = register.field(name).zip(case.value(register, name)).map(|(f, v)| shower.show(f, v).text);
        shown.unwrap_or_default()
    };
    let reference = |name: &str| match case.value(register, name) {
        Some(Value::Reference(id)) => Some(*id),
        _ => None,
    };
    let instant = |name: &str| meydan_kernel::case::instant(register, case, name);
    let (now, lang) = (visit.caller.principal.now, visit.lang);
    let closed = instant(field::CLOSED_AT);
    let due = instant(field::DUE_AT).filter(|_| closed.is_none()).map(|at| Due {
        words: clocks::words(lang, calendar, now, at),
        at: format::instant(lang, at),
        urgency: Urgency::of(calendar, now, at),
    });
    let number = match case.value(register, field::REFERENCE) {
        Some(Value::Text(number)) => readable(number),
        _ => format!("#{}", case.fid),
    };
    let category = Some(show("category")).filter(|c| !c.is_empty()).unwrap_or_else(|| show("kind"));
    let place = Some(show("address")).filter(|p| !p.is_empty()).unwrap_or_else(|| show("neighbourhood"));
    let urgent = match case.value(register, "priority") {
        Some(Value::Text(code)) if code == "urgent" || code == "high" => Some(show("priority")),
        _ => None,
    };
    Row {
        value: format!("{}/{}", register.name, case.id),
        href: format!("/registers/{}/{}", register.name, case.id),
        number,
        subject: shower.name(register, case),
        kind: visit.say(&register.title).to_owned(),
        category,
        place,
        state: show(field::STATE),
        unit: reference(field::UNIT).and_then(|id| directory.unit(id)).map(|u| u.name.clone()).unwrap_or_default(),
        holder: reference(field::ASSIGNEE)
            .and_then(|id| directory.person(id))
            .map_or_else(|| visit.t.nobody_yet().to_owned(), |p| p.name.clone()),
        urgent,
        due,
        closed: closed.map(|at| format::day(lang, at)),
    }
}
