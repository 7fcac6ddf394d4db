//! A change around the desk is refused by the database itself; readers have a role of their own.

use super::super::{contract::city::Town, house, pg_server};
use std::{process::Command, sync::Arc};

async fn town() -> (Town, String) {
    let database = house().await;
    let town = Town::found(super::super::contract::House::open(&database).await).await;
    town.lamp("A", 40, Some((39.72, 41.0))).await;
    let name = database.0.rsplit('/').next().expect("a name").to_owned();
    (town, name)
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_changes_a_table_around_the_desk() {
    let (town, database) = town().await;
    let server = pg_server::shared();
    for sql in [
        "UPDATE meydan.lamp SET watts = 100",
        "DELETE FROM meydan.lamp",
        "TRUNCATE meydan.lamp",
        "INSERT INTO meydan.lamp (fid, id, version, recorded_at) VALUES (99, gen_random_uuid(), 1, now())",
        "UPDATE meydan.lamp__history SET watts = 100",
        "DELETE FROM meydan.log",
        "INSERT INTO meydan.changeset SELECT * FROM meydan.changeset",
        "UPDATE meydan.head SET next = 0",
        "UPDATE meydan.log SET salt = NULL",
        "INSERT INTO meydan.secret VALUES ('session', 'x', NULL, '{}', now(), NULL)",
        "DELETE FROM meydan.secret",
        "DELETE FROM meydan.blob",
        "UPDATE meydan.register SET next_fid = 1",
        // A mark of one's own is not that of this transaction.
        "SELECT set_config('meydan.writer', '1', false); UPDATE meydan.lamp SET watts = 100",
    ] {
        let complaint = server.try_psql(&database, sql).expect_err(sql);
        assert!(complaint.contains("Meydan"), "{sql}: {complaint}");
    }
    // What is written in the log stays, even for who has found out how to mark a transaction.
    let marked = "BEGIN; SELECT set_config('meydan.writer', pg_current_xact_id()::text, true); UPDATE meydan.log SET digest = '\\x00'; COMMIT";
    assert!(server.try_psql(&database, marked).expect_err("the log is closed").contains("Meydan"));
    for closed in
        ["UPDATE meydan.log SET salt = '\\x00'", "UPDATE meydan.log SET salt = NULL, version = 7", "DELETE FROM meydan.log"]
    {
        let marked = format!("BEGIN; SELECT set_config('meydan.writer', pg_current_xact_id()::text, true); {closed}; COMMIT");
        assert!(server.try_psql(&database, &marked).expect_err(closed).contains("Meydan"));
    }
    assert_eq!(server.psql(&database, "SELECT watts FROM meydan.lamp"), "40");
    let checks = town.store.checks().await.expect("the store answers");
    assert!(checks.iter().all(|(_, fine, _)| *fine), "{checks:?}");
    server.psql(&database, "ALTER TABLE meydan.lamp DISABLE TRIGGER meydan_guard");
    let checks = town.store.checks().await.expect("the store answers");
    assert_eq!(
        checks.iter().filter(|(_, fine, _)| !fine).map(|(n, _, d)| (n.as_str(), d.as_str())).collect::<Vec<_>>(),
        [("guards", "lamp")]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn readers_read_and_do_not_write() {
    let (town, database) = town().await;
    let server = pg_server::shared();
    server.psql(
        "postgres",
        "DO $$ BEGIN CREATE ROLE qgis LOGIN; EXCEPTION WHEN duplicate_object THEN NULL; END $$; GRANT meydan_read TO qgis",
    );
    let as_qgis = |sql: &str| server.try_psql(&database, &format!("SET ROLE qgis; {sql}"));
    assert_eq!(as_qgis("SELECT plate || ' ' || ST_AsText(geom) FROM meydan.lamp"), Ok("A POINT(39.72 41)".to_owned()));
    for sql in [
        "UPDATE meydan.lamp SET watts = 1",
        "DELETE FROM meydan.lamp",
        "SELECT salt FROM meydan.log",
        "SELECT * FROM meydan.lamp__history",
        "SELECT content FROM meydan.secret",
        "SELECT digest FROM meydan.blob",
        "CREATE TABLE meydan.mine (x int)",
    ] {
        let complaint = as_qgis(sql).expect_err(sql);
        assert!(complaint.contains("permission denied"), "{sql}: {complaint}");
    }
    let source = format!("PG:host=127.0.0.1 port={} user=qgis dbname={database} schemas=meydan", server.port());
    let out = Command::new("ogrinfo").args(["-ro", "-al", &source, "lamp"]).output().expect("ogrinfo (gdal-bin) is installed");
    let text = String::from_utf8_lossy(&out.stdout);
    assert!(out.status.success(), "{text}{}", String::from_utf8_lossy(&out.stderr));
    for expected in [
        "Geometry: Point",
        "Feature Count: 1",
        "FID Column = fid",
        "plate (String) = A",
        "watts (Integer64) = 40",
        "POINT (39.72 41",
        "EPSG\",4326",
    ] {
        assert!(text.contains(expected), "“{expected}” is missing in\n{text}");
    }
    drop(Arc::clone(&town.store));
}

/// A register's table is open to readers as long as it says nothing of persons; its past and the house's journals never are.
#[tokio::test(flavor = "multi_thread")]
async fn readers_see_no_personal_data_whatever_changes() {
    let (mut town, database) = town().await;
    let server = pg_server::shared();
    let sees = |table: &str| {
        let asked = server.try_psql(&database, &format!("SET ROLE meydan_read; SELECT count(*) FROM meydan.{table}"));
        asked.map_err(|complaint| assert!(complaint.contains("permission denied"), "{complaint}")).is_ok()
    };
    let open = || ["lamp", "street", "neighbourhood", "lamp__history", "street__history"].map(sees);
    assert_eq!(open(), [true, true, true, false, false]);

    // A field becomes personal, a register a journal, another says whom it is about.
    town.redefine("lamp", |lamp| lamp.fields[1].personal = true).await;
    assert_eq!(open(), [false, true, true, false, false]);
    town.redefine("street", |street| street.journal = true).await;
    assert_eq!(open(), [false, false, true, false, false]);
    town.redefine("neighbourhood", |quarter| quarter.subject = Some("name".to_owned())).await;
    assert_eq!(open(), [false; 5]);
    town.redefine("lamp", |lamp| lamp.fields[1].personal = false).await;
    assert_eq!(open(), [true, false, false, false, false]);

    // A store of an older program, which opened all; and somebody who opened a column, and the secrets.
    server.psql(
        &database,
        "GRANT SELECT ON ALL TABLES IN SCHEMA meydan TO meydan_read; REVOKE ALL ON meydan.lamp FROM meydan_read",
    );
    server.psql(&database, "GRANT SELECT (name) ON meydan.street TO meydan_read");
    let rights = async |store: &Arc<dyn meydan_kernel::Store>| {
        let checks = store.checks().await.expect("an answer");
        checks.into_iter().find(|(name, ..)| name == "read-role-rights").map(|(_, fine, detail)| (fine, detail))
    };
    let (fine, told) = rights(&town.store).await.expect("it is looked at");
    assert!(!fine && told.contains("secret") && told.contains("lamp__history"), "{told}");
    let again = meydan_store::open(&server.url(&database)).await.expect("it opens");
    assert_eq!(open(), [true, false, false, false, false]);
    assert!(!sees("secret") && !sees("log"));
    assert!(server.try_psql(&database, "SET ROLE meydan_read; SELECT name FROM meydan.street").is_err());
    assert_eq!(rights(&again).await, Some((true, "only what is open".to_owned())));
}
