//! Geometry as GeoJSON text (RFC 7946) straight from WKB, and back.
//!
//! The writer makes no intermediate value: it is the hot path of every list of features.

mod number;
mod read;
mod write;

pub use read::{ReadError, read};
pub use write::{NotFinite, write, write_mapped};

#[cfg(test)]
mod tests;
