//! What a register says of its cases (*iş*): states, transitions, deadlines. `[workflow]` and the tables beside it.

use super::Grant;
use crate::{Bilingual, calendar::Term};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::sync::Arc;

/// The way of a register's records through the house: they are cases then.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Workflow {
    /// States in order; the first is where a case begins.
    pub states: Vec<State>,
    /// Ways from state to state.
    pub transitions: Vec<Transition>,
    /// How long things may take.
    pub deadlines: Vec<Deadline>,
    /// Effects that run when a case is opened.
    pub opens: Vec<String>,
    /// Roles that may tell of deeds of any day gone by (files taken over from another system); all others within
    /// [`Workflow::backdate_hours`].
    pub past: Vec<String>,
    /// How long after a deed it may be told (work without reception), in hours.
    pub backdate_hours: u32,
}

/// One state of a case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct State {
    /// Name; the code in the list `<register>_state`.
    pub name: String,
    /// Title.
    pub title: Bilingual,
    /// What it means for who waits.
    pub kind: StateKind,
    /// No case comes into it any more; it is kept for those that are in it.
    pub retired: bool,
    /// What the applicant reads while the case is in it; the title if there is none.
    pub told: Option<Bilingual>,
}

/// What a state means for who waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StateKind {
    /// The house is at work.
    Open,
    /// The house waits for somebody outside.
    Waiting,
    /// Over.
    Closed,
}

/// A way from state to state, and who may go it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Transition {
    /// Name.
    pub name: String,
    /// What the button says.
    pub title: Bilingual,
    /// From these states.
    pub from: Vec<String>,
    /// To this one; `None` stays.
    pub to: Option<String>,
    /// Who may, for which cases, with which fields; `None` for what only the house does by itself (a deadline, an effect).
    pub grant: Option<Arc<Grant>>,
    /// Fields that must be filled afterwards.
    pub needs: Vec<String>,
    /// Fields that may be set with it, beside those.
    pub fields: Vec<String>,
    /// Fields that it sets by itself.
    pub sets: Vec<(String, Setting)>,
    /// Effects, by name, in order.
    pub effects: Vec<String>,
    /// Name of the deadline that it lengthens, once.
    pub extends: Option<String>,
}

/// What a transition writes into a field by itself.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Setting {
    /// The instant of the deed: `now()`.
    Now,
    /// Who does it: `current_person()`.
    Person,
    /// Their unit: `current_unit()`.
    Unit,
    /// Nothing: `null()`.
    Nothing,
    /// This value.
    Value(serde_json::Value),
}

/// How long something may take, and who says so.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Deadline {
    /// Name.
    pub name: String,
    /// Title.
    pub title: Bilingual,
    /// The law or the standard that sets it, e.g. “4982 sayılı Kanun madde 11”.
    pub source: Bilingual,
    /// For which cases (CQL2), asked when it would start; `None` for all.
    pub when: Option<String>,
    /// The states in which it runs; a case that leaves them for a state that is neither here nor in `pauses_in` has met it.
    pub runs_in: Vec<String>,
    /// The states in which it stands still.
    pub pauses_in: Vec<String>,
    /// What the term counts from.
    pub starts: Start,
    /// How long.
    pub term: TermOf,
    /// How long in all, from the same start, once it is lengthened.
    pub extended: Option<Term>,
    /// How long before its end it is called near.
    pub warn: Option<Term>,
    /// Transition that the house makes by itself when it is over.
    pub then: Option<String>,
    /// Effects that run when it is near, over, or escalated.
    pub effects: Vec<String>,
    /// To whom it goes when it stays over.
    pub escalations: Vec<Escalation>,
    /// It is only an appointment of the house with itself: missing it makes no case late.
    pub silent: bool,
}

/// What a term counts from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Start {
    /// When the matter reached the house (`received_at`).
    #[default]
    Received,
    /// Each time that the case comes into one of the states.
    Entered,
}

/// The length of a term.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TermOf {
    /// As the definition says.
    Fixed(Term),
    /// As a number in a field of the case says, in office hours; no clock without a number. For service standards by category.
    OfficeHoursIn(String),
    /// A day or an instant in a field of the case: the deadline itself (*süreli evrak*).
    At(String),
}

/// One step up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Escalation {
    /// How long after the end.
    pub after: Term,
    /// Role of the posts told, in the case's unit or the nearest above it that has one.
    pub role: String,
}

/// Names of the fields that every case has; the house keeps them.
pub mod field {
    /// The number told to the applicant: unguessable, with a check digit.
    pub const REFERENCE: &str = "reference";
    /// The state.
    pub const STATE: &str = "state";
    /// The unit that has it.
    pub const UNIT: &str = "unit";
    /// The person who works on it.
    pub const ASSIGNEE: &str = "assignee";
    /// When the matter reached the house; terms count from it.
    pub const RECEIVED_AT: &str = "received_at";
    /// Since when in this state.
    pub const ENTERED_AT: &str = "entered_at";
    /// Since when with this unit.
    pub const HELD_SINCE: &str = "held_since";
    /// End of the nearest deadline that runs.
    pub const DUE_AT: &str = "due_at";
    /// When the house must look at it again by itself.
    pub const TIMER_AT: &str = "timer_at";
    /// When it was closed; none while it is open.
    pub const CLOSED_AT: &str = "closed_at";
    /// A deadline was missed.
    pub const LATE: &str = "late";
    /// The transition that made this version; `open` for the first.
    pub const STEP: &str = "step";
    /// Digest of the workflow that it began with and keeps.
    pub const FLOW: &str = "flow";
    /// Its clocks, as JSON.
    pub const CLOCKS: &str = "clocks";
    /// All of them.
    pub const ALL: [&str; 14] = [
        REFERENCE,
        STATE,
        UNIT,
        ASSIGNEE,
        RECEIVED_AT,
        ENTERED_AT,
        HELD_SINCE,
        DUE_AT,
        TIMER_AT,
        CLOSED_AT,
        LATE,
        STEP,
        FLOW,
        CLOCKS,
    ];
    /// Those that who opens a case may set.
    pub const AT_OPENING: [&str; 3] = [UNIT, ASSIGNEE, RECEIVED_AT];
}

/// Names of the fields that every part of a whole has.
pub mod part {
    /// Name of the whole's register.
    pub const WHOLE_REGISTER: &str = "whole_register";
    /// Id of the whole.
    pub const WHOLE: &str = "whole";
}

impl Workflow {
    /// Where a case begins.
    pub fn first(&self) -> Option<&State> {
        self.states.first()
    }

    /// A state by name.
    pub fn state(&self, name: &str) -> Option<&State> {
        self.states.iter().find(|s| s.name == name)
    }

    /// A transition by name.
    pub fn transition(&self, name: &str) -> Option<&Transition> {
        self.transitions.iter().find(|t| t.name == name)
    }

    /// A deadline by name.
    pub fn deadline(&self, name: &str) -> Option<&Deadline> {
        self.deadlines.iter().find(|d| d.name == name)
    }

    /// Which version of the workflow this is: 32 hex digits of a SHA-256. A case keeps the one it began with.
    pub fn digest(&self) -> String {
        let text = serde_json::to_vec(self).unwrap_or_default();
        Sha256::digest(&text).iter().take(16).map(|b| format!("{b:02x}")).collect()
    }

    /// The states that a case can come to from one, by any transition.
    pub fn reachable(&self, from: &str) -> Vec<&str> {
        let mut seen: Vec<&str> = Vec::new();
        let mut open = vec![from];
        while let Some(state) = open.pop() {
            let next = self.transitions.iter().filter(|t| t.from.iter().any(|f| f == state)).filter_map(|t| t.to.as_deref());
            for to in next {
                if !seen.contains(&to) {
                    seen.push(to);
                    open.push(to);
                }
            }
        }
        seen
    }
}
