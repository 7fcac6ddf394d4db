//! The writer: one task per process that brings waiting changesets to disk, as many as wait in one commit.

mod copy;
mod erase;
mod found;
mod job;
mod pipeline;
mod plan;
mod write;

use super::{
    connect::{Place, Purpose},
    definitions::Definitions,
    errors::from_pg,
    rows,
    wipe::{Erased, Wiper},
};
use crate::recent::Recent;
use job::{Batch, Job};
use meydan_kernel::{Changeset, Committed, Error, Kind, Result, head_watch};
use pipeline::{Session, Trouble};
use std::{
    collections::{HashSet, VecDeque},
    sync::Arc,
    time::{Duration, Instant},
};
use tokio::sync::{Semaphore, mpsc};
use uuid::Uuid;

/// Limit: changesets that wait.
const MAX_WAITING: usize = 1_024;
/// Limit: records of the changesets that wait; bounds the memory.
const MAX_WAITING_RECORDS: usize = 40_000;
/// How often a batch is tried again after a lost connection or a change of the catalogue.
const MAX_TRIES: usize = 3;
/// How long a commit whose outcome is unknown is looked for, once the connection is lost.
const RESOLVE_LIMIT: Duration = Duration::from_secs(20);
/// Pause between two attempts to reach a server that is away.
const RESOLVE_PAUSE: Duration = Duration::from_millis(200);
/// From this many records on, digests are computed off the runtime's threads.
const DIGEST_APART: usize = 256;

/// The writing end.
pub struct Writer {
    queue: mpsc::Sender<Job>,
    room: Arc<Semaphore>,
}

impl Writer {
    /// Starts the task. It ends when the writer is dropped and the queue is done.
    pub fn start(
        place: Place,
        definitions: Arc<Definitions>,
        head: head_watch::Sender,
        recent: Arc<Recent>,
        wiper: Arc<Wiper>,
    ) -> Self {
        let (queue, waiting) = mpsc::channel(MAX_WAITING);
        let task = Task { place, definitions, head, recent, wiper, session: None };
        tokio::spawn(task.serve(waiting));
        Self { queue, room: Arc::new(Semaphore::new(MAX_WAITING_RECORDS)) }
    }

    /// Brings a changeset to disk.
    ///
    /// # Errors
    /// See [`meydan_kernel::Store::commit`]; and `commit-in-doubt` if the server went away during the commit and did not come back.
    pub async fn commit(&self, changeset: Changeset) -> Result<Committed> {
        let needed = changeset.changes.len().clamp(1, MAX_WAITING_RECORDS);
        let needed = u32::try_from(needed).map_err(Error::internal)?;
        let room = Arc::clone(&self.room).acquire_many_owned(needed).await.map_err(Error::unavailable)?;
        let (job, answer) = Job::new(changeset, room);
        self.queue.send(job).await.map_err(|_| Error::unavailable("the writer has ended"))?;
        answer.await.map_err(|_| Error::unavailable("the writer has ended"))?
    }
}

struct Task {
    place: Place,
    definitions: Arc<Definitions>,
    head: head_watch::Sender,
    recent: Arc<Recent>,
    wiper: Arc<Wiper>,
    session: Option<Session>,
}

/// What became of a commit in doubt.
enum Doubt {
    Happened,
    DidNot,
    Unknown,
}

impl Task {
    async fn serve(mut self, mut waiting: mpsc::Receiver<Job>) {
        let mut queue = VecDeque::new();
        loop {
            if queue.is_empty() {
                match waiting.recv().await {
                    Some(job) => queue.push_back(job),
                    None => return,
                }
            }
            while queue.len() < MAX_WAITING
                && let Ok(job) = waiting.try_recv()
            {
                queue.push_back(job);
            }
            let catalogue = self.definitions.catalogue();
            let jobs = job::independent(&mut queue, &catalogue);
            self.run(jobs).await;
        }
    }

    /// Sees a batch through to its answers.
    async fn run(&mut self, mut jobs: Vec<Job>) {
        let mut tries = 0;
        while !jobs.is_empty() {
            let mut batch = Batch::new(jobs, &self.definitions.catalogue());
            tries += 1;
            let trouble = match self.attempt(&mut batch).await {
                Ok(()) => return answer_all(batch.jobs),
                Err(trouble) => trouble,
            };
            jobs = batch.jobs;
            match trouble {
                Trouble::Stale if tries <= MAX_TRIES => {}
                Trouble::Lost(_) if tries < MAX_TRIES => self.session = None,
                Trouble::InDoubt(error) => {
                    self.session = None;
                    match self.resolve(&jobs).await {
                        Doubt::Happened => return answer_all(jobs),
                        Doubt::DidNot if tries < MAX_TRIES => {}
                        Doubt::DidNot => return refuse_all(jobs, &error),
                        Doubt::Unknown => return refuse_all(jobs, &in_doubt(&error)),
                    }
                }
                Trouble::Refused(error) => {
                    self.give_up().await;
                    // A lock that is not given or a server that has no room is nobody's fault, and costs each of them as long.
                    if jobs.len() == 1 || error.code() == "store-unavailable" {
                        return refuse_all(jobs, &error);
                    }
                    // One of them is at fault: each on its own, so that the others are not touched.
                    for job in jobs {
                        Box::pin(self.run(vec![job])).await;
                    }
                    return;
                }
                Trouble::Lost(error) => {
                    self.session = None;
                    return refuse_all(jobs, &error);
                }
                Trouble::Stale => return refuse_all(jobs, &Error::internal("the catalogue changes all the time")),
            }
        }
    }

    /// One transaction. Jobs that are refused for their own fault are answered and taken out; the others have their outcome set.
    async fn attempt(&mut self, batch: &mut Batch) -> Result<(), Trouble> {
        if batch.jobs.is_empty() {
            return Ok(());
        }
        let catalogue = self.definitions.catalogue();
        let session = match &mut self.session {
            Some(session) => session,
            none => none.insert(Session::new(self.place.session(Purpose::Write).await.map_err(Trouble::Lost)?)),
        };
        let looked = self.place.while_it_lives(found::look(session, batch, &catalogue)).await.map_err(Trouble::Lost)?;
        let mut found = match looked {
            Ok(found) if found.epoch == self.definitions.epoch() => found,
            Err(Trouble::Lost(e)) => return Err(Trouble::Lost(e)),
            // Another catalogue is in force, or a table has another shape because of it.
            other => return Err(self.stale(other.err()).await),
        };
        batch.decide(&mut found).map_err(Trouble::Refused)?;
        if batch.jobs.iter().all(|j| j.items.is_empty()) {
            self.give_up().await;
            return Ok(());
        }
        digest(batch).await.map_err(Trouble::Refused)?;
        self.place
            .while_it_lives(write::write(session, batch, &found, &self.definitions))
            .await
            .map_err(Trouble::InDoubt)??;
        let items = || batch.jobs.iter().flat_map(|j| &j.items);
        let first = found.next - i64::try_from(items().count()).unwrap_or(i64::MAX);
        self.recent.note(first, found.next, items().map(|i| i.register.as_str()));
        self.head.send(found.next);
        let erased = items().filter(|i| matches!(i.deed, job::Deed::Erase(_)));
        self.wiper.erased(erased.map(|i| Erased::Register(i.register.clone())));
        Ok(())
    }

    /// Reads the catalogue again. If it is the same, the trouble was another one.
    async fn stale(&mut self, trouble: Option<Trouble>) -> Trouble {
        self.give_up().await;
        let before = self.definitions.epoch();
        // Its prepared statements are of the old tables.
        let Some(session) = self.session.take() else { return Trouble::Stale };
        match self.place.while_it_lives(self.definitions.reload(&session.client)).await {
            Err(error) | Ok(Err(error)) => Trouble::Lost(error),
            Ok(Ok(())) if self.definitions.epoch() != before => Trouble::Stale,
            Ok(Ok(())) => trouble.unwrap_or(Trouble::Stale),
        }
    }

    async fn give_up(&mut self) {
        if let Some(session) = &self.session
            && !self.place.while_it_lives(session.roll_back()).await.unwrap_or(false)
        {
            self.session = None;
        }
    }

    /// Looks whether the commit happened. The head's lock makes sure that the old session is done with, one way or the other.
    async fn resolve(&mut self, jobs: &[Job]) -> Doubt {
        let began = Instant::now();
        let ids: Vec<Uuid> = jobs.iter().filter(|j| !j.items.is_empty()).map(|j| j.id).collect();
        while began.elapsed() < RESOLVE_LIMIT {
            match self.place.while_it_lives(self.find_changesets(&ids)).await.flatten() {
                Ok((found, next)) if found.len() == ids.len() => {
                    self.head.send(next);
                    return Doubt::Happened;
                }
                // One transaction: all or none.
                Ok(_) => return Doubt::DidNot,
                Err(_) => tokio::time::sleep(RESOLVE_PAUSE).await,
            }
        }
        Doubt::Unknown
    }

    async fn find_changesets(&self, ids: &[Uuid]) -> Result<(HashSet<Uuid>, i64)> {
        let mut client = self.place.session(Purpose::Write).await?;
        let transaction = client.transaction().await.map_err(from_pg)?;
        let head = transaction.query_one("SELECT next FROM meydan.head FOR UPDATE", &[]).await.map_err(from_pg)?;
        let found = transaction.query("SELECT id FROM meydan.changeset WHERE id = ANY($1)", &[&ids]).await.map_err(from_pg)?;
        let ids: Result<HashSet<Uuid>> = found.iter().map(|r| rows::column(r, 0)).collect();
        transaction.rollback().await.map_err(from_pg)?;
        Ok((ids?, rows::column(&head, 0)?))
    }
}

/// Digests of a large batch would hold up the runtime's other tasks for tens of milliseconds.
async fn digest(batch: &mut Batch) -> Result<()> {
    if batch.jobs.iter().map(|j| j.items.len()).sum::<usize>() < DIGEST_APART {
        return batch.digest();
    }
    let mut apart = Batch { jobs: std::mem::take(&mut batch.jobs), tables: batch.tables.clone() };
    let done = tokio::task::spawn_blocking(move || {
        let result = apart.digest();
        (apart, result)
    });
    let (apart, result) = done.await.map_err(Error::internal)?;
    batch.jobs = apart.jobs;
    result
}

fn answer_all(jobs: Vec<Job>) {
    for mut job in jobs {
        let outcome = job.outcome.take().unwrap_or_else(|| Err(Error::internal("a changeset without an outcome")));
        job.answer(outcome);
    }
}

fn refuse_all(jobs: Vec<Job>, error: &Error) {
    for job in jobs {
        job.answer(Err(error.clone()));
    }
}

fn in_doubt(error: &Error) -> Error {
    Error::new(
        Kind::Unavailable,
        "commit-in-doubt",
        "Veri deposu kayıt sırasında kapandı; değişikliğin kaydedilip kaydedilmediği henüz bilinmiyor.",
        "The data store went away during the commit; whether the change was recorded is not known yet.",
    )
    .hint(
        "Depo yeniden açılınca defterde bu değişiklik kümesini arayın; yoksa yeniden gönderin.",
        "When the store is back, look for this changeset in the log; send it again if it is not there.",
    )
    .cause(error)
}
