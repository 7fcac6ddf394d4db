//! Proxies: the delegator's own powers and no more, for days that are named, approved by another, never passed on.

mod approval;
mod powers;

use super::{
    calendar::{Period, covered},
    draft::{Draft, by_proxy, fault, is_operator},
};
use jiff::ToSpan;
use meydan_kernel::{
    desk::{Check, Checked},
    error::FieldError,
};

/// Limit: a proxy runs for so many years at most.
const MAX_YEARS: i64 = 1;
/// The words for `status`.
const REQUESTED: &str = "requested";
const APPROVED: &str = "approved";
const REJECTED: &str = "rejected";
const WITHDRAWN: &str = "withdrawn";

/// The check `proxy`.
pub(super) struct ProxyCheck;

impl Check for ProxyCheck {
    fn check(&self, change: &Checked<'_>) -> Vec<FieldError> {
        let mut faults = Vec::new();
        if by_proxy(change.principal) {
            faults.push(fault(
                "delegator",
                "vekil, vekâlet veremez ve onaylayamaz",
                "who acts by proxy can't give or approve one",
            ));
        }
        let Some(proxy) = Draft::after(change) else {
            if Draft::before(change).is_some_and(|b| b.text("status") == Some(APPROVED)) && !is_operator(change.principal) {
                faults.push(fault(
                    "status",
                    "onaylanmış vekâlet silinmez, geri alınır",
                    "an approved proxy isn't deleted but withdrawn",
                ));
            }
            return faults;
        };
        faults.extend(approval::check(change, proxy));
        // What is refused or taken back gives no power; whether it ever could no longer matters.
        if matches!(proxy.text("status"), Some(REJECTED | WITHDRAWN)) {
            return faults;
        }
        faults.extend(persons(change, proxy));
        faults.extend(days(change, proxy));
        faults.extend(own_post(change, proxy));
        faults.extend(powers::check(change, proxy));
        faults
    }
}

/// Two different persons, both active; the delegate has a post of their own.
fn persons(change: &Checked<'_>, proxy: Draft<'_>) -> Vec<FieldError> {
    let (Some(delegator), Some(delegate)) = (proxy.reference("delegator"), proxy.reference("delegate")) else {
        return Vec::new();
    };
    if delegator == delegate {
        return vec![fault("delegate", "kimse kendine vekâlet edemez", "nobody stands in for themselves")];
    }
    // A proxy that is over is history, taken over by the operator: who left since was active then.
    if proxy.period().last() < change.principal.today() {
        return Vec::new();
    }
    let active = |id| change.directory.person(id).is_some_and(|p| p.active);
    let mut faults = Vec::new();
    for (field, id) in [("delegator", delegator), ("delegate", delegate)] {
        if !active(id) {
            faults.push(fault(field, "kişi etkin değil", "the person is not active"));
        }
    }
    let holdings = change.directory.holdings(delegate).iter();
    let theirs: Vec<Period> = holdings.map(|h| Period::new(Some(h.from), h.until)).collect();
    if active(delegate) && !covered(&theirs, proxy.period()) {
        faults.push(fault(
            "delegate",
            "vekilin o günlerin tümünde kendi görevi yok",
            "the delegate has no post of their own on all of these days",
        ));
    }
    faults
}

/// Not over already, not for longer than a year.
fn days(change: &Checked<'_>, proxy: Draft<'_>) -> Vec<FieldError> {
    let (Some(from), Some(until)) = (proxy.date("valid_from"), proxy.date("valid_until")) else { return Vec::new() };
    let mut faults = Vec::new();
    if from.checked_add(MAX_YEARS.years()).is_ok_and(|end| until >= end) {
        faults.push(fault("valid_until", "vekâlet bir yıldan uzun olamaz", "a proxy can't be for longer than a year"));
    }
    // Of an approved one the approval's own rule speaks.
    let asked = proxy.text("status") == Some(REQUESTED);
    if asked && until < change.principal.today() && !is_operator(change.principal) {
        faults.push(fault("valid_until", "son gün geçmişte", "the last day is in the past"));
    }
    faults
}

/// The delegator holds the post on every day of the proxy, in the unit named.
fn own_post(change: &Checked<'_>, proxy: Draft<'_>) -> Vec<FieldError> {
    let Some(delegator) = proxy.reference("delegator") else { return Vec::new() };
    let directory = change.directory;
    let (days, only) = (proxy.period(), proxy.reference("post"));
    let held: Vec<_> = directory
        .holdings(delegator)
        .iter()
        .map(|h| (h.post, Period::new(Some(h.from), h.until)))
        .filter(|(post, theirs)| only.is_none_or(|only| only == *post) && theirs.meet(days).is_some())
        .collect();
    if !covered(&held.iter().map(|(_, days)| *days).collect::<Vec<_>>(), days) {
        let field = if only.is_some() { "post" } else { "delegator" };
        return vec![fault(
            field,
            "vekâlet verenin o günlerin tümünde böyle bir görevi yok; yalnızca asıl görev için vekâlet verilir",
            "the delegator doesn't hold such a post on all of these days; only one's own post can be lent",
        )];
    }
    let named = proxy.reference("unit");
    let line = named.and_then(|id| directory.line(id));
    let fits = held.iter().filter_map(|(post, _)| directory.post(*post)).all(|post| match only {
        Some(_) => named == Some(post.unit),
        // Without a post: the unit that all of them are in or under, so that whoever is above it approves them all.
        None => line.is_some_and(|unit| unit.below.contains(&post.unit)),
    });
    let stands = held.iter().filter_map(|(post, _)| directory.post(*post)).any(|post| named == Some(post.unit));
    if fits && stands {
        return Vec::new();
    }
    vec![fault(
        "unit",
        "görevin birimi yazılmalı; görev boşsa, vekâlet verenin bütün görevlerini kapsayan birimi",
        "write the post's unit; without a post the delegator's unit that all of their posts are in or under",
    )]
}
