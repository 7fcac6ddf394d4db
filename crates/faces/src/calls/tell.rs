//! `POST /api/calls`: the phone system tells that a call rings, is answered, has ended. Told twice, or in another order, it comes to the
//! same call.

use super::{CALL, agent, is_blank, phone, text};
use crate::{App, Caller, Problem, changes::body, ogc_common::params::Params};
use axum::{
    body::Body,
    extract::State,
    http::{HeaderMap, HeaderValue, StatusCode, Uri, header},
    response::{IntoResponse, Response},
};
use jiff::{SignedDuration, Timestamp};
use meydan_kernel::{
    Error, Kind, Principal, Query, Record, Register, Result, Value,
    catalogue::Action,
    cql2,
    desk::Edit,
    permission::{FieldSet, not_allowed},
    post::Directory,
};
use serde::Deserialize;
use serde_json::json;
use std::sync::Arc;
use uuid::Uuid;

/// Limit: how far a phone system's clock may be ahead of ours; what is later counts as now.
const CLOCK_SKEW: SignedDuration = SignedDuration::from_mins(5);
/// How often it is tried again when another event of the same call was quicker.
const TRIES: usize = 4;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Event {
    Ringing,
    Answered,
    Ended,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Direction {
    Incoming,
    Outgoing,
}

/// What the phone system tells.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Told {
    event: Event,
    /// The call in the phone system.
    call_id: String,
    /// Who calls; of an outgoing call, who does the calling. Withheld or not a number: nobody knows.
    #[serde(default)]
    from: Option<String>,
    /// The line called; of an outgoing call, who is called.
    #[serde(default)]
    to: Option<String>,
    /// The agent's login name or office e-mail.
    #[serde(default)]
    agent: Option<String>,
    /// The agent's extension.
    #[serde(default)]
    extension: Option<String>,
    #[serde(default)]
    direction: Option<Direction>,
    /// When; now, if it isn't said.
    #[serde(default)]
    at: Option<Timestamp>,
    /// Name of the recording, where the phone system keeps it; taken only if the caller was told.
    #[serde(default)]
    recording: Option<String>,
}

/// Takes what the phone system tells; 201 for a call that is new, 200 for one that is known.
pub async fn tell(
    State(app): State<Arc<App>>,
    caller: Caller,
    uri: Uri,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Problem> {
    Params::parse(&uri)?.finish()?;
    let register = app.desk.register(CALL)?;
    let principal = caller.through("phone", None);
    for_calls_only(&principal, &register)?;
    let mut told: Told = body::read_as(&body::bytes(&headers, body).await?)?;
    told.at = Some(told.at.unwrap_or(principal.now).min(principal.now + CLOCK_SKEW));
    let mut tries = 0;
    let (id, created) = loop {
        tries += 1;
        match keep(&app, &principal, &caller.directory, &register, &told).await {
            Err(error) if error.code() == "key-taken" && tries < TRIES => {}
            Err(error) => return Err(error.into()),
            Ok(done) => break done,
        }
    };
    let status = if created { StatusCode::CREATED } else { StatusCode::OK };
    let body = json!({ "id": id.to_string(), "call_id": told.call_id, "created": created });
    let headers = [(header::CONTENT_TYPE, HeaderValue::from_static("application/json"))];
    Ok((status, headers, body.to_string()).into_response())
}

/// What stands in a phone system's settings is read by many: a token that opens more than calls isn't taken from it.
fn for_calls_only(principal: &Principal, register: &Register) -> Result<()> {
    if principal.person().is_none() {
        return Err(not_allowed(principal, register, Action::Insert));
    }
    let only = |registers: &Vec<String>| registers.iter().all(|name| name == CALL) && !registers.is_empty();
    if principal.limits.iter().any(|l| l.registers.as_ref().is_some_and(only)) {
        return Ok(());
    }
    Err(Error::new(
        Kind::Forbidden,
        "token-for-calls-only",
        "Santral, yalnızca çağrı kütüğüne yetkili bir erişim anahtarıyla gelmelidir.",
        "The phone system must come with an access token for the register of calls only.",
    )
    .hint(
        "Hesap sayfasında kapsamı yalnızca “call” olan bir anahtar yapın (docs/calls.md).",
        "Make a token with the scope “call” only on the account page (docs/calls.md).",
    ))
}

async fn keep(
    app: &App,
    principal: &Principal,
    directory: &Directory,
    register: &Arc<Register>,
    told: &Told,
) -> Result<(Uuid, bool)> {
    let index = register.field_index("call_id").ok_or_else(|| Error::internal("calls without an id"))?;
    let filter = Some(cql2::equals(register, index, &told.call_id)?);
    let query = Query { filter, limit: Some(1), ..Query::all(Arc::clone(register)) };
    // Of personal data nothing is asked: no look is written down for each ring.
    let known = app.desk.list(principal, &query, FieldSet::impersonal(register)).await?.pop();
    let set = told.values(register, directory, known.as_ref());
    match known {
        None => {
            let id = Uuid::now_v7();
            app.desk.change(principal, vec![(CALL.to_owned(), Edit::Insert { id: Some(id), set, geometry: None })]).await?;
            Ok((id, true))
        }
        Some(call) if set.is_empty() => Ok((call.id, false)),
        Some(call) => {
            let edit = Edit::Update { id: call.id, expected: None, set, geometry: None };
            app.desk.change(principal, vec![(CALL.to_owned(), edit)]).await?;
            Ok((call.id, false))
        }
    }
}

impl Told {
    /// What it adds to what is known of the call.
    fn values(&self, register: &Register, directory: &Directory, known: Option<&Record>) -> Vec<(usize, Value)> {
        let mut set = Vec::new();
        let mut put = |field: &str, value: Value| set.extend(register.field_index(field).map(|i| (i, value)));
        let new = |field: &str| known.is_none_or(|call| is_blank(register, call, field));
        let at = self.at.unwrap_or(Timestamp::UNIX_EPOCH);
        let instant = |at: Timestamp| Value::instant(at).unwrap_or(Value::Null);
        if known.is_none() {
            let outgoing = self.direction == Some(Direction::Outgoing);
            put("call_id", Value::Text(self.call_id.clone()));
            put("direction", Value::Text(if outgoing { "outgoing" } else { "incoming" }.to_owned()));
            put("started_at", instant(at));
            let (line, other) = if outgoing { (&self.from, &self.to) } else { (&self.to, &self.from) };
            put("line", line.clone().map_or(Value::Null, Value::Text));
            put("phone", other.as_deref().and_then(phone::e164).map_or(Value::Null, Value::Text));
        }
        // A call that went on to somebody else is theirs.
        let person = self.agent.as_deref().and_then(|word| person(directory, word));
        if let Some(person) = person.filter(|p| known.and_then(|call| agent(register, call)) != Some(*p)) {
            put("agent", Value::Reference(person));
        }
        let extension = self.extension.as_deref().map(str::trim).filter(|e| !e.is_empty());
        if let Some(extension) = extension.filter(|e| known.is_none_or(|call| text(register, call, "extension") != *e)) {
            put("extension", Value::Text(extension.to_owned()));
        }
        let started = known.and_then(|call| match call.value(register, "started_at") {
            Some(Value::Timestamp(at)) => Some(*at),
            _ => None,
        });
        let after_start = instant(started.map_or(at, |s| s.max(at)));
        if self.event == Event::Answered && new("answered_at") {
            put("answered_at", after_start.clone());
        }
        if self.event == Event::Ended && new("ended_at") {
            put("ended_at", after_start);
        }
        let was_told = known.is_some_and(|call| call.value(register, "recording_told") == Some(&Value::Bool(true)));
        if let Some(recording) = self.recording.as_ref().filter(|_| was_told && new("recording")) {
            put("recording", Value::Text(recording.clone()));
        }
        set
    }
}

fn person(directory: &Directory, word: &str) -> Option<Uuid> {
    let by_email = || directory.persons().find(|p| p.email.as_deref().is_some_and(|e| e.eq_ignore_ascii_case(word.trim())));
    directory.by_login(word).or_else(by_email).map(|p| p.id)
}
