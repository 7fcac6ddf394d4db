//! What permission costs: a decision in process with 200 grants and 300 units, and the first page of a list over a million rows
//! that row conditions narrow, on the embedded store.
//!
//! `cargo run --release -p meydan-store --example permissions [rows]`

#![allow(clippy::unwrap_used, missing_docs)]

#[path = "../../kernel/tests/world/mod.rs"]
mod world;

use meydan_geo::Wkb;
use meydan_kernel::{
    Act, Catalogue, Change, Changeset, Desk, Operation, Principal, Query, Record, Sort, Store, Value,
    catalogue::{Action, Grant, Party, Scope, plan},
    cql2,
    permission::{Capacity, FieldSet, Rules, Standing, Unit},
};
use meydan_store::sqlite::SqliteStore;
use std::{
    hint::black_box,
    sync::Arc,
    time::{Duration, Instant},
};
use uuid::Uuid;
use world::{dice::Dice, registers, town};

const GRANTS: usize = 200;
const UNITS: usize = 300;
/// Units below the chief's, their own included: a tenth of the rows.
const BELOW: usize = 30;
const ROLES: usize = 10;
const PAGE: usize = 100;
const DECISIONS: usize = 20_000;
const PAGES: usize = 40;
/// The last unit has next to no rows.
const RARE: usize = UNITS - 1;
const RARE_ROWS: usize = 5;

fn grant(name: &str, role: &str) -> Grant {
    Grant {
        name: name.to_owned(),
        register: "job".to_owned(),
        to: vec![Party::Role(role.to_owned())],
        actions: vec![Action::Read, Action::Update],
        of_units: Vec::new(),
        scope: Scope::Any,
        area: false,
        condition: None,
        fields: None,
        reason: false,
        step_up: false,
        step_up_of: Vec::new(),
        by_proxy: true,
        with_whole: false,
    }
}

/// Two hundred grants over ten roles: each role has twenty, of every sort.
fn many_grants() -> Vec<Grant> {
    (0..GRANTS)
        .map(|n| {
            let base = grant(&format!("g{n}"), &format!("role{}", n % ROLES));
            match (n / ROLES) % 5 {
                0 => Grant { scope: Scope::Below, ..base },
                1 => Grant { scope: Scope::Own, fields: Some(vec!["title".into(), "status".into()]), ..base },
                2 => Grant { area: true, ..base },
                3 => Grant { condition: Some(format!("status <> 'secret' AND priority >= {}", n % 7)), ..base },
                _ => Grant { condition: Some("owner = current_person()".into()), step_up: true, ..base },
            }
        })
        .collect()
}

fn catalogue(grants: Vec<Grant>) -> Catalogue {
    let mut out = registers::catalogue();
    let mut job = registers::job();
    for field in &mut job.fields {
        field.indexed = ["title", "priority", "unit"].contains(&field.name.as_str());
    }
    out.registers.insert("job".to_owned(), Arc::new(job));
    out.grants = grants.into_iter().map(Arc::new).collect();
    out
}

fn chief(role: &str, unit: Unit) -> Principal {
    let standing =
        Standing { person: Uuid::now_v7(), post: Uuid::now_v7(), role: role.to_owned(), unit: Arc::new(unit), proxy: None };
    Principal::new(Act::default(), Capacity::Post(Arc::new(standing)))
}

fn unit(ids: &[Uuid], own: usize, below: usize) -> Unit {
    let mut below: Vec<Uuid> = ids[own..own + below].to_vec();
    below.sort_unstable();
    Unit { id: ids[own], codes: vec!["u".to_owned()], below, area: Some(town::rectangle([1, 1, 3, 3])) }
}

fn tell(what: &str, mut times: Vec<Duration>) {
    times.sort_unstable();
    let at = |percent: usize| times[(times.len() - 1) * percent / 100];
    println!("{what:<58} p50 {:>10.2?}  p99 {:>10.2?}  worst {:>10.2?}", at(50), at(99), at(100));
}

fn job(dice: &mut Dice, unit: Uuid) -> (Vec<Value>, Option<Wkb>) {
    let title = format!("{} {}", dice.pick(&["ağaç", "bank", "çeşme", "ışık", "kaldırım"]), dice.below(1_000_000));
    let values = vec![
        Value::Text(title),
        Value::Text(dice.pick(&world::condition::STATUSES).to_owned()),
        Value::Int(dice.below(10) as i64),
        Value::Reference(unit),
        Value::Null,
        Value::Null,
        Value::Date(town::TODAY),
        Value::Bool(dice.percent(50)),
        Value::Null,
        Value::Null,
        Value::Null,
    ];
    let place = |dice: &mut Dice| dice.below(6_000_000) as f64 / 1e6;
    let (x, y) = (place(dice), place(dice));
    (values, Wkb::point(x, y))
}

fn decisions(ids: &[Uuid]) {
    let catalogue = catalogue(many_grants());
    let rules = Rules::new(&catalogue).unwrap();
    let register = catalogue.register("job").unwrap();
    for (who, below) in [("of one of 300 units", 1), ("over 30 units", BELOW), ("over all 300 units", UNITS)] {
        let principal = chief("role0", unit(ids, 0, below));
        let mut dice = Dice::new(1);
        let records: Vec<Record> = (0..1_000)
            .map(|_| {
                let owner = ids[dice.below(UNITS)];
                let (values, geometry) = job(&mut dice, owner);
                Record::draft(dice.uuid(), values, geometry)
            })
            .collect();
        let time = |run: &dyn Fn(usize)| -> Vec<Duration> {
            (0..DECISIONS)
                .map(|n| {
                    let start = Instant::now();
                    run(n);
                    start.elapsed()
                })
                .collect()
        };
        let record = |n: usize| &records[n % records.len()];
        let may = time(&|n| {
            let _ = black_box(rules.may(&principal, register, Action::Update, &[record(n), record(n + 1)], FieldSet::one(1)));
        });
        tell(&format!("may update (before and after), {who}"), may);
        let access = time(&|_| {
            black_box(rules.access(&principal, register, Action::Read));
        });
        tell(&format!("access, {who}"), access);
        let all = rules.access(&principal, register, Action::Read);
        let of = time(&|n| {
            black_box(all.of(record(n)));
        });
        tell(&format!("fields of one record of a page, {who}"), of);
    }
}

async fn fill(store: &Arc<dyn Store>, ids: &[Uuid], rows: usize) {
    let insert = |register: &str, values, geometry| Change {
        register: register.to_owned(),
        id: Uuid::now_v7(),
        operation: Operation::Insert { values, geometry },
    };
    let units = ids.iter().enumerate().map(|(n, id)| {
        let values = vec![Value::Text(format!("u{n}")), Value::Null, Value::Null, Value::Null, Value::Null];
        Change { id: *id, ..insert("unit", values, None) }
    });
    let commit = async |changes: Vec<Change>| {
        store.commit(Changeset { id: Uuid::now_v7(), act: Act::default(), changes }).await.unwrap();
    };
    commit(units.collect()).await;
    let mut dice = Dice::new(7);
    let mut done = 0;
    while done < rows {
        let part = (rows - done).min(10_000);
        let changes = (done..done + part).map(|n| {
            let unit = if n < RARE_ROWS { ids[RARE] } else { ids[dice.below(RARE)] };
            let (values, geometry) = job(&mut dice, unit);
            insert("job", values, geometry)
        });
        commit(changes.collect()).await;
        done += part;
    }
}

async fn pages(ids: &[Uuid], rows: usize) {
    let directory = tempfile::tempdir().unwrap();
    let open = SqliteStore::open(&directory.path().join("city.gpkg")).await.unwrap();
    let store: Arc<dyn Store> = Arc::new(open);
    let bare = catalogue(Vec::new());
    store.apply(&plan(&Catalogue::default(), &bare, &[]), &bare).await.unwrap();
    let start = Instant::now();
    fill(&store, ids, rows).await;
    println!("{rows} rows written in {:.0?}", start.elapsed());
    let scope = || Grant { scope: Scope::Below, ..grant("scope", "chief") };
    let area = || Grant { area: true, ..grant("area", "chief") };
    let condition = || {
        let text = "status <> 'secret' AND priority BETWEEN 3 AND 4 AND title LIKE 'bank%'";
        Grant { condition: Some(text.to_owned()), ..grant("condition", "chief") }
    };
    let both = || Grant { scope: Scope::Below, condition: Some("status = 'open' OR urgent".into()), ..grant("both", "chief") };
    let cases = [
        ("30 units below", vec![scope()], (0, BELOW)),
        ("the area of the unit", vec![area()], (0, 1)),
        ("a condition", vec![condition()], (0, 1)),
        ("30 units below and a condition", vec![both()], (0, BELOW)),
        ("units or area or condition", vec![scope(), area(), condition()], (0, BELOW)),
        ("one unit of 3,300 rows", vec![scope()], (1, 1)),
        ("one unit of 5 rows", vec![scope()], (RARE, 1)),
        ("one unit of 5 rows or a condition", vec![scope(), condition()], (RARE, 1)),
    ];
    for (what, grants, (own, below)) in cases {
        let catalogue = Arc::new(catalogue(grants));
        let desk = Desk::new(Arc::clone(&store), catalogue).unwrap();
        let register = desk.register("job").unwrap();
        let principal = chief("chief", unit(ids, own, below));
        let sort = |name: &str| Some(Sort { field: register.field_index(name).unwrap(), descending: false });
        let filter = Some(cql2::parse(&register, "urgent = TRUE").unwrap());
        let all = Query { limit: Some(PAGE), ..Query::all(Arc::clone(&register)) };
        for (order, query) in [
            ("by fid", all.clone()),
            ("by title", Query { sort: sort("title"), ..all.clone() }),
            ("by priority, filtered", Query { sort: sort("priority"), filter, ..all.clone() }),
        ] {
            let mut times = Vec::new();
            let began = Instant::now();
            while times.len() < PAGES && (times.len() < 3 || began.elapsed() < Duration::from_secs(4)) {
                let start = Instant::now();
                let page = desk.query(&principal, &query).await.unwrap();
                times.push(start.elapsed());
                assert!(!page.is_empty());
            }
            tell(&format!("first page, {what}, {order}"), times);
        }
    }
}

#[tokio::main]
async fn main() {
    let rows = std::env::args().nth(1).and_then(|n| n.parse().ok()).unwrap_or(1_000_000);
    let mut dice = Dice::new(3);
    let ids: Vec<Uuid> = (0..UNITS).map(|_| dice.uuid()).collect();
    decisions(&ids);
    pages(&ids, rows).await;
}
