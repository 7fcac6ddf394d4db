//! What is said after a change.

use super::prefer::{APPLIED, Prefer};
use crate::{
    App, Problem,
    definitions::{Definitions, Shape},
    negotiate,
    ogc_common::{ROOT, http_date, link, validator},
    ogc_features::{
        Space,
        item::{self, Written},
    },
    ogc_transactions::Report,
};
use axum::{
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use meydan_kernel::{Committed, Error, Principal, Result, query::Key};

/// What answers are made from.
pub(super) struct Made<'a> {
    pub app: &'a App,
    pub definitions: &'a Definitions,
    pub collection: &'a str,
    pub base: String,
    pub prefer: Prefer,
    pub headers: &'a HeaderMap,
}

impl Made<'_> {
    /// After one record was made or changed. What stands there now is told with its validators, so that the next change can name
    /// it; the whole of it if the client prefers it and its person may see it.
    pub async fn one(
        &self,
        principal: &Principal,
        shape: &Shape,
        feature: Option<&str>,
        committed: &Committed,
        status: StatusCode,
    ) -> Result<Response, Problem> {
        let &(id, fid, version) = committed.records.first().ok_or_else(|| Error::internal("a change of nothing"))?;
        let named = feature.map_or_else(|| fid.to_string(), str::to_owned);
        let written = Written { shape, space: Space::lon_lat(), select: None, base: &self.base, feature: &named, query: "" };
        let wanted = self.prefer.representation && negotiate::accepts(self.headers, &[link::GEOJSON, link::JSON]);
        // Who may write here doesn't always see what they wrote.
        let record = match wanted {
            true => self.app.desk.get(principal, &shape.register, Key::Id(id), None).await.ok(),
            false => None,
        };
        let status = if record.is_some() && status == StatusCode::NO_CONTENT { StatusCode::OK } else { status };
        let mut response = match &record {
            Some(record) => (status, written.body(record)).into_response(),
            None if status == StatusCode::CREATED => self.many(committed)?,
            None => status.into_response(),
        };
        let headers = response.headers_mut();
        match &record {
            Some(record) => {
                headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(link::GEOJSON));
                headers.extend(written.bearing(self.definitions, record));
            }
            None => {
                headers.extend(http_date::header_value(committed.recorded_at).map(|v| (header::LAST_MODIFIED, v)));
                let tag = written.tag_of(&item::state(self.definitions, id, version));
                headers.extend(validator::header_value(&tag).map(|v| (header::ETAG, v)));
            }
        }
        if status == StatusCode::CREATED {
            let address = format!("{}{ROOT}/collections/{}/items/{fid}", self.base, self.collection);
            headers.insert(header::LOCATION, super::value(&address));
        }
        if let Some(applied) = self.prefer.applied(record.is_some()) {
            headers.insert(APPLIED, applied);
        }
        Ok(response)
    }

    /// After records were made: where each of them is, and where that stands in the log.
    pub fn many(&self, committed: &Committed) -> Result<Response> {
        let mut report = Report::new("atomic");
        report.inserted(&self.base, self.collection, &committed.records);
        report.committed(committed);
        let mut response = (StatusCode::CREATED, report.to_json(false).to_string()).into_response();
        response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(link::JSON));
        response.headers_mut().extend(self.prefer.applied(false).map(|v| (APPLIED, v)));
        Ok(response)
    }
}

/// After an end.
pub(super) fn nothing(prefer: Prefer) -> Response {
    let mut response = StatusCode::NO_CONTENT.into_response();
    response.headers_mut().extend(prefer.applied(false).map(|v| (APPLIED, v)));
    response
}
