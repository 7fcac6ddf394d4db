//! What an auditor's tool reads (C2SP tlog-tiles): it needs no other part of this server.

use super::{LogKey, not_sealed_yet};
use crate::{App, Caller, Problem, ogc_common::params::Params};
use axum::{
    Extension,
    extract::{Path, State},
    http::{HeaderName, HeaderValue, Uri, header},
    response::{IntoResponse, Response},
};
use meydan_kernel::{
    Error, Result,
    log::{
        TileId,
        tree::{TILE_WIDTH, TilePath},
    },
};
use std::sync::Arc;

/// Tiles never change: what is asked by path and width is the same for ever.
const FOR_EVER: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");
const NO_CACHE: HeaderValue = HeaderValue::from_static("no-cache");
const TEXT: HeaderValue = HeaderValue::from_static("text/plain; charset=utf-8");
const BYTES: HeaderValue = HeaderValue::from_static("application/octet-stream");

fn reply(media_type: HeaderValue, cache: HeaderValue, body: impl IntoResponse) -> Response {
    let headers: [(HeaderName, HeaderValue); 2] = [(header::CONTENT_TYPE, media_type), (header::CACHE_CONTROL, cache)];
    (headers, body).into_response()
}

/// `GET /log/checkpoint`: the newest signed checkpoint.
pub(super) async fn checkpoint(State(app): State<Arc<App>>, caller: Caller, uri: Uri) -> Result<Response, Problem> {
    Params::parse(&uri)?.finish()?;
    let seal = app.desk.sealed_log(&caller.principal).last_seal().await?.ok_or_else(not_sealed_yet)?;
    Ok(reply(TEXT, NO_CACHE, seal.checkpoint))
}

/// `GET /log/key`: the verifier key (C2SP signed-note). Who trusts nobody asks for it once, on another way, and keeps it.
pub(super) async fn key(key: Option<Extension<LogKey>>, uri: Uri) -> Result<Response, Problem> {
    Params::parse(&uri)?.finish()?;
    let none = || Error::not_found("no-log-key", "Bu sunucu defteri mühürlemiyor.", "This server does not seal the log.");
    let Extension(LogKey(verifier)) = key.ok_or_else(none)?;
    Ok(reply(TEXT, NO_CACHE, format!("{verifier}\n")))
}

/// `GET /log/tile/…`: a hash tile or a bundle of entries.
pub(super) async fn tile(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(path): Path<String>,
    uri: Uri,
) -> Result<Response, Problem> {
    Params::parse(&uri)?.finish()?;
    let path = TilePath::parse(&path).ok_or_else(no_such_tile)?;
    let body = match path.level {
        Some(level) => hashes(&app, &caller, level, path).await?,
        None => bundle(&app, &caller, path).await?,
    };
    Ok(reply(BYTES, FOR_EVER, body))
}

fn no_such_tile() -> Error {
    Error::not_found(
        "no-such-tile",
        "Defterin ağacında böyle bir parça yok (ya da henüz mühürlenmedi).",
        "The log's tree has no such tile (or it is not sealed yet).",
    )
}

async fn hashes(app: &App, caller: &Caller, level: u8, path: TilePath) -> Result<Vec<u8>> {
    let index = i64::try_from(path.index).map_err(|_| no_such_tile())?;
    let mut bytes = app.desk.sealed_log(&caller.principal).tile(TileId { level, index }).await?.ok_or_else(no_such_tile)?;
    if bytes.len() < path.width * 32 {
        return Err(no_such_tile());
    }
    // A narrower tile is the beginning of the wider one that is kept.
    bytes.truncate(path.width * 32);
    Ok(bytes)
}

/// Entries, each with its length in two bytes before it; only sealed ones.
async fn bundle(app: &App, caller: &Caller, path: TilePath) -> Result<Vec<u8>> {
    let log = app.desk.sealed_log(&caller.principal);
    let sealed = log.last_seal().await?.map_or(0, |s| s.size.unsigned_abs());
    let first = path.index.checked_mul(TILE_WIDTH).ok_or_else(no_such_tile)?;
    if first.checked_add(path.width as u64).is_none_or(|end| end > sealed) {
        return Err(no_such_tile());
    }
    let first = i64::try_from(first).map_err(|_| no_such_tile())?;
    let entries = log.entries(first, path.width).await?;
    let mut out = Vec::with_capacity(path.width * 500);
    for entry in &entries {
        let bytes = entry.leaf_bytes();
        let length =
            u16::try_from(bytes.len()).map_err(|_| Error::internal(format!("entry {} is over 64 KiB", entry.position)))?;
        out.extend_from_slice(&length.to_be_bytes());
        out.extend_from_slice(&bytes);
    }
    if entries.len() == path.width { Ok(out) } else { Err(Error::internal(format!("entries are missing after {first}"))) }
}
