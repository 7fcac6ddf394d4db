//! `given`: who gives a task, and where it goes if they don't say.

use crate::work::holders;
use meydan_kernel::{
    Error, Result, Value,
    catalogue::workflow::field,
    desk::{Deed, Effect},
};

/// Writes down who gave the task and their unit; without a unit it goes to that of who shall do it, else to the giver's own.
pub(super) struct Given;

#[async_trait::async_trait]
impl Effect for Given {
    async fn run(&self, deed: &mut Deed<'_>) -> Result<()> {
        let giver = deed.principal.person();
        let own = deed.principal.standing().map(|s| s.unit.id);
        // Nobody gives in another's name; only the operator, who is nobody in the house, may say who gave it.
        if let Some(person) = giver {
            deed.set("given_by", Value::Reference(person));
            deed.set("giving_unit", own.map_or(Value::Null, Value::Reference));
        }
        if deed.reference(field::UNIT).is_some() {
            return Ok(());
        }
        let of_assignee = deed
            .reference(field::ASSIGNEE)
            .and_then(|p| holders::units_of(deed.directory, p, deed.principal.today()).first().copied());
        match of_assignee.or(own).or_else(|| deed.reference("giving_unit")) {
            Some(unit) => deed.set(field::UNIT, Value::Reference(unit)),
            None => {
                return Err(Error::invalid(
                    "no-unit",
                    "Görevin verileceği birim yazılmalı.",
                    "The unit that the task is given to must be named.",
                )
                .field(field::UNIT, "doldurulmalı", "must be filled"));
            }
        }
        Ok(())
    }
}
