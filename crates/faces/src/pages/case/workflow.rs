//! `…/workflow`: the way of a register's cases as a picture made of the definition itself, and as tables that say the same.

use super::{
    super::{
        admin::sentence,
        page::{Page, Room, Visit},
        record::{Found, find},
    },
    picture::{self, BOX_WIDTH, Picture},
    show::kind_word,
};
use crate::{Problem, cases};
use askama::Template;
use axum::{extract::Path, response::Response};
use meydan_kernel::{
    Error, Register,
    catalogue::{State, TermOf, Transition, Workflow},
};

#[derive(Template)]
#[template(path = "case/workflow.html")]
struct WorkflowPage {
    page: Page,
    register: String,
    register_title: String,
    /// The case that it is about: its id and name.
    case: Option<String>,
    picture: Picture,
    /// Where the case is.
    here: Option<String>,
    /// The same as cards, one of each state: what a phone shows instead of the picture.
    cards: Vec<Card>,
    rows: Vec<Row>,
    deadlines: Vec<DeadlineRow>,
}

/// A state with the steps that lead out of it.
struct Card {
    title: String,
    kind: &'static str,
    here: bool,
    /// Step, and where it leads; none if the case stays.
    steps: Vec<(String, Option<String>)>,
}

struct Row {
    title: String,
    from: String,
    to: Option<String>,
    who: Option<String>,
    needs: String,
}

struct DeadlineRow {
    title: String,
    term: String,
    source: String,
    runs: String,
}

/// `GET /registers/{name}/workflow`: the definition in force.
///
/// # Errors
/// `no-such-register`, `not-a-case`; `login-required`, `not-allowed` for who may read no case of it.
pub async fn of_register(visit: Visit, Path(name): Path<String>) -> Result<Response, Problem> {
    let register = visit.app.desk.register(&name)?;
    visit.app.desk.readable(&visit.caller.principal, &register)?;
    let workflow = register
        .workflow
        .clone()
        .ok_or_else(|| Error::not_found("not-a-case", "Bu kütüğün akışı yok.", "This register has no workflow."))?;
    draw(&visit, &register, &workflow, None)
}

/// `GET /registers/{name}/{id}/workflow`: the one that the case keeps, with where it is.
///
/// # Errors
/// As [`find`]; `not-a-case`.
pub async fn of_case(visit: Visit, Path((name, id)): Path<(String, String)>) -> Result<Response, Problem> {
    let Found { register, record } = find(&visit, &name, &id).await?;
    cases::find(&visit.app.desk, &visit.principal(), &name, &id).await?;
    let workflow = visit.app.desk.workflow(&register, &record).await?;
    let state = meydan_kernel::case::state_of(&register, &record).to_owned();
    draw(&visit, &register, &workflow, Some((record.id.to_string(), state)))
}

fn draw(visit: &Visit, register: &Register, workflow: &Workflow, case: Option<(String, String)>) -> Result<Response, Problem> {
    let title = |name: &str| workflow.state(name).map_or_else(|| name.to_owned(), |s| visit.say(&s.title).to_owned());
    let at = case.as_ref().map(|(_, at)| at.as_str());
    let catalogue = visit.app.desk.catalogue();
    let row = |t: &Transition| Row {
        title: visit.say(&t.title).to_owned(),
        from: t.from.iter().map(|from| title(from)).collect::<Vec<_>>().join(", "),
        to: t.to.as_deref().map(title),
        who: t.grant.as_ref().map(|g| sentence::who(visit, &catalogue, g)),
        needs: needs(visit, register, t),
    };
    let rows = workflow.transitions.iter().map(row).collect();
    let register_title = visit.say(&register.title).to_owned();
    let shown = shown(workflow, at);
    let template = WorkflowPage {
        page: visit.page(Room::Inbox, visit.t.workflow_title(register_title.as_str())),
        register: register.name.clone(),
        register_title,
        picture: picture(visit, workflow, &shown, at),
        here: at.map(&title),
        cards: shown.iter().map(|state| card(visit, workflow, state, at)).collect(),
        case: case.as_ref().map(|(id, _)| id.clone()),
        rows,
        deadlines: deadlines(visit, register, workflow),
    };
    visit.show(&template)
}

/// The states in the order of the definition, those that end a case last; without those that no case comes into any more.
fn shown<'a>(workflow: &'a Workflow, at: Option<&str>) -> Vec<&'a State> {
    let mut states: Vec<&State> = workflow.states.iter().filter(|s| !s.retired || at == Some(s.name.as_str())).collect();
    states.sort_by_key(|s| kind_word(s.kind) == "closed");
    states
}

fn picture(visit: &Visit, workflow: &Workflow, shown: &[&State], at: Option<&str>) -> Picture {
    let place = |name: &str| shown.iter().position(|s| s.name == name);
    let states: Vec<_> = shown
        .iter()
        .map(|s| picture::State { title: visit.say(&s.title), kind: kind_word(s.kind), here: at == Some(s.name.as_str()) })
        .collect();
    let step = |t: &Transition, from: &str| {
        let (from, to) = (place(from)?, place(t.to.as_deref()?)?);
        Some((from, to, t.grant.is_none()))
    };
    let steps: Vec<_> = workflow
        .transitions
        .iter()
        .flat_map(|t| t.from.iter().filter_map(move |from| step(t, from)).map(move |found| (t, found)))
        .map(|(t, (from, to, house))| picture::Step { title: visit.say(&t.title), from, to, house })
        .collect();
    picture::draw(&states, &steps)
}

fn card(visit: &Visit, workflow: &Workflow, state: &State, at: Option<&str>) -> Card {
    let to = |t: &Transition| {
        let other = t.to.as_deref().filter(|to| *to != state.name);
        other.and_then(|to| workflow.state(to)).map(|s| visit.say(&s.title).to_owned())
    };
    let own = workflow.transitions.iter().filter(|t| t.from.contains(&state.name));
    Card {
        title: visit.say(&state.title).to_owned(),
        kind: kind_word(state.kind),
        here: at == Some(state.name.as_str()),
        steps: own.map(|t| (visit.say(&t.title).to_owned(), to(t))).collect(),
    }
}

fn needs(visit: &Visit, register: &Register, transition: &Transition) -> String {
    let title = |name: &String| register.field(name).map(|f| visit.say(&f.title).to_owned());
    let mut words: Vec<String> = transition.needs.iter().filter_map(title).collect();
    if transition.grant.as_ref().is_some_and(|g| g.reason) {
        words.push(visit.t.workflow_reason().to_owned());
    }
    words.join(", ")
}

fn deadlines(visit: &Visit, register: &Register, workflow: &Workflow) -> Vec<DeadlineRow> {
    let field = |name: &str| register.field(name).map_or_else(|| name.to_owned(), |f| visit.say(&f.title).to_owned());
    let row = |d: &meydan_kernel::catalogue::Deadline| DeadlineRow {
        title: visit.say(&d.title).to_owned(),
        term: match &d.term {
            TermOf::Fixed(term) => term.text().get(visit.lang).to_owned(),
            TermOf::OfficeHoursIn(name) | TermOf::At(name) => field(name),
        },
        source: visit.say(&d.source).to_owned(),
        runs: d.runs_in.iter().filter_map(|s| workflow.state(s)).map(|s| visit.say(&s.title)).collect::<Vec<_>>().join(", "),
    };
    workflow.deadlines.iter().map(row).collect()
}
