//! One folder per file format: read a stream of features, write a stream of features.
//!
//! This crate knows no register and no catalogue. A reader gives columns, CRS and features one after another in bounded
//! memory, whatever the file claims; a writer takes a layout and features. Limits are named constants beside what they limit.
//! [`media`] stands apart: what a citizen's photo, recording or document is, and a photo without what it tells.

mod archive;
pub mod crs;
pub mod csv;
pub mod dxf;
pub mod error;
pub mod flatgeobuf;
mod form;
pub mod geojson;
pub mod geopackage;
pub mod gml;
pub mod kml;
pub mod media;
mod names;
pub mod osm;
pub mod reader;
mod shape;
pub mod shapefile;
pub mod wkt;
pub mod writer;
pub mod xlsx;
mod xml;

pub use crs::Crs;
pub use error::{Error, Result};
pub use reader::{Format, Layer, Options, Reader, open};
pub use writer::{Kind, Layout, OutColumn, Writer, create};
