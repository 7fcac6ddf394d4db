//! One record whole, with its version; and its history.

use super::difference::differences;
use crate::{
    App, Caller, Problem, negotiate,
    ogc_common::{link, params::Params, reply, validator},
    ogc_features::{item_key, write},
};
use axum::{
    extract::{Path, State},
    http::{HeaderMap, HeaderValue, Uri, header},
    response::{IntoResponse, Response},
};
use meydan_geo::geojson;
use meydan_kernel::{Record, Register, Result, Value, Version, query::Key};
use serde_json::{Value as Json, json};
use std::sync::Arc;

/// `GET /api/records/{register}/{id}`; the tag is the version.
pub async fn record(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path((name, id)): Path<(String, String)>,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    Params::parse(&uri)?.finish()?;
    let definitions = app.definitions();
    let shape = definitions.shape(&name)?;
    let key = item_key(&shape.register, &id)?;
    let record = app.desk.get(&caller.principal, &shape.register, key, None).await?;
    let tag = format!("{}.{}.{}", record.id.simple(), record.version, definitions.hash);
    let mut bearing = vec![(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"))];
    bearing.extend(validator::header_value(&tag).map(|v| (header::ETAG, v)));
    if validator::none_match(&headers, |t| t == tag) {
        return Ok(validator::not_modified(&bearing));
    }
    let mut out = Vec::with_capacity(1024);
    out.extend_from_slice(b"{\"register\":");
    write::string(&mut out, &name);
    out.push(b',');
    content(&mut out, &shape.register, &record);
    out.push(b'}');
    let mut response = out.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(link::JSON));
    headers.extend(bearing);
    Ok(response)
}

fn content(out: &mut Vec<u8>, register: &Register, record: &Record) {
    out.extend_from_slice(b"\"id\":\"");
    out.extend_from_slice(record.id.hyphenated().encode_lower(&mut [0; 36]).as_bytes());
    out.extend_from_slice(b"\",\"fid\":");
    write::integer(out, record.fid);
    out.extend_from_slice(b",\"version\":");
    write::integer(out, record.version);
    out.extend_from_slice(b",\"recorded_at\":");
    write::instant(out, record.recorded_at);
    out.extend_from_slice(b",\"values\":{");
    for (index, (field, value)) in register.fields.iter().zip(&record.values).enumerate() {
        if index > 0 {
            out.push(b',');
        }
        write::string(out, &field.name);
        out.push(b':');
        write::value(out, value);
    }
    out.extend_from_slice(b"},\"hidden\":");
    write::hidden(out, register, record, None);
    out.extend_from_slice(b",\"geometry\":");
    match &record.geometry {
        Some(geometry) => geojson::write(geometry, out),
        None => out.extend_from_slice(b"null"),
    }
}

/// `GET /api/records/{register}/{id}/history`: every version, oldest first: who, when, why, and what changed.
pub async fn history(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path((name, id)): Path<(String, String)>,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    Params::parse(&uri)?.finish()?;
    let register = app.desk.register(&name)?;
    let id = match item_key(&register, &id)? {
        Key::Id(id) => id,
        key @ Key::Fid(_) => app.desk.get(&caller.principal, &register, key, None).await?.id,
    };
    let versions = app.desk.history(&caller.principal, &register, id).await?;
    let mut before: Option<&Version> = None;
    let list: Vec<Json> = versions.iter().map(|version| one(&register, before.replace(version), version)).collect();
    let body = json!({ "register": name, "id": id.to_string(), "versions": list });
    Ok(reply::json(&headers, negotiate::lang(&uri, &headers), link::JSON, &body)?)
}

/// Names of the fields whose values are not the record's own for who asks.
fn hidden<'a>(register: &'a Register, record: &Record) -> Vec<&'a str> {
    record.hidden.iter().filter_map(|index| register.fields.get(index)).map(|field| field.name.as_str()).collect()
}

fn one(register: &Register, before: Option<&Version>, version: &Version) -> Json {
    let (changed, geometry_changed) = differences(register, before.filter(|v| !v.deleted), version);
    let json_of = |value: Option<&Value>| value.map_or(Json::Null, Value::to_json);
    let changed: Vec<Json> = changed
        .iter()
        .filter_map(|d| {
            let field = register.fields.get(d.field)?;
            Some(json!({ "field": field.name, "old": json_of(d.old), "new": json_of(d.new) }))
        })
        .collect();
    let act = &version.act;
    json!({
        "version": version.record.version,
        "deleted": version.deleted,
        "recorded_at": version.record.recorded_at.to_string(),
        "position": version.position,
        "changeset": version.changeset.to_string(),
        "person": act.person,
        "post": act.post,
        "on_behalf_of": act.on_behalf_of,
        "reason": act.reason,
        "source": act.source,
        "changed": changed,
        "hidden": hidden(register, &version.record),
        "geometry_changed": geometry_changed,
    })
}
