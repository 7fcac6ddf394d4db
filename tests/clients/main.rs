//! Other people's programs against a served city: what they read, decode and verify decides, not what we think of it.
//!
//! A Python script per client lies beside its Rust file, which starts the city; a script that ends well has found no difference.

#[path = "../../crates/identity/tests/directory_server/mod.rs"]
mod directory_server;
#[path = "../../crates/messages/tests/protocols/dovecot.rs"]
#[allow(dead_code)]
mod dovecot;
#[path = "../harness/mod.rs"]
mod harness;
#[path = "../../crates/identity/tests/oidc_provider/mod.rs"]
#[allow(dead_code, clippy::unwrap_used)]
mod oidc_provider;
#[path = "../../crates/messages/tests/protocols/peers.rs"]
#[allow(dead_code)]
mod peers;
#[path = "../../crates/store/tests/pg_server/mod.rs"]
#[allow(dead_code)]
mod pg_server;
#[path = "../../crates/store/tests/time_stamp_authority/mod.rs"]
#[allow(dead_code)]
mod time_stamp_authority;

mod codes;
mod dast;
mod dast_secrets;
mod gdal;
mod ldap;
mod log;
mod maps;
mod messages;
mod oidc;
mod open311;
mod osm;
mod owslib;
mod processes;
mod schemathesis;
mod tiles;
mod time_stamps;

use harness::{City, foreign, python, tests_folder};
use std::process::Command;

/// Doors of the generated city: enough for several pages of each larger collection.
const DOORS: &str = "1500";

/// An embedded sample city.
fn embedded() -> City {
    let city = City::embedded();
    city.ok(&["demo", "--doors", DOORS]);
    city
}

/// The same city in a database of its own.
fn in_database() -> City {
    let city = City::in_database(&pg_server::shared().database());
    city.ok(&["demo", "--doors", DOORS]);
    city
}

/// Runs a script of this folder, which asks as nobody in particular, to its good end; what it printed.
fn script(name: &str, arguments: &[&str]) -> String {
    foreign(&mut prepared(name, arguments))
}

/// Runs a script of this folder, which asks with a token, to its good end; what it printed.
fn script_as(token: &str, name: &str, arguments: &[&str]) -> String {
    foreign(prepared(name, arguments).env("MEYDAN_TOKEN", token))
}

fn prepared(name: &str, arguments: &[&str]) -> Command {
    let mut command = Command::new(python());
    command.arg(tests_folder().join("clients").join(name)).args(arguments).env("PYTHONDONTWRITEBYTECODE", "1");
    command
}
