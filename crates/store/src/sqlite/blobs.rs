//! Blobs: bytes by their SHA-256, beside the registers.
//!
//! One thread writes for all: a photo put on disk at once would keep every small change waiting. A blob is cut into parts, and each
//! part shares a commit with whatever else waits then; the row in `meydan_blob`, written last, makes it whole. Parts without
//! one are what a process left that ended in between: the next to open the store takes them away.

use super::{
    erase,
    failure::{damaged, failure},
};
use bytes::Bytes;
use meydan_kernel::Result;
use rusqlite::{Connection, OptionalExtension, params};

/// Bytes of a part: some 5 ms of a commit.
pub(super) const PART: usize = 512 << 10;

/// What is done to the blobs, inside of the writer's transaction.
pub(super) enum Write {
    /// Keeps a part, unless it is there.
    Part { digest: [u8; 32], number: i64, bytes: Bytes },
    /// Makes a blob whole, if all of its bytes are there.
    Finish { digest: [u8; 32], size: i64 },
    /// Destroys a blob.
    Forget { digest: [u8; 32] },
}

/// Does it; true if the part is there, the blob is whole, or there was something to forget.
pub(super) fn write(conn: &Connection, head: i64, write: &Write) -> Result<bool> {
    match write {
        Write::Part { digest, number, bytes } => {
            if !is_whole(conn, digest)? {
                conn.prepare_cached(
                    "INSERT INTO meydan_blob_part (digest, number, bytes) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING",
                )
                .and_then(|mut s| s.execute(params![digest, number, &bytes[..]]))
                .map_err(failure)?;
            }
            Ok(true)
        }
        Write::Finish { digest, size } => {
            if is_whole(conn, digest)? {
                return Ok(true);
            }
            conn.prepare_cached(
                "INSERT INTO meydan_blob (digest, size) SELECT ?1, ?2 \
                 WHERE ?2 = (SELECT coalesce(sum(length(bytes)), 0) FROM meydan_blob_part WHERE digest = ?1)",
            )
            .and_then(|mut s| s.execute(params![digest, size]))
            .map(|made| made == 1)
            .map_err(failure)
        }
        Write::Forget { digest } => {
            let gone = |table: &str| {
                let sql = format!("DELETE FROM {table} WHERE digest = ?1");
                conn.prepare_cached(&sql).and_then(|mut s| s.execute([digest])).map_err(failure)
            };
            // Both, also where there is no whole blob.
            let gone = gone("meydan_blob")? + gone("meydan_blob_part")?;
            if gone > 0 {
                erase::note_owed(conn, head)?;
            }
            Ok(gone > 0)
        }
    }
}

/// True if the blob is there.
pub(super) fn is_whole(conn: &Connection, digest: &[u8; 32]) -> Result<bool> {
    conn.prepare_cached("SELECT 1 FROM meydan_blob WHERE digest = ?1").and_then(|mut s| s.exists([digest])).map_err(failure)
}

/// The bytes of a blob.
pub(super) fn one(conn: &Connection, digest: &[u8; 32]) -> Result<Option<Vec<u8>>> {
    const SQL: &str = "SELECT b.size, p.bytes FROM meydan_blob AS b LEFT JOIN meydan_blob_part AS p ON p.digest = b.digest \
        WHERE b.digest = ?1 ORDER BY p.number";
    let mut find = conn.prepare_cached(SQL).map_err(failure)?;
    let mut found = find.query([digest]).map_err(failure)?;
    let mut out: Option<Vec<u8>> = None;
    let mut size = 0;
    while let Some(row) = found.next().map_err(failure)? {
        size = row.get(0).and_then(|n: i64| usize::try_from(n).map_err(|_| rusqlite::Error::InvalidQuery)).map_err(failure)?;
        let part = row.get_ref(1).map_err(failure)?.as_blob_or_null().map_err(|_| damaged("a blob that is none"))?;
        out.get_or_insert_with(|| Vec::with_capacity(size)).extend_from_slice(part.unwrap_or_default());
    }
    match out {
        Some(bytes) if bytes.len() != size => Err(damaged("a blob without all of its bytes")),
        out => Ok(out),
    }
}

/// All blobs with their sizes.
pub(super) fn all(conn: &Connection) -> Result<Vec<([u8; 32], u64)>> {
    let mut find = conn.prepare_cached("SELECT digest, size FROM meydan_blob ORDER BY digest").map_err(failure)?;
    let found = find.query_map([], |row| Ok((row.get(0)?, row.get::<_, i64>(1)?))).map_err(failure)?;
    found.map(|row| row.map(|(digest, size)| (digest, size.unsigned_abs())).map_err(failure)).collect()
}

/// Takes away the parts of blobs that never became whole. If another process is about to make one whole, it begins again.
pub(super) fn sweep(conn: &Connection) -> Result<()> {
    const LEFT: &str = "digest NOT IN (SELECT digest FROM meydan_blob)";
    // Mostly there are none, and nobody needs to wait for a lock.
    let any = conn
        .query_row(&format!("SELECT 1 FROM meydan_blob_part WHERE {LEFT} LIMIT 1"), [], |_| Ok(()))
        .optional()
        .map_err(failure)?;
    match any {
        Some(()) => conn.execute(&format!("DELETE FROM meydan_blob_part WHERE {LEFT}"), []).map(|_| ()).map_err(failure),
        None => Ok(()),
    }
}
