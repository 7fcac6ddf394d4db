//! Seals, proofs, time stamps and the verification of everything, on the embedded store.

mod contract;
mod seal_cases;
mod time_stamp_authority;

use contract::city::{self, Town, delete, lamp, text, update};
use meydan_kernel::{
    Register, Store, Value,
    log::{
        note::SealKey,
        proof::{Wanted, verify_consistency, verify_inclusion},
        tree::leaf_hash,
    },
};
use meydan_store::{
    seal::{
        FindingKind, Report, Sealer,
        time_stamp::{Authority, TimeStamper, imprint, read_response},
        verify,
    },
    sqlite::SqliteStore,
};
use std::{
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};
use tempfile::TempDir;
use time_stamp_authority::TimeStampAuthority;
use uuid::Uuid;

struct House {
    folder: TempDir,
    town: Town,
    key: SealKey,
    sealer: Sealer,
}

impl House {
    async fn new() -> Self {
        let folder = tempfile::tempdir().expect("a directory");
        let store: Arc<dyn Store> = Arc::new(SqliteStore::open(&folder.path().join("city.gpkg")).await.expect("opens"));
        let town = Town::found(store).await;
        let key = SealKey::from_seed([5; 32]);
        let sealer = Sealer::new(Arc::clone(&town.store), key.clone());
        Self { folder, town, key, sealer }
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join("city.gpkg")
    }

    async fn verify(&self) -> Report {
        let mut steps = 0;
        let report = verify(&*self.town.store, Some(&self.key.verifier()), &mut |_| steps += 1).await.expect("the walk ends");
        assert!(steps > 0);
        report
    }

    /// Does by hand what the database refuses to foreign programs: an intruder with the file in hand.
    fn tamper(&self, sql: &str) {
        let conn = rusqlite::Connection::open(self.path()).expect("opens");
        let triggers: Vec<String> = conn
            .prepare("SELECT name FROM sqlite_master WHERE type = 'trigger'")
            .and_then(|mut s| s.query_map([], |r| r.get(0)).and_then(Iterator::collect))
            .expect("triggers");
        for trigger in triggers {
            conn.execute_batch(&format!("DROP TRIGGER \"{trigger}\"")).expect("dropped");
        }
        assert!(conn.execute(sql, []).expect("changed") > 0, "{sql}");
    }

    /// A life of a few records with every verb, sealed in the middle and at the end.
    async fn lived_in(self) -> (Self, Vec<Uuid>) {
        let mut lamps = Vec::new();
        for i in 0..300 {
            lamps.push(self.town.lamp(&format!("61-{i:03}"), 40 + i, Some((39.7 + i as f64 / 1e4, 41.0))).await);
        }
        self.sealer.seal_now().await.expect("sealed");
        let values = |watts| vec![text("61-000"), Value::Int(watts), Value::Null];
        self.town.commit(vec![update("lamp", lamps[0], 1, values(60), None)]).await.expect("updated");
        self.town
            .commit(vec![update("lamp", lamps[0], 2, values(70), None), delete("lamp", lamps[1], 1)])
            .await
            .expect("changed");
        self.sealer.seal_now().await.expect("sealed");
        (self, lamps)
    }
}

fn only(report: &Report, kind: FindingKind) {
    assert_eq!(report.broken.keys().collect::<Vec<_>>(), [&kind], "{:#?}", report.findings);
}

#[tokio::test]
async fn an_untouched_house_verifies() {
    let (house, _) = House::new().await.lived_in().await;
    let report = house.verify().await;
    assert!(report.is_fine(), "{:#?}", report.findings);
    assert_eq!((report.entries, report.unsealed, report.seals, report.versions), (303, 0, 2, 303));
    house.town.lamp("61-999", 5, None).await;
    let report = house.verify().await;
    assert!(report.is_fine(), "{:#?}", report.findings);
    assert_eq!((report.entries, report.unsealed), (304, 1));
}

#[tokio::test]
async fn an_empty_house_verifies() {
    let house = House::new().await;
    assert_eq!(house.sealer.seal_now().await, Ok(None));
    assert!(house.verify().await.is_fine());
}

#[tokio::test]
async fn a_changed_record_is_named() {
    let (house, lamps) = House::new().await.lived_in().await;
    house.tamper("UPDATE lamp SET watts = 1000 WHERE plate = '61-007'");
    let report = house.verify().await;
    only(&report, FindingKind::VersionChanged);
    let finding = &report.findings[0];
    assert_eq!(
        (report.broken_total(), finding.record, finding.version, finding.position),
        (1, Some(lamps[7]), Some(1), Some(7))
    );
    assert_eq!(finding.register.as_deref(), Some("lamp"));
    assert!(
        finding.tr().starts_with("kaydın içeriği, deftere yazılandan farklı (konum 7, kütük lamp, kayıt "),
        "{}",
        finding.tr()
    );
}

#[tokio::test]
async fn a_changed_past_is_named() {
    let (house, lamps) = House::new().await.lived_in().await;
    house.tamper(&format!("UPDATE \"{}\" SET watts = 1 WHERE version = 1 AND plate = '61-000'", history("lamp")));
    let report = house.verify().await;
    only(&report, FindingKind::VersionChanged);
    assert_eq!((report.findings[0].record, report.findings[0].version), (Some(lamps[0]), Some(1)));
}

fn history(register: &str) -> String {
    meydan_store::sql::names::history_of(register)
}

#[tokio::test]
async fn a_removed_record_is_named() {
    let (house, lamps) = House::new().await.lived_in().await;
    house.tamper("DELETE FROM lamp WHERE plate = '61-010'");
    let report = house.verify().await;
    only(&report, FindingKind::EntryWithoutVersion);
    assert_eq!((report.findings[0].record, report.findings[0].position), (Some(lamps[10]), Some(10)));
}

#[tokio::test]
async fn a_smuggled_record_is_named() {
    let (house, _) = House::new().await.lived_in().await;
    let id = Uuid::now_v7();
    // A copy of a row under another id and number.
    let conn = rusqlite::Connection::open(house.path()).expect("opens");
    let columns: Vec<String> = conn
        .prepare("SELECT name FROM pragma_table_info('lamp')")
        .and_then(|mut s| s.query_map([], |r| r.get(0)).and_then(Iterator::collect))
        .expect("columns");
    let list = |f: &dyn Fn(&str) -> String| columns.iter().map(|c| f(c)).collect::<Vec<_>>().join(", ");
    let hex: String = id.as_bytes().iter().map(|b| format!("{b:02x}")).collect();
    let taken = list(&|c| match c {
        "fid" => "9999".to_owned(),
        "plate" => "'61-X'".to_owned(),
        "id" => format!("CASE typeof(id) WHEN 'blob' THEN x'{hex}' ELSE '{id}' END"),
        other => format!("\"{other}\""),
    });
    house.tamper(&format!(
        "INSERT INTO lamp ({}) SELECT {taken} FROM lamp WHERE plate = '61-011'",
        list(&|c| format!("\"{c}\""))
    ));
    let report = house.verify().await;
    only(&report, FindingKind::VersionWithoutEntry);
    assert_eq!((report.findings[0].record, report.findings[0].version), (Some(id), Some(1)));
}

#[tokio::test]
async fn a_changed_entry_is_named() {
    let (house, lamps) = House::new().await.lived_in().await;
    house.tamper("UPDATE meydan_log SET digest = zeroblob(32) WHERE position = 12");
    let report = house.verify().await;
    let first = &report.findings[0];
    assert_eq!((first.kind, first.position, first.record), (FindingKind::EntryChanged, Some(12), Some(lamps[12])));
    assert_eq!(report.broken_total(), 2, "the entry, and the version that it no longer proves: {:#?}", report.findings);
}

#[tokio::test]
async fn a_changed_actor_is_named() {
    let (house, _) = House::new().await.lived_in().await;
    house.tamper("UPDATE meydan_changeset SET person = 'somebody else' WHERE first_position = 20");
    let report = house.verify().await;
    only(&report, FindingKind::EntryChanged);
    assert_eq!(report.findings[0].position, Some(20));
}

#[tokio::test]
async fn a_missing_entry_is_named() {
    let (house, lamps) = House::new().await.lived_in().await;
    house.tamper("DELETE FROM meydan_log WHERE position = 30");
    let report = house.verify().await;
    let first = &report.findings[0];
    assert_eq!((first.kind, first.position), (FindingKind::EntryMissing, Some(30)));
    assert!(report.findings.iter().any(|f| f.kind == FindingKind::VersionWithoutEntry && f.record == Some(lamps[30])));
    assert_eq!(report.broken_total(), 2, "{:#?}", report.findings);
}

#[tokio::test]
async fn an_entry_and_its_tile_changed_together_break_the_seal() {
    let (house, _) = House::new().await.lived_in().await;
    house.tamper("UPDATE meydan_changeset SET person = 'somebody else' WHERE first_position = 20");
    let forged = house.town.store.entries(20, 1).await.expect("entries").remove(0);
    let hash: String = leaf_hash(&forged.leaf_bytes()).iter().map(|b| format!("{b:02x}")).collect();
    house.tamper(&format!(
        "UPDATE meydan_tile SET hashes = CAST(substr(hashes, 1, 640) || x'{hash}' || substr(hashes, 673) AS BLOB) WHERE level = 0 AND place = 0"
    ));
    let report = house.verify().await;
    assert!(report.broken.contains_key(&FindingKind::SealRoot), "{:#?}", report.findings);
    assert_eq!(report.broken.get(&FindingKind::EntryChanged), None);
    assert_eq!(house.sealer.seal_now().await, Ok(house.town.store.last_seal().await.expect("a seal")), "nothing new to seal");
}

#[tokio::test]
async fn a_changed_tile_is_named_and_never_sealed_over() {
    let (house, _) = House::new().await.lived_in().await;
    house.tamper("UPDATE meydan_tile SET hashes = zeroblob(length(hashes)) WHERE level = 1");
    let report = house.verify().await;
    only(&report, FindingKind::TileBroken);
    house.town.lamp("61-998", 5, None).await;
    assert_eq!(house.sealer.seal_now().await.expect_err("refused").code(), "seal-broken");
}

#[tokio::test]
async fn seals_by_another_key_are_named_and_not_continued() {
    let (house, _) = House::new().await.lived_in().await;
    let other = SealKey::from_seed([6; 32]);
    let report = verify(&*house.town.store, Some(&other.verifier()), &mut |_| {}).await.expect("the walk ends");
    assert_eq!(report.broken.get(&FindingKind::SealSignature), Some(&2));
    house.town.lamp("61-998", 5, None).await;
    let sealer = Sealer::new(Arc::clone(&house.town.store), other);
    assert_eq!(sealer.seal_now().await.expect_err("refused").code(), "seal-key-differs");
}

#[tokio::test]
async fn a_removed_end_of_the_log_is_told() {
    let (house, _) = House::new().await.lived_in().await;
    house.tamper("DELETE FROM meydan_log WHERE position >= 300");
    let reopened: Arc<dyn Store> = Arc::new(SqliteStore::open(&house.path()).await.expect("opens"));
    let report = verify(&*reopened, Some(&house.key.verifier()), &mut |_| {}).await.expect("the walk ends");
    assert!(
        report.broken.contains_key(&FindingKind::SealBeyond) || report.broken.contains_key(&FindingKind::EntryMissing),
        "{report:#?}"
    );
}

#[tokio::test]
async fn an_old_version_brought_back_as_current_is_named() {
    let (house, _) = House::new().await.lived_in().await;
    let past = history("lamp");
    // Every version is what its entry says, only their places are exchanged.
    house.tamper(&format!(
        "INSERT INTO {past} (fid, id, version, recorded_at, recorded_to, deleted, plate, watts) \
         SELECT fid, id, version, recorded_at, '9999-01-01T00:00:00.000000Z', 0, plate, watts FROM lamp WHERE fid = 1"
    ));
    house.tamper(&format!(
        "UPDATE lamp SET (version, recorded_at, watts) = (SELECT version, recorded_at, watts FROM {past} WHERE fid = 1 AND version = 2) \
         WHERE fid = 1"
    ));
    house.tamper(&format!("DELETE FROM {past} WHERE fid = 1 AND version = 2"));
    only(&house.verify().await, FindingKind::VersionMisplaced);
}

#[tokio::test]
async fn a_deleted_record_that_stands_again_is_named() {
    let (house, lamps) = House::new().await.lived_in().await;
    let past = history("lamp");
    house.tamper(&format!(
        "INSERT INTO lamp (fid, id, version, recorded_at, plate, watts, geom) \
         SELECT fid, id, 2, recorded_to, plate, watts, geom FROM {past} WHERE fid = 2"
    ));
    house.tamper(&format!("UPDATE {past} SET deleted = 0 WHERE fid = 2"));
    let report = house.verify().await;
    only(&report, FindingKind::VersionMisplaced);
    assert_eq!((report.findings[0].record, report.findings[0].version), (Some(lamps[1]), Some(2)));
}

#[tokio::test]
async fn a_past_that_ends_at_another_time_is_named() {
    let (house, lamps) = House::new().await.lived_in().await;
    // "As of" would show two versions at once from now on.
    house.tamper(&format!(
        "UPDATE {} SET recorded_to = '9999-01-01T00:00:00.000000Z' WHERE fid = 1 AND version = 1",
        history("lamp")
    ));
    let report = house.verify().await;
    only(&report, FindingKind::VersionMisplaced);
    assert_eq!((report.findings[0].record, report.findings[0].version), (Some(lamps[0]), Some(1)));
}

#[tokio::test]
async fn versions_hidden_behind_a_later_definition_are_named() {
    let (house, _) = House::new().await.lived_in().await;
    house.tamper("UPDATE lamp SET watts = 1000 WHERE plate = '61-007'");
    // No entry seems to be of this register, as if it had been dropped and made again.
    house.tamper("UPDATE meydan_definition SET since = 1000000 WHERE register = (SELECT number FROM meydan_register WHERE name = 'lamp')");
    let reopened: Arc<dyn Store> = Arc::new(SqliteStore::open(&house.path()).await.expect("opens"));
    let report = verify(&*reopened, Some(&house.key.verifier()), &mut |_| {}).await.expect("the walk ends");
    assert!(report.broken.contains_key(&FindingKind::VersionWithoutEntry), "{report:#?}");
}

#[tokio::test]
async fn changed_definitions_break_nothing() {
    let (mut house, _) = House::new().await.lived_in().await;
    let mut wanted = house.town.catalogue.clone();
    let mut lamp = Register::clone(wanted.register("lamp").expect("a register"));
    let power = lamp.fields.iter_mut().find(|f| f.name == "watts").expect("a field");
    (power.name, power.was) = ("power".to_owned(), Some("watts".to_owned()));
    (lamp.name, lamp.was) = ("light".to_owned(), Some("lamp".to_owned()));
    wanted.registers.remove("lamp");
    wanted.registers.insert(lamp.name.clone(), Arc::new(lamp));
    city::bring(&house.town.store, &wanted, &[]).await.expect("the plan is carried out");
    house.town.catalogue = wanted.clone();
    let report = house.verify().await;
    assert!(report.is_fine(), "{:#?}", report.findings);
    assert_eq!(report.versions, 303);
    house.tamper("UPDATE light SET power = 1000 WHERE plate = '61-007'");
    only(&house.verify().await, FindingKind::VersionChanged);
    house.tamper("UPDATE light SET power = 47 WHERE plate = '61-007'");

    // What a dropped field held can't be shown any more: those versions are counted and no longer proven, as the plan warned.
    let mut light = Register::clone(wanted.register("light").expect("a register"));
    light.fields.retain(|f| f.name != "power");
    wanted.registers.insert(light.name.clone(), Arc::new(light));
    let allow = ["light.power"];
    city::bring(&house.town.store, &wanted, &allow).await.expect("the plan is carried out");
    house.town.catalogue = wanted;
    let report = house.verify().await;
    assert!(report.is_fine(), "{:#?}", report.findings);
    assert_eq!((report.versions, report.dropped), (303, 303));
}

#[tokio::test]
async fn every_entry_and_every_seal_can_be_proven() {
    let (house, _) = House::new().await.lived_in().await;
    let store = &*house.town.store;
    let seals = store.seals(0, 10).await.expect("seals");
    let (old, new) = (&seals[0], &seals[1]);
    for position in [0u64, 255, 256, 299, 302] {
        let proof = Wanted::inclusion(position, 303).expect("inside").fetch(store).await.expect("tiles");
        let entry = store.entries(position as i64, 1).await.expect("entries").remove(0);
        assert!(verify_inclusion(&leaf_hash(&entry.leaf_bytes()), position, 303, &proof, &new.root));
    }
    let proof = Wanted::consistency(300, 303).expect("inside").fetch(store).await.expect("tiles");
    assert!(verify_consistency(300, 303, &old.root, &new.root, &proof));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn several_sealers_and_writers_at_once_leave_one_log() {
    let house = House::new().await;
    let mut tasks = Vec::new();
    let done = Arc::new(AtomicBool::new(false));
    for _ in 0..3 {
        // Each with its own store, as another process has it.
        let store: Arc<dyn Store> = Arc::new(SqliteStore::open(&house.path()).await.expect("opens"));
        let sealer = Sealer::new(store, house.key.clone());
        let done = Arc::clone(&done);
        tasks.push(tokio::spawn(async move {
            while !done.load(Ordering::Acquire) {
                sealer.seal_now().await.expect("sealed");
                tokio::time::sleep(Duration::from_millis(7)).await;
            }
        }));
    }
    for i in 0..200 {
        house.town.lamp(&format!("61-{i}"), i, None).await;
    }
    done.store(true, Ordering::Release);
    for task in tasks {
        task.await.expect("no panic");
    }
    house.sealer.seal_now().await.expect("sealed");
    let report = house.verify().await;
    assert!(report.is_fine(), "{:#?}", report.findings);
    assert_eq!((report.entries, report.unsealed), (200, 0));
    assert!(report.seals > 2);
}

#[tokio::test]
async fn a_running_sealer_follows_the_log() {
    let house = House::new().await;
    let sealer = house.sealer.clone();
    let running = tokio::spawn(async move { sealer.run(|error| panic!("{error}")).await });
    for i in 0..5 {
        house.town.lamp(&format!("61-{i}"), i, None).await;
    }
    let sealed = async {
        while house.town.store.last_seal().await.expect("seals").is_none_or(|s| s.size < 5) {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(10), sealed).await.expect("sealed within seconds");
    running.abort();
    assert!(house.verify().await.is_fine());
}

#[tokio::test]
async fn a_backlog_is_sealed_in_steps() {
    let house = House::new().await;
    for batch in 0..14 {
        let changes = (0..5_000).map(|i| lamp(Uuid::now_v7(), &format!("{batch}-{i}"), i, None)).collect();
        house.town.commit(changes).await.expect("lamps");
    }
    house.sealer.seal_now().await.expect("sealed");
    let sizes: Vec<i64> = house.town.store.seals(0, 10).await.expect("seals").iter().map(|s| s.size).collect();
    assert_eq!(sizes, [65_536, 70_000]);
    let report = house.verify().await;
    assert!(report.is_fine(), "{:#?}", report.findings);
    assert_eq!(report.versions, 70_000);
}

#[tokio::test]
async fn seals_are_stamped_and_openssl_agrees() {
    let (house, _) = House::new().await.lived_in().await;
    let tsa = TimeStampAuthority::start();
    let authority = Authority::parse(&tsa.url()).expect("an address");
    let stamper = TimeStamper::new(Arc::clone(&house.town.store), authority, Duration::from_secs(3600));
    assert_eq!(stamper.stamp_now().await, Ok(Some(303)));
    // Once is enough.
    assert_eq!(stamper.stamp_now().await, Ok(None));
    let seal = house.town.store.last_seal().await.expect("seals").expect("a seal");
    let response = seal.time_stamp.expect("stamped");
    let signed = meydan_kernel::log::note::text_of(&seal.checkpoint).expect("a note");
    assert_eq!(read_response(&response).expect("a stamp").imprint, imprint(signed));
    assert!(tsa.verifies(signed.as_bytes(), &response));
    assert!(!tsa.verifies(b"another text", &response));
    let report = house.verify().await;
    assert!(report.is_fine() && report.time_stamps == 1, "{:#?}", report.findings);

    // A stamp of another seal, put here by hand.
    house.tamper("UPDATE meydan_seal SET time_stamp = (SELECT time_stamp FROM meydan_seal WHERE size = 303) WHERE size = 300");
    only(&house.verify().await, FindingKind::TimeStamp);
}

#[tokio::test]
async fn an_authority_that_is_away_is_told_and_caught_up_with() {
    let (house, _) = House::new().await.lived_in().await;
    let tsa = TimeStampAuthority::start();
    let url = tsa.url();
    // Nobody listens at port 1.
    let nobody = Authority::parse("http://127.0.0.1:1/").expect("an address");
    let stamper = TimeStamper::new(Arc::clone(&house.town.store), nobody, Duration::from_millis(50));
    let status = stamper.status();
    let running = tokio::spawn(stamper.run(|_| {}));
    let told = async {
        while status.lock().warning().is_none() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(10), told).await.expect("the warning comes");
    running.abort();
    // Writes and seals went on meanwhile.
    house.town.lamp("61-997", 5, None).await;
    house.sealer.seal_now().await.expect("sealed");
    let stamper =
        TimeStamper::new(Arc::clone(&house.town.store), Authority::parse(&url).expect("an address"), Duration::from_millis(50));
    let status = stamper.status();
    let running = tokio::spawn(stamper.run(|_| {}));
    let caught_up = async {
        while status.lock().stamped != Some(304) {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), caught_up).await.expect("the newest seal is stamped");
    running.abort();
    assert_eq!(status.lock().warning(), None);
}

#[tokio::test]
async fn an_authority_that_lies_is_refused() {
    let tsa = TimeStampAuthority::start_with(time_stamp_authority::Manner::AnswersTheFirstQuestionForEver);
    let authority = Authority::parse(&tsa.url()).expect("an address");
    assert!(authority.stamp(&[1; 32]).await.is_ok());
    let error = authority.stamp(&[1; 32]).await.expect_err("the nonce of another request");
    assert_eq!(error.cause_text(), Some("the stamp is for another request"));
    let error = authority.stamp(&[2; 32]).await.expect_err("another imprint");
    assert_eq!(error.cause_text(), Some("the stamp is over something else"));
}
