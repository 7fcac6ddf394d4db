//! `POST /api/changes`.

use super::body;
use crate::{App, Caller, Problem, ogc_features::write, rates};
use axum::{
    body::Body,
    extract::State,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use meydan_kernel::{
    Committed, Desk, Error, Principal, Result as KernelResult, Value, catalogue::workflow::part, desk::Edit,
    permission::Capacity,
};
use std::sync::Arc;
use uuid::Uuid;

/// Parts of a record (its comments, its files) are added through it: who may read the whole comes by it. All of one request belong
/// to one whole.
///
/// # Errors
/// `several-wholes`; as [`Desk::with_whole`].
async fn through_the_whole(desk: &Desk, principal: Principal, edits: &[(String, Edit)]) -> KernelResult<Principal> {
    let mut whole: Option<(String, Uuid)> = None;
    for (name, edit) in edits {
        let Edit::Insert { set, .. } = edit else { continue };
        let register = desk.register(name)?;
        if !register.part {
            continue;
        }
        let text = |field: &str| {
            let index = register.field_index(field)?;
            set.iter().find_map(|(i, v)| match v {
                Value::Text(text) if *i == index => Some(text.clone()),
                _ => None,
            })
        };
        let named = text(part::WHOLE_REGISTER).zip(text(part::WHOLE).and_then(|id| Uuid::parse_str(&id).ok()));
        // Without a whole there is no right to the part: the desk says so.
        let Some(named) = named else { continue };
        if whole.as_ref().is_some_and(|other| *other != named) {
            return Err(Error::invalid(
                "several-wholes",
                "Bir istekte yalnızca bir kaydın ekleri ve notları yazılabilir.",
                "The parts of one request must belong to one record.",
            ));
        }
        whole = Some(named);
    }
    match whole {
        Some((name, id)) if !principal.is_everyone() || principal.bears().is_some() => {
            desk.with_whole(&principal, &desk.register(&name)?, id).await
        }
        _ => Ok(principal),
    }
}

/// Carries out edits through the desk, with all that they cost who sends them; the one way of every face that takes JSON.
///
/// # Errors
/// `too-many-requests`, `several-wholes`; as [`Desk::change`].
pub(crate) async fn carry_out(
    app: &App,
    caller: &Caller,
    principal: Principal,
    edits: Vec<(String, Edit)>,
) -> KernelResult<Committed> {
    if principal.standing().is_none() && !matches!(principal.capacity, Capacity::Operator) {
        // What a citizen's page costs the same costs here: a request tells somebody by mail that it came.
        for _ in edits.iter().filter(|(_, edit)| matches!(edit, Edit::Insert { .. })) {
            rates::file(app, caller.address.as_deref())?;
        }
    }
    let principal = through_the_whole(&app.desk, principal, &edits).await?;
    app.desk.change(&principal, edits).await
}

/// Carries out changes whole or not at all: 201 when they are on disk, with positions in the log, ids and versions.
pub async fn change(State(app): State<Arc<App>>, caller: Caller, headers: HeaderMap, body: Body) -> Result<Response, Problem> {
    let bytes = body::bytes(&headers, body).await?;
    let mut changes = body::read(&bytes)?;
    let principal = caller.through("api", changes.reason.take());
    let edits = changes.edits(&app.desk)?;
    let registers: Vec<String> = edits.iter().map(|(register, _)| register.clone()).collect();
    let committed = carry_out(&app, &caller, principal, edits).await?;
    let mut out = Vec::with_capacity(160 + registers.len() * 120);
    out.extend_from_slice(b"{\"changeset\":\"");
    out.extend_from_slice(committed.changeset.hyphenated().encode_lower(&mut [0; 36]).as_bytes());
    out.extend_from_slice(b"\",\"first_position\":");
    write::integer(&mut out, committed.first_position);
    out.extend_from_slice(b",\"recorded_at\":");
    write::instant(&mut out, committed.recorded_at);
    out.extend_from_slice(b",\"records\":[");
    for (index, (register, (id, fid, version))) in registers.iter().zip(&committed.records).enumerate() {
        out.extend_from_slice(if index > 0 { b",{\"register\":" } else { b"{\"register\":" });
        write::string(&mut out, register);
        out.extend_from_slice(b",\"id\":\"");
        out.extend_from_slice(id.hyphenated().encode_lower(&mut [0; 36]).as_bytes());
        out.extend_from_slice(b"\",\"fid\":");
        write::integer(&mut out, *fid);
        out.extend_from_slice(b",\"version\":");
        write::integer(&mut out, *version);
        out.push(b'}');
    }
    out.extend_from_slice(b"]}");
    let mut response = (StatusCode::CREATED, out).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    if let ([register], [(id, _, _)]) = (&registers[..], &committed.records[..]) {
        let location = HeaderValue::try_from(format!("/api/records/{register}/{id}"));
        headers.extend(location.ok().map(|v| (header::LOCATION, v)));
    }
    Ok(response)
}
