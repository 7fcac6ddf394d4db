//! Answers to questions about records.

use super::{
    dialect::Boxes,
    failure::{damaged, failure},
    instant, near,
    rows::{self, columns, id_text},
    select::{What, select},
    walk,
};
use crate::sql::names::{history_of, quoted};
use jiff::Timestamp;
use meydan_kernel::{
    Query, Record, Register, Result,
    query::{Cursor, Key},
};
use rusqlite::{Connection, OptionalExtension, params, params_from_iter};
use uuid::Uuid;

/// One record, now or as of an instant.
pub(super) fn get(conn: &Connection, register: &Register, key: Key, as_of: Option<Timestamp>) -> Result<Option<Record>> {
    let (all, table) = (columns(register), quoted(&register.name));
    let Some(at) = as_of else {
        return match key {
            Key::Id(id) => one(conn, register, &format!("SELECT {all} FROM {table} WHERE id = ?1"), [id_text(id)]),
            Key::Fid(fid) => one(conn, register, &format!("SELECT {all} FROM {table} WHERE fid = ?1"), [fid]),
        };
    };
    let fid = match key {
        Key::Fid(fid) => fid,
        Key::Id(id) => match fid_of(conn, &register.name, id)? {
            Some(fid) => fid,
            None => return Ok(None),
        },
    };
    let history = quoted(&history_of(&register.name));
    let sql = format!(
        "SELECT {all} FROM {table} WHERE fid = ?1 AND recorded_at <= ?2 UNION ALL \
         SELECT {all} FROM {history} WHERE fid = ?1 AND recorded_at <= ?2 AND recorded_to > ?2"
    );
    one(conn, register, &sql, params![fid, instant::to_text(at)])
}

fn one(conn: &Connection, register: &Register, sql: &str, params: impl rusqlite::Params) -> Result<Option<Record>> {
    let mut find = conn.prepare_cached(sql).map_err(failure)?;
    let mut found = find.query(params).map_err(failure)?;
    found.next().map_err(failure)?.map(|row| rows::record(register, row)).transpose()
}

/// The fid of a record that is or once was.
pub(super) fn fid_of(conn: &Connection, register: &str, id: Uuid) -> Result<Option<i64>> {
    let current = conn
        .prepare_cached(&format!("SELECT fid FROM {} WHERE id = ?1", quoted(register)))
        .and_then(|mut s| s.query_row([id_text(id)], |r| r.get(0)).optional())
        .map_err(failure)?;
    if current.is_some() {
        return Ok(current);
    }
    conn.prepare_cached(
        "SELECT fid FROM meydan_log INDEXED BY meydan_log_end WHERE id = ?1 AND verb = 3 \
         AND register = (SELECT number FROM meydan_register WHERE name = ?2)",
    )
    .and_then(|mut s| s.query_row(params![id.as_bytes(), register], |r| r.get(0)).optional())
    .map_err(failure)
}

/// The id of the record that has or had a fid.
pub(super) fn id_of(conn: &Connection, register: &Register, fid: i64) -> Result<Option<Uuid>> {
    let (now, past) = (quoted(&register.name), quoted(&history_of(&register.name)));
    let sql = format!("SELECT id FROM {now} WHERE fid = ?1 UNION ALL SELECT id FROM {past} WHERE fid = ?1 LIMIT 1");
    let mut find = conn.prepare_cached(&sql).map_err(failure)?;
    let mut found = find.query([fid]).map_err(failure)?;
    found.next().map_err(failure)?.map(|row| row.get_ref(0).map_err(failure).and_then(rows::id)).transpose()
}

/// One page.
pub(super) fn page(conn: &Connection, query: &Query) -> Result<Vec<Record>> {
    if let Some(found) = near::page(conn, query)? {
        return Ok(found);
    }
    if let Some(found) = walk::page(conn, query)? {
        return Ok(found);
    }
    let mut out = Vec::new();
    each(conn, query, &mut |record| {
        out.push(record);
        Ok(true)
    })?;
    Ok(out)
}

/// Calls `take` with each record in order until it says no.
pub(super) fn each(conn: &Connection, query: &Query, take: &mut dyn FnMut(Record) -> Result<bool>) -> Result<()> {
    let Some(empty) = after_all_values(query) else { return each_of(conn, query, take).map(|_| ()) };
    // The records without a value stand last, and are asked for by themselves: of the same state of the file.
    let _state = if conn.is_autocommit() { Some(conn.unchecked_transaction().map_err(failure)?) } else { None };
    let (mut skip, wanted) = (query.offset, query.limit.unwrap_or(usize::MAX));
    let mut taken = 0;
    let mut take_some = |record| {
        if skip > 0 {
            skip -= 1;
            return Ok(true);
        }
        taken += 1;
        Ok(take(record)? && taken < wanted)
    };
    let most = usize::try_from(query.offset).ok().and_then(|n| query.limit?.checked_add(n));
    let valued = Query { offset: 0, limit: most, ..query.clone() };
    if wanted > 0 && each_of(conn, &valued, &mut take_some)? {
        each_of(conn, &Query { limit: most, ..empty }, &mut take_some)?;
    }
    Ok(())
}

/// The query for the records without a value in the field that it is sorted by, if its cursor stands before them.
fn after_all_values(query: &Query) -> Option<Query> {
    let (sort, cursor) = (query.sort.as_ref()?, query.after.as_ref()?);
    cursor.value.as_ref().filter(|v| !v.is_null())?;
    let fid = if sort.descending { i64::MAX } else { i64::MIN };
    Some(Query { after: Some(Cursor { value: None, fid }), offset: 0, ..query.clone() })
}

/// One statement's records; false if `take` said no.
fn each_of(conn: &Connection, query: &Query, take: &mut dyn FnMut(Record) -> Result<bool>) -> Result<bool> {
    let select = select(query, What::Records, Boxes::Tree);
    let mut find = conn.prepare_cached(&select.sql).map_err(failure)?;
    let mut found = find.query(params_from_iter(&select.params)).map_err(failure)?;
    while let Some(row) = found.next().map_err(failure)? {
        if !take(rows::record(&query.register, row)?)? {
            return Ok(false);
        }
    }
    Ok(true)
}

/// How many match.
pub(super) fn count(conn: &Connection, query: &Query) -> Result<u64> {
    let plain = query.filter.is_none() && query.ids.is_none() && query.as_of.is_none();
    if plain && query.bbox.is_empty() {
        let known: i64 = conn
            .prepare_cached("SELECT records FROM meydan_register WHERE name = ?1")
            .and_then(|mut s| s.query_row([&query.register.name], |r| r.get(0)))
            .map_err(failure)?;
        return u64::try_from(known).map_err(|_| damaged("a negative count"));
    }
    if let ([bbox], true, true) = (query.bbox.as_slice(), plain, query.register.geometry.is_some()) {
        return near::count(conn, &query.register, bbox);
    }
    let select = select(query, What::Count, Boxes::Tree);
    let mut find = conn.prepare_cached(&select.sql).map_err(failure)?;
    let n: i64 = find.query_row(params_from_iter(&select.params), |r| r.get(0)).map_err(failure)?;
    u64::try_from(n).map_err(|_| damaged("a negative count"))
}
