//! The sealed log as an auditor reads it through the desk: seals, hash tiles, entries, proofs.

use super::Desk;
use crate::{
    Error, Principal, Result, Store, Version,
    catalogue::Action,
    log::{
        Entry, Seal, TileId,
        proof::Wanted,
        tree::{Hash, leaf_hash},
    },
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

    /// The entry of a version that the desk has shown to this person.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn entry_of(&self, version: &Version) -> Result<Entry> {
        let found = self.store.entries(version.position, 1).await?.into_iter().find(|e| e.position == version.position);
        found.ok_or_else(|| Error::internal(format!("no entry at {}", version.position)))
    }

    /// The leaf hash of one entry: public, as it tells nothing of the entry.
    ///
    /// # Errors
    /// Those of the store; there is no such entry.
    pub async fn leaf_hash(&self, position: u64) -> Result<Hash> {
        let at = i64::try_from(position).map_err(Error::internal)?;
        let entry = self.store.entries(at, 1).await?.into_iter().find(|e| e.position == at);
        let entry = entry.ok_or_else(|| Error::internal(format!("no entry at {position}")))?;
        Ok(leaf_hash(&entry.leaf_bytes()))
    }

    /// The hashes of a proof.
    ///
    /// # Errors
    /// As [`Wanted::fetch`].
    pub async fn hashes(&self, wanted: &Wanted) -> Result<Vec<Hash>> {
        wanted.fetch(self.store).await
    }
}
