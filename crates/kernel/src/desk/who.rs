//! The organisation as the desk decides by it: never behind what was acknowledged.

use super::Desk;
use crate::{
    Catalogue, Query, Result,
    post::{Directory, REGISTERS, Rows},
    store::LogQuery,
};
use futures::StreamExt;
use std::sync::Arc;

/// Limit: log entries read one by one to see whether the organisation changed; beyond it the newest of its own is asked for.
const MAX_GLANCE: i64 = 512;

/// Limit: how often the organisation is read anew because it changed while it was read; the next who asks tries again.
const MAX_TRIES: usize = 5;

/// The picture, and up to where in the log it is known to hold.
#[derive(Clone)]
pub(super) struct Known {
    directory: Arc<Directory>,
    seen: i64,
}

impl Known {
    /// Nothing is known yet.
    pub(super) fn nothing() -> Self {
        Self { directory: Arc::default(), seen: -1 }
    }
}

impl Desk {
    /// The organisation now: every change acknowledged before is in it.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn directory(&self) -> Result<Arc<Directory>> {
        let head = self.store.head();
        let known = self.known.load();
        if known.seen >= head {
            return Ok(Arc::clone(&known.directory));
        }
        drop(known);
        let _one_at_a_time = self.learning.lock().await;
        let mut tries = 0;
        loop {
            tries += 1;
            let known = self.known.load_full();
            let head = self.store.head();
            if known.seen >= head {
                return Ok(Arc::clone(&known.directory));
            }
            let catalogue = self.catalogue();
            let directory = if self.has_changed(known.seen, head).await? {
                Arc::new(self.read_directory(&catalogue).await?)
            } else {
                Arc::clone(&known.directory)
            };
            // The registers are read one after the other: what changed meanwhile, records or definitions, could have left a picture
            // that never was.
            let moved = self.has_changed(head, self.store.head()).await?;
            if !moved && Arc::ptr_eq(&catalogue, &self.catalogue()) {
                self.known.store(Arc::new(Known { directory: Arc::clone(&directory), seen: head }));
                return Ok(directory);
            }
            if tries == MAX_TRIES {
                return Ok(directory);
            }
        }
    }

    async fn has_changed(&self, seen: i64, head: i64) -> Result<bool> {
        if seen < 0 {
            return Ok(true);
        }
        if head <= seen {
            return Ok(false);
        }
        if head - seen <= MAX_GLANCE {
            let entries = self.store.entries(seen, usize::try_from(head - seen).unwrap_or(usize::MAX)).await?;
            return Ok(entries.iter().any(|e| REGISTERS.contains(&e.register.as_str())));
        }
        let registers = Some(REGISTERS.iter().map(|r| (*r).to_owned()).collect());
        let newest = self.store.find_entries(&LogQuery { registers, limit: 1, ..LogQuery::default() }).await?;
        Ok(newest.first().is_some_and(|e| e.position >= seen))
    }

    async fn read_directory(&self, catalogue: &Catalogue) -> Result<Directory> {
        let mut rows = Vec::new();
        for name in REGISTERS {
            let Some(register) = catalogue.registers.get(name) else { continue };
            let mut batches = self.store.scan(Query::all(Arc::clone(register)));
            let mut records = Vec::new();
            while let Some(batch) = batches.next().await {
                records.extend(batch?);
            }
            rows.push(Rows { register: Arc::clone(register), records });
        }
        Ok(Directory::from_rows(&rows))
    }
}
