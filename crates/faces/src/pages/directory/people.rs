//! Who holds the posts of a unit today, own or by proxy: for staff.

use super::super::page::Visit;
use meydan_kernel::catalogue::Party;
use std::collections::HashMap;
use uuid::Uuid;

/// Limit: holders named of one unit.
const MAX_HOLDERS: usize = 40;

/// A post and who acts in it.
pub struct Seat {
    /// Title of the post.
    pub post: String,
    /// Its holder; none if it is vacant.
    pub holder: Option<String>,
    /// Who stands in for the holder today.
    pub proxy: Option<String>,
}

/// True if who asks works here.
pub fn is_staff(visit: &Visit) -> bool {
    visit.caller.principal.is(&Party::Staff)
}

/// Posts of each unit with their holders today; nothing for who doesn't work here.
pub fn seats(visit: &Visit) -> HashMap<Uuid, Vec<Seat>> {
    let mut all: HashMap<Uuid, Vec<(bool, String, Seat)>> = HashMap::new();
    if !is_staff(visit) {
        return HashMap::new();
    }
    let directory = &visit.caller.directory;
    let today = visit.caller.principal.today();
    let in_force =
        |post: &meydan_kernel::post::Post| post.from.is_none_or(|f| f <= today) && post.until.is_none_or(|u| today <= u);
    let mut held: HashMap<Uuid, Vec<Uuid>> = HashMap::new();
    for holding in directory.all_holdings().filter(|h| h.from <= today && h.until.is_none_or(|u| today <= u)) {
        if directory.person(holding.person).is_some_and(|p| p.active) {
            held.entry(holding.post).or_default().push(holding.person);
        }
    }
    let name = |id: Uuid| directory.person(id).map(|p| p.name.clone());
    let proxy = |person: Uuid, post: Uuid| {
        let running = directory.all_proxies().find(|p| {
            p.approved && p.delegator == person && p.post.is_none_or(|only| only == post) && p.from <= today && today <= p.until
        });
        running.and_then(|p| name(p.delegate))
    };
    for post in directory.posts().filter(|p| in_force(p)) {
        let seats = all.entry(post.unit).or_default();
        let below = post.reports_to.and_then(|id| directory.post(id)).is_some_and(|above| above.unit == post.unit);
        match held.get(&post.id) {
            None => seats.push((below, post.title.clone(), Seat { post: post.title.clone(), holder: None, proxy: None })),
            Some(persons) => seats.extend(persons.iter().map(|person| {
                let seat = Seat { post: post.title.clone(), holder: name(*person), proxy: proxy(*person, post.id) };
                (below, post.title.clone(), seat)
            })),
        }
    }
    let ordered = |(unit, mut seats): (Uuid, Vec<(bool, String, Seat)>)| {
        // Who reports to nobody in the unit stands first.
        seats.sort_by(|a, b| (a.0, &a.1, &a.2.holder).cmp(&(b.0, &b.1, &b.2.holder)));
        (unit, seats.into_iter().take(MAX_HOLDERS).map(|(_, _, seat)| seat).collect())
    };
    all.into_iter().map(ordered).collect()
}
