//! Reading a workflow: `[workflow]`, `[[state]]`, `[[transition]]`, `[[deadline]]`; and the fields that cases and parts have.

use super::{grants, reader::Reader};
use crate::{
    Bilingual, Field, FieldKind, Register,
    calendar::Term,
    catalogue::{
        Code, CodeList, Deadline, Escalation, Mask, Setting, Start, State, StateKind, TermOf, Transition, Workflow,
        workflow::{field, part},
    },
};
use std::sync::Arc;

/// Keys of `[workflow]`.
const WORKFLOW: &[&str] = &["opens", "past", "backdate_hours"];
/// Keys of `[[state]]`.
const STATE: &[&str] = &["name", "title", "kind", "retired", "told"];
/// Keys of `[[deadline]]`.
const DEADLINE: &[&str] = &[
    "name",
    "title",
    "source",
    "when",
    "runs_in",
    "pauses_in",
    "starts",
    "term",
    "office_hours_in",
    "at",
    "extended",
    "warn",
    "then",
    "effects",
    "escalation",
    "silent",
];
/// Keys of a term.
const TERM: &[&str] = &["calendar_days", "working_days", "office_hours", "hours", "months"];
/// The words for `kind` of a state.
const KINDS: &[(&str, StateKind)] =
    &[("open", StateKind::Open), ("waiting", StateKind::Waiting), ("closed", StateKind::Closed)];
/// The words for `starts` of a deadline.
const STARTS: &[(&str, Start)] = &[("received", Start::Received), ("entered", Start::Entered)];
/// Limit: a term's number.
const MAX_TERM: i64 = 20_000;
/// How long after a deed it may be told, where the definition doesn't say.
const BACKDATE_HOURS: i64 = 72;
/// Limit of the same: a year.
const MAX_BACKDATE_HOURS: i64 = 8_784;
/// Word for every state in `from`.
const ANY: &str = "*";

/// Reads the workflow of a register, if its file has one.
pub(super) fn workflow(file: &Reader<'_>, register: &str) -> Option<Workflow> {
    let head = file.table("workflow", format!("{register}/workflow"), WORKFLOW)?;
    let states: Vec<State> =
        file.tables("state", "name", |s| format!("{register}/state {s}"), STATE).iter().map(state).collect();
    Some(Workflow {
        transitions: transitions(file, register, &states),
        deadlines: file
            .tables("deadline", "name", |d| format!("{register}/deadline {d}"), DEADLINE)
            .iter()
            .map(deadline)
            .collect(),
        states,
        opens: head.texts("opens"),
        past: head.texts("past"),
        backdate_hours: head
            .has("backdate_hours")
            .then(|| head.whole("backdate_hours", 0..=MAX_BACKDATE_HOURS))
            .flatten()
            .unwrap_or(BACKDATE_HOURS) as u32,
    })
}

fn state(s: &Reader<'_>) -> State {
    State {
        name: s.need_text("name"),
        title: s.need_bilingual("title"),
        kind: s.word("kind", KINDS).unwrap_or(StateKind::Open),
        retired: s.flag("retired"),
        told: s.bilingual("told"),
    }
}

fn transitions(file: &Reader<'_>, register: &str, states: &[State]) -> Vec<Transition> {
    let subject = |t: &str| format!("{register}/transition {t}");
    file.tables("transition", "name", subject, &grants::TRANSITION).iter().map(|t| transition(t, register, states)).collect()
}

fn transition(t: &Reader<'_>, register: &str, states: &[State]) -> Transition {
    let name = t.need_text("name");
    let needs = t.texts("needs");
    let fields = t.texts("fields");
    let mut from = t.texts("from");
    if from.iter().any(|f| f == ANY) {
        from = states.iter().filter(|s| s.kind != StateKind::Closed).map(|s| s.name.clone()).collect();
    }
    let settable = needs.iter().chain(&fields).cloned().collect();
    Transition {
        title: t.need_bilingual("title"),
        to: t.text("to"),
        grant: t.has("by").then(|| Arc::new(grants::of_transition(t, register, &name, settable))),
        sets: sets(t),
        effects: t.texts("effects"),
        extends: t.text("extends"),
        name,
        from,
        needs,
        fields,
    }
}

fn sets(t: &Reader<'_>) -> Vec<(String, Setting)> {
    let Some(serde_json::Value::Object(map)) = t.json("sets") else {
        if t.has("sets") {
            t.fault("sets", "“sets” { alan = değer } biçiminde olmalı", "“sets” must be { field = value }");
        }
        return Vec::new();
    };
    let setting = |value: serde_json::Value| match value.as_str() {
        Some("now()") => Setting::Now,
        Some("current_person()") => Setting::Person,
        Some("current_unit()") => Setting::Unit,
        Some("null()") => Setting::Nothing,
        _ => Setting::Value(value),
    };
    map.into_iter().map(|(name, value)| (name, setting(value))).collect()
}

fn deadline(d: &Reader<'_>) -> Deadline {
    let given = [d.has("term"), d.has("office_hours_in"), d.has("at")].into_iter().filter(|there| *there).count();
    if given != 1 {
        d.fault(
            "term",
            "“term”, “office_hours_in” ya da “at” anahtarlarından tam biri yazılmalı",
            "exactly one of “term”, “office_hours_in” and “at” must be given",
        );
    }
    Deadline {
        name: d.need_text("name"),
        title: d.need_bilingual("title"),
        source: d.need_bilingual("source"),
        when: d.text("when"),
        runs_in: d.texts("runs_in"),
        pauses_in: d.texts("pauses_in"),
        starts: d.word("starts", STARTS).unwrap_or_default(),
        term: match (d.text("office_hours_in"), d.text("at")) {
            (Some(name), _) => TermOf::OfficeHoursIn(name),
            (None, Some(name)) => TermOf::At(name),
            (None, None) => TermOf::Fixed(term(d, "term").unwrap_or(Term::CalendarDays(0))),
        },
        extended: term(d, "extended"),
        warn: term(d, "warn"),
        then: d.text("then"),
        effects: d.texts("effects"),
        escalations: d
            .tables("escalation", "role", |role| format!("{}/{role}", d.subject), &["after", "role"])
            .iter()
            .map(|e| Escalation { after: term(e, "after").unwrap_or(Term::CalendarDays(0)), role: e.need_text("role") })
            .collect(),
        silent: d.flag("silent"),
    }
}

fn term(d: &Reader<'_>, key: &str) -> Option<Term> {
    let t = d.table(key, format!("{}/{key}", d.subject), TERM)?;
    let mut found = None;
    for word in TERM.iter().copied().filter(|word| t.has(word)) {
        let Some(number) = t.whole(word, 0..=MAX_TERM).map(|n| n as u32) else { continue };
        if found.is_some() {
            t.fault(word, "bir sürede tek bir birim olur", "a term has one unit");
        }
        found = Some(match word {
            "calendar_days" => Term::CalendarDays(number),
            "working_days" => Term::WorkingDays(number),
            "office_hours" => Term::OfficeHours(number),
            "months" => Term::Months(number),
            _ => Term::Hours(number),
        });
    }
    if let Some(Err(e)) = found.map(Term::check) {
        d.fault(key, e.message(crate::Lang::Tr), e.message(crate::Lang::En));
    }
    if found.is_none() {
        d.fault(key, "sürenin birimi yok: { working_days = 15 }", "the term has no unit: { working_days = 15 }");
    }
    found
}

/// Gives a register the fields of a case, if it has a workflow, and of a part, if it is one; and the list of its states.
pub(super) fn complete(register: &mut Register) -> Option<CodeList> {
    if register.part {
        register.fields.splice(0..0, part_fields());
    }
    let workflow = register.workflow.as_ref()?;
    let list = CodeList {
        name: state_list(&register.name),
        title: Bilingual::new(format!("{}: durum", register.title.tr), format!("{}: state", register.title.en)),
        source: Some("Meydan".to_owned()),
        codes: workflow
            .states
            .iter()
            .map(|s| Code { code: s.name.clone(), title: s.title.clone(), retired: s.retired, national: None })
            .collect(),
    };
    register.unit = Some(field::UNIT.to_owned());
    register.fields.extend(case_fields(&list.name));
    Some(list)
}

/// Name of the list that holds the states of a register's cases.
fn state_list(register: &str) -> String {
    format!("{register}_state")
}

fn case_fields(list: &str) -> Vec<Field> {
    let reference = |register: &str| FieldKind::Reference { register: register.to_owned() };
    let code = FieldKind::Code { list: list.to_owned() };
    let mut fields = vec![
        house(field::REFERENCE, "Başvuru numarası", "Reference number", FieldKind::Text),
        house(field::STATE, "Durum", "State", code),
        house(field::UNIT, "Birim", "Unit", reference(crate::post::UNIT)),
        house(field::ASSIGNEE, "Sorumlu", "Assignee", reference(crate::post::PERSON)),
        house(field::RECEIVED_AT, "Geliş zamanı", "Received at", FieldKind::Timestamp),
        house(field::ENTERED_AT, "Bu durumda", "In this state since", FieldKind::Timestamp),
        house(field::HELD_SINCE, "Bu birimde", "With this unit since", FieldKind::Timestamp),
        house(field::DUE_AT, "Son süre", "Due at", FieldKind::Timestamp),
        house(field::TIMER_AT, "Sıradaki bakış", "Next look", FieldKind::Timestamp),
        house(field::CLOSED_AT, "Kapanış zamanı", "Closed at", FieldKind::Timestamp),
        house(field::LATE, "Süresi aşıldı", "Late", FieldKind::Boolean),
        house(field::STEP, "İşlem", "Step", FieldKind::Text),
        house(field::FLOW, "Akış sürümü", "Version of the workflow", FieldKind::Text),
        house(field::CLOCKS, "Süreler", "Clocks", FieldKind::Text),
    ];
    for f in &mut fields {
        match f.name.as_str() {
            field::REFERENCE => (f.unique, f.max_length) = (true, Some(20)),
            field::UNIT | field::ASSIGNEE | field::TIMER_AT | field::RECEIVED_AT => f.indexed = true,
            field::STEP | field::FLOW => f.max_length = Some(48),
            _ => {}
        }
    }
    fields
}

fn part_fields() -> Vec<Field> {
    let mut register = house(part::WHOLE_REGISTER, "Neyin parçası", "Part of a record of", FieldKind::Text);
    let mut whole = house(part::WHOLE, "Parçası olduğu kayıt", "Part of the record", FieldKind::Text);
    (register.required, register.max_length, register.house) = (true, Some(48), false);
    (whole.required, whole.max_length, whole.indexed, whole.house) = (true, Some(36), true, false);
    vec![register, whole]
}

fn house(name: &str, tr: &str, en: &str, kind: FieldKind) -> Field {
    Field {
        name: name.to_owned(),
        was: None,
        title: Bilingual::new(tr, en),
        description: None,
        kind,
        required: false,
        unique: false,
        personal: false,
        mask: Mask::default(),
        format: None,
        unit: None,
        min: None,
        max: None,
        max_length: None,
        default: None,
        indexed: false,
        tucbs: None,
        house: true,
    }
}
