//! Personal data of one record: seen whole, and destroyed for ever. Both only with a reason, which is logged.

use super::body;
use crate::{App, Caller, Problem, ogc_common::params::Params, ogc_features::item_key};
use axum::{
    body::Body,
    extract::{Path, State},
    http::{HeaderMap, HeaderValue, Uri, header},
    response::{IntoResponse, Response},
};
use meydan_kernel::{
    Error, Principal, Register, Result,
    desk::{Destruction, no_such_record},
    permission::{FieldSet, reason_required},
    query::Key,
};
use serde::Deserialize;
use serde_json::{Map, Value as Json, json};
use std::sync::Arc;

/// What a body says.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Asked {
    /// Names of fields. Left out: to see, all personal ones; to destroy, they must be named.
    #[serde(default)]
    fields: Option<Vec<String>>,
    /// The whole record is to be destroyed.
    #[serde(default)]
    whole: bool,
    /// Why.
    #[serde(default)]
    reason: Option<String>,
}

impl Asked {
    async fn read(uri: &Uri, headers: &HeaderMap, body: Body) -> Result<Self, Problem> {
        Params::parse(uri)?.finish()?;
        Ok(body::read_as(&body::bytes(headers, body).await?)?)
    }

    /// Who asks, with their reason. Nobody in particular is first told to log in, by the desk.
    fn principal(&self, caller: &Caller) -> Result<Principal> {
        let principal = caller.through("api", self.reason.clone());
        if principal.has_reason() || principal.is_everyone() { Ok(principal) } else { Err(reason_required()) }
    }

    /// Indexes of the fields named; `None` if none is.
    fn indexes(&self, register: &Register) -> Result<Option<Vec<usize>>> {
        let Some(names) = &self.fields else { return Ok(None) };
        let mut error =
            Error::invalid("no-such-field", "Adı verilen alanlardan biri yok.", "One of the fields named is not there.");
        let (mut found, mut wrong) = (Vec::with_capacity(names.len()), names.is_empty());
        for name in names {
            match register.field_index(name) {
                Some(index) => found.push(index),
                None => {
                    wrong = true;
                    error = error.field(name, "böyle bir alan yok", "there is no such field");
                }
            }
        }
        if wrong { Err(error) } else { Ok(Some(found)) }
    }
}

/// `POST /api/records/{register}/{id}/unmask`: personal fields of a record whole. The look is written down before the answer.
pub async fn unmask(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path((name, id)): Path<(String, String)>,
    uri: Uri,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Problem> {
    let asked = Asked::read(&uri, &headers, body).await?;
    let register = app.desk.register(&name)?;
    let key = item_key(&register, &id)?;
    let fields = match asked.indexes(&register)? {
        Some(fields) => fields.into_iter().fold(FieldSet::EMPTY, FieldSet::with),
        None => FieldSet::personal(&register),
    };
    let principal = asked.principal(&caller)?;
    let record = app.desk.unmask(&principal, &register, key, fields).await?;
    let values: Map<String, Json> =
        fields.iter().filter_map(|i| Some((register.fields.get(i)?.name.clone(), record.values.get(i)?.to_json()))).collect();
    let body = json!({ "register": name, "id": record.id.to_string(), "version": record.version, "values": values });
    Ok(kept_by_nobody(&body))
}

/// `POST /api/records/{register}/{id}/erase`: destroys values of a record for ever; the record of destruction is written with it.
pub async fn erase(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path((name, id)): Path<(String, String)>,
    uri: Uri,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Problem> {
    let asked = Asked::read(&uri, &headers, body).await?;
    let register = app.desk.register(&name)?;
    let fields = asked.indexes(&register)?;
    if fields.is_none() != asked.whole {
        // What doesn't come back is never meant by leaving something out.
        return Err(Error::invalid(
            "what-to-destroy",
            "Ya yok edilecek alanları (fields) ya da kaydın tamamını (whole) söyleyin.",
            "Name either the fields to destroy (fields) or the whole record (whole).",
        )
        .into());
    }
    let Key::Id(id) = item_key(&register, &id)? else { return Err(no_such_record(&register, &id).into()) };
    let principal = asked.principal(&caller)?;
    let why = Destruction::requested(principal.act.reason.clone(), None);
    let done = app.desk.destroy(&principal, &name, id, fields, &why).await?;
    app.identity.forget_destroyed(&name, id).await?;
    let body = json!({
        "register": name, "id": id.to_string(), "changeset": done.changeset.to_string(),
        "first_position": done.first_position, "recorded_at": done.recorded_at.to_string(),
    });
    Ok(kept_by_nobody(&body))
}

fn kept_by_nobody(body: &Json) -> Response {
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("application/json")),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
    ];
    (headers, body.to_string()).into_response()
}
