//! `acknowledge`: the applicant gets the number, the term and its last day.

use super::tell::{applicant, words};
use crate::{citizen::wording::Promise, work::notice};
use jiff::{SignedDuration, Timestamp};
use meydan_kernel::{
    Result, Value,
    calendar::Term,
    catalogue::{Deadline, TermOf, workflow::field},
    cql2,
    desk::{Deed, Effect},
};

/// Who wrote longer ago isn't told now that we have it: it is taken over from elsewhere, and was told there.
const ACKNOWLEDGED_WITHIN: SignedDuration = SignedDuration::from_hours(7 * 24);

/// Writes the acknowledgement; none to who gave no name or wants it secret, and none for an old one that is taken over.
pub(super) struct Acknowledge;

#[async_trait::async_trait]
impl Effect for Acknowledge {
    async fn run(&self, deed: &mut Deed<'_>) -> Result<()> {
        let Some(contact) = applicant(deed, &deed.after) else { return Ok(()) };
        let received = match deed.value(field::RECEIVED_AT) {
            Value::Timestamp(at) => *at,
            _ => deed.at,
        };
        if deed.principal.now.duration_since(received) > ACKNOWLEDGED_WITHIN {
            return Ok(());
        }
        let mut promises = Vec::new();
        for deadline in deed.workflow.deadlines.iter().filter(|d| !d.silent) {
            promises.extend(promise(deed, deadline, received)?);
        }
        let told = words(deed, &deed.after, |about| about.received(received, &promises));
        notice::to_contact(deed, contact, deed.after.id, &told);
        Ok(())
    }
}

/// What a deadline promises for this request; `None` if it is none for it. The clocks are set after the effects, by the same rule.
fn promise(deed: &Deed<'_>, deadline: &Deadline, received: Timestamp) -> Result<Option<Promise>> {
    let first = deed.workflow.first().is_some_and(|s| deadline.runs_in.contains(&s.name));
    let concerns = match &deadline.when {
        Some(when) => cql2::holds(&cql2::parse(deed.register, when)?, &deed.after),
        None => true,
    };
    if !first || !concerns {
        return Ok(None);
    }
    let term = match &deadline.term {
        TermOf::Fixed(term) => Some(*term),
        TermOf::OfficeHoursIn(name) => match deed.value(name) {
            Value::Int(hours) => Some(Term::OfficeHours(u32::try_from(*hours).unwrap_or(0))),
            _ => None,
        },
        TermOf::At(_) => None,
    };
    let Some(term) = term else { return Ok(None) };
    Ok(Some(Promise { term: Some(term.text()), source: deadline.source.clone(), due: deed.calendar.end(received, term)? }))
}
