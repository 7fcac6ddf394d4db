//! References by what a delivery knows of the other record: its official number or its name.

use super::{Expected, From, Mapping, convert::text_of};
use crate::{Bilingual, Desk, Error, FieldKind, Principal, Query, Register, Result, Value, text::search_fold};
use futures::StreamExt as _;
use meydan_geo::feature::Scalar;
use std::collections::HashMap;
use uuid::Uuid;

/// Limit: records of a register that is looked up in.
const MAX_RECORDS: usize = 2_000_000;

/// One field's table: folded text to record; `None` where several records bear it.
pub(super) struct Lookup {
    title: Bilingual,
    by: Bilingual,
    records: HashMap<String, Option<Uuid>>,
}

/// The tables of a mapping, by field.
#[derive(Default)]
pub(super) struct Lookups(HashMap<String, Lookup>);

impl Lookups {
    /// Reads the referenced registers.
    ///
    /// # Errors
    /// `lookup-too-large`; those of the store.
    pub(super) async fn read(
        desk: &Desk,
        principal: &Principal,
        register: &Register,
        mapping: &Mapping,
        expected: &[Expected],
    ) -> Result<Self> {
        let mut out = Self::default();
        for mapped in &mapping.fields {
            let (From::Lookup { by, .. }, Some(field)) = (&mapped.from, register.field(&mapped.field)) else { continue };
            let FieldKind::Reference { register: target } = &field.kind else { continue };
            let target = desk.register(target)?;
            let Some(at) = target.field_index(by) else { continue };
            let mut records = HashMap::new();
            let mut batches = desk.scan(principal, Query::all(target.clone()));
            while let Some(batch) = batches.next().await {
                for record in batch? {
                    let Some(text) = record.values.get(at).and_then(key_text) else { continue };
                    records.entry(text).and_modify(|r| *r = None).or_insert(Some(record.id));
                }
                if records.len() > MAX_RECORDS {
                    return Err(Error::new(
                        crate::Kind::TooLarge,
                        "lookup-too-large",
                        format!("“{}” kütüğünde arama için çok fazla kayıt var.", target.title.tr),
                        format!("The register “{}” has too many records to look up in.", target.title.en),
                    ));
                }
            }
            for value in expected.iter().filter(|e| e.register == target.name && e.field == *by).flat_map(|e| &e.values) {
                // Any record will do: a dry run writes none of it.
                records.entry(search_fold(value)).or_insert(Some(Uuid::nil()));
            }
            let by = target.fields[at].title.clone();
            out.0.insert(mapped.field.clone(), Lookup { title: target.title.clone(), by, records });
        }
        Ok(out)
    }

    /// True if at least one of the values is found for a field, or there is no value at all.
    pub(super) fn knows<'a>(&self, field: &str, mut values: impl Iterator<Item = &'a Scalar>) -> bool {
        let Some(lookup) = self.0.get(field) else { return true };
        let mut empty = true;
        let found = values.any(|v| {
            empty &= matches!(v, Scalar::Null);
            lookup.find(v).is_ok_and(|v| !v.is_null())
        });
        found || empty
    }

    pub(super) fn take(&mut self, field: &str) -> Option<Lookup> {
        self.0.remove(field)
    }
}

/// The text under which a record is found.
fn key_text(value: &Value) -> Option<String> {
    match value {
        Value::Text(t) => Some(search_fold(t)),
        Value::Int(i) => Some(i.to_string()),
        _ => None,
    }
}

impl Lookup {
    /// The record that a value names.
    pub(super) fn find(&self, scalar: &Scalar) -> Result<Value, Bilingual> {
        let Some(text) = text_of(scalar).filter(|t| !t.is_empty()) else { return Ok(Value::Null) };
        // What the house exported itself names the record by its id.
        if let Ok(id) = Uuid::try_parse(&text) {
            return Ok(Value::Reference(id));
        }
        match self.records.get(&search_fold(&text)) {
            Some(Some(id)) => Ok(Value::Reference(*id)),
            Some(None) => Err(Bilingual::new(
                format!("“{}” kütüğünde bu değeri ({}) taşıyan birden çok kayıt var", self.title.tr, self.by.tr),
                format!("several records of the register “{}” have this value ({})", self.title.en, self.by.en),
            )),
            None => Err(Bilingual::new(
                format!("“{}” kütüğünde bu değeri ({}) taşıyan kayıt yok", self.title.tr, self.by.tr),
                format!("no record of the register “{}” has this value ({})", self.title.en, self.by.en),
            )),
        }
    }
}
