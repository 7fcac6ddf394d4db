//! Maps as pictures: what lies in a view and a MapLibre style in, pixels out; or paths, for a canvas of paper.
//!
//! - [`style`]: layers of the MapLibre style specification (fill, line, circle, symbol), their expressions compiled once.
//! - [`item`]: what is drawn, in pixels of the view: from a vector tile ([`item::from_tile`]) or from WKB ([`item::from_wkb`]).
//! - [`draw()`]: draws the layers in order onto a [`Canvas`], then the labels that fit.
//! - [`Pixels`]: the canvas that becomes a PNG.
//!
//! The crate knows no kernel, store or face. Coordinates are pixels, x to the right and y downwards, at a ratio of 1; no input
//! makes it panic; what a style says that is not understood is a [`RenderError`] that names the layer.

pub mod canvas;
pub mod colour;
mod draw;
mod error;
mod expression;
pub mod item;
mod label;
mod mvt;
mod pixels;
pub mod style;
mod typeface;
mod value;

pub use canvas::{Canvas, Pen};
pub use colour::Colour;
pub use draw::{Drawing, View, draw};
pub use error::RenderError;
pub use item::{Clip, Item, Piece, Region, Shape};
pub use pixels::{MAX_SIDE, Pixels};
pub use style::Style;
pub use tiny_skia::{Path, PathBuilder};
pub use typeface::Typeface;
pub use value::Value;
