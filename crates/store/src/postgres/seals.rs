//! Seals of the log and the hash tiles of its tree.

use super::{
    errors::{damaged, from_pg},
    rows::column,
    types::Instant,
};
use meydan_kernel::{
    Error, Kind, Result,
    log::{Seal, TileId},
};
use tokio_postgres::{
    Client, Row,
    types::{ToSql, Type},
};

const SEAL: &str = "SELECT size, root, checkpoint, sealed_at, time_stamp FROM meydan.seal";

/// Key of the advisory lock of those who seal.
const SEAL_LOCK: i64 = 0x6d65_7964_7365;

/// The newest seal.
pub async fn last(client: &Client) -> Result<Option<Seal>> {
    one(client, &format!("{SEAL} ORDER BY size DESC LIMIT 1"), &[]).await
}

/// The first seal whose tree holds at least `size` entries.
pub async fn covering(client: &Client, size: i64) -> Result<Option<Seal>> {
    one(client, &format!("{SEAL} WHERE size >= $1 ORDER BY size LIMIT 1"), &[(&size, Type::INT8)]).await
}

/// Seals beyond `after`, ascending.
pub async fn after(client: &Client, after: i64, limit: usize) -> Result<Vec<Seal>> {
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let sql = format!("{SEAL} WHERE size > $1 ORDER BY size LIMIT $2");
    let found = client.query_typed(&sql, &[(&after, Type::INT8), (&limit, Type::INT8)]).await.map_err(from_pg)?;
    found.iter().map(seal).collect()
}

async fn one(client: &Client, sql: &str, params: &[(&(dyn ToSql + Sync), Type)]) -> Result<Option<Seal>> {
    client.query_typed_opt(sql, params).await.map_err(from_pg)?.map(|row| seal(&row)).transpose()
}

fn seal(row: &Row) -> Result<Seal> {
    let root: &[u8] = column(row, 1)?;
    Ok(Seal {
        size: column(row, 0)?,
        root: root.try_into().map_err(|_| damaged("a root that is not of 32 bytes"))?,
        checkpoint: column(row, 2)?,
        sealed_at: column::<Instant>(row, 3)?.0,
        time_stamp: column(row, 4)?,
    })
}

/// Keeps a seal with its tiles. Sealers of several processes take turns; who comes too late is told so.
pub async fn put(client: &mut Client, seal: &Seal, tiles: &[(TileId, Vec<u8>)]) -> Result<()> {
    let transaction = client.transaction().await.map_err(from_pg)?;
    transaction.batch_execute(&format!("SELECT pg_advisory_xact_lock({SEAL_LOCK})")).await.map_err(from_pg)?;
    let newest: i64 = {
        let sql = "SELECT coalesce(max(size), -1) FROM meydan.seal";
        column(&transaction.query_typed_one(sql, &[]).await.map_err(from_pg)?, 0)?
    };
    if newest >= seal.size {
        return Err(behind(newest));
    }
    let (root, at, time_stamp) = (&seal.root[..], Instant(seal.sealed_at), seal.time_stamp.as_deref());
    let arguments: [(&(dyn ToSql + Sync), Type); 5] = [
        (&seal.size, Type::INT8),
        (&root, Type::BYTEA),
        (&seal.checkpoint, Type::TEXT),
        (&at, Type::TIMESTAMPTZ),
        (&time_stamp, Type::BYTEA),
    ];
    transaction.execute_typed("INSERT INTO meydan.seal VALUES ($1, $2, $3, $4, $5)", &arguments).await.map_err(from_pg)?;
    let levels: Vec<i16> = tiles.iter().map(|(id, _)| i16::from(id.level)).collect();
    let indexes: Vec<i64> = tiles.iter().map(|(id, _)| id.index).collect();
    let hashes: Vec<&[u8]> = tiles.iter().map(|(_, bytes)| bytes.as_slice()).collect();
    const TILES: &str = "INSERT INTO meydan.tile SELECT * FROM unnest($1::smallint[], $2::bigint[], $3::bytea[]) \
        ON CONFLICT (level, index) DO UPDATE SET hashes = excluded.hashes";
    let arguments: [(&(dyn ToSql + Sync), Type); 3] =
        [(&levels, Type::INT2_ARRAY), (&indexes, Type::INT8_ARRAY), (&hashes, Type::BYTEA_ARRAY)];
    transaction.execute_typed(TILES, &arguments).await.map_err(from_pg)?;
    transaction.commit().await.map_err(from_pg)
}

/// Adds a time stamp to the seal of this size.
pub async fn put_time_stamp(client: &Client, size: i64, response: &[u8]) -> Result<()> {
    let sql = "UPDATE meydan.seal SET time_stamp = $2 WHERE size = $1";
    let changed = client.execute_typed(sql, &[(&size, Type::INT8), (&response, Type::BYTEA)]).await.map_err(from_pg)?;
    if changed == 1 { Ok(()) } else { Err(no_such_seal(size)) }
}

/// One hash tile.
pub async fn tile(client: &Client, id: TileId) -> Result<Option<Vec<u8>>> {
    let level = i16::from(id.level);
    let sql = "SELECT hashes FROM meydan.tile WHERE level = $1 AND index = $2";
    let row = client.query_typed_opt(sql, &[(&level, Type::INT2), (&id.index, Type::INT8)]).await.map_err(from_pg)?;
    row.map(|row| column(&row, 0)).transpose()
}

fn behind(newest: i64) -> Error {
    Error::new(
        Kind::Conflict,
        "seal-behind",
        format!("Defter {newest}. kayda kadar zaten mühürlenmiş."),
        format!("The log is sealed up to {newest} already."),
    )
}

fn no_such_seal(size: i64) -> Error {
    Error::not_found("no-such-seal", format!("{size} kayıtlık bir mühür yok."), format!("There is no seal of {size} entries."))
}
