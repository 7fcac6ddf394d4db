//! Delimited text as Turkish offices make it: any of four delimiters, UTF-8, UTF-16 or windows-1254, geometry as WKT or as
//! two columns of coordinates. Values stay text here; numbers and dates are read when they meet a field's type.

pub(crate) mod columns;
mod encoding;
mod read;
mod sniff;
mod write;

pub use read::Reader;
pub use write::Writer;

/// How to read delimited text; what is `None` is found out.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// Delimiter.
    pub delimiter: Option<u8>,
    /// Encoding by its WHATWG label, e.g. `windows-1254`.
    pub encoding: Option<String>,
    /// Column of the longitude or easting.
    pub x: Option<String>,
    /// Column of the latitude or northing.
    pub y: Option<String>,
    /// Column of WKT.
    pub wkt: Option<String>,
    /// Read no geometry even if columns look like one.
    pub no_geometry: bool,
}
