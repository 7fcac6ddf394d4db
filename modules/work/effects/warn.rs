//! `warn_holders`: nobody lets a deadline pass unseen.

use super::tell::about;
use crate::work::{holders, notice::to_person};
use meydan_kernel::{
    Bilingual, Result,
    catalogue::workflow::field,
    desk::{Deed, Effect, Event},
};
use uuid::Uuid;

/// Tells who has the case and who leads the unit that a deadline is near or over, and who gave it that it is over; when it stays over,
/// the holders of the role that the definition names, in the unit or the nearest above.
pub(super) struct WarnHolders;

#[async_trait::async_trait]
impl Effect for WarnHolders {
    async fn run(&self, deed: &mut Deed<'_>) -> Result<()> {
        let day = deed.principal.today();
        let unit = deed.reference(field::UNIT);
        let title = |name: &str| deed.workflow.deadline(name).map_or_else(Bilingual::default, |d| d.title.clone());
        let (told, role) = match &deed.event {
            Event::Near(name) => (about(deed, |a| a.near(&title(name))), None),
            Event::Missed(name) => (about(deed, |a| a.missed(&title(name))), None),
            Event::Escalated { deadline, role } => (about(deed, |a| a.escalated(&title(deadline))), Some(role.clone())),
            Event::Opened | Event::Went(_) => return Ok(()),
        };
        let mut persons: Vec<Uuid> = Vec::new();
        let above = |role: &str| unit.map(|u| holders::with_role_or_above(deed.directory, u, &[role], day)).unwrap_or_default();
        match role {
            Some(role) => persons.extend(above(&role)),
            None => {
                persons.extend(deed.reference(field::ASSIGNEE).and_then(|p| there(deed, p, unit)));
                persons.extend(above("chief").into_iter().filter(|p| !persons.contains(p)).collect::<Vec<_>>());
                // An order given to a head has no chief above it that would care: who gave it is told themselves.
                let giver = deed.reference("given_by").filter(|_| matches!(deed.event, Event::Missed(_)));
                if let Some(giver) = giver.and_then(|g| there(deed, g, None)).filter(|g| !persons.contains(g)) {
                    persons.push(giver);
                }
            }
        }
        for person in persons {
            to_person(deed, person, &told);
        }
        Ok(())
    }
}

/// Somebody who is there, or who stands in for them.
fn there(deed: &Deed<'_>, person: Uuid, unit: Option<Uuid>) -> Option<Uuid> {
    match holders::presence(deed.directory, person, unit, deed.principal.today()) {
        holders::Presence::Here => Some(person),
        holders::Presence::Deputy(deputy) => Some(deputy),
        holders::Presence::Gone => None,
    }
}
