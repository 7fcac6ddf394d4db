//! Reading one table of a definition file: typed access by key, every fault noted with its line.

use super::{Source, faults::Faults, suggest};
use crate::Bilingual;
use serde_json::Value as Json;
use std::ops::Range;
use toml::de::{DeTable, DeValue};

/// A source with its lines counted.
pub(super) struct Text<'a> {
    pub(super) source: &'a Source,
    starts: Vec<usize>,
}

impl<'a> Text<'a> {
    pub(super) fn new(source: &'a Source) -> Self {
        let starts = std::iter::once(0).chain(source.text.match_indices('\n').map(|(at, _)| at + 1)).collect();
        Self { source, starts }
    }

    /// The line of a byte, from 1.
    pub(super) fn line(&self, at: usize) -> usize {
        self.starts.partition_point(|start| *start <= at)
    }
}

/// One table of a file.
pub(super) struct Reader<'a> {
    pub(super) text: &'a Text<'a>,
    pub(super) faults: &'a Faults,
    /// What the table is about, for messages: `building`, `building.floors`.
    pub(super) subject: String,
    table: &'a DeTable<'a>,
    line: usize,
}

impl<'a> Reader<'a> {
    /// A table about `subject` that may have the `known` keys; notes every other one.
    pub(super) fn new(
        text: &'a Text<'a>,
        faults: &'a Faults,
        subject: String,
        (table, span): (&'a DeTable<'a>, Range<usize>),
        known: &[&str],
    ) -> Self {
        let file = &text.source.file;
        let line = text.line(span.start);
        faults.mark(subject.clone(), file, line);
        for (key, _) in table {
            let (word, at) = (key.get_ref().as_ref(), text.line(key.span().start));
            faults.mark(format!("{subject}:{word}"), file, at);
            if !known.contains(&word) {
                let (tr, en) = suggest::phrase(word, known.iter().copied());
                faults.add(
                    file,
                    at,
                    &subject,
                    format!("“{word}” diye bir anahtar yok{tr}"),
                    format!("there is no key “{word}”{en}"),
                );
            }
        }
        Self { text, faults, subject, table, line }
    }

    /// The line of a key, or of the table if it is missing.
    pub(super) fn line(&self, key: &str) -> usize {
        self.table.get_key_value(key).map_or(self.line, |(k, _)| self.text.line(k.span().start))
    }

    /// Notes a fault at a key.
    pub(super) fn fault(&self, key: &str, tr: impl Into<String>, en: impl Into<String>) {
        self.faults.add(&self.text.source.file, self.line(key), &self.subject, tr, en);
    }

    fn value(&self, key: &str) -> Option<&'a DeValue<'a>> {
        self.table.get(key).map(toml::Spanned::get_ref)
    }

    fn wrong(&self, key: &str, tr: &str, en: &str) {
        self.fault(key, format!("“{key}” {tr} olmalı"), format!("“{key}” must be {en}"));
    }

    /// A text.
    pub(super) fn text(&self, key: &str) -> Option<String> {
        let value = self.value(key)?;
        let text = value.as_str().map(str::to_owned);
        if text.is_none() {
            self.wrong(key, "metin", "a text");
        }
        text
    }

    /// A text that can't be missing; empty then.
    pub(super) fn need_text(&self, key: &str) -> String {
        if self.value(key).is_none() {
            self.fault(key, format!("“{key}” eksik"), format!("“{key}” is missing"));
        }
        self.text(key).unwrap_or_default()
    }

    /// A text in both languages.
    pub(super) fn bilingual(&self, key: &str) -> Option<Bilingual> {
        let value = self.table.get(key)?;
        let Some(table) = value.get_ref().as_table() else {
            self.wrong(key, "{ tr = …, en = … } biçiminde", "{ tr = …, en = … }");
            return None;
        };
        let inner =
            Reader::new(self.text, self.faults, format!("{}:{key}", self.subject), (table, value.span()), &["tr", "en"]);
        let side = |lang: &str, missing: (&str, &str)| {
            let text = inner.text(lang).unwrap_or_default();
            if text.trim().is_empty() {
                self.fault(key, format!("“{key}” {}", missing.0), format!("“{key}” {}", missing.1));
            }
            text
        };
        Some(Bilingual {
            tr: side("tr", ("için Türkçe metin eksik", "has no Turkish text")),
            en: side("en", ("için İngilizce metin eksik", "has no English text")),
        })
    }

    /// A text in both languages that can't be missing.
    pub(super) fn need_bilingual(&self, key: &str) -> Bilingual {
        if self.value(key).is_none() {
            self.fault(key, format!("“{key}” eksik"), format!("“{key}” is missing"));
        }
        self.bilingual(key).unwrap_or_default()
    }

    /// Yes or no; no if missing.
    pub(super) fn flag(&self, key: &str) -> bool {
        let Some(value) = self.value(key) else { return false };
        value.as_bool().unwrap_or_else(|| {
            self.wrong(key, "true ya da false", "true or false");
            false
        })
    }

    /// A number.
    pub(super) fn number(&self, key: &str) -> Option<f64> {
        let number = to_json(self.value(key)?).as_f64();
        if number.is_none() {
            self.wrong(key, "sayı", "a number");
        }
        number
    }

    /// A whole number within a range.
    pub(super) fn whole(&self, key: &str, range: std::ops::RangeInclusive<i64>) -> Option<i64> {
        let number = to_json(self.value(key)?).as_i64().filter(|n| range.contains(n));
        if number.is_none() {
            let (low, high) = (range.start(), range.end());
            self.fault(
                key,
                format!("“{key}” {low} ile {high} arasında bir tam sayı olmalı"),
                format!("“{key}” must be a whole number from {low} to {high}"),
            );
        }
        number
    }

    /// One of a few words, as what it means.
    pub(super) fn word<T: Copy>(&self, key: &str, words: &[(&str, T)]) -> Option<T> {
        let word = self.text(key)?;
        let found = words.iter().find(|(w, _)| *w == word).map(|(_, meaning)| *meaning);
        if found.is_none() {
            let (tr, en) = suggest::phrase(&word, words.iter().map(|(w, _)| *w));
            self.fault(key, format!("“{word}” burada yazılamaz{tr}"), format!("“{word}” can't stand here{en}"));
        }
        found
    }

    /// A list of texts; one text stands for a list of one.
    pub(super) fn texts(&self, key: &str) -> Vec<String> {
        match self.value(key) {
            None => Vec::new(),
            Some(value) if value.is_str() => value.as_str().map(str::to_owned).into_iter().collect(),
            Some(value) => {
                let items = value.as_array().map(|a| a.iter().map(|i| i.get_ref().as_str().map(str::to_owned)).collect());
                let Some(Some(items)) = items else {
                    self.wrong(key, "metin listesi", "a list of texts");
                    return Vec::new();
                };
                items
            }
        }
    }

    /// Any value as JSON; dates become text.
    pub(super) fn json(&self, key: &str) -> Option<Json> {
        self.value(key).map(to_json)
    }

    /// True if a list is written at the key.
    pub(super) fn is_list(&self, key: &str) -> bool {
        self.value(key).is_some_and(DeValue::is_array)
    }

    /// True if the key is written.
    pub(super) fn has(&self, key: &str) -> bool {
        self.value(key).is_some()
    }

    /// A table below this one.
    pub(super) fn table(&self, key: &str, subject: String, known: &[&str]) -> Option<Reader<'a>> {
        let value = self.table.get(key)?;
        let Some(table) = value.get_ref().as_table() else {
            self.wrong(key, "tablo", "a table");
            return None;
        };
        Some(Reader::new(self.text, self.faults, subject, (table, value.span()), known))
    }

    /// A list of tables below this one; each is about what `subject` makes of its `name` (or `code`).
    pub(super) fn tables(
        &self,
        key: &str,
        named_by: &str,
        subject: impl Fn(&str) -> String,
        known: &[&str],
    ) -> Vec<Reader<'a>> {
        let Some(value) = self.value(key) else { return Vec::new() };
        let Some(items) = value.as_array() else {
            self.wrong(key, "tablo listesi", "a list of tables");
            return Vec::new();
        };
        let mut readers = Vec::with_capacity(items.len());
        for item in items {
            let Some(table) = item.get_ref().as_table() else {
                self.wrong(key, "tablo listesi", "a list of tables");
                continue;
            };
            let name = table.get(named_by).and_then(|n| n.get_ref().as_str()).unwrap_or("?");
            readers.push(Reader::new(self.text, self.faults, subject(name), (table, item.span()), known));
        }
        readers
    }
}

impl<'a> Reader<'a> {
    /// All keys with their tables, for tables whose keys are free (the palette).
    pub(super) fn entries(
        text: &'a Text<'a>,
        table: &'a DeTable<'a>,
    ) -> Vec<(String, usize, Option<&'a DeTable<'a>>, Range<usize>)> {
        table
            .iter()
            .map(|(k, v)| (k.get_ref().to_string(), text.line(k.span().start), v.get_ref().as_table(), v.span()))
            .collect()
    }
}

/// A TOML value as JSON; dates and times as text, numbers that JSON can't hold as null.
pub(super) fn to_json(value: &DeValue<'_>) -> Json {
    match value {
        DeValue::String(s) => s.as_ref().into(),
        DeValue::Integer(i) => i64::from_str_radix(i.as_str(), i.radix()).map_or(Json::Null, Json::from),
        DeValue::Float(f) => f.as_str().parse::<f64>().map_or(Json::Null, Json::from),
        DeValue::Boolean(b) => (*b).into(),
        DeValue::Datetime(d) => d.to_string().into(),
        DeValue::Array(items) => items.iter().map(|i| to_json(i.get_ref())).collect(),
        DeValue::Table(table) => table.iter().map(|(k, v)| (k.get_ref().to_string(), to_json(v.get_ref()))).collect(),
    }
}
