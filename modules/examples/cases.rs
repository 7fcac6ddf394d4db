//! What cases cost: filing through the desk with 16 callers (routed, acknowledged, durable), the first page of a unit's inbox over a
//! million cases with row permissions, and a hundred thousand timers that are due in the same minute.
//!
//! `cargo run --release -p meydan-modules --example cases -- STORE [cases] [timers]` – STORE: a file or a `postgres://` URL, new.

#![allow(clippy::unwrap_used, missing_docs)]

use jiff::{SignedDuration, Timestamp};
use meydan_geo::Wkb;
use meydan_kernel::{
    Act, Catalogue, Change, Changeset, Desk, Operation, Principal, Query, Register, Sort, Value,
    catalogue::{load, plan},
    cql2,
    desk::Edit,
    permission::{Capacity, FieldSet, Standing, Unit},
};
use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};
use uuid::Uuid;

const UNITS: usize = 300;
const CATEGORIES: usize = 60;
const CALLERS: usize = 16;
const FILED: usize = 10_000;
const BATCH: usize = 5_000;
const PAGES: usize = 200;

fn operator() -> Principal {
    Principal::operator(Act { person: "bench".into(), source: "bench".into(), ..Act::default() })
}

fn set(register: &Register, values: &[(&str, Value)]) -> Vec<(usize, Value)> {
    values.iter().map(|(name, v)| (register.field_index(name).unwrap(), v.clone())).collect()
}

fn text(t: impl Into<String>) -> Value {
    Value::Text(t.into())
}

async fn insert(desk: &Desk, register: &str, values: &[(&str, Value)]) -> Uuid {
    let definition = desk.register(register).unwrap();
    let edit = Edit::Insert { id: None, set: set(&definition, values), geometry: None };
    desk.change(&operator(), vec![(register.into(), edit)]).await.unwrap().records[0].0
}

fn tell(what: &str, mut times: Vec<Duration>) {
    times.sort_unstable();
    let at = |percent: usize| times[(times.len() - 1) * percent / 100];
    println!("{what:<58} p50 {:>10.2?}  p99 {:>10.2?}  worst {:>10.2?}", at(50), at(99), at(100));
}

async fn units(desk: &Desk) -> Vec<Uuid> {
    let mut ids = Vec::new();
    for n in 0..UNITS {
        let values = [("code", text(format!("B{n}"))), ("name", text(format!("Birim {n}"))), ("kind", text("branch"))];
        ids.push(insert(desk, "unit", &values).await);
    }
    ids
}

async fn categories(desk: &Desk, units: &[Uuid]) -> Vec<Uuid> {
    let mut ids = Vec::new();
    for n in 0..CATEGORIES {
        let values = [
            ("code", text(format!("c{n}"))),
            ("title", text(format!("Konu {n}"))),
            ("title_en", text(format!("Category {n}"))),
            ("unit", Value::Reference(units[n * 5 % UNITS])),
            ("needs_place", Value::Bool(false)),
        ];
        ids.push(insert(desk, "request_category", &values).await);
    }
    ids
}

fn request(register: &Register, n: usize, category: Uuid) -> Edit {
    let values = [
        ("kind", text("complaint")),
        ("category", Value::Reference(category)),
        ("description", text(format!("Yolda çukur var, {n}"))),
        ("channel", text("phone")),
        ("applicant_name", text("Deneme Kişi")),
        ("applicant_email", text("deneme@example.org")),
    ];
    let place = Wkb::point(39.5 + (n % 997) as f64 * 1e-4, 40.9 + (n % 991) as f64 * 1e-4);
    Edit::Insert { id: None, set: set(register, &values), geometry: place }
}

/// Filed, routed, acknowledged, on disk; by many callers at once.
async fn filing(desk: &Arc<Desk>, register: &Arc<Register>, categories: &[Uuid]) {
    let next = Arc::new(AtomicUsize::new(0));
    let start = Instant::now();
    let callers: Vec<_> = (0..CALLERS)
        .map(|_| {
            let (desk, register, next, categories) =
                (Arc::clone(desk), Arc::clone(register), Arc::clone(&next), categories.to_vec());
            tokio::spawn(async move {
                let mut times = Vec::new();
                loop {
                    let n = next.fetch_add(1, Ordering::Relaxed);
                    if n >= FILED {
                        return times;
                    }
                    let begun = Instant::now();
                    let edit = request(&register, n, categories[n % categories.len()]);
                    desk.change(&operator(), vec![("request".into(), edit)]).await.unwrap();
                    times.push(begun.elapsed());
                }
            })
        })
        .collect();
    let mut times = Vec::new();
    for caller in callers {
        times.extend(caller.await.unwrap());
    }
    println!("filed, routed, acknowledged: {:.0}/s by {CALLERS} callers", FILED as f64 / start.elapsed().as_secs_f64());
    tell("  one request", times);
}

/// Fills the store with cases made after one that the desk opened; `timer` makes so many due at an instant.
async fn fill(desk: &Desk, register: &Arc<Register>, units: &[Uuid], cases: usize, timers: usize, due: Timestamp) {
    let field = |name: &str| register.field_index(name).unwrap();
    let query = Query { limit: Some(1), ..Query::all(Arc::clone(register)) };
    let model = desk.store().query(&query).await.unwrap().remove(0);
    let Value::Text(clocks) = model.values[field("clocks")].clone() else { panic!("no clocks") };
    let Some(Value::Timestamp(was_due)) = model.value(register, "due_at").cloned() else { panic!("not due") };
    let clocks = clocks.replace(&was_due.to_string(), &due.to_string());
    let start = Instant::now();
    let mut made = 0;
    while made < cases {
        let changes = (made..(made + BATCH).min(cases))
            .map(|n| {
                let mut values = model.values.clone();
                let closed = n >= timers && n % 10 != 0;
                let at = due + SignedDuration::from_secs(n as i64 % 4_000_000 + 60);
                let this_minute = n < timers;
                values[field("reference")] = text(format!("{n:012}"));
                values[field("external_id")] = Value::Null;
                values[field("unit")] = Value::Reference(units[n % UNITS]);
                values[field("closed_at")] = if closed { Value::Timestamp(due) } else { Value::Null };
                values[field("due_at")] =
                    if closed { Value::Null } else { Value::Timestamp(if this_minute { due } else { at }) };
                values[field("timer_at")] = if this_minute { Value::Timestamp(due) } else { Value::Null };
                values[field("state")] = text(if closed { "answered" } else { "new" });
                values[field("clocks")] = text(if closed { "[]".to_owned() } else { clocks.clone() });
                let operation = Operation::Insert { values, geometry: model.geometry.clone() };
                Change { register: "request".into(), id: Uuid::now_v7(), operation }
            })
            .collect::<Vec<_>>();
        made += changes.len();
        desk.store().commit(Changeset { id: Uuid::now_v7(), act: operator().act, changes }).await.unwrap();
    }
    let written = start.elapsed();
    desk.store().loaded(&["request".to_owned()]).await.unwrap();
    let settled = start.elapsed() - written;
    println!("{cases} cases written in {:.0} s; tables settled in {:.1} s", written.as_secs_f64(), settled.as_secs_f64());
}

async fn inbox(desk: &Desk, register: &Arc<Register>, units: &[Uuid]) {
    let due = register.field_index("due_at").unwrap();
    for (who, role, below) in [("staff of one unit", "staff", 1), ("a manager over 30 units", "branch_manager", 30)] {
        let mut times = Vec::new();
        let mut counts = Vec::new();
        let mut rows = 0;
        for n in 0..PAGES {
            let own = n * 7 % (UNITS - below);
            let mut ids = units[own..own + below].to_vec();
            ids.sort_unstable();
            let unit = Unit { id: units[own], codes: vec![format!("B{own}")], below: ids.clone(), area: None };
            let standing =
                Standing { person: Uuid::now_v7(), post: Uuid::now_v7(), role: role.into(), unit: Arc::new(unit), proxy: None };
            let principal = Principal::new(Act::default(), Capacity::Post(Arc::new(standing)));
            let list = ids.iter().map(|id| format!("'{id}'")).collect::<Vec<_>>().join(", ");
            let filter = cql2::parse(register, &format!("unit IN ({list}) AND closed_at IS NULL")).unwrap();
            let query = Query {
                filter: Some(filter),
                sort: Some(Sort { field: due, descending: false }),
                limit: Some(50),
                ..Query::all(Arc::clone(register))
            };
            let begun = Instant::now();
            rows += desk.list(&principal, &query, FieldSet::impersonal(register)).await.unwrap().len();
            times.push(begun.elapsed());
            let begun = Instant::now();
            desk.count(&principal, &query).await.unwrap();
            counts.push(begun.elapsed());
        }
        tell(&format!("first page of the inbox, {who} ({} rows a page)", rows / PAGES), times);
        tell("  its count", counts);
    }
}

async fn timers(desk: &Desk, timers: usize, now: Timestamp) {
    let start = Instant::now();
    let (mut looked, mut rounds) = (0, 0);
    loop {
        let fired = desk.fire(now, 2_000).await.unwrap();
        assert!(fired.failed.is_empty(), "{:?}", fired.failed.first());
        looked += fired.cases;
        rounds += 1;
        if !fired.more {
            break;
        }
    }
    println!("{looked} of {timers} timers handled in {:.1} s ({rounds} rounds)", start.elapsed().as_secs_f64());
    let notice = desk.register("notice").unwrap();
    let told = desk.store().count(&Query::all(notice)).await.unwrap();
    println!("notices in the store: {told}");
}

#[tokio::main]
async fn main() {
    let mut args = std::env::args().skip(1);
    let location = args.next().expect("a store: a file or a URL");
    let cases: usize = args.next().map_or(1_000_000, |n| n.parse().unwrap());
    let due: usize = args.next().map_or(100_000, |n| n.parse().unwrap());
    let store = meydan_store::open(&location).await.unwrap();
    let catalogue: Catalogue = load(&meydan_modules::sources()).unwrap();
    store.apply(&plan(&Catalogue::default(), &catalogue, &[]), &catalogue).await.unwrap();
    let desk = Desk::new(store, Arc::new(catalogue)).unwrap();
    let desk = Arc::new(desk.with_checks(meydan_modules::checks()).with_effects(meydan_modules::effects()));
    let register = desk.register("request").unwrap();
    let units = units(&desk).await;
    let categories = categories(&desk, &units).await;
    filing(&desk, &register, &categories).await;
    let minute = Timestamp::now() + SignedDuration::from_hours(24 * 60);
    fill(&desk, &register, &units, cases, due, minute).await;
    inbox(&desk, &register, &units).await;
    timers(&desk, due, minute + SignedDuration::from_secs(60)).await;
}
