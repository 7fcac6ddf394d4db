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
