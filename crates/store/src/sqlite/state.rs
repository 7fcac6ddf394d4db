//! What the writer keeps in memory about the file, read again whenever another process has written.

use super::{
    definitions,
    failure::{damaged, failure},
    instant,
    names::rtree,
    rows::columns,
    schema::number,
};
use crate::sql::{
    AFTER_END,
    names::{history_of, quoted},
};
use jiff::Timestamp;
use meydan_kernel::{Catalogue, FieldKind, Register, Result};
use rusqlite::{Connection, OptionalExtension};
use std::{collections::HashMap, sync::Arc};

/// The writer's memory. It holds inside of a transaction that has begun with [`State::refresh`].
#[derive(Default)]
pub(super) struct State {
    data_version: i64,
    epoch: i64,
    /// The applied catalogue.
    pub(super) catalogue: Option<Arc<Catalogue>>,
    /// Registers by name.
    pub(super) tables: HashMap<String, Table>,
    /// Position of the next log entry.
    pub(super) head: i64,
    /// Number of the next changeset.
    pub(super) next_changeset: i64,
    /// Time of the last changeset in microseconds.
    pub(super) last_micros: i64,
}

/// One register as the writer needs it.
pub(super) struct Table {
    pub(super) number: i64,
    pub(super) register: Arc<Register>,
    pub(super) next_fid: i64,
    /// How many records there are.
    pub(super) records: i64,
    /// True if `next_fid` or `records` differ from the file's.
    pub(super) counted: bool,
    pub(super) sql: Statements,
    /// Index of each reference field and the register it points to.
    pub(super) references: Vec<(usize, String)>,
    /// Statements that look for a record that points to a given one, and the register they look in.
    pub(super) referrers: Vec<(String, String)>,
}

/// SQL of one register.
pub(super) struct Statements {
    pub(super) insert: String,
    pub(super) current: String,
    pub(super) exists: String,
    pub(super) keep: String,
    pub(super) update: String,
    pub(super) delete: String,
    /// The end of an ended record again, after an erasure.
    pub(super) end_again: String,
    pub(super) tree_insert: String,
    pub(super) tree_update: String,
    pub(super) tree_delete: String,
}

impl State {
    /// Reads again what may have changed; call it first inside of a write transaction.
    pub(super) fn refresh(&mut self, conn: &Connection) -> Result<()> {
        let version =
            conn.prepare_cached("PRAGMA data_version").and_then(|mut s| s.query_row([], |r| r.get(0))).map_err(failure)?;
        if version != self.data_version || self.catalogue.is_none() {
            self.reload(conn)?;
            self.data_version = version;
        }
        Ok(())
    }

    /// Reads everything again; also after a rollback.
    pub(super) fn reload(&mut self, conn: &Connection) -> Result<()> {
        let epoch = definitions::epoch(conn)?;
        if epoch != self.epoch || self.catalogue.is_none() {
            self.catalogue = definitions::catalogue(conn)?.map(Arc::new);
            self.tables = match &self.catalogue {
                Some(catalogue) => tables(conn, catalogue)?,
                None => HashMap::new(),
            };
            self.epoch = epoch;
        }
        self.head = number(conn, "SELECT coalesce(max(position), -1) + 1 FROM meydan_log")?;
        let last = conn
            .query_row("SELECT number, recorded_at FROM meydan_changeset ORDER BY number DESC LIMIT 1", [], |r| {
                Ok((r.get::<_, i64>(0)?, r.get::<_, i64>(1)?))
            })
            .optional()
            .map_err(failure)?;
        (self.next_changeset, self.last_micros) = last.map_or((1, 0), |(number, micros)| (number + 1, micros));
        for table in self.tables.values_mut() {
            (table.next_fid, table.records) = conn
                .query_row("SELECT next_fid, records FROM meydan_register WHERE number = ?1", [table.number], |r| {
                    Ok((r.get(0)?, r.get(1)?))
                })
                .map_err(failure)?;
            table.counted = false;
        }
        Ok(())
    }

    /// Forgets the catalogue, so that the next [`State::reload`] reads it.
    pub(super) fn forget(&mut self) {
        self.catalogue = None;
    }

    /// The time of the next changeset: now, or a microsecond after the last if the clock stands still or went back.
    pub(super) fn tick(&mut self) -> Result<Timestamp> {
        self.last_micros = Timestamp::now().as_microsecond().max(self.last_micros + 1);
        Timestamp::from_microsecond(self.last_micros).map_err(|_| damaged("a time beyond the year 9999"))
    }

    /// Writes the counters; the last step of a transaction.
    pub(super) fn save(&mut self, conn: &Connection) -> Result<()> {
        for table in self.tables.values_mut().filter(|t| t.counted) {
            conn.prepare_cached("UPDATE meydan_register SET next_fid = ?1, records = ?2 WHERE number = ?3")
                .and_then(|mut s| s.execute([table.next_fid, table.records, table.number]))
                .map_err(failure)?;
            table.counted = false;
        }
        Ok(())
    }
}

fn tables(conn: &Connection, catalogue: &Catalogue) -> Result<HashMap<String, Table>> {
    let mut out = HashMap::new();
    for (name, register) in &catalogue.registers {
        let number =
            conn.query_row("SELECT number FROM meydan_register WHERE name = ?1", [name], |r| r.get(0)).map_err(failure)?;
        let references = register
            .fields
            .iter()
            .enumerate()
            .filter_map(|(i, f)| match &f.kind {
                FieldKind::Reference { register } => Some((i, register.clone())),
                _ => None,
            })
            .collect();
        let table = Table {
            number,
            register: Arc::clone(register),
            // Read by `reload`, which calls this.
            next_fid: 0,
            records: 0,
            counted: false,
            sql: Statements::new(register),
            references,
            referrers: referrers(catalogue, name),
        };
        out.insert(name.clone(), table);
    }
    Ok(out)
}

fn referrers(catalogue: &Catalogue, target: &str) -> Vec<(String, String)> {
    let mut out = Vec::new();
    for register in catalogue.registers.values() {
        for field in &register.fields {
            if matches!(&field.kind, FieldKind::Reference { register } if register == target) {
                let sql = format!("SELECT fid FROM {} WHERE {} = ?1 LIMIT 1", quoted(&register.name), quoted(&field.name));
                out.push((register.name.clone(), sql));
            }
        }
    }
    out
}

impl Statements {
    fn new(register: &Register) -> Self {
        let (table, history, tree) =
            (quoted(&register.name), quoted(&history_of(&register.name)), quoted(&rtree(&register.name)));
        let all = columns(register);
        let count = 4 + register.fields.len() + usize::from(register.geometry.is_some());
        let marks: Vec<String> = (1..=count).map(|i| format!("?{i}")).collect();
        // The numbers of `insert` and `update` are the same, so that both are bound by the same code.
        let mut sets = vec!["version = ?3".to_owned(), "recorded_at = ?4".to_owned()];
        sets.extend(register.fields.iter().enumerate().map(|(i, f)| format!("{} = ?{}", quoted(&f.name), i + 5)));
        if register.geometry.is_some() {
            sets.push(format!("geom = ?{count}"));
        }
        Self {
            insert: format!("INSERT INTO {table} ({all}) VALUES ({})", marks.join(", ")),
            current: format!("SELECT {all} FROM {table} WHERE id = ?1"),
            exists: format!("SELECT 1 FROM {table} WHERE id = ?1"),
            keep: format!(
                "INSERT INTO {history} ({all}, recorded_to, deleted) SELECT {all}, ?2, ?3 FROM {table} WHERE fid = ?1"
            ),
            update: format!("UPDATE {table} SET {} WHERE fid = ?1 AND id = ?2", sets.join(", ")),
            delete: format!("DELETE FROM {table} WHERE fid = ?1"),
            end_again: format!(
                "INSERT INTO {history} ({all}, recorded_to, deleted) VALUES ({}, '{}', 1)",
                marks.join(", "),
                instant::to_text(AFTER_END)
            ),
            tree_insert: format!("INSERT INTO {tree} VALUES (?1, ?2, ?3, ?4, ?5)"),
            tree_update: format!("UPDATE {tree} SET minx = ?2, maxx = ?3, miny = ?4, maxy = ?5 WHERE id = ?1"),
            tree_delete: format!("DELETE FROM {tree} WHERE id = ?1"),
        }
    }
}
