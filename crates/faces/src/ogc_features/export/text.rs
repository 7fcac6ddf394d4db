//! Formats that are text: streamed as the store gives the records.
//!
//! Streams are fused: a coder of contents may poll them again after their end.
//! An error on the way breaks the connection off, so that the client can't take a part for the whole.

use super::{Content, rows::Rows};
use crate::{
    App,
    definitions::Shape,
    ogc_features::{Space, ask::Ask, write},
};
use axum::body::Body;
use bytes::Bytes;
use futures::{
    StreamExt,
    stream::{self, BoxStream},
};
use meydan_formats::csv;
use meydan_kernel::{Error, Principal, Query, Record, Result};
use std::sync::Arc;

/// The body of a text format.
///
/// # Errors
/// Those of the store before its first batch: the client gets a problem then, and no body that breaks off.
pub async fn body(app: &App, principal: &Principal, shape: Arc<Shape>, mut ask: Ask, content: Content) -> Result<Body> {
    let query = std::mem::replace(&mut ask.query, Query::all(Arc::clone(&shape.register)));
    let mut batches = app.desk.scan(principal, query).fuse();
    let first = batches.next().await.transpose()?;
    let batches = stream::iter(first.map(Ok)).chain(batches).boxed();
    match content {
        Content::Csv => delimited(batches, &shape, &ask),
        content => Ok(geojson(batches, shape, ask, content == Content::Sequence)),
    }
}

type Batches = BoxStream<'static, Result<Vec<Record>>>;

fn journal(error: &Error) {
    tracing::error!(%error, "an export broke off");
}

/// One collection, or a sequence of features, one a line (as GDAL writes it and everybody reads it).
fn geojson(batches: Batches, shape: Arc<Shape>, ask: Ask, sequence: bool) -> Body {
    let (space, select) = (ask.space, ask.select);
    let mut first = true;
    let chunks = batches.map(move |batch| {
        batch.map(|records| chunk(&shape, &records, space, select.as_deref(), sequence, &mut first)).inspect_err(journal)
    });
    let head: &'static [u8] = if sequence { b"" } else { b"{\"type\":\"FeatureCollection\",\"features\":[\n" };
    let tail: &'static [u8] = if sequence { b"" } else { b"\n]}\n" };
    let edge = |bytes: &'static [u8]| stream::iter((!bytes.is_empty()).then_some(Ok(Bytes::from_static(bytes))));
    Body::from_stream(edge(head).chain(chunks).chain(edge(tail)).fuse())
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

fn delimited(batches: Batches, shape: &Shape, ask: &Ask) -> Result<Body> {
    let mut rows = Rows::new(&shape.register, ask.select.as_deref(), ask.space);
    let mut writer = csv::Writer::new(Vec::new(), rows.layout(&shape.register)).map_err(super::failure)?;
    let header = Bytes::from(std::mem::take(writer.output()));
    let chunks = batches.map(move |batch| {
        let write = |records: Vec<Record>| {
            for record in records {
                writer.write_feature(&rows.row(record)).map_err(super::failure)?;
            }
            Ok(Bytes::from(std::mem::take(writer.output())))
        };
        batch.and_then(write).inspect_err(journal)
    });
    Ok(Body::from_stream(stream::iter([Ok(header)]).chain(chunks).fuse()))
}
