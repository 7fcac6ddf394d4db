//! Writing what was decided: few statements per register, however many the records.

use super::{
    super::types::{GeometryIn, In, Instant},
    copy, erase,
    found::{Found, array_type},
    job::{Batch, Deed, Item},
    pipeline::{Argument, Session, Step, Trouble},
};
use crate::{
    postgres::{definitions::Definitions, head::CHANNEL, table},
    sql::names::quoted,
};
use meydan_kernel::Register;

/// From this many new rows on, COPY is worth its own round trip.
const COPY_FROM: usize = 200;

/// Writes and commits, all in one flight (after the COPYs, if there are any).
pub async fn write(session: &mut Session, batch: &Batch, found: &Found, definitions: &Definitions) -> Result<(), Trouble> {
    let mut copied = vec![false; batch.tables.len()];
    for (index, register) in batch.tables.iter().enumerate() {
        let rows: Vec<&Item> = new_rows(batch, index, 0).collect();
        if rows.len() >= COPY_FROM {
            copy::records(&session.client, register, &rows).await?;
            if let Some(flag) = copied.get_mut(index) {
                *flag = true;
            }
        }
    }
    let log_copied = batch.jobs.iter().map(|j| j.items.len()).sum::<usize>() >= COPY_FROM;
    if log_copied {
        copy::log(&session.client, batch).await?;
    }
    let mut steps = Vec::new();
    let rounds = batch.jobs.iter().flat_map(|j| &j.items).map(|i| i.round).max().unwrap_or(0);
    for round in 0..=rounds {
        for (index, register) in batch.tables.iter().enumerate() {
            steps.extend(keep_and_delete(batch, index, register, round));
            steps.extend(update(batch, index, register, round));
            steps.extend(erase::past_values(batch, index, register, round));
            steps.extend(erase::end_again(batch, index, register, round));
            let done = round == 0 && copied.get(index).copied().unwrap_or(false);
            steps.extend(insert(batch, index, register, round).filter(|_| !done));
        }
    }
    if !log_copied {
        steps.push(log(batch));
    }
    steps.extend(erase::salts(batch, definitions));
    steps.push(changesets(batch));
    steps.extend(counters(batch, found));
    steps.push(Step::new(
        "WITH head AS (UPDATE meydan.head SET next = $1, recorded_at = $2 RETURNING next) SELECT pg_notify($3, next::text) FROM head",
        vec![Box::new(found.next), Box::new(Instant(found.last)), Box::new(CHANNEL)],
    ));
    session.prepare(&steps).await.map_err(Trouble::before_commit)?;
    // A statement that fails makes the COMMIT behind it a ROLLBACK, so that it can be sent without waiting.
    session.flight(None, &steps, Some("COMMIT")).await.map_err(Trouble::with_commit)?;
    Ok(())
}

pub(super) fn items(batch: &Batch, table: usize, round: usize) -> impl Iterator<Item = &Item> {
    batch.jobs.iter().flat_map(|j| &j.items).filter(move |i| i.table == table && i.round == round)
}

fn new_rows(batch: &Batch, table: usize, round: usize) -> impl Iterator<Item = &Item> {
    items(batch, table, round).filter(|i| i.deed == Deed::Insert)
}

/// The versions that end are kept in the history; those that end for good leave the table.
fn keep_and_delete<'a>(batch: &'a Batch, index: usize, register: &Register, round: usize) -> Vec<Step<'a>> {
    let ended: Vec<&Item> = items(batch, index, round).filter(|i| i.deed != Deed::Insert && !i.after_end).collect();
    if ended.is_empty() {
        return Vec::new();
    }
    let (now, past) = (table::current(&register.name), table::history(&register.name));
    let columns = table::columns(register);
    let from: Vec<String> = columns.iter().map(|c| format!("t.{c}")).collect();
    let keep = format!(
        "INSERT INTO meydan.{past} ({columns}, recorded_to, deleted) SELECT {from}, k.until, k.deleted \
         FROM unnest($1::bigint[], $2::timestamptz[], $3::boolean[]) AS k(fid, until, deleted) JOIN meydan.{now} AS t ON t.fid = k.fid",
        columns = columns.join(", "),
        from = from.join(", ")
    );
    let fids: Vec<i64> = ended.iter().map(|i| i.record.fid).collect();
    let until: Vec<Instant> = ended.iter().map(|i| Instant(i.record.recorded_at)).collect();
    let deleted: Vec<bool> = ended.iter().map(|i| matches!(i.deed, Deed::Delete(_))).collect();
    let mut steps = vec![Step::new(keep, vec![Box::new(fids), Box::new(until), Box::new(deleted)])];
    let gone: Vec<i64> = ended.iter().filter(|i| matches!(i.deed, Deed::Delete(_))).map(|i| i.record.fid).collect();
    if !gone.is_empty() {
        steps.push(Step::new(format!("DELETE FROM meydan.{now} WHERE fid = ANY($1)"), vec![Box::new(gone)]));
    }
    steps
}

/// Arrays of all columns of the rows, in the order of [`table::columns`], as a `FROM` item's text and its arguments.
pub(super) fn arrays<'a>(register: &Register, rows: &[&'a Item]) -> (String, Vec<Argument<'a>>) {
    let mut types = vec!["bigint", "uuid", "bigint", "timestamptz"];
    let mut arguments: Vec<Argument<'a>> = vec![
        Box::new(rows.iter().map(|i| i.record.fid).collect::<Vec<_>>()),
        Box::new(rows.iter().map(|i| i.record.id).collect::<Vec<_>>()),
        Box::new(rows.iter().map(|i| i.record.version).collect::<Vec<_>>()),
        Box::new(rows.iter().map(|i| Instant(i.record.recorded_at)).collect::<Vec<_>>()),
    ];
    for (index, field) in register.fields.iter().enumerate() {
        types.push(array_type(&field.kind));
        arguments.push(Box::new(rows.iter().filter_map(|i| i.record.values.get(index).map(In)).collect::<Vec<_>>()));
    }
    if register.geometry.is_some() {
        types.push("geometry");
        arguments.push(Box::new(rows.iter().map(|i| GeometryIn(i.record.geometry.as_ref())).collect::<Vec<_>>()));
    }
    let casts: Vec<String> = types.iter().enumerate().map(|(i, t)| format!("${}::{t}[]", i + 1)).collect();
    (format!("unnest({})", casts.join(", ")), arguments)
}

fn update<'a>(batch: &'a Batch, index: usize, register: &Register, round: usize) -> Option<Step<'a>> {
    let next = |i: &&Item| matches!(i.deed, Deed::Update(_) | Deed::Erase(_)) && !i.after_end;
    let rows: Vec<&Item> = items(batch, index, round).filter(next).collect();
    if rows.is_empty() {
        return None;
    }
    let (from, arguments) = arrays(register, &rows);
    let columns = table::columns(register);
    let sets: Vec<String> =
        columns.iter().filter(|c| !matches!(c.as_str(), "fid" | "id")).map(|c| format!("{c} = k.{c}")).collect();
    let sql = format!(
        "UPDATE meydan.{} AS t SET {} FROM {from} AS k({}) WHERE t.fid = k.fid",
        table::current(&register.name),
        sets.join(", "),
        columns.join(", ")
    );
    Some(Step::new(sql, arguments))
}

fn insert<'a>(batch: &'a Batch, index: usize, register: &Register, round: usize) -> Option<Step<'a>> {
    let rows: Vec<&Item> = new_rows(batch, index, round).collect();
    if rows.is_empty() {
        return None;
    }
    let (from, arguments) = arrays(register, &rows);
    let sql = format!(
        "INSERT INTO meydan.{} ({}) SELECT * FROM {from}",
        table::current(&register.name),
        table::columns(register).join(", ")
    );
    Some(Step::new(sql, arguments))
}

/// Log entries with their positions.
pub fn positions(batch: &Batch) -> impl Iterator<Item = (i64, &super::job::Job, &Item)> {
    batch.jobs.iter().flat_map(|job| {
        let first = job.outcome.as_ref().and_then(|o| o.as_ref().ok()).map_or(0, |c| c.first_position);
        (first..).zip(&job.items).map(move |(position, item)| (position, job, item))
    })
}

fn log(batch: &Batch) -> Step<'_> {
    let all: Vec<_> = positions(batch).collect();
    let arguments: Vec<Argument<'_>> = vec![
        Box::new(all.iter().map(|(p, _, _)| *p).collect::<Vec<_>>()),
        Box::new(all.iter().map(|(_, j, _)| j.id).collect::<Vec<_>>()),
        Box::new(all.iter().map(|(_, _, i)| i.register.as_str()).collect::<Vec<_>>()),
        Box::new(all.iter().map(|(_, _, i)| i.record.id).collect::<Vec<_>>()),
        Box::new(all.iter().map(|(_, _, i)| i.record.fid).collect::<Vec<_>>()),
        Box::new(all.iter().map(|(_, _, i)| i.record.version).collect::<Vec<_>>()),
        Box::new(all.iter().map(|(_, _, i)| i.verb() as i16).collect::<Vec<_>>()),
        Box::new(all.iter().map(|(_, _, i)| &i.digest[..]).collect::<Vec<_>>()),
        Box::new(all.iter().map(|(_, _, i)| &i.salt[..]).collect::<Vec<_>>()),
    ];
    Step::new(
        "INSERT INTO meydan.log (position, changeset, register, record, fid, version, verb, digest, salt) SELECT * FROM \
         unnest($1::bigint[], $2::uuid[], $3::text[], $4::uuid[], $5::bigint[], $6::bigint[], $7::smallint[], $8::bytea[], $9::bytea[])",
        arguments,
    )
}

fn changesets(batch: &Batch) -> Step<'_> {
    let all: Vec<_> = batch
        .jobs
        .iter()
        .filter(|j| !j.items.is_empty())
        .filter_map(|j| Some((j, j.outcome.as_ref()?.as_ref().ok()?)))
        .collect();
    let arguments: Vec<Argument<'_>> = vec![
        Box::new(all.iter().map(|(j, _)| j.id).collect::<Vec<_>>()),
        Box::new(all.iter().map(|(_, c)| c.first_position).collect::<Vec<_>>()),
        Box::new(all.iter().map(|(_, c)| Instant(c.recorded_at)).collect::<Vec<_>>()),
        Box::new(all.iter().map(|(j, _)| j.act.person.as_str()).collect::<Vec<_>>()),
        Box::new(all.iter().map(|(j, _)| j.act.post.as_str()).collect::<Vec<_>>()),
        Box::new(all.iter().map(|(j, _)| j.act.on_behalf_of.as_deref()).collect::<Vec<_>>()),
        Box::new(all.iter().map(|(j, _)| j.act.reason.as_deref()).collect::<Vec<_>>()),
        Box::new(all.iter().map(|(j, _)| j.act.source.as_str()).collect::<Vec<_>>()),
        Box::new(all.iter().map(|(j, _)| i32::try_from(j.items.len()).unwrap_or(i32::MAX)).collect::<Vec<_>>()),
    ];
    Step::new(
        "INSERT INTO meydan.changeset (id, first_position, recorded_at, person, post, on_behalf_of, reason, source, entries) SELECT * FROM \
         unnest($1::uuid[], $2::bigint[], $3::timestamptz[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::int[])",
        arguments,
    )
}

/// Fids given are never given again.
fn counters<'a>(batch: &'a Batch, found: &Found) -> Option<Step<'a>> {
    let used: Vec<usize> = (0..batch.tables.len())
        .filter(|t| batch.jobs.iter().flat_map(|j| &j.items).any(|i| i.table == *t && i.deed == Deed::Insert))
        .collect();
    if used.is_empty() {
        return None;
    }
    let names: Vec<&'a str> = used.iter().filter_map(|t| batch.tables.get(*t)).map(|r| r.name.as_str()).collect();
    let next: Vec<i64> = used.iter().filter_map(|t| found.fids.get(t)).copied().collect();
    Some(Step::new(
        "UPDATE meydan.register AS r SET next_fid = k.next FROM unnest($1::text[], $2::bigint[]) AS k(name, next) WHERE r.name = k.name",
        vec![Box::new(names), Box::new(next)],
    ))
}

/// The columns of a register, quoted, for COPY.
pub fn copy_target(register: &Register) -> String {
    format!("COPY meydan.{} ({}) FROM STDIN BINARY", quoted(&register.name), table::columns(register).join(", "))
}
