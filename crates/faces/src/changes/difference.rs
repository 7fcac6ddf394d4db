//! What changed between two versions of a record, field by field.

use meydan_kernel::{Record, Register, Value, Version};

/// One field that changed.
#[derive(Debug, Clone, PartialEq)]
pub struct Difference<'a> {
    /// Index of the field in the register.
    pub field: usize,
    /// Its value before; `None` if there was no record before.
    pub old: Option<&'a Value>,
    /// Its value after; `None` if the record ended.
    pub new: Option<&'a Value>,
}

/// The fields that a version changed against the one before it; and whether the geometry changed.
pub fn differences<'a>(register: &Register, before: Option<&'a Version>, after: &'a Version) -> (Vec<Difference<'a>>, bool) {
    differences_of(register, before.map(|v| &v.record), (!after.deleted).then_some(&after.record))
}

/// The fields that differ between two states of a record; and whether the geometry does.
pub fn differences_of<'a>(
    register: &Register,
    before: Option<&'a Record>,
    after: Option<&'a Record>,
) -> (Vec<Difference<'a>>, bool) {
    let value = |record: Option<&'a Record>, field: usize| record.and_then(|r| r.values.get(field));
    let mut changed = Vec::new();
    for field in 0..register.fields.len() {
        let (old, new) = (value(before, field), value(after, field));
        let same = old == new || (old.is_none_or(Value::is_null) && new.is_none_or(Value::is_null));
        if !same {
            changed.push(Difference { field, old, new });
        }
    }
    let geometry = |record: Option<&'a Record>| record.and_then(|r| r.geometry.as_ref());
    (changed, geometry(before) != geometry(after))
}
