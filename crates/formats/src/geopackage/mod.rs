//! OGC GeoPackage: any 1.0–1.4 file is read; 1.4 with an R-tree is written.

mod blob;
mod read;
mod schema;
mod write;

pub use read::Reader;
pub use write::Writer;
