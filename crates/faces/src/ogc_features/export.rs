//! A selection of a collection whole, as a file: streamed in bounded memory, whatever its size.

use super::{ask::Ask, space::Space, write};
use crate::{
    App, Problem,
    definitions::Shape,
    ogc_common::{link, params::Params},
    problem,
};
use axum::{
    body::Body,
    extract::{Path, State},
    http::{HeaderValue, Uri, header},
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use futures::{StreamExt, stream};
use meydan_kernel::{Record, Result};
use std::sync::Arc;

/// A format of exports.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Format {
    /// Name in the path.
    pub name: &'static str,
    /// Media type.
    pub media_type: &'static str,
    /// What the file's name ends with.
    pub extension: &'static str,
}

/// All formats of exports.
pub const FORMATS: [Format; 2] = [
    Format { name: "geojson", media_type: link::GEOJSON, extension: "geojson" },
    Format { name: "geojsonseq", media_type: "application/geo+json-seq", extension: "geojsonl" },
];

/// `GET /ogc/collections/{id}/export/{format}`.
pub async fn export(
    State(app): State<Arc<App>>,
    Path((id, format)): Path<(String, String)>,
    uri: Uri,
) -> Result<Response, Problem> {
    let definitions = app.definitions();
    let shape = definitions.shape(&id)?;
    let format = FORMATS.into_iter().find(|f| f.name == format).ok_or_else(problem::no_such_path)?;
    let ask = Ask::read(&shape.register, Params::parse(&uri)?)?;
    let body = text(&app, Arc::clone(shape), ask.clone(), format.name == "geojsonseq");
    let mut response = body.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(format.media_type));
    headers.insert(super::items::CONTENT_CRS, ask.space.content_crs());
    let name = format!("attachment; filename=\"{}.{}\"", shape.register.name, format.extension);
    headers.extend(HeaderValue::try_from(name).ok().map(|v| (header::CONTENT_DISPOSITION, v)));
    Ok(response)
}

/// GeoJSON as text: one collection, or a sequence of features, one a line (RFC 8142 without the record separators, as GDAL
/// writes and everybody reads it). An error breaks the connection off, so that the client can't take a part for the whole.
fn text(app: &App, shape: Arc<Shape>, ask: Ask, sequence: bool) -> Body {
    let batches = app.desk.scan(&app.acting, ask.query);
    let (space, select) = (ask.space, ask.select);
    let mut first = true;
    let chunks = batches.map(move |batch| {
        batch.map(|records| chunk(&shape, &records, space, select.as_deref(), sequence, &mut first)).inspect_err(|error| {
            tracing::error!(%error, "an export broke off");
        })
    });
    let head: &'static [u8] = if sequence { b"" } else { b"{\"type\":\"FeatureCollection\",\"features\":[\n" };
    let tail: &'static [u8] = if sequence { b"" } else { b"\n]}\n" };
    let edge = |bytes: &'static [u8]| stream::iter((!bytes.is_empty()).then_some(Ok(Bytes::from_static(bytes))));
    Body::from_stream(edge(head).chain(chunks).chain(edge(tail)))
}

fn chunk(shape: &Shape, records: &[Record], space: Space, select: Option<&[usize]>, sequence: bool, first: &mut bool) -> Bytes {
    let mut out = Vec::with_capacity(records.len() * 512);
    for record in records {
        if !sequence && !std::mem::take(first) {
            out.extend_from_slice(b",\n");
        }
        write::feature(&mut out, shape, record, space, select);
        if sequence {
            out.push(b'\n');
        }
    }
    out.into()
}
