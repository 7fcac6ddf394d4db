//! Which documents of a segment a condition of a grant holds for, by the values that the index holds: three-valued logic on sets.
//!
//! What the index can't decide (order, geometry, patterns) is taken as possible both ways: the set is never too small. Where it
//! may be too large, the desk has the last word and nothing is counted.

use super::layout::{Indexed, Sort, field_of_term, term_stem, value_text};
use meydan_kernel::cql2::{Comparison, Expr, Operand};
use tantivy::{COLLECT_BLOCK_BUFFER_LEN, DocId, DocSet, InvertedIndexReader, TERMINATED, schema::IndexRecordOption};

/// Documents of one segment.
#[derive(Debug, Clone)]
pub(super) enum Docs {
    /// All of them.
    All,
    /// Those with a bit.
    Some(Vec<u64>),
}

impl Docs {
    pub(super) fn none(max_doc: DocId) -> Self {
        Self::Some(vec![0; (max_doc as usize).div_ceil(64)])
    }

    pub(super) fn has(&self, doc: DocId) -> bool {
        match self {
            Self::All => true,
            Self::Some(bits) => bits.get(doc as usize / 64).is_some_and(|word| word >> (doc % 64) & 1 == 1),
        }
    }

    fn add(&mut self, doc: DocId) {
        if let Self::Some(bits) = self
            && let Some(word) = bits.get_mut(doc as usize / 64)
        {
            *word |= 1 << (doc % 64);
        }
    }

    fn both(self, other: Self) -> Self {
        match (self, other) {
            (Self::All, set) | (set, Self::All) => set,
            (Self::Some(a), Self::Some(b)) => Self::Some(a.iter().zip(&b).map(|(a, b)| a & b).collect()),
        }
    }

    pub(super) fn either(self, other: Self) -> Self {
        match (self, other) {
            (Self::All, _) | (_, Self::All) => Self::All,
            (Self::Some(a), Self::Some(b)) => Self::Some(a.iter().zip(&b).map(|(a, b)| a | b).collect()),
        }
    }

    fn without(self, other: &Self) -> Self {
        match (self, other) {
            (Self::Some(a), Self::Some(b)) => Self::Some(a.iter().zip(b).map(|(a, b)| a & !b).collect()),
            (Self::All, Self::Some(b)) => Self::Some(b.iter().map(|b| !b).collect()),
            (Self::Some(a), Self::All) => Self::Some(vec![0; a.len()]),
            (Self::All, Self::All) => Self::Some(Vec::new()),
        }
    }
}

/// Calls for each document of a term's postings.
pub(super) fn each_doc(
    index: &InvertedIndexReader,
    info: &tantivy::postings::TermInfo,
    mut see: impl FnMut(DocId),
) -> tantivy::Result<()> {
    let mut postings = index.read_postings_from_terminfo(info, IndexRecordOption::Basic)?;
    let mut buffer = [TERMINATED; COLLECT_BLOCK_BUFFER_LEN];
    loop {
        let filled = postings.fill_buffer(&mut buffer);
        buffer.iter().take(filled).for_each(|doc| see(*doc));
        if filled < COLLECT_BLOCK_BUFFER_LEN {
            return Ok(());
        }
    }
}

/// True if the index decides the condition as the store would.
pub(super) fn is_decided(expr: &Expr, indexed: &Indexed) -> bool {
    match expr {
        Expr::Literal(_) => true,
        Expr::And(terms) | Expr::Or(terms) => terms.iter().all(|t| is_decided(t, indexed)),
        Expr::Not(inner) => is_decided(inner, indexed),
        Expr::Compare(a, Comparison::Eq | Comparison::Ne, b) => side(a, b, indexed).is_some(),
        Expr::In(a, list) => list.iter().all(|b| side(a, b, indexed).is_some()),
        Expr::IsNull(Operand::Field(field)) => indexed.valued.has(*field),
        _ => false,
    }
}

/// The field and what it is compared with, if the index holds both; no text for null, which nothing equals.
fn side(a: &Operand, b: &Operand, indexed: &Indexed) -> Option<(usize, Option<String>)> {
    let (field, value) = match (a, b) {
        (Operand::Field(f), Operand::Literal(v)) | (Operand::Literal(v), Operand::Field(f)) => (*f, v),
        _ => return None,
    };
    if !indexed.valued.has(field) {
        return None;
    }
    if value.is_null() {
        return Some((field, None));
    }
    // A whole number may stand beside a real one: only values of the field's own kind are decided here.
    let fits = indexed.register.fields.get(field).is_some_and(|f| value.fits(&f.kind));
    fits.then(|| value_text(value)).flatten().map(|text| (field, Some(text)))
}

/// One segment's view of one register's conditions.
pub(super) struct Conditions<'a> {
    pub(super) index: &'a InvertedIndexReader,
    pub(super) indexed: &'a Indexed,
    pub(super) max_doc: DocId,
}

impl Conditions<'_> {
    /// The documents for which the condition is (or may be) `wanted`; unknown is neither.
    pub(super) fn docs(&self, expr: &Expr, wanted: bool) -> tantivy::Result<Docs> {
        match expr {
            Expr::Literal(b) => Ok(if *b == wanted { Docs::All } else { self.none() }),
            Expr::Not(inner) => self.docs(inner, !wanted),
            Expr::And(terms) if wanted => self.all_of(terms, wanted),
            Expr::Or(terms) if !wanted => self.all_of(terms, wanted),
            Expr::And(terms) | Expr::Or(terms) => self.any_of(terms, wanted),
            Expr::Compare(a, operator @ (Comparison::Eq | Comparison::Ne), b) => match side(a, b, self.indexed) {
                Some((field, value)) => {
                    self.compared(field, value.as_slice(), value.is_none(), (*operator == Comparison::Eq) == wanted)
                }
                None => Ok(Docs::All),
            },
            Expr::In(a, list) => {
                let sides: Option<Vec<_>> = list.iter().map(|b| side(a, b, self.indexed)).collect();
                let Some(sides) = sides else { return Ok(Docs::All) };
                let Some((field, _)) = sides.first() else { return Ok(if wanted { self.none() } else { Docs::All }) };
                let field = *field;
                let unknown = sides.iter().any(|(_, value)| value.is_none());
                let values: Vec<String> = sides.into_iter().filter_map(|(_, value)| value).collect();
                self.compared(field, &values, unknown, wanted)
            }
            Expr::IsNull(Operand::Field(field)) if self.indexed.valued.has(*field) => {
                let present = self.of_term(Sort::Present, "", *field)?;
                Ok(if wanted { Docs::All.without(&present) } else { present })
            }
            _ => Ok(Docs::All),
        }
    }

    /// Documents whose field is one of the values, or (`equal` false) has a value and is none of them. A null among the values
    /// makes every "none of them" unknown.
    fn compared(&self, field: usize, values: &[String], with_null: bool, equal: bool) -> tantivy::Result<Docs> {
        let mut found = self.none();
        for value in values {
            found = found.either(self.of_term(Sort::Value, value, field)?);
        }
        match equal {
            true => Ok(found),
            false if with_null => Ok(self.none()),
            false => Ok(self.of_term(Sort::Present, "", field)?.without(&found)),
        }
    }

    fn all_of(&self, terms: &[Expr], wanted: bool) -> tantivy::Result<Docs> {
        terms.iter().try_fold(Docs::All, |set, term| Ok(set.both(self.docs(term, wanted)?)))
    }

    fn any_of(&self, terms: &[Expr], wanted: bool) -> tantivy::Result<Docs> {
        terms.iter().try_fold(self.none(), |set, term| Ok(set.either(self.docs(term, wanted)?)))
    }

    fn none(&self) -> Docs {
        Docs::none(self.max_doc)
    }

    fn of_term(&self, sort: Sort, text: &str, field: usize) -> tantivy::Result<Docs> {
        let mut out = self.none();
        let Some(field) = self.indexed.field_char(field) else { return Ok(out) };
        let mut term = term_stem(sort, text);
        term.push(field);
        if let Some(info) = self.index.terms().get(&term)? {
            each_doc(self.index, &info, |doc| out.add(doc))?;
        }
        debug_assert!(field_of_term(term.as_bytes()).is_some());
        Ok(out)
    }
}
