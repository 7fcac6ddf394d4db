//! Who comes to the desk, and in which capacity.

use super::STEP_UP_MINUTES;
use crate::{
    Act, Value,
    catalogue::{Action, Party},
    cql2::Current,
};
use jiff::{SignedDuration, Timestamp, civil::Date};
use meydan_geo::Wkb;
use std::sync::Arc;
use uuid::Uuid;

/// Who comes to the desk. Made once per request by [`crate::post::Directory`], or for the operator of the machine.
#[derive(Debug, Clone)]
pub struct Principal {
    /// Who, in which post, for whom, why, through which face: as it is going to stand in the log.
    pub act: Act,
    /// What they are to the house.
    pub capacity: Capacity,
    /// What narrows them further: the powers of a proxy, the scope of a token. All must allow.
    pub limits: Vec<Limits>,
    /// When they last proved who they are.
    pub verified_at: Option<Timestamp>,
    /// When they come.
    pub now: Timestamp,
    /// The whole through which they come to its parts; the desk has seen that they may read it.
    pub whole: Option<Whole>,
}

/// A record that somebody has been seen to have a right to: only the desk makes one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Whole {
    pub(crate) register: String,
    pub(crate) id: Uuid,
    /// They see it only as everybody does.
    pub(crate) as_everybody: bool,
}

impl Whole {
    /// Its register.
    pub fn register(&self) -> &str {
        &self.register
    }

    /// The record.
    pub fn id(&self) -> Uuid {
        self.id
    }
}

/// What somebody is to the house.
#[derive(Debug, Clone)]
pub enum Capacity {
    /// Nobody is logged in.
    Everyone,
    /// Nobody is logged in, but they show a case's reference number.
    Bearer(Whole),
    /// The operator of the machine, at its command line: may do everything, as who can read the files can anyway.
    Operator,
    /// A person who acts in no post.
    Person(Uuid),
    /// A person in a post.
    Post(Arc<Standing>),
}

/// A person in a post (*görev*), their own or by proxy (*vekâlet*).
#[derive(Debug, Clone, PartialEq)]
pub struct Standing {
    /// The person.
    pub person: Uuid,
    /// The post.
    pub post: Uuid,
    /// The post's role, a code.
    pub role: String,
    /// The post's unit.
    pub unit: Arc<Unit>,
    /// If they stand in for somebody.
    pub proxy: Option<Proxied>,
}

/// A unit (*birim*) as grants see it.
#[derive(Debug, Clone, PartialEq)]
pub struct Unit {
    /// The unit.
    pub id: Uuid,
    /// Codes of the unit and of all units above it, itself first.
    pub codes: Vec<String>,
    /// Ids of the unit and of all units below it.
    pub below: Vec<Uuid>,
    /// Its area on the map, in lon/lat, if it has one.
    pub area: Option<Wkb>,
}

/// For whom, and by which proxy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proxied {
    /// The proxy's record.
    pub proxy: Uuid,
    /// Who is stood in for.
    pub delegator: Uuid,
}

/// A narrowing: only these actions on these registers.
#[derive(Debug, Clone, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
pub struct Limits {
    /// Only these actions; `None` for all.
    pub actions: Option<Vec<Action>>,
    /// Only these registers; `None` for all.
    pub registers: Option<Vec<String>>,
}

impl Limits {
    /// True if the action on the register is within.
    pub fn allow(&self, register: &str, action: Action) -> bool {
        self.actions.as_ref().is_none_or(|a| a.contains(&action))
            && self.registers.as_ref().is_none_or(|r| r.iter().any(|name| name == register))
    }
}

impl Principal {
    /// Nobody is logged in.
    pub fn everyone(source: &str) -> Self {
        Self::new(Act { source: source.to_owned(), ..Act::default() }, Capacity::Everyone)
    }

    /// The operator of the machine.
    pub fn operator(act: Act) -> Self {
        Self::new(act, Capacity::Operator)
    }

    /// Somebody, now.
    pub fn new(act: Act, capacity: Capacity) -> Self {
        Self { act, capacity, limits: Vec::new(), verified_at: None, now: Timestamp::now(), whole: None }
    }

    /// The same for a reason (an empty one is none).
    #[must_use]
    pub fn because(mut self, reason: Option<String>) -> Self {
        self.act.reason = reason.filter(|r| !r.trim().is_empty());
        self
    }

    /// The same through a face.
    #[must_use]
    pub fn through(mut self, source: &str) -> Self {
        source.clone_into(&mut self.act.source);
        self
    }

    /// The person, if one is logged in.
    pub fn person(&self) -> Option<Uuid> {
        match &self.capacity {
            Capacity::Everyone | Capacity::Bearer(_) | Capacity::Operator => None,
            Capacity::Person(id) => Some(*id),
            Capacity::Post(standing) => Some(standing.person),
        }
    }

    /// The post that they act in, if any.
    pub fn standing(&self) -> Option<&Standing> {
        match &self.capacity {
            Capacity::Post(standing) => Some(standing),
            _ => None,
        }
    }

    /// True if nobody is logged in.
    pub fn is_everyone(&self) -> bool {
        matches!(self.capacity, Capacity::Everyone | Capacity::Bearer(_))
    }

    /// The case whose reference number they show.
    pub fn bears(&self) -> Option<&Whole> {
        match &self.capacity {
            Capacity::Bearer(case) => Some(case),
            _ => None,
        }
    }

    /// True if they proved who they are within the last [`STEP_UP_MINUTES`]. Clocks of two servers may differ by as much, but a
    /// proof from further ahead is none.
    pub fn is_verified(&self) -> bool {
        let window = SignedDuration::from_mins(STEP_UP_MINUTES);
        self.verified_at.is_some_and(|at| self.now.duration_since(at).abs() <= window)
    }

    /// True if they say why.
    pub fn has_reason(&self) -> bool {
        self.act.reason.as_ref().is_some_and(|reason| !reason.trim().is_empty())
    }

    /// True if a grant to the party is one to them.
    pub fn is(&self, party: &Party) -> bool {
        match party {
            Party::Everyone => true,
            Party::Person => self.person().is_some(),
            Party::Staff => self.standing().is_some(),
            Party::Bearer => self.bears().is_some(),
            Party::Role(role) => self.standing().is_some_and(|s| s.role == *role),
        }
    }

    /// The value of what a grant's condition says of who asks.
    pub(super) fn current(&self, what: Current) -> Value {
        let id = |id: Option<Uuid>| id.map_or(Value::Null, Value::Reference);
        match what {
            Current::Person => id(self.person()),
            Current::Post => id(self.standing().map(|s| s.post)),
            Current::Unit => id(self.standing().map(|s| s.unit.id)),
            Current::Date => Value::Date(crate::post::day(self.now)),
        }
    }

    /// The day in the city.
    pub fn today(&self) -> Date {
        crate::post::day(self.now)
    }
}
