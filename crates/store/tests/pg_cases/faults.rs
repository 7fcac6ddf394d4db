//! Lost connections, killed backends, servers that crash and come back.

use super::super::{
    contract::city::{Town, catalogue, lamp},
    pg_server::PgServer,
};
use meydan_kernel::{Changeset, log::Entry};
use meydan_store::postgres::PostgresStore;
use parking_lot::Mutex;
use std::{
    process::Command,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};
use uuid::Uuid;

/// What a writer was told about each changeset.
#[derive(Default)]
struct Told {
    done: Vec<(Uuid, i64)>,
    refused: Vec<Uuid>,
    doubtful: usize,
}

struct Writers {
    told: Arc<Mutex<Told>>,
    stop: Arc<AtomicBool>,
    tasks: Vec<tokio::task::JoinHandle<()>>,
}

impl Writers {
    /// Eight writers that make lamps, in changesets of one or two, until told to stop.
    fn start(town: &Arc<Town>) -> Self {
        let (told, stop) = (Arc::new(Mutex::new(Told::default())), Arc::new(AtomicBool::new(false)));
        let tasks = (0..8).map(|_| tokio::spawn(write(Arc::clone(town), Arc::clone(&told), Arc::clone(&stop)))).collect();
        Self { told, stop, tasks }
    }

    async fn end(self) -> Told {
        self.stop.store(true, Ordering::Relaxed);
        for task in self.tasks {
            task.await.expect("a writer ends well");
        }
        std::mem::take(&mut *self.told.lock())
    }

    /// Waits until so many more changes are acknowledged.
    async fn further(&self, count: usize) {
        let (goal, began) = (self.told.lock().done.len() + count, Instant::now());
        while self.told.lock().done.len() < goal {
            assert!(began.elapsed() < Duration::from_secs(60), "the store does not recover");
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }
}

async fn write(town: Arc<Town>, told: Arc<Mutex<Told>>, stop: Arc<AtomicBool>) {
    while !stop.load(Ordering::Relaxed) {
        let id = Uuid::now_v7();
        let changes = (0..2).map(|_| lamp(Uuid::now_v7(), &Uuid::now_v7().to_string(), 1, Some((39.7, 41.0)))).collect();
        let changeset = Changeset { id, act: super::super::contract::city::surveyor(), changes };
        let outcome = town.store.commit(changeset).await;
        match outcome {
            Ok(done) => told.lock().done.push((id, done.first_position)),
            Err(e) if e.code() == "commit-in-doubt" => told.lock().doubtful += 1,
            Err(e) => {
                assert_eq!(e.code(), "store-unavailable", "{e}");
                told.lock().refused.push(id);
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        }
    }
}

/// What was acknowledged is there where it was said to be; what was refused is not there; the log has no gap.
async fn check(town: &Town, told: &Told) {
    let mut log: Vec<Entry> = Vec::new();
    loop {
        let batch = town.store.entries(i64::try_from(log.len()).expect("few"), 5_000).await.expect("the store answers");
        if batch.is_empty() {
            break;
        }
        log.extend(batch);
    }
    assert!((0..).zip(&log).all(|(i, e)| i == e.position), "no gap");
    for (id, position) in &told.done {
        let at = usize::try_from(*position).expect("small");
        assert!(log[at].changeset == *id && log[at + 1].changeset == *id, "an acknowledged change is lost");
    }
    let there: std::collections::HashSet<Uuid> = log.iter().map(|e| e.changeset).collect();
    assert!(told.refused.iter().all(|id| !there.contains(id)), "a refused change is there");
    assert_eq!(log.len() % 2, 0, "changesets are whole");
    assert_eq!(there.len(), log.len() / 2, "no changeset is there twice");
    assert!(there.len() >= told.done.len() && there.len() <= told.done.len() + told.doubtful);
}

async fn town(server: &PgServer) -> (Arc<Town>, String) {
    let url = server.database();
    let town = Town::found(Arc::new(PostgresStore::connect(&url).await.expect("the store opens"))).await;
    (Arc::new(town), url.rsplit('/').next().expect("a name").to_owned())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn cut_connections_lose_and_double_nothing() {
    let server = PgServer::start();
    let (town, database) = town(&server).await;
    let writers = Writers::start(&town);
    for round in 0..40 {
        // At an uneven distance from the last commit: some cuts fall into a COMMIT.
        tokio::time::sleep(Duration::from_millis(11 + round * 7 % 17)).await;
        server.psql(
            "postgres",
            &format!("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{database}' AND pid <> pg_backend_pid()"),
        );
        writers.further(4).await;
    }
    let told = writers.end().await;
    assert!(told.done.len() > 100, "{} only", told.done.len());
    check(&town, &told).await;
    assert_eq!(
        town.store.head(),
        i64::try_from(told.done.len() * 2).expect("few"),
        "all doubts were resolved: {}",
        told.doubtful
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_backends_lose_nothing() {
    let server = PgServer::start();
    let (town, database) = town(&server).await;
    let writers = Writers::start(&town);
    for _ in 0..4 {
        writers.further(30).await;
        // kill -9 of a backend makes the postmaster restart all of them through recovery.
        let pid = server.psql("postgres", &format!("SELECT pid FROM pg_stat_activity WHERE datname = '{database}' AND application_name = 'meydan' ORDER BY state_change DESC LIMIT 1"));
        let killed = Command::new("kill").args(["-9", &pid]).status().expect("`kill` runs");
        assert!(killed.success(), "backend {pid}");
    }
    writers.further(30).await;
    let told = writers.end().await;
    check(&town, &told).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_crashes_and_returns_is_found_again() {
    let server = PgServer::start();
    let (town, database) = town(&server).await;
    let writers = Writers::start(&town);
    writers.further(30).await;
    server.stop("QUIT");
    let error = town.store.query(&meydan_kernel::Query::all(town.register("lamp"))).await.expect_err("the server is away");
    assert_eq!(error.code(), "store-unavailable");
    tokio::time::sleep(Duration::from_millis(300)).await;
    server.launch();
    writers.further(30).await;
    let told = writers.end().await;
    check(&town, &told).await;
    // Another process's change is told again through the new connection.
    let other = PostgresStore::connect(&server.url(&database)).await.expect("opens");
    let other = Town { store: Arc::new(other), catalogue: catalogue() };
    let (head, watch) = (town.store.head(), town.store.watch());
    other.lamp("öteki", 1, None).await;
    let seen = tokio::time::timeout(Duration::from_secs(10), watch.beyond(head)).await.expect("the head is told");
    assert_eq!(seen, head + 1);
}
