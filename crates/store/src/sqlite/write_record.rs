//! One record's row, its history and its place in the R-tree.

use super::{
    blob,
    change::{Application, Moment},
    failure::{damaged, failure},
    refusal::key_taken,
    rows::{Bound, id_text},
    state::Statements,
};
use meydan_geo::{Bbox, Wkb};
use meydan_kernel::{Change, Record, Result};
use rusqlite::{ErrorCode, params};

impl Application<'_> {
    /// A new row; gives the record its fid.
    pub(super) fn insert(&mut self, change: &Change, record: &mut Record, moment: &Moment) -> Result<()> {
        let table = self.table(&change.register)?;
        // An id is for ever: a record that ended does not begin again under its name.
        let ended = self
            .prepare("SELECT 1 FROM meydan_log INDEXED BY meydan_log_end WHERE id = ?1 AND verb = 3 AND register = ?2")?
            .exists(params![record.id.as_bytes(), table.number])
            .map_err(failure)?;
        if ended {
            return Err(key_taken(&table.register, &["id".to_owned()]));
        }
        record.fid = table.next_fid;
        self.dirty = true;
        let bbox = self.bind_and_run(change, record, moment, |sql| &sql.insert)?;
        if let Some(table) = self.state.tables.get_mut(&change.register) {
            (table.next_fid, table.records, table.counted) = (record.fid + 1, table.records + 1, true);
        }
        self.place(change, record.fid, None, bbox)
    }

    /// The next version in place of the old one, which goes to the history.
    pub(super) fn update(&mut self, change: &Change, record: &Record, old: &Record, moment: &Moment) -> Result<()> {
        self.dirty = true;
        self.keep(change, old.fid, moment, false)?;
        let bbox = self.bind_and_run(change, record, moment, |sql| &sql.update)?;
        let before = old.geometry.as_ref().and_then(Wkb::bbox);
        self.place(change, old.fid, before, bbox)
    }

    /// The end of a record; its last version goes to the history.
    pub(super) fn delete(&mut self, change: &Change, old: &Record, moment: &Moment) -> Result<()> {
        self.dirty = true;
        self.keep(change, old.fid, moment, true)?;
        let table = self.table(&change.register)?;
        self.prepare(&table.sql.delete)?.execute([old.fid]).map_err(failure)?;
        if let Some(table) = self.state.tables.get_mut(&change.register) {
            (table.records, table.counted) = (table.records - 1, true);
        }
        let before = old.geometry.as_ref().and_then(Wkb::bbox);
        self.place(change, old.fid, before, None)
    }

    /// The next version of an ended record: again its end.
    pub(super) fn end_again(&mut self, change: &Change, record: &Record, moment: &Moment) -> Result<()> {
        self.dirty = true;
        self.bind_and_run(change, record, moment, |sql| &sql.end_again).map(|_| ())
    }

    fn keep(&self, change: &Change, fid: i64, moment: &Moment, deleted: bool) -> Result<()> {
        let table = self.table(&change.register)?;
        let kept = self.prepare(&table.sql.keep)?.execute(params![fid, moment.text, deleted]).map_err(failure)?;
        if kept == 1 { Ok(()) } else { Err(damaged("a record that is gone while it is changed")) }
    }

    /// Runs a statement that writes a row; returns the box of its geometry.
    fn bind_and_run(
        &self,
        change: &Change,
        record: &Record,
        moment: &Moment,
        statement: impl Fn(&Statements) -> &str,
    ) -> Result<Option<Bbox>> {
        let table = self.table(&change.register)?;
        let mut run = self.prepare(statement(&table.sql))?;
        let mut bbox = None;
        let bound: rusqlite::Result<()> = (|| {
            run.raw_bind_parameter(1, record.fid)?;
            run.raw_bind_parameter(2, id_text(record.id))?;
            run.raw_bind_parameter(3, record.version)?;
            run.raw_bind_parameter(4, moment.text.as_str())?;
            for (i, value) in record.values.iter().enumerate() {
                run.raw_bind_parameter(i + 5, Bound(value))?;
            }
            if table.register.geometry.is_some() {
                let encoded = record.geometry.as_ref().map(blob::encode);
                bbox = encoded.as_ref().and_then(|(_, b)| *b);
                run.raw_bind_parameter(record.values.len() + 5, encoded.map(|(bytes, _)| bytes))?;
            }
            Ok(())
        })();
        bound.map_err(failure)?;
        match run.raw_execute() {
            Ok(1) => Ok(bbox),
            Ok(_) => Err(damaged("a record that is gone while it is changed")),
            Err(e) if e.sqlite_error_code() == Some(ErrorCode::ConstraintViolation) => {
                Err(key_taken(&table.register, &columns_named(&e)).cause(e))
            }
            Err(e) => Err(failure(e)),
        }
    }

    /// Moves a record in the R-tree from one box to another.
    fn place(&self, change: &Change, fid: i64, from: Option<Bbox>, to: Option<Bbox>) -> Result<()> {
        let sql = &self.table(&change.register)?.sql;
        match (from, to) {
            (a, b) if a == b => Ok(()),
            (Some(_), None) => self.prepare(&sql.tree_delete)?.execute([fid]).map(|_| ()).map_err(failure),
            (from, Some(b)) => {
                let sql = if from.is_some() { &sql.tree_update } else { &sql.tree_insert };
                self.prepare(sql)?.execute(params![fid, b.min_x, b.max_x, b.min_y, b.max_y]).map(|_| ()).map_err(failure)
            }
            (None, None) => Ok(()),
        }
    }
}

/// The columns in SQLite's sentence `UNIQUE constraint failed: street.code, street.district`.
pub(super) fn columns_named(error: &rusqlite::Error) -> Vec<String> {
    let rusqlite::Error::SqliteFailure(_, Some(text)) = error else { return Vec::new() };
    let Some((_, list)) = text.split_once("failed: ") else { return Vec::new() };
    list.split(", ").filter_map(|c| c.split_once('.')).map(|(_, column)| column.to_owned()).collect()
}
