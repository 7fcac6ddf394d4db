//! The sample city: the same for the same seed, whole or not there, and never among real records.

use crate::{
    harness::City,
    parks::{self, said},
    pg_server,
};
use std::{
    process::Stdio,
    time::{Duration, Instant},
};

/// Registers whose records are made anew, for the day of the demo.
const OF_ITS_TIME: [&str; 10] = [
    "answer_template",
    "comment",
    "duty_roster",
    "look",
    "notice",
    "request",
    "request_category",
    "routing_rule",
    "service",
    "task",
];

/// What a city of a seed holds, as its backup's manifest tells it, without the log (which holds times).
fn contents(seed: &str) -> serde_json::Value {
    let city = City::embedded();
    city.ok(&["demo", "--doors", "300", "--seed", seed]);
    let manifest = city.json(&["backup", "copy.gpkg"]);
    let mut registers = manifest["contents"]["registers"].clone();
    let all = registers.as_object_mut().expect("an object");
    // Who ran it when is another matter each time.
    all.remove("security_event");
    // What citizens asked is of the two months before: its ids and instants are new each time, its numbers are not.
    for of_its_time in OF_ITS_TIME {
        let held = all.get_mut(of_its_time).and_then(|r| r.as_array_mut()).expect("a register");
        held.truncate(1);
    }
    assert!(registers.as_object().is_some_and(|r| r.len() >= 12), "{manifest}");
    assert_eq!(registers["door"][0], 300);
    registers
}

#[test]
fn the_same_seed_makes_the_same_city_and_another_seed_another() {
    let first = contents("61");
    assert_eq!(first, contents("61"));
    let other = contents("62");
    assert_ne!(first["building"][1], other["building"][1]);
    assert_ne!(first["street"][1], other["street"][1]);
}

#[test]
fn a_demo_that_is_broken_off_leaves_no_half_city() {
    let city = City::embedded();
    let mut child = city.command(&["demo", "--doors", "60000"]).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let unfinished = city.path("city.gpkg.unfinished");
    let until = Instant::now() + Duration::from_secs(30);
    while !std::fs::metadata(&unfinished).is_ok_and(|m| m.len() > 100_000) {
        assert!(Instant::now() < until && child.try_wait().unwrap().is_none(), "it was not seen at work");
        std::thread::sleep(Duration::from_millis(5));
    }
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(!city.path("city.gpkg").exists(), "half a city has the store's name");
    let told = city.json(&["demo", "--doors", "300", "--if-empty"]);
    assert_eq!((told["doors"].as_u64(), told["kept"].as_bool()), (Some(300), Some(false)), "{told}");
    for left in ["city.gpkg.unfinished", "city.gpkg.unfinished-wal", "city.gpkg.whole"] {
        assert!(!city.path(left).exists(), "{left} is left behind");
    }
    assert_eq!(city.json(&["demo", "--if-empty"])["kept"], true);
    city.ok(&["log", "verify"]);
}

#[test]
fn a_demo_that_is_broken_off_in_a_database_is_told_apart_from_a_city() {
    let database = pg_server::shared();
    let city = City::in_database(&database.database());
    city.ok(&["catalog", "apply"]);
    let empty = parks::head(&city);
    let mut child = city.command(&["demo", "--doors", "60000"]).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let until = Instant::now() + Duration::from_secs(30);
    while parks::head(&city) == empty {
        assert!(Instant::now() < until && child.try_wait().unwrap().is_none(), "it was not seen at work");
    }
    child.kill().unwrap();
    child.wait().unwrap();
    let before = parks::head(&city);
    for args in [&["--json", "demo"][..], &["--json", "demo", "--if-empty"]] {
        let refused = city.run(args);
        assert!(refused.status.code() == Some(1) && said(&refused).contains("demo-unfinished"), "{}", said(&refused));
    }
    assert_eq!(parks::head(&city), before);
    let whole = City::in_database(&database.database());
    whole.ok(&["demo", "--doors", "300"]);
    assert_eq!(whole.json(&["demo", "--if-empty"])["kept"], true);
    let settings = std::fs::read_to_string(whole.path("meydan.toml")).unwrap();
    assert!(!settings.contains("postgres"), "an address may hold a password: {settings}");
}

#[test]
fn it_is_not_written_among_real_records_and_its_pages_say_that_it_is_generated() {
    let city = City::embedded();
    std::fs::write(city.path("p.csv"), "official_id,name\n61,Trabzon\n").unwrap();
    city.ok(&["import", "p.csv", "--into", "province", "--yes"]);
    let before = parks::head(&city);
    let refused = city.run(&["--json", "demo"]);
    assert!(refused.status.code() == Some(1) && said(&refused).contains("store-not-empty"), "{}", said(&refused));
    assert_eq!(parks::head(&city), before);
    assert!(!city.path("meydan.toml").exists(), "a real city is not called generated");

    let sample = City::embedded();
    sample.ok(&["demo", "--doors", "300"]);
    let settings = std::fs::read_to_string(sample.path("meydan.toml")).unwrap();
    assert!(settings.contains("generated = true") && settings.contains("Örnek Kent"), "{settings}");
    assert!(settings.contains("Who acts at the command line"), "{settings}");
    let server = sample.serve();
    let page = server.get("/?lang=tr").text();
    assert!(page.contains("Örnek Kent"), "{page}");
}
