//! Why may, or may not, this person do this: every grant weighed, with what it asked for and what was found.

use super::{Principal, Rules, principal::Capacity};
use crate::{
    Record, Register,
    catalogue::{Action, Grant, Scope},
    cql2,
};
use std::sync::Arc;

/// The answer to "why".
#[derive(Debug, Clone)]
pub struct Explanation {
    /// May they?
    pub allowed: bool,
    /// A limit (proxy, token) forbids it whatever the grants say.
    pub outside_limits: bool,
    /// The register is a journal, which nobody writes but the house.
    pub journal: bool,
    /// They are the operator of the machine, whom no grant concerns.
    pub operator: bool,
    /// Each grant that speaks of this action on this register.
    pub weighed: Vec<Weighed>,
}

/// One grant and what was found.
#[derive(Debug, Clone)]
pub struct Weighed {
    /// The grant.
    pub grant: Arc<Grant>,
    /// It is given to them (party, unit, proxy).
    pub given: bool,
    /// Conditions, with whether each is met.
    pub met: Vec<(Met, bool)>,
    /// The fields that it gives.
    pub fields: super::FieldSet,
}

/// What a grant asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Met {
    /// To whom.
    Party,
    /// In which units.
    Units,
    /// Not by proxy.
    InPerson,
    /// The record's unit.
    Scope,
    /// The record's place.
    Area,
    /// The record's values.
    Condition,
    /// A reason.
    Reason,
    /// A step-up.
    StepUp,
}

impl Weighed {
    /// True if the grant allows it.
    pub fn holds(&self) -> bool {
        self.met.iter().all(|(_, met)| *met)
    }
}

impl Rules {
    /// Weighs every grant that speaks of this. Without a record what a grant asks of it counts as met.
    pub fn explain(&self, principal: &Principal, register: &Register, action: Action, record: Option<&Record>) -> Explanation {
        let outside_limits = !principal.limits.iter().all(|l| l.allow(&register.name, action));
        let journal = register.journal && action.writes();
        let operator = matches!(principal.capacity, Capacity::Operator);
        let weighed: Vec<Weighed> = self
            .of(&register.name)
            .iter()
            .filter(|rule| rule.grant.actions.contains(&action))
            .map(|rule| {
                let grant = Arc::clone(&rule.grant);
                let standing = principal.standing();
                let mut met = vec![(Met::Party, grant.to.iter().any(|p| principal.is(p)))];
                if !grant.of_units.is_empty() {
                    let within = standing.is_some_and(|s| s.unit.codes.iter().any(|c| grant.of_units.contains(c)));
                    met.push((Met::Units, within));
                }
                if !grant.by_proxy {
                    met.push((Met::InPerson, standing.is_none_or(|s| s.proxy.is_none())));
                }
                let part = rule.part(principal, action);
                let fits = |r: &Record| part.condition.as_ref().is_none_or(|c| cql2::holds(c, r));
                let asks = [
                    (grant.scope != Scope::Any, Met::Scope),
                    (grant.area, Met::Area),
                    (grant.condition.is_some(), Met::Condition),
                ];
                // What a grant asks of a record is one condition; all of its parts bear the answer.
                let met_by_record = !part.is_never() && record.is_none_or(fits);
                met.extend(asks.iter().filter(|(asked, _)| *asked).map(|(_, what)| (*what, met_by_record)));
                if grant.reason {
                    met.push((Met::Reason, principal.has_reason()));
                }
                if rule.asks_step_up(principal) {
                    met.push((Met::StepUp, principal.is_verified()));
                }
                Weighed { given: rule.is_given_to(principal), grant, met, fields: part.fields }
            })
            .collect();
        let granted = weighed.iter().any(|w| w.given && w.holds());
        Explanation {
            allowed: operator || (!outside_limits && !journal && granted),
            outside_limits,
            journal,
            operator,
            weighed,
        }
    }
}
