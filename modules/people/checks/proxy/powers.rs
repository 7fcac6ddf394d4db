//! Which powers: words that there are, one deputy at a time, and no two roles that a separation keeps apart.

use super::super::{
    calendar::Period,
    draft::{Draft, fault},
    powers::{all, own, separation},
};
use meydan_kernel::{catalogue::Action, desk::Checked, error::FieldError, post::Proxy};

pub(super) fn check(change: &Checked<'_>, proxy: Draft<'_>) -> Vec<FieldError> {
    let mut faults = words(change, proxy);
    faults.extend(one_deputy(change, proxy));
    if let (Some(delegator), Some(delegate)) = (proxy.reference("delegator"), proxy.reference("delegate")) {
        let lent = own(change.directory, delegator, proxy.reference("post"), proxy.period(), None);
        let held = all(change.directory, delegate, proxy.id());
        let field = if proxy.reference("post").is_some() { "post" } else { "delegate" };
        faults.extend(separation(change.catalogue, change.directory, field, &held, &lent));
    }
    faults
}

/// Actions and registers that there are: a word that means nothing would look like a limit.
fn words(change: &Checked<'_>, proxy: Draft<'_>) -> Vec<FieldError> {
    let mut faults = Vec::new();
    for word in proxy.words("actions").into_iter().filter(|word| Action::from_word(word).is_none()) {
        faults.push(fault("actions", format!("“{word}” diye bir işlem yok"), format!("there is no action “{word}”")));
    }
    for word in proxy.words("registers").into_iter().filter(|word| !change.catalogue.registers.contains_key(*word)) {
        faults.push(fault("registers", format!("“{word}” diye bir kütük yok"), format!("there is no register “{word}”")));
    }
    faults
}

/// One post of one delegator is lent to one person at a time, unless the registers are shared out between two.
fn one_deputy(change: &Checked<'_>, proxy: Draft<'_>) -> Option<FieldError> {
    let (post, days) = (proxy.reference("post"), proxy.period());
    let registers = proxy.words("registers");
    let clashes = |other: &&Proxy| {
        let theirs = other.powers.registers.as_deref().unwrap_or_default();
        let shared_out = !registers.is_empty() && !theirs.is_empty() && !theirs.iter().any(|r| registers.contains(&r.as_str()));
        other.approved
            && other.id != proxy.id()
            && Some(other.delegator) == proxy.reference("delegator")
            && (other.post.is_none() || post.is_none() || other.post == post)
            && Period::new(Some(other.from), Some(other.until)).meet(days).is_some()
            && !shared_out
    };
    let other = change.directory.all_proxies().find(clashes)?;
    let (from, until) = (other.from, other.until);
    Some(fault(
        "valid_from",
        format!("bu görev için {from} – {until} arasında onaylı bir vekâlet var"),
        format!("there is an approved proxy for this post from {from} to {until}"),
    ))
}
