//! What a delivery means to the records that are there: by key, new, different, the same, missing.

use crate::{Desk, Principal, Query, Record, Register, Result, Value};
use futures::StreamExt as _;
use meydan_geo::Wkb;
use sha2::{Digest as _, Sha256};
use std::{collections::HashMap, sync::Arc};
use uuid::Uuid;

/// A digest cut to 128 bits: keys and contents are compared by it, so that a register of any size fits into memory.
pub(super) type Short = [u8; 16];

/// One record that is there.
struct Known {
    id: Uuid,
    version: i64,
    content: Short,
    seen: bool,
}

/// What a row is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    New,
    Same,
    Different {
        id: Uuid,
        version: i64,
    },
    /// Another row of the delivery has the key: its number.
    Duplicate(u64),
    /// The key is empty.
    NoKey,
}

/// The records of a register by key, and the keys of the delivery so far.
pub(super) struct Reconciler {
    key: Vec<usize>,
    fields: Vec<usize>,
    with_geometry: bool,
    known: HashMap<Short, Known>,
    rows: HashMap<Short, u64>,
    /// Fields whose values may not occur twice, with the rows that have them.
    uniques: Vec<(usize, HashMap<Short, u64>)>,
    /// Records of the register when it was read.
    pub(super) total: u64,
}

impl Reconciler {
    /// Reads the register. `fields` are those that the delivery fills; without a key every row is new.
    ///
    /// # Errors
    /// Those of the store.
    pub(super) async fn read(
        desk: &Desk,
        principal: &Principal,
        register: &Arc<Register>,
        key: Vec<usize>,
        mut fields: Vec<usize>,
        with_geometry: bool,
    ) -> Result<Self> {
        fields.sort_unstable();
        let uniques = fields
            .iter()
            .filter(|at| register.fields.get(**at).is_some_and(|f| f.unique) && key != [**at])
            .map(|at| (*at, HashMap::new()))
            .collect();
        let mut out = Self { key, fields, with_geometry, known: HashMap::new(), rows: HashMap::new(), uniques, total: 0 };
        if out.key.is_empty() {
            return Ok(out);
        }
        let mut batches = desk.scan(principal, Query::all(Arc::clone(register)));
        while let Some(batch) = batches.next().await {
            for record in batch? {
                out.total += 1;
                let Some(key) = out.key_of(|at| record.values.get(at)) else { continue };
                let content = out.content_of(|at| record.values.get(at), record.geometry.as_ref());
                out.known.insert(key, Known { id: record.id, version: record.version, content, seen: false });
            }
        }
        Ok(out)
    }

    /// Starts over with the rows of the delivery; what the register holds stays.
    pub(super) fn restart(&mut self) {
        self.rows.clear();
        self.uniques.iter_mut().for_each(|(_, rows)| rows.clear());
        self.known.values_mut().for_each(|k| k.seen = false);
    }

    /// Says what a row is, and remembers its key.
    pub(super) fn judge(&mut self, row: u64, set: &[(usize, Value)], geometry: Option<&Wkb>) -> Verdict {
        if self.key.is_empty() {
            return Verdict::New;
        }
        let value = |at: usize| set.iter().find(|(f, _)| *f == at).map(|(_, v)| v);
        let Some(key) = self.key_of(value) else { return Verdict::NoKey };
        if let Some(first) = self.rows.get(&key) {
            return Verdict::Duplicate(*first);
        }
        self.rows.insert(key, row);
        // A row without geometry leaves the record's as it is: the finer look of `is_same` follows then.
        let content = self.content_of(value, geometry);
        match self.known.get_mut(&key) {
            None => Verdict::New,
            Some(known) => {
                known.seen = true;
                if known.content == content {
                    Verdict::Same
                } else {
                    Verdict::Different { id: known.id, version: known.version }
                }
            }
        }
    }

    /// The field of a row whose value must be the only one and stands in another row too, with that row. What stands in the
    /// register is the store's to judge: the delivery may just be changing it.
    pub(super) fn taken(&mut self, row: u64, set: &[(usize, Value)]) -> Option<(usize, u64)> {
        for (at, rows) in &mut self.uniques {
            let Some((_, value)) = set.iter().find(|(f, v)| f == at && !v.is_null()) else { continue };
            let mut hash = Sha256::new();
            feed(&mut hash, value);
            if let Some(other) = rows.insert(cut(hash), row) {
                return Some((*at, other));
            }
        }
        None
    }

    /// Remembers the key of a row that is put aside: its record is not missing.
    pub(super) fn mark(&mut self, set: &[(usize, Value)]) -> bool {
        let value = |at: usize| set.iter().find(|(f, _)| *f == at).map(|(_, v)| v);
        let Some(key) = self.key_of(value) else { return false };
        if let Some(known) = self.known.get_mut(&key) {
            known.seen = true;
        }
        true
    }

    /// How many records no row named.
    pub(super) fn missing(&self) -> u64 {
        self.known.values().filter(|k| !k.seen).count() as u64
    }

    /// The records that no row named.
    pub(super) fn missing_records(&self) -> Vec<(Uuid, i64)> {
        let mut out: Vec<_> = self.known.values().filter(|k| !k.seen).map(|k| (k.id, k.version)).collect();
        out.sort_unstable();
        out
    }

    /// True if a record's filled fields and geometry are what the row says: the finer look at a row without geometry.
    pub(super) fn is_same(record: &Record, set: &[(usize, Value)], geometry: Option<&Wkb>) -> bool {
        set.iter().all(|(at, value)| record.values.get(*at) == Some(value))
            && geometry.is_none_or(|g| record.geometry.as_ref() == Some(g))
    }

    fn key_of<'a>(&self, value: impl Fn(usize) -> Option<&'a Value>) -> Option<Short> {
        let mut hash = Sha256::new();
        for at in &self.key {
            match value(*at) {
                None | Some(Value::Null) => return None,
                Some(value) => feed(&mut hash, value),
            }
        }
        Some(cut(hash))
    }

    fn content_of<'a>(&self, value: impl Fn(usize) -> Option<&'a Value>, geometry: Option<&Wkb>) -> Short {
        let mut hash = Sha256::new();
        for at in &self.fields {
            feed(&mut hash, value(*at).unwrap_or(&Value::Null));
        }
        if self.with_geometry {
            match geometry {
                None => hash.update([0]),
                Some(g) => {
                    hash.update([1]);
                    hash.update(g.as_bytes());
                }
            }
        }
        cut(hash)
    }
}

fn cut(hash: Sha256) -> Short {
    let mut out = [0; 16];
    out.copy_from_slice(&hash.finalize()[..16]);
    out
}

/// Each value with its kind and length, so that no two lists of values look the same.
fn feed(hash: &mut Sha256, value: &Value) {
    let mut part = |kind: u8, bytes: &[u8]| {
        hash.update([kind]);
        hash.update((bytes.len() as u64).to_le_bytes());
        hash.update(bytes);
    };
    match value {
        Value::Null => part(0, &[]),
        Value::Bool(b) => part(1, &[u8::from(*b)]),
        Value::Int(i) => part(2, &i.to_le_bytes()),
        Value::Real(r) => part(3, &r.to_bits().to_le_bytes()),
        Value::Text(t) => part(4, t.as_bytes()),
        Value::Date(d) => part(5, d.to_string().as_bytes()),
        Value::Timestamp(t) => part(6, &t.as_microsecond().to_le_bytes()),
        Value::Reference(id) => part(7, id.as_bytes()),
    }
}
