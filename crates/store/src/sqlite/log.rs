//! Reading the log.

use super::{
    definitions::Definitions,
    failure::{damaged, failure},
    read,
    rows::id,
};
use jiff::Timestamp;
use meydan_kernel::{
    Act, Register, Result,
    log::{Entry, Verb},
    store::LogQuery,
};
use parking_lot::RwLock;
use rusqlite::{Connection, OptionalExtension, Row, ToSql, params, types::Value as Sql};
use std::{collections::BTreeSet, sync::Arc};

const ENTRY: &str = "SELECT l.position, l.register, l.id, l.fid, l.version, l.verb, l.digest, l.salt, \
 c.id, c.recorded_at, c.person, c.post, c.on_behalf_of, c.reason, c.source \
 FROM meydan_log l CROSS JOIN meydan_changeset c ON c.number = l.changeset";

/// Limit: registers whose newest entries are looked up one by one.
const MAX_MERGED: usize = 100;

/// Reads entries; keeps the definitions that name their registers.
#[derive(Default, Clone)]
pub(super) struct Reader {
    definitions: Arc<RwLock<Arc<Definitions>>>,
}

impl Reader {
    /// Definitions as the file has them now.
    pub(super) fn definitions(&self, conn: &Connection) -> Result<Arc<Definitions>> {
        Definitions::fresh(conn, &self.definitions)
    }

    /// All definitions of the register that bears a name.
    pub(super) fn definitions_of(&self, conn: &Connection, name: &str) -> Result<Vec<(i64, Arc<Register>)>> {
        let number: Option<i64> = conn
            .prepare_cached("SELECT number FROM meydan_register WHERE name = ?1")
            .and_then(|mut s| s.query_row([name], |r| r.get(0)).optional())
            .map_err(failure)?;
        Ok(match number {
            Some(number) => self.definitions(conn)?.all(number),
            None => Vec::new(),
        })
    }

    /// Entries from a position on.
    pub(super) fn from(&self, conn: &Connection, from: i64, limit: usize) -> Result<Vec<Entry>> {
        let sql = format!("{ENTRY} WHERE l.position >= ?1 ORDER BY l.position LIMIT ?2");
        self.read(conn, &sql, &[&from, &bounded(limit)])
    }

    /// Entries of one record, oldest first.
    pub(super) fn of_record(&self, conn: &Connection, register: &str, fid: i64) -> Result<Vec<Entry>> {
        let sql = format!(
            "{ENTRY} WHERE l.register = (SELECT number FROM meydan_register WHERE name = ?1) AND l.fid = ?2 ORDER BY l.version"
        );
        self.read(conn, &sql, &[&register, &fid])
    }

    /// Entries by filter, newest first.
    pub(super) fn find(&self, conn: &Connection, query: &LogQuery) -> Result<Vec<Entry>> {
        let mut tests = Vec::new();
        let mut values: Vec<Sql> = Vec::new();
        let mut add = |value: Sql| {
            values.push(value);
            format!("?{}", values.len())
        };
        if let Some(before) = query.before {
            tests.push(format!("l.position < {}", add(Sql::Integer(before))));
        }
        let numbers = self.numbers(conn, query)?;
        let plain = query.record.is_none() && query.changeset.is_none() && query.person.is_none();
        if let Some(numbers) = numbers {
            let marks: Vec<String> = numbers.iter().map(|n| add(Sql::Integer(*n))).collect();
            if plain && marks.len() <= MAX_MERGED {
                // The newest of each register by its index, and of those the newest: left alone, the planner walks the whole log
                // for a register that is rarely written.
                let limit = add(Sql::Integer(bounded(query.limit)));
                tests.push(format!("l.position IN ({})", newest_of_each(&marks, query.before.is_some(), &limit)));
            } else {
                tests.push(format!("l.register IN ({})", marks.join(", ")));
            }
        }
        if let Some(record) = query.record {
            let places = self.places_of(conn, record)?;
            let places: Vec<String> = places
                .into_iter()
                .map(|(number, fid)| {
                    format!("(l.register = {} AND l.fid = {})", add(Sql::Integer(number)), add(Sql::Integer(fid)))
                })
                .collect();
            tests.push(if places.is_empty() { "FALSE".to_owned() } else { format!("({})", places.join(" OR ")) });
        }
        if let Some(changeset) = query.changeset {
            let of = |what| format!("(SELECT {what} FROM meydan_changeset WHERE id = ?)");
            let place = add(Sql::Blob(changeset.as_bytes().to_vec()));
            let (first, end) = (of("first_position"), of("first_position + entries"));
            tests.push(format!("l.position >= {first} AND l.position < {end}").replace("id = ?", &format!("id = {place}")));
        }
        if let Some(person) = &query.person {
            tests.push(format!("c.person = {}", add(Sql::Text(person.clone()))));
        }
        let limit = add(Sql::Integer(bounded(query.limit)));
        let test = if tests.is_empty() { String::new() } else { format!(" WHERE {}", tests.join(" AND ")) };
        let sql = format!("{ENTRY}{test} ORDER BY l.position DESC LIMIT {limit}");
        let values: Vec<&dyn ToSql> = values.iter().map(|v| v as &dyn ToSql).collect();
        self.read(conn, &sql, &values)
    }

    /// Numbers of the registers asked for; `None` for all.
    fn numbers(&self, conn: &Connection, query: &LogQuery) -> Result<Option<Vec<i64>>> {
        if query.register.is_none() && query.registers.is_none() {
            return Ok(None);
        }
        let definitions = self.definitions(conn)?;
        let of = |names: &[String]| -> BTreeSet<i64> { names.iter().flat_map(|name| definitions.numbers_of(name)).collect() };
        let one = query.register.as_ref().map(|name| of(std::slice::from_ref(name)));
        let some = query.registers.as_deref().map(of);
        let both = match (one, some) {
            (Some(one), Some(some)) => one.intersection(&some).copied().collect(),
            (one, some) => one.or(some).unwrap_or_default(),
        };
        Ok(Some(both.into_iter().collect()))
    }

    /// Register number and fid of a record, in whatever register it is or was.
    fn places_of(&self, conn: &Connection, record: uuid::Uuid) -> Result<Vec<(i64, i64)>> {
        let mut registers =
            conn.prepare_cached("SELECT number, name FROM meydan_register WHERE name IS NOT NULL").map_err(failure)?;
        let named: Vec<(i64, String)> =
            registers.query_map([], |r| Ok((r.get(0)?, r.get(1)?))).and_then(Iterator::collect).map_err(failure)?;
        let mut out = Vec::new();
        for (number, name) in named {
            out.extend(read::fid_of(conn, &name, record)?.map(|fid| (number, fid)));
        }
        Ok(out)
    }

    fn read(&self, conn: &Connection, sql: &str, params: &[&dyn ToSql]) -> Result<Vec<Entry>> {
        let definitions = self.definitions(conn)?;
        let mut find = conn.prepare_cached(sql).map_err(failure)?;
        let mut found = find.query(params).map_err(failure)?;
        let mut out = Vec::new();
        while let Some(row) = found.next().map_err(failure)? {
            out.push(entry(row, &definitions)?);
        }
        Ok(out)
    }
}

/// The positions of the newest entries of each of some registers; all texts are placeholders, the one of `before` is the first.
fn newest_of_each(registers: &[String], before: bool, limit: &str) -> String {
    let earlier = if before { " AND position < ?1" } else { "" };
    let parts: Vec<String> = registers
        .iter()
        .map(|register| {
            format!(
                "SELECT position FROM (SELECT position FROM meydan_log WHERE register = {register}{earlier} \
                 ORDER BY position DESC LIMIT {limit})"
            )
        })
        .collect();
    if parts.is_empty() { "SELECT position FROM meydan_log WHERE FALSE".to_owned() } else { parts.join(" UNION ALL ") }
}

fn bounded(limit: usize) -> i64 {
    i64::try_from(limit).unwrap_or(i64::MAX)
}

fn entry(row: &Row<'_>, definitions: &Definitions) -> Result<Entry> {
    let int = |i: usize| row.get::<_, i64>(i).map_err(failure);
    let text = |i: usize| row.get::<_, String>(i).map_err(failure);
    let optional = |i: usize| row.get::<_, Option<String>>(i).map_err(failure);
    let position = int(0)?;
    let digest: [u8; 32] = row.get(6).map_err(failure)?;
    let salt: Option<[u8; 16]> = row.get(7).map_err(failure)?;
    Ok(Entry {
        position,
        register: definitions.at(int(1)?, position)?.name.clone(),
        id: id(row.get_ref(2).map_err(failure)?)?,
        fid: int(3)?,
        version: int(4)?,
        verb: Verb::from_number(int(5)?).ok_or_else(|| damaged("a verb"))?,
        digest,
        salt,
        changeset: id(row.get_ref(8).map_err(failure)?)?,
        recorded_at: Timestamp::from_microsecond(int(9)?).map_err(|_| damaged("an instant"))?,
        act: Act { person: text(10)?, post: text(11)?, on_behalf_of: optional(12)?, reason: optional(13)?, source: text(14)? },
    })
}

/// Where a follower stands.
pub(super) fn follower(conn: &Connection, name: &str) -> Result<i64> {
    conn.prepare_cached("SELECT next FROM meydan_follower WHERE name = ?1")
        .and_then(|mut s| s.query_row([name], |r| r.get(0)).optional())
        .map(|found| found.unwrap_or(0))
        .map_err(failure)
}

/// Says where a follower stands.
pub(super) fn set_follower(conn: &Connection, name: &str, next: i64) -> Result<()> {
    conn.execute(
        "INSERT INTO meydan_follower VALUES (?1, ?2) ON CONFLICT (name) DO UPDATE SET next = excluded.next",
        params![name, next],
    )
    .map(|_| ())
    .map_err(failure)
}
