//! The sample city with its organisation, and the people of it whom the tests name.

use crate::{harness::City, pg_server};
use std::sync::OnceLock;

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
/// Takes requests at Alo 153 (BIDB-IKS-153).
pub const AGENT: &str = "merve.tunc";
/// Sees to information requests (BIDB-IKS).
pub const OFFICER: &str = "nihal.ersoy";
/// Manager of the roads branch (FIB-YB), its chief and one of its field team.
pub const ROADS_MANAGER: &str = "kadir.bozkurt";
pub const ROADS_CHIEF: &str = "songul.tekin";
pub const ROADS_TEAM: &str = "yakup.aksoy";

/// Doors of the city: few, as the tests are about people.
const DOORS: &str = "300";

/// The sample is made once in a run; each test has a copy of its own.
pub fn embedded() -> City {
    static MADE: OnceLock<Vec<(String, Vec<u8>)>> = OnceLock::new();
    let files = MADE.get_or_init(|| {
        let city = City::embedded();
        city.ok(&["demo", "--doors", DOORS]);
        city.files()
    });
    City::of_files(files)
}

pub fn in_database() -> City {
    let city = City::in_database(&pg_server::shared().database());
    city.ok(&["demo", "--doors", DOORS]);
    city
}
