//! The difference of two catalogues as steps of a migration.

mod difference;
mod sentence;
#[cfg(test)]
mod tests;

use super::Catalogue;

/// One step. Names are of the target catalogue unless they say `from`.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
#[serde(tag = "step", rename_all = "snake_case")]
pub enum Step {
    /// A new table with its history table and indexes.
    AddRegister {
        /// Register.
        register: String,
    },
    /// Table renamed.
    RenameRegister {
        /// Old name.
        from: String,
        /// New name.
        register: String,
    },
    /// Table and history dropped: loses data.
    DropRegister {
        /// Register (of the old catalogue).
        register: String,
    },
    /// A new column; existing records get the default.
    AddField {
        /// Register.
        register: String,
        /// Field.
        field: String,
    },
    /// Column renamed.
    RenameField {
        /// Register.
        register: String,
        /// Old name.
        from: String,
        /// New name.
        field: String,
    },
    /// Column dropped: loses data.
    DropField {
        /// Register.
        register: String,
        /// Field (of the old catalogue).
        field: String,
    },
    /// Column type widened (integer → real, integer/real/boolean/date/code → text, …).
    WidenField {
        /// Register.
        register: String,
        /// Field.
        field: String,
    },
    /// Indexes, unique keys made anew.
    Reindex {
        /// Register.
        register: String,
    },
    /// Fields are indexed together.
    AddIndex {
        /// Register.
        register: String,
        /// Fields, in order.
        fields: Vec<String>,
    },
    /// Fields are no longer indexed together.
    DropIndex {
        /// Register.
        register: String,
        /// Fields, in order, by their new names.
        fields: Vec<String>,
    },
    /// Geometry column changed to a wider type (single → multi, anything → collection) or added.
    WidenGeometry {
        /// Register.
        register: String,
    },
    /// Only the definition changes (titles, codes, symbology, constraints …), no table.
    Describe {
        /// Register or code list.
        name: String,
    },
}

/// A plan: steps in the order in which they are carried out.
#[derive(Debug, Clone, Default, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Plan {
    /// Steps.
    pub steps: Vec<Step>,
    /// What is not done, and why: the plan can't be applied while this is not empty.
    pub refused: Vec<Refusal>,
}

/// A change of the definitions that would lose data, or that existing records could not meet.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Refusal {
    /// `register`, `register.field` or `list.code`.
    pub subject: String,
    /// Why it is refused and what to do instead.
    pub reason: crate::Bilingual,
    /// The name that allows it (`--allow`), if it can be allowed at all.
    pub allow: Option<String>,
}

impl Plan {
    /// True if there is nothing to do and nothing was refused.
    pub fn is_empty(&self) -> bool {
        self.steps.is_empty() && self.refused.is_empty()
    }
}

/// Plans the way from the applied catalogue to the wanted one. `allow` names what may be lost or left unchecked: `register` or
/// `register.field` of the applied catalogue (of the wanted one for fields that become required).
pub fn plan(applied: &Catalogue, wanted: &Catalogue, allow: &[String]) -> Plan {
    difference::Difference::new(applied, wanted, allow).plan()
}
