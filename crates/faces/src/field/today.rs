//! `GET /api/field/today`: the cases that are mine to do, or nobody's yet in my unit, in the order of a sensible way, with all that a
//! device needs to do them without reception.

use super::{SOURCE, form, route};
use crate::{
    App, Caller, Problem, cases, negotiate,
    ogc_common::{
        link,
        params::{Params, bad_value},
        reply,
    },
};
use axum::{
    extract::State,
    http::{HeaderMap, Uri},
    response::Response,
};
use jiff::{SignedDuration, Timestamp};
use meydan_kernel::{
    Desk, Lang, Principal, Query, Record, Register, Result, Value,
    case::state_of,
    catalogue::workflow::field,
    cql2,
    desk::Offer,
    query::{Key, Sort},
};
use serde_json::{Map, Value as Json, json};
use std::{collections::BTreeMap, sync::Arc};
use uuid::Uuid;

/// Limit: cases of a day that are one's own, per register.
const MAX_OWN: usize = 200;
/// Limit: cases of the unit that are nobody's yet, per register.
const MAX_UNASSIGNED: usize = 100;
/// What was written at the same moment as the last answer was made is told again.
const OVERLAP: SignedDuration = SignedDuration::from_secs(10);

/// A case of the day.
pub struct Stop {
    /// Its register.
    pub register: Arc<Register>,
    /// As who asks may see it.
    pub case: Record,
}

impl Stop {
    fn place(&self) -> Option<(f64, f64)> {
        let b = self.case.geometry.as_ref()?.bbox()?;
        Some((f64::midpoint(b.min_x, b.max_x), f64::midpoint(b.min_y, b.max_y)))
    }

    fn value(&self, name: &str) -> Option<&Value> {
        self.case.value(&self.register, name).filter(|v| !v.is_null())
    }

    /// It is over its time, or somebody said that it is urgent.
    fn presses(&self, now: Timestamp) -> bool {
        let over = matches!(self.value(field::DUE_AT), Some(Value::Timestamp(due)) if *due < now);
        over || matches!(self.value("priority"), Some(Value::Text(p)) if p == "urgent")
    }
}

struct Asked {
    start: Option<(f64, f64)>,
    since: Option<Timestamp>,
    urgent: bool,
}

fn asked(uri: &Uri) -> Result<Asked> {
    let mut params = Params::parse(uri)?;
    let mut degrees = |name: &str, limit: f64| -> Result<Option<f64>> {
        let Some(text) = params.take(name)? else { return Ok(None) };
        let number = text.parse::<f64>().ok().filter(|n| n.is_finite() && n.abs() <= limit);
        number.map(Some).ok_or_else(|| bad_value(name, "derece olmalı", "must be degrees"))
    };
    let start = degrees("lon", 180.0)?.zip(degrees("lat", 90.0)?);
    let since = params.take("since")?.map(|text| {
        text.parse::<Timestamp>().map_err(|_| bad_value("since", "bir an (RFC 3339) olmalı", "must be an instant (RFC 3339)"))
    });
    let urgent = match params.take("urgent")?.as_deref() {
        None | Some("false") => false,
        Some("true") => true,
        Some(_) => return Err(bad_value("urgent", "true ya da false olmalı", "must be true or false")),
    };
    params.finish()?;
    Ok(Asked { start, since: since.transpose()?, urgent })
}

/// Answers with the day.
pub async fn today(State(app): State<Arc<App>>, caller: Caller, uri: Uri, headers: HeaderMap) -> Result<Response, Problem> {
    let asked = asked(&uri)?;
    let lang = negotiate::lang(&uri, &headers);
    let principal = caller.through(SOURCE, None);
    let person = cases::known(&app.desk, &principal)?;
    let catalogue = app.desk.catalogue();
    let registers: Vec<Arc<Register>> = catalogue.registers.values().filter(|r| r.workflow.is_some()).cloned().collect();
    let mut stops = Vec::new();
    for register in &registers {
        stops.extend(mine(&app.desk, &principal, register, person).await?);
    }
    let (stops, length) = ordered(stops, &asked, principal.now);
    let changed =
        |stop: &&Stop| asked.since.is_none_or(|since| stop.case.recorded_at >= since.saturating_sub(OVERLAP).unwrap_or(since));
    let order: Vec<String> = stops.iter().map(|s| format!("{}/{}", s.register.name, s.case.id)).collect();
    let mut cases = Vec::new();
    for stop in stops.iter().filter(changed) {
        cases.push(one(&app.desk, &caller, &principal, lang, stop).await?);
    }
    let unit = principal.standing().map(|s| s.unit.id.to_string());
    let body = json!({
        "person": person.to_string(), "name": caller.name_of(&person.to_string()), "unit": unit,
        "post": caller.name_of(&principal.act.post), "now": principal.now.to_string(),
        "on_behalf_of": principal.act.on_behalf_of.as_ref().map(|other| caller.name_of(other)),
        "order": order, "metres": length.round(), "cases": cases,
        "forms": form::of(&app.desk, &principal, lang, &registers).await?,
    });
    Ok(reply::json(&headers, lang, link::JSON, &body)?)
}

/// The open cases of a register that are somebody's, and those of their unit that are nobody's yet; the nearest deadline first.
async fn mine(desk: &Desk, principal: &Principal, register: &Arc<Register>, person: Uuid) -> Result<Vec<Stop>> {
    let open = format!("{} IS NULL", field::CLOSED_AT);
    let mut conditions = vec![(format!("{} = '{person}' AND {open}", field::ASSIGNEE), MAX_OWN)];
    if let Some(standing) = principal.standing() {
        let unit = standing.unit.id;
        conditions.push((format!("{} = '{unit}' AND {} IS NULL AND {open}", field::UNIT, field::ASSIGNEE), MAX_UNASSIGNED));
    }
    let sort = register.field_index(field::DUE_AT).map(|field| Sort { field, descending: false });
    let mut stops = Vec::new();
    for (condition, limit) in conditions {
        let filter = Some(cql2::parse(register, &condition)?);
        let query = Query { filter, sort: sort.clone(), limit: Some(limit), ..Query::all(Arc::clone(register)) };
        match desk.query(principal, &query).await {
            Err(error) if error.is_refusal() => {}
            found => stops.extend(found?.into_iter().map(|case| Stop { register: Arc::clone(register), case })),
        }
    }
    Ok(stops)
}

/// In the order of the way; what has no place comes last. With `urgent`, what presses is a way of its own before the rest.
fn ordered(stops: Vec<Stop>, asked: &Asked, now: Timestamp) -> (Vec<Stop>, f64) {
    let (placed, nowhere): (Vec<Stop>, Vec<Stop>) = stops.into_iter().partition(|s| s.place().is_some());
    let (first, rest): (Vec<Stop>, Vec<Stop>) = placed.into_iter().partition(|s| asked.urgent && s.presses(now));
    let (mut out, mut length, mut from) = (Vec::new(), 0.0, asked.start);
    for group in [first, rest] {
        let places: Vec<(f64, f64)> = group.iter().filter_map(Stop::place).collect();
        let order = route::order(from, &places);
        length += route::length(from, &places, &order);
        from = order.last().and_then(|i| places.get(*i).copied()).or(from);
        let mut by_place: BTreeMap<usize, Stop> = group.into_iter().enumerate().collect();
        out.extend(order.iter().filter_map(|i| by_place.remove(i)));
    }
    out.extend(nowhere);
    (out, length)
}

/// A case as the device keeps it.
///
/// # Errors
/// As [`Desk::offers`].
pub async fn one(desk: &Desk, caller: &Caller, principal: &Principal, lang: Lang, stop: &Stop) -> Result<Json> {
    let (register, case) = (&stop.register, &stop.case);
    let offers = desk.offers(principal, register, case.id).await?;
    let offer = |offer: &Offer| {
        let t = &offer.transition;
        json!({
            "name": t.name, "title": t.title.get(lang), "to": t.to, "needs": t.needs, "fields": t.fields, "reason": offer.reason,
            "step_up": offer.step_up,
        })
    };
    let shown = register
        .fields
        .iter()
        .zip(&case.values)
        .filter(|(f, v)| !v.is_null() && f.name != field::CLOCKS && f.name != field::FLOW);
    let values: Map<String, Json> = shown.map(|(f, v)| (f.name.clone(), v.to_json())).collect();
    let hidden: Vec<&str> = case.hidden.iter().filter_map(|i| register.fields.get(i)).map(|f| f.name.as_str()).collect();
    let reference = |name: &str| match stop.value(name) {
        Some(Value::Reference(id)) => Some(caller.name_of(&id.to_string())),
        _ => None,
    };
    let json_of = |name: &str| stop.value(name).map_or(Json::Null, Value::to_json);
    Ok(json!({
        "register": register.name, "id": case.id.to_string(), "version": case.version, "recorded_at": case.recorded_at.to_string(),
        "label": json_of(&register.label), "reference": json_of(field::REFERENCE), "state": state_of(register, case),
        "due_at": json_of(field::DUE_AT), "assignee": json_of(field::ASSIGNEE), "assignee_name": reference(field::ASSIGNEE),
        "closed": !json_of(field::CLOSED_AT).is_null(), "presses": stop.presses(principal.now),
        "place": stop.place().map(|(lon, lat)| [lon, lat]), "values": values, "hidden": hidden,
        "offers": offers.iter().map(offer).collect::<Vec<_>>(),
    }))
}

/// A case by its id, as who asks may see it.
///
/// # Errors
/// As [`Desk::get`].
pub async fn find(desk: &Desk, principal: &Principal, register: &Arc<Register>, id: Uuid) -> Result<Stop> {
    let case = desk.get(principal, register, Key::Id(id), None).await?;
    Ok(Stop { register: Arc::clone(register), case })
}
