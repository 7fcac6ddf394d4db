//! Pure functions over geometry. This crate knows no other crate of the house and does no I/O.
//!
//! Coordinates are longitude, latitude in degrees (ITRF96 / WGS 84, OGC:CRS84) unless a name says otherwise.

pub mod bbox;
pub mod crs;
mod edges;
pub mod feature;
pub mod geojson;
pub mod gpkg;
pub mod measure;
pub mod parts;
pub mod predicates;
pub mod relate;
pub mod repair;
pub mod tiles;
pub mod validity;
pub mod wkb;

pub use bbox::Bbox;
pub use crs::Crs;
pub use wkb::{GeometryType, Wkb, WkbError};
