//! Ready answers, with the case's own name, number, unit and day put in.

use super::super::{format, page::Visit};
use crate::{Problem, cases::TEMPLATE};
use meydan_kernel::{
    Lang, Query, Record, Register, Value,
    case::readable,
    catalogue::{Action, workflow::field},
};
use std::sync::Arc;

/// Limit: templates offered.
const MAX_OFFERED: usize = 200;

/// One ready answer.
pub struct Ready {
    /// Name.
    pub title: String,
    /// The text, filled in.
    pub text: String,
}

/// The ready answers that fit a case, in the applicant's language.
///
/// # Errors
/// Those of the store.
pub async fn of(visit: &Visit, register: &Register, case: &Record) -> Result<Vec<Ready>, Problem> {
    let Ok(templates) = visit.app.desk.register(TEMPLATE) else { return Ok(Vec::new()) };
    if !visit.may(&templates, Action::Read) {
        return Ok(Vec::new());
    }
    let query = Query { limit: Some(MAX_OFFERED), ..Query::all(Arc::clone(&templates)) };
    let found = visit.app.desk.query(&visit.principal(), &query).await?;
    let fits = |record: &&Record| {
        // What a template leaves open fits every case.
        let same = |name: &str| match record.value(&templates, name) {
            None | Some(Value::Null) => true,
            value => value == case.value(register, name),
        };
        let below = |name: &str| match (record.value(&templates, name), case.value(register, name)) {
            (Some(Value::Reference(unit)), Some(Value::Reference(of))) => {
                visit.caller.directory.line(*unit).is_some_and(|line| line.below.contains(of))
            }
            (Some(Value::Reference(_)), _) => false,
            _ => true,
        };
        record.value(&templates, "active") != Some(&Value::Bool(false))
            && same("kind")
            && same("category")
            && below(field::UNIT)
    };
    let text = |record: &Record, name: &str| match record.value(&templates, name) {
        Some(Value::Text(text)) => text.clone(),
        _ => String::new(),
    };
    let lang = match case.value(register, "language") {
        Some(Value::Text(code)) if code == "en" => Lang::En,
        _ => Lang::Tr,
    };
    let body = if lang == Lang::En { "body_en" } else { "body" };
    let filled =
        |record: &Record| Ready { title: text(record, "title"), text: fill(visit, register, case, lang, &text(record, body)) };
    Ok(found.iter().filter(fits).map(filled).collect())
}

/// A text with the case's own in the place of `{name}`, `{number}`, `{unit}`, `{date}`. A name that is hidden stays a place to fill.
fn fill(visit: &Visit, register: &Register, case: &Record, lang: Lang, text: &str) -> String {
    let own = |name: &str| match case.value(register, name) {
        Some(Value::Text(text)) if register.field_index(name).is_some_and(|i| !case.hidden.has(i)) => Some(text.clone()),
        _ => None,
    };
    let unit = match case.value(register, field::UNIT) {
        Some(Value::Reference(id)) => visit.caller.directory.unit(*id).map(|u| u.name.clone()),
        _ => None,
    };
    let values = [
        ("{name}", own("applicant_name")),
        ("{number}", own(field::REFERENCE).map(|n| readable(&n))),
        ("{unit}", unit),
        ("{date}", Some(format::day(lang, visit.caller.principal.now))),
    ];
    values.into_iter().fold(text.to_owned(), |text, (place, value)| match value {
        Some(value) => text.replace(place, &value),
        None => text,
    })
}
