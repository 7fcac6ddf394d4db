//! Persons: one login name, and never without an administrator.

use super::{
    draft::{Draft, fault, is_operator},
    powers::last_administrator,
};
use meydan_kernel::{
    desk::{Check, Checked},
    error::FieldError,
};

/// The check `person`.
pub(super) struct PersonCheck;

impl Check for PersonCheck {
    fn check(&self, change: &Checked<'_>) -> Vec<FieldError> {
        let mut faults = Vec::new();
        let after = Draft::after(change);
        let able = after.is_some_and(|p| p.text("status") == Some("active") && p.text("login").is_some());
        if let Some(before) = Draft::before(change).filter(|_| !able) {
            let field = if after.is_some_and(|p| p.text("login").is_none()) { "login" } else { "status" };
            faults.extend(last_administrator(change.directory, field, before.id(), None, change.principal.today()));
        }
        if let (Some(before), Some(after)) = (Draft::before(change), after)
            && change.principal.person() == Some(before.id())
            && !is_operator(change.principal)
            && !after.keeps(before, "status")
        {
            faults.push(fault("status", "kimse kendi durumunu değiştiremez", "nobody changes their own status"));
        }
        if let Some(person) = after
            && let Some(login) = person.text("login")
        {
            if login.chars().any(|c| c.is_whitespace() || c.is_control()) {
                faults.push(fault("login", "boşluk içeremez", "can't hold spaces"));
            }
            // “Ayşe” and “ayşe” log in as one.
            if change.directory.by_login(login).is_some_and(|other| other.id != person.id()) {
                faults.push(fault("login", "bu kullanıcı adı başkasında", "another has this login name"));
            }
        }
        faults
    }
}
