//! What happens to a request on its way, by name.

mod acknowledge;
mod assign;
mod classify;
mod join;
mod reopen;
mod route;
mod tell;

use super::picture::Known;
use meydan_kernel::desk::Effects;
use std::sync::Arc;

/// The effects of the citizen module; what they know of categories and rules they share.
pub fn effects() -> Effects {
    let known = Arc::new(Known::default());
    let mut all = Effects::new();
    all.insert("classify", Arc::new(classify::Classify { known: Arc::clone(&known) }));
    all.insert("route", Arc::new(route::Route { known: Arc::clone(&known) }));
    all.insert("assign", Arc::new(assign::Assign::new(known)));
    all.insert("acknowledge", Arc::new(acknowledge::Acknowledge));
    all.insert("tell_applicant", Arc::new(tell::TellApplicant));
    all.insert("tell_joined", Arc::new(tell::TellJoined));
    all.insert("ask_satisfaction", Arc::new(tell::AskSatisfaction));
    all.insert("official_answer", Arc::new(tell::OfficialAnswer));
    all.insert("join", Arc::new(join::Join));
    all.insert("reopen", Arc::new(reopen::Reopen));
    all
}
