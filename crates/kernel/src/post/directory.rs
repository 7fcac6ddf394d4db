//! Who is who: an immutable picture of the organisation, made anew when one of its registers changes.

use super::StandingKey;
use crate::{
    Act, Error, Kind, Lang, Result,
    permission::{Capacity, Limits, Principal, Standing, Unit},
};
use jiff::{Timestamp, civil::Date};
use meydan_geo::Wkb;
use std::{collections::HashMap, sync::Arc};
use uuid::Uuid;

/// One person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// The person's record.
    pub id: Uuid,
    /// First and last name.
    pub name: String,
    /// Login name, folded; none if they don't log in.
    pub login: Option<String>,
    /// E-mail.
    pub email: Option<String>,
    /// In which the house writes to them.
    pub lang: Lang,
    /// False if they may not log in (any more).
    pub active: bool,
}

/// One unit, as recorded.
#[derive(Debug, Clone, PartialEq)]
pub struct UnitEntry {
    /// The unit's record.
    pub id: Uuid,
    /// Code.
    pub code: String,
    /// Name.
    pub name: String,
    /// The unit above.
    pub parent: Option<Uuid>,
    /// First day; open if none.
    pub from: Option<Date>,
    /// Last day; open if none.
    pub until: Option<Date>,
    /// Area in lon/lat.
    pub area: Option<Wkb>,
}

/// One post.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Post {
    /// The post's record.
    pub id: Uuid,
    /// Title.
    pub title: String,
    /// Role, a code.
    pub role: String,
    /// Its unit.
    pub unit: Uuid,
    /// The post that it is under, if any.
    pub reports_to: Option<Uuid>,
    /// How many persons may hold it on one day.
    pub seats: u32,
    /// First day; open if none.
    pub from: Option<Date>,
    /// Last day; open if none.
    pub until: Option<Date>,
}

/// Who holds a post from when to when (both days included).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Holding {
    /// The holding's record.
    pub id: Uuid,
    /// Who.
    pub person: Uuid,
    /// Which post.
    pub post: Uuid,
    /// First day.
    pub from: Date,
    /// Last day; open if none.
    pub until: Option<Date>,
}

/// Who stands in for whom from when to when (both days included).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proxy {
    /// The proxy's record.
    pub id: Uuid,
    /// Who is away.
    pub delegator: Uuid,
    /// Who stands in.
    pub delegate: Uuid,
    /// For which post; `None` for all that the delegator holds.
    pub post: Option<Uuid>,
    /// With which powers.
    pub powers: Limits,
    /// First day.
    pub from: Date,
    /// Last day.
    pub until: Date,
    /// Approved, and not withdrawn.
    pub approved: bool,
}

/// The picture.
#[derive(Debug, Default)]
pub struct Directory {
    pub(super) persons: HashMap<Uuid, Person>,
    pub(super) by_login: HashMap<String, Uuid>,
    pub(super) units: HashMap<Uuid, UnitEntry>,
    pub(super) lines: HashMap<Uuid, Arc<Unit>>,
    pub(super) posts: HashMap<Uuid, Post>,
    pub(super) holdings: HashMap<Uuid, Vec<Holding>>,
    pub(super) proxies: HashMap<Uuid, Vec<Proxy>>,
}

/// True if the day is within, both ends included; an open end has no limit.
pub(super) fn within(day: Date, from: Option<Date>, until: Option<Date>) -> bool {
    from.is_none_or(|f| f <= day) && until.is_none_or(|u| day <= u)
}

impl Directory {
    /// A person.
    pub fn person(&self, id: Uuid) -> Option<&Person> {
        self.persons.get(&id)
    }

    /// The person with a login name, whatever its case (by Turkish rules).
    pub fn by_login(&self, login: &str) -> Option<&Person> {
        self.by_login.get(&crate::text::search_fold(login.trim())).and_then(|id| self.persons.get(id))
    }

    /// Everybody.
    pub fn persons(&self) -> impl Iterator<Item = &Person> {
        self.persons.values()
    }

    /// A unit.
    pub fn unit(&self, id: Uuid) -> Option<&UnitEntry> {
        self.units.get(&id)
    }

    /// All units.
    pub fn units(&self) -> impl Iterator<Item = &UnitEntry> {
        self.units.values()
    }

    /// A unit as grants see it.
    pub fn line(&self, unit: Uuid) -> Option<&Arc<Unit>> {
        self.lines.get(&unit)
    }

    /// A post.
    pub fn post(&self, id: Uuid) -> Option<&Post> {
        self.posts.get(&id)
    }

    /// All posts.
    pub fn posts(&self) -> impl Iterator<Item = &Post> {
        self.posts.values()
    }

    /// Every holding of a person, ended and future ones too.
    pub fn holdings(&self, person: Uuid) -> &[Holding] {
        self.holdings.get(&person).map_or(&[], Vec::as_slice)
    }

    /// Every holding of everybody.
    pub fn all_holdings(&self) -> impl Iterator<Item = &Holding> {
        self.holdings.values().flatten()
    }

    /// Every proxy in which a person stands in for another, ended and future ones too.
    pub fn proxies(&self, delegate: Uuid) -> &[Proxy] {
        self.proxies.get(&delegate).map_or(&[], Vec::as_slice)
    }

    /// Every proxy of everybody.
    pub fn all_proxies(&self) -> impl Iterator<Item = &Proxy> {
        self.proxies.values().flatten()
    }

    /// In which posts a person may act on a day: their own, then those of whom they stand in for. None if they are not active.
    pub fn standings(&self, person: Uuid, day: Date) -> Vec<Standing> {
        super::standing::standings(self, person, day)
    }

    /// The person as who comes to the desk, in one of their posts; without a wish in the first of their own (never as a proxy).
    ///
    /// # Errors
    /// `no-longer-active` if the person may not log in; `not-your-post` if the wished standing is not theirs (any more).
    pub fn principal(&self, person: Uuid, wish: Option<&StandingKey>, act: Act, now: Timestamp) -> Result<Principal> {
        let known = self.persons.get(&person).filter(|p| p.active).ok_or_else(no_longer_active)?;
        let standings = self.standings(known.id, super::day(now));
        let chosen = match wish {
            Some(key) => Some(standings.into_iter().find(|s| StandingKey::of(s) == *key).ok_or_else(not_your_post)?),
            // Standing in for somebody is always said, never assumed.
            None => standings.into_iter().find(|s| s.proxy.is_none()),
        };
        let mut act = Act { person: known.id.to_string(), ..act };
        let mut limits = Vec::new();
        let capacity = match chosen {
            None => Capacity::Person(known.id),
            Some(standing) => {
                act.post = standing.post.to_string();
                if let Some(proxied) = &standing.proxy {
                    act.on_behalf_of = Some(proxied.delegator.to_string());
                    let powers = self.proxies(known.id).iter().find(|p| p.id == proxied.proxy).map(|p| p.powers.clone());
                    limits.push(powers.ok_or_else(not_your_post)?);
                }
                Capacity::Post(Arc::new(standing))
            }
        };
        Ok(Principal { act, capacity, limits, verified_at: None, now, whole: None })
    }

    /// What the log writes for a person, a post or a delegator (an id), as people read it; what is no id of ours is itself.
    pub fn name_of(&self, text: &str) -> String {
        let Ok(id) = Uuid::parse_str(text) else { return text.to_owned() };
        let person = self.persons.get(&id).map(|p| p.name.clone());
        person.or_else(|| self.posts.get(&id).map(|p| self.post_name(p))).unwrap_or_else(|| text.to_owned())
    }

    /// A post's title with its unit's name.
    pub fn post_name(&self, post: &Post) -> String {
        match self.units.get(&post.unit) {
            Some(unit) => format!("{}, {}", post.title, unit.name),
            None => post.title.clone(),
        }
    }
}

fn no_longer_active() -> Error {
    Error::new(Kind::Unauthenticated, "no-longer-active", "Bu hesap etkin değil.", "This account is not active.")
        .hint("Bilgi İşlem Dairesi Başkanlığına başvurun.", "Turn to the Department of Information Technologies.")
}

fn not_your_post() -> Error {
    Error::new(
        Kind::Forbidden,
        "not-your-post",
        "Bu görev size ait değil ya da süresi doldu.",
        "This post is not yours, or no longer.",
    )
    .hint("Başka bir görevinizi seçin.", "Choose another of your posts.")
}
