//! What is erased is gone from the embedded store's files, byte for byte.

mod contract;

use contract::city::{Town, delete, erase, insert, line, text, update};
use meydan_kernel::{Query, Store, Value};
use meydan_store::sqlite::SqliteStore;
use std::{
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};
use uuid::Uuid;

/// The store's files: the GeoPackage and its write-ahead log.
fn files(path: &Path) -> Vec<PathBuf> {
    let mut wal = path.as_os_str().to_owned();
    wal.push("-wal");
    vec![path.to_owned(), wal.into()]
}

/// How often a text stands in a file; 0 if there is no such file.
fn times(path: &Path, text: &str) -> usize {
    let bytes = std::fs::read(path).unwrap_or_default();
    bytes.windows(text.len()).filter(|w| *w == text.as_bytes()).count()
}

fn found(path: &Path, text: &str) -> usize {
    files(path).iter().map(|f| times(f, text)).sum()
}

/// Numbers that look thrown, the same each time.
struct Dice(u32);

impl Dice {
    fn roll(&mut self, n: u32) -> u32 {
        self.0 = self.0.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (self.0 >> 8) % n
    }
}

/// A street's values: its name in the index, the mark also in the code, which has none.
fn values(name: &str) -> Vec<Value> {
    let mut all = vec![Value::Null; 9];
    all[0] = text(name);
    all[7] = text(&format!("kod {name}"));
    all
}

/// A name that the index puts anywhere, of any length, and the mark in it.
fn name(dice: &mut Dice, i: usize, version: u32) -> String {
    let filling = "ğ".repeat(dice.roll(60) as usize);
    format!("{:05}-{filling}-gizli{i}s{version}x", dice.roll(100_000))
}

/// A town of streets that changed often, in any order, so that the pages of the file were split, joined and filled again.
async fn busy(path: &Path, streets: usize) -> (Town, Vec<(Uuid, i64)>) {
    let town = Town::found(Arc::new(SqliteStore::open(path).await.expect("the store opens"))).await;
    let mut dice = Dice(2_026);
    let mut all = Vec::new();
    for from in (0..streets).step_by(50) {
        let made: Vec<Uuid> = (0..50).map(|_| Uuid::now_v7()).collect();
        let place = |i: usize| line(&[(39.0 + i as f64 * 1e-4, 41.0), (39.1, 41.1)]);
        let changes = made
            .iter()
            .enumerate()
            .map(|(i, id)| insert("street", *id, values(&name(&mut dice, from + i, 1)), Some(place(from + i))));
        town.commit(changes.collect()).await.expect("streets are made");
        all.extend(made.into_iter().map(|id| (id, 1)));
        for _ in 0..20 {
            let i = dice.roll(all.len() as u32) as usize;
            let (id, version) = all[i];
            let next = values(&name(&mut dice, i, version as u32 + 1));
            town.commit(vec![update("street", id, version, next, Some(place(i)))]).await.expect("a street changes");
            all[i].1 += 1;
        }
    }
    (town, all)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn erased_bytes_are_gone_from_the_files() {
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path().join("city.gpkg");
    let (town, streets) = busy(&path, 3_000).await;
    let photo = format!("{}gizli-photo{}", "f".repeat(700_000), "g".repeat(700_000)).into_bytes();
    let digest = sha2::Digest::finalize(<sha2::Sha256 as sha2::Digest>::new_with_prefix(&photo)).into();
    town.store.keep_blob(digest, photo).await.expect("it is kept");
    assert!(found(&path, "gizli-photo") > 0, "it is there before");
    assert_eq!(town.store.forget_blob(digest).await, Ok(true));
    let mut left = vec!["gizli-photo".to_owned()];
    for i in (0..streets.len()).step_by(7) {
        let (id, mut version) = streets[i];
        if i % 70 == 0 {
            assert!(found(&path, &format!("gizli{i}s1x")) > 0, "it is there before");
        }
        if i % 2 == 0 {
            town.commit(vec![delete("street", id, version)]).await.expect("it is ended");
            version += 1;
        }
        let fields: Vec<usize> = (0..9).collect();
        town.commit(vec![erase("street", id, version, vec![Value::Null; 9], &fields, true)]).await.expect("it is erased");
        left.push(format!("gizli{i}s"));
    }
    let mut wal = path.as_os_str().to_owned();
    wal.push("-wal");
    assert_eq!(std::fs::metadata(&wal).map_or(0, |m| m.len()), 0, "the write-ahead log is empty when an erasure returns");
    gone_within(Duration::from_secs(30), &path, &left).await;
    for (name, fine, detail) in town.store.checks().await.expect("the store answers") {
        assert!(fine, "{name}: {detail}");
    }
}

/// Waits until the files hold none of the texts.
async fn gone_within(limit: Duration, path: &Path, texts: &[String]) {
    let began = std::time::Instant::now();
    loop {
        let there: Vec<&String> = texts.iter().filter(|text| found(path, text) > 0).collect();
        if there.is_empty() {
            return;
        }
        assert!(began.elapsed() < limit, "{there:?} of {} are still there", texts.len());
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
}

/// Somebody who reads an old state holds the cleaning up, and it is done when they have gone.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_reader_of_an_old_state_delays_the_cleaning_only() {
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path().join("city.gpkg");
    let (town, streets) = busy(&path, 50).await;
    let marks = ["gizli0s".to_owned()];
    let foreign = rusqlite::Connection::open(&path).expect("the file opens");
    foreign.execute_batch("BEGIN; SELECT count(*) FROM street").expect("an old state is read");
    let (id, version) = streets[0];
    town.commit(vec![erase("street", id, version, vec![Value::Null; 9], &[0, 7], true)]).await.expect("it is erased");
    assert!(found(&path, &marks[0]) > 0, "whoever reads the old state still sees it");
    town.commit(vec![update("street", id, version + 1, values("x"), None)]).await.expect("writers are not held up");
    foreign.execute_batch("COMMIT").expect("done");
    gone_within(Duration::from_secs(30), &path, &marks).await;
}

/// What a process left undone that was killed between an erasure and the cleaning, the next one does.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_left_undone_is_done_by_the_next_process() {
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path().join("city.gpkg");
    let killed = directory.path().join("killed.gpkg");
    let (town, streets) = busy(&path, 50).await;
    let foreign = rusqlite::Connection::open(&path).expect("the file opens");
    foreign.execute_batch("BEGIN; SELECT count(*) FROM street").expect("an old state is read");
    let (id, version) = streets[0];
    town.commit(vec![erase("street", id, version, vec![Value::Null; 9], &[0, 7], true)]).await.expect("it is erased");
    // The files as a kill leaves them.
    for (from, to) in files(&path).iter().zip(files(&killed)) {
        std::fs::copy(from, to).expect("copied");
    }
    let marks = ["gizli0s".to_owned()];
    assert!(found(&killed, &marks[0]) > 0);
    let store: Arc<dyn Store> = Arc::new(SqliteStore::open(&killed).await.expect("the store opens"));
    gone_within(Duration::from_secs(30), &killed, &marks).await;
    assert_eq!(store.count(&Query::all(town.register("street"))).await, Ok(50));
    foreign.execute_batch("COMMIT").expect("done");
    town.commit(vec![update("street", id, version + 1, values("gizli-yeni"), None)]).await.expect("it is changed");
    town.commit(vec![erase("street", id, version + 2, vec![Value::Null; 9], &[0, 7], true)]).await.expect("it is erased");
    drop(town);
    meydan_store::scrub(&path.display().to_string()).await.expect("it is cleaned");
    assert_eq!((found(&path, &marks[0]), found(&path, "gizli-yeni")), (0, 0));
}

/// A store of the first layout gets what it lacks when it is opened, and keeps what it has.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_store_of_the_first_layout_is_brought_up() {
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path().join("city.gpkg");
    let (town, streets) = busy(&path, 50).await;
    let before = town.store.entries(0, 1000).await.expect("the store answers");
    drop(town);
    let old = rusqlite::Connection::open(&path).expect("the file opens");
    old.set_db_config(rusqlite::config::DbConfig::SQLITE_DBCONFIG_ENABLE_TRIGGER, false).expect("set");
    old.execute_batch(
        "DROP TABLE meydan_secret; DROP TABLE meydan_blob; DROP TABLE meydan_blob_part; DROP INDEX meydan_log_register; UPDATE meydan_meta SET value = '1' WHERE name = 'schema'",
    )
    .expect("made old");
    drop(old);
    let path = path.display().to_string();
    let (here, there) = tokio::join!(meydan_store::open(&path), meydan_store::open(&path));
    let (store, there) = (here.expect("it opens"), there.expect("it opens at the same time"));
    assert_eq!(store.entries(0, 1000).await, Ok(before));
    let secret = meydan_kernel::Secret {
        kind: "session".to_owned(),
        key: "a".to_owned(),
        owner: None,
        content: "{}".to_owned(),
        created_at: jiff::Timestamp::UNIX_EPOCH,
        expires_at: None,
    };
    store.keep_secret(&secret).await.expect("it is kept");
    assert_eq!(there.secret("session", "a").await, Ok(Some(secret)));
    for (name, fine, detail) in store.checks().await.expect("the store answers") {
        assert!(fine, "{name}: {detail}");
    }
    let catalogue = store.catalogue().await.expect("the store answers").expect("a catalogue");
    let town = Town { store, catalogue };
    let (id, version) = streets[0];
    town.commit(vec![erase("street", id, version, vec![Value::Null; 9], &[0, 7], true)]).await.expect("it is erased");
}
