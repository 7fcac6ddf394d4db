//! What every reader offers, and the one door that finds the right reader for a file.

use crate::{Crs, Error, Result, archive::Archive, csv, dxf, flatgeobuf, geojson, geopackage, gml, kml, shapefile, xlsx};
use meydan_geo::feature::{Column, Feature};
use std::{fs::File, io::Read, path::Path};

/// Limit: columns of one source.
pub const MAX_COLUMNS: usize = 2_000;
/// Limit: bytes of one text value.
pub const MAX_TEXT_BYTES: usize = 16 << 20;

/// A file format.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// OGC GeoPackage 1.0–1.4.
    GeoPackage,
    /// GeoJSON FeatureCollection (RFC 7946, and GeoJSON 2008's `crs`).
    GeoJson,
    /// GeoJSON text sequence (RFC 8142) or newline-delimited.
    GeoJsonSeq,
    /// Delimited text.
    Csv,
    /// Zipped Shapefile.
    Shapefile,
    /// FlatGeobuf 3.
    FlatGeobuf,
    /// Excel workbook.
    Xlsx,
    /// KML 2.2; KMZ for reading.
    Kml,
    /// GML 3.2 simple features; 3.1 and 2 for reading.
    Gml,
    /// AutoCAD DXF, text: read only.
    Dxf,
    /// OpenStreetMap PBF: read by a mapping only ([`crate::osm`]).
    OsmPbf,
}

impl Format {
    /// The word of the command line and the usual file ending.
    pub const fn word(self) -> &'static str {
        match self {
            Self::GeoPackage => "gpkg",
            Self::GeoJson => "geojson",
            Self::GeoJsonSeq => "geojsons",
            Self::Csv => "csv",
            Self::Shapefile => "shp.zip",
            Self::FlatGeobuf => "fgb",
            Self::Xlsx => "xlsx",
            Self::Kml => "kml",
            Self::Gml => "gml",
            Self::Dxf => "dxf",
            Self::OsmPbf => "osm.pbf",
        }
    }

    /// The media type for HTTP.
    pub const fn media_type(self) -> &'static str {
        match self {
            Self::GeoPackage => "application/geopackage+sqlite3",
            Self::GeoJson => "application/geo+json",
            Self::GeoJsonSeq => "application/geo+json-seq",
            Self::Csv => "text/csv; charset=utf-8",
            Self::Shapefile => "application/zip",
            Self::FlatGeobuf => "application/flatgeobuf",
            Self::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            Self::Kml => "application/vnd.google-earth.kml+xml",
            Self::Gml => "application/gml+xml;version=3.2",
            Self::Dxf => "image/vnd.dxf",
            Self::OsmPbf => "application/vnd.openstreetmap.data+pbf",
        }
    }

    /// The format that a file name's ending stands for.
    pub fn from_name(path: &Path) -> Option<Self> {
        let name = path.file_name()?.to_string_lossy().to_lowercase();
        let ending = name.rsplit('.').next()?;
        Some(match ending {
            "gpkg" => Self::GeoPackage,
            "geojson" | "json" => Self::GeoJson,
            "geojsons" | "geojsonl" | "ndjson" | "jsonl" | "geojsonseq" => Self::GeoJsonSeq,
            "csv" | "tsv" | "txt" => Self::Csv,
            "zip" | "shz" | "shp" => Self::Shapefile,
            "fgb" => Self::FlatGeobuf,
            "xlsx" | "xlsm" => Self::Xlsx,
            "kml" | "kmz" => Self::Kml,
            "gml" | "xml" => Self::Gml,
            "dxf" => Self::Dxf,
            "pbf" => Self::OsmPbf,
            _ => return None,
        })
    }
}

/// One layer of a source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Layer {
    /// Name.
    pub name: String,
    /// How many features it is said to hold.
    pub count: Option<u64>,
}

/// How to read.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// Which layer, where there are several; the only one otherwise.
    pub layer: Option<String>,
    /// For delimited text.
    pub csv: csv::Options,
}

/// A stream of features with its description. Iterating yields features and row faults; after a fault that is not of one row
/// ([`Error::row_number`] is `None`) the stream is at its end.
pub trait Reader: Iterator<Item = Result<Feature>> + Send {
    /// The format found.
    fn format(&self) -> Format;
    /// The columns, in the order of each feature's values.
    fn columns(&self) -> &[Column];
    /// The CRS of the coordinates; their order is always east (x, longitude), north (y, latitude).
    fn crs(&self) -> &Crs;
    /// True if features can have a geometry.
    fn has_geometry(&self) -> bool;
    /// All layers of the source.
    fn layers(&self) -> Vec<Layer>;
    /// About how many features there are, for progress.
    fn estimate(&self) -> Option<u64>;
    /// Goes back to the first feature.
    ///
    /// # Errors
    /// If the file can't be read again.
    fn rewind(&mut self) -> Result<()>;
}

/// Opens a file with the reader that its content asks for (its name decides only between text formats).
///
/// # Errors
/// `unknown-format` if no reader knows it; else those of the reader.
pub fn open(path: &Path, options: &Options) -> Result<Box<dyn Reader>> {
    Ok(match detect(path)? {
        Format::GeoPackage => Box::new(geopackage::Reader::open(path, options)?),
        Format::GeoJson | Format::GeoJsonSeq => Box::new(geojson::Reader::open(path)?),
        Format::Csv => Box::new(csv::Reader::open(path, &options.csv)?),
        Format::Shapefile => Box::new(shapefile::Reader::open(path, options)?),
        Format::FlatGeobuf => Box::new(flatgeobuf::Reader::open(path)?),
        Format::Xlsx => Box::new(xlsx::Reader::open(path, options)?),
        Format::Kml => Box::new(kml::Reader::open(path)?),
        Format::Gml => Box::new(gml::Reader::open(path, options)?),
        Format::Dxf => Box::new(dxf::Reader::open(path, options)?),
        Format::OsmPbf => return Err(osm_needs_a_mapping()),
    })
}

/// Which format a file has, by its first bytes, then by its name.
///
/// # Errors
/// `no-such-file`, `empty-file`, `wrong-format`, `unknown-format`; `Io` if it can't be opened.
pub fn detect(path: &Path) -> Result<Format> {
    let mut head = Vec::new();
    let file = File::open(path).map_err(|e| match e.kind() {
        std::io::ErrorKind::NotFound => Error::file(
            "no-such-file",
            format!("“{}” adında bir dosya yok.", path.display()),
            format!("There is no file “{}”.", path.display()),
        ),
        _ => Error::Io(e),
    })?;
    file.take(512).read_to_end(&mut head)?;
    let by_name = Format::from_name(path);
    if head.is_empty() {
        return Err(Error::file("empty-file", "Dosya boş.", "The file is empty."));
    }
    if head.starts_with(b"SQLite format 3\0") {
        return Ok(Format::GeoPackage);
    }
    if head.starts_with(b"PK\x03\x04") || head.starts_with(b"PK\x05\x06") {
        return zipped(path);
    }
    if head.starts_with(b"fgb") && head.get(4..7) == Some(b"fgb") {
        return Ok(Format::FlatGeobuf);
    }
    // The length of the first blob's head, then its first field: the kind.
    if head.get(4..15) == Some(b"\x0a\x09OSMHeader") {
        return Ok(Format::OsmPbf);
    }
    if head.starts_with(&[0, 0, 0x27, 0x0a]) && by_name == Some(Format::Shapefile) {
        return Ok(Format::Shapefile);
    }
    let text = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&head);
    let first = text.iter().find(|b| !b.is_ascii_whitespace()).copied();
    match (first, by_name) {
        (Some(b'<'), _) => markup(path),
        (_, Some(Format::Gml | Format::Kml)) if text.starts_with(b"\xff\xfe") || text.starts_with(b"\xfe\xff") => markup(path),
        (Some(0x1e), _) => Ok(Format::GeoJsonSeq),
        (Some(b'{'), Some(Format::Csv)) => Ok(Format::GeoJson),
        (Some(b'{'), Some(Format::GeoJsonSeq)) => Ok(Format::GeoJsonSeq),
        (Some(b'{'), _) => Ok(Format::GeoJson),
        (_, Some(Format::Csv)) => Ok(Format::Csv),
        // Every drawing begins with a group code; the reader says if it does not.
        (_, Some(Format::Dxf)) => Ok(Format::Dxf),
        (_, Some(named)) => Err(Error::file(
            "wrong-format",
            format!("Dosyanın adı “.{}” diyor ama içeriği bu biçimde değil.", named.word()),
            format!("The file's name says “.{}” but its content is not of that format.", named.word()),
        )),
        (_, None) => Err(Error::file(
            "unknown-format",
            "Dosya biçimi tanınmadı: GeoPackage, GeoJSON, CSV, Excel (xlsx), zip içinde Shapefile, FlatGeobuf, KML, GML ya da DXF olmalı.",
            "The file's format is not known: it must be GeoPackage, GeoJSON, CSV, Excel (xlsx), a zipped Shapefile, FlatGeobuf, KML, GML or DXF.",
        )),
    }
}

/// Which format an archive is of, by the names of its parts.
fn zipped(path: &Path) -> Result<Format> {
    let archive = Archive::open(File::open(path)?)?;
    let any = |is: &dyn Fn(&str) -> bool| archive.names().any(|(_, name)| is(&name.to_lowercase()));
    Ok(if any(&|name| name == "xl/workbook.xml") {
        Format::Xlsx
    } else if any(&|name| name.ends_with(".kml")) && !any(&|name| name.ends_with(".shp")) {
        Format::Kml
    } else {
        Format::Shapefile
    })
}

/// Which format XML is of, by its root.
fn markup(path: &Path) -> Result<Format> {
    let mut xml = crate::xml::Xml::new(File::open(path)?)?;
    while let Some(step) = xml.next()? {
        if let crate::xml::Step::Open(element) = step {
            return Ok(if element.name == "kml" { Format::Kml } else { Format::Gml });
        }
    }
    Err(Error::file("truncated", "XML dosyası yarıda kesilmiş.", "The XML file is cut off."))
}

fn osm_needs_a_mapping() -> Error {
    Error::file(
        "osm-needs-mapping",
        "OSM dosyası bir eşlemeyle yüklenir: meydan import osm DOSYA.",
        "An OSM file is loaded by a mapping: meydan import osm FILE.",
    )
}

/// Chooses a layer by name, or the only one.
pub(crate) fn choose_layer<'a>(layers: &'a [Layer], wanted: Option<&str>) -> Result<&'a Layer> {
    let names = || layers.iter().map(|l| l.name.as_str()).collect::<Vec<_>>().join(", ");
    match (wanted, layers) {
        (_, []) => Err(Error::file("no-layer", "Dosyada katman yok.", "The file has no layer.")),
        (None, [only]) => Ok(only),
        (None, _) => Err(Error::file(
            "choose-layer",
            format!("Dosyada birden çok katman var; birini --layer ile seçin: {}", names()),
            format!("The file has several layers; choose one with --layer: {}", names()),
        )),
        (Some(name), _) => layers.iter().find(|l| l.name == name).ok_or_else(|| {
            Error::file(
                "no-such-layer",
                format!("“{name}” adında bir katman yok. Olanlar: {}", names()),
                format!("There is no layer named “{name}”. There are: {}", names()),
            )
        }),
    }
}

/// True if nothing comes after this step of a stream: it is its end, or an error that names no row (the rest can't be read).
pub(crate) fn is_last(step: Option<&Result<Feature>>) -> bool {
    match step {
        None => true,
        Some(Err(error)) => error.row_number().is_none(),
        Some(Ok(_)) => false,
    }
}
