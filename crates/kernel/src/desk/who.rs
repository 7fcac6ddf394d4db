//! The organisation as the desk decides by it: never behind what was acknowledged.

use super::Desk;
use crate::{
    Catalogue, Query, Result,
    post::{Directory, REGISTERS, Rows},
};
use futures::StreamExt;
use std::sync::Arc;

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
        let asked = self.store.head();
        let known = self.known.load();
        if known.seen >= asked {
            return Ok(Arc::clone(&known.directory));
        }
        // Mostly the log went on with what this process wrote itself, into other registers.
        if self.is_harmless(known.seen, asked, &REGISTERS) {
            let directory = Arc::clone(&known.directory);
            // Not over what somebody else has learnt meanwhile, or over the nothing that another catalogue begins with.
            self.known.compare_and_swap(&known, Arc::new(Known { directory: Arc::clone(&directory), seen: asked }));
            return Ok(directory);
        }
        drop(known);
        let _one_at_a_time = self.learning.lock().await;
        let mut tries = 0;
        loop {
            tries += 1;
            let known = self.known.load_full();
            // Whoever waited here needs no more than what was acknowledged before they came.
            if known.seen >= asked {
                return Ok(Arc::clone(&known.directory));
            }
            let head = self.store.head();
            let catalogue = self.catalogue();
            let directory = if self.changed_since(known.seen, head, &REGISTERS).await? {
                Arc::new(self.read_directory(&catalogue).await?)
            } else {
                Arc::clone(&known.directory)
            };
            // The registers are read one after the other: what changed meanwhile, records or definitions, could have left a picture
            // that never was.
            let moved = self.changed_since(head, self.store.head(), &REGISTERS).await?;
            if !moved && Arc::ptr_eq(&catalogue, &self.catalogue()) {
                self.known.compare_and_swap(&known, Arc::new(Known { directory: Arc::clone(&directory), seen: head }));
                return Ok(directory);
            }
            if tries == MAX_TRIES {
                return Ok(directory);
            }
        }
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
