//! One value of a record as people read it.

use super::{format, labels::Labels, texts::Texts};
use meydan_kernel::{Catalogue, Field, FieldKind, Record, Register, Value, post::PERSON};

/// Limit: decimals shown of a real number; the form shows all.
const PLACES: usize = 6;

/// A value ready for a page.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Shown {
    /// The text; empty for no value.
    pub text: String,
    /// The page of the record that a reference points to.
    pub href: Option<String>,
    /// The code behind a code's title, when they differ.
    pub code: Option<String>,
    /// Right-aligned.
    pub numeric: bool,
}

impl Shown {
    /// True for no value.
    pub fn is_empty(&self) -> bool {
        self.text.is_empty()
    }
}

/// What is needed to show values: the definitions, the language, the names of referenced records.
pub struct Shower<'a> {
    /// Texts of the language.
    pub t: Texts,
    /// Definitions.
    pub catalogue: &'a Catalogue,
    /// Names of referenced records.
    pub labels: &'a Labels,
}

impl Shower<'_> {
    /// A value of a field.
    pub fn show(&self, field: &Field, value: &Value) -> Shown {
        let lang = self.t.0;
        let text = |text: String| Shown { text, ..Shown::default() };
        let number = |text: String| Shown { text: with_unit(text, field), numeric: true, ..Shown::default() };
        match value {
            Value::Null => Shown::default(),
            Value::Bool(true) => text(self.t.yes().to_owned()),
            Value::Bool(false) => text(self.t.no().to_owned()),
            Value::Int(kurus) if field.kind == FieldKind::Money => number(format::money(lang, *kurus)),
            // A number without a unit is often a code or a year: grouping would misread it.
            Value::Int(i) if field.unit.is_none() => number(i.to_string()),
            Value::Int(i) => number(format::integer(lang, *i)),
            Value::Real(r) => number(format::real(lang, *r, PLACES)),
            Value::Date(d) => text(format::date(lang, *d)),
            Value::Timestamp(at) => text(format::instant(lang, *at)),
            Value::Text(code) => match code_title(self.catalogue, field, code, lang) {
                Some(title) if title != code => Shown { text: title.to_owned(), code: Some(code.clone()), ..Shown::default() },
                _ => text(code.clone()),
            },
            Value::Reference(id) => {
                let register = if let FieldKind::Reference { register } = &field.kind { register.as_str() } else { "" };
                let label = self.labels.get(register, *id).map_or_else(|| short(&id.to_string()), str::to_owned);
                Shown { text: label, href: Some(format!("/registers/{register}/{id}")), ..Shown::default() }
            }
        }
    }

    /// A record's name: its label field, else what is set of its key, else its number. A person is called by both names.
    pub fn name(&self, register: &Register, record: &Record) -> String {
        if register.name == PERSON
            && let Some(name) = full_name(register, record)
        {
            return name;
        }
        let names = std::iter::once(&register.label).chain(&register.key);
        let shown = names.filter_map(|name| Some(self.show(register.field(name)?, record.value(register, name)?)));
        shown.map(|s| s.text).find(|text| !text.is_empty()).unwrap_or_else(|| format!("#{}", record.fid))
    }
}

/// First and last name, where both are shown.
fn full_name(register: &Register, record: &Record) -> Option<String> {
    let part = |field: &str| match record.value(register, field)? {
        Value::Text(text) if register.field_index(field).is_some_and(|i| !record.hidden.has(i)) => Some(text.as_str()),
        _ => None,
    };
    Some(format!("{} {}", part("first_name")?, part("last_name")?))
}

fn with_unit(text: String, field: &Field) -> String {
    field.unit.as_deref().map_or_else(|| text.clone(), |unit| format!("{text} {}", unit_sign(unit)))
}

/// UCUM as people write it.
pub fn unit_sign(unit: &str) -> &str {
    match unit {
        "m2" => "m²",
        "m3" => "m³",
        "km2" => "km²",
        "Cel" => "°C",
        "1" | "{count}" => "",
        other => other,
    }
}

fn code_title<'a>(catalogue: &'a Catalogue, field: &Field, code: &str, lang: meydan_kernel::Lang) -> Option<&'a str> {
    let FieldKind::Code { list } = &field.kind else { return None };
    Some(catalogue.code_lists.get(list)?.get(code)?.title.get(lang))
}

/// The head of an id, for where there is no name.
pub fn short(id: &str) -> String {
    match id.get(..8).zip(id.get(id.len().saturating_sub(4)..)) {
        Some((head, tail)) if id.len() == 36 => format!("{head}…{tail}"),
        _ => id.to_owned(),
    }
}
