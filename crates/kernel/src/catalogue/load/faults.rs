//! Faults of definition files, each with its place, gathered so that all can be told at once.

use super::DefinitionError;
use crate::Bilingual;
use std::{cell::RefCell, collections::HashMap};

/// Collects faults and remembers where each part of a definition stands, for checks that come after reading.
#[derive(Default)]
pub(super) struct Faults {
    list: RefCell<Vec<DefinitionError>>,
    places: RefCell<HashMap<String, (String, usize)>>,
}

impl Faults {
    /// Remembers where a subject (`building.floors`) or one of its keys (`building.floors:unit`) stands; the first place counts.
    pub(super) fn mark(&self, subject: String, file: &str, line: usize) {
        self.places.borrow_mut().entry(subject).or_insert_with(|| (file.to_owned(), line));
    }

    /// A fault at a known line.
    pub(super) fn add(&self, file: &str, line: usize, subject: &str, tr: impl Into<String>, en: impl Into<String>) {
        self.list.borrow_mut().push(DefinitionError {
            file: file.to_owned(),
            line,
            field: subject.to_owned(),
            message: Bilingual::new(tr, en),
        });
    }

    /// A fault of a subject that was marked before, at one of its keys if that is written, else at the subject itself.
    pub(super) fn at(&self, subject: &str, key: &str, tr: impl Into<String>, en: impl Into<String>) {
        let (file, line) = {
            let places = self.places.borrow();
            places.get(&format!("{subject}:{key}")).or_else(|| places.get(subject)).cloned().unwrap_or_default()
        };
        self.add(&file, line, subject, tr, en);
    }

    /// Where a subject stands, as `file:line`.
    pub(super) fn place(&self, subject: &str) -> Option<String> {
        self.places.borrow().get(subject).map(|(file, line)| format!("{file}:{line}"))
    }

    /// All faults, by file and line.
    pub(super) fn into_list(self) -> Vec<DefinitionError> {
        let mut list = self.list.into_inner();
        list.sort_by(|a, b| (&a.file, a.line, &a.field).cmp(&(&b.file, b.line, &b.field)));
        list.dedup();
        list
    }
}
