//! The tables that every store has besides its registers: GeoPackage's own, and the house's.

use super::failure::failure;
use meydan_kernel::{Error, Kind, Result};
use rusqlite::{Connection, OptionalExtension};

/// "GPKG".
const APPLICATION_ID: i64 = 0x4750_4B47;
/// GeoPackage 1.4.0.
const USER_VERSION: i64 = 10_400;
/// Grows with each change of the house's own tables.
const SCHEMA: i64 = 3;
/// The oldest schema that this program brings up to its own.
const OLDEST: i64 = 1;

const GEOPACKAGE: &str = r#"
CREATE TABLE gpkg_spatial_ref_sys (
  srs_name TEXT NOT NULL, srs_id INTEGER NOT NULL PRIMARY KEY, organization TEXT NOT NULL,
  organization_coordsys_id INTEGER NOT NULL, definition TEXT NOT NULL, description TEXT);
CREATE TABLE gpkg_contents (
  table_name TEXT NOT NULL PRIMARY KEY, data_type TEXT NOT NULL, identifier TEXT UNIQUE, description TEXT DEFAULT '',
  last_change DATETIME NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ','now')),
  min_x DOUBLE, min_y DOUBLE, max_x DOUBLE, max_y DOUBLE, srs_id INTEGER,
  CONSTRAINT fk_gc_r_srs_id FOREIGN KEY (srs_id) REFERENCES gpkg_spatial_ref_sys(srs_id));
CREATE TABLE gpkg_geometry_columns (
  table_name TEXT NOT NULL, column_name TEXT NOT NULL, geometry_type_name TEXT NOT NULL, srs_id INTEGER NOT NULL,
  z TINYINT NOT NULL, m TINYINT NOT NULL,
  CONSTRAINT pk_geom_cols PRIMARY KEY (table_name, column_name),
  CONSTRAINT uk_gc_table_name UNIQUE (table_name),
  CONSTRAINT fk_gc_tn FOREIGN KEY (table_name) REFERENCES gpkg_contents(table_name),
  CONSTRAINT fk_gc_srs FOREIGN KEY (srs_id) REFERENCES gpkg_spatial_ref_sys (srs_id));
CREATE TABLE gpkg_extensions (
  table_name TEXT, column_name TEXT, extension_name TEXT NOT NULL, definition TEXT NOT NULL, scope TEXT NOT NULL,
  CONSTRAINT ge_tce UNIQUE (table_name, column_name, extension_name));
INSERT INTO gpkg_spatial_ref_sys VALUES
 ('Undefined Cartesian SRS', -1, 'NONE', -1, 'undefined', 'undefined Cartesian coordinate reference system'),
 ('Undefined geographic SRS', 0, 'NONE', 0, 'undefined', 'undefined geographic coordinate reference system'),
 ('WGS 84 geodetic', 4326, 'EPSG', 4326, 'GEOGCS["WGS 84",DATUM["WGS_1984",SPHEROID["WGS 84",6378137,298.257223563,AUTHORITY["EPSG","7030"]],AUTHORITY["EPSG","6326"]],PRIMEM["Greenwich",0,AUTHORITY["EPSG","8901"]],UNIT["degree",0.0174532925199433,AUTHORITY["EPSG","9122"]],AXIS["Latitude",NORTH],AXIS["Longitude",EAST],AUTHORITY["EPSG","4326"]]', 'longitude/latitude coordinates in decimal degrees on the WGS 84 spheroid'),
 ('WGS 84 / Pseudo-Mercator', 3857, 'EPSG', 3857, 'PROJCS["WGS 84 / Pseudo-Mercator",GEOGCS["WGS 84",DATUM["WGS_1984",SPHEROID["WGS 84",6378137,298.257223563,AUTHORITY["EPSG","7030"]],AUTHORITY["EPSG","6326"]],PRIMEM["Greenwich",0,AUTHORITY["EPSG","8901"]],UNIT["degree",0.0174532925199433,AUTHORITY["EPSG","9122"]],AUTHORITY["EPSG","4326"]],PROJECTION["Mercator_1SP"],PARAMETER["central_meridian",0],PARAMETER["scale_factor",1],PARAMETER["false_easting",0],PARAMETER["false_northing",0],UNIT["metre",1,AUTHORITY["EPSG","9001"]],AXIS["Easting",EAST],AXIS["Northing",NORTH],EXTENSION["PROJ4","+proj=merc +a=6378137 +b=6378137 +lat_ts=0 +lon_0=0 +x_0=0 +y_0=0 +k=1 +units=m +nadgrids=@null +wktext +no_defs"],AUTHORITY["EPSG","3857"]]', 'web maps');
"#;

const HOUSE: &str = r#"
CREATE TABLE meydan_meta (name TEXT NOT NULL PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE meydan_register (
  number INTEGER PRIMARY KEY, name TEXT UNIQUE, next_fid INTEGER NOT NULL, records INTEGER NOT NULL);
CREATE TABLE meydan_definition (
  register INTEGER NOT NULL, since INTEGER NOT NULL, definition TEXT NOT NULL, PRIMARY KEY (register, since)) WITHOUT ROWID;
CREATE TABLE meydan_changeset (
  number INTEGER PRIMARY KEY, id BLOB NOT NULL UNIQUE, first_position INTEGER NOT NULL, entries INTEGER NOT NULL,
  recorded_at INTEGER NOT NULL, person TEXT NOT NULL, post TEXT NOT NULL, on_behalf_of TEXT, reason TEXT, source TEXT NOT NULL);
CREATE INDEX meydan_changeset_person ON meydan_changeset (person);
CREATE TABLE meydan_log (
  position INTEGER PRIMARY KEY, changeset INTEGER NOT NULL, register INTEGER NOT NULL, fid INTEGER NOT NULL,
  version INTEGER NOT NULL, verb INTEGER NOT NULL, id BLOB NOT NULL, digest BLOB NOT NULL, salt BLOB);
CREATE UNIQUE INDEX meydan_log_version ON meydan_log (register, fid, version);
CREATE INDEX meydan_log_end ON meydan_log (id) WHERE verb = 3;
CREATE TABLE meydan_follower (name TEXT NOT NULL PRIMARY KEY, next INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE meydan_seal (
  size INTEGER PRIMARY KEY, root BLOB NOT NULL, checkpoint TEXT NOT NULL, sealed_at INTEGER NOT NULL, time_stamp BLOB);
CREATE TABLE meydan_tile (level INTEGER NOT NULL, place INTEGER NOT NULL, hashes BLOB NOT NULL, PRIMARY KEY (level, place));
INSERT INTO meydan_meta VALUES ('epoch', '0');
-- The list of changesets is of use to whoever opens the file; and a listed attribute table makes GDAL list only what is listed.
INSERT INTO gpkg_contents (table_name, data_type, identifier, description)
 VALUES ('meydan_changeset', 'attributes', 'meydan_changeset', 'Defter: kim, hangi görevde, ne zaman, niçin');
"#;

/// What schema 2 adds: secrets, and the way to the newest entries of a few registers (the position is the rowid, so that it
/// stands behind the register in the index).
const SECOND: &str = "
CREATE TABLE meydan_secret (
  kind TEXT NOT NULL, key TEXT NOT NULL, owner BLOB, content TEXT NOT NULL, created_at INTEGER NOT NULL, expires_at INTEGER,
  PRIMARY KEY (kind, key)) WITHOUT ROWID;
CREATE INDEX meydan_secret_owner ON meydan_secret (owner, kind);
CREATE INDEX meydan_secret_expiry ON meydan_secret (expires_at);
CREATE INDEX meydan_log_register ON meydan_log (register);
";

/// What schema 3 adds: blobs. The parts have a row number, so that the index by digest holds no bytes.
const THIRD: &str = "
CREATE TABLE meydan_blob (digest BLOB NOT NULL PRIMARY KEY, size INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE meydan_blob_part (
  digest BLOB NOT NULL, number INTEGER NOT NULL, bytes BLOB NOT NULL, PRIMARY KEY (digest, number));
";

/// Tables of the house whose rows nobody else may write.
pub(super) const GUARDED: [&str; 12] = [
    "meydan_meta",
    "meydan_register",
    "meydan_definition",
    "meydan_changeset",
    "meydan_log",
    "meydan_follower",
    "meydan_seal",
    "meydan_tile",
    "meydan_secret",
    "meydan_blob",
    "meydan_blob_part",
    "gpkg_geometry_columns",
];

/// Makes an empty file a store, or checks that the file is one of ours and not newer than this program.
pub(super) fn make_or_check(conn: &mut Connection) -> Result<()> {
    if is_empty(conn)? {
        conn.pragma_update(None, "journal_mode", "WAL").map_err(failure)?;
        make(conn).map_err(failure)?;
        // GDAL reads the application id from the file's first bytes, not through the WAL.
        conn.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(())).map_err(failure)?;
    }
    let ours = number(conn, "PRAGMA application_id")? == APPLICATION_ID && has_table(conn, "meydan_meta")?;
    if !ours {
        return Err(not_ours());
    }
    let schema: Option<String> =
        conn.query_row("SELECT value FROM meydan_meta WHERE name = 'schema'", [], |r| r.get(0)).optional().map_err(failure)?;
    match schema.and_then(|s| s.parse::<i64>().ok()) {
        Some(SCHEMA) => {}
        Some(OLDEST..SCHEMA) => upgrade(conn)?,
        Some(newer) if newer > SCHEMA => return Err(too_new(newer)),
        _ => return Err(not_ours()),
    }
    // A backup or a foreign tool may have left another journal mode behind.
    conn.pragma_update(None, "journal_mode", "WAL").map_err(failure)
}

fn is_empty(conn: &Connection) -> Result<bool> {
    conn.query_row("SELECT count(*) = 0 FROM sqlite_master", [], |r| r.get(0)).map_err(failure)
}

fn make(conn: &mut Connection) -> rusqlite::Result<()> {
    let tx = conn.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
    // Another process may have been first.
    let empty: bool = tx.query_row("SELECT count(*) = 0 FROM sqlite_master", [], |r| r.get(0))?;
    if empty {
        tx.execute_batch(GEOPACKAGE)?;
        tx.execute_batch(HOUSE)?;
        tx.execute_batch(SECOND)?;
        tx.execute_batch(THIRD)?;
        tx.execute("INSERT INTO meydan_meta VALUES ('schema', ?1)", [SCHEMA.to_string()])?;
        for table in GUARDED {
            tx.execute_batch(&guard(table))?;
        }
        tx.pragma_update(None, "application_id", APPLICATION_ID)?;
        tx.pragma_update(None, "user_version", USER_VERSION)?;
    }
    tx.commit()
}

/// Brings a store of an earlier schema to this one, in one transaction.
fn upgrade(conn: &mut Connection) -> Result<()> {
    let tx = conn.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate).map_err(failure)?;
    // Another process may have been first.
    let before = number(&tx, "SELECT CAST(value AS INTEGER) FROM meydan_meta WHERE name = 'schema'")?;
    for (schema, sql, tables) in [(2, SECOND, &["meydan_secret"][..]), (3, THIRD, &["meydan_blob", "meydan_blob_part"])] {
        if before < schema {
            tx.execute_batch(sql).map_err(failure)?;
            tables.iter().try_for_each(|table| tx.execute_batch(&guard(table))).map_err(failure)?;
        }
    }
    if before < SCHEMA {
        tx.execute("UPDATE meydan_meta SET value = ?1 WHERE name = 'schema'", [SCHEMA.to_string()]).map_err(failure)?;
    }
    tx.commit().map_err(failure)
}

/// How many triggers guard a table.
pub(super) const GUARDS: i64 = 3;

/// Triggers that refuse everybody who has triggers on: all but the desk's own connection.
pub(super) fn guard(table: &str) -> String {
    let quoted = crate::sql::names::quoted(table);
    ["INSERT", "UPDATE", "DELETE"]
        .map(|verb| {
            let name = crate::sql::names::quoted(&format!("meydan_guard_{table}_{}", verb.to_lowercase()));
            format!(
                "CREATE TRIGGER {name} BEFORE {verb} ON {quoted} BEGIN SELECT RAISE(ABORT, \
                 'Meydan: bu tablo yalnızca Meydan üzerinden değiştirilebilir (this table is changed through Meydan only)'); END;\n"
            )
        })
        .concat()
}

/// A whole number from a statement without parameters.
pub(super) fn number(conn: &Connection, sql: &str) -> Result<i64> {
    conn.query_row(sql, [], |r| r.get(0)).map_err(failure)
}

fn has_table(conn: &Connection, name: &str) -> Result<bool> {
    conn.query_row("SELECT count(*) > 0 FROM sqlite_master WHERE type = 'table' AND name = ?1", [name], |r| r.get(0))
        .map_err(failure)
}

pub(super) fn not_ours() -> Error {
    Error::new(Kind::Invalid, "not-a-store", "Bu dosya bir Meydan veri deposu değil.", "This file is not a store of Meydan.")
        .hint(
            "Verisini almak istiyorsanız `meydan import` kullanın; yeni depo için olmayan bir dosya adı verin.",
            "To take its data use `meydan import`; for a new store name a file that does not exist.",
        )
}

fn too_new(schema: i64) -> Error {
    Error::new(
        Kind::Unsupported,
        "newer-store",
        format!("Bu veri deposunu daha yeni bir Meydan yazmış (düzen {schema}; bu sürüm {SCHEMA} bilir)."),
        format!("This store was written by a newer Meydan (layout {schema}; this version knows {SCHEMA})."),
    )
    .hint("Meydan'ı güncelleyin.", "Update Meydan.")
}
