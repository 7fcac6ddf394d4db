//! Who may do what: the grants and separations of the definition files.

use crate::Bilingual;
use serde::{Deserialize, Serialize};

/// Who may do what with the records of a register (*yetki*). What no grant allows is refused.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Grant {
    /// Name, unique in the catalogue; explanations call it by it.
    pub name: String,
    /// Name of the register; `*` for all.
    pub register: String,
    /// To whom.
    pub to: Vec<Party>,
    /// What they may do.
    pub actions: Vec<Action>,
    /// Only to holders of posts in units with one of these codes, or below such a unit; empty for no limit.
    pub of_units: Vec<String>,
    /// Which records, by the unit that they belong to ([`Register::unit`]).
    pub scope: Scope,
    /// Only records whose geometry meets the area of the holder's unit.
    pub area: bool,
    /// Only records for which this is true (CQL2, with `current_person()`, `current_post()`, `current_unit()`, `current_date()`).
    pub condition: Option<String>,
    /// Only these fields; `None` for all, but for reading without the personal ones.
    pub fields: Option<Vec<String>>,
    /// Only with a reason, which is logged.
    pub reason: bool,
    /// Only to who has proven who they are within the last minutes.
    pub step_up: bool,
    /// The step-up is asked of these parties only; empty for all. Who has the grant by another party too needs none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub step_up_of: Vec<Party>,
    /// Holds for a proxy (*vekil*) too.
    pub by_proxy: bool,
    /// Only for parts of a whole that they may read, when they come through it ([`crate::Desk::with_whole`]).
    #[serde(default)]
    pub with_whole: bool,
}

/// To whom a grant is given.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Party {
    /// Everybody, logged in or not: public data.
    Everyone,
    /// Every person who is logged in.
    Person,
    /// Every holder of a post.
    Staff,
    /// Who shows a case's reference number (the applicant): for that case.
    Bearer,
    /// Holders of posts with this role.
    Role(String),
}

/// Which records a grant is about, by their unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    /// Those of any unit.
    #[default]
    Any,
    /// Those of the holder's own unit.
    Own,
    /// Those of the holder's own unit and of all units below it.
    Below,
}

/// What may be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// See records, in lists, on maps, as counts.
    Read,
    /// See earlier versions and the log of records.
    History,
    /// Take records away as a file.
    Export,
    /// Make records.
    Insert,
    /// Change records.
    Update,
    /// End records.
    Delete,
    /// See personal fields whole; each look is logged.
    Unmask,
    /// Destroy values for ever (KVKK article 7).
    Erase,
    /// Look after the logins, sessions and tokens of the person that the record is.
    Manage,
    /// Read the sealed log's entries whole.
    Audit,
}

impl Action {
    /// All of them.
    pub const ALL: [Self; 10] = [
        Self::Read,
        Self::History,
        Self::Export,
        Self::Insert,
        Self::Update,
        Self::Delete,
        Self::Unmask,
        Self::Erase,
        Self::Manage,
        Self::Audit,
    ];

    /// The word of the definition files.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::History => "history",
            Self::Export => "export",
            Self::Insert => "insert",
            Self::Update => "update",
            Self::Delete => "delete",
            Self::Unmask => "unmask",
            Self::Erase => "erase",
            Self::Manage => "manage",
            Self::Audit => "audit",
        }
    }

    /// By its word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|a| a.word() == word)
    }

    /// True if it adds, changes or ends records.
    pub const fn writes(self) -> bool {
        matches!(self, Self::Insert | Self::Update | Self::Delete)
    }

    /// True if it shows records and changes nothing: without named fields the personal ones are left out.
    pub const fn shows(self) -> bool {
        matches!(self, Self::Read | Self::History | Self::Export)
    }
}

/// Two roles that one person can't have over one matter, by proxy neither (law 5018, article 33: the spending authority and
/// the realisation officer are different persons).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Separation {
    /// Name.
    pub name: String,
    /// The roles.
    pub roles: Vec<String>,
    /// The sentence shown when it is broken.
    pub message: Bilingual,
}
