//! Backup while serving, and checks of health.

use super::{
    failure::failure,
    names::rtree,
    schema::{GUARDED, GUARDS, number},
};
use crate::sql::names::{history_of, quoted};
use meydan_kernel::{Catalogue, Error, Kind, Result};
use rusqlite::{Connection, backup::Backup};
use std::{path::Path, time::Duration};

/// Pages copied at a time.
const STEP_PAGES: i32 = 4_096;
/// A write-ahead log beyond this says that something holds an old snapshot for long: 512 MiB.
const WAL_WARNING_BYTES: u64 = 512 * 1024 * 1024;

/// Copies the file as it stands in one snapshot; writers go on meanwhile.
pub(super) fn backup(conn: &Connection, to: &Path) -> Result<()> {
    if to.exists() {
        return Err(Error::new(
            Kind::Conflict,
            "file-exists",
            format!("{} zaten var; yedek üzerine yazmaz.", to.display()),
            format!("{} exists already; a backup does not overwrite.", to.display()),
        ));
    }
    crate::private_file::make(to).map_err(Error::unavailable)?;
    let mut target = Connection::open(to).map_err(failure)?;
    // The snapshot is held by a read transaction of the source, so that the copy never starts over.
    super::readers::in_snapshot(conn, |conn| {
        number(conn, "SELECT count(*) FROM meydan_meta")?;
        let copy = Backup::new(conn, &mut target).map_err(failure)?;
        copy.run_to_completion(STEP_PAGES, Duration::ZERO, None).map_err(failure)
    })?;
    drop(target);
    std::fs::File::open(to).and_then(|f| f.sync_all()).map_err(Error::unavailable)?;
    super::sync_directory_of(to)
}

/// Checks: name, fine, detail.
pub(super) fn checks(conn: &Connection, path: &Path, catalogue: Option<&Catalogue>) -> Result<Vec<(String, bool, String)>> {
    let quick: String = conn.query_row("PRAGMA quick_check(1)", [], |r| r.get(0)).map_err(failure)?;
    let mut out = vec![("sqlite quick_check".to_owned(), quick == "ok", quick)];
    out.push(gapless(conn)?);
    out.push(guards(conn, catalogue)?);
    let mut wal = path.as_os_str().to_owned();
    wal.push("-wal");
    let bytes = std::fs::metadata(&wal).map_or(0, |m| m.len());
    out.push(("write-ahead log".to_owned(), bytes < WAL_WARNING_BYTES, format!("{bytes} bytes")));
    for register in catalogue.into_iter().flat_map(|c| c.registers.values()) {
        let (table, history) = (quoted(&register.name), quoted(&history_of(&register.name)));
        let records = number(conn, &format!("SELECT count(*) FROM {table}"))?;
        let versions = number(
            conn,
            &format!("SELECT count(*) + coalesce(sum(deleted AND recorded_to >= recorded_at), 0) FROM {history}"),
        )? + records;
        let counted = number(conn, &format!("SELECT records FROM meydan_register WHERE name = '{}'", register.name))?;
        out.push((
            format!("{}: number of records", register.name),
            counted == records,
            format!("{counted} counted, {records} there"),
        ));
        let entries = number(
            conn,
            &format!(
                "SELECT count(*) FROM meydan_log WHERE register = (SELECT number FROM meydan_register WHERE name = '{}')",
                register.name
            ),
        )?;
        out.push((
            format!("{}: versions and log entries", register.name),
            versions == entries,
            format!("{records} records, {versions} versions, {entries} entries"),
        ));
        if register.geometry.is_some() {
            let placed = number(conn, &format!("SELECT count(*) FROM {table} WHERE geom IS NOT NULL"))?;
            let tree = quoted(&rtree(&register.name));
            let in_tree = number(conn, &format!("SELECT count(*) FROM {tree}"))?;
            // A box elsewhere hides its record from every map.
            let right = number(
                conn,
                &format!(
                    "SELECT count(*) FROM {table} AS t JOIN {tree} AS r ON r.id = t.fid \
                     WHERE meydan_touches(t.geom, r.minx, r.miny, r.maxx, r.maxy)"
                ),
            )?;
            let detail = format!("{placed} geometries, {in_tree} boxes, {right} of them in place");
            out.push((format!("{}: R-tree", register.name), placed == in_tree && in_tree == right, detail));
        }
    }
    Ok(out)
}

/// A table without its guards can be changed by any program, behind the log's back.
fn guards(conn: &Connection, catalogue: Option<&Catalogue>) -> Result<(String, bool, String)> {
    let registers = catalogue.into_iter().flat_map(|c| c.registers.keys()).flat_map(|name| [name.clone(), history_of(name)]);
    let tables = GUARDED.iter().map(|t| (*t).to_owned()).chain(registers);
    let mut bare = Vec::new();
    let mut count = conn
        .prepare("SELECT count(*) FROM sqlite_master WHERE type = 'trigger' AND tbl_name = ?1 AND name GLOB 'meydan_guard_*'")
        .map_err(failure)?;
    for table in tables {
        let there: i64 = count.query_row([&table], |r| r.get(0)).map_err(failure)?;
        if there != GUARDS {
            bare.push(table);
        }
    }
    let detail = if bare.is_empty() { "all tables are guarded".to_owned() } else { bare.join(", ") };
    Ok(("guards".to_owned(), bare.is_empty(), detail))
}

fn gapless(conn: &Connection) -> Result<(String, bool, String)> {
    let entries = number(conn, "SELECT count(*) FROM meydan_log")?;
    let head = number(conn, "SELECT coalesce(max(position), -1) + 1 FROM meydan_log")?;
    Ok(("log without gaps".to_owned(), entries == head, format!("{entries} entries, head {head}")))
}
