//! Several processes on one database: each store here shares nothing with the other but the data.

use super::super::{
    contract::{
        House as _,
        city::{Town, bring, catalogue, insert, lamp, text, update},
    },
    house,
};
use meydan_kernel::{Store, Value, log::Entry};
use std::{collections::HashSet, sync::Arc, time::Duration};
use uuid::Uuid;

/// Changes of each writer.
const CHANGES: usize = 60;
/// Writers of each store.
const WRITERS: usize = 6;

/// Reads the log as a follower does, until `total` entries are read.
async fn follow(store: Arc<dyn Store>, total: i64) -> Vec<Entry> {
    let (mut seen, mut watch) = (Vec::new(), store.watch());
    while i64::try_from(seen.len()).expect("few") < total {
        let at = i64::try_from(seen.len()).expect("few");
        let head = watch.beyond(at).await;
        let batch = store.entries(at, 500).await.expect("the store answers");
        assert!(!batch.is_empty(), "the head {head} was told before entry {at} could be read");
        seen.extend(batch);
        watch = store.watch();
    }
    seen
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn followers_of_two_processes_miss_nothing() {
    let database = house().await;
    let (one, two) = (Town::found(database.open().await).await, database.open().await);
    let two = Town { store: two, catalogue: catalogue() };
    let shared = one.lamp("ortak", 0, None).await;
    let total = i64::try_from(2 * WRITERS * CHANGES).expect("few") + 1;
    let followers = [&one, &two].map(|t| tokio::spawn(follow(Arc::clone(&t.store), total)));
    let towns = [Arc::new(one), Arc::new(two)];
    let mut writers = Vec::new();
    for (number, town) in towns.iter().enumerate() {
        for writer in 0..WRITERS {
            let town = Arc::clone(town);
            writers.push(tokio::spawn(async move {
                for change in 0..CHANGES {
                    if change % 5 == 0 {
                        raise(&town, shared).await;
                    } else {
                        town.lamp(&format!("{number}-{writer}-{change}"), 1, Some((39.7, 41.0))).await;
                    }
                }
            }));
        }
    }
    for writer in writers {
        writer.await.expect("a writer ends well");
    }
    let mut logs = Vec::new();
    for follower in followers {
        logs.push(tokio::time::timeout(Duration::from_secs(30), follower).await.expect("in time").expect("ends well"));
    }
    assert_eq!(logs[0], logs[1]);
    let log = &logs[0];
    assert!((0..total).eq(log.iter().map(|e| e.position)), "no gap, no double");
    assert!(log.windows(2).all(|w| w[0].changeset == w[1].changeset || w[0].recorded_at < w[1].recorded_at), "times grow");
    let fids: HashSet<i64> = log.iter().filter(|e| e.version == 1).map(|e| e.fid).collect();
    assert_eq!(fids.len(), log.iter().filter(|e| e.version == 1).count(), "a fid is given once");
    let raised = towns[0].get("lamp", shared).await.expect("it is there");
    assert_eq!(raised.values[1], Value::Int(raised.version - 1), "no update was lost");
    assert_eq!(raised.version, i64::try_from(2 * WRITERS * CHANGES / 5).expect("few") + 1);
    assert_eq!((towns[0].store.head(), towns[1].store.head()), (total, total));
}

/// Adds one to the shared lamp's watts, however often others come first.
async fn raise(town: &Town, id: Uuid) {
    loop {
        let lamp = town.get("lamp", id).await.expect("it is there");
        let Value::Int(watts) = lamp.values[1] else { panic!("watts are a number") };
        let values = vec![text("ortak"), Value::Int(watts + 1), Value::Null];
        match town.commit(vec![update("lamp", id, lamp.version, values, None)]).await {
            Ok(_) => return,
            Err(e) => assert_eq!(e.code(), "version-conflict"),
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn processes_that_start_together_make_the_tables_once() {
    let database = Arc::new(house().await);
    let starts: Vec<_> = (0..4)
        .map(|_| {
            let database = Arc::clone(&database);
            tokio::spawn(async move {
                let store = database.open().await;
                // A process that comes second made its plan for a catalogue that is no longer in force: it is told, or finds all done.
                match bring(&store, &catalogue(), &[]).await {
                    Ok(()) => {}
                    Err(e) => assert_eq!(e.code(), "catalogue-changed", "{e}"),
                }
                store
            })
        })
        .collect();
    let mut stores = Vec::new();
    for start in starts {
        stores.push(start.await.expect("it starts"));
    }
    for (i, store) in stores.into_iter().enumerate() {
        Town { store, catalogue: catalogue() }.lamp(&format!("{i}"), 1, None).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_process_finds_the_catalogue_that_another_has_applied() {
    let database = house().await;
    let one = Town::found(database.open().await).await;
    let two = Town { store: database.open().await, catalogue: catalogue() };
    two.lamp("önce", 1, None).await;
    let mut wider = catalogue();
    let mut lamp_register = meydan_kernel::Register::clone(&one.register("lamp"));
    lamp_register.fields.push(super::super::contract::city::field("pole", meydan_kernel::FieldKind::Text));
    wider.registers.insert("lamp".to_owned(), Arc::new(lamp_register));
    bring(&one.store, &wider, &[]).await.expect("a field is added");
    let old = two.commit(vec![lamp(Uuid::now_v7(), "eski", 1, None)]).await.expect_err("the definitions are another");
    assert_eq!(old.code(), "catalogue-changed");
    let new = insert("lamp", Uuid::now_v7(), vec![text("yeni"), Value::Int(1), Value::Null, text("ahşap")], None);
    two.commit(vec![new]).await.expect("the new definitions are known");
}
