//! Proofs over the sealed tree as JSON (hashes in hexadecimal), or an inclusion proof as C2SP tlog-proof text (`f=tlog-proof`).

use super::{hex, not_sealed_yet};
use crate::{
    App, Caller, Problem, negotiate,
    ogc_common::{
        link,
        params::{Params, bad_value, take_format, take_number},
        reply,
    },
};
use axum::{
    extract::State,
    http::{HeaderMap, HeaderValue, Uri, header},
    response::{IntoResponse, Response},
};
use meydan_kernel::{
    Error, Result,
    desk::SealedLog,
    log::{
        Seal,
        proof::{Wanted, to_text},
        tree::Hash,
    },
};
use serde_json::{Value as Json, json};
use std::sync::Arc;

/// `GET /api/log/proof/inclusion?position=&size=`: the way from one entry to the root of the first `size`.
pub(super) async fn inclusion(
    State(app): State<Arc<App>>,
    caller: Caller,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let mut params = Params::parse(&uri)?;
    let text = take_format(&mut params, &["json", "tlog-proof"])? == Some("tlog-proof");
    let seal = last_seal(&app, &caller).await?;
    let sealed = seal.size.unsigned_abs();
    let size = take_number(&mut params, "size", 1, sealed)?.unwrap_or(sealed);
    let position = take_number(&mut params, "position", 0, size - 1)?
        .ok_or_else(|| bad_value("position", "verilmesi zorunlu", "must be given"))?;
    params.finish()?;
    let log = app.desk.sealed_log(&caller.principal);
    if text {
        if size != sealed {
            let (tr, en) = ("bu biçim yalnızca son mühürle verilir", "this format is given with the last seal only");
            return Err(bad_value("size", tr, en).into());
        }
        let proof = log.hashes(&wanted_inclusion(position, size)?).await?;
        let body = to_text(position, &proof, &seal.checkpoint);
        let headers = [
            (header::CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8")),
            (header::CONTENT_DISPOSITION, HeaderValue::from_static("attachment; filename=\"entry.tlog-proof\"")),
        ];
        return Ok((headers, body).into_response());
    }
    let body = inclusion_json(log, position, size, &seal).await?;
    Ok(reply::json(&headers, negotiate::lang(&uri, &headers), link::JSON, &body)?)
}

/// `GET /api/log/proof/consistency?first=&second=`: that the first tree is the beginning of the second.
pub(super) async fn consistency(
    State(app): State<Arc<App>>,
    caller: Caller,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let mut params = Params::parse(&uri)?;
    let seal = last_seal(&app, &caller).await?;
    let sealed = seal.size.unsigned_abs();
    let second = take_number(&mut params, "second", 1, sealed)?.unwrap_or(sealed);
    let first = take_number(&mut params, "first", 1, second)?
        .ok_or_else(|| bad_value("first", "verilmesi zorunlu", "must be given"))?;
    params.finish()?;
    let log = app.desk.sealed_log(&caller.principal);
    let wanted = Wanted::consistency(first, second).ok_or_else(|| Error::internal("bounds were checked"))?;
    let body = json!({
        "first": first,
        "second": second,
        "hashes": list(&log.hashes(&wanted).await?),
        "first_root": hex(&root(log, first).await?),
        "second_root": hex(&root(log, second).await?),
        "checkpoint": (second == sealed).then_some(seal.checkpoint),
    });
    Ok(reply::json(&headers, negotiate::lang(&uri, &headers), link::JSON, &body)?)
}

async fn last_seal(app: &App, caller: &Caller) -> Result<Seal> {
    app.desk.sealed_log(&caller.principal).last_seal().await?.filter(|s| s.size > 0).ok_or_else(not_sealed_yet)
}

fn wanted_inclusion(position: u64, size: u64) -> Result<Wanted> {
    Wanted::inclusion(position, size).ok_or_else(|| Error::internal("bounds were checked"))
}

async fn root(log: SealedLog<'_>, size: u64) -> Result<Hash> {
    log.hashes(&Wanted::root(size)).await?.pop().ok_or_else(|| Error::internal("a proof of one hash has one"))
}

/// The proof of one entry; with the checkpoint if `size` is the seal's.
pub(super) async fn inclusion_json(log: SealedLog<'_>, position: u64, size: u64, seal: &Seal) -> Result<Json> {
    let proof = log.hashes(&wanted_inclusion(position, size)?).await?;
    Ok(json!({
        "position": position,
        "size": size,
        "leaf_hash": hex(&log.leaf_hash(position).await?),
        "hashes": list(&proof),
        "root": hex(&root(log, size).await?),
        "checkpoint": (size == seal.size.unsigned_abs()).then(|| seal.checkpoint.clone()),
    }))
}

fn list(hashes: &[Hash]) -> Vec<String> {
    hashes.iter().map(|h| hex(h)).collect()
}
