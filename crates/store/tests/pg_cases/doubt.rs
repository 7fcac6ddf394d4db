//! The answer to a COMMIT is lost on the way: was it done?

use super::super::{
    contract::{House as _, city::Town},
    house, pg_server,
};
use meydan_store::postgres::PostgresStore;
use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
};

/// A wire between store and server that can be cut when the server says that it has committed, or before the store's COMMIT
/// reaches the server.
#[derive(Clone, Default)]
struct Wire {
    cut_answer: Arc<AtomicBool>,
    cut_question: Arc<AtomicBool>,
}

impl Wire {
    async fn lay(&self, server: u16) -> u16 {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let port = listener.local_addr().expect("bound").port();
        let wire = self.clone();
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let to = TcpStream::connect(("127.0.0.1", server)).await.expect("the server answers");
                tokio::spawn(wire.clone().carry(client, to));
            }
        });
        port
    }

    async fn carry(self, client: TcpStream, server: TcpStream) {
        let ((client_out, client_in), (server_out, server_in)) = (client.into_split(), server.into_split());
        // When one direction ends, both do.
        tokio::select! {
            () = pass(client_out, server_in, b"COMMIT\0", &self.cut_question) => {}
            () = pass(server_out, client_in, b"COMMIT\0", &self.cut_answer) => {}
        }
    }
}

async fn pass(
    mut from: tokio::net::tcp::OwnedReadHalf,
    mut to: tokio::net::tcp::OwnedWriteHalf,
    word: &[u8],
    cut: &AtomicBool,
) {
    let mut buffer = vec![0; 64 * 1024];
    while let Ok(n @ 1..) = from.read(&mut buffer).await {
        let part = &buffer[..n];
        if part.windows(word.len()).any(|w| w == word) && cut.swap(false, Ordering::Relaxed) {
            return;
        }
        if to.write_all(part).await.is_err() {
            return;
        }
    }
}

async fn town(wire: &Wire) -> Town {
    let database = house().await;
    drop(database.open().await);
    let port = wire.lay(pg_server::shared().port()).await;
    let url = database.0.replace(&format!(":{}/", pg_server::shared().port()), &format!(":{port}/"));
    Town::found(Arc::new(PostgresStore::connect(&url).await.expect("the store opens"))).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_commit_whose_answer_is_lost_is_found_again() {
    let wire = Wire::default();
    let town = town(&wire).await;
    town.lamp("önce", 1, None).await;
    wire.cut_answer.store(true, Ordering::Relaxed);
    let id = tokio::time::timeout(Duration::from_secs(20), town.lamp("kesik", 1, None)).await.expect("in time");
    assert!(!wire.cut_answer.load(Ordering::Relaxed), "the wire was cut");
    assert_eq!(town.get("lamp", id).await.expect("it is there").version, 1);
    let entries = town.store.entries(0, 10).await.expect("the store answers");
    assert_eq!(entries.len(), 2, "once and not twice");
    assert_eq!(town.store.head(), 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_commit_that_did_not_arrive_is_done_again() {
    let wire = Wire::default();
    let town = town(&wire).await;
    town.lamp("önce", 1, None).await;
    wire.cut_question.store(true, Ordering::Relaxed);
    tokio::time::timeout(Duration::from_secs(20), town.lamp("kesik", 1, None)).await.expect("in time");
    assert!(!wire.cut_question.load(Ordering::Relaxed), "the wire was cut");
    assert_eq!(town.store.entries(0, 10).await.expect("the store answers").len(), 2);
    assert_eq!(town.store.head(), 2);
}
