//! From rows to edits: what the desk is asked to check in the first pass and to carry out in the second.

use super::{
    Report, RowFault,
    producer::{Part, Row, Todo},
    reconcile::Reconciler,
};
use crate::{Desk, Error, Principal, Query, Record, Register, Result, Value, desk::Edit};
use meydan_geo::feature::Feature;
use std::{collections::HashMap, sync::Arc};
use uuid::Uuid;

/// A row's edit, with the row as it came.
pub(super) struct Asked {
    pub(super) row: u64,
    pub(super) inserts: bool,
    pub(super) edit: Edit,
    pub(super) feature: Option<Feature>,
}

/// The edits of a part, and how many of its rows turned out to change nothing.
pub(super) async fn edits(
    desk: &Desk,
    principal: &Principal,
    register: &Arc<Register>,
    rows: Vec<Row>,
) -> Result<(Vec<Asked>, u64)> {
    let ids: Vec<Uuid> = rows
        .iter()
        .filter_map(|r| match r.todo {
            Todo::Update { id, .. } => Some(id),
            Todo::Insert => None,
        })
        .collect();
    let mut current: HashMap<Uuid, Record> = HashMap::with_capacity(ids.len());
    if !ids.is_empty() {
        let limit = Some(ids.len());
        let query = Query { ids: Some(ids), limit, ..Query::all(Arc::clone(register)) };
        current.extend(desk.query(principal, &query).await?.into_iter().map(|r| (r.id, r)));
    }
    let mut same = 0;
    let mut out = Vec::with_capacity(rows.len());
    for row in rows {
        let Row { row, todo, set, geometry, feature } = row;
        let edit = match todo {
            Todo::Insert => Edit::Insert { id: None, set, geometry },
            Todo::Update { id, version } => match current.remove(&id) {
                Some(record) if record.version == version => {
                    if Reconciler::is_same(&record, &set, geometry.as_ref()) {
                        same += 1;
                        continue;
                    }
                    replace(record, set, geometry)
                }
                _ => return Err(changed_meanwhile(register, row)),
            },
        };
        out.push(Asked { row, inserts: todo == Todo::Insert, edit, feature });
    }
    Ok((out, same))
}

fn replace(record: Record, set: Vec<(usize, Value)>, geometry: Option<meydan_geo::Wkb>) -> Edit {
    let mut values = record.values;
    for (at, value) in set {
        if let Some(slot) = values.get_mut(at) {
            *slot = value;
        }
    }
    Edit::Replace { id: record.id, expected: record.version, values, geometry: geometry.or(record.geometry) }
}

fn changed_meanwhile(register: &Register, row: u64) -> Error {
    Error::new(
        crate::Kind::Conflict,
        "changed-meanwhile",
        format!("{row}. satırın kaydı, içe aktarma sürerken başkası tarafından değiştirildi (“{}”).", register.title.tr),
        format!("The record of row {row} was changed by someone else while the import ran (“{}”).", register.title.en),
    )
    .hint("Yeniden çalıştırın: yapılmış olanlar aynı bulunur.", "Run it again: what was done is found to be the same.")
}

/// Asks the desk whether it would take the edits; the ones it would not are given back with their faults.
pub(super) async fn check(
    desk: &Desk,
    principal: &Principal,
    register: &str,
    asked: Vec<Asked>,
) -> Result<(Vec<Asked>, Vec<(Asked, Vec<RowFault>)>)> {
    let all = asked.iter().map(|a| (register.to_owned(), a.edit.clone())).collect();
    if desk.check(principal, all).await.is_ok() {
        return Ok((asked, Vec::new()));
    }
    let (mut fine, mut bad) = (Vec::with_capacity(asked.len()), Vec::new());
    for one in asked {
        match desk.check(principal, vec![(register.to_owned(), one.edit.clone())]).await {
            Ok(()) => fine.push(one),
            Err(e) if e.code() == "invalid-record" => {
                let faults = faults(&one, &e);
                bad.push((one, faults));
            }
            Err(e) => return Err(e),
        }
    }
    Ok((fine, bad))
}

fn faults(asked: &Asked, error: &Error) -> Vec<RowFault> {
    let row = asked.row;
    error
        .fields()
        .iter()
        .map(|f| RowFault { row, field: Some(f.field.clone()), value: None, message: f.message.clone() })
        .collect()
}

/// Adds up what a part brought, in the first pass.
pub(super) fn count(report: &mut Report, part: &mut Part) {
    report.rows += part.read;
    report.unchanged += part.unchanged;
    report.duplicates += part.duplicates;
    report.repaired += part.repaired;
    report.tidied += part.tidied;
    report.rejected += part.rejected.len() as u64;
    for note in part.notes.drain(..) {
        report.note(note);
    }
}
