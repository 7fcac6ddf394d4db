//! The features of a collection (OGC 17-069r4, 7.15), a page at a time.

use super::{
    ask::{Ask, DEFAULT_LIMIT, MAX_LIMIT},
    cursor, export, write,
};
use crate::{
    App, Caller, Problem,
    definitions::{Definitions, Shape},
    negotiate,
    ogc_common::{ROOT, link, validator},
    problem,
};
use axum::{
    extract::{Path, State},
    http::{HeaderMap, HeaderName, HeaderValue, Uri, header},
    response::{IntoResponse, Response},
};
use jiff::Timestamp;
use meydan_kernel::{
    Principal, Record, Result,
    query::{Cursor, MAX_PAGE},
};
use std::sync::Arc;

/// The header that names the CRS of an answer (OGC 18-058r1, 6.6).
pub const CONTENT_CRS: HeaderName = HeaderName::from_static("content-crs");
/// Bytes that a feature takes, roughly: the body is made in one piece of about the right size.
const FEATURE_BYTES: usize = 700;

/// `GET /ogc/collections/{id}/items`.
pub async fn items(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(id): Path<String>,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let definitions = app.definitions();
    let shape = definitions.shape(&id)?;
    let ask = Ask::parse(&shape.register, &uri)?;
    if !negotiate::accepts(&headers, &[link::GEOJSON, link::JSON]) {
        return Err(problem::not_acceptable());
    }
    page(&app, &caller.principal, &definitions, shape, &ask, &uri, &headers).await
}

async fn page(
    app: &App,
    principal: &Principal,
    definitions: &Definitions,
    shape: &Arc<Shape>,
    ask: &Ask,
    uri: &Uri,
    headers: &HeaderMap,
) -> Result<Response, Problem> {
    let now = Timestamp::now();
    let base = negotiate::base_url(app, headers);
    // The head is read before the records: a tag may name an older state than its page shows, never a newer one.
    let head = app.desk.head();
    let query_text = uri.query().unwrap_or_default();
    let register = shape.register.name.as_bytes();
    let parts: [&[u8]; 5] =
        [&head.to_le_bytes(), definitions.hash.as_bytes(), register, query_text.as_bytes(), base.as_bytes()];
    let state = validator::state(&parts);
    let mut bearing =
        vec![(header::CACHE_CONTROL, HeaderValue::from_static("no-cache")), (CONTENT_CRS, ask.space.content_crs())];
    if validator::none_match(headers, |tag| tag.split_once('-').is_some_and(|(s, _)| s == state)) {
        bearing.extend(
            headers.get(header::IF_NONE_MATCH).filter(|v| !v.as_bytes().contains(&b',')).map(|v| (header::ETAG, v.clone())),
        );
        return Ok(validator::not_modified(&bearing));
    }
    bearing.extend(validator::header_value(&format!("{state}-{:x}", now.as_microsecond())).map(|v| (header::ETAG, v)));
    let body = body(app, principal, shape, ask, query_text, &base, now).await?;
    let mut response = body.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(link::GEOJSON));
    headers.extend(bearing);
    Ok(response)
}

async fn body(
    app: &App,
    principal: &Principal,
    shape: &Arc<Shape>,
    ask: &Ask,
    query_text: &str,
    base: &str,
    now: Timestamp,
) -> Result<Vec<u8>> {
    let limit = ask.query.limit.unwrap_or(DEFAULT_LIMIT).min(MAX_LIMIT);
    let mut query = ask.query.clone();
    // One more than asked for tells whether there is a next page.
    query.limit = Some((limit + 1).min(MAX_PAGE));
    let mut records = if ask.hits { Vec::new() } else { app.desk.query(principal, &query).await? };
    let more = records.len() > limit || (limit == MAX_PAGE && records.len() == limit);
    records.truncate(limit);
    let matched = if ask.count || ask.hits {
        query.after = None;
        Some(app.desk.count(principal, &query).await?)
    } else if ask.whole {
        app.counts.whole(&app.desk, principal, &shape.register).await?
    } else {
        None
    };
    let mut out = Vec::with_capacity(1024 + records.len() * FEATURE_BYTES);
    out.extend_from_slice(b"{\"type\":\"FeatureCollection\",\"features\":[");
    for (index, record) in records.iter().enumerate() {
        if index > 0 {
            out.push(b',');
        }
        write::feature(&mut out, shape, record, ask.space, ask.select.as_deref());
    }
    out.extend_from_slice(b"],\"numberReturned\":");
    write::integer(&mut out, records.len() as i64);
    if let Some(matched) = matched {
        out.extend_from_slice(b",\"numberMatched\":");
        write::integer(&mut out, i64::try_from(matched).unwrap_or(i64::MAX));
    }
    out.extend_from_slice(b",\"timeStamp\":");
    write::instant(&mut out, now);
    let next = records.last().filter(|_| more).map(|last| next_token(ask, last));
    links(&mut out, shape, query_text, base, next);
    out.push(b'}');
    Ok(out)
}

fn next_token(ask: &Ask, last: &Record) -> String {
    let value = ask.query.sort.as_ref().and_then(|sort| last.values.get(sort.field)).cloned();
    cursor::write(&Cursor { value, fid: last.fid })
}

fn links(out: &mut Vec<u8>, shape: &Shape, query_text: &str, base: &str, next: Option<String>) {
    let collection = format!("{base}{ROOT}/collections/{}", shape.register.name);
    let asked = if query_text.is_empty() { String::new() } else { format!("?{query_text}") };
    let mut link = |first: bool, rel: &str, media_type: &str, href: &str| {
        out.extend_from_slice(if first { b",\"links\":[{\"rel\":\"" } else { b",{\"rel\":\"" });
        out.extend_from_slice(rel.as_bytes());
        out.extend_from_slice(b"\",\"type\":\"");
        out.extend_from_slice(media_type.as_bytes());
        out.extend_from_slice(b"\",\"href\":");
        write::string(out, href);
        out.push(b'}');
    };
    link(true, "self", link::GEOJSON, &format!("{collection}/items{asked}"));
    link(false, "collection", link::JSON, &collection);
    link(false, "alternate", link::HTML, &format!("{base}/registers/{}", shape.register.name));
    let selection = without(query_text, &["f", "limit", "offset", "after", "count", "resultType"]);
    for format in export::formats(&shape.register) {
        link(false, "alternate", format.media_type, &format!("{collection}/export/{}?{selection}", format.name));
    }
    if let Some(token) = next {
        let rest = without(query_text, &["offset", "after"]);
        link(false, "next", link::GEOJSON, &format!("{collection}/items?{rest}after={token}"));
    }
    out.push(b']');
}

/// The query string without some parameters, each left one followed by `&`.
fn without(query_text: &str, names: &[&str]) -> String {
    let mut text = String::with_capacity(query_text.len() + 1);
    for pair in query_text.split('&').filter(|p| !p.is_empty()) {
        if !names.contains(&pair.split('=').next().unwrap_or(pair)) {
            text.push_str(pair);
            text.push('&');
        }
    }
    text
}
