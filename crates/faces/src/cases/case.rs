//! `GET /api/cases/{register}/{id}`: where a case is, how long it has, and what who asks may do with it.

use super::{clocks, find};
use crate::{
    App, Caller, Problem, negotiate,
    ogc_common::{link, params::Params, reply},
};
use axum::{
    extract::{Path, State},
    http::{HeaderMap, Uri},
    response::Response,
};
use meydan_kernel::{
    Value,
    case::state_of,
    catalogue::{StateKind, workflow::field},
    desk::Offer,
};
use serde_json::{Value as Json, json};
use std::sync::Arc;

/// Answers with the case.
pub async fn case(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path((name, id)): Path<(String, String)>,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let mut params = Params::parse(&uri)?;
    params.take("lang")?;
    params.finish()?;
    let lang = negotiate::lang(&uri, &headers);
    let principal = caller.through("api", None);
    let (register, record) = find(&app.desk, &principal, &name, &id).await?;
    let workflow = app.desk.workflow(&register, &record).await?;
    let calendar = app.desk.calendar().await?;
    let offers = app.desk.offers(&principal, &register, record.id).await?;
    let value = |name: &str| record.value(&register, name).map_or(Json::Null, Value::to_json);
    let offer = |offer: &Offer| {
        let t = &offer.transition;
        json!({
            "name": t.name, "title": t.title.get(lang), "needs": t.needs, "fields": t.fields,
            "reason": offer.reason, "step_up": offer.step_up, "to": t.to,
        })
    };
    let state = state_of(&register, &record);
    let states = workflow.states.iter().filter(|s| !s.retired).map(|s| {
        let kind = match s.kind {
            StateKind::Open => "open",
            StateKind::Waiting => "waiting",
            StateKind::Closed => "closed",
        };
        json!({ "name": s.name, "title": s.title.get(lang), "kind": kind, "current": s.name == state })
    });
    let unit = match record.value(&register, field::UNIT) {
        Some(Value::Reference(id)) => caller.directory.unit(*id).map(|u| u.name.clone()),
        _ => None,
    };
    let clocks = clocks::of(lang, &calendar, principal.now, &workflow, &register, &record);
    let body = json!({
        "register": name, "id": record.id.to_string(), "version": record.version,
        "reference": value(field::REFERENCE), "state": state,
        "states": states.collect::<Vec<_>>(),
        "since": value(field::ENTERED_AT), "unit": value(field::UNIT), "unit_name": unit,
        "held_since": value(field::HELD_SINCE), "assignee": value(field::ASSIGNEE),
        "received_at": value(field::RECEIVED_AT), "due_at": value(field::DUE_AT), "closed_at": value(field::CLOSED_AT),
        "late": value(field::LATE),
        "clocks": clocks.iter().map(clocks::Shown::to_json).collect::<Vec<_>>(),
        "offers": offers.iter().map(offer).collect::<Vec<_>>(),
    });
    Ok(reply::json(&headers, lang, link::JSON, &body)?)
}
