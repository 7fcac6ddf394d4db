//! Which records of a register are due to be destroyed: found in one walk through what is and what was.

use super::Desk;
use crate::{
    Principal, Query, Record, Register, Result, Store,
    catalogue::Action,
    permission::not_allowed,
    retention::{Due, Rule},
};
use futures::{StreamExt, stream::BoxStream};
use jiff::civil::Date;
use std::sync::Arc;

impl Desk {
    /// The records of a register that are due on the principal's day, one after the other; `None` if its records are kept for ever.
    ///
    /// # Errors
    /// `login-required`, `not-allowed` unless they could destroy something there.
    pub fn due(&self, principal: &Principal, register: &Arc<Register>) -> Result<Option<DueWalk>> {
        if !self.could(principal, register, Action::Erase) {
            return Err(not_allowed(principal, register, Action::Erase));
        }
        Ok(Rule::of(register).map(|rule| DueWalk {
            current: Rows::new(self.store().scan(Query::all(Arc::clone(register)))),
            past: Rows::new(self.store().scan_history(Arc::clone(register))),
            store: Arc::clone(self.store()),
            today: principal.today(),
            rule,
        }))
    }
}

/// The walk: current records and earlier versions side by side, both in the order of fid.
pub struct DueWalk {
    rule: Rule,
    store: Arc<dyn Store>,
    today: Date,
    current: Rows,
    past: Rows,
}

impl DueWalk {
    /// The next record that is due.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn next(&mut self) -> Result<Option<Due>> {
        loop {
            let fids = [self.current.fid().await?, self.past.fid().await?];
            let Some(fid) = fids.into_iter().flatten().min() else { return Ok(None) };
            let mut past = Vec::new();
            while self.past.fid().await? == Some(fid) {
                past.extend(self.past.take());
            }
            let current = if self.current.fid().await? == Some(fid) { self.current.take() } else { None };
            let Some(id) = current.as_ref().or(past.last()).map(|r| r.id) else { continue };
            if !self.rule.may_be_due(current.as_ref(), &past, self.today) {
                continue;
            }
            // Both streams are of their own moments; the record's whole life decides.
            let versions = self.store.history(self.rule.register(), id).await?;
            if let Some(due) = self.rule.due(&versions, self.today) {
                return Ok(Some(due));
            }
        }
    }
}

/// A stream of batches, record by record.
struct Rows {
    batches: BoxStream<'static, Result<Vec<Record>>>,
    batch: std::iter::Peekable<std::vec::IntoIter<Record>>,
}

impl Rows {
    fn new(batches: BoxStream<'static, Result<Vec<Record>>>) -> Self {
        // Asked again after its end.
        Self { batches: batches.fuse().boxed(), batch: Vec::new().into_iter().peekable() }
    }

    /// The fid of the next record.
    async fn fid(&mut self) -> Result<Option<i64>> {
        while self.batch.peek().is_none() {
            let Some(batch) = self.batches.next().await else { return Ok(None) };
            self.batch = batch?.into_iter().peekable();
        }
        Ok(self.batch.peek().map(|r| r.fid))
    }

    fn take(&mut self) -> Option<Record> {
        self.batch.next()
    }
}
