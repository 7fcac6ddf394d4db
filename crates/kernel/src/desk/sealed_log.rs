//! The sealed log as an auditor reads it through the desk: seals, hash tiles, entries, proofs.

use super::Desk;
use crate::{
    Principal, Result, Store,
    catalogue::Action,
    log::{Entry, Seal, TileId, proof::Wanted, tree::Hash},
};

/// The reading side of the sealed log, for one person.
#[derive(Clone, Copy)]
pub struct SealedLog<'a> {
    store: &'a dyn Store,
    desk: &'a Desk,
    principal: &'a Principal,
}

impl Desk {
    /// The sealed log, as far as the person may read it: seals, hash tiles and proofs are public (hashes tell nothing), the
    /// entries are the auditor's.
    pub fn sealed_log<'a>(&'a self, principal: &'a Principal) -> SealedLog<'a> {
        SealedLog { store: &*self.store, desk: self, principal }
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
    /// `login-required`, `not-allowed` unless every register is the person's to audit; those of the store.
    pub async fn entries(&self, from: i64, limit: usize) -> Result<Vec<Entry>> {
        for register in self.desk.catalogue().registers.values() {
            if self.desk.access(self.principal, register, Action::Audit).whole().is_none() {
                return Err(crate::permission::not_allowed(self.principal, register, Action::Audit));
            }
        }
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
