//! Answers to questions about records.

use super::{
    dialect::{Arguments, Postgres},
    errors::{damaged, from_pg},
    rows, stretches,
    table::{self, columns},
};
use crate::sql::{
    Param,
    dialect::bind,
    question::{after, conditions, order_by, page},
};
use jiff::Timestamp;
use meydan_kernel::{Query, Record, Register, Result, Value, query::Key};
use tokio_postgres::Client;

/// What is asked for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum What {
    /// Records, in order, by page.
    Records,
    /// How many; paging is ignored.
    Count,
}

/// The statement of a query and its parameters.
pub fn select(query: &Query, what: What) -> (String, Vec<Param>) {
    let mut params = Vec::new();
    if let Some(sql) = stretches::page(query, what, &mut params) {
        return (sql, params);
    }
    let from = source(query, what, &mut params);
    let sql = match (what, query.as_of) {
        (What::Count, None) => from,
        (What::Count, Some(_)) => format!("SELECT sum(n)::bigint FROM ({from}) AS versions"),
        (What::Records, as_of) => {
            let order = order_by(&Postgres, query);
            let page = page(&Postgres, query, &mut params);
            match as_of {
                None => format!("{from} {order}{page}"),
                Some(_) => format!("SELECT * FROM ({from}) AS versions {order}{page}"),
            }
        }
    };
    (sql, params)
}

/// `SELECT … FROM … WHERE …` without order and page: one table for now, two (current and history) as of an instant.
fn source(query: &Query, what: What, params: &mut Vec<Param>) -> String {
    let wanted = match what {
        What::Records => columns(&query.register).join(", "),
        What::Count => "count(*) AS n".to_owned(),
    };
    let part = |table: &str, mut tests: Vec<String>, params: &mut Vec<Param>| {
        tests.extend(conditions(&Postgres, query, params));
        if what == What::Records {
            tests.extend(after(&Postgres, query, params));
        }
        let test = if tests.is_empty() { String::new() } else { format!(" WHERE {}", tests.join(" AND ")) };
        format!("SELECT {wanted} FROM meydan.{table}{test}")
    };
    let name = &query.register.name;
    let Some(at) = query.as_of else { return part(&table::current(name), Vec::new(), params) };
    let at = bind(&Postgres, params, Param::Value(Value::Timestamp(at)));
    let now = part(&table::current(name), vec![format!("recorded_at <= {at}")], params);
    let then = part(&table::history(name), vec![format!("recorded_at <= {at} AND recorded_to > {at}")], params);
    format!("{now} UNION ALL {then}")
}

/// One record, now or as of an instant.
pub async fn get(client: &Client, register: &Register, key: Key, as_of: Option<Timestamp>) -> Result<Option<Record>> {
    let (column, param) = match key {
        Key::Id(id) => ("id", Param::Value(Value::Reference(id))),
        Key::Fid(fid) => ("fid", Param::Value(Value::Int(fid))),
    };
    let (all, now) = (columns(register).join(", "), table::current(&register.name));
    let mut params = vec![param];
    let mut sql = format!("SELECT {all} FROM meydan.{now} WHERE {column} = $1");
    if let Some(at) = as_of {
        params.push(Param::Value(Value::Timestamp(at)));
        sql.push_str(&format!(
            " AND recorded_at <= $2 UNION ALL SELECT {all} FROM meydan.{} WHERE {column} = $1 AND recorded_at <= $2 AND recorded_to > $2",
            table::history(&register.name)
        ));
    }
    let arguments = Arguments::new(params);
    let row = client.query_typed_opt(&sql, &arguments.typed()).await.map_err(from_pg)?;
    row.map(|row| rows::record(register, &row)).transpose()
}

/// One page.
pub async fn query(client: &Client, query: &Query) -> Result<Vec<Record>> {
    let (sql, params) = select(query, What::Records);
    let arguments = Arguments::new(params);
    let found = client.query_typed(&sql, &arguments.typed()).await.map_err(from_pg)?;
    rows::records(&query.register, &found)
}

/// How many match.
pub async fn count(client: &Client, query: &Query) -> Result<u64> {
    let (sql, params) = select(query, What::Count);
    let arguments = Arguments::new(params);
    let row = client.query_typed_one(&sql, &arguments.typed()).await.map_err(from_pg)?;
    u64::try_from(rows::column::<i64>(&row, 0)?).map_err(|_| damaged("a negative count"))
}
