//! The store in PostgreSQL with PostGIS, for several server processes on one database.
//!
//! All lives in the schema `meydan`: a typed table per register (`meydan.<register>`, read by QGIS and reports through the role
//! `meydan_read`), a table of its past versions (`meydan.<register>__history`), and the log. Whoever writes holds the lock of
//! the one row of `meydan.head` until the commit is done; a change by anybody else is refused by triggers.
//!
//! A person who reads with QGIS or a report tool gets a login of their own and `GRANT meydan_read TO them`: they see the current
//! records of the registers that say nothing of persons (see [`reading`]), not the history and not the log, and can change nothing.

mod apply;
mod backup;
mod blobs;
mod checks;
mod connect;
mod definitions;
mod dialect;
mod errors;
mod head;
mod indexes;
mod log;
mod past;
mod read;
mod reading;
mod rows;
mod scan;
mod schema;
mod seals;
mod secrets;
mod stretches;
mod table;
mod types;
mod wipe;
mod writer;

pub use backup::restore;

use crate::recent::Recent;
use connect::{Place, Purpose};
use deadpool_postgres::{Object, Pool};
use definitions::Definitions;
use dialect::Arguments;
use errors::from_pool;
use futures::{StreamExt as _, stream::BoxStream};
use jiff::Timestamp;
use meydan_kernel::{
    Catalogue, Changeset, Committed, Query, Record, Register, Result, Secret, Store, Version,
    catalogue::Plan,
    head_watch,
    log::{Entry, Seal, TileId},
    query::{Key, MAX_PAGE},
    store::LogQuery,
};
use std::{path::Path, sync::Arc};
use uuid::Uuid;
use wipe::{Erased, Wiper};

/// The store in PostgreSQL.
pub struct PostgresStore {
    place: Place,
    readers: Pool,
    scanners: Pool,
    // For what is written beside the changesets: seals, secrets, blobs and the places of followers.
    keepers: Pool,
    writer: writer::Writer,
    definitions: Arc<Definitions>,
    head: head_watch::Sender,
    recent: Arc<Recent>,
    wiper: Arc<Wiper>,
    // While it is held, the task that follows the head goes on.
    _alive: Arc<()>,
}

impl PostgresStore {
    /// Connects to `postgres://user:password@host:port/database`; makes the store's own tables if they are missing.
    ///
    /// # Errors
    /// `bad-location`, `postgres-tls`, `store-unavailable`, `postgres-too-old`, `postgres-not-utf8`, `postgres-without-icu`, `postgis-missing`,
    /// `postgis-too-old`, `store-too-new`.
    pub async fn connect(url: &str) -> Result<Self> {
        let place = Place::find(url).await?;
        let mut client = place.session(Purpose::Plain).await?;
        let (definitions, head) = (Arc::new(Definitions::default()), head_watch::Sender::default());
        place
            .while_it_lives(async {
                schema::prepare(&mut client).await?;
                definitions.reload(&client).await?;
                reading::bring_at_opening(&mut client, &definitions).await?;
                head::look(&client, &head, &definitions).await
            })
            .await??;
        let (alive, recent) = (Arc::new(()), Arc::new(Recent::default()));
        let wiper = Arc::new(Wiper::start(place.clone()));
        tokio::spawn(head::follow(place.clone(), head.clone(), Arc::clone(&definitions), Arc::downgrade(&alive)));
        Ok(Self {
            readers: place.pool(Purpose::Read)?,
            scanners: place.pool(Purpose::Scan)?,
            keepers: place.pool(Purpose::Plain)?,
            writer: writer::Writer::start(
                place.clone(),
                Arc::clone(&definitions),
                head.clone(),
                Arc::clone(&recent),
                Arc::clone(&wiper),
            ),
            wiper,
            place,
            definitions,
            head,
            recent,
            _alive: alive,
        })
    }

    /// Writes the log, the secrets, the blobs and the tables that were ever erased from anew, so that no byte of what was erased is left in
    /// their files. They are locked meanwhile. (A plain `VACUUM` follows each erasure by itself.)
    ///
    /// # Errors
    /// `store-unavailable`; those of the server.
    pub async fn scrub(&self) -> Result<()> {
        let client = self.place.session(Purpose::Plain).await?;
        self.answer(wipe::full(&client, &self.definitions)).await
    }

    async fn reader(&self) -> Result<Object> {
        self.readers.get().await.map_err(from_pool)
    }

    async fn keeper(&self) -> Result<Object> {
        self.keepers.get().await.map_err(from_pool)
    }

    /// The answer to a question, or `store-unavailable` once the server is dead.
    async fn answer<T>(&self, question: impl Future<Output = Result<T>>) -> Result<T> {
        self.place.while_it_lives(question).await?
    }
}

#[async_trait::async_trait]
impl Store for PostgresStore {
    fn name(&self) -> &'static str {
        "postgres"
    }

    async fn catalogue(&self) -> Result<Option<Catalogue>> {
        self.answer(async { self.definitions.reload(&**self.reader().await?).await }).await?;
        Ok((self.definitions.epoch() > 0).then(|| Catalogue::clone(&self.definitions.catalogue())))
    }

    async fn apply(&self, plan: &Plan, catalogue: &Catalogue) -> Result<()> {
        let mut client = self.place.session(Purpose::Plain).await?;
        self.answer(async {
            apply::apply(&mut client, plan, catalogue).await?;
            self.definitions.reload(&client).await
        })
        .await
    }

    async fn commit(&self, changeset: Changeset) -> Result<Committed> {
        self.writer.commit(changeset).await
    }

    async fn loaded(&self, registers: &[String]) -> Result<()> {
        let catalogue = self.definitions.catalogue();
        let there = registers.iter().filter(|name| catalogue.registers.contains_key(*name));
        let tables: Vec<String> = there.map(|name| format!("meydan.{}", table::current(name))).collect();
        if tables.is_empty() {
            return Ok(());
        }
        // The server's own vacuum comes within a minute or so; until then its statistics are of an empty table, and no index
        // answers by itself, since no page is known to be seen by all.
        let client = self.place.session(Purpose::Plain).await?;
        let vacuum = format!("VACUUM (ANALYZE) {}", tables.join(", "));
        self.answer(async { client.batch_execute(&vacuum).await.map_err(errors::from_pg) }).await
    }

    async fn get(&self, register: &Arc<Register>, key: Key, as_of: Option<Timestamp>) -> Result<Option<Record>> {
        self.answer(async { read::get(&**self.reader().await?, register, key, as_of).await }).await
    }

    async fn query(&self, query: &Query) -> Result<Vec<Record>> {
        let mut query = query.clone();
        query.limit = Some(query.limit.unwrap_or(MAX_PAGE).min(MAX_PAGE));
        self.answer(async { read::query(&**self.reader().await?, &query).await }).await
    }

    async fn count(&self, query: &Query) -> Result<u64> {
        self.answer(async { read::count(&**self.reader().await?, query).await }).await
    }

    fn scan(&self, query: Query) -> BoxStream<'static, Result<Vec<Record>>> {
        let (sql, params) = read::select(&query, read::What::Records);
        scan::stream(self.place.clone(), self.scanners.clone(), sql, Arguments::new(params), scan::records(query.register))
            .boxed()
    }

    async fn history(&self, register: &Arc<Register>, id: Uuid) -> Result<Vec<Version>> {
        self.answer(async {
            past::history(&**self.reader().await?, register, self.definitions.names_of(&register.name), id).await
        })
        .await
    }

    async fn id_of(&self, register: &Arc<Register>, fid: i64) -> Result<Option<Uuid>> {
        self.answer(async { past::id_of(&**self.reader().await?, register, fid).await }).await
    }

    fn scan_history(&self, register: Arc<Register>) -> BoxStream<'static, Result<Vec<Record>>> {
        let sql = past::select_all(&register);
        let read = move |row: &tokio_postgres::Row, out: &mut Vec<Record>| past::read(&register, row, out);
        scan::stream(self.place.clone(), self.scanners.clone(), sql, Arguments::new(Vec::new()), read).boxed()
    }

    async fn definitions(&self, register: &str) -> Result<Vec<(i64, Arc<Register>)>> {
        self.answer(async { definitions::of(&**self.reader().await?, register).await }).await
    }

    async fn misplaced(&self, register: &Arc<Register>, limit: usize) -> Result<Vec<(i64, i64)>> {
        self.answer(async { past::misplaced(&**self.reader().await?, register, limit).await }).await
    }

    fn head(&self) -> i64 {
        self.head.head()
    }

    fn touches(&self, from: i64, to: i64, registers: &[&str]) -> Option<bool> {
        self.recent.touches(from, to, registers)
    }

    fn watch(&self) -> head_watch::Receiver {
        self.head.subscribe()
    }

    async fn entries(&self, from: i64, limit: usize) -> Result<Vec<Entry>> {
        self.answer(async { log::entries(&**self.reader().await?, from, limit).await }).await
    }

    async fn find_entries(&self, query: &LogQuery) -> Result<Vec<Entry>> {
        self.answer(async { log::find(&**self.reader().await?, &self.definitions, query).await }).await
    }

    async fn follower(&self, name: &str) -> Result<i64> {
        self.answer(async { log::follower(&**self.reader().await?, name).await }).await
    }

    async fn set_follower(&self, name: &str, next: i64) -> Result<()> {
        self.answer(async { log::set_follower(&**self.keeper().await?, name, next).await }).await
    }

    async fn last_seal(&self) -> Result<Option<Seal>> {
        self.answer(async { seals::last(&**self.reader().await?).await }).await
    }

    async fn seal_covering(&self, size: i64) -> Result<Option<Seal>> {
        self.answer(async { seals::covering(&**self.reader().await?, size).await }).await
    }

    async fn seals(&self, after: i64, limit: usize) -> Result<Vec<Seal>> {
        self.answer(async { seals::after(&**self.reader().await?, after, limit).await }).await
    }

    async fn put_seal(&self, seal: &Seal, tiles: &[(TileId, Vec<u8>)]) -> Result<()> {
        self.answer(async { seals::put(&mut **self.keeper().await?, seal, tiles).await }).await
    }

    async fn put_time_stamp(&self, size: i64, response: &[u8]) -> Result<()> {
        self.answer(async { seals::put_time_stamp(&**self.keeper().await?, size, response).await }).await
    }

    async fn tile(&self, id: TileId) -> Result<Option<Vec<u8>>> {
        self.answer(async { seals::tile(&**self.reader().await?, id).await }).await
    }

    async fn keep_secret(&self, secret: &Secret) -> Result<()> {
        self.answer(async { secrets::keep(&mut **self.keeper().await?, secret).await }).await
    }

    async fn swap_secret(&self, expected: Option<&Secret>, secret: &Secret) -> Result<bool> {
        self.answer(async { secrets::swap(&mut **self.keeper().await?, expected, secret).await }).await
    }

    async fn secret(&self, kind: &str, key: &str) -> Result<Option<Secret>> {
        self.answer(async { secrets::one(&**self.reader().await?, kind, key).await }).await
    }

    async fn secrets(&self, kind: &str, owner: Option<Uuid>) -> Result<Vec<Secret>> {
        self.answer(async { secrets::all(&**self.reader().await?, kind, owner).await }).await
    }

    async fn forget_secret(&self, kind: &str, key: &str) -> Result<bool> {
        self.answer(async { secrets::forget(&mut **self.keeper().await?, kind, key).await }).await
    }

    async fn forget_secrets_of(&self, kind: &str, owner: Uuid) -> Result<u64> {
        self.answer(async { secrets::forget_of(&mut **self.keeper().await?, kind, owner).await }).await
    }

    async fn forget_expired_secrets(&self, now: Timestamp) -> Result<u64> {
        self.answer(async { secrets::forget_expired(&mut **self.keeper().await?, now).await }).await
    }

    async fn keep_blob(&self, digest: [u8; 32], bytes: Vec<u8>) -> Result<()> {
        let bytes = crate::blob::checked(digest, bytes).await?;
        self.answer(async { blobs::keep(&mut **self.keeper().await?, digest, &bytes).await }).await
    }

    async fn blob(&self, digest: [u8; 32]) -> Result<Option<Vec<u8>>> {
        self.answer(async { blobs::one(&**self.reader().await?, digest).await }).await
    }

    async fn forget_blob(&self, digest: [u8; 32]) -> Result<bool> {
        let forgotten = self.answer(async { blobs::forget(&mut **self.keeper().await?, digest).await }).await?;
        if forgotten {
            self.wiper.erased(std::iter::once(Erased::Blobs));
        }
        Ok(forgotten)
    }

    async fn blobs(&self) -> Result<Vec<([u8; 32], u64)>> {
        self.answer(async { blobs::all(&**self.reader().await?).await }).await
    }

    async fn backup(&self, to: &Path) -> Result<()> {
        self.answer(backup::dump(self.place.config(), to)).await
    }

    async fn checks(&self) -> Result<Vec<(String, bool, String)>> {
        self.answer(async { checks::run(&**self.reader().await?).await }).await
    }
}
