//! To whom a case can be given: who holds a post in a unit or below it today, and the units there are.

use super::super::page::Visit;
use meydan_kernel::{post::Directory, text::search_fold};
use std::collections::BTreeMap;
use uuid::Uuid;

/// Persons who hold a post in one of these units today: id and name with the post's title, by name.
pub fn of_units(visit: &Visit, units: &[Uuid]) -> Vec<(String, String)> {
    let directory = &visit.caller.directory;
    let today = visit.caller.principal.today();
    let mut found: BTreeMap<(String, Uuid), String> = BTreeMap::new();
    for holding in directory.all_holdings().filter(|h| h.from <= today && h.until.is_none_or(|u| today <= u)) {
        let Some(post) = directory.post(holding.post).filter(|p| units.contains(&p.unit)) else { continue };
        let Some(person) = directory.person(holding.person).filter(|p| p.active) else { continue };
        found.entry((search_fold(&person.name), person.id)).or_insert_with(|| format!("{} · {}", person.name, post.title));
    }
    found.into_iter().map(|((_, id), name)| (id.to_string(), name)).collect()
}

/// The unit of a case and those below it; those of who asks if it has none.
pub fn line(visit: &Visit, unit: Option<Uuid>) -> Vec<Uuid> {
    let of_unit = unit.and_then(|id| visit.caller.directory.line(id)).map(|line| line.below.clone());
    let own = || visit.caller.principal.standing().map(|s| s.unit.below.clone());
    of_unit.or_else(own).unwrap_or_default()
}

/// All units that there are today: id and name, by name.
pub fn units(visit: &Visit) -> Vec<(String, String)> {
    let directory: &Directory = &visit.caller.directory;
    let today = visit.caller.principal.today();
    let now = directory.units().filter(|u| u.from.is_none_or(|f| f <= today) && u.until.is_none_or(|l| today <= l));
    let mut all: Vec<(String, String)> = now.map(|u| (u.id.to_string(), u.name.clone())).collect();
    all.sort_by_key(|(_, name)| search_fold(name));
    all
}
