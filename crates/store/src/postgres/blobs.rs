//! Blobs: bytes by their SHA-256, beside the registers; readers of the registers may not read them.
//!
//! They are written by sessions of their own, without the head's lock: no changeset waits for a photo.

use super::{
    errors::{damaged, from_pg},
    rows::column,
    schema::MARK,
};
use meydan_kernel::Result;
use tokio_postgres::{Client, types::Type};

/// Keeps one, if it isn't there.
pub async fn keep(client: &mut Client, digest: [u8; 32], bytes: &[u8]) -> Result<()> {
    // Its bytes needn't travel if it is.
    let there = "SELECT EXISTS (SELECT FROM meydan.blob WHERE digest = $1)";
    if column(&client.query_typed_one(there, &[(&&digest[..], Type::BYTEA)]).await.map_err(from_pg)?, 0)? {
        return Ok(());
    }
    let transaction = client.transaction().await.map_err(from_pg)?;
    transaction.batch_execute(MARK).await.map_err(from_pg)?;
    let sql = "INSERT INTO meydan.blob (digest, bytes) VALUES ($1, $2) ON CONFLICT DO NOTHING";
    transaction.execute_typed(sql, &[(&&digest[..], Type::BYTEA), (&bytes, Type::BYTEA)]).await.map_err(from_pg)?;
    transaction.commit().await.map_err(from_pg)
}

/// The bytes of one.
pub async fn one(client: &Client, digest: [u8; 32]) -> Result<Option<Vec<u8>>> {
    let sql = "SELECT bytes FROM meydan.blob WHERE digest = $1";
    let found = client.query_typed_opt(sql, &[(&&digest[..], Type::BYTEA)]).await.map_err(from_pg)?;
    found.map(|row| column(&row, 0)).transpose()
}

/// Deletes one; true if it was there. What is left in the table's files goes with the vacuuming that must follow.
pub async fn forget(client: &mut Client, digest: [u8; 32]) -> Result<bool> {
    let transaction = client.transaction().await.map_err(from_pg)?;
    transaction.batch_execute(MARK).await.map_err(from_pg)?;
    let sql = "DELETE FROM meydan.blob WHERE digest = $1";
    let gone = transaction.execute_typed(sql, &[(&&digest[..], Type::BYTEA)]).await.map_err(from_pg)?;
    transaction.commit().await.map_err(from_pg)?;
    Ok(gone > 0)
}

/// All of them with their sizes.
pub async fn all(client: &Client) -> Result<Vec<([u8; 32], u64)>> {
    let sql = "SELECT digest, octet_length(bytes)::bigint FROM meydan.blob ORDER BY digest";
    let found = client.query_typed(sql, &[]).await.map_err(from_pg)?;
    let blob = |row| {
        let digest: Vec<u8> = column(row, 0)?;
        let digest = digest.try_into().map_err(|_| damaged("a digest that is none"))?;
        Ok((digest, column::<i64>(row, 1)?.unsigned_abs()))
    };
    found.iter().map(blob).collect()
}
