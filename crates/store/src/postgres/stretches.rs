//! Pages of a list of values (the open cases of thirty units, by their deadlines). The planner either reads and sorts all rows
//! of all of them, or walks along everybody's order until it has met enough; both are good for some questions and ruinous for
//! others. An index that begins with the listed field has the page at the head of one stretch for each value: so few entries of
//! each are read as the page has rows, the best of all are the page, and only those rows are fetched whole.

use super::{
    dialect::Postgres,
    read::What,
    table::{columns, current},
};
use crate::sql::{
    Param,
    dialect::bind,
    names::quoted,
    pinned,
    question::{after, conditions, page as limits},
};
use meydan_kernel::{FieldKind, Query, Value};

/// The statement of a page that lies so in an index; its parameters are added to `params`. `None` for any other question.
pub fn page(query: &Query, what: What, params: &mut Vec<Param>) -> Option<String> {
    if what != What::Records {
        return None;
    }
    let sort = query.sort.as_ref()?;
    let sorted = query.register.fields.get(sort.field)?;
    // Texts stand in the Turkish order, in an index of their own.
    if sorted.kind == FieldKind::Text {
        return None;
    }
    let found = pinned::stretches(query)?;
    let (listed, sorted) = (quoted(&query.register.fields.get(found.field)?.name), quoted(&sorted.name));
    let direction = if sort.descending { "DESC" } else { "ASC" };
    let order = |of: &str| format!("ORDER BY {of}.{sorted} {direction} NULLS LAST, {of}.fid {direction}");
    let values: Vec<String> =
        found.values.iter().map(|v| format!("({})", bind(&Postgres, params, Param::Value((*v).clone())))).collect();
    let rest = Query { filter: Some(found.rest), ..query.clone() };
    let mut tests = conditions(&Postgres, &rest, params);
    tests.extend(after(&Postgres, query, params));
    let tests: String = tests.iter().map(|test| format!(" AND {test}")).collect();
    // It knows of a column that equals something that it does not change the order, not of one that is NULL.
    let empty: String = found.empty.iter().map(|name| quoted(name) + ", ").collect();
    let most = bind(&Postgres, params, Param::Value(Value::Int(i64::try_from(found.rows).ok()?)));
    let table = current(&query.register.name);
    let whole: Vec<String> = columns(&query.register).iter().map(|column| format!("whole.{column}")).collect();
    let head = format!(
        "SELECT fid, {sorted} FROM meydan.{table} WHERE {listed} = listed.value{tests} \
         ORDER BY {empty}{sorted} {direction} NULLS LAST, fid {direction} LIMIT {most}"
    );
    let limits = limits(&Postgres, query, params);
    Some(format!(
        "SELECT {} FROM (SELECT head.fid, head.{sorted} FROM (VALUES {}) AS listed (value) CROSS JOIN LATERAL ({head}) AS head {}{limits}) \
         AS page JOIN meydan.{table} AS whole ON whole.fid = page.fid {}",
        whole.join(", "),
        values.join(", "),
        order("head"),
        order("page"),
    ))
}
