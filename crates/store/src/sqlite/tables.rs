//! The tables of one register: current records, history, R-tree, indexes, and their listing in the GeoPackage.

use super::{
    names::{ended_index, rtree},
    schema::guard,
};
use crate::sql::names::{history_of, quoted};
use meydan_geo::GeometryType;
use meydan_kernel::{Field, FieldKind, Register};
use rusqlite::{Connection, params};

/// The column type of a field: GeoPackage's types, so that GIS programs read dates as dates.
pub(super) fn column_type(field: &Field) -> String {
    match &field.kind {
        FieldKind::Text => field.max_length.map_or("TEXT".to_owned(), |n| format!("TEXT({n})")),
        FieldKind::Code { .. } | FieldKind::Reference { .. } => "TEXT".to_owned(),
        FieldKind::Integer | FieldKind::Money => "INTEGER".to_owned(),
        FieldKind::Real => "REAL".to_owned(),
        FieldKind::Boolean => "BOOLEAN".to_owned(),
        FieldKind::Date => "DATE".to_owned(),
        FieldKind::Timestamp => "DATETIME".to_owned(),
    }
}

fn geometry_word(kind: GeometryType) -> &'static str {
    match kind {
        GeometryType::Point => "POINT",
        GeometryType::LineString => "LINESTRING",
        GeometryType::Polygon => "POLYGON",
        GeometryType::MultiPoint => "MULTIPOINT",
        GeometryType::MultiLineString => "MULTILINESTRING",
        GeometryType::MultiPolygon => "MULTIPOLYGON",
        GeometryType::GeometryCollection => "GEOMETRYCOLLECTION",
    }
}

/// `CREATE TABLE` of the current records under any name. The geometry stands last: reading a field never walks over it.
pub(super) fn current_table(register: &Register, name: &str) -> String {
    let mut columns = vec![
        "fid INTEGER PRIMARY KEY NOT NULL".to_owned(),
        "id TEXT NOT NULL".to_owned(),
        "version INTEGER NOT NULL".to_owned(),
        // Not DATETIME: GeoPackage's has milliseconds, and GDAL warns of more.
        "recorded_at TEXT NOT NULL".to_owned(),
    ];
    columns.extend(register.fields.iter().map(|f| format!("{} {}", quoted(&f.name), column_type(f))));
    columns.extend(register.geometry.as_ref().map(|g| format!("geom {}", geometry_word(g.kind))));
    format!("CREATE TABLE {} ({})", quoted(name), columns.join(", "))
}

/// `CREATE TABLE` of the versions that are no longer current. Columns have no type, so that a value stays what it was when
/// a field's type is widened later; `deleted` is 1 where the version was ended by a deletion.
fn history_table(register: &Register) -> String {
    let mut columns: Vec<String> =
        ["fid", "id", "version", "recorded_at", "recorded_to", "deleted"].map(|c| format!("{c} NOT NULL")).to_vec();
    columns.extend(register.fields.iter().map(|f| quoted(&f.name)));
    columns.extend(register.geometry.as_ref().map(|_| "geom".to_owned()));
    format!("CREATE TABLE {} ({})", quoted(&history_of(&register.name)), columns.join(", "))
}

/// Makes all tables of a register, and lists it.
pub(super) fn create(conn: &Connection, register: &Register) -> rusqlite::Result<()> {
    let table = &register.name;
    conn.execute_batch(&current_table(register, table))?;
    conn.execute_batch(&history_table(register))?;
    finish_history(conn, table)?;
    conn.execute(
        "INSERT INTO gpkg_contents (table_name, data_type, identifier, description, srs_id) VALUES (?1, ?2, ?1, ?3, ?4)",
        params![
            table,
            if register.geometry.is_some() { "features" } else { "attributes" },
            register.title.tr,
            register.geometry.as_ref().map(|_| super::blob::SRS_ID)
        ],
    )?;
    complete(conn, register)
}

/// Indexes and guards of a history table.
pub(super) fn finish_history(conn: &Connection, register: &str) -> rusqlite::Result<()> {
    let history = history_of(register);
    conn.execute_batch(&format!(
        "CREATE UNIQUE INDEX {} ON {h} (fid, version); CREATE INDEX {} ON {h} (recorded_to);",
        quoted(&format!("meydan_{history}_version")),
        quoted(&ended_index(register)),
        h = quoted(&history)
    ))?;
    conn.execute_batch(&guard(&history))
}

/// Indexes, guards, R-tree: what stands on a table whose columns are there.
pub(super) fn complete(conn: &Connection, register: &Register) -> rusqlite::Result<()> {
    index(conn, register)?;
    conn.execute_batch(&guard(&register.name))?;
    add_geometry(conn, register)
}

/// Lists the geometry column and makes its R-tree, empty.
pub(super) fn add_geometry(conn: &Connection, register: &Register) -> rusqlite::Result<()> {
    let Some(geometry) = &register.geometry else { return Ok(()) };
    conn.execute(
        "INSERT INTO gpkg_geometry_columns VALUES (?1, 'geom', ?2, ?3, 0, 0)",
        params![register.name, geometry_word(geometry.kind), super::blob::SRS_ID],
    )?;
    conn.execute(
        "INSERT INTO gpkg_extensions VALUES (?1, 'geom', 'gpkg_rtree_index', \
         'http://www.geopackage.org/spec140/#extension_rtree', 'write-only')",
        [&register.name],
    )?;
    conn.execute_batch(&format!(
        "CREATE VIRTUAL TABLE {} USING rtree(id, minx, maxx, miny, maxy)",
        quoted(&rtree(&register.name))
    ))
}

/// The indexes that a register needs: id, key, unique and indexed fields, references (a deletion looks for its referrers).
pub(super) fn index(conn: &Connection, register: &Register) -> rusqlite::Result<()> {
    let table = quoted(&register.name);
    let name = |what: &str| quoted(&format!("meydan_{}_{what}", register.name));
    conn.execute_batch(&format!("CREATE UNIQUE INDEX {} ON {table} (id)", name("id")))?;
    let single_key = if let [only] = register.key.as_slice() { Some(only.as_str()) } else { None };
    if !register.key.is_empty() {
        let columns: Vec<String> = register.key.iter().map(|k| quoted(k)).collect();
        conn.execute_batch(&format!("CREATE UNIQUE INDEX {} ON {table} ({})", name("key"), columns.join(", ")))?;
    }
    for field in &register.fields {
        if single_key == Some(field.name.as_str()) {
            continue;
        }
        let wanted = field.unique || field.indexed || matches!(field.kind, FieldKind::Reference { .. });
        if wanted {
            let unique = if field.unique { "UNIQUE " } else { "" };
            let index = name(&format!("by_{}", field.name));
            conn.execute_batch(&format!("CREATE {unique}INDEX {index} ON {table} ({})", indexed(field)))?;
        }
    }
    register.indexes.iter().try_for_each(|fields| conn.execute_batch(&index_of_several(register, fields)))
}

/// What of a field stands in an index: the expression that questions compare and sort by.
fn indexed(field: &Field) -> String {
    match field.kind {
        FieldKind::Timestamp => format!("rtrim({}, 'Z')", quoted(&field.name)),
        _ => quoted(&field.name),
    }
}

/// `CREATE INDEX` of several fields together; the row's fid stands behind them by itself.
pub(super) fn index_of_several(register: &Register, fields: &[String]) -> String {
    // No field's name has a hyphen: two lists of fields never make the same name.
    let name = quoted(&format!("meydan_{}_on_{}", register.name, fields.join("-")));
    let columns: Vec<String> = fields.iter().filter_map(|f| register.field(f)).map(indexed).collect();
    format!("CREATE INDEX {name} ON {} ({})", quoted(&register.name), columns.join(", "))
}

/// Drops all indexes of a table.
pub(super) fn drop_indexes(conn: &Connection, table: &str) -> rusqlite::Result<()> {
    drop_all(conn, "index", table)
}

/// Drops the triggers that refuse foreign writers.
pub(super) fn drop_guards(conn: &Connection, table: &str) -> rusqlite::Result<()> {
    drop_all(conn, "trigger", table)
}

fn drop_all(conn: &Connection, kind: &str, table: &str) -> rusqlite::Result<()> {
    let mut find = conn.prepare("SELECT name FROM sqlite_master WHERE type = ?1 AND tbl_name = ?2 AND sql IS NOT NULL")?;
    let names: Vec<String> = find.query_map([kind, table], |r| r.get(0))?.collect::<Result<_, _>>()?;
    names.iter().try_for_each(|n| conn.execute_batch(&format!("DROP {kind} {}", quoted(n))))
}

/// GeoPackage's word for the register's geometry type.
pub(super) fn geometry_word_of(register: &Register) -> &'static str {
    register.geometry.as_ref().map_or("GEOMETRY", |g| geometry_word(g.kind))
}
