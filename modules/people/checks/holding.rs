//! Holdings: in the post's unit and days, no more persons than seats, nobody by their own hand, and the past stays.

use super::{
    ADMINISTRATOR, GUARDED_ROLES,
    calendar::{Period, most_at_once},
    draft::{Draft, acts_as, fault, is_operator},
    powers::{Power, all, last_administrator, separation},
};
use meydan_kernel::{
    desk::{Check, Checked},
    error::FieldError,
    post::Post,
};

/// The check `holding`.
pub(super) struct HoldingCheck;

impl Check for HoldingCheck {
    fn check(&self, change: &Checked<'_>) -> Vec<FieldError> {
        let before = Draft::before(change);
        let mut faults: Vec<FieldError> =
            [before, Draft::after(change)].into_iter().flatten().flat_map(|h| by_whom(change, h)).collect();
        faults.dedup();
        if let Some(before) = before {
            faults.extend(past(change, before));
            faults.extend(leaves_an_administrator(change, before));
        }
        let Some(holding) = Draft::after(change) else { return faults };
        let Some(post) = holding.reference("post").and_then(|id| change.directory.post(id)) else {
            // The operator's imports make a post and its holdings in one changeset; what they refer to the store sees to.
            if !is_operator(change.principal) {
                faults.push(fault(
                    "post",
                    "görev kayıtlı değil; önce görevi kaydedin",
                    "there is no such post yet; record it first",
                ));
            }
            return faults;
        };
        faults.extend(in_post(change, holding, post));
        faults.extend(held_by(change, holding, post));
        faults
    }
}

/// Nobody assigns themselves, nor whom they stand in for; guarded roles are the administrator's to give.
fn by_whom(change: &Checked<'_>, holding: Draft<'_>) -> Vec<FieldError> {
    if is_operator(change.principal) {
        return Vec::new();
    }
    let mut faults = Vec::new();
    let person = holding.reference("person");
    let proxied = change.principal.standing().and_then(|s| s.proxy.as_ref()).map(|p| p.delegator);
    if person.is_some() && (person == change.principal.person() || person == proxied) {
        faults.push(fault("person", "kimse kendini görevlendiremez", "nobody assigns themselves"));
    }
    let role = holding.reference("post").and_then(|id| change.directory.post(id)).map(|p| p.role.as_str());
    if role.is_some_and(|role| GUARDED_ROLES.contains(&role)) && !acts_as(change.principal, ADMINISTRATOR) {
        faults.push(fault("post", "bu rolü yalnızca sistem yöneticisi verir", "only the administrator gives this role"));
    }
    faults
}

/// What has begun stays as it was: it can be ended, no more.
fn past(change: &Checked<'_>, before: Draft<'_>) -> Vec<FieldError> {
    let today = change.principal.today();
    let begun = before.period().first() <= today;
    if !begun || is_operator(change.principal) {
        return Vec::new();
    }
    let Some(after) = Draft::after(change) else {
        return vec![fault(
            "valid_until",
            "başlamış görevlendirme silinmez, bitirilir",
            "a holding that has begun isn't deleted but ended",
        )];
    };
    let mut faults: Vec<FieldError> = ["person", "post", "unit", "valid_from"]
        .into_iter()
        .filter(|field| !after.keeps(before, field))
        .map(|field| {
            fault(
                field,
                "başlamış görevlendirmede değişmez; bitirin ve yenisini yazın",
                "doesn't change in a holding that has begun; end it and write a new one",
            )
        })
        .collect();
    if before.period().last() < today && !after.keeps(before, "valid_until") {
        faults.push(fault(
            "valid_until",
            "görevlendirme bitmiş; geçmiş değişmez",
            "the holding is over; the past doesn't change",
        ));
    }
    faults
}

/// Ending the last administrator's holding would leave nobody.
fn leaves_an_administrator(change: &Checked<'_>, before: Draft<'_>) -> Option<FieldError> {
    let after = Draft::after(change);
    let same = after
        .is_some_and(|a| a.keeps(before, "person") && a.keeps(before, "post") && a.period().last() >= before.period().last());
    let person = before.reference("person").filter(|_| !same)?;
    last_administrator(change.directory, "valid_until", person, Some(before.id()), change.principal.today())
}

/// The post's unit, days and seats.
fn in_post(change: &Checked<'_>, holding: Draft<'_>, post: &Post) -> Vec<FieldError> {
    let mut faults = Vec::new();
    if holding.reference("unit") != Some(post.unit) {
        let unit = change.directory.unit(post.unit).map_or("?", |u| u.name.as_str());
        faults.push(fault(
            "unit",
            format!("görevin birimi değil; görevin birimi: {unit}"),
            format!("not the post's unit, which is: {unit}"),
        ));
    }
    let days = holding.period();
    let open = Period::new(post.from, post.until);
    if days.first() < open.first() {
        faults.push(fault("valid_from", "görev o gün henüz yok", "the post isn't there yet on that day"));
    }
    if days.last() > open.last() {
        faults.push(fault("valid_until", "görev daha önce kapanıyor", "the post ends earlier"));
    }
    let others = change.directory.all_holdings().filter(|h| h.post == post.id && h.id != holding.id());
    let others: Vec<_> = others.map(|h| (h.person, Period::new(Some(h.from), h.until))).collect();
    if others.iter().any(|(person, theirs)| Some(*person) == holding.reference("person") && theirs.meet(days).is_some()) {
        faults.push(fault("person", "kişi o günlerde zaten bu görevde", "the person holds this post already on these days"));
    }
    let taken = most_at_once(&others.into_iter().map(|(_, days)| days).collect::<Vec<_>>(), days);
    let seats = post.seats;
    if usize::try_from(seats).is_ok_and(|seats| taken >= seats) {
        faults.push(fault(
            "post",
            format!("görev o günlerde dolu (kişi sayısı: {seats})"),
            format!("the post is taken on these days (seats: {seats})"),
        ));
    }
    faults
}

/// The person: active, and in no role that this one can't come together with.
fn held_by(change: &Checked<'_>, holding: Draft<'_>, post: &Post) -> Vec<FieldError> {
    let Some(person) = holding.reference("person") else { return Vec::new() };
    let mut faults = Vec::new();
    let known = change.directory.person(person);
    let over = holding.period().last() < change.principal.today();
    let new = Draft::before(change).is_none();
    if known.is_none() && !is_operator(change.principal) {
        faults.push(fault(
            "person",
            "kişi kayıtlı değil; önce kişiyi kaydedin",
            "there is no such person yet; record them first",
        ));
    } else if new && !over && !is_operator(change.principal) && known.is_some_and(|p| !p.active) {
        faults.push(fault("person", "kişi etkin değil", "the person is not active"));
    }
    let power = Power { role: post.role.clone(), unit: post.unit, days: holding.period() };
    faults.extend(separation(
        change.catalogue,
        change.directory,
        "post",
        &all(change.directory, person, holding.id()),
        &[power],
    ));
    faults
}
