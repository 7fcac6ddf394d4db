//! Who holds which post on a day, who is away, and who stands in for them.

use jiff::civil::Date;
use meydan_kernel::post::{Directory, Proxy};
use uuid::Uuid;

/// Roles whose holders lead: they are told, and are given no case by itself.
const LEADING: [&str; 5] = ["mayor", "secretary_general", "department_head", "branch_manager", "chief"];
/// Roles that are duties beside others, or work of another kind.
const BESIDE: [&str; 7] = [
    "spending_authority",
    "realisation_officer",
    "disciplinary_superior",
    "auditor",
    "data_protection_officer",
    "administrator",
    "personnel_officer",
];
/// Who is told when a unit has no holder of the role that is looked for, the nearest first.
const SUPERIORS: [&str; 4] = ["chief", "branch_manager", "department_head", "secretary_general"];
/// In a unit with so few people all are told.
const SMALL: usize = 5;
/// Limit: levels of units walked up.
const MAX_LEVELS: usize = 32;

/// Whether somebody can be given work now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Presence {
    /// They are in office.
    Here,
    /// They are away; this person stands in for them.
    Deputy(Uuid),
    /// They hold nothing any more, may not log in, or are away with nobody in their place.
    Gone,
}

/// Somebody in a post of a unit.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Holder {
    person: Uuid,
    role: String,
}

fn within(day: Date, from: Date, until: Option<Date>) -> bool {
    from <= day && until.is_none_or(|u| day <= u)
}

/// Who holds a post of the unit on a day and may log in, in the order of their ids.
fn of_unit(directory: &Directory, unit: Uuid, day: Date) -> Vec<Holder> {
    let mut out: Vec<Holder> = directory
        .all_holdings()
        .filter(|h| within(day, h.from, h.until))
        .filter_map(|h| {
            let post = directory.post(h.post).filter(|p| p.unit == unit)?;
            let open = post.from.is_none_or(|f| f <= day) && post.until.is_none_or(|u| day <= u);
            let active = directory.person(h.person).is_some_and(|p| p.active);
            (open && active).then(|| Holder { person: h.person, role: post.role.clone() })
        })
        .collect();
    out.sort();
    out.dedup();
    out
}

/// The units in which somebody holds a post on a day, in the order of their holdings.
pub fn units_of(directory: &Directory, person: Uuid, day: Date) -> Vec<Uuid> {
    let held = directory.holdings(person).iter().filter(|h| within(day, h.from, h.until));
    held.filter_map(|h| directory.post(h.post)).map(|p| p.unit).collect()
}

fn in_office(directory: &Directory, person: Uuid, day: Date) -> bool {
    directory.person(person).is_some_and(|p| p.active) && !units_of(directory, person, day).is_empty()
}

/// The proxies that somebody has given and that run on a day, for their posts in the unit.
fn lent(directory: &Directory, person: Uuid, unit: Option<Uuid>, day: Date) -> Vec<&Proxy> {
    let concerns = |proxy: &Proxy| {
        let post = proxy.post.and_then(|id| directory.post(id));
        post.is_none_or(|p| unit.is_none_or(|u| u == p.unit))
    };
    let runs = |p: &&Proxy| p.approved && p.delegator == person && within(day, p.from, Some(p.until)) && concerns(p);
    let mut all: Vec<&Proxy> = directory.all_proxies().filter(runs).collect();
    all.sort_by_key(|p| (p.from, p.id));
    all
}

/// Whether somebody can be given work of a unit on a day. Who has an approved proxy that runs is away: a proxy can't be passed
/// on, so a deputy who is away too is none.
pub fn presence(directory: &Directory, person: Uuid, unit: Option<Uuid>, day: Date) -> Presence {
    if !in_office(directory, person, day) {
        return Presence::Gone;
    }
    let proxies = lent(directory, person, unit, day);
    if proxies.is_empty() {
        return Presence::Here;
    }
    let stands_in = |deputy: Uuid| in_office(directory, deputy, day) && lent(directory, deputy, None, day).is_empty();
    let deputy = proxies.iter().map(|p| p.delegate).find(|d| stands_in(*d));
    deputy.map_or(Presence::Gone, Presence::Deputy)
}

/// Those persons who are there, each replaced by who stands in for them; nobody twice.
fn there(directory: &Directory, unit: Uuid, day: Date, persons: impl Iterator<Item = Uuid>) -> Vec<Uuid> {
    let mut out: Vec<Uuid> = Vec::new();
    for person in persons {
        let is = match presence(directory, person, Some(unit), day) {
            Presence::Here => person,
            Presence::Deputy(deputy) => deputy,
            Presence::Gone => continue,
        };
        if !out.contains(&is) {
            out.push(is);
        }
    }
    out
}

/// Who can be given a case of the unit: those who do its work, who are there.
pub fn workers(directory: &Directory, unit: Uuid, day: Date) -> Vec<Uuid> {
    let works = |h: &Holder| !LEADING.contains(&h.role.as_str()) && !BESIDE.contains(&h.role.as_str());
    let all = of_unit(directory, unit, day);
    there(directory, unit, day, all.into_iter().filter(works).map(|h| h.person))
}

/// Who is told what concerns a whole unit: those who lead it; all, if they are few or nobody leads.
pub fn to_tell(directory: &Directory, unit: Uuid, day: Date) -> Vec<Uuid> {
    let all: Vec<Holder> = of_unit(directory, unit, day).into_iter().filter(|h| !BESIDE.contains(&h.role.as_str())).collect();
    let leads = |h: &&Holder| LEADING.contains(&h.role.as_str());
    let persons: Vec<Uuid> = if all.len() <= SMALL || !all.iter().any(|h| leads(&h)) {
        all.iter().map(|h| h.person).collect()
    } else {
        all.iter().filter(leads).map(|h| h.person).collect()
    };
    there(directory, unit, day, persons.into_iter())
}

/// The holders of a role in the unit or the nearest above that has one who is there.
pub fn with_role(directory: &Directory, unit: Uuid, role: &str, day: Date) -> Vec<Uuid> {
    let above = std::iter::successors(Some(unit), |u| directory.unit(*u).and_then(|u| u.parent)).take(MAX_LEVELS);
    for unit in above {
        let holders = of_unit(directory, unit, day).into_iter().filter(|h| h.role == role).map(|h| h.person);
        let found = there(directory, unit, day, holders);
        if !found.is_empty() {
            return found;
        }
    }
    Vec::new()
}

/// The holders of the first of these roles that the unit or one above has; if there is none at all, of the next superior: nothing
/// goes by unseen because a post is vacant.
pub fn with_role_or_above(directory: &Directory, unit: Uuid, roles: &[&str], day: Date) -> Vec<Uuid> {
    let wanted = roles.iter().chain(&SUPERIORS);
    wanted.map(|role| with_role(directory, unit, role, day)).find(|found| !found.is_empty()).unwrap_or_default()
}

/// The unit that has a post of a role now, the first by its code.
pub fn unit_with(directory: &Directory, role: &str, day: Date) -> Option<Uuid> {
    let open = |from: Option<Date>, until: Option<Date>| from.is_none_or(|f| f <= day) && until.is_none_or(|u| day <= u);
    let posts = directory.posts().filter(|p| p.role == role && open(p.from, p.until));
    let units = posts.filter_map(|p| directory.unit(p.unit)).filter(|u| open(u.from, u.until));
    units.min_by(|a, b| a.code.cmp(&b.code)).map(|u| u.id)
}

/// True if the unit is there on a day.
pub fn is_open(directory: &Directory, unit: Uuid, day: Date) -> bool {
    directory.unit(unit).is_some_and(|u| u.from.is_none_or(|f| f <= day) && u.until.is_none_or(|u| day <= u))
}
