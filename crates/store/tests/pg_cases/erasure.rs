//! What is erased leaves the tables' files; a database of the first format is brought up.

use super::super::{
    contract::{
        House,
        city::{Town, delete, erase, lamp, text, update},
    },
    house, pg_server,
};
use meydan_kernel::Value;
use std::time::{Duration, Instant};
use uuid::Uuid;

fn name_of(url: &str) -> String {
    url.rsplit('/').next().expect("a name").to_owned()
}

/// How often a text stands in the files of a register's two tables, their indexes, and the log.
fn found(database: &str, mark: &str) -> usize {
    let server = pg_server::shared();
    server.psql(database, "CHECKPOINT");
    let files = server.psql(
        database,
        "SELECT pg_relation_filepath(c.oid) FROM pg_class c WHERE c.relnamespace = 'meydan'::regnamespace AND c.relfilenode <> 0",
    );
    let data = server.psql(database, "SELECT current_setting('data_directory')");
    files
        .lines()
        .map(|file| {
            let bytes = std::fs::read(std::path::Path::new(&data).join(file)).unwrap_or_default();
            bytes.windows(mark.len()).filter(|w| *w == mark.as_bytes()).count()
        })
        .sum()
}

#[tokio::test(flavor = "multi_thread")]
async fn erased_bytes_leave_the_tables() {
    let place = house().await;
    let (town, database) = (Town::found(place.open().await).await, name_of(&place.0));
    let mut lamps = Vec::new();
    for i in 0..40i64 {
        let id = Uuid::now_v7();
        town.commit(vec![lamp(id, &format!("gizli-{i:03}"), i, Some((39.0, 41.0)))]).await.expect("it is made");
        let next = vec![text(&format!("gizli-{i:03}-iki")), Value::Int(i), Value::Null];
        town.commit(vec![update("lamp", id, 1, next, None)]).await.expect("it is changed");
        lamps.push(id);
    }
    let photo = format!("{}gizli-{}", "f".repeat(5_000), "g".repeat(5_000)).into_bytes();
    let digest = sha2::Digest::finalize(<sha2::Sha256 as sha2::Digest>::new_with_prefix(&photo)).into();
    town.store.keep_blob(digest, photo).await.expect("it is kept");
    assert!(found(&database, "gizli-") > 0, "it is there before");
    assert_eq!(town.store.forget_blob(digest).await, Ok(true));
    for (i, id) in lamps.iter().enumerate() {
        if i % 2 == 0 {
            town.commit(vec![delete("lamp", *id, 2)]).await.expect("it is ended");
        }
        let expected = if i % 2 == 0 { 3 } else { 2 };
        town.commit(vec![erase("lamp", *id, expected, vec![Value::Null; 3], &[0, 1], true)]).await.expect("it is erased");
    }
    // The store vacuums by itself: no dead row can be dug out any more.
    let server = pg_server::shared();
    let began = Instant::now();
    let vacuumed = "SELECT count(*) FROM pg_stat_user_tables WHERE schemaname = 'meydan' AND vacuum_count > 0 \
        AND relname IN ('lamp', 'lamp__history', 'log', 'blob') AND n_dead_tup = 0";
    while server.psql(&database, vacuumed) != "4" {
        assert!(began.elapsed() < Duration::from_secs(60), "the touched tables are vacuumed");
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    // And on demand no byte is left in the files.
    meydan_store::scrub(&place.0).await.expect("it is cleaned");
    assert_eq!(found(&database, "gizli-"), 0);
    assert_eq!(town.store.history(&town.register("lamp"), lamps[0]).await.expect("versions").len(), 4);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_of_the_first_format_is_brought_up() {
    let place = house().await;
    let (town, database) = (Town::found(place.open().await).await, name_of(&place.0));
    let id = town.lamp("A", 40, None).await;
    drop(town.store);
    let server = pg_server::shared();
    server.psql(
        &database,
        "SET session_replication_role = replica; DROP TABLE meydan.secret; DROP TABLE meydan.blob; DROP TRIGGER meydan_guard_salt ON meydan.log; \
         CREATE OR REPLACE TRIGGER meydan_guard BEFORE INSERT ON meydan.log FOR EACH STATEMENT EXECUTE FUNCTION meydan.guard(); \
         CREATE OR REPLACE TRIGGER meydan_guard_log BEFORE UPDATE OR DELETE OR TRUNCATE ON meydan.log \
         FOR EACH STATEMENT EXECUTE FUNCTION meydan.guard_log(); UPDATE meydan.head SET format = 1",
    );
    let (here, there) = tokio::join!(place.open(), place.open());
    let town = Town { store: here, catalogue: town.catalogue };
    assert_eq!(there.secrets("session", None).await, Ok(Vec::new()));
    town.commit(vec![erase("lamp", id, 1, vec![Value::Null; 3], &[0], true)]).await.expect("it is erased");
    assert!(town.store.entries(0, 1).await.expect("an entry")[0].salt.is_none());
    let checks = town.store.checks().await.expect("the store answers");
    assert!(checks.iter().all(|(_, fine, _)| *fine), "{checks:?}");
    assert!(server.try_psql(&database, "UPDATE meydan.log SET version = 9").expect_err("closed").contains("Meydan"));
}
