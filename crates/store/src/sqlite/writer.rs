//! The one thread that writes: it takes all that waits and puts it on disk with one commit.

use super::{blobs, change::Application, erase, failure::failure, salt::Salts, secrets, state::State};
use crate::recent::Recent;
use meydan_kernel::{Changeset, Committed, Error, Result, head_watch};
use rusqlite::Connection;
use std::{
    sync::Arc,
    thread,
    time::{Duration, Instant},
};
use tokio::sync::{mpsc, oneshot};

/// Limit: jobs that wait for the writer; whoever comes after waits for a place.
pub(super) const MAX_WAITING: usize = 1_024;
/// Limit: changes that share one commit; a changeset that is larger has one for itself.
const MAX_CHANGES_PER_COMMIT: usize = 20_000;
/// As how many changes a part of a blob counts: four of them fill a commit, so that nobody waits long for theirs.
const PART_CHANGES: usize = MAX_CHANGES_PER_COMMIT / 4;
/// How many failures within one commit are undone by trying the others again, before each is tried by itself.
const MAX_RETRIES: usize = 3;
/// Pause before the write-ahead log is emptied again when somebody read an old state of it, and how long after the last erasure
/// the file is written anew.
const SOON: Duration = Duration::from_secs(1);
/// Pause between two looks whether the hour has come to write a large file anew, or after a failure.
const LATER: Duration = Duration::from_secs(600);

/// The answer's way back.
type Reply = oneshot::Sender<Result<Done>>;
/// Work on the writer's connection outside of changesets.
pub(super) type Task = Box<dyn FnOnce(&mut Connection, &mut State) + Send>;

/// What shares a commit with others.
pub(super) enum Request {
    /// A changeset.
    Changeset(Changeset),
    /// Something done to the secrets.
    Secret(Box<secrets::Write>),
    /// Something done to the blobs.
    Blob(blobs::Write),
}

impl Request {
    fn changes(&self) -> usize {
        match self {
            Self::Changeset(changeset) => changeset.changes.len(),
            Self::Secret(_) | Self::Blob(blobs::Write::Finish { .. } | blobs::Write::Forget { .. }) => 1,
            Self::Blob(blobs::Write::Part { .. }) => PART_CHANGES,
        }
    }
}

/// What became of a request, once it is on disk.
pub(super) enum Done {
    /// The changeset.
    Committed(Committed),
    /// How many secrets were kept or forgotten.
    Secrets(u64),
    /// What [`blobs::write`] says.
    Blob(bool),
}

/// What the writer is asked for.
pub(super) enum Job {
    /// What can share a commit.
    Commit(Request, Reply),
    /// Anything else that writes; it makes its own transaction.
    Run(Task),
    /// Another look at what was erased and may still be in the files.
    Clean,
}

/// The writer's side of the channel and all that it owns.
pub(super) struct Writer {
    pub(super) conn: Connection,
    pub(super) state: State,
    pub(super) jobs: mpsc::Receiver<Job>,
    pub(super) head: head_watch::Sender,
    /// Where it says which registers it wrote to.
    pub(super) recent: Arc<Recent>,
    /// The way back to itself, for what is done later.
    pub(super) itself: mpsc::WeakSender<Job>,
    /// What is still to be done about values that were erased.
    pub(super) owed: Owed,
}

/// What is still to be done about values that were erased.
#[derive(Default)]
pub(super) struct Owed {
    /// The write-ahead log may hold them.
    wipe: bool,
    /// The file may; since when.
    scrub: Option<Instant>,
    /// A [`Job::Clean`] is on its way.
    under_way: bool,
}

/// A request, its answer once known, and its way back.
struct Waiting {
    request: Request,
    answer: Option<Result<Done>>,
    reply: Reply,
}

impl Waiting {
    /// The registers that it wrote to.
    fn registers(&self) -> impl Iterator<Item = &str> {
        let changes = match (&self.request, &self.answer) {
            (Request::Changeset(changeset), Some(Ok(_))) => changeset.changes.as_slice(),
            _ => &[],
        };
        changes.iter().map(|c| c.register.as_str())
    }
}

impl Writer {
    /// Works until nobody can ask any more.
    pub(super) fn run(mut self) {
        let mut salts = Salts::default();
        let mut left = None;
        // What is left over does no harm, and the next one tries again.
        let _ = blobs::sweep(&self.conn);
        // The process before this one may have ended between an erasure and its wiping.
        if erase::is_owed(&self.conn).unwrap_or(true) {
            self.owe();
            self.clean();
        }
        while let Some(job) = left.take().or_else(|| self.jobs.blocking_recv()) {
            match job {
                Job::Run(task) => task(&mut self.conn, &mut self.state),
                Job::Clean => {
                    self.owed.under_way = false;
                    self.clean();
                }
                Job::Commit(request, reply) => {
                    let mut group = vec![Waiting { request, answer: None, reply }];
                    left = self.gather(&mut group);
                    self.commit(&mut group, &mut salts);
                    if self.owed.wipe {
                        self.clean();
                    }
                    for waiting in group {
                        let lost = || Err(Error::internal("a request was left without an answer"));
                        // Whoever asked may have gone; what is on disk stays.
                        let _ = waiting.reply.send(waiting.answer.unwrap_or_else(lost));
                    }
                }
            }
        }
    }

    /// Takes the requests that already wait; returns a job of another sort that stood between them.
    fn gather(&mut self, group: &mut Vec<Waiting>) -> Option<Job> {
        let mut changes = group.iter().map(|w| w.request.changes()).sum::<usize>();
        while changes < MAX_CHANGES_PER_COMMIT {
            match self.jobs.try_recv().ok()? {
                Job::Commit(request, reply) => {
                    changes += request.changes();
                    group.push(Waiting { request, answer: None, reply });
                }
                other => return Some(other),
            }
        }
        None
    }

    /// Commits a group, and answers each of it.
    fn commit(&mut self, group: &mut [Waiting], salts: &mut Salts) {
        for attempt in 0..=MAX_RETRIES {
            let alone = attempt == MAX_RETRIES;
            let outcome = if alone { self.one_by_one(group, salts) } else { self.together(group, salts) };
            match outcome {
                Ok(true) => return,
                Ok(false) => {}
                Err(error) => {
                    for waiting in group.iter_mut().filter(|w| !matches!(w.answer, Some(Err(_)))) {
                        waiting.answer = Some(Err(error.clone()));
                    }
                    return;
                }
            }
        }
    }

    /// All in one transaction. `Ok(false)`: one failed after it had written; it has its answer, the others must be tried again.
    fn together(&mut self, group: &mut [Waiting], salts: &mut Salts) -> Result<bool> {
        self.begin()?;
        let first = self.state.head;
        let mut erased = false;
        for waiting in group.iter_mut().filter(|w| !matches!(w.answer, Some(Err(_)))) {
            let mut application = Application { conn: &self.conn, state: &mut self.state, salts, dirty: false, erased: false };
            let (answer, dirty) = match &waiting.request {
                Request::Changeset(changeset) => {
                    let answer = application.apply(changeset).map(Done::Committed);
                    erased |= application.erased;
                    (answer, application.dirty)
                }
                Request::Secret(write) => (secrets::write(&self.conn, write).map(Done::Secrets), true),
                Request::Blob(write) => {
                    let answer = blobs::write(&self.conn, self.state.head, write);
                    erased |= matches!((write, &answer), (blobs::Write::Forget { .. }, Ok(true)));
                    (answer.map(Done::Blob), true)
                }
            };
            let failed = answer.is_err();
            waiting.answer = Some(answer);
            if failed && dirty {
                self.roll_back()?;
                return Ok(false);
            }
        }
        self.end(first, group)?;
        if erased {
            self.owe();
        }
        Ok(true)
    }

    /// Each in its own transaction: the slow way when several of a group fail.
    fn one_by_one(&mut self, group: &mut [Waiting], salts: &mut Salts) -> Result<bool> {
        for waiting in group.iter_mut().filter(|w| !matches!(w.answer, Some(Err(_)))) {
            let done = self.together(std::slice::from_mut(waiting), salts);
            if let Err(error) = done {
                waiting.answer = Some(Err(error));
            }
        }
        Ok(true)
    }

    fn owe(&mut self) {
        self.owed.wipe = true;
        self.owed.scrub = Some(Instant::now());
    }

    /// Takes what was erased out of the files: out of the write-ahead log at once, out of the last corners of the file a little
    /// later. What fails (somebody reads an old state, a full disk) is tried again; the file says that it is owed.
    fn clean(&mut self) {
        if self.owed.wipe {
            self.owed.wipe = !erase::wipe(&self.conn).unwrap_or(false);
        }
        let mut pause = SOON;
        if let Some(since) = self.owed.scrub
            && since.elapsed() >= SOON
        {
            let scrubbed = erase::is_owed(&self.conn).and_then(|owed| {
                // Another process may have done it.
                Ok(!owed || (erase::may_scrub(&self.conn)? && erase::scrub(&self.conn)?))
            });
            match scrubbed.unwrap_or(false) {
                true => self.owed.scrub = None,
                false => pause = LATER,
            }
        }
        if self.owed.wipe {
            pause = SOON;
        }
        if (self.owed.wipe || self.owed.scrub.is_some()) && !self.owed.under_way {
            self.clean_after(pause);
        }
    }

    fn clean_after(&mut self, pause: Duration) {
        let itself = self.itself.clone();
        let later = move || {
            thread::sleep(pause);
            // Nobody is there to clean once the store is closed; the next one to open it will.
            if let Some(jobs) = itself.upgrade() {
                let _ = jobs.blocking_send(Job::Clean);
            }
        };
        self.owed.under_way = thread::Builder::new().name("sqlite-clean".to_owned()).spawn(later).is_ok();
    }

    fn begin(&mut self) -> Result<()> {
        self.conn.execute_batch("BEGIN IMMEDIATE").map_err(failure)?;
        self.state.refresh(&self.conn).inspect_err(|_| {
            // The error that is returned says more than a failing rollback would.
            let _ = self.conn.execute_batch("ROLLBACK");
        })
    }

    /// Puts the transaction on disk; only then may anybody be told.
    fn end(&mut self, first: i64, group: &[Waiting]) -> Result<()> {
        let done = self.state.save(&self.conn).and_then(|()| self.conn.execute_batch("COMMIT").map_err(failure));
        match done {
            Ok(()) => {
                self.recent.note(first, self.state.head, group.iter().flat_map(Waiting::registers));
                self.head.send(self.state.head);
                Ok(())
            }
            Err(error) => {
                self.roll_back()?;
                Err(error)
            }
        }
    }

    fn roll_back(&mut self) -> Result<()> {
        if !self.conn.is_autocommit() {
            self.conn.execute_batch("ROLLBACK").map_err(failure)?;
        }
        self.state.reload(&self.conn)
    }
}
