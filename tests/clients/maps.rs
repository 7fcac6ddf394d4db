//! WMS and WMTS, read by GDAL and OWSLib.

use crate::{embedded, script};

#[test]
fn duty_9_ç_the_older_map_services_are_read_by_gdal_and_owslib() {
    script("maps.py", &[&embedded().serve().url]);
}
