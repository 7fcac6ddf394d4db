//! What the import reads from: any stream of features that can be read twice.

use crate::Bilingual;
use meydan_geo::feature::{Column, Feature};

/// The CRS of a source's coordinates, in the order east, north.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SourceCrs {
    /// An EPSG code; 4326 is longitude, latitude here.
    Epsg(u32),
    /// The source does not say.
    Unknown,
    /// The source names one that nobody knows.
    Other(String),
}

/// What is wrong with a source or one row of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceFault {
    /// The row, if only that is bad; `None` ends the stream.
    pub row: Option<u64>,
    /// Stable code.
    pub code: &'static str,
    /// The sentence.
    pub message: Bilingual,
}

/// A stream of features that can be read twice.
pub trait Source: Send {
    /// Columns, in the order of each feature's values.
    fn columns(&self) -> &[Column];
    /// CRS of the geometries.
    fn crs(&self) -> SourceCrs;
    /// True if features can have a geometry.
    fn has_geometry(&self) -> bool;
    /// About how many rows there are.
    fn estimate(&self) -> Option<u64>;
    /// The next feature; `None` at the end.
    fn next(&mut self) -> Option<Result<Feature, SourceFault>>;
    /// Back to the first feature.
    ///
    /// # Errors
    /// If it can't be read again.
    fn rewind(&mut self) -> Result<(), SourceFault>;
}
