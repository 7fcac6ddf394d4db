//! Who has which role where and when, own and by proxy; and which of them can't come together (separation of duties).

use super::{ADMINISTRATOR, calendar::Period, draft::fault};
use jiff::civil::Date;
use meydan_kernel::{Catalogue, error::FieldError, post::Directory};
use uuid::Uuid;

/// A role over a unit for some days.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Power {
    pub(super) role: String,
    pub(super) unit: Uuid,
    pub(super) days: Period,
}

/// What one of their own posts gives a person on some days; `skip` is a holding that doesn't count.
pub(super) fn own(directory: &Directory, person: Uuid, only: Option<Uuid>, days: Period, skip: Option<Uuid>) -> Vec<Power> {
    let holdings = directory.holdings(person).iter();
    holdings
        .filter(|h| Some(h.id) != skip && only.is_none_or(|post| post == h.post))
        .filter_map(|h| {
            let post = directory.post(h.post)?;
            let days = Period::new(Some(h.from), h.until).meet(days)?;
            Some(Power { role: post.role.clone(), unit: post.unit, days })
        })
        .collect()
}

/// All that a person may do: their own posts, and those of whom they stand in for by an approved proxy. `skip` is a holding or
/// a proxy that doesn't count.
pub(super) fn all(directory: &Directory, person: Uuid, skip: Uuid) -> Vec<Power> {
    let ever = Period::new(None, None);
    let mut powers = own(directory, person, None, ever, Some(skip));
    for proxy in directory.proxies(person).iter().filter(|p| p.approved && p.id != skip) {
        powers.extend(own(
            directory,
            proxy.delegator,
            proxy.post,
            Period::new(Some(proxy.from), Some(proxy.until)),
            Some(skip),
        ));
    }
    powers
}

/// The fault of giving `new` powers to who has `held` ones, if a separation forbids it: two of its roles, over units of one line,
/// on one day.
pub(super) fn separation(
    catalogue: &Catalogue,
    directory: &Directory,
    field: &str,
    held: &[Power],
    new: &[Power],
) -> Option<FieldError> {
    let apart = |a: &Power, b: &Power| {
        let rule =
            catalogue.separations.iter().find(|s| a.role != b.role && s.roles.contains(&a.role) && s.roles.contains(&b.role));
        rule.filter(|_| a.days.meet(b.days).is_some() && in_line(directory, a.unit, b.unit))
    };
    let rule = new.iter().find_map(|n| held.iter().chain(new).find_map(|h| apart(n, h)))?;
    Some(fault(field, rule.message.tr.clone(), rule.message.en.clone()))
}

/// True if one unit is the other or above it.
fn in_line(directory: &Directory, a: Uuid, b: Uuid) -> bool {
    let above = |a: Uuid, b: Uuid| directory.line(a).is_some_and(|unit| unit.below.contains(&b));
    a == b || above(a, b) || above(b, a)
}

/// The fault of taking the last administrator away: without `person` (or without one of their holdings) nobody would be left who
/// may log in and look after the house.
pub(super) fn last_administrator(
    directory: &Directory,
    field: &str,
    person: Uuid,
    holding: Option<Uuid>,
    day: Date,
) -> Option<FieldError> {
    let looks_after = |id: Uuid, skip: Option<Uuid>| {
        let able = directory.person(id).is_some_and(|p| p.active && p.login.is_some());
        able && own(directory, id, None, Period::day(day), skip).iter().any(|p| p.role == ADMINISTRATOR)
    };
    let is_one = looks_after(person, None);
    let stays = holding.is_some_and(|h| looks_after(person, Some(h)));
    let another = directory.persons().any(|p| p.id != person && looks_after(p.id, None));
    (is_one && !stays && !another).then(|| {
        fault(
            field,
            "son etkin sistem yöneticisi; önce bir başkası görevlendirilmeli",
            "the last active administrator; another must be assigned first",
        )
    })
}
