//! The rooms of the house in the head of every page, for who asks: what there is to go to, in at most [`MOST`] groups, so that all of
//! them stand beside each other on a phone. A new room is a line in one of the groups.

use super::page::{Room, Visit};

/// Limit: groups; a phone has room for so many tabs.
const MOST: usize = 5;

/// A group of rooms; one of a single room is a plain link.
pub struct Group {
    /// Title.
    pub title: &'static str,
    /// Icon.
    pub icon: &'static str,
    /// Its rooms.
    pub places: Vec<Place>,
    /// What waits there.
    pub waiting: Option<u64>,
}

/// A room.
pub struct Place {
    /// Address.
    pub href: &'static str,
    /// Title.
    pub title: &'static str,
    /// Icon.
    pub icon: &'static str,
    /// The page is in it.
    pub here: bool,
    room: Room,
}

impl Group {
    /// The only room.
    pub fn only(&self) -> Option<&Place> {
        self.places.first().filter(|_| self.places.len() == 1)
    }

    /// True if the page is in one of its rooms.
    pub fn here(&self) -> bool {
        self.places.iter().any(|p| p.here)
    }
}

/// What somebody has of the house that not everybody has.
#[derive(Debug, Clone, Copy, Default)]
pub struct Has {
    /// They are logged in.
    pub account: bool,
    /// They take down requests of others.
    pub takes_down: bool,
    /// They hear of calls.
    pub takes_calls: bool,
    /// They see reports.
    pub reports: bool,
    /// They have something to administer.
    pub administers: bool,
}

/// The groups for a visitor.
pub fn groups(visit: &Visit, room: Room, has: Has) -> Vec<Group> {
    let t = visit.t;
    let place = |shown: bool, room: Room, href, title, icon| shown.then_some(Place { href, title, icon, here: false, room });
    let group = |title, icon, places: Vec<Option<Place>>| Group {
        title,
        icon,
        places: places.into_iter().flatten().collect(),
        waiting: None,
    };
    let all = true;
    let staff = has.account;
    let mut groups = vec![
        group(t.nav_map(), "map", vec![place(all, Room::Map, "/", t.nav_map(), "map")]),
        Group {
            waiting: visit.waiting.map(|(cases, _)| cases).filter(|n| *n > 0),
            ..group(t.nav_inbox(), "inbox", vec![place(staff, Room::Inbox, "/inbox", t.nav_inbox(), "inbox")])
        },
        group(
            t.nav_work(),
            "hard-hat",
            vec![
                place(has.takes_calls, Room::Intake, "/cagri", t.nav_call(), "phone"),
                place(has.takes_down, Room::Intake, "/basvuru-al", t.nav_intake(), "paperclip"),
                place(staff, Room::Field, "/saha", t.nav_field(), "hard-hat"),
                place(has.reports, Room::Reports, "/raporlar", t.nav_reports(), "gauge"),
                place(all, Room::Citizen, "/basvuru", if staff { t.nav_filing() } else { t.nav_citizen() }, "megaphone"),
                place(staff, Room::Citizen, "/basvurular", t.nav_public(), "list"),
            ],
        ),
        group(
            t.nav_data(),
            "table-2",
            vec![
                place(all, Room::Registers, "/registers", t.nav_registers(), "table-2"),
                place(all, Room::Standard, "/standard", t.nav_standard(), "book-open"),
                place(all, Room::Log, "/log", t.nav_log(), "scroll-text"),
                place(all, Room::Docs, "/docs/api", t.nav_docs(), "code"),
            ],
        ),
        group(
            t.nav_house(),
            "contact",
            vec![
                place(all, Room::Directory, "/rehber", t.nav_directory(), "contact"),
                place(has.administers, Room::Administration, "/organisation", t.organisation_title(), "network"),
                place(has.administers, Room::Administration, "/people", t.people_title(), "users"),
                place(has.administers, Room::Administration, "/admin", t.nav_admin(), "gauge"),
            ],
        ),
    ];
    groups.retain(|g| !g.places.is_empty());
    groups.truncate(MOST);
    mark(&mut groups, room, &visit.path);
    groups
}

/// Marks the place that a page is in: of those of its room the one whose address it is or is below; else the last of them.
fn mark(groups: &mut [Group], room: Room, path: &str) {
    let below = |href: &str| path == href || path.strip_prefix(href).is_some_and(|rest| rest.starts_with('/'));
    let mut places: Vec<&mut Place> = groups.iter_mut().flat_map(|g| &mut g.places).filter(|p| p.room == room).collect();
    let index = places.iter().position(|p| below(p.href)).or_else(|| places.len().checked_sub(1));
    if let Some(place) = index.and_then(|i| places.get_mut(i)) {
        place.here = true;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn marked(room: Room, path: &str) -> Vec<&'static str> {
        let place = |room, href| Place { href, title: "", icon: "", here: false, room };
        let group = |places| Group { title: "", icon: "", places, waiting: None };
        let mut groups = [
            group(vec![place(Room::Citizen, "/basvuru"), place(Room::Citizen, "/basvurular")]),
            group(vec![place(Room::Administration, "/people"), place(Room::Administration, "/admin")]),
        ];
        mark(&mut groups, room, path);
        assert_eq!(
            groups.iter().filter(|g| g.here()).count(),
            groups.iter().flat_map(|g| &g.places).filter(|p| p.here).count()
        );
        groups.iter().flat_map(|g| &g.places).filter(|p| p.here).map(|p| p.href).collect()
    }

    #[test]
    fn a_page_is_in_one_place_only() {
        assert_eq!(marked(Room::Citizen, "/basvuru/takip"), ["/basvuru"]);
        assert_eq!(marked(Room::Citizen, "/basvurular/istatistik"), ["/basvurular"]);
        assert_eq!(marked(Room::Administration, "/people/proxies"), ["/people"]);
        assert_eq!(marked(Room::Administration, "/grants"), ["/admin"]);
        assert!(marked(Room::None, "/people").is_empty());
    }
}
