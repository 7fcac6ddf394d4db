//! GML 3.2 (OGC 07-036r1) of simple features (SF-0 and what of SF-1 a table holds; OGC 10-100r3), and 3.1 and 2 for reading.
//!
//! The order of coordinates goes by the `srsName`: a URN or URI means the definition's own order (EPSG:4326 and TUREF/TM have the
//! north first), the old short spellings `EPSG:5257` and `…/epsg.xml#5257` mean east first. Arcs are refused, not guessed.

mod geometry;
mod read;
mod write;

pub use read::Reader;
pub use write::Writer;
