//! The Store trait: what the kernel asks of a store. Two implementations, one contract suite (`crates/store`).

use crate::{
    Catalogue, Changeset, Committed, Query, Record, Register, Result, Secret, Version,
    catalogue::Plan,
    log::{Entry, Seal, TileId},
    query::Key,
};
use futures::stream::BoxStream;
use jiff::Timestamp;
use std::sync::Arc;
use uuid::Uuid;

/// How many log entries belong to which filter, for the log page.
#[derive(Debug, Clone, Default)]
pub struct LogQuery {
    /// Only entries of this register.
    pub register: Option<String>,
    /// Only entries of these registers (what a person may see); `None` for all.
    pub registers: Option<Vec<String>>,
    /// Only entries of this record.
    pub record: Option<Uuid>,
    /// Only entries of this changeset.
    pub changeset: Option<Uuid>,
    /// Only entries by this person.
    pub person: Option<String>,
    /// Only entries before this position (newest first paging); `None` starts at the head.
    pub before: Option<i64>,
    /// At most so many.
    pub limit: usize,
}

/// Limit: bytes of a blob, 32 MiB.
pub const MAX_BLOB: usize = 32 << 20;

/// A store of records and their log. Every method may be called from many tasks at once.
#[async_trait::async_trait]
pub trait Store: Send + Sync + 'static {
    /// `sqlite` or `postgres`, for the operator's eyes only.
    fn name(&self) -> &'static str;

    /// The catalogue that the tables were last made for; `None` in a new store.
    async fn catalogue(&self) -> Result<Option<Catalogue>>;

    /// Carries out a plan (made by [`crate::catalogue::plan`]) and keeps `catalogue` as the applied one, in one transaction.
    async fn apply(&self, plan: &Plan, catalogue: &Catalogue) -> Result<()>;

    /// Applies a changeset whole or not at all, with its history and its log entries. Returns when it is on disk.
    /// Concurrent changesets share one commit.
    ///
    /// # Errors
    /// `version-conflict` (Precondition), `no-such-record` (NotFound), `key-taken` (Conflict), `missing-reference` (Invalid,
    /// names the field), `still-referenced` (Conflict), `no-such-register` (NotFound); nothing is changed then, and other
    /// changesets that share the commit are not touched.
    async fn commit(&self, changeset: Changeset) -> Result<Committed>;

    /// Registers whose tables were just filled with very much: brings what the store's planner goes by up to date, so that the
    /// first questions after a large load are answered as quickly as all later ones. Changes no record.
    async fn loaded(&self, registers: &[String]) -> Result<()>;

    /// One record, now or as of an instant.
    async fn get(&self, register: &Arc<Register>, key: Key, as_of: Option<Timestamp>) -> Result<Option<Record>>;

    /// One page of records.
    async fn query(&self, query: &Query) -> Result<Vec<Record>>;

    /// How many records match (paging is ignored).
    async fn count(&self, query: &Query) -> Result<u64>;

    /// All matching records as batches, from one snapshot, in bounded memory; the query's limit holds, `MAX_PAGE` doesn't.
    fn scan(&self, query: Query) -> BoxStream<'static, Result<Vec<Record>>>;

    /// Every version of a record, oldest first; empty if it never was.
    async fn history(&self, register: &Arc<Register>, id: Uuid) -> Result<Vec<Version>>;

    /// The id of the record that has this fid, or had it before it ended.
    async fn id_of(&self, register: &Arc<Register>, fid: i64) -> Result<Option<Uuid>>;

    /// All versions of a register that are no longer current, in fid and version order, as batches (for verification).
    fn scan_history(&self, register: Arc<Register>) -> BoxStream<'static, Result<Vec<Record>>>;

    /// Every definition that the register of this name ever had, each with the position of the first log entry it held for,
    /// ascending; none if there is no such register. A digest in the log is over content under the definition of its time.
    async fn definitions(&self, register: &str) -> Result<Vec<(i64, Arc<Register>)>>;

    /// Fid and version of versions that don't end where the next one of their record begins, or stand as current or as
    /// ended although there is a later one; at most `limit`. None unless somebody wrote past this store: "as of" would lie.
    async fn misplaced(&self, register: &Arc<Register>, limit: usize) -> Result<Vec<(i64, i64)>>;

    /// How many entries the log has. Cheap (asked for every tile) and never behind what was acknowledged by this process;
    /// another process's entries show at once (SQLite) or within the notification's latency (PostgreSQL).
    fn head(&self) -> i64;

    /// Whether entries from one position up to before another are of any of these registers (it may say so although they stand
    /// a little later), as far as this process can tell without a question: what it wrote itself, one after the other, it
    /// knows. `None` if it must be looked up.
    fn touches(&self, from: i64, to: i64, registers: &[&str]) -> Option<bool>;

    /// Changes whenever the head grows.
    fn watch(&self) -> crate::head_watch::Receiver;

    /// Log entries from a position on, in order, without gaps.
    async fn entries(&self, from: i64, limit: usize) -> Result<Vec<Entry>>;

    /// Log entries by filter, newest first.
    async fn find_entries(&self, query: &LogQuery) -> Result<Vec<Entry>>;

    /// Where a named follower stands: the position of the next entry it wants. 0 if it never said.
    async fn follower(&self, name: &str) -> Result<i64>;

    /// Says where a named follower stands; durable when this returns.
    async fn set_follower(&self, name: &str, next: i64) -> Result<()>;

    /// The newest seal.
    async fn last_seal(&self) -> Result<Option<Seal>>;

    /// The first seal whose tree holds at least `size` entries.
    async fn seal_covering(&self, size: i64) -> Result<Option<Seal>>;

    /// Seals with `size` > after, ascending, at most `limit`.
    async fn seals(&self, after: i64, limit: usize) -> Result<Vec<Seal>>;

    /// Keeps a seal and the hash tiles that it wrote or widened, in one transaction. Refused (`Conflict`, `seal-behind`) if
    /// a seal of this size or larger is already there (another process sealed).
    async fn put_seal(&self, seal: &Seal, tiles: &[(TileId, Vec<u8>)]) -> Result<()>;

    /// Adds the RFC 3161 time-stamp response (DER) to the seal of this size.
    async fn put_time_stamp(&self, size: i64, response: &[u8]) -> Result<()>;

    /// One hash tile: up to 256 hashes of 32 bytes.
    async fn tile(&self, id: TileId) -> Result<Option<Vec<u8>>>;

    /// Keeps a secret; one of the same kind and key is replaced. Durable when this returns.
    async fn keep_secret(&self, secret: &Secret) -> Result<()>;

    /// Keeps a secret in the place of one that must still be as given (`None`: there must be none); false if it isn't, and
    /// nothing is changed then. What can be used once only is used up by this.
    async fn swap_secret(&self, expected: Option<&Secret>, secret: &Secret) -> Result<bool>;

    /// One secret, also one whose time is over.
    async fn secret(&self, kind: &str, key: &str) -> Result<Option<Secret>>;

    /// All secrets of a kind, of one owner if named, oldest first.
    async fn secrets(&self, kind: &str, owner: Option<Uuid>) -> Result<Vec<Secret>>;

    /// Forgets a secret; true if it was there.
    async fn forget_secret(&self, kind: &str, key: &str) -> Result<bool>;

    /// Forgets all secrets of a kind that an owner has; how many.
    async fn forget_secrets_of(&self, kind: &str, owner: Uuid) -> Result<u64>;

    /// Forgets every secret whose time is over; how many.
    async fn forget_expired_secrets(&self, now: Timestamp) -> Result<u64>;

    /// Keeps a blob (the bytes of an attachment, photo or voice note) under its SHA-256. Durable when this returns; nothing happens
    /// if it is there already. Changesets that are committed meanwhile don't wait for all of it.
    ///
    /// # Errors
    /// `blob-too-large` (TooLarge) beyond [`MAX_BLOB`], `blob-differs` (Invalid) if the digest is not that of the bytes.
    async fn keep_blob(&self, digest: [u8; 32], bytes: Vec<u8>) -> Result<()>;

    /// The bytes of a blob.
    async fn blob(&self, digest: [u8; 32]) -> Result<Option<Vec<u8>>>;

    /// Destroys a blob, also in the store's files as an erasure does; true if it was there. Whoever forgets must know that nothing
    /// points to it.
    async fn forget_blob(&self, digest: [u8; 32]) -> Result<bool>;

    /// All blobs by digest, ascending, and their sizes in bytes.
    async fn blobs(&self) -> Result<Vec<([u8; 32], u64)>>;

    /// Writes a consistent copy while serving. SQLite: a file; PostgreSQL: a directory or archive of `pg_dump`.
    async fn backup(&self, to: &std::path::Path) -> Result<()>;

    /// Named checks of health for `meydan doctor`: (name, fine, detail).
    async fn checks(&self) -> Result<Vec<(String, bool, String)>>;
}
