//! The test data set of CQL2 (OGC 21-065r2, annex A): its predicates, with the numbers that the standard gives, in memory and in
//! the store.

use super::{
    House,
    city::{bring, field, insert, register, surveyor},
    collect,
};
use meydan_geo::{GeometryType, gpkg};
use meydan_kernel::{Catalogue, Changeset, Field, FieldKind, Query, Value, cql2};
use rusqlite::{Connection, OpenFlags, types::ValueRef};
use std::{path::PathBuf, sync::Arc};
use uuid::Uuid;

/// Rows of the table.
const PREDICATES: usize = 198;

const LAYERS: [(&str, GeometryType); 3] = [
    ("ne_110m_admin_0_countries", GeometryType::MultiPolygon),
    ("ne_110m_populated_places_simple", GeometryType::Point),
    ("ne_110m_rivers_lake_centerlines", GeometryType::LineString),
];

fn shared(file: &str) -> PathBuf {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/10-cql2").join(file);
    assert!(path.is_file(), "{} is missing: the data lies beside the checkout", path.display());
    path
}

fn kind(sql: &str) -> FieldKind {
    match sql.split('(').next().unwrap_or(sql) {
        "REAL" | "DOUBLE" | "FLOAT" => FieldKind::Real,
        "INTEGER" | "MEDIUMINT" => FieldKind::Integer,
        "BOOLEAN" => FieldKind::Boolean,
        "DATE" => FieldKind::Date,
        "DATETIME" => FieldKind::Timestamp,
        "TEXT" => FieldKind::Text,
        other => panic!("a column of type {other}"),
    }
}

/// The columns of a layer as fields.
fn fields(data: &Connection, layer: &str) -> Vec<Field> {
    let mut columns = data.prepare(&format!("PRAGMA table_info(\"{layer}\")")).expect("SQL");
    let found = columns.query_map([], |row| Ok((row.get::<_, String>(1)?, row.get::<_, String>(2)?))).expect("columns");
    found
        .map(|c| c.expect("a column"))
        .filter(|(name, _)| name != "fid" && name != "geom")
        .map(|(name, sql)| field(&name.to_lowercase(), kind(&sql)))
        .collect()
}

fn value(kind: &FieldKind, sql: ValueRef<'_>) -> Value {
    let text = || sql.as_str().expect("a text");
    match (kind, sql) {
        (_, ValueRef::Null) => Value::Null,
        (FieldKind::Real, ValueRef::Real(r)) => Value::Real(r),
        (FieldKind::Real, ValueRef::Integer(i)) => Value::Real(i as f64),
        (FieldKind::Integer, ValueRef::Integer(i)) => Value::Int(i),
        (FieldKind::Boolean, ValueRef::Integer(i)) => Value::Bool(i != 0),
        (FieldKind::Date, _) => Value::Date(text().parse().expect("a date")),
        (FieldKind::Timestamp, _) => {
            let text = text().trim_end_matches('Z');
            Value::Timestamp(format!("{text}Z").parse().expect("an instant"))
        }
        _ => Value::Text(text().to_owned()),
    }
}

/// One row of the table: layer, filter, number of matches.
fn predicates() -> Vec<(String, String, u64)> {
    let text = std::fs::read_to_string(shared("cql2-predicates.csv")).expect("a table");
    text.lines().skip(1).map(predicate).collect()
}

fn predicate(line: &str) -> (String, String, u64) {
    let mut cells = Vec::new();
    let (mut cell, mut quoted) = (String::new(), false);
    let mut chars = line.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '"' if quoted && chars.peek() == Some(&'"') => {
                chars.next();
                cell.push('"');
            }
            '"' => quoted = !quoted,
            ',' if !quoted => cells.push(std::mem::take(&mut cell)),
            c => cell.push(c),
        }
    }
    cells.push(cell);
    let [_, test, layer, filter, expected] = cells.try_into().expect("five cells");
    let expected = expected.trim().parse().expect("a number");
    if test != "logical" {
        return (layer, filter, expected);
    }
    // Four predicates, of which the first stands in the layer's place, joined as conformance test “logical” says.
    let all = format!("{layer}|{filter}").replace('\\', "").replace('`', "");
    let p: Vec<&str> = all.split('|').map(str::trim).collect();
    let joined = format!("(NOT ({1}) AND {0}) OR ({2} and {3}) or not ({0} OR {3})", p[0], p[1], p[2], p[3]);
    (LAYERS[1].0.to_owned(), joined, expected)
}

/// All predicates of the standard's table have as many matches as it says.
pub async fn the_standards_predicates_hold(house: &dyn House) {
    let data = Connection::open_with_flags(shared("cql2-ne110m.gpkg"), OpenFlags::SQLITE_OPEN_READ_ONLY).expect("the data");
    let mut catalogue = Catalogue::default();
    for (layer, geometry) in LAYERS {
        let register = register(layer, fields(&data, layer), &[], Some(geometry));
        catalogue.registers.insert(layer.to_owned(), Arc::new(register));
    }
    let store = house.open().await;
    bring(&store, &catalogue, &[]).await.expect("tables");
    for (layer, _) in LAYERS {
        let fields = &catalogue.register(layer).expect("there").fields;
        let changes = {
            let mut rows = data.prepare(&format!("SELECT * FROM \"{layer}\" ORDER BY fid")).expect("SQL");
            let names: Vec<String> = rows.column_names().map(str::to_lowercase).collect();
            let geom = names.iter().position(|n| n == "geom").expect("a geometry");
            let at: Vec<usize> = fields.iter().map(|f| names.iter().position(|n| *n == f.name).expect("a column")).collect();
            let made = rows.query_map([], |row| {
                let values = fields.iter().zip(&at).map(|(f, i)| Ok(value(&f.kind, row.get_ref(*i)?)));
                let values: rusqlite::Result<Vec<Value>> = values.collect();
                let blob = row.get_ref(geom)?.as_blob().expect("a geometry");
                let geometry = gpkg::decode(blob).expect("a geometry").0;
                Ok(insert(layer, Uuid::now_v7(), values?, Some(geometry)))
            });
            made.expect("rows").collect::<rusqlite::Result<Vec<_>>>().expect("rows")
        };
        store.commit(Changeset { id: Uuid::now_v7(), act: surveyor(), changes }).await.expect("the layer is entered");
    }
    let mut records = std::collections::BTreeMap::new();
    for (layer, _) in LAYERS {
        let all = Query::all(Arc::clone(catalogue.register(layer).expect("a layer")));
        records.insert(layer, collect(store.scan(all)).await);
    }
    let mut wrong = Vec::new();
    let table = predicates();
    assert_eq!(table.len(), PREDICATES);
    for (layer, filter, expected) in table {
        let register = Arc::clone(catalogue.register(&layer).expect("a layer"));
        let expr = cql2::parse(&register, &filter).unwrap_or_else(|e| panic!("{filter}: {e}"));
        let text = cql2::to_text(&register, &expr);
        assert_eq!(cql2::parse(&register, &text).as_ref().ok(), Some(&expr), "{filter} came back from {text}");
        let json = cql2::to_json(&register, &expr);
        let back = cql2::parse_json(&register, &json, meydan_geo::Crs::crs84());
        assert_eq!(back.as_ref().ok(), Some(&expr), "{filter} came back from {json}");
        let in_memory = records[layer.as_str()].iter().filter(|r| cql2::holds(&expr, r)).count() as u64;
        let in_store = store.count(&Query { filter: Some(expr), ..Query::all(register) }).await.expect("a count");
        if in_memory != expected || in_store != expected {
            wrong.push(format!("{filter}: {expected} expected, {in_memory} in memory, {in_store} in the store"));
        }
    }
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
}
