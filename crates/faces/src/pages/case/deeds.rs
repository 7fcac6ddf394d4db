//! What is done on a case's page: a transition, a comment, watching.

use super::{
    super::{
        form::{self, Content},
        page::{Visit, private, see_other},
        params::{Params, encode},
        record::{Found, Showing, find},
        refusal::Refusal,
    },
    offers::Again,
    related::watching,
    show,
};
use crate::{Problem, cases::COMMENT};
use axum::{body::Bytes, extract::Path, response::Response};
use meydan_kernel::{Error, Record, Register, Value, catalogue::workflow::part, desk::Edit, permission::FieldSet, query::Key};
use std::sync::Arc;

/// `GET` of what is only sent: the case.
///
/// # Errors
/// None.
pub async fn back(Path((name, id)): Path<(String, String)>) -> Result<Response, Problem> {
    Ok(private(see_other(&format!("/registers/{}/{}", encode(&name), encode(&id)))))
}

async fn opened(visit: &Visit, name: &str, id: &str, body: &Bytes) -> Result<(Params, Found), Problem> {
    let form = Params::parse(&String::from_utf8_lossy(body));
    visit.check_token(&form)?;
    let found = find(visit, name, id).await?;
    Ok((form, found))
}

/// `POST …/proceed`: one transition.
///
/// # Errors
/// `form-expired`, `step-up-required`, `no-such-record`; what the person can mend comes back on the page.
pub async fn proceed(visit: Visit, Path((name, id)): Path<(String, String)>, body: Bytes) -> Result<Response, Problem> {
    let (form, found) = opened(&visit, &name, &id, &body).await?;
    let Found { register, record } = &found;
    let transition = form.get("transition").unwrap_or_default().to_owned();
    let workflow = visit.app.desk.workflow(register, record).await?;
    let defined = workflow.transition(&transition);
    let names = defined.map(|t| [&t.needs[..], &t.fields[..]].concat()).unwrap_or_default();
    let open = FieldSet::named(register, &names);
    let (content, faults) = form::read(&visit, register, &form, &Content::of(record), open).await?;
    if !faults.is_empty() {
        let message = |(field, fault): &(String, String)| (field.clone(), fault.clone(), fault.clone());
        let error = faults.iter().map(message).fold(
            Error::invalid("invalid-record", "Form eksik ya da yanlış.", "The form is incomplete or wrong."),
            |error, (field, tr, en)| error.field(field, tr, en),
        );
        let refusal = Refusal::of(&visit, error)?;
        return again(&visit, &found, Again { transition, form, refusal }).await;
    }
    let principal = visit.because(form.get("reason").unwrap_or_default().trim());
    let expected = form.get("version").and_then(|v| v.parse().ok());
    let set = changed(record, &content, open, &form, register);
    let edit = Edit::Proceed { id: record.id, expected, transition: transition.clone(), set, at: None };
    match visit.app.desk.change(&principal, vec![(register.name.clone(), edit)]).await {
        Ok(_) => {
            let title = defined.map(|t| visit.say(&t.title).to_owned()).unwrap_or_default();
            // Handed over to others it may be theirs alone now.
            let still = visit.app.desk.get(&visit.principal(), register, Key::Id(record.id), None).await.is_ok();
            let to = if still { format!("/registers/{name}/{}", record.id) } else { "/inbox".to_owned() };
            Ok(see_other(&format!("{to}?done={}", encode(&title))))
        }
        Err(error) if error.code() == "step-up-required" => Err(error.into()),
        Err(error) => {
            let refusal = Refusal::of(&visit, error)?;
            again(&visit, &found, Again { transition, form, refusal }).await
        }
    }
}

/// What the form sets: what was filled in or changed; a hidden value that nobody typed over stays.
fn changed(record: &Record, content: &Content, open: FieldSet, form: &Params, register: &Register) -> Vec<(usize, Value)> {
    let given = |index: usize| register.fields.get(index).and_then(|f| form.raw(&f.name)).is_some_and(|t| !t.trim().is_empty());
    let differs = |index: usize| content.values.get(index) != record.values.get(index);
    let wanted = open.iter().filter(|i| given(*i) || (differs(*i) && !record.hidden.has(*i)));
    wanted.filter_map(|i| Some((i, content.values.get(i)?.clone()))).collect()
}

async fn again(visit: &Visit, found: &Found, again: Again) -> Result<Response, Problem> {
    Ok(private(show(visit, found, Showing::default(), Some(again)).await?))
}

/// `POST …/comment`.
///
/// # Errors
/// `form-expired`; those of the desk.
pub async fn comment(visit: Visit, Path((name, id)): Path<(String, String)>, body: Bytes) -> Result<Response, Problem> {
    let (form, Found { register, record }) = opened(&visit, &name, &id, &body).await?;
    let comments = visit.app.desk.register(COMMENT)?;
    let principal = visit.app.desk.with_whole(&visit.principal(), &register, record.id).await?;
    let now = Value::instant(principal.now).unwrap_or(Value::Null);
    let values = [
        (part::WHOLE_REGISTER, Value::Text(register.name.clone())),
        (part::WHOLE, Value::Text(record.id.to_string())),
        ("text", Value::Text(form.get("text").unwrap_or_default().replace("\r\n", "\n").trim().to_owned())),
        ("audience", Value::Text(form.get("audience").unwrap_or("internal").to_owned())),
        ("author", principal.person().map_or(Value::Null, Value::Reference)),
        ("written_at", now),
    ];
    if form.get("text").is_some() {
        insert(&visit, &principal, &comments, &values).await?;
    }
    Ok(see_other(&format!("/registers/{name}/{}?said=1#comments", record.id)))
}

async fn insert(
    visit: &Visit,
    principal: &meydan_kernel::Principal,
    register: &Arc<Register>,
    values: &[(&str, Value)],
) -> Result<(), Problem> {
    let set = values.iter().filter_map(|(name, v)| Some((register.field_index(name)?, v.clone()))).collect();
    let edit = Edit::Insert { id: None, set, geometry: None };
    visit.app.desk.change(principal, vec![(register.name.clone(), edit)]).await?;
    Ok(())
}

/// `POST …/watch`: watches, or no longer.
///
/// # Errors
/// `form-expired`; those of the desk.
pub async fn watch(visit: Visit, Path((name, id)): Path<(String, String)>, body: Bytes) -> Result<Response, Problem> {
    let (_, Found { register, record }) = opened(&visit, &name, &id, &body).await?;
    let watches = visit.app.desk.register(super::related::WATCH)?;
    let principal = visit.principal();
    match watching(&visit, &register, &record).await? {
        Some(Some(watch)) => {
            let edit = Edit::Delete { id: watch, expected: None };
            visit.app.desk.change(&principal, vec![(watches.name.clone(), edit)]).await?;
        }
        _ => {
            let values = [
                ("person", principal.person().map_or(Value::Null, Value::Reference)),
                ("case_register", Value::Text(register.name.clone())),
                ("case_id", Value::Text(record.id.to_string())),
                ("since", Value::instant(principal.now).unwrap_or(Value::Null)),
            ];
            insert(&visit, &principal, &watches, &values).await?;
        }
    }
    Ok(see_other(&format!("/registers/{name}/{}", record.id)))
}
