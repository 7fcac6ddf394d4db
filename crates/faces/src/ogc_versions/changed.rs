//! What changed in a collection between two instants, as GeoJSON: what was added, changed and ended, before and after.

use super::cache::age_of;
use crate::{
    App, Caller, Problem,
    changes::differences_of,
    definitions::Shape,
    negotiate,
    ogc_common::{
        ROOT, link,
        params::{Params, bad_value, take_format, take_number},
    },
    ogc_features::{CONTENT_CRS, Datetime, Space, take_space, write},
    problem,
};
use axum::{
    extract::{Path, State},
    http::{HeaderMap, HeaderValue, Uri, header},
    response::{IntoResponse, Response},
};
use jiff::Timestamp;
use meydan_kernel::{
    Record, Register, Result,
    desk::{Become, Changed, Span},
};
use std::sync::Arc;

/// Changes of a page if the client doesn't say.
pub const DEFAULT_LIMIT: usize = 100;
/// Limit: changes of a page.
pub const MAX_LIMIT: usize = 1_000;
/// Bytes that a change takes, roughly.
const CHANGE_BYTES: usize = 1_600;

/// What the query string asks for.
struct Ask {
    span: Span,
    space: Space,
    limit: usize,
    after: Option<i64>,
}

/// `GET /ogc/collections/{id}/changes`.
pub async fn changes(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(id): Path<String>,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let now = Timestamp::now();
    let definitions = app.definitions();
    let shape = definitions.shape(&id)?;
    let ask = Ask::read(&uri, now)?;
    if !negotiate::accepts(&headers, &[link::GEOJSON, link::JSON]) {
        return Err(problem::not_acceptable());
    }
    let (changed, next) = app.desk.changed(&caller.principal, &shape.register, ask.span, ask.after, ask.limit).await?;
    let base = negotiate::base_url(&app, &headers);
    let body = body(shape, &ask, &changed, &base, uri.query().unwrap_or_default(), next);
    let mut response = body.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(link::GEOJSON));
    headers.insert(header::CACHE_CONTROL, age_of(&shape.register, ask.span.to, now));
    headers.insert(CONTENT_CRS, ask.space.content_crs());
    Ok(response)
}

impl Ask {
    fn read(uri: &Uri, now: Timestamp) -> Result<Self> {
        let mut params = Params::parse(uri)?;
        take_format(&mut params, &["json", "geojson"])?;
        let space = take_space(&mut params, "crs")?;
        let from = instant(&mut params, "from")?;
        let from = from.ok_or_else(|| bad_value("from", "bir an gerekli", "an instant is needed"))?;
        // What is younger than the question has no end yet.
        let to = instant(&mut params, "to")?.unwrap_or(now).min(now);
        let limit = take_number(&mut params, "limit", 1, u64::MAX)?;
        let limit = limit.map_or(DEFAULT_LIMIT, |n| usize::try_from(n).unwrap_or(MAX_LIMIT)).min(MAX_LIMIT);
        let after = take_number(&mut params, "after", 0, i64::MAX as u64)?.and_then(|n| i64::try_from(n).ok());
        params.finish()?;
        if from > to {
            return Err(bad_value("from", "“to” anından sonra olamaz", "can't be later than “to”, nor than now"));
        }
        Ok(Self { span: Span { from, to }, space, limit, after })
    }
}

fn instant(params: &mut Params, name: &str) -> Result<Option<Timestamp>> {
    let Some(text) = params.take(name)? else { return Ok(None) };
    Datetime::instant(name, &text).map(Some)
}

fn body(shape: &Shape, ask: &Ask, changed: &[Changed], base: &str, query_text: &str, next: Option<i64>) -> Vec<u8> {
    let mut out = Vec::with_capacity(1024 + changed.len() * CHANGE_BYTES);
    out.extend_from_slice(b"{\"type\":\"FeatureCollection\",\"features\":[");
    for (index, change) in changed.iter().enumerate() {
        if index > 0 {
            out.push(b',');
        }
        one(&mut out, shape, ask.space, change);
    }
    out.extend_from_slice(b"],\"from\":");
    write::instant(&mut out, ask.span.from);
    out.extend_from_slice(b",\"to\":");
    write::instant(&mut out, ask.span.to);
    out.extend_from_slice(b",\"numberReturned\":");
    write::integer(&mut out, changed.len() as i64);
    let collection = format!("{base}{ROOT}/collections/{}", shape.register.name);
    let mut links = vec![
        serde_json::json!({ "rel": "self", "type": link::GEOJSON, "href": format!("{collection}/changes?{query_text}") }),
        serde_json::json!({ "rel": "collection", "type": link::JSON, "href": collection }),
    ];
    if let Some(position) = next {
        let Span { from, to } = ask.span;
        let crs = if ask.space == Space::lon_lat() { String::new() } else { format!("&crs={}", ask.space.uri()) };
        let href = format!("{collection}/changes?from={from}&to={to}&limit={}{crs}&after={position}", ask.limit);
        links.push(serde_json::json!({ "rel": "next", "type": link::GEOJSON, "href": href }));
    }
    out.extend_from_slice(b",\"links\":");
    out.extend_from_slice(serde_json::Value::from(links).to_string().as_bytes());
    out.push(b'}');
    out
}

/// The feature as it is after the change, or as it was last, with what became of it.
fn one(out: &mut Vec<u8>, shape: &Shape, space: Space, change: &Changed) {
    let Some(shown) = change.after.as_ref().or(change.before.as_ref()) else { return };
    let word: &[u8] = match change.kind {
        Become::Added => b"added",
        Become::Changed => b"changed",
        Become::Ended => b"ended",
    };
    write::feature_open(out, shape, shown, space, None);
    out.extend_from_slice(b",\"change\":\"");
    out.extend_from_slice(word);
    out.extend_from_slice(b"\",\"changed_at\":");
    write::instant(out, change.recorded_at);
    if let (Some(before), Some(after)) = (&change.before, &change.after) {
        out.extend_from_slice(b",\"changed\":[");
        for (index, name) in changed_fields(&shape.register, before, after).iter().enumerate() {
            if index > 0 {
                out.push(b',');
            }
            write::string(out, name);
        }
        out.push(b']');
    }
    out.extend_from_slice(b",\"before\":");
    side(out, shape, space, change.before.as_ref());
    out.extend_from_slice(b",\"after\":");
    side(out, shape, space, change.after.as_ref());
    out.push(b'}');
}

fn side(out: &mut Vec<u8>, shape: &Shape, space: Space, record: Option<&Record>) {
    match record {
        Some(record) => write::feature(out, shape, record, space, None),
        None => out.extend_from_slice(b"null"),
    }
}

/// Names of the fields that differ, and `geometry`.
fn changed_fields<'a>(register: &'a Register, before: &Record, after: &Record) -> Vec<&'a str> {
    let (fields, geometry) = differences_of(register, Some(before), Some(after));
    let named = fields.iter().filter_map(|d| register.fields.get(d.field)).map(|f| f.name.as_str());
    named.chain(geometry.then_some("geometry")).collect()
}
