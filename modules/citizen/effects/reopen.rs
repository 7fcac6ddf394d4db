//! `reopen`: a matter that isn't settled begins anew.

use super::join::{raise, supporters};
use crate::citizen::place;
use jiff::SignedDuration;
use meydan_kernel::{
    Error, Kind, Result, Value,
    case::{instant, state_of},
    catalogue::workflow::field,
    desk::{Deed, Effect},
};

/// How long after the answer an applicant may reopen by themselves; later they file anew.
const MAX_CLOSED: SignedDuration = SignedDuration::from_hours(30 * 24);
/// How often an applicant may reopen; the house may always.
const MAX_TIMES: i64 = 3;

/// Counts it; takes a duplicate out of what it was joined to; keeps applicants within the limits.
pub(super) struct Reopen;

#[async_trait::async_trait]
impl Effect for Reopen {
    async fn run(&self, deed: &mut Deed<'_>) -> Result<()> {
        let times = match deed.value("reopened") {
            Value::Int(times) => *times,
            _ => 0,
        };
        if deed.principal.bears().is_some() {
            let closed = deed.before.and_then(|b| instant(deed.register, b, field::CLOSED_AT));
            if times >= MAX_TIMES {
                return Err(refused(
                    "reopened-too-often",
                    &format!("Başvuru en çok {MAX_TIMES} kez yeniden açılabilir."),
                    &format!("A request can be reopened {MAX_TIMES} times at most."),
                ));
            }
            if closed.is_some_and(|at| deed.at.duration_since(at) > MAX_CLOSED) {
                return Err(refused(
                    "closed-long-ago",
                    "Yanıtın üzerinden 30 günden çok geçti.",
                    "More than 30 days have gone by since the answer.",
                ));
            }
        }
        deed.set("reopened", Value::Int(times + 1));
        deed.set("letter_due", Value::Bool(false));
        let was_duplicate = deed.before.is_some_and(|b| state_of(deed.register, b) == "duplicate");
        if was_duplicate {
            let root = place::referred(deed, &deed.register.name, deed.reference("duplicate_of")).await?;
            if let Some(root) = root {
                let count = supporters(deed, &root) - supporters(deed, &deed.after);
                raise(deed, root.id, count);
            }
            deed.set("duplicate_of", Value::Null);
        }
        Ok(())
    }
}

fn refused(code: &'static str, tr: &str, en: &str) -> Error {
    Error::new(Kind::Conflict, code, tr, en).hint("Yeni bir başvuru yapın.", "File a new request.")
}
