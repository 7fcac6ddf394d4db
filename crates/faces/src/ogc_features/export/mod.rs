//! A selection of a collection whole, as a file, in bounded memory, whatever its size.

mod file;
mod rows;
mod text;

use super::ask::Ask;
use crate::{
    App, Caller, Problem,
    ogc_common::{link, params::Params},
    problem,
};
use axum::{
    extract::{Path, State},
    http::{HeaderValue, Uri, header},
    response::{IntoResponse, Response},
};
use meydan_kernel::{Error, Register, Result};
use std::sync::Arc;

pub use file::MAX_FILES;

/// A format of exports.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Format {
    /// Name in the path.
    pub name: &'static str,
    /// Media type.
    pub media_type: &'static str,
    /// What the file's name ends with.
    pub extension: &'static str,
    content: Content,
}

/// How the bytes come to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Content {
    Collection,
    Sequence,
    Csv,
    File(meydan_formats::Format),
}

const fn format(name: &'static str, media_type: &'static str, extension: &'static str, content: Content) -> Format {
    Format { name, media_type, extension, content }
}

/// All formats of exports.
const FORMATS: [Format; 9] = [
    format("geojson", link::GEOJSON, "geojson", Content::Collection),
    format("geojsonseq", "application/geo+json-seq", "geojsonl", Content::Sequence),
    format("csv", "text/csv;charset=utf-8", "csv", Content::Csv),
    format("gpkg", "application/geopackage+sqlite3", "gpkg", Content::File(meydan_formats::Format::GeoPackage)),
    format("fgb", "application/flatgeobuf", "fgb", Content::File(meydan_formats::Format::FlatGeobuf)),
    format("shp", "application/zip", "shp.zip", Content::File(meydan_formats::Format::Shapefile)),
    format("xlsx", meydan_formats::Format::Xlsx.media_type(), "xlsx", Content::File(meydan_formats::Format::Xlsx)),
    format("kml", meydan_formats::Format::Kml.media_type(), "kml", Content::File(meydan_formats::Format::Kml)),
    format("gml", meydan_formats::Format::Gml.media_type(), "gml", Content::File(meydan_formats::Format::Gml)),
];

/// Formats that can hold a register's records: those of geometries only are of no use to a register without one.
pub fn formats(register: &Register) -> impl Iterator<Item = Format> {
    let placed = register.geometry.is_some();
    FORMATS.into_iter().filter(move |format| placed || !format.is_of_geometries())
}

impl Format {
    fn is_of_geometries(self) -> bool {
        matches!(self.content, Content::File(meydan_formats::Format::FlatGeobuf | meydan_formats::Format::Shapefile))
    }
}

/// `GET /ogc/collections/{id}/export/{format}`.
pub async fn export(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path((id, format)): Path<(String, String)>,
    uri: Uri,
) -> Result<Response, Problem> {
    let definitions = app.definitions();
    let shape = definitions.shape(&id)?;
    let format = FORMATS.into_iter().find(|f| f.name == format).ok_or_else(problem::no_such_path)?;
    if format.is_of_geometries() && shape.register.geometry.is_none() {
        return Err(no_geometry().into());
    }
    let ask = Ask::read(&shape.register, Params::parse(&uri)?)?;
    let content_crs = ask.space.content_crs();
    let (length, body) = match format.content {
        Content::File(kind) => {
            let (length, body) = file::body(&app, &caller.principal, shape, ask, kind, format.extension).await?;
            (Some(length), body)
        }
        content => (None, text::body(&app, &caller.principal, Arc::clone(shape), ask, content).await?),
    };
    let mut response = body.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(format.media_type));
    headers.insert(super::items::CONTENT_CRS, content_crs);
    headers.extend(length.map(|n| (header::CONTENT_LENGTH, HeaderValue::from(n))));
    let name = format!("attachment; filename=\"{}.{}\"", shape.register.name, format.extension);
    headers.extend(HeaderValue::try_from(name).ok().map(|v| (header::CONTENT_DISPOSITION, v)));
    Ok(response)
}

fn no_geometry() -> Error {
    Error::invalid(
        "no-geometry",
        "Bu biçim geometrisi olmayan kütüğü tutmaz.",
        "This format does not hold a register without geometry.",
    )
    .hint("CSV ya da GeoPackage seçin.", "Choose CSV or GeoPackage.")
}

/// A format's error as one of the house: the disk's is ours, the rest says what the format can't hold.
fn failure(error: meydan_formats::Error) -> Error {
    match &error {
        meydan_formats::Error::Io(cause) => Error::internal(cause),
        other => Error::invalid(other.code(), other.tr(), other.en()),
    }
}
