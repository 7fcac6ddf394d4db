//! Large changesets go by COPY; their digests hold all the same.

use super::super::{
    contract::{
        House as _,
        city::{Town, delete, full_street, insert, lamp, line, text, update},
        collect,
    },
    house,
};
use meydan_kernel::{Query, Value, log::digest};
use uuid::Uuid;

/// Enough for COPY, several batches of a scan, and a task of its own for the digests.
const MANY: usize = 2_500;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_large_changeset_is_written_whole_and_proven() {
    let database = house().await;
    let town = Town::found(database.open().await).await;
    let quarter = Uuid::now_v7();
    let mut changes = vec![insert("neighbourhood", quarter, vec![Value::Int(1), text("Çarşı")], None)];
    for i in 0..MANY {
        let x = 39.7 + f64::from(u32::try_from(i).expect("few")) * 1e-5;
        let mut values = full_street(&format!("Sokak {i}"), quarter);
        if i % 3 == 0 {
            values[4] = Value::Null;
        }
        changes.push(insert("street", Uuid::now_v7(), values, (i % 7 != 0).then(|| line(&[(x, 41.0), (x + 1e-4, 41.1)]))));
    }
    let done = town.commit(changes.clone()).await.expect("all are made");
    assert_eq!(done.records.len(), MANY + 1);
    // Half is changed and a tenth ended, in one changeset; then the same again must fail whole.
    let mut next = Vec::new();
    for (i, change) in changes.iter().enumerate().skip(1) {
        if i % 2 == 0 {
            next.push(update("street", change.id, 1, full_street(&format!("Cadde {i}"), quarter), None));
        } else if i % 5 == 0 {
            next.push(delete("street", change.id, 1));
        }
    }
    town.commit(next.clone()).await.expect("all are changed");
    let head = town.store.head();
    assert_eq!(town.commit(next).await.expect_err("stale").code(), "version-conflict");
    assert_eq!(town.store.head(), head);

    let street = town.register("street");
    let mut versions = collect(town.store.scan(Query::all(street.clone()))).await;
    assert_eq!(versions.len(), MANY - (1..=MANY).filter(|i| i % 2 == 1 && i % 5 == 0).count());
    versions.extend(collect(town.store.scan_history(street.clone())).await);
    let entries = town.store.entries(1, 10 * MANY).await.expect("the store answers");
    assert_eq!(entries.len(), versions.len());
    let known: std::collections::HashMap<_, _> = entries.iter().map(|e| ((e.id, e.version), e)).collect();
    for version in &versions {
        let entry = known[&(version.id, version.version)];
        assert_eq!(entry.recorded_at, version.recorded_at);
        assert_eq!(digest(&street, version, &entry.salt.expect("kept")), entry.digest, "{version:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_that_is_refused_takes_nobody_with_it() {
    let database = house().await;
    let town = std::sync::Arc::new(Town::found(database.open().await).await);
    let taken = town.lamp("dolu", 1, None).await;
    let tasks: Vec<_> = (0..60)
        .map(|i| {
            let town = std::sync::Arc::clone(&town);
            tokio::spawn(async move {
                let change = match i % 3 {
                    0 => lamp(Uuid::now_v7(), &format!("L{i}"), 1, None),
                    1 => lamp(Uuid::now_v7(), "dolu", 1, None),
                    _ => update("lamp", taken, 7, vec![text("dolu"), Value::Int(2), Value::Null], None),
                };
                (i % 3, town.commit(vec![change]).await.map(|_| ()).map_err(|e| e.code()))
            })
        })
        .collect();
    for task in tasks {
        let (kind, outcome) = task.await.expect("ends well");
        assert_eq!(outcome, [Ok(()), Err("key-taken"), Err("version-conflict")][kind]);
    }
    assert_eq!(town.store.head(), 21);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_records_may_swap_their_keys() {
    let database = house().await;
    let town = Town::found(database.open().await).await;
    let (a, b) = (town.lamp("A", 1, None).await, town.lamp("B", 2, None).await);
    let values = |plate: &str| vec![text(plate), Value::Int(3), Value::Null];
    town.commit(vec![update("lamp", a, 1, values("B"), None), update("lamp", b, 1, values("A"), None)])
        .await
        .expect("they swap");
    assert_eq!(town.get("lamp", a).await.expect("there").values[0], text("B"));
}
