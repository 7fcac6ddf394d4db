//! The versions that records had.

use super::{
    failure::{damaged, failure},
    log, read,
    rows::{self, columns},
};
use crate::sql::names::{history_of, quoted};
use meydan_kernel::{Record, Register, Result, Version, log::Verb};
use rusqlite::Connection;
use std::collections::HashMap;
use uuid::Uuid;

/// Every version of a record, oldest first.
pub(super) fn history(conn: &Connection, reader: &log::Reader, register: &Register, id: Uuid) -> Result<Vec<Version>> {
    let Some(fid) = read::fid_of(conn, &register.name, id)? else { return Ok(Vec::new()) };
    let mut records: HashMap<i64, Record> = HashMap::new();
    each_past(conn, register, Some(fid), &mut |record| {
        records.insert(record.version, record);
        Ok(true)
    })?;
    if let Some(current) = read::get(conn, register, meydan_kernel::query::Key::Fid(fid), None)? {
        records.insert(current.version, current);
    }
    let mut out = Vec::new();
    let mut ended = false;
    for entry in reader.of_record(conn, &register.name, fid)? {
        let record = records.remove(&entry.version).ok_or_else(|| damaged("an entry without its version"))?;
        // What was erased after the end is an end again.
        ended |= entry.verb == Verb::Delete;
        out.push(Version { record, deleted: ended, position: entry.position, changeset: entry.changeset, act: entry.act });
    }
    Ok(out)
}

/// Calls `take` with each version that is no longer current, in the order of fid and version, until it says no. A deletion
/// is not kept twice: its version is told from the row that it ended.
pub(super) fn each_past(
    conn: &Connection,
    register: &Register,
    fid: Option<i64>,
    take: &mut dyn FnMut(Record) -> Result<bool>,
) -> Result<()> {
    let test = if fid.is_some() { " WHERE fid = ?1" } else { " WHERE ?1 IS NULL" };
    let (all, history) = (columns(register), quoted(&history_of(&register.name)));
    let width = rows::HEAD.len() + register.fields.len() + usize::from(register.geometry.is_some());
    let sql = format!("SELECT {all}, recorded_to, deleted FROM {history}{test} ORDER BY fid, version");
    let mut find = conn.prepare_cached(&sql).map_err(failure)?;
    let mut found = find.query([fid]).map_err(failure)?;
    while let Some(row) = found.next().map_err(failure)? {
        let record = rows::record(register, row)?;
        let deleted: bool = row.get(width + 1).map_err(failure)?;
        let end = deleted.then(|| row.get_ref(width).map_err(failure).and_then(rows::at)).transpose()?;
        // See `AFTER_END`.
        let end = end.filter(|end| *end >= record.recorded_at);
        let last = end.map(|recorded_at| Record { version: record.version + 1, recorded_at, ..record.clone() });
        if !take(record)? {
            return Ok(());
        }
        if let Some(last) = last
            && !take(last)?
        {
            return Ok(());
        }
    }
    Ok(())
}

/// Fid and version of what is not in its place; see [`meydan_kernel::Store::misplaced`].
pub(super) fn misplaced(conn: &Connection, register: &Register, limit: usize) -> Result<Vec<(i64, i64)>> {
    let sql = crate::sql::question::misplaced(&quoted(&register.name), &quoted(&history_of(&register.name)), "?1");
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let mut find = conn.prepare_cached(&sql).map_err(failure)?;
    find.query_map([limit], |r| Ok((r.get(0)?, r.get(1)?))).and_then(Iterator::collect).map_err(failure)
}
