//! Persons: one login name, and never without an administrator.

use super::{
    ADMINISTRATOR, GUARDED_ROLES,
    draft::{Draft, acts_as, fault, is_operator},
    powers::{all, last_administrator},
};
use meydan_kernel::{
    desk::{Check, Checked},
    error::FieldError,
};

/// What a login or an outside provider knows a person by: who could change it could come in their place.
const KNOWN_BY: [&str; 5] = ["login", "email", "national_id", "external_id", "origin"];

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
        if let (Some(before), Some(after)) = (Draft::before(change), after) {
            faults.extend(known_by(change, before, after));
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

/// Whoever has a guarded role, now or later, own or by proxy, is known by what the administrator wrote: who looks after personnel
/// records alone could else write an address of their own there and log in as them.
fn known_by(change: &Checked<'_>, before: Draft<'_>, after: Draft<'_>) -> Vec<FieldError> {
    if is_operator(change.principal) || acts_as(change.principal, ADMINISTRATOR) {
        return Vec::new();
    }
    let (directory, today) = (change.directory, change.principal.today());
    let guarded = || {
        let powers = all(directory, before.id(), before.id());
        powers.iter().any(|p| GUARDED_ROLES.contains(&p.role.as_str()) && p.days.last() >= today)
    };
    let changed: Vec<&str> = KNOWN_BY.into_iter().filter(|field| !after.keeps(before, field)).collect();
    if changed.is_empty() || !guarded() {
        return Vec::new();
    }
    let sentence = |field| {
        fault(
            field,
            "bu görevdekinin giriş bilgisini yalnızca sistem yöneticisi değiştirir",
            "only the administrator changes what the holder of such a post logs in by",
        )
    };
    changed.into_iter().map(sentence).collect()
}
