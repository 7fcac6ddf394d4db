//! Zipped Shapefile (ESRI white paper of 1998, dBASE III). What the format can't do, told before it is chosen: names of
//! columns have 10 plain letters, texts 254 bytes, no instants, one kind of geometry, 2 GB a file. The zip that is written
//! holds a list of the shortened names.
//!
//! The reader is our own: the records are simple, and every length in them is checked before it is believed.

mod archive;
mod dbf;
mod read;
mod rings;
mod shp;
mod write;

pub use read::Reader;
pub use write::Writer;
