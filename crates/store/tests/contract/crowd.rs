//! Many at once: writers, readers, followers, processes.

use super::{
    House,
    city::{Town, delete, erase, lamp, surveyor, text, update},
};
use meydan_kernel::{Changeset, Query, Store, Value, log::Verb};
use std::{
    collections::{BTreeMap, HashMap},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};
use uuid::Uuid;

/// Writers that raise the same lamps' watts, each by reading and writing with the version read: no raise is lost.
pub async fn no_update_is_lost(house: &dyn House) {
    let town = Arc::new(Town::found(house.open().await).await);
    let mut lamps = Vec::new();
    for i in 0..3 {
        lamps.push(town.lamp(&i.to_string(), 0, Some((39.0, 41.0))).await);
    }
    let mut writers = Vec::new();
    for w in 0..8 {
        let (town, lamps) = (Arc::clone(&town), lamps.clone());
        writers.push(tokio::spawn(async move {
            let mut raised = 0i64;
            for round in 0..25 {
                let id = lamps[(w + round) % lamps.len()];
                loop {
                    let now = town.get("lamp", id).await.expect("it is there");
                    let Value::Int(watts) = now.values[1] else { panic!("watts are whole") };
                    let values = vec![now.values[0].clone(), Value::Int(watts + 1), Value::Null];
                    match town.commit(vec![update("lamp", id, now.version, values, now.geometry)]).await {
                        Ok(_) => break,
                        Err(e) => assert_eq!(e.code(), "version-conflict", "{e}"),
                    }
                }
                raised += 1;
            }
            raised
        }));
    }
    let mut raised = 0;
    for writer in writers {
        raised += writer.await.expect("a writer");
    }
    let mut watts = 0;
    for id in lamps {
        let lamp = town.get("lamp", id).await.expect("it is there");
        let Value::Int(w) = lamp.values[1] else { panic!("watts are whole") };
        assert_eq!(lamp.version, w + 1);
        watts += w;
    }
    assert_eq!((raised, watts), (200, 200));
    assert_eq!(town.store.head(), 203);
}

/// Good and bad changesets that share commits: the good ones are kept, the bad ones leave nothing.
pub async fn a_bad_changeset_harms_nobody_else(house: &dyn House) {
    let town = Arc::new(Town::found(house.open().await).await);
    town.lamp("taken", 1, None).await;
    let mut all = Vec::new();
    for i in 0..200 {
        let town = Arc::clone(&town);
        all.push(tokio::spawn(async move {
            let id = Uuid::now_v7();
            let good = lamp(id, &format!("iyi-{i}"), i, Some((39.0, 41.0)));
            let bad = i % 3 == 0;
            let changes = if bad { vec![good, lamp(Uuid::now_v7(), "taken", i, Some((39.0, 41.0)))] } else { vec![good] };
            (id, bad, town.commit(changes).await)
        }));
    }
    let mut kept = 0;
    for one in all {
        let (id, bad, answer) = one.await.expect("a writer");
        match answer {
            Ok(done) => {
                assert!(!bad);
                assert_eq!(done.records[0].0, id);
                let entry = town.store.entries(done.first_position, 1).await.expect("entries").remove(0);
                assert_eq!((entry.id, entry.changeset), (id, done.changeset));
                kept += 1;
            }
            Err(e) => {
                assert!(bad, "{e}");
                assert_eq!(e.code(), "key-taken");
            }
        }
        assert_eq!(town.get("lamp", id).await.is_some(), !bad);
    }
    assert_eq!(kept, 133);
    assert_eq!(town.store.head(), 134, "no position is wasted");
    check_log(town.store.as_ref(), 134).await;
}

/// The log has every position once, changesets stand together, times never go back.
async fn check_log(store: &dyn Store, head: i64) {
    let mut entries = Vec::new();
    while (entries.len() as i64) < head {
        let more = store.entries(entries.len() as i64, 97).await.expect("entries");
        assert!(!more.is_empty(), "the log ends before its head");
        entries.extend(more);
    }
    let positions: Vec<i64> = entries.iter().map(|e| e.position).collect();
    assert_eq!(positions, (0..head).collect::<Vec<_>>());
    let mut ended: HashMap<Uuid, ()> = HashMap::new();
    for pair in entries.windows(2) {
        if pair[0].changeset == pair[1].changeset {
            assert_eq!(pair[0].recorded_at, pair[1].recorded_at);
        } else {
            assert!(pair[0].recorded_at < pair[1].recorded_at);
            assert!(ended.insert(pair[0].changeset, ()).is_none(), "a changeset's entries stand together");
        }
    }
}

/// A follower that reads from its own position while writers of two processes write misses nothing, and what it keeps
/// is the store's own state.
pub async fn followers_miss_nothing(house: &dyn House) {
    let town = Arc::new(Town::found(house.open().await).await);
    let elsewhere = Arc::new(Town { store: house.open().await, catalogue: town.catalogue.clone() });
    let done = Arc::new(AtomicBool::new(false));
    let follower = tokio::spawn(follow(Arc::clone(&town), Arc::clone(&done)));
    let stranger = tokio::spawn(follow(Arc::clone(&elsewhere), Arc::clone(&done)));
    let mut writers = Vec::new();
    for w in 0..6 {
        let town = Arc::clone(if w % 2 == 0 { &town } else { &elsewhere });
        writers.push(tokio::spawn(async move {
            for i in 0..30 {
                let id = town.lamp(&format!("{w}-{i}"), i, Some((39.0, 41.0))).await;
                let after = town.store.head();
                let entries = town.store.entries(after - 1, 1).await.expect("entries");
                assert_eq!(entries.len(), 1, "the head is never beyond the log");
                let values = vec![text(&format!("{w}-{i}")), Value::Int(-1), Value::Null];
                let second = town.commit(vec![update("lamp", id, 1, values, None)]).await.expect("it is changed");
                assert!(town.store.head() > second.first_position, "the head is never behind what was acknowledged");
                let nothing = vec![Value::Null; 3];
                match i % 6 {
                    0 | 3 => {
                        town.commit(vec![delete("lamp", id, 2)]).await.expect("it is ended");
                        if i % 6 == 0 {
                            town.commit(vec![erase("lamp", id, 3, nothing, &[0], true)]).await.expect("what is left is erased");
                        }
                    }
                    1 => {
                        town.commit(vec![erase("lamp", id, 2, nothing, &[0, 1], true)]).await.expect("it is erased");
                    }
                    _ => {}
                }
            }
        }));
    }
    for writer in writers {
        writer.await.expect("a writer");
    }
    done.store(true, Ordering::Release);
    let total = 6 * (30 + 30 + 10 + 5 + 5);
    let lamps = town.store.query(&Query { limit: Some(1000), ..Query::all(town.register("lamp")) }).await.expect("lamps");
    let state: BTreeMap<i64, i64> = lamps.iter().map(|r| (r.fid, r.version)).collect();
    for told in [follower, stranger] {
        let (seen, kept) = told.await.expect("a follower");
        assert_eq!(seen, total);
        assert_eq!(kept, state);
    }
    check_log(town.store.as_ref(), total).await;
}

/// Follows until the writers are done and the head is reached; returns how much was seen and the state that it makes.
async fn follow(town: Arc<Town>, done: Arc<AtomicBool>) -> (i64, BTreeMap<i64, i64>) {
    let watch = town.store.watch();
    let (mut next, mut state) = (0, BTreeMap::new());
    loop {
        let last_round = done.load(Ordering::Acquire);
        loop {
            let entries = town.store.entries(next, 13).await.expect("entries");
            if entries.is_empty() {
                break;
            }
            for entry in entries {
                assert_eq!(entry.position, next, "no gap");
                next += 1;
                match entry.verb {
                    Verb::Delete => assert_eq!(state.remove(&entry.fid), Some(entry.version - 1)),
                    Verb::Insert => assert_eq!(state.insert(entry.fid, 1), None),
                    Verb::Update => assert_eq!(state.insert(entry.fid, entry.version), Some(entry.version - 1)),
                    Verb::Erase => {
                        // A record that has ended stays ended.
                        if let Some(version) = state.get_mut(&entry.fid) {
                            assert_eq!(std::mem::replace(version, entry.version), entry.version - 1);
                        }
                    }
                }
            }
        }
        if last_round && next >= town.store.head() {
            return (next, state);
        }
        let _ = tokio::time::timeout(std::time::Duration::from_millis(300), watch.beyond(next)).await;
    }
}

/// Two processes on one store: each sees what the other wrote, fids and positions never clash, definitions are taken over.
pub async fn two_processes_share_one_store(house: &dyn House) {
    let here = Town::found(house.open().await).await;
    let there = Town { store: house.open().await, catalogue: here.catalogue.clone() };
    let mut fids = Vec::new();
    for i in 0..20 {
        let town = if i % 2 == 0 { &here } else { &there };
        let id = town.lamp(&format!("{i}"), i, None).await;
        for other in [&here, &there] {
            let found = other.get("lamp", id).await.expect("both see it");
            fids.push(found.fid);
        }
        wait_for_head(&here, i + 1).await;
        wait_for_head(&there, i + 1).await;
    }
    fids.dedup();
    assert_eq!(fids, (1..=20).collect::<Vec<_>>());
    let clash = there.commit(vec![lamp(Uuid::now_v7(), "0", 1, None)]).await.expect_err("here has it");
    assert_eq!(clash.code(), "key-taken");

    let mut wanted = here.catalogue.clone();
    let mut changed = meydan_kernel::Register::clone(&here.register("lamp"));
    changed.fields.push(super::city::field("colour", meydan_kernel::FieldKind::Text));
    wanted.registers.insert("lamp".to_owned(), Arc::new(changed));
    super::city::bring(&here.store, &wanted, &[]).await.expect("the plan is carried out");
    assert_eq!(there.store.catalogue().await.expect("an answer"), Some(wanted.clone()));
    let old = there.commit(vec![lamp(Uuid::now_v7(), "eski", 1, None)]).await.expect_err("three values for four fields");
    assert_eq!(old.code(), "catalogue-changed");
    let there = Town { store: there.store, catalogue: wanted };
    let values = vec![text("yeni"), Value::Int(1), Value::Null, text("sarı")];
    let id = Uuid::now_v7();
    there.commit(vec![super::city::insert("lamp", id, values.clone(), None)]).await.expect("it is made");
    assert_eq!(there.get("lamp", id).await.map(|r| r.values), Some(values));
}

/// The other process's entries show at once or within the notification's latency.
async fn wait_for_head(town: &Town, head: i64) {
    for _ in 0..200 {
        if town.store.head() == head {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    assert_eq!(town.store.head(), head);
}

/// A changeset as large as the desk lets through.
pub async fn a_large_changeset_is_one(house: &dyn House) {
    let town = Town::found(house.open().await).await;
    let changes: Vec<_> =
        (0..10_000i64).map(|i| lamp(Uuid::now_v7(), &i.to_string(), i, Some((39.0 + i as f64 * 1e-5, 41.0)))).collect();
    let changeset = Changeset { id: Uuid::now_v7(), act: surveyor(), changes };
    let done = town.store.commit(changeset.clone()).await.expect("it is made");
    assert_eq!(done.records.len(), 10_000);
    assert_eq!(town.store.head(), 10_000);
    let fids: Vec<i64> = done.records.iter().map(|r| r.1).collect();
    assert_eq!(fids, (1..=10_000).collect::<Vec<_>>());
    let mut again = changeset;
    again.id = Uuid::now_v7();
    assert_eq!(town.store.commit(again).await.expect_err("all are there").code(), "key-taken");
    assert_eq!(town.store.head(), 10_000);
}

/// A changeset of nothing is a changeset all the same.
pub async fn an_empty_changeset_changes_nothing(house: &dyn House) {
    let town = Town::found(house.open().await).await;
    let done = town.commit(Vec::new()).await.expect("it is nothing");
    assert!(done.records.is_empty());
    assert_eq!(town.store.head(), 0);
    town.lamp("A", 1, None).await;
    assert_eq!(town.store.head(), 1);
}

/// A process can tell which registers its own entries touched as soon as their head is seen; of another's it can't.
pub async fn what_a_process_wrote_itself_it_knows(house: &dyn House) {
    let town = Town::found(house.open().await).await;
    let elsewhere = house.open().await;
    let lamps = ["lamp"].as_slice();
    for i in 0..3 {
        town.lamp(&format!("{i}"), 1, None).await;
        town.neighbourhood(i, "Merkez").await;
    }
    assert_eq!(town.store.head(), 6);
    assert_eq!(town.store.touches(0, 6, &["street", "person"]), Some(false));
    assert_eq!(town.store.touches(4, 6, lamps), Some(true));
    assert_eq!(town.store.touches(5, 6, lamps), Some(false), "the last is a neighbourhood");
    assert_eq!(elsewhere.touches(4, 6, lamps), None);
    let refused = town.commit(vec![super::city::delete("lamp", Uuid::now_v7(), 1)]).await;
    assert!(refused.is_err());
    assert_eq!(town.store.touches(5, 6, lamps), Some(false), "what was refused is nowhere");
    let there = Town { store: elsewhere, catalogue: town.catalogue.clone() };
    there.lamp("a", 1, None).await;
    assert_eq!((there.store.touches(6, 7, lamps), town.store.touches(6, 7, lamps)), (Some(true), None));
    town.neighbourhood(9, "Kale").await;
    assert_eq!(town.store.touches(5, 8, lamps), None, "a lamp of the other process stands between");
    assert_eq!(town.store.touches(7, 8, lamps), Some(false));
}
