//! The form of a record, made from the register's definition: what each input is, what was typed, and what it means.

use super::{
    format::{self, NumberFault},
    geometry_text,
    labels::Labels,
    page::Visit,
    params::Params,
    search,
    shown::{Shower, unit_sign},
};
use crate::Problem;
use meydan_geo::{GeometryType, Wkb};
use meydan_kernel::{
    Catalogue, Field, FieldKind, Record, Register, Value,
    catalogue::{Action, workflow::field},
    permission::{FieldSet, not_allowed},
};
use uuid::Uuid;

/// Limit: a text field that may be longer than this gets several rows.
const LONG_TEXT: usize = 400;

/// One input of the form.
#[derive(Default)]
pub struct Input {
    /// Field name.
    pub name: String,
    /// Title.
    pub title: String,
    /// What it means.
    pub description: Option<String>,
    /// `text`, `long`, `number`, `choice`, `date`, `instant`, `reference`.
    pub form: &'static str,
    /// What stands in it.
    pub value: String,
    /// The id behind a reference's name.
    pub id: String,
    /// Choices: word, title, chosen.
    pub choices: Vec<(String, String, bool)>,
    /// Must have a value.
    pub required: bool,
    /// Personal data.
    pub personal: bool,
    /// Unit.
    pub unit: String,
    /// Longest text.
    pub max_length: Option<usize>,
    /// Register that a reference points to, and its title.
    pub refers: Option<(String, String)>,
    /// What is wrong.
    pub fault: Option<String>,
    /// What it was when the form was opened, and what somebody else made of it since.
    pub clash: Option<(String, String)>,
}

/// The geometry's part of the form.
#[derive(Default)]
pub struct GeometryInput {
    /// A single point: longitude and latitude have inputs of their own.
    pub point: bool,
    /// Longitude.
    pub lon: String,
    /// Latitude.
    pub lat: String,
    /// GeoJSON or WKT.
    pub text: String,
    /// Must be there.
    pub required: bool,
    /// What is wrong.
    pub fault: Option<String>,
    /// Somebody else changed it since the form was opened.
    pub clash: bool,
}

/// What a record is or shall be: values by field, and the geometry.
#[derive(Debug, Clone, PartialEq)]
pub struct Content {
    /// One value per field.
    pub values: Vec<Value>,
    /// Geometry.
    pub geometry: Option<Wkb>,
}

impl Content {
    /// Of a record.
    pub fn of(record: &Record) -> Self {
        Self { values: record.values.clone(), geometry: record.geometry.clone() }
    }

    /// Of a new record.
    pub fn new(register: &Register) -> Self {
        Self { values: register.fields.iter().map(Field::default_value).collect(), geometry: None }
    }
}

/// The fields that somebody may fill in: of a record, or of a new one. What they may not see they can't write either.
///
/// # Errors
/// `login-required`, `not-allowed` if there is nothing that they may do.
pub fn open_fields(visit: &Visit, register: &Register, record: Option<&Record>) -> Result<FieldSet, Problem> {
    let action = if record.is_some() { Action::Update } else { Action::Insert };
    let access = visit.app.desk.access(&visit.at_best(), register, action);
    let any = || access.parts().iter().fold(FieldSet::EMPTY, |all, part| all.and(part.fields));
    let fields = match record {
        // What a grant asks of a hidden value can't be told from here; the desk tells it when the form comes back.
        Some(record) if record.hidden.is_empty() => access.of(record),
        _ => (!access.is_none()).then(any),
    };
    let hidden = record.map(|r| r.hidden).unwrap_or_default();
    match fields {
        Some(fields) => Ok(fields.common(FieldSet::of_register(register)).without(hidden).without(kept(register, record))),
        None => Err(not_allowed(&visit.caller.principal, register, action).into()),
    }
}

/// Fields that the house keeps; who opens a case may say some of them.
fn kept(register: &Register, record: Option<&Record>) -> FieldSet {
    let open = |name: &str| record.is_none() && field::AT_OPENING.contains(&name);
    let house = register.fields.iter().enumerate().filter(|(_, f)| f.house && !open(&f.name));
    house.fold(FieldSet::EMPTY, |all, (index, _)| all.with(index))
}

/// The inputs for some content, of the fields that are open.
///
/// # Errors
/// Those of the store (names of references).
pub async fn inputs(
    visit: &Visit,
    register: &Register,
    content: &Content,
    open: FieldSet,
) -> Result<(Vec<Input>, Option<GeometryInput>), Problem> {
    let record = Record::draft(Uuid::nil(), content.values.clone(), None);
    let catalogue = visit.app.desk.catalogue();
    let labels = Labels::of(visit, register, &[&record], |_| true).await?;
    let pairs = register.fields.iter().zip(&content.values).enumerate().filter(|(index, _)| open.has(*index));
    let inputs = pairs.map(|(_, (field, value))| input(visit, &catalogue, &labels, field, value)).collect();
    let geometry = register.geometry.as_ref().map(|definition| {
        let point = definition.kind == GeometryType::Point;
        let at = content.geometry.as_ref().filter(|_| point).and_then(Wkb::bbox);
        GeometryInput {
            point,
            lon: at.map(|b| format::editable(visit.lang, b.min_x)).unwrap_or_default(),
            lat: at.map(|b| format::editable(visit.lang, b.min_y)).unwrap_or_default(),
            text: content.geometry.as_ref().map(geometry_text::write).unwrap_or_default(),
            required: definition.required,
            ..GeometryInput::default()
        }
    });
    Ok((inputs, geometry))
}

fn input(visit: &Visit, catalogue: &Catalogue, labels: &Labels, field: &Field, value: &Value) -> Input {
    let mut input = Input {
        name: field.name.clone(),
        title: visit.say(&field.title).to_owned(),
        description: field.description.as_ref().map(|d| visit.say(d).to_owned()),
        form: "text",
        value: text_of(visit, catalogue, labels, field, value),
        required: field.required,
        personal: field.personal,
        unit: field.unit.as_deref().map(unit_sign).unwrap_or_default().to_owned(),
        max_length: field.max_length,
        ..Input::default()
    };
    match &field.kind {
        FieldKind::Text if field.max_length.is_some_and(|l| l > LONG_TEXT) => input.form = "long",
        FieldKind::Text => {}
        FieldKind::Integer | FieldKind::Real => input.form = "number",
        FieldKind::Money => (input.form, input.unit) = ("number", "₺".to_owned()),
        FieldKind::Date => input.form = "date",
        FieldKind::Timestamp => input.form = "instant",
        FieldKind::Boolean => {
            input.form = "choice";
            let words = [("true", visit.t.yes()), ("false", visit.t.no())];
            input.choices = words.map(|(w, s)| (w.to_owned(), s.to_owned(), w == input.value)).into();
        }
        FieldKind::Code { list } => {
            input.form = "choice";
            let codes = catalogue.code_lists.get(list).map_or(&[][..], |l| l.codes.as_slice());
            let offered = codes.iter().filter(|c| !c.retired || c.code == input.value);
            input.choices = offered.map(|c| (c.code.clone(), visit.say(&c.title).to_owned(), c.code == input.value)).collect();
        }
        FieldKind::Reference { register } => {
            input.form = "reference";
            if let Value::Reference(id) = value {
                input.id = id.to_string();
            }
            let title = catalogue.registers.get(register).map(|r| visit.say(&r.title).to_owned());
            input.refers = Some((register.clone(), title.unwrap_or_else(|| register.clone())));
        }
    }
    input
}

fn text_of(visit: &Visit, catalogue: &Catalogue, labels: &Labels, field: &Field, value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::Bool(b) => b.to_string(),
        Value::Int(kurus) if field.kind == FieldKind::Money => format::editable_money(visit.lang, *kurus),
        Value::Int(i) => i.to_string(),
        Value::Real(r) => format::editable(visit.lang, *r),
        Value::Text(text) => text.clone(),
        Value::Date(d) => d.to_string(),
        Value::Timestamp(at) => format::input_instant(*at),
        Value::Reference(_) => Shower { t: visit.t, catalogue, labels }.show(field, value).text,
    }
}

/// What was typed, as content; and what can't be read, by field name (`geometry` for the geometry). Where a text can't be
/// read the content keeps `before`. What is sent for a field that is not open is left alone.
///
/// # Errors
/// Those of the store (references are looked up by name).
pub async fn read(
    visit: &Visit,
    register: &Register,
    form: &Params,
    before: &Content,
    open: FieldSet,
) -> Result<(Content, Vec<(String, String)>), Problem> {
    let mut content = before.clone();
    let mut faults = Vec::new();
    let slots = register.fields.iter().zip(&mut content.values).enumerate();
    for (_, (field, slot)) in slots.filter(|(index, _)| open.has(*index)) {
        let Some(typed) = form.raw(&field.name) else { continue };
        match value_of(visit, field, typed, form, slot).await? {
            Ok(value) => *slot = value,
            Err(fault) => faults.push((field.name.clone(), fault)),
        }
    }
    if let Some(definition) = &register.geometry {
        match geometry_of(visit, definition.kind == GeometryType::Point, form, before.geometry.as_ref()) {
            None => {}
            Some(Ok(geometry)) => content.geometry = geometry,
            Some(Err(fault)) => faults.push(("geometry".to_owned(), fault)),
        }
    }
    Ok((content, faults))
}

fn geometry_of(visit: &Visit, point: bool, form: &Params, before: Option<&Wkb>) -> Option<Result<Option<Wkb>, String>> {
    if !point {
        let text = form.raw("geometry")?;
        // An untouched text is an untouched geometry, whatever reading it would make of the last digit.
        let untouched = before.filter(|b| geometry_text::write(b) == text.trim());
        return Some(untouched.map_or_else(|| geometry_text::read(visit.t, text), |b| Ok(Some(b.clone()))));
    }
    let (lon, lat) = (form.raw("geometry.lon")?.trim(), form.raw("geometry.lat")?.trim());
    if lon.is_empty() && lat.is_empty() {
        return Some(Ok(None));
    }
    let number = |text: &str| format::parse_number(visit.lang, text).ok().and_then(|n| n.parse::<f64>().ok());
    let point = number(lon).zip(number(lat)).and_then(|(x, y)| Wkb::point(x, y));
    Some(point.map(Some).ok_or_else(|| visit.t.fault_point().to_owned()))
}

async fn value_of(
    visit: &Visit,
    field: &Field,
    typed: &str,
    form: &Params,
    before: &Value,
) -> Result<Result<Value, String>, Problem> {
    let t = visit.t;
    // Browsers send line ends as CR LF.
    let typed = typed.replace("\r\n", "\n");
    let trimmed = typed.trim();
    if trimmed.is_empty() {
        return Ok(Ok(Value::Null));
    }
    let number = |text: &str| {
        format::parse_number(visit.lang, text).map_err(|fault| match fault {
            NumberFault::NotANumber => t.fault_number(text),
            NumberFault::Ambiguous => t.fault_ambiguous(text),
        })
    };
    Ok(match &field.kind {
        FieldKind::Text | FieldKind::Code { .. } => Ok(Value::Text(typed.trim_end().to_owned())),
        FieldKind::Boolean => Ok(Value::Bool(trimmed == "true")),
        FieldKind::Integer => number(trimmed).and_then(|n| n.parse().map(Value::Int).map_err(|_| t.fault_whole(trimmed))),
        FieldKind::Real => number(trimmed).and_then(|n| n.parse().map(Value::Real).map_err(|_| t.fault_number(trimmed))),
        FieldKind::Money => number(trimmed).and_then(|n| kurus(&n).map(Value::Int).ok_or_else(|| t.fault_money(trimmed))),
        FieldKind::Date => trimmed.parse().map(Value::Date).map_err(|_| t.fault_date(trimmed)),
        FieldKind::Timestamp => match before {
            // The input has whole seconds; an instant that was not touched keeps its fraction.
            Value::Timestamp(at) if format::input_instant(*at) == trimmed => Ok(before.clone()),
            _ => format::parse_instant(trimmed).and_then(Value::instant).ok_or_else(|| t.fault_date(trimmed)),
        },
        FieldKind::Reference { register } => {
            reference(
                visit,
                register,
                trimmed,
                form.raw(&format!("{}.id", field.name)),
                form.raw(&format!("{}.name", field.name)),
            )
            .await?
        }
    })
}

/// Lira with at most two decimals, as kuruş, without a detour over floating point.
pub fn kurus(lira: &str) -> Option<i64> {
    let (whole, part) = lira.split_once('.').unwrap_or((lira, ""));
    if part.len() > 2 {
        return None;
    }
    let sign = if whole.starts_with('-') { -1 } else { 1 };
    let cents: i64 = format!("{part:0<2}").parse().ok()?;
    whole.trim_start_matches('-').parse::<i64>().ok()?.checked_mul(100)?.checked_add(cents).map(|k| sign * k)
}

/// The record that a typed name means: the one picked, if its name still stands there; an id; or the only one of that name.
///
/// # Errors
/// Those of the store.
pub async fn reference(
    visit: &Visit,
    register: &str,
    typed: &str,
    id: Option<&str>,
    name: Option<&str>,
) -> Result<Result<Value, String>, Problem> {
    if let Some(id) = id.and_then(|id| Uuid::parse_str(id).ok()).filter(|_| name == Some(typed)) {
        return Ok(Ok(Value::Reference(id)));
    }
    if let Ok(id) = Uuid::parse_str(typed) {
        return Ok(Ok(Value::Reference(id)));
    }
    let register = visit.app.desk.register(register)?;
    let hits = search::by_label(visit, &register, typed, search::MAX_CHOICES).await?;
    let exact: Vec<_> = hits.iter().filter(|h| h.label.to_lowercase() == typed.to_lowercase()).collect();
    Ok(match (exact.as_slice(), hits.as_slice()) {
        ([one], _) => Ok(Value::Reference(one.id)),
        ([], [one]) => Ok(Value::Reference(one.id)),
        ([], []) => Err(visit.t.fault_reference_register_text(visit.say(&register.title), typed)),
        _ => {
            let names: Vec<String> = hits.iter().take(5).map(|h| format!("{} ({})", h.label, h.id)).collect();
            Err(visit.t.fault_reference_many(names.join("; ")))
        }
    })
}

#[cfg(test)]
mod tests {
    #[test]
    fn lira_become_kurus_exactly() {
        assert_eq!(super::kurus("1234.5"), Some(123_450));
        assert_eq!(super::kurus("-0.07"), Some(-7));
        assert_eq!(super::kurus("1.005"), None);
        assert_eq!(super::kurus("99999999999999999999"), None);
    }
}
