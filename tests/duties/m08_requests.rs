//! Article 8/ç: applications from every channel are answered inside of their terms, and nobody can let one pass unseen.

use crate::{
    harness::{foreign, python, shared, tests_folder},
    sample,
};
use std::process::Command;

/// Of Baltimore's 10,000 requests every so-manieth is replayed in a run of all tests, and all that are marked as duplicates;
/// `MEYDAN_REPLAY_EVERY=1` replays them all.
const EVERY: &str = "6";

#[test]
fn duty_8_ç_real_requests_replayed_with_their_own_dates_keep_their_clocks() {
    let city = sample::embedded();
    let server = city.serve();
    let every = std::env::var("MEYDAN_REPLAY_EVERY").unwrap_or_else(|_| EVERY.to_owned());
    let told = foreign(
        Command::new(python())
            .arg(tests_folder().join("clients/replay.py"))
            .args([&server.url, &server.authorization().expect("a token")])
            .arg(shared("data/04-requests/baltimore_311.csv"))
            .arg(shared("data/08-reference-tr/tr_holidays_2015_2035_pypi_holidays.csv"))
            .arg(every),
    );
    println!("{told}");
    drop(server);
    city.ok(&["log", "verify"]);
}
