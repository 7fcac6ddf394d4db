//! What every writer takes, and the one door that makes the writer for a format.

use crate::{Crs, Error, Format, Result, csv, flatgeobuf, geojson, geopackage, gml, kml, shapefile, xlsx};
use meydan_geo::{GeometryType, feature::Feature};
use std::{fs::File, io::BufWriter, path::Path};

/// Type of a column that is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// True or false.
    Bool,
    /// Whole number, 64 bit.
    Int,
    /// Number, 64 bit.
    Real,
    /// Text.
    Text,
    /// Calendar day.
    Date,
    /// Instant.
    Timestamp,
}

/// A column that is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutColumn {
    /// Name.
    pub name: String,
    /// Type.
    pub kind: Kind,
}

/// What a layer is like, told to a writer before its first feature.
#[derive(Debug, Clone)]
pub struct Layout {
    /// Name of the layer.
    pub layer: String,
    /// Columns, in the order of each feature's values.
    pub columns: Vec<OutColumn>,
    /// Type of the geometries; `None` if there are none. A single geometry in a multi layer is written as a multi of one.
    pub geometry: Option<GeometryType>,
    /// CRS of the coordinates (order: east, north).
    pub crs: Crs,
}

/// A writer: features in, in the layout's order, then `finish`.
pub trait Writer: Send {
    /// Writes one feature.
    ///
    /// # Errors
    /// If the disk fails or the feature does not fit the layout.
    fn write(&mut self, feature: &Feature) -> Result<()>;

    /// Writes what stands at the end of the file. A file without it is not whole.
    ///
    /// # Errors
    /// If the disk fails.
    fn finish(self: Box<Self>) -> Result<()>;
}

/// Makes a new file of a format. A file that is there already is refused, not overwritten.
///
/// # Errors
/// `file-exists`; `Io`; those of the format.
pub fn create(path: &Path, format: Format, layout: Layout) -> Result<Box<dyn Writer>> {
    if path.exists() {
        return Err(Error::file(
            "file-exists",
            format!("“{}” zaten var; üzerine yazılmadı.", path.display()),
            format!("“{}” exists already; it was not overwritten.", path.display()),
        ));
    }
    let file = || -> Result<_> { Ok(BufWriter::with_capacity(1 << 18, File::create_new(path)?)) };
    let writer = || -> Result<Box<dyn Writer>> {
        Ok(match format {
            Format::GeoPackage => Box::new(geopackage::Writer::create(path, layout)?),
            Format::GeoJson => Box::new(geojson::Writer::collection(file()?, layout)?),
            Format::GeoJsonSeq => Box::new(geojson::Writer::sequence(file()?, layout)?),
            Format::Csv => Box::new(csv::Writer::new(file()?, layout)?),
            Format::Shapefile => Box::new(shapefile::Writer::new(file()?, layout)?),
            Format::FlatGeobuf => Box::new(flatgeobuf::Writer::new(file()?, layout)?),
            Format::Xlsx => Box::new(xlsx::Writer::new(file()?, layout)?),
            Format::Kml => Box::new(kml::Writer::new(file()?, layout)?),
            Format::Gml => Box::new(gml::Writer::new(file()?, layout)?),
            Format::Dxf | Format::OsmPbf => return Err(not_written(format)),
        })
    };
    let made = writer();
    if made.is_err() {
        // What can't be written leaves no empty file behind.
        let _ = std::fs::remove_file(path);
    }
    made
}

fn not_written(format: Format) -> Error {
    Error::file(
        "read-only-format",
        format!("“{}” biçimi yalnızca okunur.", format.word()),
        format!("The format “{}” is only read.", format.word()),
    )
}
