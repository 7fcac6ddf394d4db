//! `meydan log` as an engineer types it, on the real binary.

#[path = "../../../tests/harness/mod.rs"]
mod harness;

use harness::City;
use meydan_kernel::log::{
    note::Verifier,
    proof::{from_text, verify_consistency, verify_inclusion},
    tree::{Hash, TilePath, leaf_hash, tile_hashes},
};
use serde_json::Value as Json;
use std::time::{Duration, Instant};

/// A small generated city whose whole log is sealed.
fn sealed_city() -> City {
    let city = City::embedded();
    city.ok(&["demo", "--doors", "60"]);
    let server = city.serve();
    let began = Instant::now();
    loop {
        let head = city.json(&["log", "head"]);
        if head["seal"]["size"] == head["size"] {
            break;
        }
        assert!(began.elapsed() < Duration::from_secs(60), "not sealed: {head}");
        std::thread::sleep(Duration::from_millis(100));
    }
    drop(server);
    city
}

fn hash(json: &Json) -> Hash {
    let hex = json.as_str().expect("a hash");
    let bytes: Vec<u8> = (0..hex.len() / 2).map(|i| u8::from_str_radix(&hex[2 * i..2 * i + 2], 16).expect("hex")).collect();
    bytes.try_into().expect("32 bytes")
}

#[test]
fn the_log_is_verified_proven_and_taken_away() {
    let city = sealed_city();
    let report = city.json(&["log", "verify"]);
    assert_eq!((&report["fine"], &report["unsealed"]), (&true.into(), &0.into()), "{report}");
    let size = report["entries"].as_u64().expect("a number");
    assert_eq!(report["versions"], size);

    let head = city.json(&["log", "head"]);
    let verifier = Verifier::parse(head["key"].as_str().expect("a key")).expect("a key");
    let checkpoint = verifier.open(head["seal"]["checkpoint"].as_str().expect("a checkpoint")).expect("signed");
    assert_eq!(checkpoint.size, size);

    let position = size / 2;
    let told = city.json(&["log", "proof", "--position", &position.to_string()]);
    assert_eq!(leaf_hash(told["leaf"].as_str().expect("a leaf").as_bytes()), hash(&told["leaf_hash"]));
    let text = city.ok(&["log", "proof", "--position", &position.to_string()]);
    let (at, proof, note) = from_text(&text).expect("a proof");
    assert_eq!((at, verifier.open(note)), (position, Ok(checkpoint.clone())));
    assert!(verify_inclusion(&hash(&told["leaf_hash"]), at, size, &proof, &checkpoint.root));

    let told: Json = serde_json::from_str(&city.ok(&["log", "proof", "--consistency", "10"])).expect("JSON");
    let hashes: Vec<Hash> = told["hashes"].as_array().expect("a list").iter().map(hash).collect();
    assert!(verify_consistency(10, size, &hash(&told["first_root"]), &checkpoint.root, &hashes));

    let folder = city.path("away").display().to_string();
    city.ok(&["log", "export", "--out", &folder]);
    // A second export brings the folder up to date.
    city.ok(&["log", "export", "--out", &folder]);
    let read = |name: &str| std::fs::read(city.path("away").join(name)).unwrap_or_else(|e| panic!("{name}: {e}"));
    let key = Verifier::parse(&String::from_utf8(read("key")).expect("text")).expect("a key");
    assert_eq!(key.open(&String::from_utf8(read("checkpoint")).expect("text")), Ok(checkpoint));
    let path = TilePath { level: Some(0), index: 0, width: size.min(256) as usize };
    let tile = tile_hashes(&read(&format!("tile/{path}"))).expect("a tile");
    let bundle = read(&format!("tile/{}", TilePath { level: None, ..path }));
    let (length, rest) = bundle.split_first_chunk::<2>().expect("a length");
    assert_eq!(leaf_hash(&rest[..usize::from(u16::from_be_bytes(*length))]), tile[0]);
}

#[test]
fn a_broken_thing_is_named_and_the_exit_code_says_so() {
    let city = sealed_city();
    let script = "import sqlite3, sys
db = sqlite3.connect(sys.argv[1])
for (name,) in db.execute(\"SELECT name FROM sqlite_master WHERE type = 'trigger'\").fetchall():
    db.execute(f'DROP TRIGGER \"{name}\"')
db.execute(\"UPDATE meydan_changeset SET person = 'X' WHERE first_position = 0\")
db.commit()";
    let done = std::process::Command::new("python3")
        .args(["-c", script, &city.store])
        .status()
        .expect("python3 is needed for this test");
    assert!(done.success());
    let output = city.run(&["--json", "log", "verify"]);
    assert_eq!(output.status.code(), Some(1));
    let report: Json = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!((&report["first"]["kind"], &report["first"]["position"]), (&"entry-changed".into(), &0.into()), "{report}");
    let output = city.run(&["log", "verify"]);
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(text.contains("✗ First broken thing: a log entry is not the one that was sealed (position 0, register "), "{text}");
}

#[test]
fn another_key_is_not_taken() {
    let city = sealed_city();
    let other = meydan_kernel::log::note::SealKey::from_seed([1; 32]).verifier().to_string();
    let output = city.run(&["--json", "log", "verify", "--key", &other]);
    assert_eq!(output.status.code(), Some(1));
    let report: Json = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!(report["first"]["kind"], "seal-signature");
    assert_eq!(city.run(&["log", "verify", "--key", "nonsense"]).status.code(), Some(1));
    assert_eq!(city.run(&["log", "proof", "--position", "999999999"]).status.code(), Some(1));
}
