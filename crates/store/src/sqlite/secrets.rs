//! Secrets: kept beside the registers, in no log and no history.

use super::failure::{damaged, failure};
use jiff::Timestamp;
use meydan_kernel::{Result, Secret};
use rusqlite::{Connection, Row, params};
use uuid::Uuid;

const SECRET: &str = "SELECT kind, key, owner, content, created_at, expires_at FROM meydan_secret";

/// What is done to the secrets, inside of the writer's transaction.
pub(super) enum Write {
    /// Keeps one; one of the same kind and key is replaced.
    Keep(Secret),
    /// Keeps one in the place of another that must still be as given.
    Swap {
        /// `None`: there must be none of this kind and key.
        expected: Option<Secret>,
        secret: Secret,
    },
    /// Forgets one.
    Forget { kind: String, key: String },
    /// Forgets all of a kind that an owner has.
    ForgetOf { kind: String, owner: Uuid },
    /// Forgets those whose time is over.
    ForgetExpired(Timestamp),
}

/// Does it; how many secrets were kept or forgotten.
pub(super) fn write(conn: &Connection, write: &Write) -> Result<u64> {
    let changed = match write {
        Write::Keep(secret) => put(
            conn,
            secret,
            "ON CONFLICT (kind, key) DO UPDATE SET owner = excluded.owner, \
            content = excluded.content, created_at = excluded.created_at, expires_at = excluded.expires_at",
        ),
        Write::Swap { expected: None, secret } => put(conn, secret, "ON CONFLICT DO NOTHING"),
        Write::Swap { expected: Some(expected), secret } => match forget_as_given(conn, expected)? {
            0 => Ok(0),
            _ => return self::write(conn, &Write::Keep(secret.clone())),
        },
        Write::Forget { kind, key } => run(conn, "DELETE FROM meydan_secret WHERE kind = ?1 AND key = ?2", params![kind, key]),
        Write::ForgetOf { kind, owner } => {
            run(conn, "DELETE FROM meydan_secret WHERE kind = ?1 AND owner = ?2", params![kind, owner.as_bytes()])
        }
        Write::ForgetExpired(now) => {
            run(conn, "DELETE FROM meydan_secret WHERE expires_at <= ?1", params![now.as_microsecond()])
        }
    };
    changed.map(|n| n as u64)
}

fn put(conn: &Connection, secret: &Secret, conflict: &str) -> Result<usize> {
    let sql = format!(
        "INSERT INTO meydan_secret (kind, key, owner, content, created_at, expires_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6) {conflict}"
    );
    let owner = secret.owner.map(Uuid::into_bytes);
    let expires_at = secret.expires_at.map(Timestamp::as_microsecond);
    let created_at = secret.created_at.as_microsecond();
    run(conn, &sql, params![secret.kind, secret.key, owner, secret.content, created_at, expires_at])
}

/// Forgets a secret if it is still as given.
fn forget_as_given(conn: &Connection, secret: &Secret) -> Result<usize> {
    const SQL: &str = "DELETE FROM meydan_secret WHERE kind = ?1 AND key = ?2 AND owner IS ?3 AND content = ?4 \
        AND created_at = ?5 AND expires_at IS ?6";
    let owner = secret.owner.map(Uuid::into_bytes);
    let expires_at = secret.expires_at.map(Timestamp::as_microsecond);
    let created_at = secret.created_at.as_microsecond();
    run(conn, SQL, params![secret.kind, secret.key, owner, secret.content, created_at, expires_at])
}

fn run(conn: &Connection, sql: &str, params: impl rusqlite::Params) -> Result<usize> {
    conn.prepare_cached(sql).and_then(|mut s| s.execute(params)).map_err(failure)
}

/// One secret.
pub(super) fn one(conn: &Connection, kind: &str, key: &str) -> Result<Option<Secret>> {
    let mut find = conn.prepare_cached(&format!("{SECRET} WHERE kind = ?1 AND key = ?2")).map_err(failure)?;
    let mut found = find.query([kind, key]).map_err(failure)?;
    found.next().map_err(failure)?.map(secret).transpose()
}

/// All of a kind, of one owner if named, oldest first.
pub(super) fn all(conn: &Connection, kind: &str, owner: Option<Uuid>) -> Result<Vec<Secret>> {
    let test = if owner.is_some() { "kind = ?1 AND owner = ?2" } else { "kind = ?1 AND ?2 IS NULL" };
    let sql = format!("{SECRET} WHERE {test} ORDER BY created_at, key");
    let mut find = conn.prepare_cached(&sql).map_err(failure)?;
    let mut found = find.query(params![kind, owner.map(Uuid::into_bytes)]).map_err(failure)?;
    let mut out = Vec::new();
    while let Some(row) = found.next().map_err(failure)? {
        out.push(secret(row)?);
    }
    Ok(out)
}

fn secret(row: &Row<'_>) -> Result<Secret> {
    let instant = |micros| Timestamp::from_microsecond(micros).map_err(|_| damaged("an instant"));
    let expires_at: Option<i64> = row.get(5).map_err(failure)?;
    let owner: Option<[u8; 16]> = row.get(2).map_err(failure)?;
    Ok(Secret {
        kind: row.get(0).map_err(failure)?,
        key: row.get(1).map_err(failure)?,
        owner: owner.map(Uuid::from_bytes),
        content: row.get(3).map_err(failure)?,
        created_at: instant(row.get(4).map_err(failure)?)?,
        expires_at: expires_at.map(instant).transpose()?,
    })
}
