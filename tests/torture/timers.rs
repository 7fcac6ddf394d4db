//! Deadlines are told once, however often the process that tells them is killed, and though two do it at the same time.

use crate::{City, pg_server};
use std::{
    collections::{BTreeSet, HashMap},
    process::{Child, Stdio},
    time::Duration,
};

/// Cases that come into due each day.
const A_DAY: i64 = 40;
/// So many days ago the first of them came, when the sample organisation was as it is; a petition's term is 30 days, and its
/// escalation takes three working days more.
const SINCE: i64 = 40;

/// Petitions that came on as many days as there are rounds, in hands and in a unit of the sample organisation.
fn petitions(city: &City, days: i64) {
    let mut rows = String::from("external_id,kind,description,applicant_name,applicant_address,received_at,birim,kimde\n");
    for n in 0..days * A_DAY {
        let day = day(n / A_DAY);
        rows.push_str(&format!("E-{n},petition,Dilekçe {n},Deneme Kişi,Örnek Mah.,{day}T09:00:00Z,FIB-YB,yakup.aksoy\n"));
    }
    std::fs::write(city.path("request.csv"), rows).unwrap();
    let lookups = ["--lookup", "unit=birim:code", "--lookup", "assignee=kimde:login"];
    city.ok(&[&["import", "request.csv", "--into", "request", "--yes"], &lookups[..]].concat());
}

fn day(after: i64) -> String {
    let at = jiff::Timestamp::now() + jiff::SignedDuration::from_hours(24 * (after - SINCE));
    at.strftime("%Y-%m-%d").to_string()
}

fn fire(city: &City, now: &str) -> Child {
    let args = ["cases", "fire", "--now", now];
    city.command(&args).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
}

/// What was told of each of our cases: reason and person, with how often.
fn told(city: &City) -> HashMap<String, HashMap<(String, String), usize>> {
    let read = |register: &str| {
        let file = city.path(&format!("{register}.geojson"));
        let _ = std::fs::remove_file(&file);
        city.ok(&["export", register, "--out", &file.display().to_string()]);
        let read: serde_json::Value = serde_json::from_slice(&std::fs::read(file).unwrap()).unwrap();
        read["features"].as_array().unwrap().iter().map(|f| f["properties"].clone()).collect::<Vec<_>>()
    };
    let text = |json: &serde_json::Value| json.as_str().unwrap_or_default().to_owned();
    let ours = read("request").into_iter().filter(|r| text(&r["external_id"]).starts_with("E-"));
    let mut all: HashMap<String, HashMap<(String, String), usize>> = ours.map(|r| (text(&r["id"]), HashMap::new())).collect();
    for notice in read("notice") {
        let reason = text(&notice["reason"]);
        if let (true, Some(of_case)) =
            (["due_soon", "overdue", "escalated"].contains(&reason.as_str()), all.get_mut(&text(&notice["case_id"])))
        {
            *of_case.entry((reason, text(&notice["person"]))).or_default() += 1;
        }
    }
    all
}

fn killed_while_firing(city: &City, rounds: i64) {
    city.ok(&["demo", "--doors", "60"]);
    petitions(city, rounds);
    let mut midway = 0;
    for round in 0..rounds {
        let now = format!("{}T12:00:00Z", day(round + 31));
        let mut both = [fire(city, &now), fire(city, &now)];
        std::thread::sleep(Duration::from_millis(u64::try_from(250 + 83 * round % 700).unwrap()));
        for child in &mut both {
            midway += i32::from(child.try_wait().unwrap().is_none());
            let _ = child.kill();
            let _ = child.wait();
        }
    }
    assert!(midway > 0, "no process was killed while it fired: the test proves nothing, change its pauses");
    let last = format!("{}T12:00:00Z", day(rounds + 60));
    city.ok(&["cases", "fire", "--now", &last]);
    let told = told(city);
    assert_eq!(told.len() as i64, rounds * A_DAY);
    let mut kinds: BTreeSet<&str> = BTreeSet::new();
    for (case, of_case) in &told {
        assert!(of_case.values().all(|n| *n == 1), "{case} was told twice: {of_case:?}");
        assert!(of_case.keys().any(|(reason, _)| reason == "overdue"), "{case} was passed over: {of_case:?}");
        kinds.extend(of_case.keys().map(|(reason, _)| reason.as_str()));
    }
    assert!(kinds.contains("escalated"), "{kinds:?}");
    city.ok(&["log", "verify"]);
}

#[test]
fn deadlines_are_told_once_when_who_tells_them_is_killed() {
    killed_while_firing(&City::embedded(), 30);
}

#[test]
fn deadlines_are_told_once_when_who_tells_them_on_postgresql_is_killed() {
    killed_while_firing(&City::in_database(&pg_server::shared().database()), 10);
}
