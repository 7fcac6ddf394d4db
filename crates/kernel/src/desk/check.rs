//! Checks that a definition can't say, in code beside it: named by the register (`checks = ["proxy"]`), run for each change.

use crate::{Catalogue, Principal, Record, Register, error::FieldError, post::Directory};
use std::{collections::HashMap, sync::Arc};

/// A check of one record's change. What it finds wrong refuses the whole changeset.
///
/// Changes of registers with checks are carried out one after the other in one process, so that two that are right alone
/// can't be wrong together.
pub trait Check: Send + Sync + 'static {
    /// What is wrong with the change, field by field; nothing if it is right.
    fn check(&self, change: &Checked<'_>) -> Vec<FieldError>;
}

/// What a check sees.
pub struct Checked<'a> {
    /// The definitions.
    pub catalogue: &'a Catalogue,
    /// The organisation as it is before the change.
    pub directory: &'a Directory,
    /// Who makes the change.
    pub principal: &'a Principal,
    /// The register.
    pub register: &'a Register,
    /// The record before; `None` for a new one.
    pub before: Option<&'a Record>,
    /// The record after; `None` if it ends.
    pub after: Option<&'a Record>,
}

/// Checks by name.
pub type Checks = HashMap<&'static str, Arc<dyn Check>>;
