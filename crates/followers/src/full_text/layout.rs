//! What the index is made from: which fields of which registers, by the definitions, and what a record becomes in it.
//!
//! A word is kept with the field that it stands in: whoever asks is given words of the fields that they may read and of no other.

use super::words::words;
use meydan_kernel::{
    Catalogue, Field, FieldKind, Record, Register, Result, Value,
    catalogue::{Action, Format},
    cql2,
    permission::FieldSet,
};
use std::{collections::HashMap, fmt::Write, sync::Arc};

/// Grows when the index holds something else for the same definitions: an index of another number is made anew.
const FORMAT: u32 = 1;
/// Fields are numbered by characters from here on: a plane of Unicode that no text has a word in.
const FIRST_FIELD: u32 = 0xF_0000;
/// Stands between what is looked for and its field.
const SEPARATOR: char = '\0';

/// What a term of the index is; its first letter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sort {
    /// A word as it stands there, plain.
    Word,
    /// A word's stem.
    Stem,
    /// The value of a field that grants go by, whole.
    Value,
    /// A field that grants go by has a value.
    Present,
}

impl Sort {
    const fn letter(self) -> char {
        match self {
            Self::Word => 'w',
            Self::Stem => 's',
            Self::Value => 'v',
            Self::Present => 'p',
        }
    }
}

/// The beginning of all terms of a word or value, whatever their field.
pub(super) fn term_start(sort: Sort, text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push(sort.letter());
    out.push_str(text);
    out
}

/// The beginning of all terms of exactly this word or value.
pub(super) fn term_stem(sort: Sort, text: &str) -> String {
    let mut out = term_start(sort, text);
    out.push(SEPARATOR);
    out
}

/// The number of the field that a term is of.
pub(super) fn field_of_term(term: &[u8]) -> Option<usize> {
    let last = term.get(term.len().checked_sub(4)?..)?;
    let c = std::str::from_utf8(last).ok()?.chars().next()?;
    u32::from(c).checked_sub(FIRST_FIELD).map(|n| n as usize)
}

/// The value of a field that a condition compares with, as the index holds it; `None` for one that it doesn't hold.
pub(super) fn value_text(value: &Value) -> Option<String> {
    let text = match value {
        Value::Bool(b) => format!("b{b}"),
        Value::Int(i) => format!("i{i}"),
        Value::Text(t) => format!("t{t}"),
        Value::Date(d) => format!("d{d}"),
        Value::Reference(id) => format!("r{id}"),
        Value::Null | Value::Real(_) | Value::Timestamp(_) => return None,
    };
    Some(format!("{:032x}", twox_hash::XxHash3_128::oneshot(text.as_bytes())))
}

/// One register in the index.
#[derive(Debug)]
pub(super) struct Indexed {
    pub(super) register: Arc<Register>,
    /// Number in the index.
    pub(super) number: u64,
    /// Number of its first field; the others follow.
    pub(super) first_field: usize,
    /// Fields whose words are kept.
    pub(super) worded: FieldSet,
    /// Fields whose values are kept, since grants go by them.
    pub(super) valued: FieldSet,
    /// The field that is the record's name.
    pub(super) label: Option<usize>,
    titles: HashMap<String, Titles>,
}

/// Titles of a list's codes, both languages.
type Titles = HashMap<String, [String; 2]>;

/// The registers in the index.
#[derive(Debug)]
pub(super) struct Layout {
    registers: Vec<Indexed>,
    by_name: HashMap<String, usize>,
    /// Says whether an index is of these definitions.
    pub(super) digest: String,
}

impl Layout {
    /// What the definitions ask for.
    ///
    /// # Errors
    /// `bad-filter` if the condition of a grant can't be read.
    pub(super) fn new(catalogue: &Catalogue) -> Result<Self> {
        let mut registers = Vec::new();
        let mut next = 0;
        // What the house writes for itself (looks, events) is no matter of search: each search would make more of it.
        for register in catalogue.registers.values().filter(|r| !r.journal) {
            let worded = worded(register);
            if worded.is_empty() {
                continue;
            }
            registers.push(Indexed {
                register: Arc::clone(register),
                number: registers.len() as u64,
                first_field: next,
                worded,
                valued: valued(catalogue, register)?,
                label: register.field_index(&register.label),
                titles: titles(catalogue, register),
            });
            next += register.fields.len();
        }
        let by_name = registers.iter().enumerate().map(|(i, r)| (r.register.name.clone(), i)).collect();
        let digest = digest(&registers);
        Ok(Self { registers, by_name, digest })
    }

    pub(super) fn get(&self, register: &str) -> Option<&Indexed> {
        self.registers.get(*self.by_name.get(register)?)
    }

    pub(super) fn numbered(&self, number: u64) -> Option<&Indexed> {
        self.registers.get(usize::try_from(number).ok()?)
    }

    pub(super) fn all(&self) -> &[Indexed] {
        &self.registers
    }

    /// Which register and field a number names.
    pub(super) fn fields(&self) -> usize {
        self.registers.last().map_or(0, |r| r.first_field + r.register.fields.len())
    }
}

/// Texts and codes; not what identifies or rings somebody: such numbers are looked up by who may, not found by chance.
fn worded(register: &Register) -> FieldSet {
    let wanted = |f: &Field| match f.kind {
        FieldKind::Text => !matches!(f.format, Some(Format::NationalId | Format::Phone)),
        FieldKind::Code { .. } => true,
        _ => false,
    };
    register.fields.iter().enumerate().filter(|(_, f)| wanted(f)).fold(FieldSet::EMPTY, |set, (i, _)| set.with(i))
}

/// The fields that reading grants go by.
fn valued(catalogue: &Catalogue, register: &Register) -> Result<FieldSet> {
    let mut set = FieldSet::EMPTY;
    let concerns = |name: &str| name == register.name || name == "*";
    for grant in catalogue.grants.iter().filter(|g| concerns(&g.register) && g.actions.contains(&Action::Read)) {
        if let Some(condition) = &grant.condition {
            set = set.and(FieldSet::of(&cql2::parse_for_principal(register, condition)?));
        }
    }
    if let Some(unit) = register.unit.as_ref().and_then(|name| register.field_index(name)) {
        set = set.with(unit);
    }
    Ok(set)
}

fn titles(catalogue: &Catalogue, register: &Register) -> HashMap<String, Titles> {
    let lists = register.fields.iter().filter_map(|f| match &f.kind {
        FieldKind::Code { list } => catalogue.code_lists.get(list),
        _ => None,
    });
    let of = |list: &meydan_kernel::catalogue::CodeList| {
        list.codes.iter().map(|c| (c.code.clone(), [c.title.tr.clone(), c.title.en.clone()])).collect()
    };
    lists.map(|list| (list.name.clone(), of(list))).collect()
}

fn digest(registers: &[Indexed]) -> String {
    let mut text = format!("{FORMAT}");
    for indexed in registers {
        let r = &indexed.register;
        // Writing to a string does not fail.
        let _ = write!(text, "\n{} {:?} {:?} {:?}", r.name, indexed.worded, indexed.valued, indexed.label);
        for field in &r.fields {
            let _ = write!(text, "\n {} {:?} {:?}", field.name, field.kind, field.format);
        }
        let mut lists: Vec<_> = indexed.titles.iter().collect();
        lists.sort_by_key(|(name, _)| *name);
        for (name, titles) in lists {
            let mut titles: Vec<_> = titles.iter().collect();
            titles.sort();
            let _ = write!(text, "\n {name} {titles:?}");
        }
    }
    format!("{:032x}", twox_hash::XxHash3_128::oneshot(text.as_bytes()))
}

impl Indexed {
    /// The texts of a field that are searched: the value, or a code's titles.
    pub(super) fn texts<'a>(&'a self, field: usize, value: &'a Value) -> impl Iterator<Item = &'a str> {
        let Value::Text(text) = value else { return [None, None].into_iter().flatten() };
        match self.register.fields.get(field).map(|f| &f.kind) {
            Some(FieldKind::Text) => [Some(text.as_str()), None].into_iter().flatten(),
            Some(FieldKind::Code { list }) => {
                let titles = self.titles.get(list).and_then(|codes| codes.get(text));
                [titles.map(|t| t[0].as_str()), titles.map(|t| t[1].as_str())].into_iter().flatten()
            }
            _ => [None, None].into_iter().flatten(),
        }
    }

    /// All terms of a record, with spaces between.
    pub(super) fn terms(&self, record: &Record) -> String {
        let mut out = String::new();
        for (index, value) in record.values.iter().enumerate().filter(|(_, v)| !v.is_null()) {
            let Some(field) = self.field_char(index) else { continue };
            let mut put = |sort: Sort, text: &str| {
                out.push(sort.letter());
                out.push_str(text);
                out.push(SEPARATOR);
                out.push(field);
                out.push(' ');
            };
            if self.valued.has(index) {
                put(Sort::Present, "");
                if let Some(text) = value_text(value) {
                    put(Sort::Value, &text);
                }
            }
            if !self.worded.has(index) {
                continue;
            }
            for word in self.texts(index, value).flat_map(words) {
                put(Sort::Word, &word.plain);
                word.stems.iter().for_each(|stem| put(Sort::Stem, stem));
                if let Some((number, _)) = &word.number {
                    put(Sort::Word, number);
                }
            }
        }
        out
    }

    /// The register's field of this number in the index.
    pub(super) fn field_char(&self, index: usize) -> Option<char> {
        char::from_u32(FIRST_FIELD + u32::try_from(self.first_field + index).ok()?)
    }
}
