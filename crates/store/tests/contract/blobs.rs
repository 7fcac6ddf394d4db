//! Blobs: kept by their digest, beside the registers, in no log; gone when they are forgotten.

use super::{House, city::Town};
use meydan_kernel::{Kind, Store, store::MAX_BLOB};
use sha2::{Digest as _, Sha256};
use std::sync::Arc;

fn digest_of(bytes: &[u8]) -> [u8; 32] {
    Sha256::digest(bytes).into()
}

/// Bytes that look thrown, the same each time.
fn noise(seed: u32, length: usize) -> Vec<u8> {
    let mut state = seed;
    let mut next = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        state.to_le_bytes()[3]
    };
    std::iter::repeat_with(&mut next).take(length).collect()
}

/// Blobs of every size come back, once each, also after reopening; what is forgotten is gone; what is wrong is refused.
pub async fn blobs_are_kept_and_forgotten(house: &dyn House) {
    let store = house.open().await;
    let blobs: Vec<Vec<u8>> =
        [0, 1, (512 << 10) - 1, 512 << 10, 1_400_000].into_iter().zip(1..).map(|(n, i)| noise(i, n)).collect();
    for bytes in blobs.iter().chain(&blobs[3..]) {
        store.keep_blob(digest_of(bytes), bytes.clone()).await.expect("it is kept");
        assert!(store.blob(digest_of(bytes)).await.expect("an answer").as_ref() == Some(bytes), "{} bytes", bytes.len());
    }
    let wrong = store.keep_blob(digest_of(b"a"), b"b".to_vec()).await.expect_err("it is another's digest");
    assert_eq!((wrong.kind(), wrong.code()), (Kind::Invalid, "blob-differs"));
    let large = store.keep_blob([0; 32], vec![0; MAX_BLOB + 1]).await.expect_err("it is too large");
    assert_eq!((large.kind(), large.code()), (Kind::TooLarge, "blob-too-large"));
    drop(store);

    let store = house.open().await;
    let mut wanted: Vec<([u8; 32], u64)> = blobs.iter().map(|b| (digest_of(b), b.len() as u64)).collect();
    wanted.sort_unstable();
    assert_eq!(store.blobs().await, Ok(wanted.clone()));
    let gone = wanted.remove(2).0;
    assert_eq!(store.forget_blob(gone).await, Ok(true));
    assert_eq!(store.forget_blob(gone).await, Ok(false));
    assert_eq!(store.blob(gone).await, Ok(None));
    assert_eq!(store.blobs().await, Ok(wanted));
    assert_eq!(store.head(), 0, "no blob is in the log");
    for (name, fine, detail) in store.checks().await.expect("the store answers") {
        assert!(fine, "{name}: {detail}");
    }
}

/// Many keep the same blob at once, some forget it meanwhile, in two processes; whoever was told that it is kept last finds it whole.
/// Changesets go on between.
pub async fn blobs_are_whole_or_not_there(house: &dyn House) {
    let town = Arc::new(Town::found(house.open().await).await);
    let elsewhere = house.open().await;
    let bytes = noise(7, 2_000_000);
    let digest = digest_of(&bytes);
    let mut tasks = Vec::new();
    for i in 0..12 {
        let store: Arc<dyn Store> = Arc::clone(if i % 2 == 0 { &town.store } else { &elsewhere });
        let (town, bytes) = (Arc::clone(&town), bytes.clone());
        tasks.push(tokio::spawn(async move {
            town.lamp(&format!("{i}"), i, None).await;
            if i % 4 == 3 {
                store.forget_blob(digest).await.expect("the store answers");
            } else {
                store.keep_blob(digest, bytes.clone()).await.expect("it is kept");
            }
            let found = store.blob(digest).await.expect("the store answers");
            assert!(found.is_none_or(|found| found == bytes), "half a blob");
        }));
    }
    for task in tasks {
        task.await.expect("no panic");
    }
    elsewhere.keep_blob(digest, bytes.clone()).await.expect("it is kept");
    assert!(town.store.blob(digest).await.expect("the store answers") == Some(bytes));
    assert_eq!(town.store.head(), 12);
}
