//! One feature (OGC 17-069r4, 7.16), by its integer or its UUID, now or as of an instant.

use super::{ask, datetime::Datetime, items::CONTENT_CRS, write};
use crate::{
    App, Caller, Problem, negotiate,
    ogc_common::{
        ROOT, link,
        params::{Params, bad_value, take_format},
        validator,
    },
    problem,
};
use axum::{
    extract::{Path, State},
    http::{HeaderMap, HeaderValue, Uri, header},
    response::{IntoResponse, Response},
};
use meydan_kernel::{Register, Result, desk::no_such_record, query::Key};
use std::sync::Arc;
use uuid::Uuid;

/// `GET /ogc/collections/{id}/items/{feature}`.
pub async fn item(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path((id, feature)): Path<(String, String)>,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let definitions = app.definitions();
    let shape = definitions.shape(&id)?;
    let mut params = Params::parse(&uri)?;
    take_format(&mut params, &["json", "geojson"])?;
    let space = ask::take_space(&mut params, "crs")?;
    let select = ask::take_select(&mut params, &shape.register)?;
    let as_of = match params.take("datetime")?.map(|text| Datetime::parse(&text)).transpose()? {
        Some(Datetime::AsOf(instant)) => Some(instant),
        Some(_) => {
            return Err(bad_value("datetime", "bir an olmalı, aralık değil", "must be an instant, not an interval").into());
        }
        None => None,
    };
    params.finish()?;
    if !negotiate::accepts(&headers, &[link::GEOJSON, link::JSON]) {
        return Err(problem::not_acceptable());
    }
    let key = key(&shape.register, &feature)?;
    let record = app.desk.get(&caller.principal, &shape.register, key, as_of).await?;
    let base = negotiate::base_url(&app, &headers);
    let query_text = uri.query().unwrap_or_default();
    let parts: [&[u8]; 6] = [
        record.id.as_bytes(),
        &record.version.to_le_bytes(),
        definitions.hash.as_bytes(),
        feature.as_bytes(),
        query_text.as_bytes(),
        base.as_bytes(),
    ];
    let tag = validator::state(&parts);
    let mut bearing = vec![(header::CACHE_CONTROL, HeaderValue::from_static("no-cache")), (CONTENT_CRS, space.content_crs())];
    bearing.extend(validator::header_value(&tag).map(|v| (header::ETAG, v)));
    if validator::none_match(&headers, |t| t == tag) {
        return Ok(validator::not_modified(&bearing));
    }
    let mut out = Vec::with_capacity(2048);
    write::feature_open(&mut out, shape, &record, space, select.as_deref());
    let collection = format!("{base}{ROOT}/collections/{}", shape.register.name);
    let page = format!("{base}/registers/{}/{}", shape.register.name, record.id);
    let record_api = format!("{base}/api/records/{}/{}", shape.register.name, record.id);
    let links = serde_json::json!([
        { "rel": "self", "type": link::GEOJSON, "href": format!("{collection}/items/{feature}{}", question(query_text)) },
        { "rel": "collection", "type": link::JSON, "href": collection },
        { "rel": "alternate", "type": link::HTML, "href": page },
        { "rel": "version-history", "type": link::JSON, "href": format!("{record_api}/history") },
    ]);
    out.extend_from_slice(b",\"links\":");
    out.extend_from_slice(links.to_string().as_bytes());
    out.push(b'}');
    let mut response = out.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(link::GEOJSON));
    headers.extend(bearing);
    Ok(response)
}

fn question(query_text: &str) -> String {
    if query_text.is_empty() { String::new() } else { format!("?{query_text}") }
}

/// A record's key as written in a path: its integer or its UUID.
///
/// # Errors
/// `no-such-record` if it is neither: there can't be such a record.
pub fn key(register: &Register, text: &str) -> Result<Key> {
    if let Ok(fid) = text.parse::<i64>() {
        return Ok(Key::Fid(fid));
    }
    Uuid::try_parse(text).map(Key::Id).map_err(|_| no_such_record(register, text))
}
