//! What a face asks of the store for lists, maps, exports and counts.

use crate::{Register, cql2::Expr};
use jiff::Timestamp;
use meydan_geo::Bbox;
use std::sync::Arc;
use uuid::Uuid;

/// Limit: records of one page.
pub const MAX_PAGE: usize = 10_000;

/// Order by one field; ties are broken by fid, so that every order is total.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sort {
    /// Index of the field in the register.
    pub field: usize,
    /// Largest first.
    pub descending: bool,
}

/// A question to one register. The default order is by fid.
#[derive(Debug, Clone)]
pub struct Query {
    /// The register asked.
    pub register: Arc<Register>,
    /// Only records whose geometry's box touches one of these boxes (lon/lat; two boxes where the asked one crosses the antimeridian).
    pub bbox: Vec<Bbox>,
    /// Only records for which this is true (CQL2; unknown is not true).
    pub filter: Option<Expr>,
    /// Only this record, by id.
    pub ids: Option<Vec<Uuid>>,
    /// Order.
    pub sort: Option<Sort>,
    /// Keyset paging: only what comes after this cursor.
    pub after: Option<Cursor>,
    /// Skip so many (for clients that know no cursor).
    pub offset: u64,
    /// At most so many; bounded by [`MAX_PAGE`] in `query`, not in `scan`.
    pub limit: Option<usize>,
    /// The state as of an instant; `None` is now.
    pub as_of: Option<Timestamp>,
}

/// Where a page ended: the sort value and the fid of its last record.
#[derive(Debug, Clone, PartialEq)]
pub struct Cursor {
    /// The last record's value of the sort field; `None` when ordered by fid.
    pub value: Option<crate::Value>,
    /// The last record's fid.
    pub fid: i64,
}

impl Query {
    /// All of a register.
    pub fn all(register: Arc<Register>) -> Self {
        Self {
            register,
            bbox: Vec::new(),
            filter: None,
            ids: None,
            sort: None,
            after: None,
            offset: 0,
            limit: None,
            as_of: None,
        }
    }
}

/// Which record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Key {
    /// By identity.
    Id(Uuid),
    /// By the register's small integer.
    Fid(i64),
}
