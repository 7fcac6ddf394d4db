//! `/account/data.json`: all that the house keeps of somebody, for them to take away (KVKK article 11).

use super::{
    super::{
        page::{Visit, private},
        params::Params,
    },
    here,
    looks::about,
    themselves,
};
use crate::Problem;
use axum::{
    body::Bytes,
    http::header,
    response::{IntoResponse, Response},
};
use meydan_kernel::{
    Bilingual, Principal, Query, Record, Register, catalogue::Action, desk::SecurityEvent, query::Cursor, query::MAX_PAGE,
};
use serde_json::{Map, Value as Json, json};
use std::sync::Arc;
use uuid::Uuid;

/// Limit: records of one register in the file; beyond it the file says that there are more.
const MAX_RECORDS: usize = 100_000;

/// `POST /account/data.json`. It takes a form: each download is written down.
///
/// # Errors
/// `form-expired`, `login-required`; those of the store.
pub async fn download(visit: Visit, body: Bytes) -> Result<Response, Problem> {
    visit.check_token(&Params::parse(&String::from_utf8_lossy(&body)))?;
    let (session, _) = here(&visit)?;
    let principal = themselves(&visit)?;
    let event = SecurityEvent {
        kind: "personal_export",
        person: Some(session.person),
        address: visit.caller.address.clone(),
        ..SecurityEvent::default()
    };
    visit.app.desk.note(&principal.act, event).await?;
    let json = all_of(&visit, &principal, session.person).await?;
    let body = serde_json::to_vec_pretty(&json).map_err(meydan_kernel::Error::internal)?;
    let headers = [
        (header::CONTENT_TYPE, "application/json; charset=utf-8"),
        (header::CONTENT_DISPOSITION, "attachment; filename=\"meydan-kisisel-veri.json\""),
    ];
    Ok(private((headers, body).into_response()))
}

async fn all_of(visit: &Visit, principal: &Principal, me: Uuid) -> Result<Json, Problem> {
    let catalogue = visit.app.desk.catalogue();
    let (mut registers, mut closed) = (Map::new(), Vec::new());
    for register in catalogue.registers.values() {
        let Some(query) = register.subject.as_deref().and_then(|field| about(register, field, me)) else { continue };
        if visit.app.desk.access(principal, register, Action::Read).is_none() {
            closed.push(json!({ "register": register.name, "title": both(&register.title) }));
            continue;
        }
        let (records, whole) = records(visit, principal, query).await?;
        let mut entry = json!({
            "title": both(&register.title),
            "records": records.iter().map(|r| record(register, r)).collect::<Vec<_>>(),
            "complete": whole,
        });
        if let Some(processing) = &register.processing {
            entry["purpose"] = both(&processing.purpose);
            entry["legal_basis"] = both(&processing.basis);
        }
        registers.insert(register.name.clone(), entry);
    }
    let identity = &visit.app.identity;
    Ok(json!({
        "person": me,
        "made_at": principal.now.to_string(),
        "registers": registers,
        "not_open_to_you_here": closed,
        "logins": {
            "password_set_at": identity.password_set_at(me).await?.map(|at| at.to_string()),
            "authenticator_app_since": identity.second_factor_of(me).await?.totp_since.map(|at| at.to_string()),
            "passkeys": identity.passkeys_of(me).await?,
            "sessions": identity.sessions_of(me).await?,
            "tokens": identity.tokens_of(me).await?,
        },
    }))
}

/// All records of a question, page by page; false if there are more than fit.
async fn records(visit: &Visit, principal: &Principal, query: Query) -> Result<(Vec<Record>, bool), Problem> {
    let mut out: Vec<Record> = Vec::new();
    loop {
        let after = out.last().map(|last| Cursor { value: None, fid: last.fid });
        let page = visit.app.desk.query(principal, &Query { after, limit: Some(MAX_PAGE), ..query.clone() }).await?;
        let last = page.len() < MAX_PAGE;
        out.extend(page);
        if last || out.len() >= MAX_RECORDS {
            return Ok((out, last));
        }
    }
}

fn record(register: &Arc<Register>, record: &Record) -> Json {
    let mut fields = Map::new();
    for (index, field) in register.fields.iter().enumerate() {
        let value = record.values.get(index).map_or(Json::Null, meydan_kernel::Value::to_json);
        fields.insert(field.name.clone(), value);
    }
    let masked = record.hidden.iter().filter_map(|i| register.fields.get(i)).map(|f| f.name.as_str()).collect::<Vec<_>>();
    json!({
        "id": record.id,
        "version": record.version,
        "recorded_at": record.recorded_at.to_string(),
        "fields": fields,
        "masked": masked,
    })
}

fn both(text: &Bilingual) -> Json {
    json!({ "tr": text.tr, "en": text.en })
}
