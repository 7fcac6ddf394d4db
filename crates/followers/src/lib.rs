//! What is kept from the log and can be thrown away: the tile index and its cache.
//!
//! What this crate may never know: which store it has, which face asks.

pub mod tiles;

pub use tiles::{Tile, Tiles};
