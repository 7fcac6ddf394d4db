//! `…/workflow`: the way of a register's cases as a picture made of the definition itself, and as tables that say the same.

use super::{
    super::{
        admin::sentence,
        page::{Page, Room, Visit},
        record::{Found, find},
    },
    show::kind_word,
};
use crate::{Problem, cases};
use askama::Template;
use axum::{extract::Path, response::Response};
use meydan_kernel::{
    Error, Register,
    catalogue::{TermOf, Transition, Workflow},
};
use std::collections::BTreeMap;

const BOX_WIDTH: usize = 190;
const BOX_HEIGHT: usize = 46;
const GAP_X: usize = 110;
const GAP_Y: usize = 34;
const MARGIN: usize = 16;

#[derive(Template)]
#[template(path = "case/workflow.html")]
struct WorkflowPage {
    page: Page,
    register: String,
    register_title: String,
    /// The case that it is about: its id and name.
    case: Option<String>,
    width: usize,
    height: usize,
    boxes: Vec<StateBox>,
    lines: Vec<Line>,
    rows: Vec<Row>,
    deadlines: Vec<DeadlineRow>,
}

struct StateBox {
    title: String,
    x: usize,
    y: usize,
    middle: usize,
    base: usize,
    kind: &'static str,
    here: bool,
}

/// One arrow; its number stands in the table.
struct Line {
    path: String,
    number: usize,
    x: usize,
    y: usize,
    base: usize,
}

struct Row {
    number: Option<usize>,
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
    let places = places(workflow);
    let boxes: Vec<StateBox> = workflow
        .states
        .iter()
        .filter_map(|state| {
            let (x, y) = *places.get(state.name.as_str())?;
            let here = case.as_ref().is_some_and(|(_, at)| *at == state.name);
            let (middle, base) = (x + BOX_WIDTH / 2, y + BOX_HEIGHT / 2 + 5);
            Some(StateBox { title: title(&state.name), x, y, middle, base, kind: kind_word(state.kind), here })
        })
        .collect();
    let pairs = pairs(workflow);
    let bottom = boxes.iter().map(|b| b.y + BOX_HEIGHT).max().unwrap_or(0);
    let mut lines = Vec::new();
    for (index, (from, to)) in pairs.iter().enumerate() {
        let (Some(a), Some(b)) = (places.get(from), places.get(to)) else { continue };
        lines.push(line(*a, *b, index + 1));
    }
    let number = |from: &str, to: &str| pairs.iter().position(|p| *p == (from, to)).map(|i| i + 1);
    let catalogue = visit.app.desk.catalogue();
    let rows = workflow.transitions.iter().flat_map(|t| {
        let needs = needs(visit, register, t);
        let who = t.grant.as_ref().map(|g| sentence::who(visit, &catalogue, g));
        let (title, to_title) = (&title, t.to.as_deref().map(&title));
        t.from
            .iter()
            .map(move |from| Row {
                number: t.to.as_deref().and_then(|to| number(from, to)),
                title: visit.say(&t.title).to_owned(),
                from: title(from),
                to: to_title.clone(),
                who: who.clone(),
                needs: needs.clone(),
            })
            .collect::<Vec<_>>()
    });
    let rows: Vec<Row> = rows.collect();
    let register_title = visit.say(&register.title).to_owned();
    let template = WorkflowPage {
        page: visit.page(Room::Inbox, visit.t.workflow_title(register_title.as_str())),
        register: register.name.clone(),
        register_title,
        case: case.map(|(id, _)| id),
        width: boxes.iter().map(|b| b.x + BOX_WIDTH).max().unwrap_or(0) + MARGIN + GAP_X / 2,
        height: bottom + MARGIN + GAP_Y,
        boxes,
        lines,
        rows,
        deadlines: deadlines(visit, register, workflow),
    };
    visit.show(&template)
}

/// Which states an arrow joins, each pair once.
fn pairs(workflow: &Workflow) -> Vec<(&str, &str)> {
    let mut pairs: Vec<(&str, &str)> = Vec::new();
    for t in &workflow.transitions {
        for from in &t.from {
            if let Some(to) = t.to.as_deref().filter(|to| *to != from)
                && !pairs.contains(&(from.as_str(), to))
            {
                pairs.push((from, to));
            }
        }
    }
    pairs
}

/// Left and top of each state: its column is how many steps it is from the first, closed ones stand at the right.
fn places(workflow: &Workflow) -> BTreeMap<&str, (usize, usize)> {
    let pairs = pairs(workflow);
    let mut depth: BTreeMap<&str, usize> = workflow.first().map(|s| (s.name.as_str(), 0)).into_iter().collect();
    let mut open: Vec<&str> = depth.keys().copied().collect();
    while let Some(state) = open.pop() {
        let next = depth.get(state).copied().unwrap_or(0) + 1;
        for (_, to) in pairs.iter().filter(|(from, _)| *from == state) {
            if depth.get(to).is_none_or(|d| *d > next) {
                depth.insert(to, next);
                open.push(to);
            }
        }
    }
    let closed = |name: &str| workflow.state(name).is_some_and(|s| kind_word(s.kind) == "closed");
    let last = depth.iter().filter(|(name, _)| !closed(name)).map(|(_, d)| *d).max().unwrap_or(0) + 1;
    let mut tops: BTreeMap<usize, usize> = BTreeMap::new();
    let mut out = BTreeMap::new();
    for state in workflow.states.iter().filter(|s| !s.retired) {
        let name = state.name.as_str();
        let column = if closed(name) { last } else { depth.get(name).copied().unwrap_or(last) };
        // Columns that are next to each other begin at different heights: arrows between them can be told apart.
        let top = tops.entry(column).or_insert(MARGIN + GAP_Y + column % 2 * (BOX_HEIGHT + GAP_Y) / 2);
        out.insert(name, (MARGIN + column * (BOX_WIDTH + GAP_X), *top));
        *top += BOX_HEIGHT + GAP_Y;
    }
    out
}

/// An arrow from box to box, with its number on the way.
fn line(from: (usize, usize), to: (usize, usize), number: usize) -> Line {
    let half = BOX_HEIGHT / 2;
    let (x1, y1, x2, y2, c1, c2) = match from.0.cmp(&to.0) {
        std::cmp::Ordering::Less => {
            let (x1, x2) = (from.0 + BOX_WIDTH, to.0);
            let bend = (x2 - x1) / 2;
            (x1, from.1 + half, x2, to.1 + half, x1 + bend, x2 - bend)
        }
        std::cmp::Ordering::Equal => {
            let x = from.0 + BOX_WIDTH;
            (x, from.1 + half + 8, x, to.1 + half - 8, x + GAP_X / 2, x + GAP_X / 2)
        }
        // Back: out of the left side, into the right one, a little lower, so that it isn't the way there.
        std::cmp::Ordering::Greater => {
            let (x1, x2) = (from.0, to.0 + BOX_WIDTH);
            let bend = (x1 - x2) / 2;
            (x1, from.1 + half + 12, x2, to.1 + half + 12, x1 - bend, x2 + bend)
        }
    };
    // Where the number stands: the point of the curve at a third of its way, so that numbers of opposite arrows keep apart.
    let at = |a: usize, b: usize, c: usize, d: usize| {
        let (a, b, c, d) = (a as f64, b as f64, c as f64, d as f64);
        let (t, u) = (0.36, 0.64);
        (u * u * u * a + 3.0 * u * u * t * b + 3.0 * u * t * t * c + t * t * t * d).round() as usize
    };
    let (x, y) = (at(x1, c1, c2, x2), at(y1, y1, y2, y2));
    Line { path: format!("M{x1} {y1}C{c1} {y1} {c2} {y2} {x2} {y2}"), number, x, y, base: y + 4 }
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
