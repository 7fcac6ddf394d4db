//! References in exports: the other record's official number or name instead of its id, so that others can read the file.

use crate::{Desk, FieldKind, Principal, Query, Register, Result, Value};
use futures::StreamExt as _;
use std::collections::HashMap;
use uuid::Uuid;

/// How an export writes references.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum References {
    /// The record's id (UUID).
    #[default]
    Ids,
    /// The value of its register's key, e.g. the official number; the id where the key has not one field.
    Keys,
    /// The value of its register's label: its name.
    Names,
}

/// The texts of one reference field.
pub(super) struct Texts {
    /// Name of the field that the texts are of.
    pub(super) by: String,
    /// Its title.
    pub(super) title: crate::Bilingual,
    pub(super) records: HashMap<Uuid, String>,
}

/// Reads the texts of a register's reference fields, by index of the field.
///
/// # Errors
/// Those of the store.
pub(super) async fn read(
    desk: &Desk,
    principal: &Principal,
    register: &Register,
    how: References,
    with_personal: bool,
) -> Result<HashMap<usize, Texts>> {
    let mut out = HashMap::new();
    for (at, field) in register.fields.iter().enumerate() {
        let FieldKind::Reference { register: target } = &field.kind else { continue };
        let target = desk.register(target)?;
        let by = match (how, target.key.as_slice()) {
            (References::Keys, [key]) => key.as_str(),
            (References::Names, _) => target.label.as_str(),
            _ => continue,
        };
        let Some(place) = target.field_index(by) else { continue };
        // A number that names a person is personal data in this file as it is in theirs.
        if !with_personal && target.fields.get(place).is_some_and(|f| f.personal) {
            continue;
        }
        let mut records = HashMap::new();
        let mut batches = desk.scan(principal, Query::all(target.clone()));
        while let Some(batch) = batches.next().await {
            for record in batch? {
                let text = match record.values.get(place) {
                    Some(Value::Text(t)) => t.clone(),
                    Some(Value::Int(i)) => i.to_string(),
                    _ => continue,
                };
                records.insert(record.id, text);
            }
        }
        out.insert(at, Texts { by: by.to_owned(), title: target.fields[place].title.clone(), records });
    }
    Ok(out)
}
