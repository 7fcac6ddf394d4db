//! The command line as a person and as a program use it: what it takes, what it refuses, what it says, and what it leaves behind.

// A test that can't go on should stop where it stands, its helping functions too.
#![allow(clippy::unwrap_used)]

#[path = "../harness/mod.rs"]
mod harness;
#[path = "../../crates/store/tests/pg_server/mod.rs"]
#[allow(dead_code)]
mod pg_server;

mod bad_input;
mod cimer;
mod definitions;
mod deliveries;
mod demo;
mod health;
mod parks;
mod people;
mod safekeeping;
mod words;
