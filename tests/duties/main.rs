//! The regulation as a test plan: one file per article, one test or more per duty, each through a real face on a real store.

// A test that can't go on should stop where it stands, its helping functions too.
#![allow(clippy::unwrap_used)]

#[path = "../harness/mod.rs"]
mod harness;
#[path = "../../crates/store/tests/pg_server/mod.rs"]
#[allow(dead_code)]
mod pg_server;

mod m06_department;
mod m07_department;
mod m07_privacy;
mod m07_security;
mod m08_requests;
mod m09_gis_branch;
mod m09_requests;
mod m10_units;
mod m11_systems_branch;
mod m13_communication;
mod m15_software_branch;
mod m18_staff;
mod sample;
mod trabzon;
