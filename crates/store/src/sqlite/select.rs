//! Queries as SQL: one table for now, two (current and history) as of an instant.

use super::{
    dialect::{Boxes, Sqlite},
    instant,
    names::ended_index,
    rows::columns,
};
use crate::sql::{
    Param,
    dialect::bind,
    names::{history_of, quoted},
    question::{after, conditions, order_by, page},
};
use meydan_kernel::{Query, Value};

/// A statement and its parameters.
pub(super) struct Select {
    pub(super) sql: String,
    pub(super) params: Vec<Param>,
}

/// What is asked for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum What {
    /// Records, in order, by page.
    Records,
    /// How many; paging is ignored.
    Count,
}

/// The statement of a query.
pub(super) fn select(query: &Query, what: What, boxes: Boxes) -> Select {
    let mut params = Vec::new();
    let from = source(query, what, boxes, &mut params);
    let all = columns(&query.register);
    let sql = match what {
        What::Count if query.as_of.is_some() => format!("SELECT sum(n) FROM ({from})"),
        What::Count => from,
        What::Records => {
            let order = order_by(&Sqlite(boxes), query);
            let page = page(&Sqlite(boxes), query, &mut params);
            // In fid order SQLite merges the two parts as they come; any other order needs the outer SELECT for its expression.
            if query.as_of.is_some() && query.sort.is_some() {
                format!("SELECT {all} FROM ({from}) {order}{page}")
            } else {
                format!("{from} {order}{page}")
            }
        }
    };
    Select { sql, params }
}

/// `SELECT … FROM … WHERE …` without order and page.
fn source(query: &Query, what: What, boxes: Boxes, params: &mut Vec<Param>) -> String {
    let wanted = match what {
        What::Records => columns(&query.register),
        What::Count => "count(*) AS n".to_owned(),
    };
    let part = |table: &str, boxes: Boxes, mut tests: Vec<String>, params: &mut Vec<Param>| {
        tests.extend(conditions(&Sqlite(boxes), query, params));
        if what == What::Records {
            tests.extend(after(&Sqlite(boxes), query, params));
        }
        let test = if tests.is_empty() { String::new() } else { format!(" WHERE {}", tests.join(" AND ")) };
        format!("SELECT {wanted} FROM {table}{test}")
    };
    let name = &query.register.name;
    let table = quoted(name);
    let Some(at) = query.as_of else { return part(&table, boxes, Vec::new(), params) };
    let at = bind(&Sqlite(boxes), params, Param::Value(Value::Text(instant::to_text(at))));
    let now = part(&table, boxes, vec![format!("recorded_at <= {at}")], params);
    // What was superseded after the instant is what the past costs; left alone, the planner walks the whole history by fid.
    let history = format!("{} INDEXED BY {}", quoted(&history_of(name)), quoted(&ended_index(name)));
    let then = part(&history, Boxes::Rows, vec![format!("recorded_at <= {at} AND recorded_to > {at}")], params);
    format!("{now} UNION ALL {then}")
}

#[cfg(test)]
mod tests {
    use super::super::{connect, tables};
    use super::*;
    use meydan_kernel::{
        Sort,
        catalogue::{Source, load},
        cql2,
        query::Cursor,
    };
    use std::sync::Arc;

    const CASE: &str = r#"
register = { name = "case", title = { tr = "İş", en = "Case" }, description = { tr = "İş", en = "Case" } }
[[field]]
name = "unit"
title = { tr = "Birim", en = "Unit" }
type = "text"
indexed = true
[[field]]
name = "closed_at"
title = { tr = "Bitiş", en = "Closed" }
type = "timestamp"
[[field]]
name = "due_at"
title = { tr = "Son gün", en = "Due" }
type = "timestamp"
indexed = true
[[index]]
fields = ["unit", "closed_at", "due_at"]
"#;

    /// SQLite's plan of a query's statement.
    fn plan(conn: &rusqlite::Connection, query: &Query, what: What) -> String {
        let select = select(query, what, Boxes::Tree);
        let mut explain = conn.prepare(&format!("EXPLAIN QUERY PLAN {}", select.sql)).expect("SQL");
        let lines = explain.query_map(rusqlite::params_from_iter(&select.params), |row| row.get::<_, String>(3));
        lines.and_then(Iterator::collect::<rusqlite::Result<Vec<_>>>).expect("a plan").join("; ")
    }

    #[test]
    fn the_planner_takes_an_index_of_several_fields_for_order_and_page() {
        let source = Source { module: "test".to_owned(), file: "case.toml".to_owned(), text: CASE.to_owned() };
        let register = Arc::clone(load(&[source]).expect("a definition").register("case").expect("it is there"));
        let directory = tempfile::tempdir().expect("a directory");
        let conn = connect::writer(&directory.path().join("any.gpkg")).expect("a file");
        conn.execute_batch(&tables::current_table(&register, "case")).expect("a table");
        tables::index(&conn, &register).expect("indexes");
        let units: Vec<String> = (0..300).map(|n| format!("'u{n}'")).collect();
        let among = format!("unit IN ({})", units.join(", "));
        let then = meydan_kernel::Value::Timestamp(jiff::Timestamp::UNIX_EPOCH);
        for more in [
            "",
            " AND due_at < TIMESTAMP('2026-01-01T00:00:00Z')",
            &format!(" AND {among}"),
            &format!(" AND ({among} OR fid = 7)"),
        ] {
            let filter = cql2::parse(&register, &format!("unit = 'u7' AND closed_at IS NULL{more}")).expect("CQL2");
            for (descending, value) in [(false, None), (true, None), (false, Some(then.clone())), (true, Some(then.clone()))] {
                let after = value.map(|value| Cursor { value: Some(value), fid: 9 });
                let sort = Some(Sort { field: 2, descending });
                let query =
                    Query { filter: Some(filter.clone()), sort, after, limit: Some(50), ..Query::all(Arc::clone(&register)) };
                let told = plan(&conn, &query, What::Records);
                let searched = "SEARCH case USING INDEX meydan_case_on_unit-closed_at-due_at (unit=? AND <expr>=?";
                assert!(told.starts_with(searched) && !told.contains("TEMP B-TREE"), "{more} {descending}: {told}");
                let told = plan(&conn, &query, What::Count);
                assert!(told.contains("INDEX meydan_case_on_unit-closed_at-due_at (unit=? AND <expr>=?"), "{more}: {told}");
            }
        }
    }
}
