//! Seals of the log and the hash tiles under them.

use super::failure::{damaged, failure};
use jiff::Timestamp;
use meydan_kernel::{
    Error, Kind, Result,
    log::{Seal, TileId},
};
use rusqlite::{Connection, OptionalExtension, Row, TransactionBehavior, params};

const SEAL: &str = "SELECT size, root, checkpoint, sealed_at, time_stamp FROM meydan_seal";

/// The newest seal.
pub(super) fn last(conn: &Connection) -> Result<Option<Seal>> {
    one(conn, &format!("{SEAL} ORDER BY size DESC LIMIT 1"), &[])
}

/// The first seal of at least a size.
pub(super) fn covering(conn: &Connection, size: i64) -> Result<Option<Seal>> {
    one(conn, &format!("{SEAL} WHERE size >= ?1 ORDER BY size LIMIT 1"), &[size])
}

fn one(conn: &Connection, sql: &str, params: &[i64]) -> Result<Option<Seal>> {
    Ok(read(conn, sql, params)?.pop())
}

/// Seals after a size.
pub(super) fn after(conn: &Connection, size: i64, limit: usize) -> Result<Vec<Seal>> {
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    read(conn, &format!("{SEAL} WHERE size > ?1 ORDER BY size LIMIT ?2"), &[size, limit])
}

fn read(conn: &Connection, sql: &str, params: &[i64]) -> Result<Vec<Seal>> {
    let mut find = conn.prepare_cached(sql).map_err(failure)?;
    let mut found = find.query(rusqlite::params_from_iter(params)).map_err(failure)?;
    let mut out = Vec::new();
    while let Some(row) = found.next().map_err(failure)? {
        out.push(seal(row)?);
    }
    Ok(out)
}

fn seal(row: &Row<'_>) -> Result<Seal> {
    Ok(Seal {
        size: row.get(0).map_err(failure)?,
        root: row.get(1).map_err(failure)?,
        checkpoint: row.get(2).map_err(failure)?,
        sealed_at: Timestamp::from_microsecond(row.get(3).map_err(failure)?).map_err(|_| damaged("an instant"))?,
        time_stamp: row.get(4).map_err(failure)?,
    })
}

/// Keeps a seal and its tiles, unless another process sealed as much.
pub(super) fn put(conn: &mut Connection, seal: &Seal, tiles: &[(TileId, Vec<u8>)]) -> Result<()> {
    let tx = conn.transaction_with_behavior(TransactionBehavior::Immediate).map_err(failure)?;
    let behind = tx
        .prepare_cached("SELECT 1 FROM meydan_seal WHERE size >= ?1")
        .and_then(|mut s| s.exists([seal.size]))
        .map_err(failure)?;
    if behind {
        return Err(seal_behind(seal.size));
    }
    tx.prepare_cached("INSERT INTO meydan_seal VALUES (?1, ?2, ?3, ?4, ?5)")
        .and_then(|mut s| {
            s.execute(params![seal.size, seal.root, seal.checkpoint, seal.sealed_at.as_microsecond(), seal.time_stamp])
        })
        .map_err(failure)?;
    for (id, hashes) in tiles {
        tx.prepare_cached(
            "INSERT INTO meydan_tile VALUES (?1, ?2, ?3) ON CONFLICT (level, place) DO UPDATE SET hashes = excluded.hashes",
        )
        .and_then(|mut s| s.execute(params![id.level, id.index, hashes]))
        .map_err(failure)?;
    }
    tx.commit().map_err(failure)
}

fn seal_behind(size: i64) -> Error {
    Error::new(
        Kind::Conflict,
        "seal-behind",
        format!("Defter {size} kayda kadar zaten mühürlenmiş."),
        format!("The log is sealed up to {size} entries already."),
    )
}

/// Adds a time stamp.
pub(super) fn stamp(conn: &Connection, size: i64, response: &[u8]) -> Result<()> {
    let changed =
        conn.execute("UPDATE meydan_seal SET time_stamp = ?2 WHERE size = ?1", params![size, response]).map_err(failure)?;
    if changed == 1 {
        return Ok(());
    }
    Err(Error::not_found(
        "no-such-seal",
        format!("{size} kayıtlık bir mühür yok."),
        format!("There is no seal of size {size}."),
    ))
}

/// One hash tile.
pub(super) fn tile(conn: &Connection, id: TileId) -> Result<Option<Vec<u8>>> {
    conn.prepare_cached("SELECT hashes FROM meydan_tile WHERE level = ?1 AND place = ?2")
        .and_then(|mut s| s.query_row(params![id.level, id.index], |r| r.get(0)).optional())
        .map_err(failure)
}
