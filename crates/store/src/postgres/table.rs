//! A register's tables: their names, columns, definition and indexes.

use super::{schema, types::column_type};
use crate::sql::names::{history_of, quoted};
use meydan_geo::GeometryType;
use meydan_kernel::{Field, FieldKind, Register};
use tokio_postgres::types::Type;

/// Percent of a page filled by new rows: with room for the next version in the same page, an update that changes no indexed
/// field touches no index.
const FILL: u8 = 90;
/// Column of the geometry.
pub const GEOM: &str = "geom";

/// The bare, quoted name of a register's table.
pub fn current(register: &str) -> String {
    quoted(register)
}

/// The bare, quoted name of the table of a register's past versions.
pub fn history(register: &str) -> String {
    quoted(&history_of(register))
}

/// The columns of one version, in the order in which [`super::rows::record`] reads them.
pub fn columns(register: &Register) -> Vec<String> {
    let head = ["fid", "id", "version", "recorded_at"].map(str::to_owned);
    let fields = register.fields.iter().map(|f| quoted(&f.name));
    let geometry = register.geometry.iter().map(|_| GEOM.to_owned());
    head.into_iter().chain(fields).chain(geometry).collect()
}

/// The SQL type of a field's column.
pub fn sql_type(field: &Field) -> &'static str {
    match column_type(&field.kind) {
        Type::INT8 => "bigint",
        Type::FLOAT8 => "double precision",
        Type::BOOL => "boolean",
        Type::DATE => "date",
        Type::TIMESTAMPTZ => "timestamptz",
        Type::UUID => "uuid",
        _ => "text COLLATE \"C\"",
    }
}

/// The SQL type of a register's geometry.
pub fn geometry_type(kind: GeometryType) -> String {
    let name = match kind {
        GeometryType::Point => "Point",
        GeometryType::LineString => "LineString",
        GeometryType::Polygon => "Polygon",
        GeometryType::MultiPoint => "MultiPoint",
        GeometryType::MultiLineString => "MultiLineString",
        GeometryType::MultiPolygon => "MultiPolygon",
        // Such a register takes any geometry as it is.
        GeometryType::GeometryCollection => "Geometry",
    };
    format!("geometry({name}, {})", super::types::SRID)
}

/// Makes a register's two tables with their guards; indexes are made by [`wanted_indexes`].
pub fn create(register: &Register) -> String {
    let fields: String = register.fields.iter().map(|f| format!(", {} {}", quoted(&f.name), sql_type(f))).collect();
    let geometry = register.geometry.iter().map(|g| format!(", {GEOM} {}", geometry_type(g.kind))).collect::<String>();
    let (now, past) = (current(&register.name), history(&register.name));
    format!(
        "CREATE TABLE meydan.{now} (fid bigint PRIMARY KEY, id uuid NOT NULL UNIQUE, version bigint NOT NULL, \
         recorded_at timestamptz NOT NULL{fields}{geometry}) WITH (fillfactor = {FILL});\n\
         CREATE TABLE meydan.{past} (fid bigint, id uuid NOT NULL, version bigint, recorded_at timestamptz NOT NULL{fields}{geometry}, \
         recorded_to timestamptz NOT NULL, deleted boolean NOT NULL, PRIMARY KEY (fid, version));\n\
         CREATE INDEX ON meydan.{past} (id);\nCREATE INDEX ON meydan.{past} (recorded_to);\n{}{}",
        schema::guard(&now),
        schema::guard(&past),
    )
}

/// An index beyond those of [`create`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Index {
    /// Columns.
    pub columns: Vec<String>,
    /// No two records share a value.
    pub unique: bool,
    /// `btree` or `gist`.
    pub method: &'static str,
    /// The Turkish order of the first column, for lists.
    pub turkish: bool,
}

impl Index {
    fn plain(columns: Vec<String>) -> Self {
        Self { columns, unique: false, method: "btree", turkish: false }
    }

    /// Makes it on the register's table.
    pub fn create(&self, register: &str) -> String {
        let columns: Vec<String> = self.columns.iter().map(|c| quoted(c)).collect();
        let (table, columns) = (current(register), columns.join(", "));
        match (self.unique, self.turkish) {
            // Checked at the commit: two records may swap their keys in one changeset.
            (true, _) => format!("ALTER TABLE meydan.{table} ADD UNIQUE ({columns}) DEFERRABLE INITIALLY DEFERRED;\n"),
            (false, true) => format!("CREATE INDEX ON meydan.{table} ({columns} COLLATE \"tr-x-icu\", fid);\n"),
            (false, false) => format!("CREATE INDEX ON meydan.{table} USING {} ({columns});\n", self.method),
        }
    }
}

/// A register's unique keys as indexes of their fields: single fields, and the key by which deliveries are reconciled.
pub fn unique_keys(register: &Register) -> Vec<Vec<usize>> {
    let singles = register.fields.iter().enumerate().filter(|(_, f)| f.unique).map(|(i, _)| vec![i]);
    let mut out: Vec<Vec<usize>> = singles.collect();
    let key = register.key_indexes();
    if !key.is_empty() && key.len() == register.key.len() && !out.contains(&key) {
        out.push(key);
    }
    out
}

/// The indexes that a register wants.
pub fn wanted_indexes(register: &Register) -> Vec<Index> {
    let name = |i: &usize| register.fields.get(*i).map(|f| f.name.clone());
    let mut out: Vec<Index> = unique_keys(register)
        .iter()
        .map(|key| Index { unique: true, ..Index::plain(key.iter().filter_map(name).collect()) })
        .collect();
    if register.geometry.is_some() {
        out.push(Index { method: "gist", ..Index::plain(vec![GEOM.to_owned()]) });
    }
    for field in &register.fields {
        let wanted = field.indexed || matches!(field.kind, FieldKind::Reference { .. });
        let led = out.iter().any(|i| i.method == "btree" && i.columns.first() == Some(&field.name));
        if wanted && !led {
            out.push(Index::plain(vec![field.name.clone()]));
        }
        if field.indexed && field.kind == FieldKind::Text {
            out.push(Index { turkish: true, ..Index::plain(vec![field.name.clone()]) });
        }
    }
    for fields in &register.indexes {
        // With the fid behind them they have the whole order of a page.
        out.push(Index::plain(fields.iter().cloned().chain(["fid".to_owned()]).collect()));
    }
    out
}
