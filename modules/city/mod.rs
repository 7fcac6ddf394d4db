//! The city's registers: the base map and what stands on it (articles 7/c, 7/l, 9/ç, 9/d, 9/f, 9/h, 9/n). See `README.md`.

pub mod demo;

/// The mapping of OpenStreetMap's tags to the registers of the city, for `meydan import osm`.
pub const OSM_MAPPING: &str = include_str!("osm.toml");
