//! The entries as a JSON list, newest first.

use super::hex;
use crate::{
    App, Caller, Problem, negotiate,
    ogc_common::{
        link,
        params::{Params, bad_value, take_number},
        reply,
    },
};
use axum::{
    extract::State,
    http::{HeaderMap, Uri},
    response::Response,
};
use meydan_kernel::{
    Result,
    log::{Entry, tree::leaf_hash},
    store::LogQuery,
};
use serde_json::{Value as Json, json};
use std::sync::Arc;
use uuid::Uuid;

/// Entries of a page if nothing else is asked.
const DEFAULT_PAGE: u64 = 100;
/// Limit: entries of a page.
const MAX_PAGE: u64 = 1_000;

/// `GET /api/log`: entries by register, record, changeset, person; `before` a position.
pub(super) async fn entries(
    State(app): State<Arc<App>>,
    caller: Caller,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let mut params = Params::parse(&uri)?;
    let limit = take_number(&mut params, "limit", 1, MAX_PAGE)?.unwrap_or(DEFAULT_PAGE);
    let before = take_number(&mut params, "before", 0, i64::MAX.unsigned_abs())?;
    let query = LogQuery {
        register: params.take("register")?,
        record: uuid(&mut params, "record")?,
        changeset: uuid(&mut params, "changeset")?,
        person: params.take("person")?,
        before: before.and_then(|n| i64::try_from(n).ok()),
        limit: usize::try_from(limit).unwrap_or(1),
        ..LogQuery::default()
    };
    params.finish()?;
    let found = app.desk.log(&caller.principal, &query).await?;
    let sealed = app.desk.sealed_log(&caller.principal).last_seal().await?.map_or(0, |s| s.size);
    // A full page may have another after it.
    let next = (found.len() as u64 == limit).then(|| found.last().map(|e| e.position)).flatten().filter(|p| *p > 0);
    let body = json!({
        "size": app.desk.head(),
        "sealed": sealed,
        "entries": found.iter().map(|e| entry(e, sealed)).collect::<Vec<_>>(),
        "before": next,
    });
    Ok(reply::json(&headers, negotiate::lang(&uri, &headers), link::JSON, &body)?)
}

fn uuid(params: &mut Params, name: &str) -> Result<Option<Uuid>> {
    let Some(text) = params.take(name)? else { return Ok(None) };
    Uuid::parse_str(&text).map(Some).map_err(|_| bad_value(name, "bir UUID olmalı", "must be a UUID"))
}

fn entry(entry: &Entry, sealed: i64) -> Json {
    json!({
        "position": entry.position,
        "recorded_at": entry.recorded_at.to_string(),
        "verb": entry.verb.word(),
        "register": entry.register,
        "id": entry.id.to_string(),
        "fid": entry.fid,
        "version": entry.version,
        "changeset": entry.changeset.to_string(),
        "person": entry.act.person,
        "post": entry.act.post,
        "on_behalf_of": entry.act.on_behalf_of,
        "reason": entry.act.reason,
        "source": entry.act.source,
        "digest": hex(&entry.digest),
        "leaf_hash": hex(&leaf_hash(&entry.leaf_bytes())),
        "sealed": entry.position < sealed,
    })
}
