//! The sealed log as an auditor reads it through the desk: seals, hash tiles, entries, proofs.

use super::Desk;
use crate::{
    Act, Result, Store,
    log::{Entry, Seal, TileId, proof::Wanted, tree::Hash},
};

/// The reading side of the sealed log, for one person.
#[derive(Clone, Copy)]
pub struct SealedLog<'a> {
    store: &'a dyn Store,
}

impl Desk {
    /// The sealed log, as far as the person may read it.
    pub fn sealed_log(&self, _act: &Act) -> SealedLog<'_> {
        SealedLog { store: &*self.store }
    }
}

impl SealedLog<'_> {
    /// The newest seal.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn last_seal(&self) -> Result<Option<Seal>> {
        self.store.last_seal().await
    }

    /// One hash tile.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn tile(&self, id: TileId) -> Result<Option<Vec<u8>>> {
        self.store.tile(id).await
    }

    /// Entries from a position on, in order, without gaps.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn entries(&self, from: i64, limit: usize) -> Result<Vec<Entry>> {
        self.store.entries(from, limit).await
    }

    /// The hashes of a proof.
    ///
    /// # Errors
    /// As [`Wanted::fetch`].
    pub async fn hashes(&self, wanted: &Wanted) -> Result<Vec<Hash>> {
        wanted.fetch(self.store).await
    }
}
