//! Vector tiles, decoded by Mapbox's library for Python and compared with those of PostGIS.

use crate::{embedded, in_database, script};

#[test]
fn duty_7_c_tiles_of_both_stores_are_those_that_postgis_makes() {
    let (file, database) = (embedded(), in_database());
    let (one, other) = (file.serve(), database.serve());
    script("tiles.py", &[&one.url, &other.url, &database.store]);
}
