//! Streams of records: one snapshot, a portal, bounded memory.

use super::{
    connect::Place,
    dialect::Arguments,
    errors::{from_pg, from_pool},
    rows,
};
use deadpool_postgres::Pool;
use futures::{FutureExt as _, Stream, stream};
use meydan_kernel::{Error, Record, Result};
use tokio::sync::mpsc;
use tokio_postgres::{IsolationLevel, Row};

/// Records of one batch.
const BATCH: i32 = 1_000;
/// Limit: batches that wait for the reader; one is read while one is made.
const AHEAD: usize = 1;

/// Streams what a statement gives, as batches made by `read`. The session goes back to its pool when the stream ends or is dropped.
pub fn stream<F>(
    place: Place,
    pool: Pool,
    sql: String,
    arguments: Arguments,
    read: F,
) -> impl Stream<Item = Result<Vec<Record>>> + Send + 'static
where
    F: FnMut(&Row, &mut Vec<Record>) -> Result<()> + Send + 'static,
{
    let (send, receive) = mpsc::channel(AHEAD);
    tokio::spawn(async move {
        // A fault in the reading of a row must not look like the end of the stream: half an export would pass for whole.
        let done = std::panic::AssertUnwindSafe(run(&place, pool, &sql, &arguments, read, &send)).catch_unwind().await;
        if let Err(error) = done.unwrap_or_else(|_| Err(Error::internal("a stream broke while it was read"))) {
            let _ = send.send(Err(error)).await;
        }
    });
    stream::unfold(receive, |mut receive| async move { receive.recv().await.map(|item| (item, receive)) })
}

async fn run<F>(
    place: &Place,
    pool: Pool,
    sql: &str,
    arguments: &Arguments,
    mut read: F,
    send: &mpsc::Sender<Result<Vec<Record>>>,
) -> Result<()>
where
    F: FnMut(&Row, &mut Vec<Record>) -> Result<()> + Send + 'static,
{
    let mut client = place.while_it_lives(pool.get()).await?.map_err(from_pool)?;
    let builder = client.build_transaction().isolation_level(IsolationLevel::RepeatableRead).read_only(true);
    let begun = async {
        let transaction = builder.start().await?;
        let statement = transaction.prepare_typed(sql, &arguments.types()).await?;
        let portal = transaction.bind(&statement, &arguments.values()).await?;
        Ok((transaction, portal))
    };
    let (transaction, portal) = place.while_it_lives(begun).await?.map_err(from_pg)?;
    loop {
        let found = place.while_it_lives(transaction.query_portal(&portal, BATCH)).await?.map_err(from_pg)?;
        if found.is_empty() {
            break;
        }
        let last = found.len() < usize::try_from(BATCH).map_err(Error::internal)?;
        let mut batch = Vec::with_capacity(found.len());
        for row in &found {
            read(row, &mut batch)?;
        }
        // The reader has gone away.
        if send.send(Ok(batch)).await.is_err() || last {
            break;
        }
    }
    place.while_it_lives(transaction.rollback()).await?.map_err(from_pg)
}

/// Reads each row as one record.
pub fn records(
    register: std::sync::Arc<meydan_kernel::Register>,
) -> impl FnMut(&Row, &mut Vec<Record>) -> Result<()> + Send + 'static {
    move |row, out| {
        out.push(rows::record(&register, row)?);
        Ok(())
    }
}
