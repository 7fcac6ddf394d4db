//! `OPTIONS`: what who asks may do with a collection's features (OGC 20-002, 7.6). Clients such as QGIS offer editing by it.

use super::{FEATURE_TYPES, PATCH_TYPES};
use crate::{App, Caller, Problem, app::OPTIONS, ogc_common::params::Params};
use axum::{
    extract::{Path, State},
    http::{HeaderName, StatusCode, Uri, header},
    response::{IntoResponse, Response},
};
use meydan_kernel::{Result, catalogue::Action};
use std::sync::Arc;

const ACCEPT_POST: HeaderName = HeaderName::from_static("accept-post");
const ACCEPT_PATCH: HeaderName = HeaderName::from_static("accept-patch");

/// `OPTIONS /ogc/collections/{id}/items`.
pub async fn items(State(app): State<Arc<App>>, caller: Caller, Path(id): Path<String>, uri: Uri) -> Result<Response, Problem> {
    let may = |action| may(&app, &caller, &id, action);
    Params::parse(&uri)?;
    let can_create = may(Action::Insert)?;
    let mut response = allowing(if can_create { &["POST"] } else { &[] });
    if can_create {
        response.headers_mut().insert(ACCEPT_POST, super::value(&FEATURE_TYPES.join(", ")));
    }
    Ok(response)
}

/// `OPTIONS /ogc/collections/{id}/items/{feature}`: of any feature of the collection; whether this very one may be changed, its
/// own content decides when it is tried.
pub async fn item(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path((id, _feature)): Path<(String, String)>,
    uri: Uri,
) -> Result<Response, Problem> {
    Params::parse(&uri)?;
    let mut methods = Vec::new();
    let can_update = may(&app, &caller, &id, Action::Update)?;
    if can_update {
        methods.extend(["PUT", "PATCH"]);
    }
    if may(&app, &caller, &id, Action::Delete)? {
        methods.push("DELETE");
    }
    let mut response = allowing(&methods);
    if can_update {
        response.headers_mut().insert(ACCEPT_PATCH, super::value(&PATCH_TYPES.join(", ")));
    }
    Ok(response)
}

fn may(app: &App, caller: &Caller, id: &str, action: Action) -> Result<bool> {
    let register = app.desk.register(id)?;
    Ok(!register.journal && app.desk.could(&caller.principal, &register, action))
}

/// 200 with `Allow`. To scripts of other origins reading is allowed, and nothing else.
fn allowing(methods: &[&str]) -> Response {
    let all: Vec<&str> = ["GET", "HEAD", "OPTIONS"].iter().chain(methods).copied().collect();
    let mut response = (StatusCode::OK, OPTIONS).into_response();
    response.headers_mut().insert(header::ALLOW, super::value(&all.join(", ")));
    response
}
