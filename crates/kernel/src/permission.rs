//! The permission desk (*yetki*): one table of rules, made from the grants of the definition files, answers both "may I do this
//! to this record" and "which records may I list" (as a condition that the store compiles to SQL), so that lists, tiles,
//! exports, counts, search and log agree. What no grant allows is refused.

mod access;
mod explain;
mod field_set;
mod implied;
mod mask;
mod principal;
mod refusal;
mod rules;

pub use access::{Access, Part};
pub use explain::{Explanation, Met, Weighed};
pub use field_set::{FieldSet, MAX_FIELDS};
pub(crate) use implied::beyond;
pub use mask::mask;
pub use principal::{Capacity, Limits, Principal, Proxied, Standing, Unit, Whole};
pub use refusal::{forbidden_field, not_allowed, reason_required, step_up_required};
pub(crate) use rules::Guard;
pub use rules::{Permit, Rules};

/// How long after proving who they are a person may do what needs a step-up (ASVS 7.5.3).
pub const STEP_UP_MINUTES: i64 = 10;
