//! The one thread that writes: it takes all changesets that wait and puts them on disk with one commit.

use super::{change::Application, failure::failure, salt::Salts, state::State};
use meydan_kernel::{Changeset, Committed, Error, Result, head_watch};
use rusqlite::Connection;
use tokio::sync::{mpsc, oneshot};

/// Limit: jobs that wait for the writer; whoever comes after waits for a place.
pub(super) const MAX_WAITING: usize = 1_024;
/// Limit: changes that share one commit; a changeset that is larger has one for itself.
const MAX_CHANGES_PER_COMMIT: usize = 20_000;
/// How many failures within one commit are undone by trying the others again, before each is tried by itself.
const MAX_RETRIES: usize = 3;

/// The answer's way back.
type Reply = oneshot::Sender<Result<Committed>>;
/// Work on the writer's connection outside of changesets.
pub(super) type Task = Box<dyn FnOnce(&mut Connection, &mut State) + Send>;

/// What the writer is asked for.
pub(super) enum Job {
    /// A changeset.
    Commit(Changeset, Reply),
    /// Anything else that writes; it makes its own transaction.
    Run(Task),
}

/// The writer's side of the channel and all that it owns.
pub(super) struct Writer {
    pub(super) conn: Connection,
    pub(super) state: State,
    pub(super) jobs: mpsc::Receiver<Job>,
    pub(super) head: head_watch::Sender,
}

/// A changeset, its answer once known, and its way back.
struct Waiting {
    changeset: Changeset,
    answer: Option<Result<Committed>>,
    reply: Reply,
}

impl Writer {
    /// Works until nobody can ask any more.
    pub(super) fn run(mut self) {
        let mut salts = Salts::default();
        let mut left = None;
        while let Some(job) = left.take().or_else(|| self.jobs.blocking_recv()) {
            match job {
                Job::Run(task) => task(&mut self.conn, &mut self.state),
                Job::Commit(changeset, reply) => {
                    let mut group = vec![Waiting { changeset, answer: None, reply }];
                    left = self.gather(&mut group);
                    self.commit(&mut group, &mut salts);
                    for waiting in group {
                        let lost = || Err(Error::internal("a changeset was left without an answer"));
                        // Whoever asked may have gone; what is on disk stays.
                        let _ = waiting.reply.send(waiting.answer.unwrap_or_else(lost));
                    }
                }
            }
        }
    }

    /// Takes the changesets that already wait; returns a job of another sort that stood between them.
    fn gather(&mut self, group: &mut Vec<Waiting>) -> Option<Job> {
        let mut changes = group.iter().map(|w| w.changeset.changes.len()).sum::<usize>();
        while changes < MAX_CHANGES_PER_COMMIT {
            match self.jobs.try_recv().ok()? {
                Job::Commit(changeset, reply) => {
                    changes += changeset.changes.len();
                    group.push(Waiting { changeset, answer: None, reply });
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
        for waiting in group.iter_mut().filter(|w| !matches!(w.answer, Some(Err(_)))) {
            let mut application = Application { conn: &self.conn, state: &mut self.state, salts, dirty: false };
            let answer = application.apply(&waiting.changeset);
            let dirty = application.dirty;
            let failed = answer.is_err();
            waiting.answer = Some(answer);
            if failed && dirty {
                self.roll_back()?;
                return Ok(false);
            }
        }
        self.end()?;
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

    fn begin(&mut self) -> Result<()> {
        self.conn.execute_batch("BEGIN IMMEDIATE").map_err(failure)?;
        self.state.refresh(&self.conn).inspect_err(|_| {
            // The error that is returned says more than a failing rollback would.
            let _ = self.conn.execute_batch("ROLLBACK");
        })
    }

    /// Puts the transaction on disk; only then may anybody be told.
    fn end(&mut self) -> Result<()> {
        let done = self.state.save(&self.conn).and_then(|()| self.conn.execute_batch("COMMIT").map_err(failure));
        match done {
            Ok(()) => {
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
