//! What a GeoPackage says of itself: layers, geometry columns, tables. Every name goes quoted into SQL.

use crate::{Crs, Error, Layer, Result, crs};
use rusqlite::{Connection, OpenFlags, limits::Limit};
use std::path::Path;

/// Limit: bytes of one value.
const MAX_VALUE_BYTES: i32 = 128 << 20;

pub(super) fn connect(path: &Path) -> Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_URI | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    // A write-ahead log that was not folded in holds data: only without one may the file be taken as it stands.
    let mut log = path.as_os_str().to_owned();
    log.push("-wal");
    let log_bytes = std::fs::metadata(Path::new(&log)).map_or(0, |m| m.len());
    let immutable = if log_bytes == 0 { "&immutable=1" } else { "" };
    let uri = format!("file:{}?mode=ro{immutable}", percent(&path.display().to_string()));
    let connection = Connection::open_with_flags(uri, flags).map_err(damaged)?;
    connection.set_limit(Limit::SQLITE_LIMIT_LENGTH, MAX_VALUE_BYTES).map_err(damaged)?;
    connection
        .execute_batch("PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON; PRAGMA cache_size = -8000;")
        .map_err(damaged)?;
    Ok(connection)
}

/// A path as the path of a URI.
fn percent(path: &str) -> String {
    path.replace('%', "%25").replace('?', "%3f").replace('#', "%23")
}

pub(super) fn quote(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

pub(super) fn damaged(error: rusqlite::Error) -> Error {
    let not_one = matches!(error.sqlite_error_code(), Some(rusqlite::ErrorCode::NotADatabase));
    if not_one {
        return not_geopackage();
    }
    Error::file(
        "damaged-database",
        format!("GeoPackage dosyası bozuk ya da yarım: {error}"),
        format!("The GeoPackage file is damaged or cut off: {error}"),
    )
}

fn not_geopackage() -> Error {
    Error::file(
        "not-geopackage",
        "Dosya bir GeoPackage değil (gpkg_contents çizelgesi yok).",
        "The file is not a GeoPackage (it has no table gpkg_contents).",
    )
}

pub(super) fn layers(connection: &Connection) -> Result<Vec<Layer>> {
    let found: i64 = connection
        .query_row("SELECT count(*) FROM sqlite_master WHERE name IN ('gpkg_contents', 'gpkg_spatial_ref_sys')", [], |r| {
            r.get(0)
        })
        .map_err(damaged)?;
    if found < 2 {
        return Err(not_geopackage());
    }
    let mut statement = connection
        .prepare("SELECT table_name FROM gpkg_contents WHERE data_type IN ('features', 'attributes') ORDER BY rowid")
        .map_err(damaged)?;
    let names = statement.query_map([], |r| r.get::<_, String>(0)).map_err(damaged)?;
    names
        .map(|name| {
            let name = name.map_err(damaged)?;
            let count = connection
                .query_row(&format!("SELECT count(*) FROM {}", quote(&name)), [], |r| r.get::<_, i64>(0))
                .ok()
                .and_then(|n| u64::try_from(n).ok());
            Ok(Layer { name, count })
        })
        .collect()
}

pub(super) fn geometry_column(connection: &Connection, layer: &str) -> Result<(Option<String>, Crs)> {
    let has: i64 = connection
        .query_row("SELECT count(*) FROM sqlite_master WHERE name = 'gpkg_geometry_columns'", [], |r| r.get(0))
        .map_err(damaged)?;
    if has == 0 {
        return Ok((None, Crs::Unknown));
    }
    let found = connection.query_row(
        "SELECT g.column_name, s.organization, s.organization_coordsys_id, s.definition, g.srs_id \
         FROM gpkg_geometry_columns g LEFT JOIN gpkg_spatial_ref_sys s ON s.srs_id = g.srs_id WHERE g.table_name = ?1",
        [layer],
        |r| {
            let text = |at| r.get::<_, Option<String>>(at);
            Ok((text(0)?, text(1)?, r.get::<_, Option<i64>>(2)?, text(3)?, r.get::<_, i64>(4)?))
        },
    );
    let (column, organization, code, definition, srs) = match found {
        Ok(found) => found,
        Err(rusqlite::Error::QueryReturnedNoRows) => return Ok((None, Crs::Unknown)),
        Err(e) => return Err(damaged(e)),
    };
    let by_register = organization
        .filter(|o| o.eq_ignore_ascii_case("EPSG"))
        .and(code)
        .and_then(|c| u32::try_from(c).ok())
        .filter(|c| *c > 0)
        .map(Crs::Epsg);
    let crs = match by_register {
        Some(crs) => crs,
        None if srs <= 0 => Crs::Unknown,
        None => definition.map_or(Crs::Unknown, |d| crs::from_wkt(&d)),
    };
    Ok((column, crs))
}

/// The table of a layer.
pub(super) struct Table {
    /// Names and declared types.
    pub(super) columns: Vec<(String, String)>,
    /// The integer primary key.
    pub(super) key: Option<String>,
}

pub(super) fn table(connection: &Connection, name: &str) -> Result<Table> {
    let mut statement = connection.prepare(&format!("PRAGMA table_info({})", quote(name))).map_err(damaged)?;
    let rows = statement
        .query_map([], |r| Ok((r.get::<_, String>(1)?, r.get::<_, Option<String>>(2)?, r.get::<_, i64>(5)?)))
        .map_err(damaged)?;
    let (mut columns, mut keys) = (Vec::new(), Vec::new());
    for row in rows {
        let (name, declared, place) = row.map_err(damaged)?;
        let declared = declared.unwrap_or_default();
        if place > 0 {
            keys.push((name.clone(), declared.to_ascii_uppercase().contains("INT")));
        }
        columns.push((name, declared));
    }
    if columns.is_empty() {
        return Err(Error::file(
            "no-such-layer",
            format!("“{name}” katmanının çizelgesi dosyada yok."),
            format!("The table of the layer “{name}” is not in the file."),
        ));
    }
    let key = match keys.as_slice() {
        [(key, true)] => Some(key.clone()),
        // A view has no key of its own; the standard asks for an integer as its first column.
        _ => None,
    };
    let is_view: i64 = connection
        .query_row("SELECT count(*) FROM sqlite_master WHERE name = ?1 AND type = 'view'", [name], |r| r.get(0))
        .map_err(damaged)?;
    let key = if is_view > 0 { columns.first().map(|(n, _)| n.clone()) } else { key };
    Ok(Table { columns, key })
}
