//! The postmaster is killed and its children linger: connections stay open and nobody answers on them any more.

use super::super::{
    contract::city::{Town, lamp},
    pg_server::PgServer,
};
use futures::StreamExt as _;
use meydan_kernel::{Changeset, Query};
use meydan_store::postgres::PostgresStore;
use std::{process::Command, sync::Arc, time::Duration};
use uuid::Uuid;

/// Whoever waits must have an answer by then.
const LIMIT: Duration = Duration::from_secs(40);

/// Processes stopped in the middle of whatever they did; killed in the end, however the test ends.
struct Stopped(Vec<String>);

impl Stopped {
    fn signal(&self, signal: &str) {
        let _ = Command::new("kill").arg(signal).args(&self.0).status();
    }
}

impl Drop for Stopped {
    fn drop(&mut self) {
        self.signal("-KILL");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_holds_the_line_and_is_dead_is_given_up() {
    let server = PgServer::start();
    let url = server.database();
    let database = url.rsplit('/').next().expect("a name").to_owned();
    let town = Town::found(Arc::new(PostgresStore::connect(&url).await.expect("the store opens"))).await;
    let all = || Query::all(town.register("lamp"));
    // Each pool has a session that it will try first.
    town.lamp("önce", 1, None).await;
    town.store.query(&all()).await.expect("the store answers");
    assert!(town.store.scan(all()).next().await.expect("a batch").is_ok());
    town.store.set_follower("f", 1).await.expect("the store answers");

    let backends = server
        .psql("postgres", &format!("SELECT string_agg(pid::text, ' ') FROM pg_stat_activity WHERE datname = '{database}'"));
    let stopped = Stopped(backends.split(' ').map(str::to_owned).collect());
    assert!(stopped.0.len() >= 4, "{backends}");
    stopped.signal("-STOP");
    server.stop("KILL");

    let change = Changeset {
        id: Uuid::now_v7(),
        act: super::super::contract::city::surveyor(),
        changes: vec![lamp(Uuid::now_v7(), "sonra", 1, None)],
    };
    let scan = async { town.store.scan(all()).next().await.expect("an answer").map(|_| ()) };
    let codes = tokio::time::timeout(LIMIT, async {
        tokio::join!(
            async { town.store.commit(change).await.map(|_| ()) },
            async { town.store.query(&all()).await.map(|_| ()) },
            scan,
            town.store.set_follower("f", 2),
            async { PostgresStore::connect(&url).await.map(|_| ()) },
        )
    });
    let (commit, query, scan, follower, connect) = codes.await.expect("nobody waits for ever");
    for answer in [commit, query, scan, follower, connect] {
        assert_eq!(answer.expect_err("the server is dead").code(), "store-unavailable");
    }
}
