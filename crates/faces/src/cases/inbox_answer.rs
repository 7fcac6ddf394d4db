//! `GET /api/inbox` and `GET /api/inbox/counts`.

use super::{
    clocks,
    inbox::{Asking, Item, Mark, Narrow, View, unread_count},
    known,
};
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
use meydan_kernel::{Lang, Principal, Value, calendar::Calendar, catalogue::workflow::field};
use serde_json::{Map, Value as Json, json};
use std::sync::Arc;

/// Cases of a page, if the caller does not say.
const PAGE: u64 = 50;
/// Limit: cases of a page.
const MAX_PAGE: u64 = 250;

/// One page of a view.
pub async fn page(State(app): State<Arc<App>>, caller: Caller, uri: Uri, headers: HeaderMap) -> Result<Response, Problem> {
    let mut params = Params::parse(&uri)?;
    params.take("lang")?;
    let view = match params.take("view")? {
        None => View::Mine,
        Some(word) => View::by_word(&word).ok_or_else(|| bad_value("view", "böyle bir görünüm yok", "no such view"))?,
    };
    let narrow = Narrow { register: params.take("register")?, ..Narrow::default() };
    let limit = take_number(&mut params, "limit", 1, MAX_PAGE)?.unwrap_or(PAGE);
    let after = params.take("after")?.map(|text| {
        Mark::read(&text).ok_or_else(|| bad_value("after", "bir önceki yanıttan alınmalı", "must be taken from an answer"))
    });
    let after = after.transpose()?;
    params.finish()?;
    let principal = caller.through("api", None);
    known(&app.desk, &principal)?;
    if let Some(name) = &narrow.register {
        app.desk.register(name)?;
    }
    let calendar = app.desk.calendar().await?;
    let asking = Asking { desk: &app.desk, principal: &principal, calendar: &calendar };
    let shares = asking.shares(view, &narrow).await?;
    let (items, next) = asking.page(&shares, after.as_ref(), usize::try_from(limit).unwrap_or(1)).await?;
    let lang = negotiate::lang(&uri, &headers);
    let list: Vec<Json> = items.iter().map(|item| one(lang, &calendar, &principal, item)).collect();
    let body = json!({ "view": view.word(), "items": list, "next": next.map(|mark| mark.to_text()) });
    Ok(reply::json(&headers, lang, link::JSON, &body)?)
}

fn one(lang: Lang, calendar: &Calendar, principal: &Principal, item: &Item) -> Json {
    let (register, case) = (&item.register, &item.case);
    let value = |name: &str| case.value(register, name).map_or(Json::Null, Value::to_json);
    let due = match case.value(register, field::DUE_AT) {
        Some(Value::Timestamp(at)) if case.value(register, field::CLOSED_AT).is_none_or(Value::is_null) => Some(*at),
        _ => None,
    };
    let state = register.workflow.as_ref().and_then(|w| w.state(value(field::STATE).as_str()?).map(|s| s.title.get(lang)));
    json!({
        "register": register.name, "id": case.id.to_string(), "fid": case.fid, "version": case.version,
        "reference": value(field::REFERENCE), "subject": value(&register.label),
        "state": value(field::STATE), "state_title": state,
        "unit": value(field::UNIT), "assignee": value(field::ASSIGNEE),
        "received_at": value(field::RECEIVED_AT), "due_at": value(field::DUE_AT), "closed_at": value(field::CLOSED_AT),
        "late": value(field::LATE),
        "remaining": due.map(|at| clocks::words(lang, calendar, principal.now, at)),
        "urgency": due.map(|at| clocks::Urgency::of(calendar, principal.now, at).word()),
    })
}

/// How many cases each view holds, and how many notices are unread.
pub async fn counts(State(app): State<Arc<App>>, caller: Caller, uri: Uri, headers: HeaderMap) -> Result<Response, Problem> {
    let mut params = Params::parse(&uri)?;
    params.take("lang")?;
    params.finish()?;
    let principal = caller.through("api", None);
    known(&app.desk, &principal)?;
    let calendar = app.desk.calendar().await?;
    let asking = Asking { desk: &app.desk, principal: &principal, calendar: &calendar };
    let mut body = Map::new();
    for (view, number) in asking.counts(&Narrow::default()).await? {
        body.insert(view.word().to_owned(), number.into());
    }
    body.insert("notices".to_owned(), unread_count(&app.desk, &principal).await?.into());
    Ok(reply::json(&headers, negotiate::lang(&uri, &headers), link::JSON, &body)?)
}
