//! The table of rules: grants made ready for each register.

use super::{
    Access, FieldSet, Part, Principal, Whole, forbidden_field, not_allowed, principal::Capacity, reason_required,
    step_up_required,
};
use crate::{
    Catalogue, Record, Register, Result, Value,
    catalogue::{Action, Grant, Party, Scope, workflow::part},
    cql2::{self, Expr, Operand},
};
use std::{collections::HashMap, sync::Arc};

/// Grants by register, with conditions parsed.
#[derive(Debug, Default)]
pub struct Rules {
    by_register: HashMap<String, Vec<Rule>>,
}

/// One grant made ready for one register.
#[derive(Debug)]
pub(super) struct Rule {
    pub(super) grant: Arc<Grant>,
    condition: Option<Expr>,
    named: Option<FieldSet>,
    impersonal: FieldSet,
    unit: Option<usize>,
    /// Where a part names its whole: register and record.
    whole: Option<(usize, usize)>,
}

/// What may be done to one record: which fields of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Permit {
    /// The fields.
    pub fields: FieldSet,
}

impl Rules {
    /// The table of a catalogue.
    ///
    /// # Errors
    /// `bad-filter` if the condition of a grant can't be read.
    pub fn new(catalogue: &Catalogue) -> Result<Self> {
        let mut by_register = HashMap::new();
        for (name, register) in &catalogue.registers {
            let concerns = |g: &&Arc<Grant>| g.register == *name || g.register == "*";
            let rules: Result<Vec<Rule>> =
                catalogue.grants.iter().filter(concerns).map(|g| Rule::new(Arc::clone(g), register)).collect();
            by_register.insert(name.clone(), rules?);
        }
        Ok(Self { by_register })
    }

    pub(super) fn of(&self, register: &str) -> &[Rule] {
        self.by_register.get(register).map_or(&[], Vec::as_slice)
    }

    /// Which records of the register somebody may do this to, and with which fields, if all that a grant asks for is there (the
    /// reason, the step-up).
    pub fn access(&self, principal: &Principal, register: &Register, action: Action) -> Access {
        if matches!(principal.capacity, Capacity::Operator) {
            return Access::full();
        }
        let holds = |rule: &&Rule| !rule.lacks_step_up(principal) && !rule.lacks_reason(principal);
        let parts = self.given(principal, register, action).filter(holds);
        Access::new(parts.map(|rule| rule.part(principal, action)))
    }

    /// The grants that somebody has for this, whatever the record.
    fn given<'a>(&'a self, principal: &'a Principal, register: &'a Register, action: Action) -> impl Iterator<Item = &'a Rule> {
        let within = principal.limits.iter().all(|l| l.allow(&register.name, action));
        let kept = register.journal && action.writes();
        let rules = if within && !kept { self.of(&register.name) } else { &[] };
        // Who sees the whole only as everybody does comes to those of its parts that are everybody's.
        let comes = move |rule: &Rule, whole: &Whole| !whole.as_everybody || rule.grant.to.contains(&Party::Everyone);
        let through = move |rule: &Rule| !rule.grant.with_whole || principal.whole.as_ref().is_some_and(|w| comes(rule, w));
        rules.iter().filter(move |rule| rule.grant.actions.contains(&action) && through(rule) && rule.is_given_to(principal))
    }

    /// True if somebody has to do with a record: a grant that isn't everybody's lets them read or change it. Who only sees it as
    /// everybody does (a public report of another unit) goes none of its transitions and reads nothing that is the house's of it.
    pub fn concerns(&self, principal: &Principal, register: &Register, record: &Record) -> bool {
        let holds = |action: Action, rule: &Rule| {
            let special =
                !rule.grant.to.contains(&Party::Everyone) && !rule.lacks_step_up(principal) && !rule.lacks_reason(principal);
            special && rule.part(principal, action).condition.as_ref().is_none_or(|c| cql2::holds(c, record))
        };
        let by = |action| self.given(principal, register, action).any(|rule| holds(action, rule));
        matches!(principal.capacity, Capacity::Operator) || by(Action::Read) || by(Action::Update)
    }

    /// True if somebody may do this to some record, perhaps with a reason or a step-up: whether a button is worth showing.
    pub fn could(&self, principal: &Principal, register: &Register, action: Action) -> bool {
        matches!(principal.capacity, Capacity::Operator)
            || self.given(principal, register, action).any(|rule| !rule.part(principal, action).is_never())
    }

    /// May this be done to this record, with these fields? For a change both the record before and after must be within.
    ///
    /// # Errors
    /// `login-required`, `not-allowed`, `forbidden-field`, `reason-required`, `step-up-required`.
    pub fn may(
        &self,
        principal: &Principal,
        register: &Register,
        action: Action,
        records: &[&Record],
        wanted: FieldSet,
    ) -> Result<Permit> {
        if matches!(principal.capacity, Capacity::Operator) {
            return Ok(Permit { fields: FieldSet::ALL });
        }
        let wanted = wanted.common(FieldSet::of_register(register));
        // The fields of the grants that hold as things are; that would with a reason; that would with a step-up too.
        let [mut now, mut with_reason, mut with_all] = [None; 3];
        let add = |fields: &mut Option<FieldSet>, more| *fields = Some(fields.unwrap_or_default().and(more));
        for rule in self.given(principal, register, action) {
            let part = rule.part(principal, action);
            if part.is_never() || !records.iter().all(|r| part.condition.as_ref().is_none_or(|c| cql2::holds(c, r))) {
                continue;
            }
            add(&mut with_all, part.fields);
            if !rule.lacks_step_up(principal) {
                add(&mut with_reason, part.fields);
                if !rule.lacks_reason(principal) {
                    add(&mut now, part.fields);
                }
            }
        }
        let covers = |fields: Option<FieldSet>| fields.filter(|f| f.covers(wanted));
        if let Some(fields) = covers(now) {
            return Ok(Permit { fields });
        }
        if covers(with_reason).is_some() {
            return Err(reason_required());
        }
        if covers(with_all).is_some() {
            return Err(step_up_required());
        }
        let Some(most) = with_all else { return Err(not_allowed(principal, register, action)) };
        let hidden = wanted.without(most).iter().find_map(|i| register.fields.get(i));
        Err(forbidden_field(register, hidden.map_or("", |f| f.name.as_str())))
    }
}

impl Rule {
    fn new(grant: Arc<Grant>, register: &Register) -> Result<Self> {
        Ok(Self {
            condition: grant.condition.as_ref().map(|c| cql2::parse_for_principal(register, c)).transpose()?,
            named: grant.fields.as_ref().map(|names| FieldSet::named(register, names)),
            impersonal: FieldSet::impersonal(register),
            unit: register.unit.as_ref().and_then(|u| register.field_index(u)),
            whole: register.field_index(part::WHOLE_REGISTER).zip(register.field_index(part::WHOLE)).filter(|_| register.part),
            grant,
        })
    }

    /// True if the grant is one to them, whatever the record.
    pub(super) fn is_given_to(&self, principal: &Principal) -> bool {
        let grant = &self.grant;
        let standing = principal.standing();
        let placed = grant.scope != Scope::Any || grant.area || !grant.of_units.is_empty();
        grant.to.iter().any(|party| principal.is(party))
            && (grant.by_proxy || standing.is_none_or(|s| s.proxy.is_none()))
            && (!placed || standing.is_some())
            && (grant.of_units.is_empty()
                || standing.is_some_and(|s| s.unit.codes.iter().any(|code| grant.of_units.contains(code))))
    }

    /// The grant asks this of them: of all, or if it names parties, of who has it by no other.
    pub(super) fn asks_step_up(&self, principal: &Principal) -> bool {
        let excused = |party: &&Party| principal.is(party) && !self.grant.step_up_of.contains(party);
        self.grant.step_up && (self.grant.step_up_of.is_empty() || !self.grant.to.iter().any(|p| excused(&p)))
    }

    /// They would have to prove who they are.
    pub(super) fn lacks_step_up(&self, principal: &Principal) -> bool {
        self.asks_step_up(principal) && !principal.is_verified()
    }

    /// They would have to give a reason.
    pub(super) fn lacks_reason(&self, principal: &Principal) -> bool {
        self.grant.reason && !principal.has_reason()
    }

    /// The grant's share for one who has it: for which records, which fields.
    pub(super) fn part(&self, principal: &Principal, action: Action) -> Part {
        let mut terms = Vec::new();
        if let Some(term) = self.scope(principal) {
            terms.push(term);
        }
        if self.grant.area {
            let area = principal.standing().and_then(|s| s.unit.area.clone());
            terms.push(area.map_or(Expr::Literal(false), Expr::Intersects));
        }
        if let Some(condition) = &self.condition {
            terms.push(condition.bind(&|what| principal.current(what)));
        }
        terms.extend(self.borne(principal));
        if self.grant.with_whole {
            terms.extend(self.of_whole(principal));
        }
        let never = terms.contains(&Expr::Literal(false));
        let condition = match terms.len() {
            _ if never => Some(Expr::Literal(false)),
            0 => None,
            1 => terms.pop(),
            _ => Some(Expr::And(terms)),
        };
        let all = if action.shows() { self.impersonal } else { FieldSet::ALL };
        Part { condition, fields: self.named.unwrap_or(all) }
    }

    /// Who bears one case is shown that case, by grants that are not everybody's.
    fn borne(&self, principal: &Principal) -> Option<Expr> {
        let case = principal.bears().filter(|_| !self.grant.to.contains(&Party::Everyone) && !self.grant.with_whole)?;
        if case.register != self.grant.register {
            return Some(Expr::Literal(false));
        }
        Some(Expr::Compare(Operand::Id, cql2::Comparison::Eq, Operand::Literal(Value::Reference(case.id))))
    }

    /// Only parts of the whole through which they come.
    fn of_whole(&self, principal: &Principal) -> Vec<Expr> {
        let (Some((register, record)), Some(whole)) = (self.whole, &principal.whole) else { return vec![Expr::Literal(false)] };
        let equals = |field, text: String| {
            Expr::Compare(Operand::Field(field), cql2::Comparison::Eq, Operand::Literal(Value::Text(text)))
        };
        vec![equals(record, whole.id.to_string()), equals(register, whole.register.clone())]
    }

    /// The condition of the unit scope.
    fn scope(&self, principal: &Principal) -> Option<Expr> {
        if self.grant.scope == Scope::Any {
            return None;
        }
        let (Some(field), Some(standing)) = (self.unit, principal.standing()) else { return Some(Expr::Literal(false)) };
        let literal = |id: &uuid::Uuid| Operand::Literal(Value::Reference(*id));
        let field = Operand::Field(field);
        Some(match self.grant.scope {
            Scope::Below if standing.unit.below.len() > 1 => Expr::In(field, standing.unit.below.iter().map(literal).collect()),
            _ => Expr::Compare(field, cql2::Comparison::Eq, literal(&standing.unit.id)),
        })
    }
}

/// Who may go one transition of a workflow: a grant of its own.
#[derive(Debug)]
pub(crate) struct Guard(Rule);

impl Guard {
    /// The grant over its register.
    ///
    /// # Errors
    /// `bad-filter` if its condition can't be read.
    pub(crate) fn new(grant: Arc<Grant>, register: &Register) -> Result<Self> {
        Rule::new(grant, register).map(Self)
    }

    /// True if somebody may go it from this case, perhaps with a reason or a step-up: whether a button is worth showing.
    pub(crate) fn could(&self, principal: &Principal, register: &Register, case: &Record) -> bool {
        if matches!(principal.capacity, Capacity::Operator) {
            return true;
        }
        let within = principal.limits.iter().all(|l| l.allow(&register.name, Action::Update));
        let part = self.0.part(principal, Action::Update);
        within && self.0.is_given_to(principal) && part.condition.as_ref().is_none_or(|c| cql2::holds(c, case))
    }

    /// May somebody go it from this case, and set these fields with it?
    ///
    /// # Errors
    /// `login-required`, `not-allowed`, `reason-required`, `step-up-required`, `forbidden-field`.
    pub(crate) fn may(&self, principal: &Principal, register: &Register, case: &Record, wanted: FieldSet) -> Result<()> {
        if matches!(principal.capacity, Capacity::Operator) {
            return Ok(());
        }
        if !self.could(principal, register, case) {
            return Err(not_allowed(principal, register, Action::Update));
        }
        if self.0.lacks_step_up(principal) {
            return Err(step_up_required());
        }
        if self.0.lacks_reason(principal) {
            return Err(reason_required());
        }
        let unnamed = wanted.without(self.0.named.unwrap_or(FieldSet::ALL)).iter().find_map(|i| register.fields.get(i));
        unnamed.map_or(Ok(()), |field| Err(forbidden_field(register, &field.name)))
    }

    /// They would have to prove who they are.
    pub(crate) fn lacks_step_up(&self, principal: &Principal) -> bool {
        self.0.lacks_step_up(principal)
    }

    /// The grant.
    pub(crate) fn grant(&self) -> &Grant {
        &self.0.grant
    }
}
