//! From request to approval and end: who decides, and that nothing grows afterwards.

use super::{
    super::draft::{Draft, fault, is_operator},
    APPROVED, REJECTED, REQUESTED, WITHDRAWN,
};
use meydan_kernel::{
    catalogue::{Action, Party},
    desk::Checked,
    error::FieldError,
};

/// What an approval is about; it can't be changed with it or after it.
const MATTER: [&str; 8] = ["delegator", "delegate", "post", "unit", "actions", "registers", "valid_from", "reason"];

pub(super) fn check(change: &Checked<'_>, proxy: Draft<'_>) -> Vec<FieldError> {
    let after = proxy.text("status").unwrap_or_default();
    let before = Draft::before(change);
    let was = before.and_then(|b| b.text("status"));
    let mut faults = parties(proxy, after);
    // The operator takes over what was decided elsewhere.
    if is_operator(change.principal) {
        return faults;
    }
    let step = match (was, after) {
        (None | Some(REQUESTED), REQUESTED) => own_decision(proxy),
        (Some(REQUESTED), APPROVED) => [matter(proxy, before), decided(change, proxy), in_time(change, proxy)].concat(),
        (Some(REQUESTED), REJECTED) => [matter(proxy, before), decided(change, proxy)].concat(),
        (Some(REQUESTED), WITHDRAWN) => matter(proxy, before),
        (Some(APPROVED), APPROVED | WITHDRAWN) => [matter(proxy, before), shorter(change, proxy, before)].concat(),
        _ => vec![fault(
            "status",
            "bu durumdan ona geçilemez; yeni bir vekâlet isteyin",
            "it can't go from that status to this one; request a new proxy",
        )],
    };
    faults.extend(step);
    faults
}

/// Who approved is neither of the two, and is named.
fn parties(proxy: Draft<'_>, status: &str) -> Vec<FieldError> {
    let approver = proxy.reference("approved_by");
    let concerned = [proxy.reference("delegator"), proxy.reference("delegate")];
    if approver.is_some() && concerned.contains(&approver) {
        return vec![fault("approved_by", "kendi vekâletini kimse onaylayamaz", "nobody approves a proxy of their own")];
    }
    if status == APPROVED && approver.is_none() {
        return vec![fault("approved_by", "onaylayan yazılmalı", "write who approved it")];
    }
    Vec::new()
}

/// A request bears no decision.
fn own_decision(proxy: Draft<'_>) -> Vec<FieldError> {
    let decided = proxy.reference("approved_by").is_some() || proxy.date("approved_on").is_some();
    let sentence = || fault("approved_by", "istek aşamasında boş kalır", "stays empty while it is a request");
    decided.then(sentence).into_iter().collect()
}

/// Nothing but the decision is written with a decision, or after it.
fn matter(proxy: Draft<'_>, before: Option<Draft<'_>>) -> Vec<FieldError> {
    let Some(before) = before else { return Vec::new() };
    let changed = MATTER.into_iter().filter(|field| !proxy.keeps(before, field));
    changed
        .map(|field| fault(field, "karar verilirken ve sonrasında değişmez", "doesn't change with a decision or after it"))
        .collect()
}

/// Decided by who may, in their own name, on the day.
fn decided(change: &Checked<'_>, proxy: Draft<'_>) -> Vec<FieldError> {
    let principal = change.principal;
    let me = principal.person();
    let mut faults = Vec::new();
    if me.is_none() || [proxy.reference("delegator"), proxy.reference("delegate")].contains(&me) {
        faults.push(fault("status", "vekâlete taraf olan karar veremez", "who is a party to it can't decide"));
    } else if !may_decide(change) {
        faults.push(fault("status", "bu görevde vekâlete karar verilemez", "this post has no power to decide on proxies"));
    }
    if proxy.reference("approved_by").is_some_and(|id| Some(id) != me) {
        faults.push(fault("approved_by", "kararı veren siz olmalısınız", "must be you, who decide"));
    }
    if proxy.date("approved_on").is_some_and(|day| day != principal.today()) {
        faults.push(fault("approved_on", "bugünün tarihi olmalı", "must be today"));
    }
    faults
}

/// True if a grant on proxies themselves names the role for decisions: a grant on all registers doesn't make an administrator a
/// superior.
fn may_decide(change: &Checked<'_>) -> bool {
    let Some(standing) = change.principal.standing() else { return false };
    let role = Party::Role(standing.role.clone());
    change.catalogue.grants.iter().any(|grant| {
        let decides = grant.fields.iter().flatten().any(|field| field == "approved_by");
        grant.register == change.register.name && grant.actions.contains(&Action::Update) && decides && grant.to.contains(&role)
    })
}

/// What was done before the approval was done without it.
fn in_time(change: &Checked<'_>, proxy: Draft<'_>) -> Vec<FieldError> {
    let late = proxy.date("valid_from").is_some_and(|from| from < change.principal.today());
    let sentence = || fault("valid_from", "geçmiş bir gün için onaylanamaz", "can't be approved for a day that is past");
    late.then(sentence).into_iter().collect()
}

/// An approved proxy can end sooner, and today at the earliest.
fn shorter(change: &Checked<'_>, proxy: Draft<'_>, before: Option<Draft<'_>>) -> Vec<FieldError> {
    let Some(before) = before else { return Vec::new() };
    let today = change.principal.today();
    let mut faults: Vec<FieldError> = ["approved_by", "approved_on"]
        .into_iter()
        .filter(|field| !proxy.keeps(before, field))
        .map(|field| fault(field, "karardan sonra değişmez", "doesn't change after the decision"))
        .collect();
    let (old, new) = (before.period().last(), proxy.period().last());
    if old < today {
        faults.push(fault("status", "vekâlet bitmiş; geçmiş değişmez", "the proxy is over; the past doesn't change"));
    } else if new > old {
        faults.push(fault(
            "valid_until",
            "onaydan sonra uzatılamaz; yeni bir vekâlet isteyin",
            "can't be made longer after approval; request a new one",
        ));
    } else if new < old && new < today {
        faults.push(fault("valid_until", "en erken bugün bitirilebilir", "can end today at the earliest"));
    }
    faults
}
