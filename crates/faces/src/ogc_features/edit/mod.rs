//! OGC API Features Part 4 (20-002): features created, replaced, updated and deleted, with preconditions.

mod answer;
pub mod content;
mod options;
mod precondition;
pub mod prefer;

pub use options::{item as item_options, items as items_options};
pub use precondition::bad_date;

use super::{Space, item, items::CONTENT_CRS};
use crate::{
    App, Caller, Problem, changes,
    definitions::Definitions,
    negotiate,
    ogc_common::params::{Params, bad_value},
    ogc_versions::memento,
    problem,
};
use answer::Made;
use axum::{
    body::Body,
    extract::{Path, State},
    http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Uri, header},
    response::Response,
};
use content::{Feature, Manner};
use meydan_kernel::{Error, Principal, Record, Register, Result as KernelResult, catalogue::Action, desk::Edit};
use percent_encoding::percent_decode;
use prefer::Prefer;
use serde_json::Value as Json;
use std::sync::Arc;

/// The media types of a new or whole feature.
pub const FEATURE_TYPES: [&str; 2] = ["application/geo+json", "application/json"];
/// The media type of a change (RFC 7396).
pub const PATCH_TYPES: [&str; 1] = ["application/merge-patch+json"];
/// The header that says why, percent-encoded or in UTF-8; the parameter `reason` says the same.
const REASON: HeaderName = HeaderName::from_static("change-reason");

/// One request to change something.
struct Asked<'a> {
    app: &'a App,
    caller: &'a Caller,
    uri: &'a Uri,
    headers: &'a HeaderMap,
    prefer: Prefer,
}

/// `POST /ogc/collections/{id}/items`: one feature, or a collection of features, whole or not at all.
pub async fn create(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(id): Path<String>,
    uri: Uri,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Problem> {
    let asked = Asked::new(&app, &caller, &uri, &headers);
    asked.told(asked.create(&id, body).await)
}

/// `PUT` and `PATCH /ogc/collections/{id}/items/{feature}`.
pub async fn change(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path((id, feature)): Path<(String, String)>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Problem> {
    let asked = Asked::new(&app, &caller, &uri, &headers);
    asked.told(asked.change(&id, &feature, method == Method::PATCH, body).await)
}

/// `DELETE /ogc/collections/{id}/items/{feature}`.
pub async fn delete(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path((id, feature)): Path<(String, String)>,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let asked = Asked::new(&app, &caller, &uri, &headers);
    asked.told(asked.delete(&id, &feature).await)
}

impl<'a> Asked<'a> {
    fn new(app: &'a App, caller: &'a Caller, uri: &'a Uri, headers: &'a HeaderMap) -> Self {
        Self { app, caller, uri, headers, prefer: Prefer::of(headers) }
    }

    /// A refusal tells which preference was followed, too.
    fn told(&self, result: Result<Response, Problem>) -> Result<Response, Problem> {
        result.map_err(|problem| match self.prefer.applied(false) {
            Some(applied) => problem.bearing(prefer::APPLIED, applied),
            None => problem,
        })
    }

    /// Who asks, with their reason.
    fn principal(&self) -> Result<Principal, Problem> {
        let mut params = Params::parse(self.uri)?;
        let by_parameter = params.take("reason")?;
        params.finish()?;
        Ok(self.caller.through("api", by_parameter.map_or_else(|| reason(self.headers), |r| Ok(Some(r)))?))
    }

    fn manner(&self) -> KernelResult<Manner> {
        Ok(Manner { space: content_crs(self.headers)?, handling: self.prefer.handling })
    }

    async fn create(&self, id: &str, body: Body) -> Result<Response, Problem> {
        let principal = self.principal()?;
        let definitions = self.app.definitions();
        let shape = definitions.shape(id)?;
        let register = &shape.register;
        refuse_journal(register)?;
        // A part of a record is added by who comes to it through the whole, which only the body names.
        if !register.part {
            self.app.desk.admit(&principal, register, Action::Insert).await?;
        }
        takes(self.headers, &FEATURE_TYPES)?;
        let manner = self.manner()?;
        let json: Json = changes::read_as(&changes::limited_body(self.headers, body).await?)?;
        let made = self.made(&definitions, id);
        if json.get("type").is_some_and(|t| t == "FeatureCollection") {
            let edits = collection(self.app, register, json, manner).map_err(unprocessable)?;
            let committed = changes::carry_out(self.app, self.caller, principal, edits).await.map_err(unprocessable)?;
            return Ok(made.many(&committed)?);
        }
        let edit = Feature::read(json).and_then(|f| f.insertion(&self.app.desk, register, manner)).map_err(unprocessable)?;
        let edits = vec![(register.name.clone(), edit)];
        let committed = changes::carry_out(self.app, self.caller, principal.clone(), edits).await.map_err(unprocessable)?;
        made.one(&principal, shape, None, &committed, StatusCode::CREATED).await
    }

    async fn change(&self, id: &str, feature: &str, is_patch: bool, body: Body) -> Result<Response, Problem> {
        let principal = self.principal()?;
        let definitions = self.app.definitions();
        let shape = definitions.shape(id)?;
        let register = &shape.register;
        refuse_journal(register)?;
        self.app.desk.admit(&principal, register, Action::Update).await?;
        takes(self.headers, if is_patch { &PATCH_TYPES } else { &FEATURE_TYPES })?;
        let manner = self.manner()?;
        let now = self.current(&principal, register, feature).await?;
        let expected = self.weigh(&definitions, &now)?;
        let json: Json = changes::read_as(&changes::limited_body(self.headers, body).await?)?;
        let desk = &self.app.desk;
        let edit = if is_patch {
            Feature::read_patch(json).and_then(|f| f.patch(desk, register, &now, expected, manner))
        } else {
            Feature::read(json).and_then(|f| f.replacement(desk, register, &now, expected, manner))
        };
        let edits = vec![(register.name.clone(), edit.map_err(unprocessable)?)];
        let committed = desk.change(&principal, edits).await.map_err(unprocessable)?;
        self.made(&definitions, id).one(&principal, shape, Some(feature), &committed, StatusCode::NO_CONTENT).await
    }

    async fn delete(&self, id: &str, feature: &str) -> Result<Response, Problem> {
        let principal = self.principal()?;
        let definitions = self.app.definitions();
        let register = &definitions.shape(id)?.register;
        refuse_journal(register)?;
        self.app.desk.admit(&principal, register, Action::Delete).await?;
        let now = self.current(&principal, register, feature).await?;
        let expected = self.weigh(&definitions, &now)?;
        let edits = vec![(register.name.clone(), Edit::Delete { id: now.id, expected })];
        self.app.desk.change(&principal, edits).await.map_err(unprocessable)?;
        Ok(answer::nothing(self.prefer))
    }

    /// The record as it is, for who may see it. What has ended is gone (RFC 9110, 15.5.11), what never was is not there: both
    /// before any precondition is weighed.
    async fn current(&self, principal: &Principal, register: &Arc<Register>, feature: &str) -> Result<Record, Problem> {
        let key = item::key(register, feature)?;
        match self.app.desk.get(principal, register, key, None).await {
            Ok(record) => Ok(record),
            Err(error) => {
                let base = negotiate::base_url(self.app, self.headers);
                Err(memento::gone(self.app, principal, register, key, None, error, &base).await)
            }
        }
    }

    fn weigh(&self, definitions: &Definitions, now: &Record) -> Result<Option<i64>, Problem> {
        let state = item::state(definitions, now.id, now.version);
        precondition::weigh(self.headers, now, &state, self.prefer.handling)
    }

    fn made<'b>(&'b self, definitions: &'b Definitions, id: &'b str) -> Made<'b> {
        Made {
            app: self.app,
            definitions,
            collection: id,
            base: negotiate::base_url(self.app, self.headers),
            prefer: self.prefer,
            headers: self.headers,
        }
    }
}

/// Journals are written by the house alone: these methods are nobody's there.
///
/// # Errors
/// `method-not-allowed` (405).
fn refuse_journal(register: &Register) -> Result<(), Problem> {
    if !register.journal {
        return Ok(());
    }
    Err(problem::wrong_method().bearing(header::ALLOW, HeaderValue::from_static("GET, HEAD, OPTIONS")))
}

/// The features of a GeoJSON collection as new records.
fn collection(app: &App, register: &Register, json: Json, manner: Manner) -> KernelResult<Vec<(String, Edit)>> {
    let Some(Json::Array(features)) = json.as_object().and_then(|o| o.get("features")).cloned() else {
        return Err(Error::invalid("not-a-feature", "“features” bir liste olmalı.", "“features” must be a list.").field(
            "features",
            "bir liste olmalı",
            "must be a list",
        ));
    };
    if features.is_empty() {
        return Err(Error::invalid("no-changes", "“features” listesi boş.", "The list “features” is empty.").field(
            "features",
            "en az bir kayıt olmalı",
            "must hold one feature at least",
        ));
    }
    let one = |(index, json)| {
        let edit = Feature::read(json).and_then(|f| f.insertion(&app.desk, register, manner));
        edit.map(|edit| (register.name.clone(), edit)).map_err(|e| within(e, &format!("/features/{index}")))
    };
    features.into_iter().enumerate().map(one).collect()
}

/// An error whose fields are named from the root of the body.
pub fn within(error: Error, place: &str) -> Error {
    let fields = error
        .fields()
        .iter()
        .map(|f| meydan_kernel::error::FieldError { field: format!("{place}/{}", f.field), message: f.message.clone() });
    let mut moved = error.without_fields();
    moved = if error.fields().is_empty() { moved.field(place, "burada", "here") } else { moved.with_fields(fields.collect()) };
    moved
}

/// 422 for content that can be read, but doesn't fit the definition (OGC 20-002, table of status codes).
pub fn unprocessable(error: Error) -> Problem {
    match error.code() {
        "invalid-record" | "bad-geometry" | "not-a-feature" => Problem::with_status(error, StatusCode::UNPROCESSABLE_ENTITY),
        _ => error.into(),
    }
}

/// Refuses bodies of another media type; also those of none, which a page of another origin could send.
///
/// # Errors
/// `no-media-type` (400), `wrong-media-type` (415).
pub fn takes(headers: &HeaderMap, types: &[&str]) -> Result<(), Problem> {
    let list = types.join(", ");
    let Some(value) = headers.get(header::CONTENT_TYPE) else {
        let (tr, en) = ("Content-Type başlığı gerekli.", "The header Content-Type is needed.");
        let error = Error::invalid("no-media-type", tr, en);
        return Err(error.field("Content-Type", format!("şunlardan biri: {list}"), format!("one of: {list}")).into());
    };
    let essence = value.to_str().unwrap_or_default().split(';').next().unwrap_or_default().trim();
    if types.iter().any(|t| t.eq_ignore_ascii_case(essence)) {
        return Ok(());
    }
    let error = Error::invalid(
        "wrong-media-type",
        format!("İçerik türü şunlardan biri olmalı: {list}."),
        format!("The content type must be one of: {list}."),
    );
    Err(Problem::with_status(error, StatusCode::UNSUPPORTED_MEDIA_TYPE))
}

/// The reference system of a body: that of `Content-Crs`, else longitude, latitude.
///
/// # Errors
/// `bad-parameter`.
pub fn content_crs(headers: &HeaderMap) -> KernelResult<Space> {
    let Some(value) = headers.get(CONTENT_CRS) else { return Ok(Space::lon_lat()) };
    let text = value.to_str().unwrap_or_default().trim();
    Space::parse("Content-Crs", text.strip_prefix('<').and_then(|t| t.strip_suffix('>')).unwrap_or(text))
}

/// Why, as the header says it.
///
/// # Errors
/// `bad-parameter` if it is not UTF-8.
pub fn reason(headers: &HeaderMap) -> KernelResult<Option<String>> {
    let Some(value) = headers.get(REASON) else { return Ok(None) };
    let decoded = percent_decode(value.as_bytes()).decode_utf8().ok().filter(|text| !text.contains('\0'));
    let text = decoded.ok_or_else(|| bad_value("Change-Reason", "UTF-8 olmalı", "must be UTF-8"))?;
    Ok(Some(text.trim().to_owned()).filter(|text| !text.is_empty()))
}

/// A header's value that must not fail.
pub(super) fn value(text: &str) -> HeaderValue {
    HeaderValue::try_from(text).unwrap_or(HeaderValue::from_static(""))
}
