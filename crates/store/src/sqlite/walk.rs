//! Filtered pages in an order that an index has. The planner knows no statistics: before a page of ten it reads and sorts the hundred
//! thousand rows that a unit's index finds. Mostly a short walk along the order meets a page sooner; where a sample says that
//! it won't, the planner has its way.

use super::read;
use crate::sql::pinned;
use meydan_kernel::{Field, FieldKind, Query, Record, Result, cql2};
use rusqlite::Connection;

/// Limit: rows walked for one page, some 15 ms.
const MAX_WALK: usize = 6_000;
/// Rows after which the walk is judged.
const SAMPLE: usize = 400;

/// A page, if the walk meets it.
pub(super) fn page(conn: &Connection, query: &Query) -> Result<Option<Vec<Record>>> {
    let (Some(filter), Some(limit)) = (&query.filter, query.limit) else { return Ok(None) };
    // An index of several fields has the page itself, and the planner finds it.
    if pinned::before_sort(query).is_some() {
        return Ok(None);
    }
    let plain = query.as_of.is_none() && query.ids.is_none() && query.bbox.is_empty();
    let wanted = usize::try_from(query.offset).unwrap_or(usize::MAX).saturating_add(limit);
    if !plain || !has_order(query) || wanted == 0 || wanted > MAX_WALK {
        return Ok(None);
    }
    let along = Query { filter: None, offset: 0, limit: Some(MAX_WALK), ..query.clone() };
    let (mut walked, mut met, mut is_hopeless) = (0, Vec::new(), false);
    read::each(conn, &along, &mut |record| {
        walked += 1;
        if cql2::holds(filter, &record) {
            met.push(record);
        }
        is_hopeless = walked == SAMPLE && met.len() * (MAX_WALK / SAMPLE) < wanted;
        Ok(met.len() < wanted && !is_hopeless)
    })?;
    let is_end = walked < MAX_WALK && !is_hopeless;
    if met.len() < wanted && !is_end {
        return Ok(None);
    }
    Ok(Some(met.split_off(met.len().min(wanted - limit))))
}

/// True if an index has the order that is asked for. Texts have none: their indexes are by bytes, their order is Turkish.
fn has_order(query: &Query) -> bool {
    let Some(sort) = &query.sort else { return true };
    let indexed = |f: &Field| f.indexed || matches!(f.kind, FieldKind::Reference { .. });
    query.register.fields.get(sort.field).is_some_and(|f| f.kind != FieldKind::Text && indexed(f))
}
