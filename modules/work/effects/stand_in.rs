//! `stand_in`: nothing is given to who isn't there.

use crate::work::holders::{self, Presence};
use meydan_kernel::{
    Error, Result, Value,
    catalogue::workflow::field,
    desk::{Deed, Effect},
};

/// Passes what is given to somebody away to who stands in for them; refuses who has left the house or holds no post.
pub(super) struct StandIn;

#[async_trait::async_trait]
impl Effect for StandIn {
    async fn run(&self, deed: &mut Deed<'_>) -> Result<()> {
        let Some(person) = deed.reference(field::ASSIGNEE) else { return Ok(()) };
        match holders::presence(deed.directory, person, deed.reference(field::UNIT), deed.principal.today()) {
            Presence::Here => Ok(()),
            Presence::Deputy(deputy) => {
                deed.set(field::ASSIGNEE, Value::Reference(deputy));
                Ok(())
            }
            Presence::Gone => Err(Error::invalid(
                "not-there",
                "Bu kişi şu anda görevde değil ve vekili yok.",
                "This person is not in office now, and nobody stands in for them.",
            )
            .hint("Birimden başka birini seçin.", "Choose somebody else of the unit.")
            .field(field::ASSIGNEE, "görevde değil", "not in office")),
        }
    }
}
