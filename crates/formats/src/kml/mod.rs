//! KML 2.2 (OGC 07-147r2) and, for reading, KMZ: placemarks with their extended data. Longitude and latitude always; heights,
//! styles, links and overlays are passed over.

mod read;
mod write;

pub use read::Reader;
pub use write::Writer;

pub(crate) use write::spelled;
