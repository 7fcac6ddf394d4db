//! Checks of workflows: every name leads somewhere, no case can get stuck, every guard can be read.

use super::{check_grants, faults::Faults, suggest};
use crate::{
    Catalogue, Field, FieldKind, Lang, Register, Value,
    catalogue::{Deadline, Grant, Party, Setting, StateKind, TermOf, Transition, Workflow, workflow::field},
    cql2,
};
use std::collections::HashSet;

/// Notes all that is wrong with the workflows.
pub(super) fn check(catalogue: &Catalogue, faults: &Faults) {
    for register in catalogue.registers.values() {
        if let Some(workflow) = &register.workflow {
            Check { register, workflow, faults }.workflow();
        }
    }
}

struct Check<'a> {
    register: &'a Register,
    workflow: &'a Workflow,
    faults: &'a Faults,
}

impl Check<'_> {
    fn at(&self, what: &str, key: &str, tr: impl Into<String>, en: impl Into<String>) {
        self.faults.at(&format!("{}/{what}", self.register.name), key, tr, en);
    }

    fn workflow(&self) {
        let workflow = self.workflow;
        let Some(first) = workflow.first() else {
            self.at("workflow", "state", "akışın hiç durumu yok", "the workflow has no states");
            return;
        };
        if first.kind == StateKind::Closed {
            self.at("workflow", "state", "ilk durum kapalı olamaz", "the first state can't be a closed one");
        }
        self.twice("state", workflow.states.iter().map(|s| s.name.as_str()));
        self.twice("transition", workflow.transitions.iter().map(|t| t.name.as_str()));
        self.twice("deadline", workflow.deadlines.iter().map(|d| d.name.as_str()));
        workflow.transitions.iter().for_each(|t| self.transition(t));
        workflow.deadlines.iter().for_each(|d| self.deadline(d));
        self.dead_ends(&first.name);
    }

    fn twice<'b>(&self, what: &str, names: impl Iterator<Item = &'b str>) {
        let mut seen = HashSet::new();
        for name in names.filter(|name| !seen.insert(*name)) {
            let at = format!("{what} {name}");
            self.at(&at, "name", format!("“{name}” iki kez var"), format!("“{name}” is there twice"));
        }
    }

    /// From every state a case must be able to come to its end, and every state must be one that a case can come into.
    fn dead_ends(&self, first: &str) {
        let from_first = self.workflow.reachable(first);
        for state in self.workflow.states.iter().filter(|s| !s.retired) {
            let at = format!("state {}", state.name);
            if state.name != first && !from_first.contains(&state.name.as_str()) {
                self.at(&at, "name", "bu duruma hiçbir yol çıkmıyor", "no way leads into this state");
            }
            let closed = |name: &&str| self.workflow.state(name).is_some_and(|s| s.kind == StateKind::Closed);
            if state.kind != StateKind::Closed && !self.workflow.reachable(&state.name).iter().any(closed) {
                self.at(
                    &at,
                    "name",
                    "çıkmaz: bu durumdan kapanışa yol yok",
                    "dead end: no way leads from this state to a closed one",
                );
            }
        }
    }

    fn states(&self, at: &str, key: &str, names: &[String]) {
        for name in names.iter().filter(|name| self.workflow.state(name).is_none()) {
            let (tr, en) = suggest::phrase(name, self.workflow.states.iter().map(|s| s.name.as_str()));
            self.at(at, key, format!("“{name}” diye bir durum yok{tr}"), format!("there is no state “{name}”{en}"));
        }
    }

    fn named(&self, at: &str, key: &str, name: &str) -> Option<&Field> {
        let field = self.register.field(name);
        if field.is_none() {
            let (tr, en) = suggest::phrase(name, self.register.fields.iter().map(|f| f.name.as_str()));
            self.at(at, key, format!("“{name}” diye bir alan yok{tr}"), format!("there is no field “{name}”{en}"));
        }
        field
    }

    fn transition(&self, t: &Transition) {
        let at = format!("transition {}", t.name);
        self.states(&at, "from", &t.from);
        self.states(&at, "to", t.to.as_slice());
        if t.from.is_empty() {
            self.at(&at, "from", "“from” eksik: hangi durumdan?", "“from” is missing: from which state?");
        }
        let settable = |key: &str, name: &String| {
            if self.named(&at, key, name).is_some_and(|f| f.house && ![field::UNIT, field::ASSIGNEE].contains(&f.name.as_str()))
            {
                self.at(&at, key, format!("“{name}” alanını sistem tutar"), format!("the house keeps the field “{name}”"));
            }
        };
        t.needs.iter().for_each(|name| settable("needs", name));
        t.fields.iter().for_each(|name| settable("fields", name));
        for (name, setting) in &t.sets {
            settable("sets", name);
            if let Some(field) = self.register.field(name) {
                self.setting(&at, field, setting);
            }
        }
        if let Some(name) = t.extends.as_ref().filter(|name| self.workflow.deadline(name).is_none_or(|d| d.extended.is_none()))
        {
            self.at(
                &at,
                "extends",
                format!("“{name}” uzatılabilen bir süre değil"),
                format!("“{name}” is no deadline that can be extended"),
            );
        }
        if let Some(grant) = &t.grant {
            self.guard(&at, grant);
        }
    }

    fn guard(&self, at: &str, grant: &Grant) {
        check_grants::one(grant, self.register, |key, tr, en| self.at(at, key, tr, en));
        if grant.to.contains(&Party::Everyone) {
            self.at(at, "by", "bir işi herkes ilerletemez", "not everybody can move a case on");
        }
    }

    fn setting(&self, at: &str, field: &Field, setting: &Setting) {
        let reference = |name: &str| matches!(&field.kind, FieldKind::Reference { register } if register == name);
        let fits = match setting {
            Setting::Now => matches!(field.kind, FieldKind::Timestamp | FieldKind::Date),
            Setting::Person => reference(crate::post::PERSON),
            Setting::Unit => reference(crate::post::UNIT),
            Setting::Nothing => true,
            Setting::Value(json) => Value::from_json(json, &field.kind).is_some(),
        };
        if !fits {
            let name = &field.name;
            self.at(at, "sets", format!("“{name}” alanına bu yazılamaz"), format!("the field “{name}” can't hold this"));
        }
    }

    fn deadline(&self, d: &Deadline) {
        let at = format!("deadline {}", d.name);
        self.states(&at, "runs_in", &d.runs_in);
        self.states(&at, "pauses_in", &d.pauses_in);
        if d.runs_in.is_empty() {
            self.at(
                &at,
                "runs_in",
                "“runs_in” eksik: hangi durumda işler?",
                "“runs_in” is missing: in which states does it run?",
            );
        }
        if let Some(when) = &d.when
            && let Err(e) = cql2::parse(self.register, when)
        {
            let (tr, en) = (e.message(Lang::Tr), e.message(Lang::En));
            self.at(&at, "when", format!("koşul okunamıyor: {tr}"), format!("the condition can't be read: {en}"));
        }
        let kind = match &d.term {
            TermOf::Fixed(_) => None,
            TermOf::OfficeHoursIn(name) => self.named(&at, "office_hours_in", name).map(|f| f.kind == FieldKind::Integer),
            TermOf::At(name) => self.named(&at, "at", name).map(|f| matches!(f.kind, FieldKind::Date | FieldKind::Timestamp)),
        };
        if kind == Some(false) {
            self.at(&at, "term", "alan bu süreye uygun türde değil", "the field's type doesn't fit this term");
        }
        let Some(then) = &d.then else { return };
        let fits = |t: &Transition| d.runs_in.iter().all(|s| t.from.contains(s));
        if !self.workflow.transition(then).is_some_and(fits) {
            self.at(
                &at,
                "then",
                format!("“{then}” sürenin işlediği her durumdan çıkan bir geçiş değil"),
                format!("“{then}” is no transition from every state in which the deadline runs"),
            );
        }
    }
}
