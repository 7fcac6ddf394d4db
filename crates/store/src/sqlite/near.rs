//! Pages of a box in the order of fid, the map's and the API's daily bread: the R-tree's answer is sorted here and rows are
//! fetched one by one, so that a page of 100 out of thousands costs 100 rows and no statement sorts or keeps anything.

use super::{
    dialect::Boxes,
    failure::failure,
    names::rtree,
    rows::{self, columns},
    select::{What, select},
};
use crate::sql::names::quoted;
use meydan_geo::Bbox;
use meydan_kernel::{Query, Record, Register, Result, cql2};
use rusqlite::{Connection, params, params_from_iter};

/// Limit: hits of the R-tree that are sorted in memory. A box with more covers so much that a scan in fid order soon has a page.
const MAX_HITS: usize = 20_000;

/// A page, if the query is of this sort.
pub(super) fn page(conn: &Connection, query: &Query) -> Result<Option<Vec<Record>>> {
    let apt = !query.bbox.is_empty() && query.sort.is_none() && query.as_of.is_none() && query.ids.is_none();
    let Some(limit) = query.limit.filter(|_| apt && query.register.geometry.is_some()) else { return Ok(None) };
    let after = query.after.as_ref().map_or(0, |c| c.fid);
    match hits(conn, query, after)? {
        Some(fids) => fetch(conn, query, &fids, limit).map(Some),
        None => wide(conn, query).map(Some),
    }
}

/// Fids in the boxes after the cursor, ascending; `None` if there are too many.
fn hits(conn: &Connection, query: &Query, after: i64) -> Result<Option<Vec<i64>>> {
    let sql = format!(
        "SELECT id FROM {} WHERE maxx >= ?1 AND minx <= ?2 AND maxy >= ?3 AND miny <= ?4",
        quoted(&rtree(&query.register.name))
    );
    let mut find = conn.prepare_cached(&sql).map_err(failure)?;
    let mut fids = Vec::new();
    for b in &query.bbox {
        let mut found = find.query(params![b.min_x, b.max_x, b.min_y, b.max_y]).map_err(failure)?;
        let mut seen = 0;
        while let Some(row) = found.next().map_err(failure)? {
            seen += 1;
            if seen > MAX_HITS {
                return Ok(None);
            }
            let fid = row.get(0).map_err(failure)?;
            if fid > after {
                fids.push(fid);
            }
        }
    }
    fids.sort_unstable();
    fids.dedup();
    Ok(Some(fids))
}

fn fetch(conn: &Connection, query: &Query, fids: &[i64], limit: usize) -> Result<Vec<Record>> {
    let sql = format!("SELECT {} FROM {} WHERE fid = ?1", columns(&query.register), quoted(&query.register.name));
    let mut find = conn.prepare_cached(&sql).map_err(failure)?;
    let mut skip = query.offset;
    let mut out = Vec::with_capacity(limit.min(fids.len()));
    for fid in fids {
        if out.len() == limit {
            break;
        }
        let mut found = find.query([fid]).map_err(failure)?;
        let Some(row) = found.next().map_err(failure)? else { continue };
        let record = rows::record(&query.register, row)?;
        // In memory: for each row anew, SQLite would build a table of the units that a grant's scope lists.
        let fits = query.filter.as_ref().is_none_or(|filter| cql2::holds(filter, &record));
        if !fits || !touches(&record, &query.bbox) {
            continue;
        }
        if skip > 0 {
            skip -= 1;
            continue;
        }
        out.push(record);
    }
    Ok(out)
}

/// The R-tree's boxes are rounded outwards; this decides.
fn touches(record: &Record, boxes: &[Bbox]) -> bool {
    let bbox = record.geometry.as_ref().and_then(meydan_geo::Wkb::bbox);
    bbox.is_some_and(|found| boxes.iter().any(|b| b.intersects(&found)))
}

/// How many records touch a box. A box of the R-tree that lies within needs no look at its record; only those on the border do.
pub(super) fn count(conn: &Connection, register: &Register, bbox: &Bbox) -> Result<u64> {
    let tree = format!(
        "SELECT id, minx, maxx, miny, maxy FROM {} WHERE maxx >= ?1 AND minx <= ?2 AND maxy >= ?3 AND miny <= ?4",
        quoted(&rtree(&register.name))
    );
    let exact = format!("SELECT meydan_touches(geom, ?2, ?3, ?4, ?5) FROM {} WHERE fid = ?1", quoted(&register.name));
    let mut find = conn.prepare_cached(&tree).map_err(failure)?;
    let mut look = conn.prepare_cached(&exact).map_err(failure)?;
    let mut found = find.query(params![bbox.min_x, bbox.max_x, bbox.min_y, bbox.max_y]).map_err(failure)?;
    let mut touched = 0;
    while let Some(row) = found.next().map_err(failure)? {
        let side = |i: usize| row.get::<_, f64>(i).map_err(failure);
        let within = side(1)? >= bbox.min_x && side(2)? <= bbox.max_x && side(3)? >= bbox.min_y && side(4)? <= bbox.max_y;
        let touches = within || {
            let fid: i64 = row.get(0).map_err(failure)?;
            look.query_row(params![fid, bbox.min_x, bbox.min_y, bbox.max_x, bbox.max_y], |r| r.get(0)).map_err(failure)?
        };
        touched += u64::from(touches);
    }
    Ok(touched)
}

/// The box covers much: without a filter a scan in fid order fills the page soon; with one the planner chooses.
fn wide(conn: &Connection, query: &Query) -> Result<Vec<Record>> {
    let boxes = if query.filter.is_none() { Boxes::Rows } else { Boxes::Tree };
    let select = select(query, What::Records, boxes);
    let mut find = conn.prepare_cached(&select.sql).map_err(failure)?;
    let mut found = find.query(params_from_iter(&select.params)).map_err(failure)?;
    let mut out = Vec::new();
    while let Some(row) = found.next().map_err(failure)? {
        out.push(rows::record(&query.register, row)?);
    }
    Ok(out)
}
