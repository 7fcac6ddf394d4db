//! Schemathesis: thousands of requests made from our own OpenAPI document, each answer held against it.

use crate::{
    embedded,
    harness::{City, tests_folder},
    in_database,
};
use std::process::Command;

/// Made up per operation, besides those of the coverage phase.
const EXAMPLES: &str = "10";
/// A page token and a filter are text of a kind that a schema can't tell; a limit above the greatest is the greatest
/// (OGC 17-069r4, /req/core/fc-limit-response-1).
const NOT_ASKED: &str = "positive_data_acceptance,negative_data_rejection";
/// Ids that exist: with made-up ones a single feature is hardly ever met.
const REAL_IDS: &str = "[parameters]\n\"path.featureId\" = \"1\"\n\"path.register\" = \"building\"\n";

/// Collections are one handler each way: every corner of every parameter is tried on four of different shapes, made-up requests on
/// all (the corners of all take five minutes).
const OTHER_COLLECTIONS: &str = "^/collections/(?!(building|park|request|person)(/|$))[a-z_]+";

/// Editing is one handler for all collections as well, and so are versions and changes: of few is enough.
const OTHER_EDITING: &str =
    "^(createFeature|replaceFeature|updateFeature|deleteFeature|getVersions|getChanges)\\.(?!(building|park|person)$)";

/// Who asks.
#[derive(Clone, Copy)]
enum Who {
    Nobody,
    Administrator,
}

/// Deterministic: every run asks the same.
fn holds_what_it_says(city: &City, who: Who, phases: &str, left_out: Option<&str>) {
    let server = city.serve();
    let authorization = match who {
        Who::Nobody => None,
        Who::Administrator => server.authorization().map(|value| format!("Authorization: {value}")),
    };
    let output = Command::new(tests_folder().join(".venv/bin/schemathesis"))
        .args(["run", &format!("{}/ogc/api", server.url), "--no-color", "--continue-on-failure", "--generation-deterministic"])
        .args(["--phases", phases, "--max-examples", EXAMPLES, "--exclude-checks", NOT_ASKED])
        // Two of these would leave out only what both name.
        .args(left_out.map_or(["--exclude-operation-id-regex", OTHER_EDITING], |paths| ["--exclude-path-regex", paths]))
        .args(authorization.iter().flat_map(|header| ["-H", header]))
        .current_dir(city.folder.path())
        .output()
        .expect("schemathesis runs");
    let told = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{told}{}", String::from_utf8_lossy(&output.stderr));
    assert!(told.contains("Test cases:") && !told.contains("ERRORS"), "{told}");
    drop(server);
    city.ok(&["log", "verify"]);
}

#[test]
fn duty_9_g_the_service_keeps_to_its_own_description() {
    holds_what_it_says(&embedded(), Who::Administrator, "examples,fuzzing", None);
}

#[test]
fn duty_9_g_the_service_keeps_to_its_own_description_at_every_corner() {
    holds_what_it_says(&embedded(), Who::Administrator, "coverage", Some(OTHER_COLLECTIONS));
}

#[test]
fn duty_9_g_the_service_keeps_to_its_own_description_for_who_is_not_logged_in() {
    holds_what_it_says(&embedded(), Who::Nobody, "examples,fuzzing", None);
}

#[test]
fn duty_9_g_the_service_keeps_to_its_own_description_on_postgresql() {
    let city = in_database();
    std::fs::write(city.path("schemathesis.toml"), REAL_IDS).expect("written");
    holds_what_it_says(&city, Who::Administrator, "examples,fuzzing", None);
}
