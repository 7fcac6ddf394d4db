//! The versions that records had.

use super::{
    errors::{damaged, from_pg},
    log, rows,
    table::{self, columns},
    types::Instant,
};
use meydan_kernel::{Record, Register, Result, Version, log::Verb};
use std::collections::HashMap;
use tokio_postgres::{Client, Row, types::Type};
use uuid::Uuid;

/// Every version of a record, oldest first.
pub async fn history(client: &Client, register: &Register, names: Vec<String>, id: Uuid) -> Result<Vec<Version>> {
    // One statement, one snapshot: a version that moves to the history meanwhile is not missed.
    let (all, now) = (columns(register).join(", "), table::current(&register.name));
    let sql = format!("{} WHERE id = $1 UNION ALL SELECT {all}, NULL, false FROM meydan.{now} WHERE id = $1", select(register));
    let mut kept = Vec::new();
    for row in client.query_typed(&sql, &[(&id, Type::UUID)]).await.map_err(from_pg)? {
        read(register, &row, &mut kept)?;
    }
    let mut records: HashMap<i64, Record> = kept.into_iter().map(|r| (r.version, r)).collect();
    let mut out = Vec::with_capacity(records.len());
    let mut ended = false;
    for entry in log::of_record(client, &names, id).await? {
        // A version that came after the look at the tables is left for the next time.
        let Some(record) = records.remove(&entry.version) else { continue };
        // What was erased after the end is an end again.
        ended |= entry.verb == Verb::Delete;
        out.push(Version { record, deleted: ended, position: entry.position, changeset: entry.changeset, act: entry.act });
    }
    match records.is_empty() {
        true => Ok(out),
        false => Err(damaged(format!("a version of {id} without its log entry"))),
    }
}

/// The id of the record that has or had a fid.
pub async fn id_of(client: &Client, register: &Register, fid: i64) -> Result<Option<Uuid>> {
    let (now, past) = (table::current(&register.name), table::history(&register.name));
    let sql =
        format!("SELECT id FROM meydan.{now} WHERE fid = $1 UNION ALL SELECT id FROM meydan.{past} WHERE fid = $1 LIMIT 1");
    let found = client.query_typed(&sql, &[(&fid, Type::INT8)]).await.map_err(from_pg)?;
    found.first().map(|row| rows::column(row, 0)).transpose()
}

/// `SELECT` of the past versions with their end; see [`read`].
pub fn select(register: &Register) -> String {
    format!("SELECT {}, recorded_to, deleted FROM meydan.{}", columns(register).join(", "), table::history(&register.name))
}

/// All past versions in the order of fid and version.
pub fn select_all(register: &Register) -> String {
    format!("{} ORDER BY fid, version", select(register))
}

/// Reads one row. A deletion is not kept twice: its version is told from the row that it ended.
pub fn read(register: &Register, row: &Row, out: &mut Vec<Record>) -> Result<()> {
    let record = rows::record(register, row)?;
    let width = columns(register).len();
    let deleted: bool = rows::column(row, width + 1)?;
    let end: Option<Instant> = rows::column(row, width)?;
    // See `AFTER_END`.
    let end = end.filter(|end| deleted && end.0 >= record.recorded_at);
    let last = end.map(|end| Record { version: record.version + 1, recorded_at: end.0, ..record.clone() });
    out.push(record);
    out.extend(last);
    Ok(())
}

/// Fid and version of what is not in its place; see [`meydan_kernel::Store::misplaced`].
pub async fn misplaced(client: &Client, register: &Register, limit: usize) -> Result<Vec<(i64, i64)>> {
    let [now, past] = [table::current(&register.name), table::history(&register.name)].map(|t| format!("meydan.{t}"));
    let sql = crate::sql::question::misplaced(&now, &past, "$1");
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let found = client.query_typed(&sql, &[(&limit, Type::INT8)]).await.map_err(from_pg)?;
    found.iter().map(|row| Ok((rows::column(row, 0)?, rows::column(row, 1)?))).collect()
}
