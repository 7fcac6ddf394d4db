//! GeoJSON (RFC 7946), its text sequences (RFC 8142) and newline-delimited files. The `crs` member of GeoJSON 2008 is honoured.
//!
//! Reading is streaming: a file of any size is never in memory, one feature is.

mod feature;
mod read;
mod scan;
mod write;

pub use read::Reader;
pub use write::Writer;
pub(crate) use write::is_multi_of;
