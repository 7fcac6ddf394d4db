//! One organisation by chance, and the principals that it makes.

use super::dice::Dice;
use jiff::{Timestamp, civil::Date};
use meydan_geo::Wkb;
use meydan_kernel::{
    Act, Catalogue, Principal, Record, Value,
    catalogue::Action,
    permission::{Capacity, Limits},
    post::{Directory, Rows, StandingKey},
};
use std::sync::Arc;
use uuid::Uuid;

pub const ROLES: [&str; 3] = ["chief", "staff", "auditor"];
/// Noon of 2026-03-05 in the city.
pub const NOW: &str = "2026-03-05T09:00:00Z";
pub const TODAY: Date = Date::constant(2026, 3, 5);

#[derive(Debug, Clone)]
pub struct UnitRow {
    pub id: Uuid,
    pub code: String,
    pub parent: Option<Uuid>,
    /// West, south, east, north in whole degrees.
    pub area: Option<[i64; 4]>,
}

pub struct Town {
    pub units: Vec<UnitRow>,
    pub persons: Vec<Uuid>,
    pub posts: Vec<Uuid>,
    pub rows: Vec<Rows>,
    pub directory: Directory,
}

pub fn rectangle([west, south, east, north]: [i64; 4]) -> Wkb {
    let ring = [(west, south), (east, south), (east, north), (west, north), (west, south)];
    let mut bytes = vec![1, 3, 0, 0, 0, 1, 0, 0, 0, 5, 0, 0, 0];
    for (x, y) in ring {
        bytes.extend_from_slice(&(x as f64).to_le_bytes());
        bytes.extend_from_slice(&(y as f64).to_le_bytes());
    }
    Wkb::parse(&bytes).expect("a rectangle")
}

pub fn text(t: &str) -> Value {
    Value::Text(t.to_owned())
}

pub fn or_null<T>(value: Option<T>, make: impl Fn(T) -> Value) -> Value {
    value.map_or(Value::Null, make)
}

impl Town {
    pub fn roll(dice: &mut Dice, catalogue: &Catalogue) -> Self {
        let mut units: Vec<UnitRow> = Vec::new();
        for n in 0..7 {
            let parent = if n == 0 || dice.percent(15) {
                None
            } else {
                Some({
                    let i = dice.below(units.len());
                    units[i].id
                })
            };
            let area = dice.percent(70).then(|| super::condition::rectangle(dice));
            units.push(UnitRow { id: dice.uuid(), code: format!("u{n}"), parent, area });
        }
        let persons: Vec<Uuid> = (0..4).map(|_| dice.uuid()).collect();
        let posts: Vec<Uuid> = (0..5).map(|_| dice.uuid()).collect();
        let open = [Value::Null, Value::Null];
        let unit_rows = units.iter().map(|u| {
            let parent = or_null(u.parent, Value::Reference);
            let [from, until] = open.clone();
            Record::draft(u.id, vec![text(&u.code), text(&u.code), parent, from, until], u.area.map(rectangle))
        });
        let unit_rows = unit_rows.collect();
        let post_rows = posts.iter().map(|id| {
            let [from, until] = open.clone();
            let unit = Value::Reference({
                let i = dice.below(units.len());
                units[i].id
            });
            Record::draft(*id, vec![text("post"), text(dice.pick(&ROLES)), unit, from, until], None)
        });
        let post_rows: Vec<Record> = post_rows.collect();
        let person_rows = persons.iter().enumerate().map(|(n, id)| {
            let values = vec![text("Ayşe"), text("Yılmaz"), text(&format!("p{n}")), Value::Null, text("active")];
            Record::draft(*id, values, None)
        });
        let person_rows = person_rows.collect();
        let start = Value::Date(Date::constant(2020, 1, 1));
        // The last person holds no post of their own.
        let holding_rows = posts.iter().map(|post| {
            let person = Value::Reference(dice.pick(&persons[..3]));
            Record::draft(dice.uuid(), vec![person, Value::Reference(*post), start.clone(), Value::Null], None)
        });
        let holding_rows: Vec<Record> = holding_rows.collect();
        let proxy_rows = (0..3).map(|_| {
            let actions = or_null(dice.percent(40).then(|| some_actions(dice)), |a| text(&a));
            let registers = or_null(dice.percent(40).then(|| dice.pick(&["job", "job, sign", "sign"])), text);
            let (delegator, delegate) = (Value::Reference(dice.pick(&persons)), Value::Reference(dice.pick(&persons)));
            let end = Value::Date(Date::constant(2030, 1, 1));
            let values = vec![delegator, delegate, Value::Null, actions, registers, text("approved"), start.clone(), end];
            Record::draft(dice.uuid(), values, None)
        });
        let proxy_rows = proxy_rows.collect();
        let all = [
            ("unit", unit_rows),
            ("post", post_rows),
            ("person", person_rows),
            ("holding", holding_rows),
            ("proxy", proxy_rows),
        ];
        let rows: Vec<Rows> = all
            .into_iter()
            .map(|(name, records)| Rows { register: Arc::clone(catalogue.register(name).expect("there")), records })
            .collect();
        let directory = Directory::from_rows(&rows);
        Self { units, persons, posts, rows, directory }
    }

    /// Everybody who can come: in each standing, in none, nobody, the operator; with and without reason, proof, token.
    pub fn principals(&self, dice: &mut Dice) -> Vec<Principal> {
        let now: Timestamp = NOW.parse().expect("an instant");
        let mut out = vec![
            Principal { now, ..Principal::everyone("test") },
            Principal { now, ..Principal::operator(Act { person: "root".to_owned(), ..Act::default() }) },
        ];
        for person in &self.persons {
            out.push(Principal {
                now,
                ..Principal::new(Act { person: person.to_string(), ..Act::default() }, Capacity::Person(*person))
            });
            for standing in self.directory.standings(*person, TODAY) {
                let key = StandingKey::of(&standing);
                out.push(self.directory.principal(*person, Some(&key), Act::default(), now).expect("a standing is one's own"));
            }
        }
        for principal in &mut out {
            if dice.percent(40) {
                principal.act.reason = Some("denetim".to_owned());
            }
            if dice.percent(40) {
                principal.verified_at = Some(now);
            }
            if dice.percent(20) {
                let actions = dice.percent(60).then(|| dice.some(&Action::ALL, 50));
                let registers = dice.percent(60).then(|| vec![dice.pick(&["job", "sign"]).to_owned()]);
                principal.limits.push(Limits { actions, registers });
            }
        }
        out
    }
}

fn some_actions(dice: &mut Dice) -> String {
    let words: Vec<&str> = dice.some(&Action::ALL, 50).into_iter().map(Action::word).collect();
    if words.is_empty() { ",".to_owned() } else { words.join(", ") }
}
