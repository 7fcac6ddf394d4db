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
        let changes = made.iter().enumerate().map(|(i, id)| {
            insert("street", *id, values(&name(&mut dice, from + i, 1)), Some(place(from + i)))
        });
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
    let mut left = Vec::new();
    for i in (0..streets.len()).step_by(7) {
        let (id, mut version) = streets[i];
        assert!(found(&path, &format!("gizli{i}s1x")) > 0, "it is there before");
        if i % 2 == 0 {
            town.commit(vec![delete("street", id, version)]).await.expect("it is ended");
            version += 1;
        }
        let fields: Vec<usize> = (0..9).collect();
        town.commit(vec![erase("street", id, version, vec![Value::Null; 9], &fields, true)]).await.expect("it is erased");
        left.push(format!("gizli{i}s"));
    }
    let bad: Vec<(String, usize)> =
        left.iter().map(|mark| (mark.clone(), found(&path, mark))).filter(|(_, times)| *times > 0).collect();
    assert_eq!(bad, [], "{} of {}", bad.len(), left.len());
}
