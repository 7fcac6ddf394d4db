//! Followers' positions, seals, tiles, backup, health.

use super::{House, city::Town};
use jiff::Timestamp;
use meydan_kernel::{
    Kind,
    log::{Seal, TileId},
};

/// Positions of followers outlive the process.
pub async fn followers_positions_are_kept(house: &dyn House) {
    let store = house.open().await;
    assert_eq!(store.follower("tiles").await.expect("an answer"), 0);
    store.set_follower("tiles", 41).await.expect("it is kept");
    store.set_follower("seal", 7).await.expect("it is kept");
    store.set_follower("tiles", 42).await.expect("it is kept");
    drop(store);
    let store = house.open().await;
    assert_eq!(store.follower("tiles").await.expect("an answer"), 42);
    assert_eq!(store.follower("seal").await.expect("an answer"), 7);
    store.set_follower("tiles", 0).await.expect("a follower may begin anew");
    assert_eq!(store.follower("tiles").await.expect("an answer"), 0);
}

fn seal(size: i64) -> Seal {
    Seal {
        size,
        root: [u8::try_from(size % 256).expect("a byte"); 32],
        checkpoint: format!("meydan.example\n{size}\nkök\n\n— imza\n"),
        sealed_at: Timestamp::from_microsecond(1_700_000_000_000_000 + size).expect("in range"),
        time_stamp: None,
    }
}

/// Seals and their tiles are kept together; two processes can't both seal the same size.
pub async fn seals_are_kept_once(house: &dyn House) {
    let (here, there) = (house.open().await, house.open().await);
    assert_eq!(here.last_seal().await.expect("an answer"), None);
    assert_eq!(here.seal_covering(1).await.expect("an answer"), None);
    let id = |level, index| TileId { level, index };
    here.put_seal(&seal(3), &[(id(0, 0), vec![1; 96])]).await.expect("it is kept");
    there
        .put_seal(&seal(300), &[(id(0, 0), vec![2; 8192]), (id(0, 1), vec![3; 44 * 32]), (id(1, 0), vec![4; 32])])
        .await
        .expect("it is kept");
    for (store, size) in [(&here, 300), (&here, 299), (&here, 3), (&there, 1)] {
        let error = store.put_seal(&seal(size), &[(id(0, 0), vec![9; 32])]).await.expect_err("it is sealed already");
        assert_eq!((error.kind(), error.code()), (Kind::Conflict, "seal-behind"));
    }
    assert_eq!(here.tile(id(0, 0)).await.expect("an answer"), Some(vec![2; 8192]));
    assert_eq!(here.tile(id(1, 0)).await.expect("an answer"), Some(vec![4; 32]));
    assert_eq!(here.tile(id(2, 0)).await.expect("an answer"), None);

    assert_eq!(here.last_seal().await.expect("an answer"), Some(seal(300)));
    for (size, found) in [(0, Some(3)), (3, Some(3)), (4, Some(300)), (300, Some(300)), (301, None)] {
        assert_eq!(here.seal_covering(size).await.expect("an answer"), found.map(seal), "covering {size}");
    }
    here.put_seal(&seal(301), &[]).await.expect("it is kept");
    assert_eq!(here.seals(3, 10).await.expect("an answer"), [seal(300), seal(301)]);
    assert_eq!(here.seals(0, 2).await.expect("an answer"), [seal(3), seal(300)]);
    assert_eq!(here.seals(301, 2).await.expect("an answer"), []);

    here.put_time_stamp(300, &[0x30, 0x82, 0, 1]).await.expect("it is kept");
    let stamped = there.seal_covering(300).await.expect("an answer").expect("a seal");
    assert_eq!(stamped.time_stamp, Some(vec![0x30, 0x82, 0, 1]));
    assert_eq!(there.put_time_stamp(299, &[1]).await.expect_err("there is no such seal").code(), "no-such-seal");
}

/// A healthy store says so.
pub async fn a_healthy_store_says_so(house: &dyn House) {
    let town = Town::found(house.open().await).await;
    let id = town.lamp("A", 1, Some((39.0, 41.0))).await;
    town.commit(vec![super::city::delete("lamp", id, 1)]).await.expect("it is ended");
    town.lamp("B", 1, Some((39.0, 41.0))).await;
    let checks = town.store.checks().await.expect("an answer");
    assert!(!checks.is_empty());
    for (name, fine, detail) in checks {
        assert!(fine, "{name}: {detail}");
    }
    assert!(["sqlite", "postgres"].contains(&town.store.name()));
}
