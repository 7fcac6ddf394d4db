//! `POST /inbox/act`: one transition for many cases, each by itself: what can't be done for one doesn't keep the others.

use super::{
    super::{admin::logged_in, page::Visit, params::Params},
    show::{Results, with},
};
use crate::Problem;
use axum::{body::Bytes, response::Response};
use meydan_kernel::{Error, Principal, Register, Result as KernelResult, Value, catalogue::workflow::field, desk::Edit};
use uuid::Uuid;

/// Limit: cases of one act.
const MAX_CASES: usize = 200;
/// What can be done to many: names of transitions, with the field that they set.
const ACTS: [(&str, Option<&str>); 3] = [("take", None), ("assign", Some(field::ASSIGNEE)), ("hand_over", Some(field::UNIT))];

/// Does it, and tells what became of each.
///
/// # Errors
/// `login-required`, `form-expired`, `step-up-required`; what fails for one case is told beside it.
pub async fn act(mut visit: Visit, body: Bytes) -> Result<Response, Problem> {
    logged_in(&visit)?;
    let form = Params::parse(&String::from_utf8_lossy(&body));
    visit.check_token(&form)?;
    let principal = visit.because(form.get("reason").unwrap_or_default().trim());
    let act = form.get("act").and_then(|word| ACTS.into_iter().find(|(name, _)| *name == word));
    // From here on it is the inbox that they came from.
    visit.path = "/inbox".to_owned();
    visit.query = Params::parse(form.get("back").unwrap_or_default());
    let cases: Vec<&str> = form.all("case").take(MAX_CASES).collect();
    let told = |sentence: &str| Results { sentence: sentence.to_owned(), failed: Vec::new() };
    let Some((transition, sets)) = act else { return with(&visit, Some(told(visit.t.act_one_kind()))).await };
    if cases.is_empty() {
        return with(&visit, Some(told(visit.t.act_none()))).await;
    }
    let value = sets.and_then(|name| form.get(name)).and_then(|id| Uuid::parse_str(id).ok());
    let (mut done, mut failed) = (0, Vec::new());
    for case in cases {
        let outcome = one(&visit, &principal, case, transition, sets.map(|name| (name, value))).await;
        match outcome {
            Ok(()) => done += 1,
            Err((_, error)) if error.code() == "step-up-required" => return Err(error.into()),
            Err((name, error)) => {
                let why = error.fields().first().map(|f| f.message.get(visit.lang).to_owned());
                let message = error.message(visit.lang).to_owned();
                let message = why.map_or_else(|| message.clone(), |why| format!("{message} {why}"));
                failed.push((name, format!("/registers/{case}"), message));
            }
        }
    }
    let sentence = visit.t.act_done_count_done_failed(done.to_string(), failed.len().to_string());
    with(&visit, Some(Results { sentence, failed })).await
}

/// One case: on failure its name and why.
async fn one(
    visit: &Visit,
    principal: &Principal,
    case: &str,
    transition: &str,
    sets: Option<(&str, Option<Uuid>)>,
) -> Result<(), (String, Error)> {
    let named = |error: Error| (case.to_owned(), error);
    let (register, id) = address(visit, case).map_err(named)?;
    let name = match visit.app.desk.get(principal, &register, meydan_kernel::query::Key::Id(id), None).await {
        Ok(record) => match record.value(&register, &register.label) {
            Some(Value::Text(text)) => text.clone(),
            _ => format!("#{}", record.fid),
        },
        Err(error) => return Err(named(error)),
    };
    let set = sets.and_then(|(field, value)| Some((register.field_index(field)?, value.map_or(Value::Null, Value::Reference))));
    let edit =
        Edit::Proceed { id, expected: None, transition: transition.to_owned(), set: set.into_iter().collect(), at: None };
    visit.app.desk.change(principal, vec![(register.name.clone(), edit)]).await.map(|_| ()).map_err(|e| (name, e))
}

fn address(visit: &Visit, case: &str) -> KernelResult<(std::sync::Arc<Register>, Uuid)> {
    let missing = || Error::not_found("no-such-case", "Böyle bir iş yok.", "There is no such case.");
    let (register, id) = case.split_once('/').ok_or_else(missing)?;
    Ok((visit.app.desk.register(register)?, Uuid::parse_str(id).map_err(|_| missing())?))
}
