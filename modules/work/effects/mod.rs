//! What the transitions of every kind of case do beside moving it on, by name.

mod given;
mod stand_in;
mod tell;
mod warn;

use meydan_kernel::desk::Effects;
use std::sync::Arc;

/// The effects of the work module.
pub fn effects() -> Effects {
    let mut all = Effects::new();
    all.insert("given", Arc::new(given::Given));
    all.insert("stand_in", Arc::new(stand_in::StandIn));
    all.insert("tell_assignee", Arc::new(tell::TellAssignee));
    all.insert("tell_unit", Arc::new(tell::TellUnit));
    all.insert("tell_approver", Arc::new(tell::TellApprover));
    all.insert("tell_giver", Arc::new(tell::TellGiver));
    all.insert("warn_holders", Arc::new(warn::WarnHolders));
    all
}
