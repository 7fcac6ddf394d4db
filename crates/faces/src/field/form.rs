//! The definitions as a device needs them to show a case and to fill in what a step asks for, without asking again.

use meydan_kernel::{
    Bilingual, Catalogue, Desk, Field, FieldKind, Lang, Principal, Query, Register, Result, Value,
    catalogue::{Action, Register as Definition, StateKind},
    permission::FieldSet,
    query::Sort,
};
use serde_json::{Map, Value as Json, json};
use std::{collections::BTreeSet, sync::Arc};

/// Limit: records of a register that a form can choose from offline; a larger one is chosen from in the office.
const MAX_CHOICES: usize = 400;

/// Registers of cases, their code lists, and what their references can be chosen from.
///
/// # Errors
/// Those of the store.
pub async fn of(desk: &Desk, principal: &Principal, lang: Lang, registers: &[Arc<Register>]) -> Result<Json> {
    let catalogue = desk.catalogue();
    let mut lists: BTreeSet<&str> = BTreeSet::from(["audience"]);
    let mut references: BTreeSet<&str> = BTreeSet::new();
    let mut out = Map::new();
    for register in registers {
        for field in register.fields.iter().filter(|f| !f.house) {
            match &field.kind {
                FieldKind::Code { list } => drop(lists.insert(list)),
                FieldKind::Reference { register } => drop(references.insert(register)),
                _ => {}
            }
        }
        out.insert(register.name.clone(), one(desk, principal, lang, register));
    }
    let lists: Map<String, Json> =
        lists.into_iter().filter_map(|name| Some((name.to_owned(), list(&catalogue, lang, name)?))).collect();
    let mut choices = Map::new();
    for name in references {
        if let Some(found) = choices_of(desk, principal, name).await? {
            choices.insert(name.to_owned(), found);
        }
    }
    Ok(json!({ "registers": out, "lists": lists, "choices": choices }))
}

fn one(desk: &Desk, principal: &Principal, lang: Lang, register: &Definition) -> Json {
    let fields: Map<String, Json> = register.fields.iter().map(|f| (f.name.clone(), field(lang, f))).collect();
    let states = register.workflow.iter().flat_map(|w| &w.states).map(|s| {
        let kind = match s.kind {
            StateKind::Open => "open",
            StateKind::Waiting => "waiting",
            StateKind::Closed => "closed",
        };
        (s.name.clone(), json!({ "title": s.title.get(lang), "kind": kind }))
    });
    let order: Vec<&str> = register.fields.iter().filter(|f| !f.house).map(|f| f.name.as_str()).collect();
    json!({
        "title": register.title.get(lang), "label": register.label, "fields": fields, "order": order,
        "states": states.collect::<Map<String, Json>>(), "new": desk.could(principal, register, Action::Insert),
        "place": register.geometry.is_some(),
    })
}

fn field(lang: Lang, field: &Field) -> Json {
    let mut json = json!({ "title": field.title.get(lang), "type": field.kind.word() });
    let mut put = |name: &str, value: Json| json[name] = value;
    if let Some(text) = field.description.as_ref().map(|d: &Bilingual| d.get(lang)).filter(|t| !t.is_empty()) {
        put("description", text.into());
    }
    match &field.kind {
        FieldKind::Code { list } => put("list", list.as_str().into()),
        FieldKind::Reference { register } => put("register", register.as_str().into()),
        _ => {}
    }
    if field.required {
        put("required", true.into());
    }
    if field.house {
        put("house", true.into());
    }
    if let Some(default) = &field.default {
        put("default", default.clone());
    }
    if let Some(length) = field.max_length {
        put("max_length", length.into());
    }
    for (name, number) in [("min", field.min), ("max", field.max)] {
        if let Some(number) = number {
            put(name, number.into());
        }
    }
    json
}

fn list(catalogue: &Catalogue, lang: Lang, name: &str) -> Option<Json> {
    let codes = &catalogue.code_lists.get(name)?.codes;
    let living = codes.iter().map(|c| json!({ "code": c.code, "title": c.title.get(lang), "retired": c.retired }));
    Some(living.collect())
}

/// What a reference can be chosen from, if that is not too much; none if who asks may not see it.
async fn choices_of(desk: &Desk, principal: &Principal, name: &str) -> Result<Option<Json>> {
    let register = desk.register(name)?;
    let Some(label) = register.field_index(&register.label) else { return Ok(None) };
    if register.workflow.is_some() || desk.readable(principal, &register).is_err() {
        return Ok(None);
    }
    let sort = Some(Sort { field: label, descending: false });
    let query = Query { sort, limit: Some(MAX_CHOICES + 1), ..Query::all(Arc::clone(&register)) };
    let found = match desk.list(principal, &query, FieldSet::impersonal(&register)).await {
        Err(error) if error.is_refusal() => return Ok(None),
        found => found?,
    };
    if found.len() > MAX_CHOICES {
        return Ok(None);
    }
    let one = |record: &meydan_kernel::Record| {
        let title = record.values.get(label).map_or(Json::Null, Value::to_json);
        json!({ "id": record.id.to_string(), "title": title })
    };
    Ok(Some(found.iter().map(one).collect()))
}
