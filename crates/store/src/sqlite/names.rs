//! Names of the tables that belong to a register.

/// The R-tree of a register (GeoPackage's name for it).
pub(super) fn rtree(register: &str) -> String {
    format!("rtree_{register}_geom")
}
