//! Values destroyed for ever: in the past of a record, in the salts of its log entries, and on the disk.

use super::{
    change::{Application, Moment},
    connect::BUSY_TIMEOUT,
    failure::failure,
    refusal::version_conflict,
};
use crate::sql::names::{history_of, quoted};
use jiff::Timestamp;
use meydan_kernel::{Change, Operation, Record, Result};
use rusqlite::{Connection, OptionalExtension, params};
use std::time::Duration;

/// How long the writer waits for readers of old states before it tries again later.
const READERS_LIMIT: Duration = Duration::from_millis(250);
/// Limit: a file that is written anew at any hour; takes less than a second.
const SMALL_BYTES: i64 = 64 * 1024 * 1024;
/// Hours (UTC) in which a larger file is written anew.
const NIGHT_UTC: [i64; 3] = [23, 0, 1];
/// Name in `meydan_meta` under which stands that the files may still hold what was erased, and since which position.
const OWED: &str = "wipe";

impl Application<'_> {
    /// Makes what is left of a record its next version, and destroys the values of the earlier ones. Gives the record its fid and
    /// version; true if it is there afterwards, false if it had ended.
    pub(super) fn erase(&mut self, change: &Change, expected: i64, record: &mut Record, moment: &Moment) -> Result<bool> {
        match self.standing(change)? {
            Some(_) => {
                let old = self.current(change, expected)?;
                (record.fid, record.version) = (old.fid, old.version + 1);
                self.update(change, record, &old, moment)?;
                self.destroy(change, record)?;
                Ok(true)
            }
            None => {
                let (fid, version) = self.ended(change)?;
                if version != expected {
                    return Err(version_conflict(&self.table(&change.register)?.register, expected, version));
                }
                (record.fid, record.version) = (fid, version + 1);
                self.destroy(change, record)?;
                self.end_again(change, record, moment)?;
                Ok(false)
            }
        }
    }

    /// Fid and newest version of a record that has ended.
    fn ended(&self, change: &Change) -> Result<(i64, i64)> {
        let table = self.table(&change.register)?;
        self.prepare(
            "SELECT fid, (SELECT max(version) FROM meydan_log AS l WHERE l.register = e.register AND l.fid = e.fid) \
             FROM meydan_log AS e INDEXED BY meydan_log_end WHERE id = ?1 AND verb = 3 AND register = ?2",
        )?
        .query_row(params![change.id.as_bytes(), table.number], |r| Ok((r.get(0)?, r.get(1)?)))
        .optional()
        .map_err(failure)?
        .ok_or_else(|| meydan_kernel::desk::no_such_record(&table.register, &change.id.to_string()))
    }

    /// Takes the values out of all versions in the history, and the salts from all earlier log entries.
    fn destroy(&mut self, change: &Change, record: &Record) -> Result<()> {
        let Operation::Erase { fields, geometries, .. } = &change.operation else { return Ok(()) };
        (self.dirty, self.erased) = (true, true);
        let table = self.table(&change.register)?;
        let named = fields.iter().filter_map(|i| table.register.fields.get(*i)).map(|f| quoted(&f.name));
        let geometry = (*geometries && table.register.geometry.is_some()).then(|| "geom".to_owned());
        let sets: Vec<String> = named.chain(geometry).map(|column| format!("{column} = NULL")).collect();
        if !sets.is_empty() {
            let history = quoted(&history_of(&table.register.name));
            let sql = format!("UPDATE {history} SET {} WHERE fid = ?1", sets.join(", "));
            self.prepare(&sql)?.execute([record.fid]).map_err(failure)?;
        }
        self.prepare("UPDATE meydan_log SET salt = NULL WHERE register = ?1 AND fid = ?2 AND version < ?3")?
            .execute([table.number, record.fid, record.version])
            .map_err(failure)?;
        note_owed(self.conn, self.state.head)
    }
}

/// Writes down, in the transaction that destroys, that the files may still hold what it destroyed.
pub(super) fn note_owed(conn: &Connection, head: i64) -> Result<()> {
    conn.prepare_cached("INSERT OR REPLACE INTO meydan_meta VALUES (?1, ?2)")
        .and_then(|mut s| s.execute(params![OWED, head.to_string()]))
        .map(|_| ())
        .map_err(failure)
}

/// True if the files may still hold what was erased.
pub(super) fn is_owed(conn: &Connection) -> Result<bool> {
    owed(conn).map(|since| since.is_some())
}

fn owed(conn: &Connection) -> Result<Option<String>> {
    conn.query_row("SELECT value FROM meydan_meta WHERE name = ?1", [OWED], |r| r.get(0)).optional().map_err(failure)
}

/// Brings the write-ahead log into the file and empties it: it held the pages as they were before. False if somebody still reads
/// an old state; then it must be tried again.
pub(super) fn wipe(conn: &Connection) -> Result<bool> {
    conn.busy_timeout(READERS_LIMIT).map_err(failure)?;
    let busy = conn.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |r| r.get::<_, bool>(0)).map_err(failure);
    conn.busy_timeout(BUSY_TIMEOUT).map_err(failure)?;
    Ok(!busy?)
}

/// Writes the whole file anew and empties the write-ahead log. What is deleted is overwritten with zeros at once, but not every
/// copy: when SQLite divides a full page, it leaves what it moved in the part of the page that it gives up. False if somebody
/// still reads an old state; then it must be tried again.
pub(super) fn scrub(conn: &Connection) -> Result<bool> {
    let since = owed(conn)?;
    // The copy that SQLite works on is as large as the file.
    conn.pragma_update(None, "temp_store", "FILE").map_err(failure)?;
    let written = conn.execute_batch("VACUUM").map_err(failure);
    conn.pragma_update(None, "temp_store", "MEMORY").map_err(failure)?;
    written?;
    if !wipe(conn)? {
        return Ok(false);
    }
    // Not if another process has erased more meanwhile.
    conn.execute("DELETE FROM meydan_meta WHERE name = ?1 AND value = ?2", params![OWED, since]).map_err(failure)?;
    Ok(true)
}

/// True if the file may be written anew now: at once while it is small, else in the hours when nobody waits for a write (2 to 5
/// o'clock in Türkiye).
pub(super) fn may_scrub(conn: &Connection) -> Result<bool> {
    let bytes: i64 = conn
        .query_row("SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()", [], |r| r.get(0))
        .map_err(failure)?;
    let hour = Timestamp::now().as_second().rem_euclid(86_400) / 3_600;
    Ok(bytes <= SMALL_BYTES || NIGHT_UTC.contains(&hour))
}
