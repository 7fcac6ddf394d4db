//! Values destroyed for ever: in the past of records and in the salts of their log entries.

use super::{
    job::{Batch, Deed, Erasure, Item},
    pipeline::Step,
    write::{arrays, items},
};
use crate::{
    postgres::{definitions::Definitions, table, types::Instant},
    sql::{AFTER_END, names::quoted},
};
use meydan_kernel::Register;
use std::collections::BTreeMap;

fn erasures(batch: &Batch, index: usize, round: usize) -> impl Iterator<Item = &Item> {
    items(batch, index, round).filter(|i| matches!(i.deed, Deed::Erase(_)))
}

/// Takes the values out of all versions in the history; those that were current until now are there already.
pub fn past_values<'a>(batch: &'a Batch, index: usize, register: &Register, round: usize) -> Vec<Step<'a>> {
    let mut fids: BTreeMap<&Erasure, Vec<i64>> = BTreeMap::new();
    for item in erasures(batch, index, round) {
        fids.entry(&item.erasure).or_default().push(item.record.fid);
    }
    let past = table::history(&register.name);
    let step = |(erasure, fids): (&Erasure, Vec<i64>)| {
        let named = erasure.fields.iter().filter_map(|i| register.fields.get(*i)).map(|f| quoted(&f.name));
        let geometry = (erasure.geometries && register.geometry.is_some()).then(|| table::GEOM.to_owned());
        let sets: Vec<String> = named.chain(geometry).map(|column| format!("{column} = NULL")).collect();
        let sql = format!("UPDATE meydan.{past} SET {} WHERE fid = ANY($1)", sets.join(", "));
        (!sets.is_empty()).then(|| Step::new(sql, vec![Box::new(fids)]))
    };
    fids.into_iter().filter_map(step).collect()
}

/// The next version of records that had ended: again their end.
pub fn end_again<'a>(batch: &'a Batch, index: usize, register: &Register, round: usize) -> Option<Step<'a>> {
    let rows: Vec<&Item> = erasures(batch, index, round).filter(|i| i.after_end).collect();
    if rows.is_empty() {
        return None;
    }
    let (from, mut arguments) = arrays(register, &rows);
    arguments.push(Box::new(Instant(AFTER_END)));
    let sql = format!(
        "INSERT INTO meydan.{} ({}, recorded_to, deleted) SELECT k.*, ${}::timestamptz, true FROM {from} AS k",
        table::history(&register.name),
        table::columns(register).join(", "),
        arguments.len()
    );
    Some(Step::new(sql, arguments))
}

/// Destroys the salts of all entries before the erasures'; the last step that touches the log.
pub fn salts<'a>(batch: &'a Batch, definitions: &Definitions) -> Vec<Step<'a>> {
    let mut out = Vec::new();
    for (index, register) in batch.tables.iter().enumerate() {
        let of_register = |i: &&Item| i.table == index && matches!(i.deed, Deed::Erase(_));
        let erased: Vec<&Item> = batch.jobs.iter().flat_map(|j| &j.items).filter(of_register).collect();
        if erased.is_empty() {
            continue;
        }
        out.push(Step::new(
            "UPDATE meydan.log AS l SET salt = NULL FROM unnest($1::uuid[], $2::bigint[]) AS k(record, version) \
             WHERE l.record = k.record AND l.version < k.version AND l.register = ANY($3) AND l.salt IS NOT NULL",
            vec![
                Box::new(erased.iter().map(|i| i.record.id).collect::<Vec<_>>()),
                Box::new(erased.iter().map(|i| i.record.version).collect::<Vec<_>>()),
                Box::new(definitions.names_of(&register.name)),
            ],
        ));
    }
    out
}
