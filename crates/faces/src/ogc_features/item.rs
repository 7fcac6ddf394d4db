//! One feature (OGC 17-069r4, 7.16), by its integer or its UUID: now, or as of an instant (by `datetime`, or by `Accept-Datetime`
//! as RFC 7089 has it).

use super::{Space, ask, datetime::Datetime, items::CONTENT_CRS, write};
use crate::{
    App, Caller, Problem,
    definitions::{Definitions, Shape},
    negotiate,
    ogc_common::{
        ROOT, http_date, link,
        params::{Params, bad_value, take_format},
        validator,
    },
    ogc_versions::{
        cache::age_of,
        memento::{self, Past},
    },
    problem,
};
use axum::{
    extract::{Path, State},
    http::{HeaderMap, HeaderName, HeaderValue, Uri, header},
    response::{IntoResponse, Response},
};
use jiff::Timestamp;
use meydan_kernel::{Record, Register, Result, desk::no_such_record, query::Key};
use std::sync::Arc;
use uuid::Uuid;

/// How a feature is to be written.
pub struct Written<'a> {
    /// Its collection.
    pub shape: &'a Shape,
    /// Reference system of the geometry.
    pub space: Space,
    /// Only these fields.
    pub select: Option<&'a [usize]>,
    /// The server as the client sees it.
    pub base: &'a str,
    /// The feature as the path names it.
    pub feature: &'a str,
    /// The query string.
    pub query: &'a str,
}

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
    let as_of = take_instant(&mut params)?;
    params.finish()?;
    if !negotiate::accepts(&headers, &[link::GEOJSON, link::JSON]) {
        return Err(problem::not_acceptable());
    }
    let key = key(&shape.register, &feature)?;
    let base = negotiate::base_url(&app, &headers);
    let past = Past::asked(&app, &caller.principal, &shape.register, key, as_of, &headers, &base).await?;
    let found = app.desk.get(&caller.principal, &shape.register, key, past.instant()).await;
    let record = match found {
        Ok(record) => record,
        Err(error) => {
            return Err(memento::gone(&app, &caller.principal, &shape.register, key, past.instant(), error, &base).await);
        }
    };
    let written = Written {
        shape,
        space,
        select: select.as_deref(),
        base: &base,
        feature: &feature,
        query: uri.query().unwrap_or_default(),
    };
    let mut bearing = written.bearing(&definitions, &record);
    past.tell(&mut bearing, &record);
    let cache = match past.instant() {
        Some(instant) => age_of(&shape.register, instant, Timestamp::now()),
        None => HeaderValue::from_static("no-cache"),
    };
    bearing.push((header::CACHE_CONTROL, cache));
    let tag = written.tag(&definitions, &record);
    if validator::none_match(&headers, |t| t == tag) {
        return Ok(validator::not_modified(&bearing));
    }
    let mut response = written.body(&record).into_response();
    for (name, value) in bearing {
        response.headers_mut().append(name, value);
    }
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(link::GEOJSON));
    Ok(response)
}

/// Takes `datetime` as an instant.
///
/// # Errors
/// `bad-parameter`, also for an interval.
pub fn take_instant(params: &mut Params) -> Result<Option<Timestamp>> {
    match params.take("datetime")?.map(|text| Datetime::parse(&text)).transpose()? {
        Some(Datetime::AsOf(instant)) => Ok(Some(instant)),
        Some(_) => Err(bad_value("datetime", "bir an olmalı, aralık değil", "must be an instant, not an interval")),
        None => Ok(None),
    }
}

/// What tells one state of a record from another: the first part of the tags of all its representations.
pub fn state(definitions: &Definitions, id: Uuid, version: i64) -> String {
    validator::state(&[id.as_bytes(), &version.to_le_bytes(), definitions.hash.as_bytes()])
}

impl Written<'_> {
    /// The strong tag: of this state, in this representation.
    pub fn tag(&self, definitions: &Definitions, record: &Record) -> String {
        self.tag_of(&state(definitions, record.id, record.version))
    }

    /// The strong tag of a state.
    pub fn tag_of(&self, state: &str) -> String {
        let representation = validator::state(&[self.feature.as_bytes(), self.query.as_bytes(), self.base.as_bytes()]);
        validator::tag_of(state, &representation)
    }

    /// What the answer tells of the representation.
    pub fn bearing(&self, definitions: &Definitions, record: &Record) -> Vec<(HeaderName, HeaderValue)> {
        let mut bearing = vec![(CONTENT_CRS, self.space.content_crs())];
        bearing.extend(validator::header_value(&self.tag(definitions, record)).map(|v| (header::ETAG, v)));
        bearing.extend(http_date::header_value(record.recorded_at).map(|v| (header::LAST_MODIFIED, v)));
        bearing
    }

    /// The feature with its links.
    pub fn body(&self, record: &Record) -> Vec<u8> {
        let mut out = Vec::with_capacity(2048);
        write::feature_open(&mut out, self.shape, record, self.space, self.select);
        let (base, name, feature) = (self.base, &self.shape.register.name, self.feature);
        let collection = format!("{base}{ROOT}/collections/{name}");
        let question = if self.query.is_empty() { String::new() } else { format!("?{}", self.query) };
        let page = format!("{base}/registers/{name}/{}", record.id);
        let links = serde_json::json!([
            { "rel": "self", "type": link::GEOJSON, "href": format!("{collection}/items/{feature}{question}") },
            { "rel": "collection", "type": link::JSON, "href": collection },
            { "rel": "alternate", "type": link::HTML, "href": page },
            { "rel": "version-history", "type": link::JSON, "href": format!("{collection}/items/{}/versions", record.fid) },
        ]);
        out.extend_from_slice(b",\"links\":");
        out.extend_from_slice(links.to_string().as_bytes());
        out.push(b'}');
        out
    }
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
