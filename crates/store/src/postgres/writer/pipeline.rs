//! Many statements in one flight: each is sent before the answer to the one before it is there.

use super::super::errors::{describe, from_pg, is_connection_lost};
use futures::future::{BoxFuture, MaybeDone, maybe_done};
use meydan_kernel::Error;
use std::{collections::HashMap, future::Future as _, pin::Pin, task::Poll};
use tokio_postgres::{Client, Row, Statement, types::ToSql};

/// Limit: statements kept prepared; the texts depend on registers only, so that they are few.
const MAX_STATEMENTS: usize = 2_000;

/// A parameter that can cross threads.
pub type Argument<'a> = Box<dyn ToSql + Sync + Send + 'a>;

/// What went wrong with a batch, by what it means for what is on disk.
#[derive(Debug)]
pub enum Trouble {
    /// The connection was lost before a commit was sent: nothing was changed.
    Lost(Error),
    /// The connection was lost while a commit was under way: it may have happened.
    InDoubt(Error),
    /// The server refused; everything is rolled back.
    Refused(Error),
    /// The tables were changed by another process: the catalogue at hand is not the one in force.
    Stale,
}

impl Trouble {
    /// What an error before the commit means.
    pub fn before_commit(error: tokio_postgres::Error) -> Self {
        match is_connection_lost(&error) {
            true => Self::Lost(Error::unavailable(describe(&error))),
            false => Self::Refused(from_pg(error)),
        }
    }

    /// What an error means once the commit is on its way.
    pub fn with_commit(error: tokio_postgres::Error) -> Self {
        match is_connection_lost(&error) {
            true => Self::InDoubt(Error::unavailable(describe(&error))),
            false => Self::Refused(from_pg(error)),
        }
    }
}

/// The writer's session with its prepared statements.
pub struct Session {
    /// The connection.
    pub client: Client,
    statements: HashMap<String, Statement>,
}

/// One statement with its arguments.
pub struct Step<'a> {
    /// Its text.
    pub sql: String,
    /// Its arguments.
    pub arguments: Vec<Argument<'a>>,
}

impl<'a> Step<'a> {
    /// A statement with its arguments.
    pub fn new(sql: impl Into<String>, arguments: Vec<Argument<'a>>) -> Self {
        Self { sql: sql.into(), arguments }
    }
}

impl Session {
    /// A session over a fresh connection.
    pub fn new(client: Client) -> Self {
        Self { client, statements: HashMap::new() }
    }

    /// Prepares what is not yet prepared.
    pub async fn prepare(&mut self, steps: &[Step<'_>]) -> Result<(), tokio_postgres::Error> {
        if self.statements.len() > MAX_STATEMENTS {
            self.statements.clear();
        }
        for step in steps {
            if !self.statements.contains_key(&step.sql) {
                let statement = self.client.prepare(&step.sql).await?;
                self.statements.insert(step.sql.clone(), statement);
            }
        }
        Ok(())
    }

    /// Sends `before` (simple statements), then all prepared steps, then `after`, in one flight. Gives the rows of each step, or
    /// the first error in their order.
    pub async fn flight(
        &self,
        before: Option<&str>,
        steps: &[Step<'_>],
        after: Option<&str>,
    ) -> Result<Vec<Vec<Row>>, tokio_postgres::Error> {
        let mut all: Vec<BoxFuture<'_, Result<Vec<Row>, tokio_postgres::Error>>> = Vec::with_capacity(steps.len() + 2);
        let simple = |sql: &str| -> BoxFuture<'_, Result<Vec<Row>, tokio_postgres::Error>> {
            let sql = sql.to_owned();
            Box::pin(async move { self.client.batch_execute(&sql).await.map(|()| Vec::new()) })
        };
        all.extend(before.map(simple));
        for step in steps {
            let arguments: Vec<&(dyn ToSql + Sync)> = step.arguments.iter().map(|a| &**a as &(dyn ToSql + Sync)).collect();
            let statement = self.statements.get(&step.sql);
            all.push(Box::pin(async move {
                match statement {
                    Some(statement) => self.client.query(statement, &arguments).await,
                    None => self.client.query(&step.sql, &arguments).await,
                }
            }));
        }
        all.extend(after.map(simple));
        let answers: Result<Vec<_>, _> = in_order(all).await.into_iter().collect();
        let mut answers = answers?;
        if before.is_some() {
            answers.remove(0);
        }
        answers.truncate(steps.len());
        Ok(answers)
    }

    /// Gives up the transaction; false if the session is of no more use.
    pub async fn roll_back(&self) -> bool {
        self.client.batch_execute("ROLLBACK").await.is_ok()
    }
}

/// Runs futures together; each is first polled (its statement sent) in the order given.
async fn in_order<T>(futures: Vec<BoxFuture<'_, T>>) -> Vec<T> {
    let mut slots: Vec<MaybeDone<BoxFuture<'_, T>>> = futures.into_iter().map(maybe_done).collect();
    std::future::poll_fn(|cx| {
        // All are polled each time, in order, so that the first round sends in order.
        let waiting = slots.iter_mut().filter_map(|s| Pin::new(s).poll(cx).is_pending().then_some(())).count();
        if waiting == 0 { Poll::Ready(()) } else { Poll::Pending }
    })
    .await;
    slots.iter_mut().filter_map(|s| Pin::new(s).take_output()).collect()
}
