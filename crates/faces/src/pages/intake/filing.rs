//! `POST /cagri`, `POST /basvuru-al`: the request is filed, tied to its call, and joined to the same one if the agent said so.

use super::{
    REQUEST,
    form::{self, Way},
};
use crate::{
    Problem,
    calls::{CALL, phone},
    pages::{
        format,
        page::{Visit, see_other},
        params::Params,
        refusal::Refusal,
    },
};
use axum::{body::Bytes, response::Response};
use meydan_geo::Wkb;
use meydan_kernel::{Error, Register, Result as KernelResult, Value, desk::Edit};
use serde_json::{Map, Value as Json, json};
use std::sync::Arc;
use uuid::Uuid;

/// Inputs whose text is the field's.
const TEXTS: [&str; 12] = [
    "kind",
    "category",
    "description",
    "address",
    "language",
    "external_id",
    "applicant_name",
    "applicant_email",
    "applicant_national_id",
    "applicant_address",
    "neighbourhood",
    "street",
];
/// What is not kept of who gives no name.
const OF_THE_NAMED: [&str; 3] = ["applicant_name", "applicant_national_id", "applicant_address"];

/// `POST /cagri`.
///
/// # Errors
/// `form-expired`, `login-required`, `not-allowed`; our own failures. What can be mended comes back in the form.
pub async fn of_call(visit: Visit, body: Bytes) -> Result<Response, Problem> {
    submit(&visit, Way::Call, &body).await
}

/// `POST /basvuru-al`.
///
/// # Errors
/// As [`of_call`].
pub async fn of_desk(visit: Visit, body: Bytes) -> Result<Response, Problem> {
    submit(&visit, Way::Desk, &body).await
}

async fn submit(visit: &Visit, way: Way, body: &[u8]) -> Result<Response, Problem> {
    let form = Params::parse(&String::from_utf8_lossy(body));
    visit.check_token(&form)?;
    let register = visit.app.desk.register(REQUEST)?;
    let id = form.get("meydan-record").and_then(|text| Uuid::parse_str(text).ok()).unwrap_or_else(Uuid::now_v7);
    let join = form.get("join").and_then(|text| Uuid::parse_str(text).ok());
    let filed = match read(visit, way, &register, &form, join.is_some()) {
        Ok((set, geometry)) => file(visit, way, &form, id, set, geometry).await,
        Err(error) => Err(error),
    };
    match filed {
        Ok(()) => {}
        // A second click finds what the first one made.
        Err(error) if error.code() == "key-taken" && is_there(visit, &register, id).await => {}
        Err(error) if error.code() == "step-up-required" => return Err(error.into()),
        Err(error) => return form::show(visit, way, form, Some(Refusal::of(visit, error)?)).await,
    }
    let joined = match join {
        None => "",
        Some(same) if joined(visit, &register, id, same).await.is_ok() => "&joined=1",
        Some(_) => "&joined=0",
    };
    let from = if way == Way::Call { "cagri" } else { "masa" };
    let call = form.get("meydan-call").and_then(|c| Uuid::parse_str(c).ok()).map(|c| format!("&call={c}")).unwrap_or_default();
    Ok(see_other(&format!("/basvuru-al/{id}?from={from}{joined}{call}")))
}

async fn is_there(visit: &Visit, register: &Arc<Register>, id: Uuid) -> bool {
    visit.app.desk.with_whole(&visit.principal(), register, id).await.is_ok()
}

type Read = (Vec<(usize, Value)>, Option<Wkb>);

/// The form as values of the request.
fn read(visit: &Visit, way: Way, register: &Register, form: &Params, joins: bool) -> KernelResult<Read> {
    let mut map = Map::new();
    let anonymous = form.get("anonymous").is_some();
    for name in TEXTS.into_iter().filter(|name| !(anonymous && OF_THE_NAMED.contains(name))) {
        if let Some(text) = form.get(name) {
            map.insert(name.to_owned(), json!(text.trim()));
        }
    }
    if joins && !map.contains_key("description") {
        map.insert("description".to_owned(), json!(visit.t.intake_same_report()));
    }
    let channel = if way == Way::Call { "phone" } else { form.get("channel").unwrap_or("desk") };
    map.insert("channel".to_owned(), json!(channel));
    map.insert("anonymous".to_owned(), Json::Bool(anonymous));
    if let Some(text) = form.get("applicant_phone") {
        let number = phone::e164(text).ok_or_else(|| at_field(register, "applicant_phone", visit.t.intake_bad_phone()))?;
        map.insert("applicant_phone".to_owned(), json!(number));
    }
    for name in ["call_back", "received_at"] {
        if let Some(text) = form.get(name) {
            let at = format::parse_instant(text).ok_or_else(|| at_field(register, name, visit.t.intake_bad_time()))?;
            map.insert(name.to_owned(), json!(at.to_string()));
        }
    }
    Ok((visit.app.desk.read_values(register, &map)?, place(register, visit, form)?))
}

fn place(register: &Register, visit: &Visit, form: &Params) -> KernelResult<Option<Wkb>> {
    let number = |name: &str| form.get(name).map(|text| text.trim().replace(',', ".").parse::<f64>().ok());
    let (lon, lat) = match (number("geometry.lon"), number("geometry.lat")) {
        (None, None) => return Ok(None),
        (lon, lat) => (lon.flatten(), lat.flatten()),
    };
    let inside = lon.zip(lat).filter(|(lon, lat)| lon.abs() <= 180.0 && lat.abs() <= 90.0);
    let point = inside.and_then(|(lon, lat)| Wkb::point(lon, lat));
    point.map(Some).ok_or_else(|| at_field(register, "geometry", visit.t.intake_bad_place()))
}

/// One sentence at one input, told in the visitor's language.
fn at_field(register: &Register, field: &str, message: &str) -> Error {
    let title = register.field(field).map(|f| f.title.clone()).unwrap_or_default();
    Error::invalid("invalid-record", format!("“{}” okunamadı.", title.tr), format!("“{}” can't be read.", title.en))
        .field(field, message, message)
}

/// One changeset: the request, and the call that brought it.
async fn file(
    visit: &Visit,
    way: Way,
    form: &Params,
    id: Uuid,
    set: Vec<(usize, Value)>,
    geometry: Option<Wkb>,
) -> KernelResult<()> {
    let principal = visit.principal();
    let mut edits = vec![(REQUEST.to_owned(), Edit::Insert { id: Some(id), set, geometry })];
    if let (Way::Call, Some(call)) = (way, form.get("meydan-call").and_then(|c| Uuid::parse_str(c).ok())) {
        let calls = visit.app.desk.register(CALL)?;
        let told = form.get("recording_told").is_some();
        let values = [
            ("request", Value::Reference(id)),
            ("recording_told", Value::Bool(told)),
            ("agent", principal.person().map_or(Value::Null, Value::Reference)),
        ];
        let set = values.into_iter().filter_map(|(name, v)| Some((calls.field_index(name)?, v))).collect();
        edits.push((CALL.to_owned(), Edit::Update { id: call, expected: None, set, geometry: None }));
    }
    visit.app.desk.change(&principal, edits).await.map(|_| ())
}

/// The caller's own request goes the way `join`: whoever asked first is told, and so are they.
async fn joined(visit: &Visit, register: &Arc<Register>, id: Uuid, same: Uuid) -> KernelResult<()> {
    let index = register.field_index("duplicate_of").ok_or_else(|| Error::internal("requests that can't be joined"))?;
    let edit = Edit::Proceed {
        id,
        expected: None,
        transition: "join".to_owned(),
        set: vec![(index, Value::Reference(same))],
        at: None,
    };
    visit.app.desk.change(&visit.principal(), vec![(register.name.clone(), edit)]).await.map(|_| ())
}
