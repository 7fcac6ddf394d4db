//! Cases through the desk, the same over both stores: a case keeps its workflow, time tells everything once however many tell it,
//! and what an effect adds is there with its deed or not at all.

use super::House;
use jiff::{SignedDuration, Timestamp};
use meydan_kernel::{
    Act, Catalogue, Desk, Principal, Query, Record, Register, Result, Store, Value,
    case::{Clocks, spoken, state_of},
    catalogue::{Source, load, plan},
    desk::{Deed, Edit, Effect, Effects, Event, HeldBack},
    query::Key,
};
use std::sync::Arc;
use uuid::Uuid;

/// Jobs that have two days, are warned of one day before, and end by themselves a week later.
const JOB: &str = r#"
[register]
name = "job"
title = { tr = "İş", en = "Job" }
description = { tr = "x", en = "x" }
[[field]]
name = "title"
title = { tr = "Ad", en = "Title" }
type = "text"
required = true
[[field]]
name = "outcome"
title = { tr = "Sonuç", en = "Outcome" }
type = "text"
[workflow]
opens = ["tell"]
[[state]]
name = "open"
title = { tr = "Açık", en = "Open" }
kind = "open"
[[state]]
name = "waiting"
title = { tr = "Bekliyor", en = "Waiting" }
kind = "waiting"
[[state]]
name = "done"
title = { tr = "Bitti", en = "Done" }
kind = "closed"
[[transition]]
name = "wait"
title = { tr = "Bekle", en = "Wait" }
from = ["open"]
to = "waiting"
by = ["staff"]
[[transition]]
name = "resume"
title = { tr = "Sürdür", en = "Go on" }
from = ["waiting"]
to = "open"
by = ["staff"]
[[transition]]
name = "finish"
title = { tr = "Bitir", en = "Finish" }
from = ["open"]
to = "done"
by = ["staff"]
needs = ["outcome"]
effects = ["tell"]
[[transition]]
name = "give_up"
title = { tr = "Vazgeç", en = "Give up" }
from = ["open"]
to = "done"
effects = ["tell"]
[[transition]]
name = "refuse"
title = { tr = "Reddet", en = "Refuse" }
from = ["open"]
to = "done"
by = ["staff"]
effects = ["tell", "fail"]
[[deadline]]
name = "answer"
title = { tr = "Yanıt", en = "Answer" }
source = { tr = "x", en = "x" }
runs_in = ["open"]
pauses_in = ["waiting"]
term = { hours = 48 }
warn = { hours = 24 }
effects = ["tell"]
[[deadline]]
name = "end"
title = { tr = "Son", en = "End" }
source = { tr = "x", en = "x" }
runs_in = ["open"]
term = { hours = 168 }
then = "give_up"
silent = true
"#;
const TOLD: &str = r#"
[register]
name = "told"
title = { tr = "Söylenen", en = "Told" }
description = { tr = "x", en = "x" }
[[field]]
name = "case_id"
title = { tr = "İş", en = "Case" }
type = "text"
[[field]]
name = "what"
title = { tr = "Ne", en = "What" }
type = "text"
"#;
const UNITS: &str = r#"
[register]
name = "unit"
title = { tr = "Birim", en = "Unit" }
description = { tr = "x", en = "x" }
[[field]]
name = "name"
title = { tr = "Ad", en = "Name" }
type = "text"
"#;

/// Writes down what it is run for.
struct Tell;

#[async_trait::async_trait]
impl Effect for Tell {
    async fn run(&self, deed: &mut Deed<'_>) -> Result<()> {
        let what = match &deed.event {
            Event::Opened => "opened".to_owned(),
            Event::Went(name) => name.clone(),
            Event::Near(name) => format!("near {name}"),
            Event::Missed(name) => format!("missed {name}"),
            Event::Escalated { deadline, .. } => format!("escalated {deadline}"),
        };
        let case = deed.after.id.to_string();
        deed.add("told", &[("case_id", Value::Text(case)), ("what", Value::Text(what))]);
        Ok(())
    }
}

/// Refuses.
struct Fail;

#[async_trait::async_trait]
impl Effect for Fail {
    async fn run(&self, _: &mut Deed<'_>) -> Result<()> {
        Err(meydan_kernel::Error::invalid("no", "olmaz", "no"))
    }
}

/// Fails at what is broken.
struct Brittle;

#[async_trait::async_trait]
impl Effect for Brittle {
    async fn run(&self, deed: &mut Deed<'_>) -> Result<()> {
        if deed.text("title") == "Kırık" { Err(meydan_kernel::Error::invalid("no", "olmaz", "no")) } else { Ok(()) }
    }
}

fn catalogue(job: &str) -> Catalogue {
    let person = UNITS.replace("\"unit\"", "\"person\"");
    let file = |file: &str, text: &str| Source { module: "own".into(), file: file.into(), text: text.into() };
    load(&[file("job.toml", job), file("told.toml", TOLD), file("unit.toml", UNITS), file("person.toml", &person)])
        .expect("no fault")
}

async fn desk(store: Arc<dyn Store>, catalogue: Catalogue) -> Desk {
    let applied = store.catalogue().await.expect("read").unwrap_or_default();
    store.apply(&plan(&applied, &catalogue, &[]), &catalogue).await.expect("applied");
    another(store, catalogue)
}

/// A desk of another process over the same data.
fn another(store: Arc<dyn Store>, catalogue: Catalogue) -> Desk {
    let effects: Effects =
        [("tell", Arc::new(Tell) as Arc<dyn Effect>), ("fail", Arc::new(Fail)), ("brittle", Arc::new(Brittle))].into();
    Desk::new(store, Arc::new(catalogue)).expect("ready").with_effects(effects)
}

fn operator(now: Timestamp) -> Principal {
    Principal { now, ..Principal::operator(Act { person: "test".into(), source: "test".into(), ..Act::default() }) }
}

fn field(register: &Register, name: &str) -> usize {
    register.field_index(name).expect("a field")
}

async fn open(desk: &Desk, now: Timestamp) -> Uuid {
    let register = desk.register("job").expect("there");
    let set = vec![(field(&register, "title"), Value::Text("Çukur".into()))];
    let edit = Edit::Insert { id: None, set, geometry: None };
    desk.change(&operator(now), vec![("job".into(), edit)]).await.expect("opened").records[0].0
}

async fn go(desk: &Desk, now: Timestamp, id: Uuid, transition: &str) -> Result<()> {
    let edit = Edit::Proceed { id, expected: None, transition: transition.into(), set: Vec::new(), at: None };
    desk.change(&operator(now), vec![("job".into(), edit)]).await.map(|_| ())
}

async fn case(desk: &Desk, id: Uuid) -> (Arc<Register>, Record) {
    let register = desk.register("job").expect("there");
    let case = desk.store().get(&register, Key::Id(id), None).await.expect("read").expect("there");
    (register, case)
}

async fn told(desk: &Desk, id: Uuid) -> Vec<String> {
    let register = desk.register("told").expect("there");
    let query = Query { limit: Some(1_000), ..Query::all(Arc::clone(&register)) };
    let records = desk.store().query(&query).await.expect("read");
    let of = |r: &Record| r.values[0] == Value::Text(id.to_string());
    let what = |r: &Record| match &r.values[1] {
        Value::Text(what) => what.clone(),
        _ => String::new(),
    };
    records.iter().filter(|r| of(r)).map(what).collect()
}

/// A case that waits stands still, is told to be near and missed once each, and ends by its deadline's own transition.
pub async fn time_goes_by(house: &dyn House) {
    let desk = desk(house.open().await, catalogue(JOB)).await;
    let hour = SignedDuration::from_hours(1);
    let start = Timestamp::from_second(1_700_000_000).expect("an instant");
    let id = open(&desk, start).await;
    let (register, opened) = case(&desk, id).await;
    assert_eq!(state_of(&register, &opened), "open");
    let Some(Value::Text(number)) = opened.value(&register, "reference") else { panic!("no number") };
    assert_eq!(spoken(number).as_deref(), Some(number.as_str()));
    assert_eq!(desk.fire(start + hour * 23, 100).await.expect("fired").cases, 0);
    assert_eq!(desk.fire(start + hour * 24, 100).await.expect("fired").cases, 1);
    // Ten hours of waiting are given back.
    go(&desk, start + hour * 30, id, "wait").await.expect("waits");
    assert_eq!(desk.fire(start + hour * 39, 100).await.expect("fired").cases, 0);
    go(&desk, start + hour * 40, id, "resume").await.expect("goes on");
    let (_, running) = case(&desk, id).await;
    assert_eq!(running.value(&register, "due_at"), Some(&Value::Timestamp(start + hour * 58)));
    assert_eq!(desk.fire(start + hour * 58, 100).await.expect("fired").cases, 1, "near again: the end has moved");
    assert_eq!(desk.fire(start + hour * 59, 100).await.expect("fired").cases, 1);
    assert_eq!(desk.fire(start + hour * 100, 100).await.expect("fired").cases, 0);
    let (_, late) = case(&desk, id).await;
    assert_eq!(late.value(&register, "late"), Some(&Value::Bool(true)));
    assert_eq!(desk.fire(start + hour * 1_000, 100).await.expect("fired").cases, 1);
    let (_, ended) = case(&desk, id).await;
    assert_eq!(state_of(&register, &ended), "done");
    assert!(Clocks::of(&register, &ended).0.iter().all(|c| !c.is_active()));
    assert_eq!(told(&desk, id).await, ["opened", "near answer", "near answer", "missed answer", "give_up"]);
    assert_eq!(go(&desk, start + hour * 1_001, id, "wait").await.expect_err("over").code(), "wrong-state");
}

/// Many who look at the clocks at once tell each thing once, and lose nothing.
pub async fn timers_fire_once(house: &dyn House) {
    let store = house.open().await;
    let first = Arc::new(desk(store, catalogue(JOB)).await);
    let second = Arc::new(another(house.open().await, catalogue(JOB)));
    let start = Timestamp::from_second(1_700_000_000).expect("an instant");
    let mut ids = Vec::new();
    for _ in 0..60 {
        ids.push(open(&first, start).await);
    }
    let now = start + SignedDuration::from_hours(49);
    let desks = [Arc::clone(&first), Arc::clone(&second), Arc::clone(&first), Arc::clone(&second)];
    let rounds = desks.map(|desk| {
        tokio::spawn(async move {
            let mut looked = 0;
            loop {
                let fired = desk.fire(now, 25).await.expect("asked");
                assert!(fired.failed.is_empty(), "{:?}", fired.failed);
                looked += fired.cases;
                if !fired.more && fired.overtaken == 0 {
                    return looked;
                }
            }
        })
    });
    let mut looked = 0;
    for round in rounds {
        looked += round.await.expect("no panic");
    }
    assert_eq!(looked, 60);
    for id in ids {
        assert_eq!(told(&first, id).await, ["opened", "missed answer"], "missed at once: it is no longer near");
    }
}

/// Cases whose timers fail for ever take nobody's turn, once they are held back; mended, they are looked at again.
pub async fn failing_timers_hold_up_nobody(house: &dyn House) {
    let job = JOB.replacen(
        "effects = [\"tell\"]\n[[deadline]]\nname = \"end\"",
        "effects = [\"brittle\", \"tell\"]\n[[deadline]]\nname = \"end\"",
        1,
    );
    assert!(job.contains("brittle"));
    let desk = desk(house.open().await, catalogue(&job)).await;
    let start = Timestamp::from_second(1_700_000_000).expect("an instant");
    let register = desk.register("job").expect("there");
    let broken = |id: Uuid| Edit::Update {
        id,
        expected: None,
        set: vec![(field(&register, "title"), Value::Text("Kırık".into()))],
        geometry: None,
    };
    for _ in 0..5 {
        let id = open(&desk, start).await;
        desk.change(&operator(start), vec![("job".into(), broken(id))]).await.expect("changed");
    }
    let good = open(&desk, start + SignedDuration::from_hours(1)).await;
    let now = start + SignedDuration::from_hours(30);
    let first = desk.fire(now, 3).await.expect("asked");
    assert_eq!((first.cases, first.failed.len(), first.more), (0, 3, true), "the longest due first");
    let mut held: HeldBack = first.failed.iter().map(|f| ((f.register.clone(), f.id), f.version)).collect();
    let second = desk.fire_but(now, 3, &held).await.expect("asked");
    assert_eq!((second.cases, second.failed.len()), (1, 2));
    assert_eq!(told(&desk, good).await, ["opened", "near answer"]);
    held.extend(second.failed.iter().map(|f| ((f.register.clone(), f.id), f.version)));
    // It is over in the second after the last one of its term.
    let over = start + SignedDuration::from_hours(49) + SignedDuration::from_secs(1);
    assert_eq!(desk.next_timer(&held).await.expect("asked"), Some(over), "the good one's");
    let mended = first.failed[0].id;
    let title = vec![(field(&register, "title"), Value::Text("Çukur".into()))];
    let edit = Edit::Update { id: mended, expected: None, set: title, geometry: None };
    desk.change(&operator(now), vec![("job".into(), edit)]).await.expect("mended");
    assert_eq!(desk.fire_but(now, 3, &held).await.expect("asked").cases, 1, "another version than the one held back");
}

/// A deed that an effect refuses, or that lacks what it needs, changes nothing; nobody writes what the house keeps.
pub async fn deeds_are_whole(house: &dyn House) {
    let desk = desk(house.open().await, catalogue(JOB)).await;
    let now = Timestamp::from_second(1_700_000_000).expect("an instant");
    let id = open(&desk, now).await;
    assert_eq!(go(&desk, now, id, "refuse").await.expect_err("refused").code(), "no");
    assert_eq!(go(&desk, now, id, "finish").await.expect_err("needs an outcome").code(), "invalid-record");
    assert_eq!(go(&desk, now, id, "vanish").await.expect_err("unknown").code(), "no-such-transition");
    let (_, same) = case(&desk, id).await;
    assert_eq!((same.version, told(&desk, id).await), (1, vec!["opened".to_owned()]));
}

/// A case goes on by the workflow that it began with; a new one begins with the new.
pub async fn a_case_keeps_its_workflow(house: &dyn House) {
    let store = house.open().await;
    let now = Timestamp::from_second(1_700_000_000).expect("an instant");
    let old = desk(Arc::clone(&store), catalogue(JOB)).await;
    let running = open(&old, now).await;
    let changed =
        JOB.replace("term = { hours = 48 }", "term = { hours = 10 }").replace("warn = { hours = 24 }", "warn = { hours = 1 }");
    let new = desk(store, catalogue(&changed)).await;
    go(&new, now, running, "wait").await.expect("the old way");
    go(&new, now + SignedDuration::from_hours(1), running, "resume").await.expect("the old way");
    let fresh = open(&new, now).await;
    let (register, kept) = case(&new, running).await;
    let (_, begun) = case(&new, fresh).await;
    let due = |case: &Record| case.value(&register, "due_at").cloned();
    assert_eq!(due(&kept), Some(Value::Timestamp(now + SignedDuration::from_hours(49))));
    assert_eq!(due(&begun), Some(Value::Timestamp(now + SignedDuration::from_hours(10))));
    assert_ne!(kept.value(&register, "flow"), begun.value(&register, "flow"));
}
