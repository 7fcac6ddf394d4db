//! DXF of AutoCAD and its kin, the text form: points, lines, polylines, circles, arcs, texts, and blocks where they are inserted.
//!
//! A drawing does not say its coordinate system: a person must. Closed polylines and circles are areas. An inserted block gives a
//! point, with its attributes, and what the block is drawn of, moved to its place. Arcs become lines that keep within
//! [`ARC_TOLERANCE`] of them. What else a drawing holds (splines, hatches, dimensions) is put aside by name.

mod curve;
mod draw;
mod entity;
mod pairs;
mod read;
mod text;

pub use curve::ARC_TOLERANCE;
pub use read::Reader;
