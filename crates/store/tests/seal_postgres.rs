//! Seals and their verification on the PostgreSQL store: one log of several server processes.

mod contract;
#[allow(dead_code, reason = "each test binary uses its own part of the server")]
mod pg_server;

use contract::city::{Town, delete, erase, text, update};
use meydan_kernel::{Store, Value, log::note::SealKey};
use meydan_store::{
    postgres::PostgresStore,
    seal::{FindingKind, Report, Sealer, verify},
};
use std::{sync::Arc, time::Duration};

async fn open(url: &str) -> Arc<dyn Store> {
    Arc::new(PostgresStore::connect(url).await.expect("the store opens"))
}

async fn walk(store: &Arc<dyn Store>, key: &SealKey) -> Report {
    verify(&**store, Some(&key.verifier()), &mut |_| {}).await.expect("the walk ends")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn several_sealers_leave_one_log_and_forgery_is_named() {
    let server = pg_server::shared();
    let url = server.database();
    let database = url.rsplit('/').next().expect("a name").split('?').next().expect("a name").to_owned();
    let town = Town::found(open(&url).await).await;
    let key = SealKey::from_seed([5; 32]);
    let mut tasks = Vec::new();
    for _ in 0..2 {
        // Each with its own store, as another server process has it.
        let sealer = Sealer::new(open(&url).await, key.clone());
        tasks.push(tokio::spawn(async move {
            for _ in 0..20 {
                sealer.seal_now().await.expect("sealed");
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        }));
    }
    let mut lamps = Vec::new();
    for i in 0..300 {
        lamps.push(town.lamp(&format!("61-{i:03}"), 40 + i, Some((39.7 + i as f64 / 1e4, 41.0))).await);
    }
    let values = vec![text("61-000"), Value::Int(60), Value::Null];
    town.commit(vec![update("lamp", lamps[0], 1, values, None), delete("lamp", lamps[1], 1)]).await.expect("changed");
    for task in tasks {
        task.await.expect("no panic");
    }
    let sealer = Sealer::new(Arc::clone(&town.store), key.clone());
    sealer.seal_now().await.expect("sealed");
    let report = walk(&town.store, &key).await;
    assert!(report.is_fine(), "{:#?}", report.findings);
    assert_eq!((report.entries, report.versions, report.unsealed), (302, 302, 0));
    assert!(report.seals > 1);

    // Values of one that lives and of one that has ended are erased; the salts that went are excused by that alone.
    let nothing = vec![Value::Null; 3];
    town.commit(vec![
        erase("lamp", lamps[0], 2, nothing.clone(), &[0, 1], true),
        erase("lamp", lamps[1], 2, nothing, &[0], true),
    ])
    .await
    .expect("erased");
    sealer.seal_now().await.expect("sealed");
    let report = walk(&town.store, &key).await;
    assert!(report.is_fine(), "{:#?}", report.findings);
    assert_eq!((report.versions, report.erased), (304, 4));
    server.psql(&database, "SET session_replication_role = replica; UPDATE meydan.log SET salt = NULL WHERE position = 50");
    let report = walk(&town.store, &key).await;
    assert_eq!(report.broken.keys().collect::<Vec<_>>(), [&FindingKind::SaltMissing], "{:#?}", report.findings);
    assert_eq!((report.findings[0].record, report.erased), (Some(lamps[50]), 4));

    // An intruder with the rights of a superuser.
    server
        .psql(&database, "SET session_replication_role = replica; UPDATE meydan.lamp SET watts = 1000 WHERE plate = '61-007'");
    let report = walk(&town.store, &key).await;
    assert_eq!(report.broken.get(&FindingKind::VersionChanged), Some(&1), "{:#?}", report.findings);
    let changed = report.findings.iter().find(|f| f.kind == FindingKind::VersionChanged).expect("a finding");
    assert_eq!((changed.record, changed.version), (Some(lamps[7]), Some(1)));
    server.psql(&database, "SET session_replication_role = replica; UPDATE meydan.log SET version = 9 WHERE position = 11");
    let report = walk(&town.store, &key).await;
    assert!(report.broken.contains_key(&FindingKind::EntryChanged), "{:#?}", report.findings);
    assert!(report.findings.iter().any(|f| f.kind == FindingKind::VersionWithoutEntry && f.record == Some(lamps[11])));
    server.psql(&database, "SET session_replication_role = replica; DELETE FROM meydan.log WHERE position = 20");
    let report = walk(&town.store, &key).await;
    assert!(
        report.findings.iter().any(|f| f.kind == FindingKind::EntryMissing && f.position == Some(20)),
        "{:#?}",
        report.findings
    );
}
