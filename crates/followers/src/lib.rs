//! What is kept from the log and can be thrown away: the tile index and its cache, the text index.
//!
//! What this crate may never know: which store it has, which face asks.

pub mod full_text;
pub mod tiles;

pub use full_text::FullText;
pub use tiles::{Tile, Tiles};
