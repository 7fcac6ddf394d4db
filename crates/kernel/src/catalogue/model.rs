//! The typed model of the definitions. Serialised whole into the store as the applied catalogue.

use super::{Grant, Separation, Workflow};
use crate::{Bilingual, Value, calendar::CalendarDef};
use meydan_geo::GeometryType;
use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, sync::Arc};

/// All registers and code lists that hold together.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Catalogue {
    /// Registers by name.
    pub registers: BTreeMap<String, Arc<Register>>,
    /// Code lists by name.
    pub code_lists: BTreeMap<String, Arc<CodeList>>,
    /// Named colours of the symbology; a layer's paint names them as `"@water"`.
    #[serde(default)]
    pub palette: BTreeMap<String, Colour>,
    /// Who may do what; what no grant allows is refused.
    #[serde(default)]
    pub grants: Vec<Arc<Grant>>,
    /// Powers that one person can't have over one matter.
    #[serde(default)]
    pub separations: Vec<Separation>,
    /// Holidays and office hours: what terms are counted by.
    #[serde(default)]
    pub calendar: CalendarDef,
}

/// One named colour of the symbology in both themes (CSS colours).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Colour {
    /// On the light map.
    pub light: String,
    /// On the dark map.
    pub dark: String,
}

/// Light or dark map.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Theme {
    /// Dark on light, the default.
    #[default]
    Light,
    /// Light on dark.
    Dark,
}

impl Catalogue {
    /// A register by name.
    ///
    /// # Errors
    /// `no-such-register`.
    pub fn register(&self, name: &str) -> crate::Result<&Arc<Register>> {
        self.registers.get(name).ok_or_else(|| {
            crate::Error::not_found(
                "no-such-register",
                format!("“{name}” adında bir kütük yok."),
                format!("There is no register named “{name}”."),
            )
        })
    }
}

/// A register (*kütük*): a typed table, with or without a geometry.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Register {
    /// Name: `[a-z][a-z0-9_]{0,47}`; table, collection and layer bear it.
    pub name: String,
    /// The name it bore before, if it was renamed (`was =`).
    pub was: Option<String>,
    /// The module (folder) it comes from; `own` for what a city defined itself.
    pub module: String,
    /// Title, singular is not distinguished.
    pub title: Bilingual,
    /// What it holds and how it is collected.
    pub description: Bilingual,
    /// Articles of the regulation that it serves, e.g. `7/l`.
    pub articles: Vec<String>,
    /// Fields in order.
    pub fields: Vec<Field>,
    /// Geometry, if it has one.
    pub geometry: Option<GeometryDef>,
    /// Names of fields that together name one record (the key for reconciling deliveries); empty if none.
    pub key: Vec<String>,
    /// Field shown as the record's name in lists, cards and references.
    pub label: String,
    /// Conditions on each record.
    pub constraints: Vec<Constraint>,
    /// How old data may be.
    pub freshness: Option<Freshness>,
    /// How long it is kept.
    pub retention: Option<Retention>,
    /// How it is drawn.
    pub symbology: Option<Symbology>,
    /// Metadata (ISO 19115 core).
    pub metadata: Metadata,
    /// Name of the feature type in TUCBS, the national geographic data standard.
    pub tucbs: Option<String>,
    /// The reference field that says which unit a record belongs to: grants with a unit scope go by it.
    #[serde(default)]
    pub unit: Option<String>,
    /// The field that says which person a record is about (*ilgili kişi*): they may ask who looked at it.
    #[serde(default)]
    pub subject: Option<String>,
    /// Why personal data is kept here (KVKK article 10 and the inventory of its register).
    #[serde(default)]
    pub processing: Option<Processing>,
    /// Written by the house itself and by nobody else: no grant lets anybody add, change or end its records.
    #[serde(default)]
    pub journal: bool,
    /// Names of the checks in code that each change of this register must pass, see [`crate::desk::Check`].
    #[serde(default)]
    pub checks: Vec<String>,
    /// Fields that are indexed together: quick to filter by the first ones and sort by the next.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub indexes: Vec<Vec<String>>,
    /// Its records are parts of others (comments, attachments, links): grants `with_whole` hold for who may read the whole.
    #[serde(default)]
    pub part: bool,
    /// The way of its records through the house, if they are cases.
    #[serde(default)]
    pub workflow: Option<Workflow>,
}

impl Register {
    /// Where a field stands.
    pub fn field_index(&self, name: &str) -> Option<usize> {
        self.fields.iter().position(|f| f.name == name)
    }

    /// A field by name.
    pub fn field(&self, name: &str) -> Option<&Field> {
        self.fields.iter().find(|f| f.name == name)
    }

    /// Positions of the key's fields.
    pub fn key_indexes(&self) -> Vec<usize> {
        self.key.iter().filter_map(|k| self.field_index(k)).collect()
    }
}

/// One field of a register.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Field {
    /// Name: `[a-z][a-z0-9_]{0,47}`, not one of the reserved (`id`, `fid`, `version`, `recorded_at`, `geom`, `geometry`).
    pub name: String,
    /// The name it bore before, if it was renamed (`was =`).
    pub was: Option<String>,
    /// Title.
    pub title: Bilingual,
    /// What it means and how it is collected.
    pub description: Option<Bilingual>,
    /// Type.
    pub kind: FieldKind,
    /// Must have a value.
    pub required: bool,
    /// No two records share a value.
    pub unique: bool,
    /// Personal data (KVKK): masked unless a grant names the field.
    pub personal: bool,
    /// What of a personal value may be seen by who may not see the whole.
    #[serde(default)]
    pub mask: Mask,
    /// What a text must look like.
    #[serde(default)]
    pub format: Option<Format>,
    /// Unit of measure (UCUM), e.g. `m`, `m2`.
    pub unit: Option<String>,
    /// Smallest number.
    pub min: Option<f64>,
    /// Largest number.
    pub max: Option<f64>,
    /// Longest text in characters.
    pub max_length: Option<usize>,
    /// Value of a new record that names none, and of old records when the field is added.
    pub default: Option<serde_json::Value>,
    /// Indexed: quick to filter and sort.
    pub indexed: bool,
    /// Attribute name in TUCBS.
    pub tucbs: Option<String>,
    /// Kept by the house: nobody's edit writes it (the fields of cases).
    #[serde(default)]
    pub house: bool,
}

/// Type of a field.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum FieldKind {
    /// Text.
    Text,
    /// Whole number, 64 bit.
    Integer,
    /// Number, 64 bit.
    Real,
    /// Yes or no.
    Boolean,
    /// Calendar day.
    Date,
    /// Instant.
    Timestamp,
    /// Amount in kuruş.
    Money,
    /// A code of a code list.
    Code {
        /// Name of the code list.
        list: String,
    },
    /// Another record.
    Reference {
        /// Name of the register.
        register: String,
    },
}

impl FieldKind {
    /// The word of the definition files.
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Integer => "integer",
            Self::Real => "real",
            Self::Boolean => "boolean",
            Self::Date => "date",
            Self::Timestamp => "timestamp",
            Self::Money => "money",
            Self::Code { .. } => "code",
            Self::Reference { .. } => "reference",
        }
    }
}

impl Field {
    /// The default as a value; `Null` without one.
    pub fn default_value(&self) -> Value {
        self.default.as_ref().and_then(|d| Value::from_json(d, &self.kind)).unwrap_or(Value::Null)
    }
}

/// Geometry of a register.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GeometryDef {
    /// Type. A single geometry is taken into a multi register as a multi of one.
    #[serde(rename = "type")]
    pub kind: GeometryType,
    /// Every record must have one.
    pub required: bool,
}

/// A code list (*kod listesi*).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CodeList {
    /// Name.
    pub name: String,
    /// Title.
    pub title: Bilingual,
    /// Source of the codes.
    pub source: Option<String>,
    /// Codes in order.
    pub codes: Vec<Code>,
}

impl CodeList {
    /// A code's entry.
    pub fn get(&self, code: &str) -> Option<&Code> {
        self.codes.iter().find(|c| c.code == code)
    }
}

/// One code.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Code {
    /// The stored word.
    pub code: String,
    /// Title.
    pub title: Bilingual,
    /// No longer given to new records.
    pub retired: bool,
    /// The same code in the national system that the list's source names (NVI, MAKS, TUCBS), if it has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub national: Option<String>,
}

/// A condition that each record must meet.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Constraint {
    /// Name, for errors.
    pub name: String,
    /// CQL2 text; broken where it is false (unknown is let through).
    pub check: String,
    /// The sentence shown when broken.
    pub message: Bilingual,
}

/// How old the data of a register may get before its owner is told (article 9/g).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Freshness {
    /// Days.
    pub max_age_days: u32,
}

/// How long records are kept after their end.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Retention {
    /// Years; `None` is for ever.
    pub years: Option<u32>,
    /// The date or timestamp field that the years count from; without one they count from the record's deletion.
    #[serde(default)]
    pub after: Option<String>,
    /// What goes when the years are over.
    #[serde(default)]
    pub destroys: Destroys,
    /// The law that says so.
    pub basis: Bilingual,
}

/// What is destroyed at the end of retention.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Destroys {
    /// The personal fields; the rest stays (anonymised).
    #[default]
    Personal,
    /// All values of the record.
    Record,
}

/// Purpose and legal basis of keeping personal data (KVKK articles 5, 6 and 10).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Processing {
    /// What for.
    pub purpose: Bilingual,
    /// The condition of the law that allows it.
    pub basis: Bilingual,
    /// Whose data: staff, citizens, …
    pub subjects: Bilingual,
    /// Holds data of special categories (KVKK article 6: health, …).
    pub special: bool,
}

/// How a personal value is shown to who may not see it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mask {
    /// Nothing of it.
    #[default]
    All,
    /// The last two characters: `•••••••••46`.
    LastTwo,
    /// The last four characters: `•••• •• 1234`.
    LastFour,
    /// The first letter of each word: `A••• Y•••`.
    Initials,
    /// The first letter and the domain: `a•••@trabzon.bel.tr`.
    Email,
}

/// What a text must look like.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Format {
    /// Turkish identity number (*T.C. kimlik no*) with its two check digits.
    NationalId,
    /// E-mail address.
    Email,
    /// Phone number as E.164, `+905321234567`.
    Phone,
}

/// How a register is drawn: MapLibre style layers without `source`; colours may be named (`"@water"`), see
/// [`Catalogue::drawing`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Symbology {
    /// Lowest zoom with tiles.
    pub min_zoom: u8,
    /// Place in the drawing order, lowest first.
    pub order: i32,
    /// Fields that tiles carry; empty is all but personal ones.
    pub tile_fields: Vec<String>,
    /// MapLibre style layers (JSON array).
    pub layers: serde_json::Value,
}

/// Metadata of a register (ISO 19115-1 core).
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Metadata {
    /// Unit that owns it.
    pub owner: Option<Bilingual>,
    /// Contact.
    pub contact: Option<Contact>,
    /// Keywords.
    pub keywords: Vec<Bilingual>,
    /// Licence.
    pub licence: Option<String>,
    /// Where the data comes from.
    pub lineage: Option<Bilingual>,
    /// Scale denominator it was collected for.
    pub scale: Option<u32>,
}

/// Whom to ask.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Contact {
    /// Name.
    pub name: String,
    /// E-mail.
    pub email: Option<String>,
}
