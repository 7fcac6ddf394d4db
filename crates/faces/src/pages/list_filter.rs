//! The filter of a list: simple inputs per field become CQL2 text, so that the page, the export links and the API ask the
//! same question.

use super::{form, format, page::Visit, search};
use crate::Problem;
use meydan_kernel::{Catalogue, Field, FieldKind, Register, cql2, permission::FieldSet};
use std::sync::Arc;
use uuid::Uuid;

/// Limit: records that a name typed for a reference may stand for.
const MAX_REFERRED: usize = 200;

/// One field's input.
pub struct Input {
    /// Field name.
    pub name: String,
    /// Title.
    pub title: String,
    /// `text`, `choice`, `range`, `dates`, `reference`.
    pub form: &'static str,
    /// What was typed: value, or low and high.
    pub value: String,
    /// Low end.
    pub min: String,
    /// High end.
    pub max: String,
    /// Choices: word, title, chosen.
    pub choices: Vec<(String, String, bool)>,
    /// The name behind an id typed for a reference.
    pub named: Option<String>,
    /// What is wrong with what was typed.
    pub fault: Option<String>,
    /// Unit.
    pub unit: String,
}

/// The filter as read from the query.
pub struct Filter {
    /// Inputs in the order of the fields.
    pub inputs: Vec<Input>,
    /// Everything as CQL2 text; empty for all.
    pub text: String,
    /// The part typed as CQL2.
    pub typed: String,
    /// The parsed filter.
    pub expr: Option<cql2::Expr>,
    /// What is wrong with it.
    pub fault: Option<String>,
    /// How many fields narrow the list.
    pub active: usize,
}

/// Reads the filter, of the fields that are open to who asks. Faults are told beside the input, not as errors.
///
/// # Errors
/// Those of the store (names of references are looked up).
pub async fn read(visit: &Visit, register: &Register, open: FieldSet) -> Result<Filter, Problem> {
    let catalogue = visit.app.desk.catalogue();
    let mut conditions = Vec::new();
    let mut inputs = Vec::new();
    for (_, field) in register.fields.iter().enumerate().filter(|(index, _)| open.has(*index)) {
        let (input, condition) = input(visit, &catalogue, field).await?;
        conditions.extend(condition);
        inputs.push(input);
    }
    let active = conditions.len();
    let typed = visit.query.get("filter").unwrap_or_default().trim().to_owned();
    if !typed.is_empty() {
        conditions.push(if conditions.is_empty() { typed.clone() } else { format!("({typed})") });
    }
    let text = conditions.join(" AND ");
    let (expr, fault) = match text.is_empty() {
        true => (None, None),
        false => match cql2::parse(register, &text) {
            Ok(expr) => (Some(expr), None),
            Err(e) => (None, Some(e.message(visit.lang).to_owned())),
        },
    };
    let fault = fault.or_else(|| inputs.iter().find_map(|i| i.fault.clone()));
    Ok(Filter { inputs, text, typed, expr, fault, active })
}

async fn input(visit: &Visit, catalogue: &Catalogue, field: &Field) -> Result<(Input, Option<String>), Problem> {
    let (query, t) = (&visit.query, visit.t);
    let value = query.get(&format!("f.{}", field.name)).unwrap_or_default().trim().to_owned();
    let name = quoted_name(&field.name);
    let mut input = Input {
        name: field.name.clone(),
        title: visit.say(&field.title).to_owned(),
        form: "text",
        value: value.clone(),
        min: query.get(&format!("min.{}", field.name)).unwrap_or_default().trim().to_owned(),
        max: query.get(&format!("max.{}", field.name)).unwrap_or_default().trim().to_owned(),
        choices: Vec::new(),
        named: None,
        fault: None,
        unit: field.unit.as_deref().map(super::shown::unit_sign).unwrap_or_default().to_owned(),
    };
    let condition = match &field.kind {
        FieldKind::Text => (!value.is_empty()).then(|| contains(&name, &value)),
        FieldKind::Code { list } => {
            input.form = "choice";
            let codes = catalogue.code_lists.get(list).map_or(&[][..], |l| l.codes.as_slice());
            input.choices = codes.iter().map(|c| (c.code.clone(), visit.say(&c.title).to_owned(), c.code == value)).collect();
            (!value.is_empty()).then(|| format!("{name} = {}", quoted_text(&value)))
        }
        FieldKind::Boolean => {
            input.form = "choice";
            input.choices =
                [("true", t.yes()), ("false", t.no())].map(|(w, s)| (w.to_owned(), s.to_owned(), w == value)).into();
            matches!(value.as_str(), "true" | "false").then(|| format!("{name} = {}", value.to_uppercase()))
        }
        FieldKind::Integer | FieldKind::Real | FieldKind::Money => {
            input.form = "range";
            numbers(visit, field, &name, &mut input)
        }
        FieldKind::Date | FieldKind::Timestamp => {
            input.form = "dates";
            days(field, &name, &input)
        }
        FieldKind::Reference { register } => {
            input.form = "reference";
            reference(visit, register, &name, &mut input).await?
        }
    };
    Ok((input, condition))
}

fn numbers(visit: &Visit, field: &Field, name: &str, input: &mut Input) -> Option<String> {
    let mut conditions = Vec::new();
    for (typed, sign) in [(&input.min, ">="), (&input.max, "<=")] {
        if typed.is_empty() {
            continue;
        }
        let number = format::parse_number(visit.lang, typed).ok();
        let number = match field.kind {
            FieldKind::Money => number.and_then(|n| form::kurus(&n)).map(|k| k.to_string()),
            _ => number,
        };
        match number {
            Some(number) => conditions.push(format!("{name} {sign} {number}")),
            None => input.fault = Some(visit.t.fault_number(typed.as_str())),
        }
    }
    (!conditions.is_empty()).then(|| conditions.join(" AND "))
}

fn days(field: &Field, name: &str, input: &Input) -> Option<String> {
    let instant = field.kind == FieldKind::Timestamp;
    let mut conditions = Vec::new();
    for (typed, sign, end) in [(&input.min, ">=", "T00:00:00"), (&input.max, "<=", "T23:59:59.999999")] {
        let Ok(day) = typed.parse::<jiff::civil::Date>() else { continue };
        if !instant {
            conditions.push(format!("{name} {sign} DATE('{day}')"));
        } else if let Some(at) = format::parse_instant(&format!("{day}{end}")) {
            conditions.push(format!("{name} {sign} TIMESTAMP('{at}')"));
        }
    }
    (!conditions.is_empty()).then(|| conditions.join(" AND "))
}

async fn reference(visit: &Visit, register: &str, name: &str, input: &mut Input) -> Result<Option<String>, Problem> {
    if input.value.is_empty() {
        return Ok(None);
    }
    let Ok(register) = visit.app.desk.register(register) else { return Ok(None) };
    if let Ok(id) = Uuid::parse_str(&input.value) {
        let found = search::by_label(visit, &register, &input.value, 1).await?;
        input.named = found.into_iter().next().map(|hit| hit.label);
        return Ok(Some(format!("{name} = '{id}'")));
    }
    let found = search::by_label(visit, &Arc::clone(&register), &input.value, MAX_REFERRED).await?;
    if found.is_empty() {
        input.fault = Some(visit.t.fault_reference_register_text(visit.say(&register.title), input.value.as_str()));
        return Ok(None);
    }
    let ids: Vec<String> = found.iter().map(|hit| format!("'{}'", hit.id)).collect();
    Ok(Some(format!("{name} IN ({})", ids.join(", "))))
}

/// The condition that a text field holds some letters, by Turkish rules.
pub fn contains(name: &str, value: &str) -> String {
    let pattern = value.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
    format!("CASEI({name}) LIKE CASEI({})", quoted_text(&format!("%{pattern}%")))
}

/// A field's name as CQL2 writes it: quoted, since a field may bear the name of an operator.
pub fn quoted_name(name: &str) -> String {
    format!("\"{name}\"")
}

fn quoted_text(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

/// Names of query parameters that make up the filter.
pub fn is_filter(name: &str) -> bool {
    name == "filter" || ["f.", "min.", "max."].iter().any(|p| name.starts_with(p))
}
