//! Cedar (its paper: arXiv 2403.04651; its engine is proven in Lean) decides the same questions over thousands of random worlds.

use crate::{
    cedar_words,
    world::{World, dice::Dice, town::TODAY},
};
use cedar_policy::{Authorizer, Context, Decision, Entities, EntityUid, PolicySet, Request};
use meydan_kernel::{
    FieldKind, Principal, Record, Register, Value,
    catalogue::Action,
    permission::{Capacity, FieldSet, Limits, Rules},
};
use serde_json::{Map, Value as Json, json};

const WORLDS: u64 = 2_000;

struct Oracle {
    policies: PolicySet,
    entities: Entities,
    authorizer: Authorizer,
}

fn uid(kind: &str, id: &str) -> EntityUid {
    format!("{kind}::\"{id}\"").parse().expect("a name")
}

fn pointer(kind: &str, id: &str) -> Json {
    json!({ "__entity": { "type": kind, "id": id } })
}

fn day(date: jiff::civil::Date) -> i64 {
    date.to_datetime(jiff::civil::Time::midnight()).duration_since(jiff::civil::date(2000, 1, 1).at(0, 0, 0, 0)).as_hours() / 24
}

fn limits(attributes: &mut Map<String, Json>, name: &str, limits: &Limits) {
    if let Some(actions) = &limits.actions {
        let actions = actions.iter().map(|a| pointer("Action", a.word())).collect();
        attributes.insert(format!("{name}Actions"), Json::Array(actions));
    }
    if let Some(registers) = &limits.registers {
        attributes.insert(format!("{name}Registers"), json!(registers));
    }
}

fn caller(n: usize, principal: &Principal) -> Json {
    let mut a = Map::new();
    let kind = match &principal.capacity {
        // These worlds have no cases: who bears one is everybody there.
        Capacity::Everyone | Capacity::Bearer(_) => "everyone",
        Capacity::Operator => "operator",
        Capacity::Person(_) => "person",
        Capacity::Post(_) => "post",
    };
    a.insert("kind".into(), kind.into());
    let mut of_the_proxy = false;
    match &principal.capacity {
        Capacity::Person(person) => {
            a.insert("person".into(), person.to_string().into());
        }
        Capacity::Post(standing) => {
            a.insert("person".into(), standing.person.to_string().into());
            a.insert("post".into(), standing.post.to_string().into());
            a.insert("role".into(), standing.role.clone().into());
            a.insert("unit".into(), pointer("Unit", &standing.unit.id.to_string()));
            of_the_proxy = standing.proxy.is_some();
        }
        Capacity::Everyone | Capacity::Bearer(_) | Capacity::Operator => {}
    }
    a.insert("proxied".into(), of_the_proxy.into());
    let mut left = principal.limits.iter();
    if of_the_proxy {
        limits(&mut a, "proxy", left.next().expect("a proxy has limits"));
    }
    if let Some(token) = left.next() {
        limits(&mut a, "limit", token);
    }
    json!({ "uid": { "type": "Caller", "id": n.to_string() }, "attrs": a, "parents": [] })
}

fn record(register: &Register, record: &Record) -> Json {
    let mut a = Map::new();
    a.insert("register".into(), register.name.clone().into());
    a.insert("journal".into(), register.journal.into());
    for (field, value) in register.fields.iter().zip(&record.values) {
        let json = match (value, &field.kind) {
            (Value::Null, _) => continue,
            (Value::Reference(id), FieldKind::Reference { register }) if register == "unit" => pointer("Unit", &id.to_string()),
            (Value::Date(date), _) => day(*date).into(),
            (value, _) => value.to_json(),
        };
        a.insert(field.name.clone(), json);
    }
    if let Some(b) = record.geometry.as_ref().and_then(meydan_geo::Wkb::bbox) {
        a.insert("x".into(), (b.min_x as i64).into());
        a.insert("y".into(), (b.min_y as i64).into());
    }
    json!({ "uid": { "type": "Record", "id": record.id.to_string() }, "attrs": a, "parents": [] })
}

impl Oracle {
    fn new(world: &World, records: &[(std::sync::Arc<Register>, Record)]) -> Self {
        let mut entities: Vec<Json> = Vec::new();
        for unit in &world.town.units {
            let mut a = Map::new();
            if let Some(area) = unit.area {
                for (name, side) in ["west", "south", "east", "north"].iter().zip(area) {
                    a.insert((*name).to_owned(), side.into());
                }
            }
            let parents: Vec<Json> = unit.parent.iter().map(|p| json!({ "type": "Unit", "id": p.to_string() })).collect();
            entities.push(json!({ "uid": { "type": "Unit", "id": unit.id.to_string() }, "attrs": a, "parents": parents }));
        }
        entities.extend(world.principals.iter().enumerate().map(|(n, p)| caller(n, p)));
        entities.extend(records.iter().map(|(register, r)| record(register, r)));
        let by_code = |code: &str| world.town.units.iter().find(|u| u.code == code).map_or(String::new(), |u| u.id.to_string());
        let text: String = world.grants.iter().map(|d| cedar_words::policy(d, &by_code) + "\n").collect();
        let policies: PolicySet =
            (cedar_words::STANDING.to_owned() + &text).parse().unwrap_or_else(|e| panic!("Cedar can't read {text}: {e}"));
        let entities = Entities::from_json_value(Json::Array(entities), None).expect("Cedar takes the world");
        Self { policies, entities, authorizer: Authorizer::new() }
    }

    /// Cedar's answer; `field` is a field's name, or empty for the record as such.
    fn allows(
        &self,
        (n, principal): (usize, &Principal),
        action: Action,
        records: &[&Record],
        (field, personal): (&str, bool),
    ) -> bool {
        let mut context = json!({
            "field": field,
            "personal": personal,
            "reason": principal.act.reason.is_some(),
            "proven": principal.verified_at.is_some(),
            "today": day(TODAY),
        });
        if let [_, after] = records {
            context["after"] = pointer("Record", &after.id.to_string());
        }
        let context = Context::from_json_value(context, None).expect("a context");
        let resource = uid("Record", &records[0].id.to_string());
        let caller = uid("Caller", &n.to_string());
        let request = Request::new(caller, uid("Action", action.word()), resource, context, None).expect("a request");
        let answer = self.authorizer.is_authorized(&request, &self.policies, &self.entities);
        let errors: Vec<String> = answer.diagnostics().errors().map(ToString::to_string).collect();
        assert!(errors.is_empty(), "the translation is wrong: {errors:?}");
        answer.decision() == Decision::Allow
    }
}

/// How often each answer was given: a test whose worlds only ever say no proves little.
#[derive(Default)]
struct Tally {
    yes: u64,
    no: u64,
}

fn compare_world(seed: u64, tally: &mut Tally) {
    let world = World::roll(seed);
    let mut dice = Dice::new(seed ^ 0xcede);
    let rules = Rules::new(&world.catalogue).expect("the grants can be read");
    let mut records: Vec<_> = world.jobs.iter().take(4).map(|r| (world.register("job"), r.clone())).collect();
    for (name, width) in [("sign", 2), ("diary", 2)] {
        records.push((world.register(name), Record::draft(dice.uuid(), vec![Value::Null; width], None)));
    }
    let oracle = Oracle::new(&world, &records);
    for _ in 0..60 {
        let n = dice.below(world.principals.len());
        let principal = &world.principals[n];
        let action = dice.pick(&Action::ALL);
        let at = dice.below(records.len());
        let (register, before) = &records[at];
        // A change is asked about with the record before and after; both are jobs.
        let after = (action == Action::Update && register.name == "job").then(|| &records[dice.below(4)].1);
        let asked: Vec<&Record> = std::iter::once(before).chain(after).collect();
        let field = dice.percent(70).then(|| dice.below(register.fields.len()));
        let named = field.map_or(("", false), |i| (register.fields[i].name.as_str(), register.fields[i].personal));
        let wanted = field.map_or(FieldSet::EMPTY, FieldSet::one);
        let theirs = oracle.allows((n, principal), action, &asked, named);
        let ours = rules.may(principal, register, action, &asked, wanted).is_ok();
        let told = || format!("seed {seed}: {principal:#?} {action:?} {asked:#?} {named:?} {:#?}", world.grants);
        assert_eq!(ours, theirs, "may: {}", told());
        if after.is_none() {
            let listed = rules.access(principal, register, action).of(before).is_some_and(|f| f.covers(wanted));
            assert_eq!(listed, theirs, "access: {}", told());
        }
        if theirs { tally.yes += 1 } else { tally.no += 1 }
    }
}

#[test]
fn cedar_decides_the_same() {
    let half = |from: u64| {
        std::thread::spawn(move || {
            let mut tally = Tally::default();
            (from..WORLDS).step_by(2).for_each(|seed| compare_world(seed, &mut tally));
            tally
        })
    };
    let (a, b) = (half(0), half(1));
    let (a, b) = (a.join().expect("no difference"), b.join().expect("no difference"));
    let (yes, no) = (a.yes + b.yes, a.no + b.no);
    println!("{WORLDS} worlds, {} decisions: {yes} allowed, {no} refused", yes + no);
    assert!(yes > 10_000 && no > 10_000, "the worlds are too one-sided: {yes} : {no}");
}
