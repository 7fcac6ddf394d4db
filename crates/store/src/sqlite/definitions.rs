//! The applied catalogue and, per register, every definition it ever had with the log position from which it held.
//!
//! A digest in the log is over content under the definition of its time; these rows say which one that was.

use super::failure::{damaged, failure};
use meydan_kernel::{Catalogue, Register, Result};
use rusqlite::{Connection, OptionalExtension};
use std::{collections::HashMap, sync::Arc};

/// Counts the applied plans: a reader that knows another number reads again.
pub(super) fn epoch(conn: &Connection) -> Result<i64> {
    let text: String = conn
        .prepare_cached("SELECT value FROM meydan_meta WHERE name = 'epoch'")
        .and_then(|mut s| s.query_row([], |r| r.get(0)))
        .map_err(failure)?;
    text.parse().map_err(|_| damaged("the epoch"))
}

/// The applied catalogue.
pub(super) fn catalogue(conn: &Connection) -> Result<Option<Catalogue>> {
    let text: Option<String> = conn
        .query_row("SELECT value FROM meydan_meta WHERE name = 'catalogue'", [], |r| r.get(0))
        .optional()
        .map_err(failure)?;
    text.map(|t| serde_json::from_str(&t).map_err(|e| damaged(&format!("a catalogue: {e}")))).transpose()
}

/// Definitions by the register's number, each with the first log position it held for, ascending.
#[derive(Default)]
pub(super) struct Definitions {
    epoch: i64,
    by_number: HashMap<i64, Vec<(i64, Arc<Register>)>>,
}

impl Definitions {
    /// Reads them if they changed since `known`.
    pub(super) fn fresh(conn: &Connection, known: &parking_lot::RwLock<Arc<Self>>) -> Result<Arc<Self>> {
        let epoch = epoch(conn)?;
        let current = Arc::clone(&known.read());
        if current.epoch == epoch {
            return Ok(current);
        }
        let read = Arc::new(Self::read(conn, epoch)?);
        *known.write() = Arc::clone(&read);
        Ok(read)
    }

    fn read(conn: &Connection, epoch: i64) -> Result<Self> {
        let mut by_number: HashMap<i64, Vec<(i64, Arc<Register>)>> = HashMap::new();
        let mut find = conn
            .prepare("SELECT register, since, definition FROM meydan_definition ORDER BY register, since")
            .map_err(failure)?;
        let mut rows = find.query([]).map_err(failure)?;
        while let Some(row) = rows.next().map_err(failure)? {
            let text: String = row.get(2).map_err(failure)?;
            let register = serde_json::from_str(&text).map_err(|e| damaged(&format!("a definition: {e}")))?;
            by_number.entry(row.get(0).map_err(failure)?).or_default().push((row.get(1).map_err(failure)?, Arc::new(register)));
        }
        Ok(Self { epoch, by_number })
    }

    /// The definition in force when the entry at a position was written.
    pub(super) fn at(&self, number: i64, position: i64) -> Result<&Arc<Register>> {
        let all = self.by_number.get(&number).ok_or_else(|| damaged("the number of a register"))?;
        all.iter()
            .rev()
            .find(|(since, _)| *since <= position)
            .map(|(_, r)| r)
            .ok_or_else(|| damaged("an entry older than its register"))
    }

    /// Numbers of registers that bore a name at some time.
    pub(super) fn numbers_of(&self, name: &str) -> Vec<i64> {
        let mut out: Vec<i64> =
            self.by_number.iter().filter(|(_, all)| all.iter().any(|(_, r)| r.name == name)).map(|(n, _)| *n).collect();
        out.sort_unstable();
        out
    }

    /// All definitions of the register with a number.
    pub(super) fn all(&self, number: i64) -> Vec<(i64, Arc<Register>)> {
        self.by_number.get(&number).cloned().unwrap_or_default()
    }
}
