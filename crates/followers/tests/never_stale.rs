//! Writers and readers at once: a tile asked for after a change was acknowledged shows the change, while indexes are dropped
//! and built anew under way.

mod town;

use meydan_followers::{Tile, Tiles};
use meydan_kernel::Catalogue;
use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicI64, Ordering},
    },
    time::{Duration, Instant},
};
use town::{Town, insert, place, plain_fields, read, trees, update};
use uuid::Uuid;

const X: u32 = 39_996;
const Y: u32 = 24_581;
const TREES: usize = 24;
const WRITERS: usize = 4;
const READERS: usize = 4;
const EDITS_EACH: usize = 2_500;
/// Trees that nobody changes, so that building takes its time.
const BYSTANDERS: i32 = 3_000;

struct Tree {
    id: Uuid,
    fid: u64,
    /// Version whose commit was begun, and version whose commit was acknowledged.
    begun: AtomicI64,
    acknowledged: AtomicI64,
}

/// At odd versions a tree stands in the first tile, at even ones in the next.
fn stand(tree: usize, version: i64) -> Option<meydan_geo::Wkb> {
    let x = if version % 2 == 1 { 1000.0 } else { 5500.0 };
    place(x, 200.0 + tree as f64 * 100.0)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn no_tile_is_older_than_what_was_acknowledged() {
    let town = Arc::new(Town::found(trees(plain_fields())).await);
    let bystanders = (0..BYSTANDERS).map(|n| insert("Ardıç", 0, place(f64::from(n % 60) * 60.0, f64::from(n / 60) * 60.0)));
    town.commit(bystanders.collect()).await;
    let made = town.commit((0..TREES).map(|tree| insert("Çınar", 1, stand(tree, 1))).collect()).await;
    let forest: Arc<Vec<Tree>> = Arc::new(
        made.records
            .iter()
            .map(|(id, fid, _)| Tree { id: *id, fid: *fid as u64, begun: AtomicI64::new(1), acknowledged: AtomicI64::new(1) })
            .collect(),
    );
    let tiles = Tiles::new(Arc::clone(&town.store));
    let done = Arc::new(AtomicBool::new(false));

    let writers: Vec<_> =
        (0..WRITERS).map(|writer| tokio::spawn(write(Arc::clone(&town), Arc::clone(&forest), writer))).collect();
    let readers: Vec<_> = (0..READERS)
        .map(|reader| tokio::spawn(watch(tiles.clone(), Arc::clone(&town), Arc::clone(&forest), Arc::clone(&done), reader)))
        .collect();
    let dropper = tokio::spawn({
        let (tiles, done) = (tiles.clone(), Arc::clone(&done));
        async move {
            while !done.load(Ordering::Relaxed) {
                tokio::time::sleep(Duration::from_millis(150)).await;
                tiles.reload(&Catalogue::default());
            }
        }
    });
    for writer in writers {
        writer.await.expect("the writer is done");
    }
    done.store(true, Ordering::Relaxed);
    let (mut exact, mut cached) = (0, 0);
    for reader in readers {
        let (e, c) = reader.await.expect("no reader saw a stale tile");
        exact += e;
        cached += c;
    }
    dropper.await.expect("the dropper is done");
    println!("{exact} exact looks, {cached} tiles from the cache");
    // The test has teeth only if it looked often, and into the cache too.
    assert!(exact > 100 && cached > 20, "{exact} exact looks, {cached} from the cache");
    let anew = Tiles::new(Arc::clone(&town.store));
    for (z, x) in [(16, X), (16, X + 1), (14, X >> 2), (8, X >> 8), (0, 0)] {
        let y = Y >> (16 - z);
        let followed = tiles.tile(&town.tree, z, x, y).await.expect("a tile");
        assert_eq!(followed.etag, anew.tile(&town.tree, z, x, y).await.expect("a tile").etag, "zoom {z}");
    }
}

async fn write(town: Arc<Town>, forest: Arc<Vec<Tree>>, writer: usize) {
    for turn in 0..EDITS_EACH {
        let number = (turn * WRITERS + writer) % TREES;
        let tree = &forest[number];
        let version = tree.acknowledged.load(Ordering::SeqCst);
        tree.begun.store(version + 1, Ordering::SeqCst);
        town.commit(vec![update(tree.id, version, "Çınar", version + 1, stand(number, version + 1))]).await;
        tree.acknowledged.store(version + 1, Ordering::SeqCst);
        // All rest together now and then, so that tiles live long enough to be found in the cache.
        if turn % 100 == 99 {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}

async fn watch(tiles: Tiles, town: Arc<Town>, forest: Arc<Vec<Tree>>, done: Arc<AtomicBool>, reader: usize) -> (usize, usize) {
    let (mut exact, mut cached, mut turn) = (0, 0, reader * 7);
    let start = Instant::now();
    while !done.load(Ordering::Relaxed) && start.elapsed() < Duration::from_secs(120) {
        turn += 1;
        let (z, east) = ([16u8, 16, 15, 11, 3][turn % 5], turn as u32 % 2);
        let (x, y) = if z == 16 { (X + east, Y) } else { (X >> (16 - z), Y >> (16 - z)) };
        let before: Vec<i64> = forest.iter().map(|t| t.acknowledged.load(Ordering::SeqCst)).collect();
        let tile = match tiles.try_cached(&town.tree, z, x, y) {
            Some(tile) => {
                cached += 1;
                tile
            }
            None => tiles.tile(&town.tree, z, x, y).await.expect("a tile"),
        };
        let after: Vec<i64> = forest.iter().map(|t| t.begun.load(Ordering::SeqCst)).collect();
        exact += check(&tile, &forest, z, east, &before, &after);
        tokio::task::yield_now().await;
    }
    (exact, cached)
}

/// Holds a tile against what was acknowledged before it was asked for and begun before it was given; returns how many trees
/// stood still meanwhile.
fn check(tile: &Tile, forest: &[Tree], z: u8, east: u32, before: &[i64], after: &[i64]) -> usize {
    let told = read(&tile.body);
    let mut still = 0;
    for ((tree, before), after) in forest.iter().zip(before).zip(after) {
        let shown: Option<i64> = told.get(&tree.fid).and_then(|t| t[1].strip_prefix("measured=")?.parse().ok());
        if let Some(shown) = shown {
            assert!((*before..=*after).contains(&shown), "zoom {z}: {shown} is not between {before} and {after}");
        }
        if before != after {
            continue;
        }
        still += 1;
        // Only at zoom 16 the two places are in different tiles, and only from 13 on every tree is shown.
        let stands_here = z != 16 || (before % 2 == 1) == (east == 0);
        if z >= 13 {
            assert_eq!(shown.is_some(), stands_here, "zoom {z}: version {before} in tile {east}");
        }
    }
    still
}
