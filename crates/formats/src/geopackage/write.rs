//! The GeoPackage writer: version 1.4, R-tree index with its triggers, so that QGIS may edit the file.

use super::blob;
use crate::{
    Error, Layout, Result, crs,
    geojson::is_multi_of,
    names,
    writer::{Kind, OutColumn},
};
use meydan_geo::{
    Bbox, GeometryType,
    feature::{Feature, Scalar},
};
use rusqlite::{Connection, ToSql, params, types::ToSqlOutput};
use std::path::Path;

/// `GPKG`.
const APPLICATION_ID: i64 = 0x4750_4B47;
/// Version 1.4.0.
const USER_VERSION: i64 = 10_400;
/// Limit: bytes of a column's name.
const MAX_NAME_BYTES: usize = 120;

/// Writes a GeoPackage with one layer.
pub struct Writer {
    connection: Connection,
    layer: String,
    geometry: Option<(GeometryType, String)>,
    fid: String,
    srs: i32,
    insert: String,
    index: String,
    extent: Bbox,
    rows: i64,
}

impl Writer {
    /// Makes a new file; one that is there must be empty.
    ///
    /// # Errors
    /// `bad-layer-name`, `unsupported-crs`; those of the disk.
    pub fn create(path: &Path, layout: Layout) -> Result<Self> {
        if layout.layer.is_empty() || layout.layer.to_lowercase().starts_with("gpkg_") || layout.layer.contains('\0') {
            return Err(Error::file("bad-layer-name", "Katman adı kullanılamaz.", "The layer's name can't be used."));
        }
        let connection = Connection::open(path).map_err(failed)?;
        // A new file of our own: if it is not finished it is thrown away, so no journal is kept.
        connection
            .execute_batch("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -16000;")
            .map_err(failed)?;
        connection.pragma_update(None, "application_id", APPLICATION_ID).map_err(failed)?;
        connection.pragma_update(None, "user_version", USER_VERSION).map_err(failed)?;
        connection.execute_batch(include_str!("tables.sql")).map_err(failed)?;
        connection.execute_batch("BEGIN").map_err(failed)?;
        let srs = spatial_reference(&connection, &layout)?;
        let names: Vec<String> =
            names::unique(layout.columns.iter().map(|c| c.name.clone()), &["fid_", "geom_"], MAX_NAME_BYTES);
        let free = |wanted: &str| {
            let taken = names.iter().any(|n| n.eq_ignore_ascii_case(wanted));
            if taken { format!("{wanted}_") } else { wanted.to_owned() }
        };
        let (fid, geom) = (free("fid"), free("geom"));
        let geometry = layout.geometry.map(|kind| (kind, geom));
        make_table(&connection, &layout, &names, &fid, geometry.as_ref(), srs)?;
        let table = quote(&layout.layer);
        let mut into: Vec<String> = names.iter().map(|n| quote(n)).collect();
        into.extend(geometry.iter().map(|(_, g)| quote(g)));
        into.push(quote(&fid));
        let marks: Vec<String> = (1..=into.len()).map(|n| format!("?{n}")).collect();
        Ok(Self {
            insert: format!("INSERT INTO {table} ({}) VALUES ({})", into.join(", "), marks.join(", ")),
            index: geometry
                .as_ref()
                .map(|(_, g)| {
                    format!("INSERT INTO {} VALUES (?1, ?2, ?3, ?4, ?5)", quote(&format!("rtree_{}_{g}", layout.layer)))
                })
                .unwrap_or_default(),
            connection,
            layer: layout.layer,
            geometry,
            fid,
            srs,
            extent: Bbox::EMPTY,
            rows: 0,
        })
    }

    fn end(&mut self) -> Result<()> {
        if let Some((_, geometry)) = &self.geometry {
            self.connection.execute_batch(&triggers(&self.layer, geometry, &self.fid)).map_err(failed)?;
        }
        let box_of = |v: f64| (!self.extent.is_empty()).then_some(v);
        let e = self.extent;
        self.connection
            .execute(
                "UPDATE gpkg_contents SET min_x = ?1, min_y = ?2, max_x = ?3, max_y = ?4",
                params![box_of(e.min_x), box_of(e.min_y), box_of(e.max_x), box_of(e.max_y)],
            )
            .map_err(failed)?;
        self.connection.execute_batch("COMMIT; PRAGMA synchronous = FULL;").map_err(failed)
    }
}

impl crate::Writer for Writer {
    fn write(&mut self, feature: &Feature) -> Result<()> {
        self.rows += 1;
        let fid = self.rows;
        let mut values: Vec<Cell<'_>> = feature.values.iter().map(Cell::Scalar).collect();
        let mut bbox = None;
        if let Some((kind, _)) = &self.geometry {
            let blob = feature.geometry.as_ref().map(|g| {
                bbox = g.bbox();
                let g = if is_multi_of(*kind, g.geometry_type()) { g.to_multi() } else { g.clone() };
                blob::write(&g, bbox, self.srs)
            });
            values.push(Cell::Blob(blob));
        }
        values.push(Cell::Int(fid));
        let mut insert = self.connection.prepare_cached(&self.insert).map_err(failed)?;
        insert.execute(rusqlite::params_from_iter(values)).map_err(failed)?;
        if let Some(b) = bbox {
            let mut index = self.connection.prepare_cached(&self.index).map_err(failed)?;
            index.execute(params![fid, b.min_x, b.max_x, b.min_y, b.max_y]).map_err(failed)?;
            self.extent = self.extent.union(&b);
        }
        Ok(())
    }

    fn finish(mut self: Box<Self>) -> Result<()> {
        self.end()?;
        self.connection.close().map_err(|(_, e)| failed(e))
    }
}

enum Cell<'a> {
    Scalar(&'a Scalar),
    Blob(Option<Vec<u8>>),
    Int(i64),
}

impl ToSql for Cell<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(match self {
            Self::Scalar(Scalar::Null) | Self::Blob(None) => ToSqlOutput::from(rusqlite::types::Null),
            Self::Scalar(Scalar::Bool(b)) => ToSqlOutput::from(*b),
            Self::Scalar(Scalar::Int(i)) | Self::Int(i) => ToSqlOutput::from(*i),
            Self::Scalar(Scalar::Real(r)) => ToSqlOutput::from(*r),
            Self::Scalar(Scalar::Text(t)) => ToSqlOutput::from(t.as_str()),
            Self::Scalar(Scalar::Date(d)) => ToSqlOutput::from(d.to_string()),
            // The standard asks for exactly three digits of a second.
            Self::Scalar(Scalar::Timestamp(t)) => ToSqlOutput::from(t.strftime("%Y-%m-%dT%H:%M:%S%.3fZ").to_string()),
            Self::Blob(Some(b)) => ToSqlOutput::from(b.as_slice()),
        })
    }
}

fn failed(error: rusqlite::Error) -> Error {
    Error::file("write-failed", format!("GeoPackage yazılamadı: {error}"), format!("The GeoPackage can't be written: {error}"))
}

fn quote(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

fn spatial_reference(connection: &Connection, layout: &Layout) -> Result<i32> {
    let Some(code) = layout.crs.epsg() else { return Ok(0) };
    let definition = crs::to_wkt(code).ok_or_else(|| {
        Error::file(
            "unsupported-crs",
            format!("EPSG:{code} koordinat sistemi yazılamıyor."),
            format!("The coordinate system EPSG:{code} can't be written."),
        )
    })?;
    connection
        .execute(
            "INSERT OR IGNORE INTO gpkg_spatial_ref_sys VALUES (?1, ?2, 'EPSG', ?2, ?3, NULL)",
            params![format!("EPSG:{code}"), code, definition],
        )
        .map_err(failed)?;
    i32::try_from(code).map_err(|_| Error::file("unsupported-crs", "EPSG kodu çok büyük.", "The EPSG code is too large."))
}

fn sql_type(column: &OutColumn) -> &'static str {
    match column.kind {
        Kind::Bool => "BOOLEAN",
        Kind::Int => "INTEGER",
        Kind::Real => "REAL",
        Kind::Text => "TEXT",
        Kind::Date => "DATE",
        Kind::Timestamp => "DATETIME",
    }
}

fn type_name(kind: GeometryType) -> &'static str {
    match kind {
        GeometryType::Point => "POINT",
        GeometryType::LineString => "LINESTRING",
        GeometryType::Polygon => "POLYGON",
        GeometryType::MultiPoint => "MULTIPOINT",
        GeometryType::MultiLineString => "MULTILINESTRING",
        GeometryType::MultiPolygon => "MULTIPOLYGON",
        GeometryType::GeometryCollection => "GEOMETRY",
    }
}

fn make_table(
    connection: &Connection,
    layout: &Layout,
    names: &[String],
    fid: &str,
    geometry: Option<&(GeometryType, String)>,
    srs: i32,
) -> Result<()> {
    let layer = &layout.layer;
    let mut columns = vec![format!("{} INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL", quote(fid))];
    columns.extend(geometry.map(|(kind, name)| format!("{} {}", quote(name), type_name(*kind))));
    columns.extend(names.iter().zip(&layout.columns).map(|(name, c)| format!("{} {}", quote(name), sql_type(c))));
    connection.execute_batch(&format!("CREATE TABLE {} ({})", quote(layer), columns.join(", "))).map_err(failed)?;
    let kind = if geometry.is_some() { "features" } else { "attributes" };
    let contents_srs = geometry.map(|_| srs);
    connection
        .execute(
            "INSERT INTO gpkg_contents (table_name, data_type, identifier, srs_id) VALUES (?1, ?2, ?1, ?3)",
            params![layer, kind, contents_srs],
        )
        .map_err(failed)?;
    let Some((kind, name)) = geometry else { return Ok(()) };
    connection
        .execute("INSERT INTO gpkg_geometry_columns VALUES (?1, ?2, ?3, ?4, 0, 0)", params![layer, name, type_name(*kind), srs])
        .map_err(failed)?;
    connection
        .execute(
            "INSERT INTO gpkg_extensions VALUES (?1, ?2, 'gpkg_rtree_index', 'http://www.geopackage.org/spec140/#extension_rtree', 'write-only')",
            params![layer, name],
        )
        .map_err(failed)?;
    let tree = quote(&format!("rtree_{layer}_{name}"));
    connection.execute_batch(&format!("CREATE VIRTUAL TABLE {tree} USING rtree(id, minx, maxx, miny, maxy)")).map_err(failed)
}

/// The triggers of GeoPackage 1.4, annex F.3.
fn triggers(layer: &str, geometry: &str, fid: &str) -> String {
    let tree_name = format!("rtree_{layer}_{geometry}");
    let name = |suffix: &str| quote(&format!("{tree_name}_{suffix}"));
    let (t, tree, c, i) = (quote(layer), quote(&tree_name), quote(geometry), quote(fid));
    let new_box = format!("ST_MinX(NEW.{c}), ST_MaxX(NEW.{c}), ST_MinY(NEW.{c}), ST_MaxY(NEW.{c})");
    let new_full = format!("(NEW.{c} NOTNULL AND NOT ST_IsEmpty(NEW.{c}))");
    let new_void = format!("(NEW.{c} ISNULL OR ST_IsEmpty(NEW.{c}))");
    let old_full = format!("(OLD.{c} NOTNULL AND NOT ST_IsEmpty(OLD.{c}))");
    let old_void = format!("(OLD.{c} ISNULL OR ST_IsEmpty(OLD.{c}))");
    let set = format!("minx = ST_MinX(NEW.{c}), maxx = ST_MaxX(NEW.{c}), miny = ST_MinY(NEW.{c}), maxy = ST_MaxY(NEW.{c})");
    [
        format!("CREATE TRIGGER {} AFTER INSERT ON {t} WHEN {new_full} BEGIN INSERT OR REPLACE INTO {tree} VALUES (NEW.{i}, {new_box}); END;", name("insert")),
        format!("CREATE TRIGGER {} AFTER UPDATE OF {c} ON {t} WHEN OLD.{i} = NEW.{i} AND {new_full} AND {old_full} BEGIN UPDATE {tree} SET {set} WHERE id = NEW.{i}; END;", name("update6")),
        format!("CREATE TRIGGER {} AFTER UPDATE OF {c} ON {t} WHEN OLD.{i} = NEW.{i} AND {new_full} AND {old_void} BEGIN INSERT INTO {tree} VALUES (NEW.{i}, {new_box}); END;", name("update7")),
        format!("CREATE TRIGGER {} AFTER UPDATE OF {c} ON {t} WHEN OLD.{i} = NEW.{i} AND {new_void} BEGIN DELETE FROM {tree} WHERE id = OLD.{i}; END;", name("update2")),
        format!("CREATE TRIGGER {} AFTER UPDATE ON {t} WHEN OLD.{i} != NEW.{i} AND {new_full} BEGIN DELETE FROM {tree} WHERE id = OLD.{i}; INSERT OR REPLACE INTO {tree} VALUES (NEW.{i}, {new_box}); END;", name("update5")),
        format!("CREATE TRIGGER {} AFTER UPDATE ON {t} WHEN OLD.{i} != NEW.{i} AND {new_void} BEGIN DELETE FROM {tree} WHERE id IN (OLD.{i}, NEW.{i}); END;", name("update4")),
        format!("CREATE TRIGGER {} AFTER DELETE ON {t} WHEN OLD.{c} NOT NULL BEGIN DELETE FROM {tree} WHERE id = OLD.{i}; END;", name("delete")),
    ]
    .join("\n")
}
