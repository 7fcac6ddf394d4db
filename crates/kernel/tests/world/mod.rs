//! Random worlds: an organisation, grants, who comes, and records. Replayable by seed, and shared by all tests that hold the
//! permission desk against another opinion.

#![allow(dead_code, reason = "each test binary uses its own part of the worlds")]
#![allow(missing_docs, clippy::unwrap_used)]

pub mod condition;
pub mod dice;
pub mod registers;
pub mod town;

use condition::{Cond, STATUSES};
use dice::Dice;
use jiff::civil::Date;
use meydan_geo::Wkb;
use meydan_kernel::{
    Catalogue, Principal, Record, Register, Value,
    catalogue::{Action, Grant, Party, Scope},
};
use std::sync::Arc;
use town::{ROLES, Town, or_null, text};

/// A grant with its condition as it was drawn.
#[derive(Debug, Clone)]
pub struct Drawn {
    pub grant: Arc<Grant>,
    pub cond: Option<Cond>,
}

pub struct World {
    pub town: Town,
    pub catalogue: Arc<Catalogue>,
    pub grants: Vec<Drawn>,
    pub principals: Vec<Principal>,
    pub jobs: Vec<Record>,
}

impl World {
    pub fn roll(seed: u64) -> Self {
        let mut dice = Dice::new(seed);
        let catalogue = registers::catalogue();
        let town = Town::roll(&mut dice, &catalogue);
        let grants = grants(&mut dice);
        let principals = town.principals(&mut dice);
        let jobs = (0..6).map(|_| job(&mut dice, &town)).collect();
        let catalogue = Arc::new(granting(&catalogue, &grants));
        Self { town, catalogue, grants, principals, jobs }
    }

    pub fn register(&self, name: &str) -> Arc<Register> {
        Arc::clone(self.catalogue.register(name).expect("a register of the world"))
    }
}

/// The catalogue with these grants.
pub fn granting(catalogue: &Catalogue, grants: &[Drawn]) -> Catalogue {
    Catalogue { grants: grants.iter().map(|d| Arc::clone(&d.grant)).collect(), ..catalogue.clone() }
}

pub fn grants(dice: &mut Dice) -> Vec<Drawn> {
    let n = 1 + dice.below(7);
    (0..n).map(|n| grant(dice, n)).collect()
}

fn grant(dice: &mut Dice, n: usize) -> Drawn {
    let register = dice.pick(&["job", "job", "job", "job", "job", "sign", "diary", "*"]);
    let special = register == "job";
    let cond = (special && dice.percent(60)).then(|| Cond::roll(dice, 2));
    let mut to = vec![match dice.below(6) {
        0 => Party::Everyone,
        1 => Party::Person,
        2 => Party::Staff,
        _ => Party::Role(dice.pick(&ROLES).to_owned()),
    }];
    if dice.percent(20) {
        to.push(Party::Role(dice.pick(&ROLES).to_owned()));
    }
    let mut actions = dice.some(&Action::ALL, 45);
    actions.push(Action::Read);
    let fields = (special && dice.percent(50)).then(|| {
        let names: Vec<String> = registers::job().fields.into_iter().map(|f| f.name).collect();
        if dice.percent(15) { vec!["*".to_owned()] } else { dice.some(&names, 60) }
    });
    let scope = if special && dice.percent(40) { dice.pick(&[Scope::Own, Scope::Below]) } else { Scope::Any };
    let step_up = dice.percent(20);
    let step_up_of = if step_up && dice.percent(60) { dice.some(&to, 60) } else { Vec::new() };
    let codes: Vec<String> = (0..7).map(|n| format!("u{n}")).collect();
    let grant = Grant {
        with_whole: false,
        name: format!("g{n}"),
        register: register.to_owned(),
        to,
        actions,
        of_units: if dice.percent(20) { dice.some(&codes, 30) } else { Vec::new() },
        scope,
        area: special && dice.percent(20),
        condition: cond.as_ref().map(Cond::cql),
        fields,
        reason: dice.percent(15),
        step_up,
        step_up_of,
        by_proxy: dice.percent(75),
    };
    Drawn { grant: Arc::new(grant), cond }
}

/// A job whose fields are empty now and then, at a whole point of the small map.
pub fn job(dice: &mut Dice, town: &Town) -> Record {
    let some = |dice: &mut Dice| dice.percent(80);
    let title = some(dice).then(|| dice.pick(&["ağaç", "ada", "bank", "çeşme", "İskele", "ışık"]));
    let status = some(dice).then(|| dice.pick(&STATUSES));
    let priority = some(dice).then(|| dice.below(6) as i64);
    let unit = some(dice).then(|| {
        let i = dice.below(town.units.len());
        town.units[i].id
    });
    let owner = some(dice).then(|| dice.pick(&town.persons));
    let post = some(dice).then(|| dice.pick(&town.posts));
    let due = some(dice).then(|| Date::constant(2026, 3, 4 + dice.below(3) as i8));
    let urgent = some(dice).then(|| dice.percent(50));
    let phone = some(dice).then(|| format!("+9053212345{}", 10 + dice.below(80)));
    let point = some(dice).then(|| (dice.below(7) as f64, dice.below(7) as f64));
    let values = vec![
        or_null(title, text),
        or_null(status, text),
        or_null(priority, Value::Int),
        or_null(unit, Value::Reference),
        or_null(owner, Value::Reference),
        or_null(post, Value::Reference),
        or_null(due, Value::Date),
        or_null(urgent, Value::Bool),
        or_null(phone, Value::Text),
        or_null(dice.percent(50).then_some("iyi"), text),
        or_null(dice.percent(50).then_some("not"), text),
    ];
    Record::draft(dice.uuid(), values, point.and_then(|(x, y)| Wkb::point(x, y)))
}
