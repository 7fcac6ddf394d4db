//! Promises of durability, tried by kill -9 on the real server: what was acknowledged is there, nothing half-done is, and the
//! log verifies from end to end.

// A test that can't go on should stop where it stands, its helping functions too.
#![allow(clippy::unwrap_used)]

#[path = "../harness/mod.rs"]
mod harness;
#[path = "../../crates/store/tests/pg_server/mod.rs"]
#[allow(dead_code)]
mod pg_server;
mod timers;

use harness::{City, Server};
use serde_json::json;
use std::{
    collections::HashMap,
    sync::{
        Mutex,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

/// Rounds per store; `MEYDAN_ROUNDS` sets another number.
fn rounds() -> u64 {
    std::env::var("MEYDAN_ROUNDS").ok().and_then(|n| n.parse().ok()).unwrap_or(100)
}

/// What the clients were told: value of each acknowledged record, by id. A pair is written in one changeset.
#[derive(Default)]
struct Ledger {
    acknowledged: Mutex<HashMap<String, i64>>,
    next: AtomicU64,
}

/// Writes pairs of points of interest and updates until the server is gone.
fn write_until_gone(server: &Server, ledger: &Ledger, stop: &AtomicBool) {
    let agent: ureq::Agent =
        ureq::Agent::config_builder().http_status_as_error(false).timeout_global(Some(Duration::from_secs(10))).build().into();
    let mut mine: Vec<String> = Vec::new();
    while !stop.load(Ordering::Relaxed) {
        let n = ledger.next.fetch_add(1, Ordering::Relaxed) as i64;
        let (ids, changes) = match mine.len() {
            0..4 => {
                let ids: Vec<String> = (0..2).map(|_| uuid::Uuid::now_v7().to_string()).collect();
                let changes: Vec<_> = ids.iter().map(|id| json!({ "register": "building", "op": "insert", "id": id,
                    "values": { "name": format!("Ev {n}"), "floors": 1 + n % 90 } ,
                    "geometry": { "type": "Polygon", "coordinates": [[[39.72, 41.0], [39.7201, 41.0], [39.7201, 41.0001], [39.72, 41.0]]] } })).collect();
                (ids, changes)
            }
            _ => {
                let ids: Vec<String> = mine.drain(..2).collect();
                let changes: Vec<_> = ids
                    .iter()
                    .map(|id| json!({ "register": "building", "op": "update", "id": id, "values": { "floors": 1 + n % 90 } }))
                    .collect();
                (ids, changes)
            }
        };
        let sent = agent
            .post(format!("{}/api/changes", server.url))
            .header("content-type", "application/json")
            .header("authorization", server.authorization().expect("a token"))
            .send(json!({ "changes": changes }).to_string());
        match sent {
            Ok(answer) if answer.status() == 201 => {
                let mut acknowledged = ledger.acknowledged.lock().unwrap();
                for id in ids {
                    acknowledged.insert(id.clone(), 1 + n % 90);
                    mine.push(id);
                }
            }
            Ok(answer) => panic!("the server answered {} to a good changeset", answer.status()),
            // The server is gone: whether the last changeset happened is open, so what it touched is open too.
            Err(_) => {
                let mut acknowledged = ledger.acknowledged.lock().unwrap();
                for id in ids {
                    acknowledged.remove(&id);
                }
                return;
            }
        }
    }
}

fn check(server: &Server, ledger: &Ledger) {
    let acknowledged = ledger.acknowledged.lock().unwrap();
    for (id, floors) in acknowledged.iter() {
        let answer = server.get(&format!("/api/records/building/{id}"));
        assert_eq!(answer.status, 200, "an acknowledged record is lost: {id}");
        assert_eq!(answer.json()["values"]["floors"], *floors, "an acknowledged change is lost: {id}");
    }
}

fn killed_while_writing(city: &City) {
    let ledger = Ledger::default();
    for round in 0..rounds() {
        let mut server = city.serve();
        check(&server, &ledger);
        ledger.acknowledged.lock().unwrap().clear();
        let stop = AtomicBool::new(false);
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| write_until_gone(&server, &ledger, &stop));
            }
            // Different moments of writing and sealing in each round.
            let until = Instant::now() + Duration::from_millis(150 + 97 * round % 1100);
            std::thread::sleep(until - Instant::now());
            // SIGKILL by number: the guard is borrowed by the writers.
            std::process::Command::new("kill").args(["-9", &server.pid().to_string()]).status().expect("kill");
            stop.store(true, Ordering::Relaxed);
        });
        server.kill();
    }
    let server = city.serve();
    check(&server, &ledger);
    assert!(ledger.next.load(Ordering::Relaxed) > rounds() * 10, "too few changes to prove anything");
    // Every pair is whole: both halves or none.
    let all = server.get("/ogc/collections/building/items?limit=10000&properties=name").json();
    let mut by_name: HashMap<String, usize> = HashMap::new();
    for feature in all["features"].as_array().expect("features") {
        *by_name.entry(feature["properties"]["name"].as_str().expect("a name").to_owned()).or_default() += 1;
    }
    assert!(by_name.values().all(|n| *n == 2), "half a changeset is there");
    drop(server);
    city.ok(&["log", "verify"]);
}

#[test]
fn nothing_acknowledged_is_lost_when_the_embedded_server_is_killed() {
    killed_while_writing(&City::embedded());
}

#[test]
fn nothing_acknowledged_is_lost_when_the_server_on_postgresql_is_killed() {
    let database = pg_server::shared();
    killed_while_writing(&City::in_database(&database.database()));
}

/// How many records a register holds, asked of the file itself.
fn held(city: &City) -> u64 {
    city.json(&["export", "point_of_interest", "--out", "count.csv"])["records"].as_u64().expect("a count")
}

#[test]
fn an_import_that_is_killed_can_be_done_again() {
    const ROWS: u64 = 30_000;
    let city = City::embedded();
    let rows: Vec<String> = (1..=ROWS)
        .map(|i| format!("{i},Yer {i},diger,{},{}", 39.6 + (i % 300) as f64 * 1e-3, 40.9 + (i / 300) as f64 * 1e-3))
        .collect();
    std::fs::write(city.path("poi.csv"), format!("official_id,name,service_type,lon,lat\n{}\n", rows.join("\n"))).unwrap();
    let args = ["import", "poi.csv", "--into", "point_of_interest", "--yes"];
    let mut halfway = 0;
    for pause_ms in [300, 700, 1100, 1600, 2200, 3000] {
        let mut child =
            city.command(&args).stdout(std::process::Stdio::null()).stderr(std::process::Stdio::null()).spawn().unwrap();
        std::thread::sleep(Duration::from_millis(pause_ms));
        let _ = child.kill();
        let _ = child.wait();
        if !city.path("city.gpkg").exists() {
            continue;
        }
        city.ok(&["log", "verify"]);
        let held = held(&city);
        assert!(held <= ROWS, "rows were taken twice");
        halfway += u32::from(held > 0 && held < ROWS);
        let _ = std::fs::remove_file(city.path("count.csv"));
    }
    assert!(halfway > 0, "no import was killed halfway: the test proves nothing, change its pauses");
    city.ok(&args);
    assert_eq!(held(&city), ROWS);
    city.ok(&["log", "verify"]);
}
