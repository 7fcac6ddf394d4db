//! The page itself.

use super::{
    super::{
        admin::explain,
        format,
        labels::Labels,
        page::{Page, Room, Visit},
        record::{Found, Head, Place, Row, Showing, place, rows},
        refusal::Refusal,
        shown::Shower,
        unmask,
    },
    offers::{self, Again, OfferForm},
    related::{self, Comment, File, Other},
    templates::{self, Ready},
    timeline::{self, Held, Step},
};
use crate::{
    Problem,
    cases::{ATTACHMENT, COMMENT, clocks},
};
use askama::Template;
use axum::{http::StatusCode, response::Response};
use meydan_kernel::{
    Record, Register, Value,
    case::{instant, readable, state_of},
    catalogue::{Action, StateKind, workflow::field},
    permission::FieldSet,
};
use std::sync::Arc;

#[derive(Template)]
#[template(path = "case/case.html")]
struct CasePage {
    page: Page,
    head: Head,
    version: i64,
    number: String,
    state: String,
    kind: &'static str,
    since: String,
    unit: String,
    held_since: String,
    assignee: String,
    due: Option<(String, clocks::Urgency, String)>,
    clocks: Vec<clocks::Shown>,
    offers: Vec<OfferForm>,
    again: Option<Refusal>,
    ready: Vec<Ready>,
    description: Option<Row>,
    answer: Option<Row>,
    applicant: Vec<Row>,
    facts: Vec<Row>,
    place: Option<Place>,
    veiled: Vec<(String, String)>,
    why: Option<String>,
    uncovered: bool,
    refusal: Option<Refusal>,
    comments: Vec<Comment>,
    may_comment: bool,
    audiences: Vec<(String, String)>,
    files: Vec<File>,
    may_attach: bool,
    steps: Vec<Step>,
    held: Vec<Held>,
    joined: Vec<Other>,
    nearby: Vec<Other>,
    joins: Option<String>,
    tasks: Option<(Vec<Other>, Option<String>)>,
    watching: Option<bool>,
    done: Option<String>,
}

/// The rows of a case, told apart.
#[derive(Default)]
struct Parted {
    description: Option<Row>,
    answer: Option<Row>,
    applicant: Vec<Row>,
    facts: Vec<Row>,
}

fn part(register: &Register, rows: Vec<Row>) -> Parted {
    let mut parted = Parted::default();
    for (field, row) in register.fields.iter().zip(rows) {
        let empty = row.shown.is_empty() && !row.hidden;
        match field.name.as_str() {
            _ if field.house => {}
            "description" => parted.description = Some(row).filter(|_| !empty),
            "answer" => parted.answer = Some(row).filter(|r| !r.shown.is_empty()),
            name if name.starts_with("applicant_") => parted.applicant.push(row),
            _ if !empty => parted.facts.push(row),
            _ => {}
        }
    }
    parted.applicant.retain(|r| r.hidden || !r.shown.is_empty());
    parted
}

/// The page of a case.
///
/// # Errors
/// Those of the store.
pub async fn show(visit: &Visit, found: &Found, showing: Showing<'_>, again: Option<Again>) -> Result<Response, Problem> {
    let Found { register, record } = found;
    let principal = visit.principal();
    let desk = &visit.app.desk;
    let catalogue = desk.catalogue();
    let (calendar, workflow) = futures::try_join!(desk.calendar(), desk.workflow(register, record))?;
    let offered = desk.offers(&principal, register, record.id).await?;
    let offers = offers::forms(visit, register, record, offered, again.as_ref()).await?;
    let labels = Labels::of(visit, register, &[record], |_| true).await?;
    let shower = Shower { t: visit.t, catalogue: &catalogue, labels: &labels };
    let history = match visit.may(register, Action::History) {
        true => desk.history(&principal, register, record.id).await?,
        false => Vec::new(),
    };
    let head = Head::new(visit, register, record, &shower, "record", false);
    let parted = part(register, rows(visit, register, record, &shower, showing.uncovered));
    let veiled = unmask::openable(visit, register, record);
    let name = |index: usize| register.fields.get(index).map(|f| (f.name.clone(), visit.say(&f.title).to_owned()));
    let joins = offers.iter().find(|o| o.joins).map(|o| o.name.clone());
    let answers = offers.iter().any(|o| o.answers);
    let stands = Stands::of(visit, register, record, &calendar);
    let state = workflow.state(state_of(register, record));
    let near = if joins.is_some() { related::nearby(visit, register, record, &shower).await? } else { Vec::new() };
    let through = desk.with_whole(&principal, register, record.id).await?;
    let adds = |part: &str| desk.register(part).is_ok_and(|r| desk.could(&through, &r, Action::Insert));
    let template = CasePage {
        page: visit.page(Room::Inbox, format!("{} · {}", head.name, head.register_title)),
        version: record.version,
        state: state.map(|s| visit.say(&s.title).to_owned()).unwrap_or_default(),
        kind: state.map_or("open", |s| kind_word(s.kind)),
        number: stands.number,
        since: stands.since,
        unit: stands.unit,
        held_since: stands.held_since,
        assignee: stands.assignee,
        due: stands.due,
        clocks: clocks::of(visit.lang, &calendar, principal.now, &workflow, register, record),
        ready: if answers { templates::of(visit, register, record).await? } else { Vec::new() },
        description: parted.description,
        answer: parted.answer,
        applicant: parted.applicant,
        facts: parted.facts,
        place: place(visit, register, record, &head.name),
        veiled: veiled.iter().filter_map(name).collect(),
        why: (!record.hidden.without(veiled).is_empty())
            .then(|| explain::link(&register.name, Action::Unmask, Some(&record.id.to_string()))),
        uncovered: showing.uncovered != FieldSet::EMPTY,
        refusal: showing.refusal,
        comments: related::comments(visit, register, record, &shower).await?,
        may_comment: adds(COMMENT),
        audiences: audiences(visit),
        files: related::files(visit, register, record, &shower).await?,
        may_attach: adds(ATTACHMENT),
        steps: timeline::steps(visit, register, &workflow, &history),
        held: timeline::held(visit, register, &calendar, &history),
        joined: related::joined(visit, register, record, &shower).await?,
        nearby: near,
        joins,
        tasks: related::tasks(visit, register, record, &shower).await?,
        watching: related::watching(visit, register, record).await?.map(|watch| watch.is_some()),
        done: visit.query.get("done").map(|title| visit.t.case_done(title)),
        again: again.map(|a| a.refusal),
        offers,
        head,
    };
    let refused = template.again.as_ref().or(template.refusal.as_ref()).map(|r| r.status);
    visit.show_as(refused.unwrap_or(StatusCode::OK), &template)
}

/// What a state means, as a word of the style sheet.
pub const fn kind_word(kind: StateKind) -> &'static str {
    match kind {
        StateKind::Open => "open",
        StateKind::Waiting => "waiting",
        StateKind::Closed => "closed",
    }
}

/// Who can read a comment, without the public: a comment is never for everybody.
fn audiences(visit: &Visit) -> Vec<(String, String)> {
    let catalogue = visit.app.desk.catalogue();
    let list = catalogue.code_lists.get("audience").map_or(&[][..], |l| l.codes.as_slice());
    list.iter().filter(|c| c.code != "public").map(|c| (c.code.clone(), visit.say(&c.title).to_owned())).collect()
}

/// Where a case stands.
struct Stands {
    number: String,
    since: String,
    unit: String,
    held_since: String,
    assignee: String,
    due: Option<(String, clocks::Urgency, String)>,
}

impl Stands {
    fn of(visit: &Visit, register: &Arc<Register>, record: &Record, calendar: &meydan_kernel::calendar::Calendar) -> Self {
        let (directory, lang, now) = (&visit.caller.directory, visit.lang, visit.caller.principal.now);
        let reference = |name: &str| match record.value(register, name) {
            Some(Value::Reference(id)) => Some(*id),
            _ => None,
        };
        let at = |name: &str| instant(register, record, name);
        let day = |name: &str| at(name).map(|at| format::day(lang, at)).unwrap_or_default();
        let open = at(field::CLOSED_AT).is_none();
        Self {
            number: match record.value(register, field::REFERENCE) {
                Some(Value::Text(number)) => readable(number),
                _ => format!("#{}", record.fid),
            },
            since: day(field::ENTERED_AT),
            unit: reference(field::UNIT).and_then(|id| directory.unit(id)).map(|u| u.name.clone()).unwrap_or_default(),
            held_since: day(field::HELD_SINCE),
            assignee: reference(field::ASSIGNEE)
                .and_then(|id| directory.person(id))
                .map(|p| p.name.clone())
                .unwrap_or_default(),
            due: at(field::DUE_AT).filter(|_| open).map(|at| {
                let urgency = clocks::Urgency::of(calendar, now, at);
                (clocks::words(lang, calendar, now, at), urgency, format::instant(lang, at))
            }),
        }
    }
}
