//! `GET /api/calls/current?seen=&extension=`: the call that an agent has now. It is answered when there is another than they have seen,
//! at the latest after [`PATIENCE`]; so the screen shows a caller at once, with one request at a time.

use super::{CALL, agent, is_blank, phone, text};
use crate::{App, Caller, Problem, ogc_common::params::Params};
use axum::{
    extract::State,
    http::{HeaderValue, Uri, header},
    response::{IntoResponse, Response},
};
use jiff::{SignedDuration, Timestamp};
use meydan_kernel::{
    Principal, Query, Record, Register, Result, Sort, Value,
    catalogue::Action,
    cql2,
    permission::{FieldSet, not_allowed},
    query::Key,
};
use serde_json::{Value as Json, json};
use std::{sync::Arc, time::Duration};
use tokio::time::Instant;
use uuid::Uuid;

/// Longest time that an answer is waited for; below what proxies wait for.
const PATIENCE: Duration = Duration::from_secs(25);
/// A call whose end nobody told is over after this.
const LONGEST: SignedDuration = SignedDuration::from_hours(2);
/// Limit: calls under way that are looked at.
const MAX_CALLS: usize = 50;
/// The tag of no call.
const NONE: &str = "none";

/// Waits for a call.
pub async fn current(State(app): State<Arc<App>>, caller: Caller, uri: Uri) -> Result<Response, Problem> {
    let mut params = Params::parse(&uri)?;
    params.take("lang")?;
    let seen = params.take("seen")?.unwrap_or_default();
    let extension = params.take("extension")?.unwrap_or_default();
    params.finish()?;
    let register = app.desk.register(CALL)?;
    let principal = caller.through("page", None);
    let Some(me) = principal.person() else { return Err(not_allowed(&principal, &register, Action::Read).into()) };
    app.desk.readable(&principal, &register)?;
    let end = Instant::now() + PATIENCE;
    let watch = app.desk.watch();
    loop {
        let head = app.desk.head();
        let call = find(&app, &principal, &register, me, extension.trim()).await?;
        let tag = call.as_ref().map_or_else(|| NONE.to_owned(), |c| format!("{}.{}", c.id, c.version));
        if tag != seen || Instant::now() >= end {
            let told = match call {
                Some(call) if tag != seen => Some(told(&app, &principal, &register, me, call.id).await?),
                _ => None,
            };
            let body = json!({ "tag": tag, "call": told });
            let headers = [
                (header::CONTENT_TYPE, HeaderValue::from_static("application/json")),
                (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
            ];
            return Ok((headers, body.to_string()).into_response());
        }
        let mut seen_head = head;
        while let Ok(next) = tokio::time::timeout_at(end, watch.beyond(seen_head)).await {
            if !app.desk.is_harmless(seen_head, next, &[CALL]) {
                break;
            }
            seen_head = next;
        }
    }
}

/// The call under way that is theirs; else one that rings for nobody in particular.
async fn find(app: &App, principal: &Principal, register: &Arc<Register>, me: Uuid, extension: &str) -> Result<Option<Record>> {
    let since = Timestamp::now() - LONGEST;
    let since = Timestamp::from_second(since.as_second()).unwrap_or(since);
    let condition = format!("ended_at IS NULL AND started_at >= TIMESTAMP('{since}') AND (agent IS NULL OR agent = '{me}')");
    let sort = register.field_index("started_at").map(|field| Sort { field, descending: true });
    let filter = Some(cql2::parse(register, &condition)?);
    let query = Query { filter, sort, limit: Some(MAX_CALLS), ..Query::all(Arc::clone(register)) };
    let calls = app.desk.list(principal, &query, FieldSet::impersonal(register)).await?;
    let rank = |call: &Record| {
        let mine = agent(register, call) == Some(me);
        let told = text(register, call, "extension");
        match () {
            () if mine && !is_blank(register, call, "answered_at") => Some(0),
            () if mine => Some(1),
            () if !told.is_empty() && told == extension => Some(2),
            () if told.is_empty() && is_blank(register, call, "answered_at") => Some(3),
            () => None,
        }
    };
    // The newest of the best.
    let mut best: Option<(i32, Record)> = None;
    for call in calls {
        let Some(rank) = rank(&call) else { continue };
        if best.as_ref().is_none_or(|(r, _)| rank < *r) {
            best = Some((rank, call));
        }
    }
    Ok(best.map(|(_, call)| call))
}

/// The call with its caller: a look that is written down.
async fn told(app: &App, principal: &Principal, register: &Arc<Register>, me: Uuid, id: Uuid) -> Result<Json> {
    let call = app.desk.get(principal, register, Key::Id(id), None).await?;
    let number = text(register, &call, "phone");
    let started = call.value(register, "started_at").map_or(Json::Null, Value::to_json);
    Ok(json!({
        "id": call.id.to_string(), "phone": number, "readable": phone::readable(number), "line": text(register, &call, "line"),
        "direction": text(register, &call, "direction"), "started_at": started,
        "answered": !is_blank(register, &call, "answered_at"), "mine": agent(register, &call) == Some(me),
        "request": call.value(register, "request").map_or(Json::Null, Value::to_json),
    }))
}
