//! The past of records that somebody may see by conditions: what was theirs to see then is shown only while the record, as it is
//! now or was at its end, still is. Whoever moves a record out of their sight, or makes it secret, moves its past with it.

use crate::{
    Query, Record, Register, Result, Store,
    permission::Access,
    query::{Cursor, MAX_PAGE},
};
use futures::StreamExt;
use std::{collections::HashMap, sync::Arc};
use uuid::Uuid;

/// Those of the records whose newest version may be seen.
pub(super) async fn still_seen(
    store: &dyn Store,
    register: &Arc<Register>,
    access: &Access,
    records: Vec<Record>,
) -> Result<Vec<Record>> {
    if records.is_empty() || access.whole().is_some() {
        return Ok(records);
    }
    let ids: Vec<Uuid> = records.iter().map(|r| r.id).collect();
    let query = Query { limit: Some(ids.len()), ids: Some(ids), ..Query::all(Arc::clone(register)) };
    let current: HashMap<Uuid, Record> = store.query(&query).await?.into_iter().map(|r| (r.id, r)).collect();
    let mut out = Vec::with_capacity(records.len());
    for record in records {
        let seen = match current.get(&record.id) {
            Some(now) => access.of(now).is_some(),
            None => store.history(register, record.id).await?.last().is_some_and(|v| access.of(&v.record).is_some()),
        };
        if seen {
            out.push(record);
        }
    }
    Ok(out)
}

/// A page of a question to the past that is narrowed already: filled up, so that a short page is the last one.
pub(super) async fn page(store: &dyn Store, query: &Query, access: &Access) -> Result<Vec<Record>> {
    if access.whole().is_some() {
        return store.query(query).await;
    }
    let limit = query.limit.unwrap_or(MAX_PAGE);
    let mut skip = query.offset;
    let mut out = Vec::new();
    let mut ask = Query { offset: 0, limit: Some(limit.max(1)), ..query.clone() };
    while out.len() < limit {
        let found = store.query(&ask).await?;
        let is_last = found.len() < limit.max(1);
        let Some(last) = found.last() else { break };
        let value = query.sort.as_ref().and_then(|sort| last.values.get(sort.field).cloned());
        ask.after = Some(Cursor { value, fid: last.fid });
        for record in still_seen(store, &query.register, access, found).await? {
            if skip > 0 {
                skip -= 1;
            } else if out.len() < limit {
                out.push(record);
            }
        }
        if is_last {
            break;
        }
    }
    Ok(out)
}

/// How many match a question to the past that is narrowed already.
pub(super) async fn count(store: &dyn Store, query: &Query, access: &Access) -> Result<u64> {
    if access.whole().is_some() {
        return store.count(query).await;
    }
    // Paging is no part of a count.
    let all = Query { sort: None, after: None, offset: 0, limit: None, ..query.clone() };
    let mut batches = store.scan(all);
    let mut count = 0;
    while let Some(batch) = batches.next().await {
        count += still_seen(store, &query.register, access, batch?).await?.len() as u64;
    }
    Ok(count)
}
