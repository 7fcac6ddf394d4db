//! `GET /api/cases/{register}/{id}/parts/{part}`: the parts of a case (comments, files) that who asks may see, oldest first.

use super::find;
use crate::{
    App, Caller, Problem, negotiate,
    ogc_common::{link, params::Params, reply},
};
use axum::{
    extract::{Path, State},
    http::{HeaderMap, Uri},
    response::Response,
};
use meydan_kernel::{
    Desk, Error, Principal, Query, Record, Register, Result, Value,
    catalogue::workflow::part,
    cql2::{Comparison, Expr, Operand},
    query::MAX_PAGE,
};
use serde_json::{Map, Value as Json, json};
use std::sync::Arc;
use uuid::Uuid;

/// Answers with the parts.
pub async fn list(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path((name, id, kind)): Path<(String, String, String)>,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let mut params = Params::parse(&uri)?;
    params.take("lang")?;
    params.finish()?;
    let principal = caller.through("api", None);
    let (register, record) = find(&app.desk, &principal, &name, &id).await?;
    let parts = app.desk.register(&kind)?;
    let found = of(&app.desk, &principal, &register, record.id, &parts).await?;
    let list: Vec<Json> = found.iter().map(|r| one(&parts, r)).collect();
    let body = json!({ "register": name, "id": record.id.to_string(), "part": kind, "parts": list });
    Ok(reply::json(&headers, negotiate::lang(&uri, &headers), link::JSON, &body)?)
}

fn one(register: &Register, record: &Record) -> Json {
    let values: Map<String, Json> =
        register.fields.iter().zip(&record.values).map(|(f, v)| (f.name.clone(), v.to_json())).collect();
    json!({
        "id": record.id.to_string(), "version": record.version, "recorded_at": record.recorded_at.to_string(), "values": values,
    })
}

/// The parts of a record that somebody may see, in the order in which they came.
///
/// # Errors
/// `not-a-part`; as [`Desk::with_whole`] and [`Desk::query`].
pub async fn of(
    desk: &Desk,
    principal: &Principal,
    whole: &Arc<Register>,
    id: Uuid,
    parts: &Arc<Register>,
) -> Result<Vec<Record>> {
    let fields = parts.field_index(part::WHOLE).zip(parts.field_index(part::WHOLE_REGISTER)).filter(|_| parts.part);
    let Some((record, register)) = fields else {
        return Err(Error::not_found(
            "not-a-part",
            format!("“{}” kütüğünün kayıtları bir işin parçası değil.", parts.title.tr),
            format!("The records of the register “{}” are no parts of a case.", parts.title.en),
        ));
    };
    let through = desk.with_whole(principal, whole, id).await?;
    let is = |field, text: String| Expr::Compare(Operand::Field(field), Comparison::Eq, Operand::Literal(Value::Text(text)));
    let filter = Expr::And(vec![is(record, id.to_string()), is(register, whole.name.clone())]);
    let query = Query { filter: Some(filter), limit: Some(MAX_PAGE), ..Query::all(Arc::clone(parts)) };
    desk.query(&through, &query).await
}
