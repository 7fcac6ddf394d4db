//! Several changes in one request (OGC API Features Part 11, draft 26-018): `atomic`, whole or not at all, or `batch`, each by
//! itself.

mod body;
mod report;

pub use report::Report;

use crate::{
    App, Caller, Problem, changes, negotiate,
    ogc_common::{link, params::Params},
    ogc_features::edit::{
        content::Manner,
        content_crs,
        prefer::{APPLIED, Prefer},
        reason, takes, unprocessable, within,
    },
};
use axum::{
    Router,
    body::Body,
    extract::State,
    http::{HeaderMap, HeaderValue, Uri, header},
    response::{IntoResponse, Response},
    routing::post,
};
use body::{Action, Semantic, Transaction};
use meydan_kernel::{
    Error, Kind, Principal, Result as KernelResult,
    desk::{Edit, MAX_CHANGES},
};
use std::sync::Arc;

/// The media types of a transaction.
pub const TYPES: [&str; 2] = ["application/ogc-tx+json", "application/json"];
/// Limit: actions of one batch, each of which is a changeset of its own.
pub const MAX_BATCH: usize = 1_000;
/// Limit: edits that are looked at one by one to say which of them was refused.
const MAX_SOUGHT: usize = 200;

/// Routes of transactions.
pub fn routes() -> Router<Arc<App>> {
    Router::new().route("/ogc/transactions", post(transactions))
}

/// `POST /ogc/transactions`.
async fn transactions(
    State(app): State<Arc<App>>,
    caller: Caller,
    uri: Uri,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Problem> {
    let prefer = Prefer::of(&headers);
    let answer = carried_out(&app, &caller, &uri, &headers, prefer, body).await;
    answer.map_err(|problem| match prefer.applied(false) {
        Some(applied) => problem.bearing(APPLIED, applied),
        None => problem,
    })
}

async fn carried_out(
    app: &App,
    caller: &Caller,
    uri: &Uri,
    headers: &HeaderMap,
    prefer: Prefer,
    body: Body,
) -> Result<Response, Problem> {
    let mut params = Params::parse(uri)?;
    let by_parameter = params.take("reason")?;
    params.finish()?;
    takes(headers, &TYPES)?;
    let manner = Manner { space: content_crs(headers)?, handling: prefer.handling };
    let transaction: Transaction = changes::read_as(&changes::limited_body(headers, body).await?)?;
    let why = by_parameter.or(reason(headers)?).or_else(|| transaction.description.clone());
    let principal = caller.through("api", why);
    let base = negotiate::base_url(app, headers);
    let work = Work { app, caller, principal, manner, base };
    let report = match transaction.semantic {
        Semantic::Atomic => work.atomic(transaction.transaction).await?,
        Semantic::Batch => work.batch(transaction.transaction).await?,
    };
    let mut response = report.to_json(is_minimal(headers)).to_string().into_response();
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(link::JSON));
    response.headers_mut().extend(prefer.applied(false).map(|v| (APPLIED, v)));
    Ok(response)
}

fn is_minimal(headers: &HeaderMap) -> bool {
    let all = headers.get_all("prefer").iter().filter_map(|v| v.to_str().ok());
    all.flat_map(|v| v.split(',')).any(|p| p.split(';').next().is_some_and(|p| p.trim().eq_ignore_ascii_case("return=minimal")))
}

/// What carrying out takes.
struct Work<'a> {
    app: &'a App,
    caller: &'a Caller,
    principal: Principal,
    manner: Manner,
    base: String,
}

impl Work<'_> {
    /// All actions as one changeset.
    async fn atomic(&self, actions: Vec<Action>) -> Result<Report, Problem> {
        let mut edits = Vec::new();
        let mut shares = Vec::with_capacity(actions.len());
        for (index, action) in actions.iter().enumerate() {
            let made = action.edits(self.app, &self.principal, self.manner).await.map_err(|e| at(e, index))?;
            shares.push((index, action.kind(), action.collection().to_owned(), made.len()));
            edits.extend(made);
            refuse_too_many(edits.len(), MAX_CHANGES)?;
        }
        refuse_nothing(&actions)?;
        let mut report = Report::new("atomic");
        if edits.is_empty() {
            // Filters that no record meets.
            return Ok(report);
        }
        let tried = edits.clone();
        let committed = match changes::carry_out(self.app, self.caller, self.principal.clone(), edits).await {
            Ok(committed) => committed,
            Err(error) => return Err(unprocessable(self.named(error, tried, &shares).await)),
        };
        let mut records = committed.records.as_slice();
        for (_, kind, collection, number) in &shares {
            let (own, rest) = records.split_at(records.len().min(*number));
            report.done(*kind, &self.base, collection, own);
            records = rest;
        }
        report.committed(&committed);
        Ok(report)
    }

    /// Each action as a changeset of its own; what fails is told, and the next is tried.
    async fn batch(&self, actions: Vec<Action>) -> Result<Report, Problem> {
        refuse_nothing(&actions)?;
        refuse_too_many(actions.len(), MAX_BATCH)?;
        let mut report = Report::new("batch");
        for (index, action) in actions.iter().enumerate() {
            match self.one(action).await {
                Ok(records) => report.done(action.kind(), &self.base, action.collection(), &records),
                Err(error) if error.kind() == Kind::Internal || error.kind() == Kind::Unavailable => return Err(error.into()),
                Err(error) => report.failed(index, unprocessable(at(error, index))),
            }
        }
        Ok(report)
    }

    async fn one(&self, action: &Action) -> KernelResult<Vec<(uuid::Uuid, i64, i64)>> {
        let edits = action.edits(self.app, &self.principal, self.manner).await?;
        if edits.is_empty() {
            return Ok(Vec::new());
        }
        Ok(changes::carry_out(self.app, self.caller, self.principal.clone(), edits).await?.records)
    }

    /// The error with the action that it is of. A refusal is left as it is: asking again would be noted again.
    async fn named(&self, error: Error, edits: Vec<(String, Edit)>, shares: &[(usize, body::Kind, String, usize)]) -> Error {
        if error.is_refusal() || edits.len() > MAX_SOUGHT {
            return error;
        }
        let owners = shares.iter().flat_map(|(index, _, _, number)| std::iter::repeat_n(*index, *number));
        for (edit, index) in edits.into_iter().zip(owners) {
            if self.app.desk.check(&self.principal, vec![edit]).await.is_err_and(|e| e.code() == error.code()) {
                return at(error, index);
            }
        }
        error
    }
}

fn at(error: Error, index: usize) -> Error {
    within(error, &format!("/transaction/{index}"))
}

fn refuse_nothing(actions: &[Action]) -> KernelResult<()> {
    if !actions.is_empty() {
        return Ok(());
    }
    Err(Error::invalid("no-changes", "“transaction” listesi boş.", "The list “transaction” is empty.").field(
        "/transaction",
        "en az bir işlem olmalı",
        "must hold one action at least",
    ))
}

fn refuse_too_many(number: usize, most: usize) -> KernelResult<()> {
    if number <= most {
        return Ok(());
    }
    Err(Error::new(
        Kind::TooLarge,
        "too-many-changes",
        format!("Bir seferde en çok {most} değişiklik yapılabilir."),
        format!("At most {most} changes can be made at once."),
    ))
}
