//! Reading the log; where followers stand.

use super::{
    definitions::Definitions,
    dialect::Arguments,
    errors::{damaged, from_pg},
    rows::column,
    types::Instant,
};
use crate::sql::Param;
use meydan_kernel::{
    Act, Result, Value,
    log::{Entry, Verb},
    store::LogQuery,
};
use std::collections::BTreeSet;
use tokio_postgres::{
    Client, Row,
    types::{ToSql, Type},
};
use uuid::Uuid;

const ENTRY: &str = "SELECT l.position, l.changeset, c.person, c.post, c.on_behalf_of, c.reason, c.source, c.recorded_at, \
    l.register, l.record, l.fid, l.version, l.verb, l.digest, l.salt \
    FROM meydan.log l JOIN meydan.changeset c ON c.id = l.changeset";

/// What [`ENTRY`] selects from.
const SOURCE: &str = "meydan.log l JOIN meydan.changeset c ON c.id = l.changeset";

/// Entries from a position on.
pub async fn entries(client: &Client, from: i64, limit: usize) -> Result<Vec<Entry>> {
    // Positions have no gaps.
    let to = from.saturating_add(bounded(limit));
    let sql = format!("{ENTRY} WHERE l.position >= $1 AND l.position < $2 ORDER BY l.position");
    read(client, &sql, &[(&from, Type::INT8), (&to, Type::INT8)]).await
}

/// Entries of one record, oldest first, under any name that its register bore.
pub async fn of_record(client: &Client, names: &[String], id: Uuid) -> Result<Vec<Entry>> {
    let sql = format!("{ENTRY} WHERE l.record = $1 AND l.register = ANY($2) ORDER BY l.position");
    read(client, &sql, &[(&id, Type::UUID), (&names, Type::TEXT_ARRAY)]).await
}

/// Entries by filter, newest first.
pub async fn find(client: &Client, definitions: &Definitions, query: &LogQuery) -> Result<Vec<Entry>> {
    let mut tests = Vec::new();
    let mut params = Vec::new();
    let mut add = |value: Value| {
        params.push(Param::Value(value));
        format!("${}", params.len())
    };
    if let Some(before) = query.before {
        tests.push(format!("l.position < {}", add(Value::Int(before))));
    }
    if let Some(names) = names(definitions, query) {
        let plain = query.record.is_none() && query.changeset.is_none() && query.person.is_none();
        let marks: Vec<String> = names.into_iter().map(|n| add(Value::Text(n))).collect();
        match marks.as_slice() {
            [] => tests.push("FALSE".to_owned()),
            marks if plain => {
                // The newest of each register by its index, and of those the newest: left alone, the planner walks the whole log
                // for a register that is rarely written.
                let earlier = if query.before.is_some() { " AND position < $1" } else { "" };
                let limit = add(Value::Int(bounded(query.limit)));
                tests.push(format!(
                    "l.position IN (SELECT n.position FROM (VALUES ({})) AS r(name) CROSS JOIN LATERAL (SELECT position \
                     FROM meydan.log WHERE register = r.name{earlier} ORDER BY position DESC LIMIT {limit}) AS n)",
                    marks.join("), (")
                ));
            }
            marks => tests.push(format!("l.register IN ({})", marks.join(", "))),
        }
    }
    if let Some(record) = query.record {
        tests.push(format!("l.record = {}", add(Value::Reference(record))));
    }
    if let Some(changeset) = query.changeset {
        // Its entries stand together.
        let id = add(Value::Reference(changeset));
        let of = |what| format!("(SELECT {what} FROM meydan.changeset WHERE id = {id})");
        tests.push(format!("l.position >= {} AND l.position < {}", of("first_position"), of("first_position + entries")));
    }
    let mut from = ENTRY.to_owned();
    if let Some(person) = &query.person {
        let person = add(Value::Text(person.clone()));
        let only = query.register.is_none() && query.registers.is_none() && query.record.is_none() && query.changeset.is_none();
        match (only, query.before) {
            // Each changeset has one entry at least, so that as many changesets as entries are wanted are enough; without this
            // the log would be walked back until a rare person is met.
            (true, before) => {
                let earlier = before.map(|b| format!(" AND first_position < {}", add(Value::Int(b)))).unwrap_or_default();
                let limit = add(Value::Int(bounded(query.limit)));
                let theirs = format!(
                    "(SELECT * FROM meydan.changeset WHERE person = {person}{earlier} ORDER BY first_position DESC LIMIT {limit}) c \
                     JOIN meydan.log l ON l.position >= c.first_position AND l.position < c.first_position + c.entries"
                );
                from = ENTRY.replace(SOURCE, &theirs);
            }
            (false, _) => tests.push(format!("c.person = {person}")),
        }
    }
    let limit = add(Value::Int(bounded(query.limit)));
    let test = if tests.is_empty() { String::new() } else { format!(" WHERE {}", tests.join(" AND ")) };
    let sql = format!("{from}{test} ORDER BY l.position DESC LIMIT {limit}");
    let arguments = Arguments::new(params);
    read(client, &sql, &arguments.typed()).await
}

/// Names that the registers asked for ever bore; `None` for all.
fn names(definitions: &Definitions, query: &LogQuery) -> Option<Vec<String>> {
    let of = |names: &[String]| -> BTreeSet<String> { names.iter().flat_map(|n| definitions.names_of(n)).collect() };
    let one = query.register.as_ref().map(|name| of(std::slice::from_ref(name)));
    let some = query.registers.as_deref().map(of);
    let both = match (one, some) {
        (Some(one), Some(some)) => one.intersection(&some).cloned().collect(),
        (one, some) => one.or(some)?,
    };
    Some(both.into_iter().collect())
}

fn bounded(limit: usize) -> i64 {
    i64::try_from(limit).unwrap_or(i64::MAX)
}

async fn read(client: &Client, sql: &str, params: &[(&(dyn ToSql + Sync), Type)]) -> Result<Vec<Entry>> {
    let found = client.query_typed(sql, params).await.map_err(from_pg)?;
    found.iter().map(entry).collect()
}

fn entry(row: &Row) -> Result<Entry> {
    let digest: &[u8] = column(row, 13)?;
    let salt: Option<&[u8]> = column(row, 14)?;
    let verb: i16 = column(row, 12)?;
    Ok(Entry {
        position: column(row, 0)?,
        changeset: column(row, 1)?,
        act: Act {
            person: column(row, 2)?,
            post: column(row, 3)?,
            on_behalf_of: column(row, 4)?,
            reason: column(row, 5)?,
            source: column(row, 6)?,
        },
        recorded_at: column::<Instant>(row, 7)?.0,
        register: column(row, 8)?,
        id: column(row, 9)?,
        fid: column(row, 10)?,
        version: column(row, 11)?,
        verb: Verb::from_number(verb.into()).ok_or_else(|| damaged("a verb that is none"))?,
        digest: digest.try_into().map_err(|_| damaged("a digest that is not of 32 bytes"))?,
        salt: salt.map(|s| s.try_into().map_err(|_| damaged("a salt that is not of 16 bytes"))).transpose()?,
    })
}

/// Where a follower stands.
pub async fn follower(client: &Client, name: &str) -> Result<i64> {
    let sql = "SELECT next FROM meydan.follower WHERE name = $1";
    let row = client.query_typed_opt(sql, &[(&name, Type::TEXT)]).await.map_err(from_pg)?;
    row.map_or(Ok(0), |row| column(&row, 0))
}

/// Says where a follower stands.
pub async fn set_follower(client: &Client, name: &str, next: i64) -> Result<()> {
    const SET: &str = "INSERT INTO meydan.follower VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET next = excluded.next";
    client.execute_typed(SET, &[(&name, Type::TEXT), (&next, Type::INT8)]).await.map_err(from_pg)?;
    Ok(())
}
