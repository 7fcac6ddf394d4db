//! OWSLib, the client of many Python programs.

use crate::{embedded, in_database, script};

/// The GIS expert of the sample city.
const EXPERT: &str = "elif.simsek";

#[test]
fn duty_9_g_owslib_reads_and_edits_the_service() {
    let city = embedded();
    let server = city.serve();
    script("owslib_reads.py", &[&server.url]);
    script("owslib_edits.py", &[&server.url, &city.token_of(EXPERT)]);
}

#[test]
fn duty_9_g_owslib_reads_the_service_on_postgresql() {
    script("owslib_reads.py", &[&in_database().serve().url]);
}
