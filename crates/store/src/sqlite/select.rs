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
