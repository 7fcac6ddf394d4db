//! Names of the tables that belong to a register.

/// The R-tree of a register (GeoPackage's name for it).
pub(super) fn rtree(register: &str) -> String {
    format!("rtree_{register}_geom")
}

/// The index of a register's history by the time until which a version was current.
pub(super) fn ended_index(register: &str) -> String {
    format!("meydan_{}_to", crate::sql::names::history_of(register))
}
