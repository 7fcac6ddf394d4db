//! What changed between two versions of a record, field by field.

use meydan_kernel::{Register, Value, Version};

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
    let value = |version: Option<&'a Version>, field: usize| version.and_then(|v| v.record.values.get(field));
    let now = (!after.deleted).then_some(after);
    let mut changed = Vec::new();
    for field in 0..register.fields.len() {
        let (old, new) = (value(before, field), value(now, field));
        let same = old == new || (old.is_none_or(Value::is_null) && new.is_none_or(Value::is_null));
        if !same {
            changed.push(Difference { field, old, new });
        }
    }
    let old_geometry = before.and_then(|v| v.record.geometry.as_ref());
    let new_geometry = now.and_then(|v| v.record.geometry.as_ref());
    (changed, old_geometry != new_geometry)
}
