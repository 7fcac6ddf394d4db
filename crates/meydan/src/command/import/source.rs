//! A file's reader as the import's source.

use meydan_formats::{Crs, Error as FormatError, Reader};
use meydan_geo::feature::{Column, Feature};
use meydan_kernel::{
    Bilingual, Error, Kind,
    exchange::{Source, SourceCrs, SourceFault},
};

/// A file.
pub struct FileSource(Box<dyn Reader>);

impl FileSource {
    /// Over an opened reader.
    pub fn new(reader: Box<dyn Reader>) -> Self {
        Self(reader)
    }
}

impl Source for FileSource {
    fn columns(&self) -> &[Column] {
        self.0.columns()
    }

    fn crs(&self) -> SourceCrs {
        match self.0.crs() {
            Crs::Epsg(code) => SourceCrs::Epsg(*code),
            Crs::Unknown => SourceCrs::Unknown,
            Crs::Other(name) => SourceCrs::Other(name.clone()),
        }
    }

    fn has_geometry(&self) -> bool {
        self.0.has_geometry()
    }

    fn estimate(&self) -> Option<u64> {
        self.0.estimate()
    }

    fn next(&mut self) -> Option<Result<Feature, SourceFault>> {
        self.0.next().map(|r| r.map_err(fault))
    }

    fn rewind(&mut self) -> Result<(), SourceFault> {
        self.0.rewind().map_err(fault)
    }
}

fn fault(error: FormatError) -> SourceFault {
    SourceFault { row: error.row_number(), code: error.code(), message: Bilingual::new(error.tr(), error.en()) }
}

/// A format's error as the house's.
pub fn error(error: FormatError) -> Error {
    match &error {
        FormatError::Io(_) => Error::new(Kind::Unavailable, "io", error.tr(), error.en()),
        FormatError::Row { row, .. } => {
            Error::invalid(error.code(), format!("{row}. satır: {}", error.tr()), format!("Row {row}: {}", error.en()))
        }
        FormatError::File { .. } => Error::invalid(error.code(), error.tr(), error.en()),
    }
}
