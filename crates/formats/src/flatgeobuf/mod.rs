//! FlatGeobuf 3. Reading is our own loop over checked buffers: the crate's reader trusts the lengths in a file.

mod geometry;
mod read;
mod write;

pub use read::Reader;
pub use write::Writer;
