//! Time stamps of seals.

use super::{Finding, FindingKind};
use crate::seal::time_stamp;
use meydan_kernel::log::{Seal, note};

/// What is wrong with a seal's time stamp, if it has one. The authority's certificate is not looked at: whom to trust is the
/// auditor's choice (`openssl ts -verify` on the exported response).
pub(super) fn fault(seal: &Seal) -> Option<Finding> {
    let response = seal.time_stamp.as_deref()?;
    let found = |detail: String| Some(Finding::at(FindingKind::TimeStamp, seal.size, detail));
    let Ok(text) = note::text_of(&seal.checkpoint) else { return found("the checkpoint is not a note".to_owned()) };
    match time_stamp::read_response(response) {
        Ok(stamp) if stamp.imprint == time_stamp::imprint(text) => None,
        Ok(_) => found("the stamp is over another text".to_owned()),
        Err(error) => found(error.to_string()),
    }
}
