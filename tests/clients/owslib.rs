//! OWSLib, the client of many Python programs.

use crate::{embedded, in_database, script};

#[test]
fn duty_9_g_owslib_reads_the_service() {
    script("owslib_reads.py", &[&embedded().serve().url]);
}

#[test]
fn duty_9_g_owslib_reads_the_service_on_postgresql() {
    script("owslib_reads.py", &[&in_database().serve().url]);
}
