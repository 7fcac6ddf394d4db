//! Secrets: kept beside the registers, in no log and no history; readers of the registers may not read them.

use super::{errors::from_pg, rows::column, schema::MARK, types::Instant};
use jiff::Timestamp;
use meydan_kernel::{Result, Secret};
use tokio_postgres::{
    Client, Row, Transaction,
    types::{ToSql, Type},
};
use uuid::Uuid;

const SECRET: &str = "SELECT kind, key, owner, content, created_at, expires_at FROM meydan.secret";
const PUT: &str =
    "INSERT INTO meydan.secret (kind, key, owner, content, created_at, expires_at) VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT";
const INSTEAD: &str = "(kind, key) DO UPDATE SET owner = excluded.owner, content = excluded.content, \
    created_at = excluded.created_at, expires_at = excluded.expires_at";
const AS_GIVEN: &str = "DELETE FROM meydan.secret WHERE kind = $1 AND key = $2 AND owner IS NOT DISTINCT FROM $3 AND content = $4 \
    AND created_at = $5 AND expires_at IS NOT DISTINCT FROM $6";

type Arguments<'a> = [(&'a (dyn ToSql + Sync), Type)];

/// One statement that changes secrets, in a transaction marked for the guards; how many it touched.
async fn run(client: &mut Client, sql: &str, arguments: &Arguments<'_>) -> Result<u64> {
    let transaction = begin(client).await?;
    let touched = transaction.execute_typed(sql, arguments).await.map_err(from_pg)?;
    transaction.commit().await.map_err(from_pg)?;
    Ok(touched)
}

async fn begin(client: &mut Client) -> Result<Transaction<'_>> {
    let transaction = client.transaction().await.map_err(from_pg)?;
    transaction.batch_execute(MARK).await.map_err(from_pg)?;
    Ok(transaction)
}

/// Runs a statement whose parameters are the parts of a secret.
async fn with(transaction: &Transaction<'_>, sql: &str, secret: &Secret) -> Result<u64> {
    let (created_at, expires_at) = (Instant(secret.created_at), secret.expires_at.map(Instant));
    let arguments: [(&(dyn ToSql + Sync), Type); 6] = [
        (&secret.kind, Type::TEXT),
        (&secret.key, Type::TEXT),
        (&secret.owner, Type::UUID),
        (&secret.content, Type::TEXT),
        (&created_at, Type::TIMESTAMPTZ),
        (&expires_at, Type::TIMESTAMPTZ),
    ];
    transaction.execute_typed(sql, &arguments).await.map_err(from_pg)
}

/// Keeps one; one of the same kind and key is replaced.
pub async fn keep(client: &mut Client, secret: &Secret) -> Result<()> {
    let transaction = begin(client).await?;
    with(&transaction, &format!("{PUT} {INSTEAD}"), secret).await?;
    transaction.commit().await.map_err(from_pg)
}

/// Keeps one in the place of another that must still be as given; who comes second waits for the first, and finds it gone.
pub async fn swap(client: &mut Client, expected: Option<&Secret>, secret: &Secret) -> Result<bool> {
    let transaction = begin(client).await?;
    let swapped = match expected {
        None => with(&transaction, &format!("{PUT} DO NOTHING"), secret).await? == 1,
        Some(expected) => {
            let as_given = with(&transaction, AS_GIVEN, expected).await? == 1;
            as_given && with(&transaction, &format!("{PUT} {INSTEAD}"), secret).await? == 1
        }
    };
    transaction.commit().await.map_err(from_pg)?;
    Ok(swapped)
}

/// One secret.
pub async fn one(client: &Client, kind: &str, key: &str) -> Result<Option<Secret>> {
    let sql = format!("{SECRET} WHERE kind = $1 AND key = $2");
    let found = client.query_typed_opt(&sql, &[(&kind, Type::TEXT), (&key, Type::TEXT)]).await.map_err(from_pg)?;
    found.map(|row| secret(&row)).transpose()
}

/// All of a kind, of one owner if named, oldest first.
pub async fn all(client: &Client, kind: &str, owner: Option<Uuid>) -> Result<Vec<Secret>> {
    let test = if owner.is_some() { "owner = $2" } else { "$2 IS NULL" };
    let sql = format!("{SECRET} WHERE kind = $1 AND {test} ORDER BY created_at, key");
    let found = client.query_typed(&sql, &[(&kind, Type::TEXT), (&owner, Type::UUID)]).await.map_err(from_pg)?;
    found.iter().map(secret).collect()
}

/// Forgets one; true if it was there.
pub async fn forget(client: &mut Client, kind: &str, key: &str) -> Result<bool> {
    let sql = "DELETE FROM meydan.secret WHERE kind = $1 AND key = $2";
    run(client, sql, &[(&kind, Type::TEXT), (&key, Type::TEXT)]).await.map(|touched| touched > 0)
}

/// Forgets all of a kind that an owner has; how many.
pub async fn forget_of(client: &mut Client, kind: &str, owner: Uuid) -> Result<u64> {
    let sql = "DELETE FROM meydan.secret WHERE kind = $1 AND owner = $2";
    run(client, sql, &[(&kind, Type::TEXT), (&owner, Type::UUID)]).await
}

/// Forgets those whose time is over; how many.
pub async fn forget_expired(client: &mut Client, now: Timestamp) -> Result<u64> {
    let sql = "DELETE FROM meydan.secret WHERE expires_at <= $1";
    run(client, sql, &[(&Instant(now), Type::TIMESTAMPTZ)]).await
}

fn secret(row: &Row) -> Result<Secret> {
    Ok(Secret {
        kind: column(row, 0)?,
        key: column(row, 1)?,
        owner: column(row, 2)?,
        content: column(row, 3)?,
        created_at: column::<Instant>(row, 4)?.0,
        expires_at: column::<Option<Instant>>(row, 5)?.map(|at| at.0),
    })
}
