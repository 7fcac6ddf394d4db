//! Connections to the file: how they are set up, and the functions that our SQL calls.

use super::{blob, failure::failure};
use meydan_geo::Bbox;
use meydan_kernel::{Result, text};
use rusqlite::{Connection, OpenFlags, config::DbConfig, functions::FunctionFlags, types::ValueRef};
use std::{path::Path, time::Duration};

/// How long a write waits for another process that writes to the same file.
pub(super) const BUSY_TIMEOUT: Duration = Duration::from_secs(30);
/// Limit: pages (4 KiB) kept in memory by the writer: 64 MiB.
const WRITER_CACHE_KIB: i64 = 65_536;
/// Limit: pages kept in memory by each reader: 8 MiB.
const READER_CACHE_KIB: i64 = 8_192;
/// Limit: prepared statements kept by each connection.
const STATEMENTS: usize = 256;
/// Pages in the write-ahead log after which the writer brings them into the file: 32 MiB.
const CHECKPOINT_PAGES: i64 = 8_192;

/// The connection that writes; there is one per process.
pub(super) fn writer(path: &Path) -> Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let conn = Connection::open_with_flags(path, flags).map_err(failure)?;
    set_up_writer(&conn).map_err(failure)?;
    Ok(conn)
}

fn set_up_writer(conn: &Connection) -> rusqlite::Result<()> {
    conn.busy_timeout(BUSY_TIMEOUT)?;
    conn.pragma_update(None, "page_size", 4096)?;
    conn.pragma_update(None, "synchronous", "FULL")?;
    conn.pragma_update(None, "cache_size", -WRITER_CACHE_KIB)?;
    conn.pragma_update(None, "wal_autocheckpoint", CHECKPOINT_PAGES)?;
    conn.pragma_update(None, "temp_store", "MEMORY")?;
    // What is deleted is overwritten with zeros, from the first row on: what an erasure destroys must not lie about in places
    // that were given up before.
    conn.pragma_update(None, "secure_delete", true)?;
    conn.pragma_update(None, "foreign_keys", false)?;
    // The triggers that refuse foreign writers, and GeoPackage's own R-tree triggers, fire for everybody but us: we keep
    // the R-trees ourselves, and a trigger per row would cost a third of an import.
    conn.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_TRIGGER, false)?;
    definition_functions(conn)?;
    common(conn)
}

/// What a change of definitions converts values with.
fn definition_functions(conn: &Connection) -> rusqlite::Result<()> {
    let pure = FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_DETERMINISTIC;
    conn.create_scalar_function("meydan_text", 1, pure, |ctx| {
        Ok(match ctx.get_raw(0) {
            ValueRef::Null => None,
            ValueRef::Integer(i) => Some(i.to_string()),
            // Rust's shortest spelling reads back as the same number; SQLite's CAST keeps 15 digits only.
            ValueRef::Real(r) => Some(r.to_string()),
            other => Some(other.as_str()?.to_owned()),
        })
    })?;
    conn.create_scalar_function("meydan_multi", 2, pure, |ctx| {
        let Some(geometry) = ctx.get_raw(0).as_blob_or_null()?.and_then(blob::geometry) else { return Ok(None) };
        let multi = ctx.get_raw(1).as_str()?.starts_with("MULTI");
        Ok(Some(blob::encode(&if multi { geometry.to_multi() } else { geometry }).0))
    })
}

/// A connection that only reads.
pub(super) fn reader(path: &Path) -> Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let conn = Connection::open_with_flags(path, flags).map_err(failure)?;
    set_up_reader(&conn).map_err(failure)?;
    Ok(conn)
}

fn set_up_reader(conn: &Connection) -> rusqlite::Result<()> {
    conn.busy_timeout(BUSY_TIMEOUT)?;
    conn.pragma_update(None, "cache_size", -READER_CACHE_KIB)?;
    conn.pragma_update(None, "temp_store", "MEMORY")?;
    common(conn)
}

fn common(conn: &Connection) -> rusqlite::Result<()> {
    conn.set_prepared_statement_cache_capacity(STATEMENTS);
    // CQL2's LIKE minds the case; SQLite's does so only when told.
    conn.pragma_update(None, "case_sensitive_like", true)?;
    let pure = FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_DETERMINISTIC;
    conn.create_scalar_function("meydan_fold", 1, pure, |ctx| Ok(ctx.get_raw(0).as_str_or_null()?.map(text::fold)))?;
    conn.create_scalar_function("meydan_touches", 5, pure, |ctx| {
        let Some(found) = ctx.get_raw(0).as_blob_or_null()?.and_then(blob::bbox) else { return Ok(false) };
        let asked = Bbox::new(ctx.get(1)?, ctx.get(2)?, ctx.get(3)?, ctx.get(4)?);
        Ok(found.intersects(&asked))
    })?;
    conn.create_scalar_function("meydan_intersects", 2, pure, |ctx| super::geometry_function::intersects(ctx))?;
    conn.create_scalar_function("meydan_related", 3, pure, |ctx| super::geometry_function::related(ctx))?;
    conn.create_scalar_function("meydan_measure", 2, pure, |ctx| super::filter_function::measure(ctx))?;
    conn.create_scalar_function("meydan_function", 2, pure, |ctx| super::filter_function::call(ctx))?;
    conn.create_scalar_function("meydan_calculate", 3, pure, |ctx| super::filter_function::calculated(ctx))?;
    conn.create_collation("meydan_tr", super::collation::compare)
}
