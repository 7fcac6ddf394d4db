//! A workflow made ready for its register: who may, conditions parsed.

use crate::{
    Record, Register, Result, Value,
    catalogue::{Deadline, Start, Workflow, workflow::field},
    cql2::{self, Expr},
    permission::Guard,
};
use jiff::Timestamp;
use std::{collections::HashMap, sync::Arc};

/// A workflow made ready.
pub(crate) struct Flow {
    pub(crate) workflow: Arc<Workflow>,
    pub(crate) digest: String,
    guards: HashMap<String, Guard>,
    conditions: HashMap<String, Expr>,
}

impl Flow {
    /// The workflow over the register as it is now.
    ///
    /// # Errors
    /// `bad-filter` if a condition can't be read.
    pub(crate) fn new(register: &Register, workflow: Arc<Workflow>) -> Result<Self> {
        let mut guards = HashMap::new();
        for transition in &workflow.transitions {
            if let Some(grant) = &transition.grant {
                guards.insert(transition.name.clone(), Guard::new(Arc::clone(grant), register)?);
            }
        }
        let mut conditions = HashMap::new();
        for deadline in &workflow.deadlines {
            if let Some(when) = &deadline.when {
                conditions.insert(deadline.name.clone(), cql2::parse(register, when)?);
            }
        }
        Ok(Self { digest: workflow.digest(), workflow, guards, conditions })
    }

    /// Who may go a transition; `None` if only the house.
    pub(crate) fn guard(&self, transition: &str) -> Option<&Guard> {
        self.guards.get(transition)
    }

    /// True if the deadline is one for this case.
    pub(crate) fn concerns(&self, deadline: &Deadline, case: &Record) -> bool {
        self.conditions.get(&deadline.name).is_none_or(|when| cql2::holds(when, case))
    }

    /// True if it counts from each coming into one of its states.
    pub(crate) fn counts_from_entry(deadline: &Deadline) -> bool {
        deadline.starts == Start::Entered
    }
}

/// The state that a case is in; empty if it has none.
pub fn state_of<'a>(register: &Register, case: &'a Record) -> &'a str {
    match case.value(register, field::STATE) {
        Some(Value::Text(state)) => state,
        _ => "",
    }
}

/// An instant that a case has in a field.
pub fn instant(register: &Register, case: &Record, field: &str) -> Option<Timestamp> {
    match case.value(register, field)? {
        Value::Timestamp(at) => Some(*at),
        _ => None,
    }
}
