//! The way of a case: each step with who, in which post, for whom, why; and how long it stayed with whom.

use super::super::{format, page::Visit, texts::count};
use meydan_kernel::{
    Record, Register, Value, Version,
    calendar::Calendar,
    catalogue::{Workflow, workflow::field},
    post::day,
};
use uuid::Uuid;

/// One step.
pub struct Step {
    /// What was done.
    pub title: String,
    /// The state after it, if it changed.
    pub state: Option<String>,
    /// Who.
    pub person: String,
    /// In which post.
    pub post: String,
    /// For whom, if by proxy.
    pub on_behalf_of: Option<String>,
    /// Why.
    pub reason: Option<String>,
    /// When.
    pub at: String,
}

/// How long it stayed with a unit.
pub struct Held {
    /// The unit.
    pub unit: String,
    /// From when.
    pub from: String,
    /// In words.
    pub words: String,
    /// It is there now.
    pub now: bool,
}

fn unit_of(register: &Register, record: &Record) -> Option<Uuid> {
    match record.value(register, field::UNIT) {
        Some(Value::Reference(id)) => Some(*id),
        _ => None,
    }
}

fn text<'a>(register: &Register, record: &'a Record, name: &str) -> &'a str {
    match record.value(register, name) {
        Some(Value::Text(text)) => text,
        _ => "",
    }
}

/// The steps, the newest first.
pub fn steps(visit: &Visit, register: &Register, workflow: &Workflow, history: &[Version]) -> Vec<Step> {
    let mut out = Vec::with_capacity(history.len());
    let mut before: Option<&Record> = None;
    for version in history {
        let record = &version.record;
        let step = text(register, record, field::STEP);
        let same = |name: &str| before.is_some_and(|b| b.value(register, name) == record.value(register, name));
        // A correction keeps the step of the version before it, and moves nothing that a step moves.
        let moved = [field::STEP, field::STATE, field::UNIT, field::ASSIGNEE, field::CLOCKS];
        let title = match (step, before.is_some()) {
            (_, false) => visit.t.case_step_open().to_owned(),
            ("look", _) => visit.t.case_step_look().to_owned(),
            _ if moved.iter().all(|name| same(name)) => visit.t.case_step_edit().to_owned(),
            _ => workflow
                .transition(step)
                .map_or_else(|| visit.t.case_step_edit().to_owned(), |t| visit.say(&t.title).to_owned()),
        };
        let state = workflow.state(text(register, record, field::STATE)).map(|s| visit.say(&s.title).to_owned());
        let act = &version.act;
        let house = act.source == "timer";
        out.push(Step {
            title,
            state: state.filter(|_| !same(field::STATE)),
            person: if house { visit.t.case_house().to_owned() } else { visit.caller.name_of(&act.person) },
            post: if house { String::new() } else { visit.caller.name_of(&act.post) },
            on_behalf_of: act.on_behalf_of.as_ref().map(|other| visit.caller.name_of(other)),
            reason: act.reason.clone(),
            at: format::instant(visit.lang, record.recorded_at),
        });
        before = Some(record);
    }
    out.reverse();
    out
}

/// How long the case stayed with each unit, in order; the last until now or until it was closed.
pub fn held(visit: &Visit, register: &Register, calendar: &Calendar, history: &[Version]) -> Vec<Held> {
    let mut spans: Vec<(Option<Uuid>, jiff::Timestamp)> = Vec::new();
    for version in history {
        let unit = unit_of(register, &version.record);
        if spans.last().is_none_or(|(last, _)| *last != unit) {
            spans.push((unit, version.record.recorded_at));
        }
    }
    let closed = history.last().and_then(|v| meydan_kernel::case::instant(register, &v.record, field::CLOSED_AT));
    let end = closed.unwrap_or(visit.caller.principal.now);
    let ends: Vec<jiff::Timestamp> = spans.iter().skip(1).map(|(_, from)| *from).chain([end]).collect();
    let last = spans.len().saturating_sub(1);
    let one = |(index, ((unit, from), until)): (usize, (&(Option<Uuid>, jiff::Timestamp), &jiff::Timestamp))| Held {
        unit: unit
            .and_then(|id| visit.caller.directory.unit(id))
            .map_or_else(|| visit.t.nobody_yet().to_owned(), |u| u.name.clone()),
        from: format::instant(visit.lang, *from),
        words: visit.t.case_held_days(count(calendar.working_days_between(day(*from), day(*until)).max(0))),
        now: index == last && closed.is_none(),
    };
    spans.iter().zip(&ends).enumerate().map(one).collect()
}
