//! What the definitions of the organisation can't say: rules that need the rest of the organisation to be judged.

mod calendar;
mod draft;
mod holding;
mod legal_hold;
mod person;
mod post;
mod powers;
mod proxy;
mod unit;

#[cfg(test)]
mod tests;

use meydan_kernel::desk::Checks;
use std::sync::Arc;

/// Roles that only the administrator gives: who has one could give themselves any other, or see what others may not.
pub(crate) const GUARDED_ROLES: [&str; 4] = [ADMINISTRATOR, "auditor", "data_protection_officer", "personnel_officer"];
/// The role that looks after the house itself.
pub(crate) const ADMINISTRATOR: &str = "administrator";

/// The checks by the names that the registers call them by.
pub fn checks() -> Checks {
    Checks::from([
        ("unit", Arc::new(unit::UnitCheck) as Arc<dyn meydan_kernel::desk::Check>),
        ("post", Arc::new(post::PostCheck)),
        ("person", Arc::new(person::PersonCheck)),
        ("holding", Arc::new(holding::HoldingCheck)),
        ("proxy", Arc::new(proxy::ProxyCheck)),
        ("legal_hold", Arc::new(legal_hold::LegalHoldCheck)),
    ])
}
