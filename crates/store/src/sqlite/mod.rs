//! The embedded store: one GeoPackage file.
//!
//! One thread writes and commits for all who wait; a pool of threads reads; foreign programs may read the file at any time
//! and are refused by the database itself when they write.

mod apply;
mod blob;
mod blobs;
mod change;
mod collation;
mod connect;
mod definitions;
mod dialect;
mod erase;
mod failure;
mod filter_function;
mod geometry_function;
mod head;
mod health;
mod instant;
mod log;
mod names;
mod near;
mod past;
mod read;
mod readers;
mod refusal;
mod rows;
mod salt;
mod scan;
mod schema;
mod seals;
mod secrets;
mod select;
mod state;
mod tables;
mod walk;
mod write_record;
mod writer;

use crate::recent::Recent;
use futures::stream::BoxStream;
use jiff::Timestamp;
use meydan_kernel::{
    Catalogue, Changeset, Committed, Error, Query, Record, Register, Result, Secret, Store, Version,
    catalogue::Plan,
    head_watch,
    log::{Entry, Seal, TileId},
    query::Key,
    store::LogQuery,
};
use rusqlite::Connection;
use std::{
    path::{Path, PathBuf},
    sync::Arc,
    thread,
};
use tokio::sync::{mpsc, oneshot};
use uuid::Uuid;

/// How often the keeping of a blob is begun again when somebody forgets it meanwhile.
const MAX_KEEPINGS: usize = 3;

/// The store in one GeoPackage file.
pub struct SqliteStore {
    path: PathBuf,
    jobs: mpsc::Sender<writer::Job>,
    readers: readers::Readers,
    streams: scan::Streams,
    log: log::Reader,
    recent: Arc<Recent>,
    head: Arc<head::Head>,
    sender: head_watch::Sender,
}

impl SqliteStore {
    /// Opens the store at a path; makes the file if there is none.
    ///
    /// # Errors
    /// `not-a-store` for a file that is not ours, `newer-store` for one of a newer version, `store-unavailable` if the file
    /// can't be opened.
    pub async fn open(path: &Path) -> Result<Self> {
        let path = path.to_owned();
        tokio::task::spawn_blocking(move || Self::open_now(&path)).await.map_err(Error::internal)?
    }

    fn open_now(path: &Path) -> Result<Self> {
        let new = crate::private_file::make_if_missing(path).map_err(Error::unavailable)?;
        let mut conn = connect::writer(path)?;
        schema::make_or_check(&mut conn)?;
        if new {
            sync_directory_of(path)?;
        }
        let sender = head_watch::Sender::default();
        let (jobs, waiting) = mpsc::channel(writer::MAX_WAITING);
        let recent = Arc::new(Recent::default());
        let writer = writer::Writer {
            conn,
            state: state::State::default(),
            jobs: waiting,
            head: sender.clone(),
            recent: Arc::clone(&recent),
            itself: jobs.downgrade(),
            owed: writer::Owed::default(),
        };
        thread::Builder::new().name("sqlite-write".to_owned()).spawn(move || writer.run()).map_err(Error::unavailable)?;
        Ok(Self {
            readers: readers::Readers::start(path)?,
            streams: scan::Streams::new(path.to_owned()),
            head: head::Head::start(path, sender.clone())?,
            log: log::Reader::default(),
            recent,
            path: path.to_owned(),
            jobs,
            sender,
        })
    }

    /// Writes the whole file anew, so that no byte of what was erased is left in it. Nobody can write meanwhile; everybody can
    /// read. The store does this by itself a second after an erasure while the file is below 64 MiB, and at night if it is larger.
    ///
    /// # Errors
    /// `store-unavailable` if somebody reads an old state all the while; `disk-full`.
    pub async fn scrub(&self) -> Result<()> {
        match self.write(|conn, _| erase::scrub(conn)).await? {
            true => Ok(()),
            false => Err(Error::unavailable("an old state of the file is still being read")),
        }
    }

    /// Has a request put on disk, in one commit with whatever else waits.
    async fn request(&self, request: writer::Request) -> Result<writer::Done> {
        let (reply, answer) = oneshot::channel();
        self.jobs.send(writer::Job::Commit(request, reply)).await.map_err(|_| writer_gone())?;
        answer.await.map_err(|_| writer_gone())?
    }

    /// How many secrets something touched.
    async fn secretly(&self, write: secrets::Write) -> Result<u64> {
        match self.request(writer::Request::Secret(Box::new(write))).await? {
            writer::Done::Secrets(touched) => Ok(touched),
            _ => Err(Error::internal("secrets got another request's answer")),
        }
    }

    /// What [`blobs::write`] says.
    async fn with_blobs(&self, write: blobs::Write) -> Result<bool> {
        match self.request(writer::Request::Blob(write)).await? {
            writer::Done::Blob(done) => Ok(done),
            _ => Err(Error::internal("a blob got another request's answer")),
        }
    }

    /// Runs a task on the writer's connection and waits for its result.
    async fn write<T: Send + 'static>(
        &self,
        task: impl FnOnce(&mut Connection, &mut state::State) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let (reply, answer) = oneshot::channel();
        let task: writer::Task = Box::new(move |conn, state| {
            // Whoever asked may have gone away.
            let _ = reply.send(task(conn, state));
        });
        self.jobs.send(writer::Job::Run(task)).await.map_err(|_| writer_gone())?;
        answer.await.map_err(|_| writer_gone())?
    }
}

fn writer_gone() -> Error {
    Error::unavailable("the writer has ended")
}

/// Makes a new file's name durable.
fn sync_directory_of(path: &Path) -> Result<()> {
    let directory = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
    std::fs::File::open(directory).and_then(|d| d.sync_all()).map_err(Error::unavailable)
}

#[async_trait::async_trait]
impl Store for SqliteStore {
    fn name(&self) -> &'static str {
        "sqlite"
    }

    async fn catalogue(&self) -> Result<Option<Catalogue>> {
        self.readers.ask(definitions::catalogue).await
    }

    async fn apply(&self, plan: &Plan, catalogue: &Catalogue) -> Result<()> {
        let (plan, catalogue) = (plan.clone(), catalogue.clone());
        self.write(move |conn, state| apply::apply(conn, state, &plan, &catalogue)).await
    }

    async fn commit(&self, changeset: Changeset) -> Result<Committed> {
        match self.request(writer::Request::Changeset(changeset)).await? {
            writer::Done::Committed(committed) => Ok(committed),
            _ => Err(Error::internal("a changeset got another request's answer")),
        }
    }

    async fn loaded(&self, _registers: &[String]) -> Result<()> {
        // Its planner goes by no statistics here (`walk`), and every page is seen by all.
        Ok(())
    }

    async fn get(&self, register: &Arc<Register>, key: Key, as_of: Option<Timestamp>) -> Result<Option<Record>> {
        let register = Arc::clone(register);
        self.readers.ask(move |conn| read::get(conn, &register, key, as_of)).await
    }

    async fn query(&self, query: &Query) -> Result<Vec<Record>> {
        let query = query.clone();
        self.readers.ask(move |conn| read::page(conn, &query)).await
    }

    async fn count(&self, query: &Query) -> Result<u64> {
        let query = query.clone();
        self.readers.ask(move |conn| read::count(conn, &query)).await
    }

    fn scan(&self, query: Query) -> BoxStream<'static, Result<Vec<Record>>> {
        self.streams.start(Box::new(move |conn, take| read::each(conn, &query, take)))
    }

    async fn history(&self, register: &Arc<Register>, id: Uuid) -> Result<Vec<Version>> {
        let (register, log) = (Arc::clone(register), self.log.clone());
        self.readers.ask(move |conn| past::history(conn, &log, &register, id)).await
    }

    async fn id_of(&self, register: &Arc<Register>, fid: i64) -> Result<Option<Uuid>> {
        let register = Arc::clone(register);
        self.readers.ask(move |conn| read::id_of(conn, &register, fid)).await
    }

    fn scan_history(&self, register: Arc<Register>) -> BoxStream<'static, Result<Vec<Record>>> {
        self.streams.start(Box::new(move |conn, take| past::each_past(conn, &register, None, take)))
    }

    async fn definitions(&self, register: &str) -> Result<Vec<(i64, Arc<Register>)>> {
        let (name, log) = (register.to_owned(), self.log.clone());
        self.readers.ask(move |conn| log.definitions_of(conn, &name)).await
    }

    async fn misplaced(&self, register: &Arc<Register>, limit: usize) -> Result<Vec<(i64, i64)>> {
        let register = Arc::clone(register);
        self.readers.ask(move |conn| past::misplaced(conn, &register, limit)).await
    }

    fn head(&self) -> i64 {
        self.head.now()
    }

    fn touches(&self, from: i64, to: i64, registers: &[&str]) -> Option<bool> {
        self.recent.touches(from, to, registers)
    }

    fn watch(&self) -> head_watch::Receiver {
        self.sender.subscribe()
    }

    async fn entries(&self, from: i64, limit: usize) -> Result<Vec<Entry>> {
        let log = self.log.clone();
        self.readers.ask(move |conn| log.from(conn, from, limit)).await
    }

    async fn find_entries(&self, query: &LogQuery) -> Result<Vec<Entry>> {
        let (query, log) = (query.clone(), self.log.clone());
        self.readers.ask(move |conn| log.find(conn, &query)).await
    }

    async fn follower(&self, name: &str) -> Result<i64> {
        let name = name.to_owned();
        self.readers.ask(move |conn| log::follower(conn, &name)).await
    }

    async fn set_follower(&self, name: &str, next: i64) -> Result<()> {
        let name = name.to_owned();
        self.write(move |conn, _| log::set_follower(conn, &name, next)).await
    }

    async fn last_seal(&self) -> Result<Option<Seal>> {
        self.readers.ask(seals::last).await
    }

    async fn seal_covering(&self, size: i64) -> Result<Option<Seal>> {
        self.readers.ask(move |conn| seals::covering(conn, size)).await
    }

    async fn seals(&self, after: i64, limit: usize) -> Result<Vec<Seal>> {
        self.readers.ask(move |conn| seals::after(conn, after, limit)).await
    }

    async fn put_seal(&self, seal: &Seal, tiles: &[(TileId, Vec<u8>)]) -> Result<()> {
        let (seal, tiles) = (seal.clone(), tiles.to_vec());
        self.write(move |conn, _| seals::put(conn, &seal, &tiles)).await
    }

    async fn put_time_stamp(&self, size: i64, response: &[u8]) -> Result<()> {
        let response = response.to_vec();
        self.write(move |conn, _| seals::stamp(conn, size, &response)).await
    }

    async fn tile(&self, id: TileId) -> Result<Option<Vec<u8>>> {
        self.readers.ask(move |conn| seals::tile(conn, id)).await
    }

    async fn keep_secret(&self, secret: &Secret) -> Result<()> {
        self.secretly(secrets::Write::Keep(secret.clone())).await.map(|_| ())
    }

    async fn swap_secret(&self, expected: Option<&Secret>, secret: &Secret) -> Result<bool> {
        let swap = secrets::Write::Swap { expected: expected.cloned(), secret: secret.clone() };
        self.secretly(swap).await.map(|touched| touched > 0)
    }

    async fn secret(&self, kind: &str, key: &str) -> Result<Option<Secret>> {
        let (kind, key) = (kind.to_owned(), key.to_owned());
        self.readers.ask(move |conn| secrets::one(conn, &kind, &key)).await
    }

    async fn secrets(&self, kind: &str, owner: Option<Uuid>) -> Result<Vec<Secret>> {
        let kind = kind.to_owned();
        self.readers.ask(move |conn| secrets::all(conn, &kind, owner)).await
    }

    async fn forget_secret(&self, kind: &str, key: &str) -> Result<bool> {
        let forget = secrets::Write::Forget { kind: kind.to_owned(), key: key.to_owned() };
        self.secretly(forget).await.map(|touched| touched > 0)
    }

    async fn forget_secrets_of(&self, kind: &str, owner: Uuid) -> Result<u64> {
        self.secretly(secrets::Write::ForgetOf { kind: kind.to_owned(), owner }).await
    }

    async fn forget_expired_secrets(&self, now: Timestamp) -> Result<u64> {
        self.secretly(secrets::Write::ForgetExpired(now)).await
    }

    async fn keep_blob(&self, digest: [u8; 32], bytes: Vec<u8>) -> Result<()> {
        let bytes = crate::blob::checked(digest, bytes).await?;
        if self.readers.ask(move |conn| blobs::is_whole(conn, &digest)).await? {
            return Ok(());
        }
        let size = i64::try_from(bytes.len()).map_err(Error::internal)?;
        for _ in 0..MAX_KEEPINGS {
            for (number, at) in (0..bytes.len()).step_by(blobs::PART).enumerate() {
                let part = bytes.slice(at..bytes.len().min(at + blobs::PART));
                let number = i64::try_from(number).map_err(Error::internal)?;
                self.with_blobs(blobs::Write::Part { digest, number, bytes: part }).await?;
            }
            if self.with_blobs(blobs::Write::Finish { digest, size }).await? {
                return Ok(());
            }
        }
        Err(Error::unavailable("a blob was forgotten again and again while it was kept"))
    }

    async fn blob(&self, digest: [u8; 32]) -> Result<Option<Vec<u8>>> {
        self.readers.ask(move |conn| blobs::one(conn, &digest)).await
    }

    async fn forget_blob(&self, digest: [u8; 32]) -> Result<bool> {
        self.with_blobs(blobs::Write::Forget { digest }).await
    }

    async fn blobs(&self) -> Result<Vec<([u8; 32], u64)>> {
        self.readers.ask(blobs::all).await
    }

    async fn backup(&self, to: &Path) -> Result<()> {
        let (path, to) = (self.path.clone(), to.to_owned());
        let copy = move || connect::reader(&path).and_then(|conn| health::backup(&conn, &to));
        tokio::task::spawn_blocking(copy).await.map_err(Error::internal)?
    }

    async fn checks(&self) -> Result<Vec<(String, bool, String)>> {
        let catalogue = self.catalogue().await?;
        let path = self.path.clone();
        self.readers.ask(move |conn| health::checks(conn, &path, catalogue.as_ref())).await
    }
}
