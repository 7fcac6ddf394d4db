//! Vector tiles (Mapbox Vector Tile 2.1) from an index of our own, in the grid WebMercatorQuad (OGC 17-083r4, annex D.1).
//!
//! - [`grid`]: the tile grid as integers: one *world unit* is 1/2³² of the world's width (about 0.9 cm at the equator), so that
//!   a tile of zoom 20 is exactly 4096 units wide and every lower zoom is a shift to the right.
//! - [`index`]: the features of one layer, packed in cells, kept exact one feature at a time.
//! - [`encode`]: one layer of one tile. Geometry is snapped to the tile's grid *before* it is clipped; the rings that come
//!   out are simple and wound as the specification asks.
//! - [`generalise`]: what a tile of a low zoom leaves out, and how a tile too large is thinned until it fits.
//!
//! A tile of several layers is the plain concatenation of tiles of one layer: that is how Protocol Buffers merge.

pub mod blob;
mod clip;
mod dictionary;
mod draw;
pub mod encode;
mod fids;
pub mod generalise;
pub mod grid;
pub mod index;
mod pen;
mod repair;
mod ring;
mod values;
mod varint;

pub use encode::{Encoded, Scratch, encode};
pub use grid::{TileId, WorldBox};
pub use index::{Attribute, LayerIndex, Touched};
