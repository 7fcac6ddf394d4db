//! Every route of the API × every kind of caller, made from the OpenAPI document: what comes back is held against a table that is made
//! from the definition files here, and against the records as the machine's operator exports them. Neither comes from the server.

#[path = "../harness/mod.rs"]
mod harness;
#[path = "../../crates/store/tests/pg_server/mod.rs"]
#[allow(dead_code)]
mod pg_server;

mod asked;
mod callers;
mod grants;
mod leaks;
mod operations;
mod router;
mod truth;
mod writes;

use harness::City;

/// Doors of the sample city: few, as every route is asked by everybody.
const DOORS: &str = "60";

fn embedded() -> City {
    let city = City::embedded();
    city.ok(&["demo", "--doors", DOORS]);
    city
}

fn in_database() -> City {
    let city = City::in_database(&pg_server::shared().database());
    city.ok(&["demo", "--doors", DOORS]);
    city
}
