//! Effects: what a transition does beside moving its case on, in code beside the definition, by name.

use super::{Desk, Edit};
use crate::{Catalogue, Principal, Record, Register, Result, Value, calendar::Calendar, catalogue::Workflow, post::Directory};
use jiff::Timestamp;
use std::{collections::HashMap, sync::Arc};

/// A behaviour that a workflow names. It runs before the changeset is committed and is part of it: what it adds happens with the
/// deed or not at all. Whatever reaches outside (a message) is a record that somebody sends later.
#[async_trait::async_trait]
pub trait Effect: Send + Sync + 'static {
    /// Adds to the deed, or refuses it.
    ///
    /// # Errors
    /// Whatever makes the deed impossible.
    async fn run(&self, deed: &mut Deed<'_>) -> Result<()>;
}

/// Effects by name.
pub type Effects = HashMap<&'static str, Arc<dyn Effect>>;

/// What happened to a case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// It was opened.
    Opened,
    /// It went this transition.
    Went(String),
    /// This deadline is near.
    Near(String),
    /// This deadline is over.
    Missed(String),
    /// This deadline has been over for so long that holders of the role are told.
    Escalated {
        /// The deadline.
        deadline: String,
        /// The role.
        role: String,
    },
}

/// What an effect sees and may add to.
pub struct Deed<'a> {
    /// The desk, for reading: effects act for the house and see all.
    pub desk: &'a Desk,
    /// The definitions.
    pub catalogue: &'a Arc<Catalogue>,
    /// The organisation.
    pub directory: &'a Directory,
    /// The working calendar.
    pub calendar: &'a Calendar,
    /// Who does it.
    pub principal: &'a Principal,
    /// The register of the case.
    pub register: &'a Arc<Register>,
    /// The workflow that the case keeps.
    pub workflow: &'a Workflow,
    /// What happened.
    pub event: Event,
    /// When: of a deed told later, its own time.
    pub at: Timestamp,
    /// The case before; `None` for a new one.
    pub before: Option<&'a Record>,
    /// The case after. Effects may set its fields, but for those that the engine keeps (state, clocks, times).
    pub after: Record,
    /// Other records that change with it, by the house's own power.
    pub more: Vec<(String, Edit)>,
}

impl Deed<'_> {
    /// A value of the case.
    pub fn value(&self, field: &str) -> &Value {
        self.after.value(self.register, field).unwrap_or(&Value::Null)
    }

    /// A text of the case; empty without one.
    pub fn text(&self, field: &str) -> &str {
        match self.value(field) {
            Value::Text(text) => text,
            _ => "",
        }
    }

    /// A record that the case refers to.
    pub fn reference(&self, field: &str) -> Option<uuid::Uuid> {
        match self.value(field) {
            Value::Reference(id) => Some(*id),
            _ => None,
        }
    }

    /// Sets a field of the case; a field that the register doesn't have is left out.
    pub fn set(&mut self, field: &str, value: Value) {
        if let Some(slot) = self.register.field_index(field).and_then(|i| self.after.values.get_mut(i)) {
            *slot = value;
        }
    }

    /// Adds a new record of a register, by field names; fields that the register doesn't have are left out. Its id.
    pub fn add(&mut self, register: &str, values: &[(&str, Value)]) -> uuid::Uuid {
        let id = uuid::Uuid::now_v7();
        let Some(definition) = self.catalogue.registers.get(register) else { return id };
        let set = values.iter().filter_map(|(name, v)| Some((definition.field_index(name)?, v.clone()))).collect();
        self.more.push((register.to_owned(), Edit::Insert { id: Some(id), set, geometry: None }));
        id
    }
}
