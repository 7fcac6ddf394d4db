//! The sample city with its organisation, and the people of it whom the tests name.

use crate::{harness::City, pg_server};

/// Head of the department (BIDB).
pub const HEAD: &str = "ibrahim.karadag";
/// Manager of the smart cities branch (BIDB-AKS); her deputy these days is [`DEPUTY`].
pub const MANAGER: &str = "aylin.erdem";
/// Chief of the GIS office (BIDB-AKS-CBS).
pub const DEPUTY: &str = "emre.yildirim";
/// Manager of the electronic systems branch (BIDB-ESD).
pub const OTHER_MANAGER: &str = "murat.gungor";
/// Chief of the networks office (BIDB-ESD-AG).
pub const OTHER_CHIEF: &str = "hakan.soylu";
/// On the staff of that office.
pub const NETWORK_STAFF: &str = "kerem.altun";
/// GIS expert; she came from the branch that closed.
pub const GIS_EXPERT: &str = "zeynep.uzun";
/// Keeps the records of persons and their posts.
pub const PERSONNEL: &str = "gulsum.yaman";
/// Data officer of the first district municipality.
pub const DISTRICT_OFFICER: &str = "leyla.baris";
/// Reads everything that was done.
pub const AUDITOR: &str = "vedat.celebi";

/// Doors of the city: few, as the tests are about people.
const DOORS: &str = "300";

pub fn embedded() -> City {
    let city = City::embedded();
    city.ok(&["demo", "--doors", DOORS]);
    city
}

pub fn in_database() -> City {
    let city = City::in_database(&pg_server::shared().database());
    city.ok(&["demo", "--doors", DOORS]);
    city
}
