//! Legal holds: one that names no register or record protects nothing, so it is refused.

use super::draft::{Draft, fault};
use meydan_kernel::{
    desk::{Check, Checked},
    error::FieldError,
};
use uuid::Uuid;

/// The check `legal_hold`. That it is there also keeps holds and destructions apart in time: the desk carries out both one after the
/// other.
pub(super) struct LegalHoldCheck;

impl Check for LegalHoldCheck {
    fn check(&self, change: &Checked<'_>) -> Vec<FieldError> {
        let Some(hold) = Draft::after(change) else { return Vec::new() };
        let mut faults = Vec::new();
        if hold.text("register").is_some_and(|name| !change.catalogue.registers.contains_key(name)) {
            faults.push(fault("register", "böyle bir kütük yok", "there is no such register"));
        }
        if hold.text("record").is_some_and(|id| Uuid::parse_str(id).is_err()) {
            faults.push(fault("record", "kaydın kimliği (UUID) olmalı", "must be the record's id (UUID)"));
        }
        faults
    }
}
