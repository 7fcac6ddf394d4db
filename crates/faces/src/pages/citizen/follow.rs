//! `/basvuru/takip`: a request by its number: where it is, since when, until when, what was answered; and what its applicant may do.

use super::{COMMENT, REQUEST, categories::Tree, photos, text};
use crate::{
    Problem,
    cookies::CASE,
    pages::{
        format,
        labels::Labels,
        login::wait_for,
        page::{Page, Room, Visit, private, see_other, with_cookie},
        params::Params,
        refusal::Refusal,
        shown::Shower,
    },
    rates,
};
use askama::Template;
use axum::{body::Bytes, http::StatusCode, response::Response};
use jiff::Timestamp;
use meydan_identity::seconds_to_wait;
use meydan_kernel::{
    Principal, Query, Record, Register, Sort, Value, Version,
    case::{Clocks, instant, readable, state_of},
    catalogue::{StateKind, Workflow},
    query::Key,
};
use std::sync::Arc;

/// Limit: comments shown.
const MAX_COMMENTS: usize = 200;
/// Versions that the house makes by looking at its clocks are no steps.
const LOOK: &str = "look";
/// The step whose reason is a question to the applicant; reasons of other steps are the house's own.
const ASK: &str = "ask";

#[derive(Template)]
#[template(path = "citizen/number.html")]
struct NumberPage {
    page: Page,
    number: String,
    refusal: Option<Refusal>,
}

#[derive(Template)]
#[template(path = "citizen/follow.html")]
struct FollowPage {
    page: Page,
    case: Case,
    /// It was filed a moment ago: the receipt.
    received: bool,
    done: Option<&'static str>,
    refusal: Option<Refusal>,
    comments: Vec<(String, String)>,
    steps: Vec<Step>,
    files: Vec<photos::Shown>,
    /// The contact was proven: they may act.
    proven: bool,
    can: Vec<String>,
    typed: String,
}

impl FollowPage {
    fn may(&self, transition: &str) -> bool {
        self.can.iter().any(|t| t == transition)
    }
}

/// A request as its applicant reads it.
struct Case {
    number: String,
    told: String,
    state: String,
    open: bool,
    kind: String,
    category: String,
    description: String,
    address: String,
    unit: String,
    since: String,
    received: String,
    due: Option<Due>,
    answer: String,
    answered: String,
    resolution: String,
    ground: String,
    extension: String,
    fee: String,
    rating: String,
}

/// The deadline that runs.
struct Due {
    title: String,
    source: String,
    day: String,
    late: bool,
    paused: bool,
}

/// One step on its way.
struct Step {
    day: String,
    told: String,
    unit: String,
    /// What the house asks.
    question: String,
}

/// Who comes by the pass in their cookie, if it is good.
///
/// # Errors
/// Those of the store.
pub async fn bearer(visit: &Visit) -> Result<Option<Principal>, Problem> {
    match CASE.value(visit.secure, &visit.headers) {
        Some(pass) => Ok(visit.app.identity.case_pass(pass).await?),
        None => Ok(None),
    }
}

/// `GET /basvuru/takip`: the case of the pass, or the question for the number. `?no=` of a message's link opens it.
///
/// # Errors
/// Those of the store.
pub async fn show(visit: Visit) -> Result<Response, Problem> {
    if let Some(number) = visit.query.get("no") {
        return open_number(&visit, number).await;
    }
    match bearer(&visit).await? {
        Some(bearer) => case_page(&visit, &bearer, None, "").await,
        None => ask(&visit, "", None),
    }
}

/// `POST /basvuru/takip`: opens a case by its number; the number goes from the address, where others may read it, into a pass.
///
/// # Errors
/// `form-expired`; our own failures.
pub async fn open(visit: Visit, body: Bytes) -> Result<Response, Problem> {
    let form = Params::parse(&String::from_utf8_lossy(&body));
    visit.check_token(&form)?;
    open_number(&visit, form.get("no").unwrap_or_default()).await
}

/// `POST /basvuru/takip/cik`: this browser forgets the case.
///
/// # Errors
/// `form-expired`; those of the store.
pub async fn leave(visit: Visit, body: Bytes) -> Result<Response, Problem> {
    visit.check_token(&Params::parse(&String::from_utf8_lossy(&body)))?;
    if let Some(pass) = CASE.value(visit.secure, &visit.headers) {
        visit.app.identity.end_case_pass(pass).await?;
    }
    Ok(private(with_cookie(see_other("/basvuru/takip"), CASE.forget(visit.secure))))
}

/// `GET /basvuru/alindi`: the receipt of what was filed a moment ago.
///
/// # Errors
/// Those of the store.
pub async fn received(visit: Visit) -> Result<Response, Problem> {
    match bearer(&visit).await? {
        Some(bearer) => case_page(&visit, &bearer, None, "").await,
        None => Ok(see_other("/basvuru/takip")),
    }
}

async fn open_number(visit: &Visit, number: &str) -> Result<Response, Problem> {
    let address = visit.caller.address.as_deref();
    // What fails its own check digit is nobody's number: a slip of the finger costs nothing and tells nothing.
    let plausible = meydan_kernel::case::spoken(number).is_some();
    if plausible && let Err(error) = rates::try_number(&visit.app, address) {
        let wait = seconds_to_wait(&error);
        return Ok(wait_for(ask(visit, number, Some(Refusal::of(visit, error)?))?, wait));
    }
    match visit.app.desk.bearer(number, "page").await {
        Ok(_) => {
            rates::number_was_right(&visit.app, address);
            let digits = meydan_kernel::case::spoken(number).unwrap_or_default();
            let pass = visit.app.identity.make_case_pass(&digits, None).await?;
            Ok(private(with_cookie(see_other("/basvuru/takip"), CASE.keep(visit.secure, &pass))))
        }
        Err(error) if error.code() == "no-such-case" => ask(visit, number, Some(Refusal::of(visit, error)?)),
        Err(error) => Err(error.into()),
    }
}

fn ask(visit: &Visit, number: &str, refusal: Option<Refusal>) -> Result<Response, Problem> {
    let number = number.chars().take(40).collect();
    let template = NumberPage { page: visit.page(Room::Citizen, visit.t.citizen_follow_title()), number, refusal };
    let status = template.refusal.as_ref().map_or(StatusCode::OK, |r| r.status);
    Ok(private(visit.show_as(status, &template)?))
}

/// The page of a case; `typed` is what was written and came back with a refusal.
///
/// # Errors
/// Those of the store.
pub async fn case_page(visit: &Visit, bearer: &Principal, refusal: Option<Refusal>, typed: &str) -> Result<Response, Problem> {
    let desk = &visit.app.desk;
    let register = desk.register(REQUEST)?;
    let Some(id) = bearer.bears().map(meydan_kernel::permission::Whole::id) else { return ask(visit, "", refusal) };
    let record = desk.get(bearer, &register, Key::Id(id), None).await?;
    let workflow = desk.workflow(&register, &record).await?;
    let versions = desk.history(bearer, &register, id).await?;
    let mut all: Vec<&Record> = versions.iter().map(|v| &v.record).collect();
    all.push(&record);
    let labels = Labels::of(visit, &register, &all, |f| f.name == "unit").await?;
    let offers = desk.offers(bearer, &register, id).await?;
    let received = visit.path == "/basvuru/alindi";
    let title = if received { visit.t.citizen_received_title() } else { visit.t.citizen_follow_title() };
    let template = FollowPage {
        page: visit.page(Room::Citizen, title),
        case: told(visit, &register, &record, &workflow, (&labels, &Tree::read(visit).await?)),
        received,
        done: visit.query.get("done").and_then(|word| super::acts::done(visit, word)),
        refusal,
        comments: comments(visit, bearer, &register, id).await?,
        steps: steps(visit, &register, &versions, &workflow, &labels),
        files: photos::of(visit, bearer).await?,
        proven: bearer.is_verified(),
        can: offers.into_iter().map(|offer| offer.transition.name).collect(),
        typed: typed.to_owned(),
    };
    let status = template.refusal.as_ref().map_or(StatusCode::OK, |r| r.status);
    Ok(private(visit.show_as(status, &template)?))
}

fn told(visit: &Visit, register: &Register, record: &Record, workflow: &Workflow, (labels, tree): (&Labels, &Tree)) -> Case {
    let catalogue = visit.app.desk.catalogue();
    let shower = Shower { t: visit.t, catalogue: &catalogue, labels };
    let show = |name: &str| {
        let shown = register.field(name).zip(record.value(register, name)).map(|(f, v)| shower.show(f, v).text);
        shown.unwrap_or_default()
    };
    let day = |name: &str| instant(register, record, name).map(|at| format::day(visit.lang, at)).unwrap_or_default();
    let state = workflow.state(state_of(register, record));
    let title = state.map(|s| visit.say(&s.title)).unwrap_or_default();
    let rating = match record.value(register, "rating") {
        Some(Value::Int(n)) => n.to_string(),
        _ => String::new(),
    };
    Case {
        number: readable(text(register, record, "reference")),
        told: state.and_then(|s| s.told.as_ref()).map_or(title, |told| visit.say(told)).to_owned(),
        state: title.to_owned(),
        open: state.is_some_and(|s| s.kind != StateKind::Closed),
        kind: show("kind"),
        category: super::reference(register, record, "category").and_then(|id| tree.title_of(id)).unwrap_or_default(),
        description: show("description"),
        address: show("address"),
        unit: show("unit"),
        since: day("held_since"),
        received: instant(register, record, "received_at").map(|at| format::instant(visit.lang, at)).unwrap_or_default(),
        due: due(visit, register, record, workflow),
        answer: show("answer"),
        answered: day("answered_at"),
        resolution: show("resolution"),
        ground: show("refusal_ground"),
        extension: show("extension_reason"),
        fee: show("fee"),
        rating,
    }
}

/// The first of the deadlines that run, as the law or the house's own standard sets them.
fn due(visit: &Visit, register: &Register, record: &Record, workflow: &Workflow) -> Option<Due> {
    let clocks = Clocks::of(register, record);
    let mut running: Vec<_> = clocks
        .0
        .iter()
        .filter(|clock| clock.is_active())
        .filter_map(|clock| Some((clock, workflow.deadline(&clock.name).filter(|d| !d.silent)?)))
        .collect();
    running.sort_by_key(|(clock, _)| clock.due);
    let (clock, deadline) = running.first()?;
    Some(Due {
        title: visit.say(&deadline.title).to_owned(),
        source: visit.say(&deadline.source).to_owned(),
        day: format::day(visit.lang, clock.due),
        late: clock.is_late(Timestamp::now()),
        paused: clock.paused.is_some(),
    })
}

/// What became of it and when, without who did it.
fn steps(visit: &Visit, register: &Register, versions: &[Version], workflow: &Workflow, labels: &Labels) -> Vec<Step> {
    let mut steps: Vec<Step> = Vec::new();
    let mut before: Option<(String, Option<uuid::Uuid>)> = None;
    for version in versions {
        let record = &version.record;
        let (state, unit) = (state_of(register, record).to_owned(), super::reference(register, record, "unit"));
        let now = Some((state.clone(), unit));
        if before == now || text(register, record, "step") == LOOK {
            continue;
        }
        let moved = before.as_ref().is_none_or(|(s, _)| *s != state);
        let at = if before.is_none() { instant(register, record, "received_at") } else { None };
        let at = at.or_else(|| instant(register, record, if moved { "entered_at" } else { "held_since" }));
        let name = unit.and_then(|id| labels.get("unit", id)).unwrap_or_default();
        let question = version.act.reason.as_ref().filter(|_| text(register, record, "step") == ASK);
        steps.push(Step {
            day: format::day(visit.lang, at.unwrap_or(record.recorded_at)),
            told: workflow.state(&state).map(|s| visit.say(&s.title).to_owned()).unwrap_or_default(),
            unit: name.to_owned(),
            question: question.cloned().unwrap_or_default(),
        });
        before = now;
    }
    steps
}

async fn comments(
    visit: &Visit,
    bearer: &Principal,
    request: &Arc<Register>,
    id: uuid::Uuid,
) -> Result<Vec<(String, String)>, Problem> {
    let desk = &visit.app.desk;
    let Ok(register) = desk.register(COMMENT) else { return Ok(Vec::new()) };
    let through = desk.with_whole(bearer, request, id).await?;
    let sort = register.field_index("written_at").map(|field| Sort { field, descending: false });
    let query = Query { limit: Some(MAX_COMMENTS), sort, ..Query::all(Arc::clone(&register)) };
    let records = desk.query(&through, &query).await?;
    let told = |r: &Record| {
        let at = instant(&register, r, "written_at").unwrap_or(r.recorded_at);
        (format::instant(visit.lang, at), text(&register, r, "text").to_owned())
    };
    Ok(records.iter().map(told).collect())
}
