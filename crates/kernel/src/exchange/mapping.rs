//! Which column fills which field: guessed, shown, overridden.

use super::thesaurus::{Words, plain, words};
use crate::{Bilingual, Catalogue, Error, Field, FieldKind, Register, Result, text::search_fold};
use meydan_geo::feature::{Column, Feature, Scalar};
use serde::Serialize;
use std::collections::BTreeSet;

/// Share of a sample's values, in percent, that must be codes of the list for a guess to stand.
const CODES_PERCENT: usize = 50;

/// Bytes of a column's name in dBASE, and so in Shapefiles.
const DBASE_NAME_BYTES: usize = 10;

/// Where a field's value comes from.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum From {
    /// A column.
    Column {
        /// Its name.
        column: String,
    },
    /// The same text for all rows.
    Constant {
        /// The text, read as the field's type.
        text: String,
    },
    /// The record of the referenced register whose field has the column's value.
    Lookup {
        /// Name of the column.
        column: String,
        /// Field of the referenced register.
        by: String,
    },
}

/// Why a field was mapped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Guess {
    /// Named by the person.
    Given,
    /// The names agree, or a title, a former name, or the national standard's name.
    Name,
    /// The names mean the same.
    Meaning,
    /// Only likely.
    Likely,
}

/// One field and what fills it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct FieldMapping {
    /// Field.
    pub field: String,
    /// Its title.
    pub title: Bilingual,
    /// What fills it.
    pub from: From,
    /// Why.
    pub why: Guess,
}

/// All fields that are filled; others keep their value, or get their default in new records.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct Mapping {
    /// In the register's order.
    pub fields: Vec<FieldMapping>,
    /// Columns that fill nothing.
    pub unused_columns: Vec<String>,
}

/// A person's word on one field.
#[derive(Debug, Clone, PartialEq)]
pub enum Override {
    /// `field=column`; of a reference, by the referenced register's key.
    Column(String, String),
    /// `field:=text`.
    Constant(String, String),
    /// `field=column:by`.
    Lookup(String, String, String),
    /// `field=`: filled by nothing.
    Nothing(String),
}

impl Override {
    /// Reads `field=column`, `field:=text`, `field=`.
    ///
    /// # Errors
    /// `bad-mapping`.
    pub fn read(text: &str) -> Result<Self> {
        let bad = || {
            Error::invalid("bad-mapping", format!("“{text}” bir eşleme değil."), format!("“{text}” is not a mapping.")).hint(
                "Şöyle yazın: alan=sütun, alan:=sabit ya da alan= (boş).",
                "Write field=column, field:=constant or field= (nothing).",
            )
        };
        let (field, rest) = text.split_once('=').ok_or_else(bad)?;
        let (field, constant) = field.strip_suffix(':').map_or((field, false), |f| (f, true));
        let field = field.trim().to_owned();
        if field.is_empty() {
            return Err(bad());
        }
        Ok(match (constant, rest.trim()) {
            (true, text) => Self::Constant(field, text.to_owned()),
            (false, "") => Self::Nothing(field),
            (false, column) => Self::Column(field, column.to_owned()),
        })
    }

    /// Reads `field=column:by`, or `field=column` for the referenced register's key.
    ///
    /// # Errors
    /// `bad-mapping`.
    pub fn read_lookup(text: &str) -> Result<Self> {
        match Self::read(text)? {
            Self::Column(field, rest) => Ok(match rest.rsplit_once(':') {
                Some((column, by)) => Self::Lookup(field, column.to_owned(), by.to_owned()),
                None => Self::Column(field, rest),
            }),
            other => Ok(other),
        }
    }

    fn field(&self) -> &str {
        match self {
            Self::Column(f, _) | Self::Constant(f, _) | Self::Lookup(f, ..) | Self::Nothing(f) => f,
        }
    }
}

impl Mapping {
    /// Guesses the mapping and lets the person's words win. `sample` are some first rows: a column whose values are not
    /// codes of the list is not guessed for a code field.
    ///
    /// # Errors
    /// `no-such-field`, `no-such-column`, `not-a-reference`: what a person's word names that is not there.
    pub fn make(
        catalogue: &Catalogue,
        register: &Register,
        columns: &[Column],
        sample: &[Feature],
        overrides: &[Override],
    ) -> Result<Self> {
        let mut chosen: Vec<Option<(From, Guess)>> = vec![None; register.fields.len()];
        let mut taken = BTreeSet::new();
        let mut fixed = BTreeSet::new();
        for word in overrides {
            let at = register.field_index(word.field()).ok_or_else(|| no_such_field(register, word.field()))?;
            fixed.insert(at);
            chosen[at] = given(catalogue, register, columns, word, at)?.map(|from| (from, Guess::Given));
            if let Some((From::Column { column } | From::Lookup { column, .. }, _)) = &chosen[at] {
                taken.insert(column.clone());
            }
        }
        let mut candidates = candidates(catalogue, register, columns, sample);
        candidates.sort_by_key(|c| (c.rank, c.field, c.column));
        for c in candidates {
            let name = &columns[c.column].name;
            if fixed.contains(&c.field) || chosen[c.field].is_some() || taken.contains(name) {
                continue;
            }
            taken.insert(name.clone());
            chosen[c.field] = Some((c.from, c.why));
        }
        let fields = register
            .fields
            .iter()
            .zip(chosen)
            .filter_map(|(field, chosen)| {
                let (from, why) = chosen?;
                Some(FieldMapping { field: field.name.clone(), title: field.title.clone(), from, why })
            })
            .collect();
        let unused_columns = columns.iter().map(|c| c.name.clone()).filter(|n| !taken.contains(n)).collect();
        Ok(Self { fields, unused_columns })
    }
}

struct Candidate {
    field: usize,
    column: usize,
    rank: u8,
    from: From,
    why: Guess,
}

fn candidates(catalogue: &Catalogue, register: &Register, columns: &[Column], sample: &[Feature]) -> Vec<Candidate> {
    let own: BTreeSet<String> =
        [&register.name, &register.title.tr, &register.title.en].iter().flat_map(|n| words(n).meanings).collect();
    let mut out = Vec::new();
    for (column, named) in columns.iter().enumerate() {
        let has = words(&named.name);
        for (at, field) in register.fields.iter().enumerate() {
            let found = match &field.kind {
                FieldKind::Reference { register: target } => reference(catalogue, target, field, &named.name, &has),
                _ => plain_field(register, field, &own, &named.name, &has)
                    .map(|(rank, why)| (rank, why, From::Column { column: named.name.clone() })),
            };
            let Some((rank, why, from)) = found else { continue };
            if let FieldKind::Code { list } = &field.kind
                && !looks_like_codes(catalogue, list, sample, column)
            {
                continue;
            }
            out.push(Candidate { field: at, column, rank, from, why });
        }
    }
    out
}

fn names_of(field: &Field) -> impl Iterator<Item = &str> {
    let tucbs = field.tucbs.as_deref();
    [Some(field.name.as_str()), field.was.as_deref(), Some(&field.title.tr), Some(&field.title.en), tucbs].into_iter().flatten()
}

fn plain_field(register: &Register, field: &Field, own: &BTreeSet<String>, column: &str, has: &Words) -> Option<(u8, Guess)> {
    let plain_column = plain(column);
    if names_of(field).any(|n| plain(n) == plain_column) {
        return Some((1, Guess::Name));
    }
    // A bare “id” is the file's own counter, not a number that anybody gave: a person must say if it is one.
    if has.meanings.is_empty() || plain_column == "id" {
        return None;
    }
    let rest: BTreeSet<&String> = has.meanings.difference(own).collect();
    for name in names_of(field) {
        let wants = words(name).meanings;
        if wants.is_empty() {
            continue;
        }
        if wants == has.meanings {
            return Some((if has.official { 0 } else { 2 }, Guess::Meaning));
        }
        let wants_rest: BTreeSet<&String> = wants.difference(own).collect();
        if !rest.is_empty() && rest == wants_rest {
            return Some((if has.official { 0 } else { 3 }, Guess::Meaning));
        }
    }
    // dBASE cuts names to ten letters: `official_i`.
    let cut = |name: &str| {
        name.len() > DBASE_NAME_BYTES && name.get(..DBASE_NAME_BYTES).is_some_and(|n| n.eq_ignore_ascii_case(column))
    };
    if column.len() == DBASE_NAME_BYTES && cut(&field.name) {
        return Some((4, Guess::Likely));
    }
    // The column bears the register's own name: the record's name.
    (rest.is_empty() && register.label == field.name).then_some((6, Guess::Likely))
}

fn reference(catalogue: &Catalogue, target: &str, field: &Field, column: &str, has: &Words) -> Option<(u8, Guess, From)> {
    let target = catalogue.registers.get(target)?;
    let mut about: BTreeSet<String> = words(&field.name).meanings;
    about.extend(words(&field.title.tr).meanings);
    if has.meanings.is_empty() || !has.meanings.iter().any(|m| about.contains(m)) {
        return None;
    }
    let rest: Vec<&str> = has.meanings.iter().filter(|m| !about.contains(*m)).map(String::as_str).collect();
    let lookup = |by: &str| From::Lookup { column: column.to_owned(), by: by.to_owned() };
    match (rest.as_slice(), target.key.as_slice()) {
        (["id"], [key]) => Some((if has.official { 0 } else { 2 }, Guess::Meaning, lookup(key))),
        ([], _) | (["name"], _) => Some((7, Guess::Likely, lookup(&target.label))),
        _ => None,
    }
}

fn looks_like_codes(catalogue: &Catalogue, list: &str, sample: &[Feature], column: usize) -> bool {
    let Some(list) = catalogue.code_lists.get(list) else { return false };
    let (mut known, mut all) = (0, 0);
    for value in sample.iter().filter_map(|f| f.values.get(column)) {
        let text = match value {
            Scalar::Text(t) => search_fold(t.trim()),
            Scalar::Int(i) => i.to_string(),
            _ => continue,
        };
        all += 1;
        known +=
            usize::from(list.codes.iter().any(|c| [&c.code, &c.title.tr, &c.title.en].iter().any(|n| search_fold(n) == text)));
    }
    known * 100 >= all * CODES_PERCENT
}

fn given(catalogue: &Catalogue, register: &Register, columns: &[Column], word: &Override, at: usize) -> Result<Option<From>> {
    let field = &register.fields[at];
    let there = |column: &str| {
        columns.iter().find(|c| c.name == column).map(|c| c.name.clone()).ok_or_else(|| {
            let names = columns.iter().map(|c| c.name.as_str()).collect::<Vec<_>>().join(", ");
            Error::invalid(
                "no-such-column",
                format!("“{column}” adında bir sütun yok."),
                format!("There is no column named “{column}”."),
            )
            .hint(format!("Sütunlar: {names}"), format!("Columns: {names}"))
        })
    };
    let target = match &field.kind {
        FieldKind::Reference { register } => Some(catalogue.register(register)?),
        _ => None,
    };
    Ok(match (word, target) {
        (Override::Nothing(_), _) => None,
        (Override::Constant(_, text), _) => Some(From::Constant { text: text.clone() }),
        (Override::Column(_, column), None) => Some(From::Column { column: there(column)? }),
        (Override::Column(_, column), Some(target)) => {
            let by = target.key.first().unwrap_or(&target.label).clone();
            Some(From::Lookup { column: there(column)?, by })
        }
        (Override::Lookup(_, column, by), Some(target)) => {
            if target.field(by).is_none() {
                return Err(no_such_field(target, by));
            }
            Some(From::Lookup { column: there(column)?, by: by.clone() })
        }
        (Override::Lookup(name, ..), None) => {
            return Err(Error::invalid(
                "not-a-reference",
                format!("“{name}” alanı başka bir kütüğe başvurmuyor."),
                format!("The field “{name}” does not refer to another register."),
            ));
        }
    })
}

fn no_such_field(register: &Register, field: &str) -> Error {
    let names = register.fields.iter().map(|f| f.name.as_str()).collect::<Vec<_>>().join(", ");
    Error::invalid(
        "no-such-field",
        format!("“{}” kütüğünde “{field}” alanı yok.", register.title.tr),
        format!("The register “{}” has no field “{field}”.", register.title.en),
    )
    .hint(format!("Alanlar: {names}"), format!("Fields: {names}"))
}
