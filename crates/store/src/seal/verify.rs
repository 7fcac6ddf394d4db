//! The walk through everything: does the log prove what the store says?
//!
//! It names each broken thing as narrowly as it can be known: an entry that is not the one that was sealed, a tile, a seal, a
//! version that is not what its entry recorded, a version without an entry, an entry without its version. Memory is bounded by
//! the limits in this module, whatever the size of the log; the walk may run while the server writes.

mod finding;
mod stamps;
mod tree;
mod versions;

pub use finding::{Finding, FindingKind};

use meydan_kernel::{Error, Result, Store, log::note::Verifier};
use std::collections::BTreeMap;

/// Limit: findings that are told one by one; the rest is counted.
pub const MAX_NAMED: usize = 100;

/// What the walk saw.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Report {
    /// Entries read and hashed.
    pub entries: u64,
    /// Entries not sealed yet (the newest ones; normal while the log grows, and all of them without a sealer).
    pub unsealed: u64,
    /// Seals whose root and signature were checked.
    pub seals: u64,
    /// Seals that carry an RFC 3161 time stamp.
    pub time_stamps: u64,
    /// Record versions held against their entries.
    pub versions: u64,
    /// Versions erased lawfully: their salt was destroyed, and a later erasure of their record stands in the log. What is left of
    /// their content proves nothing any more, by design.
    pub erased: u64,
    /// Entries whose content can't be shown because a field or the whole register was dropped since.
    pub dropped: u64,
    /// The first broken things, in the order they were found.
    pub findings: Vec<Finding>,
    /// How many broken things of each kind.
    pub broken: BTreeMap<FindingKind, u64>,
}

impl Report {
    /// True if nothing is broken.
    pub fn is_fine(&self) -> bool {
        self.broken.is_empty()
    }

    /// How many broken things in all.
    pub fn broken_total(&self) -> u64 {
        self.broken.values().sum()
    }

    fn add(&mut self, finding: Finding) {
        *self.broken.entry(finding.kind).or_default() += 1;
        if self.findings.len() < MAX_NAMED {
            self.findings.push(finding);
        }
    }
}

/// How far the walk is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// What it does.
    pub phase: Phase,
    /// How many are done.
    pub done: u64,
    /// How many there are; 0 if that is not known.
    pub total: u64,
}

/// The two halves of the walk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// Entries, tiles, seals.
    Log,
    /// Record versions.
    Versions,
}

/// Walks everything. `verifier` is the key that the seals must be signed with; without it signatures are a finding.
///
/// # Errors
/// Those of the store. What is broken in the data is no error but stands in the report.
pub async fn verify(
    store: &dyn Store,
    verifier: Option<&Verifier>,
    progress: &mut (dyn FnMut(Progress) + Send),
) -> Result<Report> {
    let mut report = Report::default();
    let head = u64::try_from(store.head()).map_err(Error::internal)?;
    tree::walk(store, verifier, head, &mut report, progress).await?;
    versions::walk(store, head, &mut report, progress).await?;
    Ok(report)
}
