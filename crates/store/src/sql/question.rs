//! The parts of a `SELECT` that a query asks for: conditions, order, page.

use super::{
    dialect::{Dialect, Param, bind},
    filter::compile,
    names::quoted,
    pinned,
};
use meydan_geo::Bbox;
use meydan_kernel::{
    Query, Value,
    cql2::{Expr, Relation},
};

/// Conditions on one row, to be joined by AND: boxes, ids, filter. Neither the instant nor the cursor is in them.
pub fn conditions<D: Dialect + ?Sized>(dialect: &D, query: &Query, params: &mut Vec<Param>) -> Vec<String> {
    let mut out = Vec::new();
    if !query.bbox.is_empty() {
        out.push(boxes(dialect, query, &query.bbox, params));
    }
    if let Some(ids) = &query.ids {
        let placeholder = bind(dialect, params, Param::Ids(ids.clone()));
        out.push(dialect.id_among(&placeholder));
    }
    if let Some(filter) = &query.filter {
        // A geometry that must be met lets the spatial index do the first cut; inside of OR or NOT it could not.
        for geometry in required_geometries(filter) {
            match geometry.bbox() {
                Some(bbox) => out.push(boxes(dialect, query, &[bbox], params)),
                None => out.push("FALSE".to_owned()),
            }
        }
        out.push(compile(dialect, &query.register, filter, params));
    }
    out
}

/// The statement that finds what [`meydan_kernel::Store::misplaced`] speaks of, in a register's two tables; `limit` is a
/// placeholder.
pub fn misplaced(now: &str, past: &str, limit: &str) -> String {
    // Nothing comes after a current version. After one that was deleted nothing comes but erasures, and those come after nothing
    // else. Any other ends where the next one begins.
    format!(
        "SELECT fid, version FROM (\
         SELECT fid, version, recorded_to, last, lead(recorded_at) OVER following AS next, lead(after_end) OVER following AS erasure \
         FROM (SELECT fid, version, recorded_at, recorded_to, deleted AS last, recorded_to < recorded_at AS after_end FROM {past} \
         UNION ALL SELECT fid, version, recorded_at, NULL, TRUE, FALSE FROM {now}) AS versions \
         WINDOW following AS (PARTITION BY fid ORDER BY version)) AS chained \
         WHERE CASE WHEN recorded_to IS NULL THEN next IS NOT NULL WHEN last THEN next IS NOT NULL AND NOT erasure \
         ELSE next IS NULL OR erasure OR next <> recorded_to END \
         ORDER BY fid, version LIMIT {limit}"
    )
}

fn boxes<D: Dialect + ?Sized>(dialect: &D, query: &Query, boxes: &[Bbox], params: &mut Vec<Param>) -> String {
    if query.register.geometry.is_none() {
        return "FALSE".to_owned();
    }
    let parts: Vec<String> = boxes.iter().map(|b| dialect.touches(&query.register, b, params)).collect();
    format!("({})", parts.join(" OR "))
}

/// Geometries that a record must intersect for the filter to be true; all relations of [`Expr::Related`] ask for that.
fn required_geometries(filter: &Expr) -> Vec<&meydan_geo::Wkb> {
    match filter {
        Expr::Intersects(geometry) => vec![geometry],
        Expr::Related(relation, Some(geometry)) if *relation != Relation::Disjoint => vec![geometry],
        Expr::And(parts) => parts.iter().flat_map(required_geometries).collect(),
        _ => Vec::new(),
    }
}

/// The condition for what comes after the query's cursor, if it has one. Empty values stand last in both directions; ties
/// go by fid in the direction of the order.
pub fn after<D: Dialect + ?Sized>(dialect: &D, query: &Query, params: &mut Vec<Param>) -> Option<String> {
    let cursor = query.after.as_ref()?;
    let field = query.sort.as_ref().and_then(|s| query.register.fields.get(s.field));
    let (Some(sort), Some(field)) = (&query.sort, field) else {
        return Some(format!("fid > {}", bind(dialect, params, Param::Value(Value::Int(cursor.fid)))));
    };
    let sign = if sort.descending { "<" } else { ">" };
    let column = quoted(&field.name);
    match cursor.value.as_ref().filter(|v| !v.is_null()) {
        None => {
            let fid = bind(dialect, params, Param::Value(Value::Int(cursor.fid)));
            Some(format!("({} IS NULL AND fid {sign} {fid})", dialect.sort_key(field)))
        }
        Some(value) => {
            let key = dialect.sort_key(field);
            let value = bind(dialect, params, Param::Value(value.clone()));
            let value = dialect.sort_value(field, &value);
            let fid = bind(dialect, params, Param::Value(Value::Int(cursor.fid)));
            let split = dialect.after_value(&key, sign, &value, &fid);
            split.or_else(|| {
                Some(format!("({key} {sign} {value} OR ({key} = {value} AND fid {sign} {fid}) OR {column} IS NULL)"))
            })
        }
    }
}

/// `ORDER BY …` for the query.
pub fn order_by<D: Dialect + ?Sized>(dialect: &D, query: &Query) -> String {
    let field = query.sort.as_ref().and_then(|s| query.register.fields.get(s.field));
    match (&query.sort, field) {
        (Some(sort), Some(field)) => {
            let key = dialect.sort_key(field);
            let direction = if sort.descending { "DESC" } else { "ASC" };
            let empty = match pinned::before_sort(query).filter(|_| dialect.names_empty_columns()) {
                Some(fields) => fields.iter().filter(|(_, empty)| *empty).map(|(name, _)| quoted(name) + ", ").collect(),
                None => String::new(),
            };
            format!("ORDER BY {empty}{key} {direction} NULLS LAST, fid {direction}")
        }
        _ => "ORDER BY fid".to_owned(),
    }
}

/// ` LIMIT … OFFSET …` for the query; empty if it asks for all.
pub fn page<D: Dialect + ?Sized>(dialect: &D, query: &Query, params: &mut Vec<Param>) -> String {
    let number = |n: u64| Param::Value(Value::Int(i64::try_from(n).unwrap_or(i64::MAX)));
    // SQLite knows no OFFSET without a LIMIT; the largest number is none.
    let limit = match query.limit {
        None if query.offset == 0 => return String::new(),
        None => bind(dialect, params, number(u64::MAX)),
        Some(limit) => bind(dialect, params, number(limit as u64)),
    };
    if query.offset == 0 {
        return format!(" LIMIT {limit}");
    }
    format!(" LIMIT {limit} OFFSET {}", bind(dialect, params, number(query.offset)))
}
