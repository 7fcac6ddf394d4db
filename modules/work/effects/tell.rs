//! `tell_assignee`, `tell_unit`, `tell_approver`, `tell_giver`: who in the house learns of a deed.

use crate::work::{
    holders::{self, Presence},
    notice::{Told, label_of, number_of, to_person},
    wording::About,
};
use meydan_kernel::{
    Bilingual, Result, Value,
    catalogue::workflow::field,
    desk::{Deed, Effect, Event},
};
use uuid::Uuid;

/// Roles that sign answers, the nearest first.
const APPROVING: [&str; 2] = ["branch_manager", "department_head"];

/// Texts of a deed, made before the deed is added to.
pub(super) fn about<T>(deed: &Deed<'_>, make: impl FnOnce(&About<'_>) -> T) -> T {
    let (label, number) = (label_of(deed), number_of(deed, &deed.after));
    let due = match deed.value(field::DUE_AT) {
        Value::Timestamp(at) => Some(meydan_kernel::post::day(*at).strftime("%d.%m.%Y").to_string()),
        _ => None,
    };
    let why = deed.principal.act.reason.as_deref().filter(|r| !r.trim().is_empty());
    make(&About { label: &label, number: &number, due: due.as_deref(), why })
}

/// Tells a person, or who stands in for them.
pub(super) fn tell(deed: &mut Deed<'_>, person: Uuid, told: &Told) {
    let (unit, day) = (deed.reference(field::UNIT), deed.principal.today());
    match holders::presence(deed.directory, person, unit, day) {
        Presence::Here => to_person(deed, person, told),
        Presence::Deputy(deputy) => to_person(deed, deputy, told),
        Presence::Gone => {}
    }
}

/// Tells who has the case that it is theirs, or what happened to it.
pub(super) struct TellAssignee;

#[async_trait::async_trait]
impl Effect for TellAssignee {
    async fn run(&self, deed: &mut Deed<'_>) -> Result<()> {
        let Some(person) = deed.reference(field::ASSIGNEE) else { return Ok(()) };
        let before = deed.before.and_then(|b| b.value(deed.register, field::ASSIGNEE)).cloned();
        let told = match &deed.event {
            Event::Went(step) if before.as_ref() == Some(&Value::Reference(person)) => {
                let title = deed.workflow.transition(step).map_or_else(Bilingual::default, |t| t.title.clone());
                about(deed, |a| a.moved(&title))
            }
            _ => about(deed, |a| a.assigned()),
        };
        tell(deed, person, &told);
        Ok(())
    }
}

/// Tells those who lead the unit that has the case.
pub(super) struct TellUnit;

#[async_trait::async_trait]
impl Effect for TellUnit {
    async fn run(&self, deed: &mut Deed<'_>) -> Result<()> {
        let Some(unit) = deed.reference(field::UNIT) else { return Ok(()) };
        let told = about(deed, |a| a.in_unit());
        let assignee = deed.reference(field::ASSIGNEE);
        for person in holders::to_tell(deed.directory, unit, deed.principal.today()) {
            if Some(person) != assignee {
                to_person(deed, person, &told);
            }
        }
        Ok(())
    }
}

/// Tells who may sign the answer.
pub(super) struct TellApprover;

#[async_trait::async_trait]
impl Effect for TellApprover {
    async fn run(&self, deed: &mut Deed<'_>) -> Result<()> {
        let Some(unit) = deed.reference(field::UNIT) else { return Ok(()) };
        let told = about(deed, |a| a.to_approve());
        for person in holders::with_role_or_above(deed.directory, unit, &APPROVING, deed.principal.today()) {
            to_person(deed, person, &told);
        }
        Ok(())
    }
}

/// Tells who gave a task what became of it.
pub(super) struct TellGiver;

#[async_trait::async_trait]
impl Effect for TellGiver {
    async fn run(&self, deed: &mut Deed<'_>) -> Result<()> {
        let Some(person) = deed.reference("given_by") else { return Ok(()) };
        let told = about(deed, |a| a.reported());
        tell(deed, person, &told);
        Ok(())
    }
}
