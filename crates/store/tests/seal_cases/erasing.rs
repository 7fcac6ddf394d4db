//! Erasures: lawful ones verify and leave every proof whole; a salt that is gone without one is named.

use super::super::{
    House,
    contract::city::{Town, erase, text, update},
    history, only,
};
use meydan_kernel::{
    Value,
    log::{
        proof::{Wanted, verify_consistency, verify_inclusion},
        tree::leaf_hash,
    },
};
use meydan_store::{content::Proof, seal::FindingKind};
use std::sync::Arc;

#[tokio::test]
async fn a_lawful_erasure_verifies_and_every_proof_holds() {
    let (house, lamps) = House::new().await.lived_in().await;
    let store = &*house.town.store;
    let before = store.entries(0, 303).await.expect("entries");
    let old = store.last_seal().await.expect("seals").expect("a seal");
    let proof = Wanted::inclusion(0, 303).expect("inside").fetch(store).await.expect("tiles");
    // One that lives on, with three versions so far, and one that has ended.
    let nothing = vec![Value::Null; 3];
    house.town.commit(vec![erase("lamp", lamps[0], 3, nothing.clone(), &[0, 1], true)]).await.expect("erased");
    house.town.commit(vec![erase("lamp", lamps[1], 2, nothing.clone(), &[0, 1], true)]).await.expect("erased");
    let report = house.verify().await;
    assert!(report.is_fine(), "before it is sealed: {:#?}", report.findings);
    house.sealer.seal_now().await.expect("sealed");
    let report = house.verify().await;
    assert!(report.is_fine(), "{:#?}", report.findings);
    assert_eq!((report.entries, report.unsealed, report.versions, report.erased), (305, 0, 305, 5));

    let new = store.last_seal().await.expect("seals").expect("a seal");
    let consistency = Wanted::consistency(303, 305).expect("inside").fetch(store).await.expect("tiles");
    assert!(verify_consistency(303, 305, &old.root, &new.root, &consistency));
    for then in &before {
        let position = then.position.unsigned_abs();
        let entry = store.entries(then.position, 1).await.expect("entries").remove(0);
        let inclusion = Wanted::inclusion(position, 305).expect("inside").fetch(store).await.expect("tiles");
        assert!(verify_inclusion(&leaf_hash(&entry.leaf_bytes()), position, 305, &inclusion, &new.root));
    }
    // The proof that somebody took home before the erasure holds too.
    assert!(verify_inclusion(&leaf_hash(&before[0].leaf_bytes()), 0, 303, &proof, &old.root));
    let past = meydan_store::content::Past::of(store, "lamp").await.expect("definitions");
    for version in store.history(&house.town.register("lamp"), lamps[0]).await.expect("versions") {
        let entry = store.entries(version.position, 1).await.expect("entries").remove(0);
        let proven = past.prove(&version.record, &entry);
        let expected = if version.record.version == 4 { Proof::Holds } else { Proof::Erased };
        assert_eq!(proven, expected, "version {}", version.record.version);
    }
}

#[tokio::test]
async fn a_salt_destroyed_without_an_erasure_is_named() {
    let (house, lamps) = House::new().await.lived_in().await;
    house.tamper("UPDATE meydan_log SET salt = NULL WHERE position = 7");
    house.tamper("UPDATE lamp SET watts = 1000 WHERE plate = '61-007'");
    let report = house.verify().await;
    only(&report, FindingKind::SaltMissing);
    let finding = &report.findings[0];
    assert_eq!((finding.record, finding.version, finding.position), (Some(lamps[7]), Some(1), Some(7)));
    assert!(finding.tr().starts_with("kayıt sürümünün tuzu") && finding.kind.code() == "salt-missing", "{}", finding.tr());
    assert_eq!(report.erased, 0);
}

#[tokio::test]
async fn an_erasure_excuses_only_what_came_before_it() {
    let (house, lamps) = House::new().await.lived_in().await;
    house.town.commit(vec![erase("lamp", lamps[0], 3, vec![Value::Null; 3], &[0, 1], true)]).await.expect("erased");
    let values = vec![text("61-000"), Value::Int(1), Value::Null];
    house.town.commit(vec![update("lamp", lamps[0], 4, values, None)]).await.expect("changed");
    house.sealer.seal_now().await.expect("sealed");
    assert!(house.verify().await.is_fine());
    // The erasure's own entry, and the one after it, must keep theirs; so must the records of others.
    house.tamper("UPDATE meydan_log SET salt = NULL WHERE position IN (303, 304, 20)");
    let report = house.verify().await;
    only(&report, FindingKind::SaltMissing);
    assert_eq!((report.broken_total(), report.erased), (3, 3));
    // An update in the log that is made to look like an erasure is not the entry that was sealed.
    house.tamper("UPDATE meydan_log SET verb = 4 WHERE position = 304");
    let report = house.verify().await;
    assert_eq!(report.broken.get(&FindingKind::EntryChanged), Some(&1), "{:#?}", report.findings);
}

#[tokio::test]
async fn what_was_erased_stays_in_its_place() {
    let (house, lamps) = House::new().await.lived_in().await;
    let nothing = vec![Value::Null; 3];
    house.town.commit(vec![erase("lamp", lamps[0], 3, nothing.clone(), &[0, 1], true)]).await.expect("erased");
    house.town.commit(vec![erase("lamp", lamps[1], 2, nothing, &[0, 1], true)]).await.expect("erased");
    assert!(house.verify().await.is_fine());
    let past = history("lamp");
    // One that lives is hidden among those that ended.
    house.tamper(&format!(
        "INSERT INTO {past} (fid, id, version, recorded_at, recorded_to, deleted) \
         SELECT fid, id, version, recorded_at, '1970-01-01T00:00:00.000000Z', 1 FROM lamp WHERE fid = 1"
    ));
    house.tamper("DELETE FROM lamp WHERE fid = 1");
    let report = house.verify().await;
    only(&report, FindingKind::VersionMisplaced);
    assert!(report.findings.iter().any(|f| f.version == Some(4) && f.record == Some(lamps[0])), "{:#?}", report.findings);
}

#[tokio::test]
async fn an_ended_record_that_was_erased_and_stands_again_is_named() {
    let (house, lamps) = House::new().await.lived_in().await;
    house.town.commit(vec![erase("lamp", lamps[1], 2, vec![Value::Null; 3], &[0, 1], true)]).await.expect("erased");
    let past = history("lamp");
    house.tamper(&format!(
        "INSERT INTO lamp (fid, id, version, recorded_at) SELECT fid, id, version, recorded_at FROM {past} WHERE fid = 2 AND version = 3"
    ));
    house.tamper(&format!("DELETE FROM {past} WHERE fid = 2 AND version = 3"));
    let report = house.verify().await;
    only(&report, FindingKind::VersionMisplaced);
    assert!(report.findings.iter().any(|f| f.version == Some(3) && f.record == Some(lamps[1])), "{:#?}", report.findings);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn erasures_while_the_walk_runs_are_no_finding() {
    let (house, lamps) = House::new().await.lived_in().await;
    let town = Arc::new(Town { store: Arc::clone(&house.town.store), catalogue: house.town.catalogue.clone() });
    let writer = tokio::spawn(async move {
        for id in &lamps[2..120] {
            town.commit(vec![erase("lamp", *id, 1, vec![Value::Null; 3], &[0, 1], true)]).await.expect("erased");
        }
    });
    let mut walks = 0;
    while !writer.is_finished() {
        let report = house.verify().await;
        assert!(report.is_fine(), "{:#?}", report.findings);
        walks += 1;
    }
    writer.await.expect("no panic");
    assert!(walks > 0);
    assert_eq!(house.verify().await.erased, 118);
}
