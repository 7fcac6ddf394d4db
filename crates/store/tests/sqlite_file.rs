//! What the embedded store's file is to others: a GeoPackage that programs read while the server runs, and that nobody else
//! can write.

mod contract;

use contract::city::{Town, delete, full_street, insert, lamp, line, update};
use meydan_kernel::{Kind, Store, Value};
use meydan_store::sqlite::SqliteStore;
use std::{path::Path, process::Command, sync::Arc};
use uuid::Uuid;

/// A street seen at half a second past, as GeoPackage can say it.
fn street_values(name: &str, quarter: Uuid) -> Vec<Value> {
    let mut values = full_street(name, quarter);
    values[5] = Value::Timestamp("2023-11-14T22:13:20.5Z".parse().expect("an instant"));
    values
}

async fn town(path: &Path) -> Town {
    let store: Arc<dyn Store> = Arc::new(SqliteStore::open(path).await.expect("the store opens"));
    let town = Town::found(store).await;
    let quarter = town.neighbourhood(1, "Merkez").await;
    let street = Uuid::now_v7();
    town.commit(vec![
        insert("street", street, street_values("Çınar Sokak", quarter), Some(line(&[(39.70, 41.00), (39.72, 41.01)]))),
        insert("street", Uuid::now_v7(), street_values("Uzun Sokak", quarter), Some(line(&[(39.80, 41.00), (39.82, 41.01)]))),
    ])
    .await
    .expect("streets are made");
    let gone = town.lamp("A", 60, Some((39.71, 41.0))).await;
    town.commit(vec![delete("lamp", gone, 1), lamp(Uuid::now_v7(), "B", 40, Some((39.71, 41.0)))]).await.expect("lamps change");
    let mut values = street_values("Çınar Sokak", quarter);
    values[2] = Value::Int(4);
    town.commit(vec![update("street", street, 1, values, Some(line(&[(39.70, 41.00), (39.72, 41.01)])))])
        .await
        .expect("a street changes");
    town
}

/// Every table that holds something of ours refuses every kind of write from a connection that is not the desk's.
#[tokio::test(flavor = "multi_thread")]
async fn a_foreign_writer_is_refused_by_the_database() {
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path().join("city.gpkg");
    let town = town(&path).await;
    let foreign = rusqlite::Connection::open(&path).expect("the file opens");
    let tables: Vec<String> = {
        let mut find = foreign
            .prepare("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'gpkg%' AND name NOT LIKE 'rtree%'")
            .expect("a list");
        find.query_map([], |r| r.get(0)).and_then(Iterator::collect).expect("names")
    };
    assert!(tables.len() >= 3 * 2 + 8, "{tables:?}");
    for table in tables {
        let rows: i64 =
            foreign.query_row(&format!("SELECT count(*) FROM \"{table}\""), [], |r| r.get(0)).expect("reading is free");
        let column: String =
            foreign.query_row("SELECT name FROM pragma_table_info(?1) LIMIT 1", [&table], |r| r.get(0)).expect("a column");
        let mut writes = vec![
            format!("INSERT INTO \"{table}\" SELECT * FROM \"{table}\" LIMIT 1"),
            format!("INSERT INTO \"{table}\" DEFAULT VALUES"),
        ];
        if rows > 0 {
            writes.push(format!("UPDATE \"{table}\" SET \"{column}\" = \"{column}\""));
            writes.push(format!("DELETE FROM \"{table}\""));
            writes.push(format!("REPLACE INTO \"{table}\" SELECT * FROM \"{table}\""));
        } else {
            writes.remove(0);
        }
        for sql in writes {
            let error = foreign.execute_batch(&sql).expect_err(&sql).to_string();
            assert!(error.contains("Meydan"), "{sql}: {error}");
        }
    }
    town.lamp("C", 1, None).await;
    assert!(town.store.checks().await.expect("an answer").iter().all(|(_, fine, _)| *fine));
}

fn run(program: &str, arguments: &[&str]) -> (bool, String) {
    let done = Command::new(program).args(arguments).output();
    let done = done.unwrap_or_else(|e| panic!("{program} must be installed for this test (apt install gdal-bin): {e}"));
    (done.status.success(), format!("{}{}", String::from_utf8_lossy(&done.stdout), String::from_utf8_lossy(&done.stderr)))
}

/// GDAL reads the live file: layers, types, spatial filter; and is refused when it writes.
#[tokio::test(flavor = "multi_thread")]
async fn gdal_reads_the_live_file_and_may_not_write() {
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path().join("city.gpkg");
    let town = town(&path).await;
    let file = path.to_str().expect("UTF-8");

    let (_, list) = run("ogrinfo", &["-ro", file]);
    for layer in ["neighbourhood (Polygon)", "street (Line String)", "lamp (Point)"] {
        assert!(list.contains(layer), "{list}");
    }
    assert!(!list.contains("__history") && !list.contains("meydan_log") && !list.contains("rtree"), "{list}");

    let (_, street) = run("ogrinfo", &["-ro", "-al", file, "street"]);
    for part in [
        "Feature Count: 2",
        "FID Column = fid",
        "Geometry Column = geom",
        "ID[\"EPSG\",4326]",
        "opened (Date) = 1923/10/29",
        "paved: Integer(Boolean)",
        "seen (DateTime) = 2023/11/14 22:13:20.500+00",
        "tax (Integer64) = 9007199254740993",
        "name (String) = Çınar Sokak",
        "length (Real) = 312.75",
        "lanes (Integer64) = 4",
        "version (Integer64) = 2",
        "recorded_at (String) = 20",
    ] {
        assert!(street.contains(part), "{part} in {street}");
    }
    assert!(!street.contains("conformant"), "{street}");
    let (_, near) = run("ogrinfo", &["-ro", "-al", "-so", "-spat", "39.69", "40.9", "39.73", "41.1", file, "street"]);
    assert!(near.contains("Feature Count: 1"), "{near}");

    for sql in
        ["UPDATE lamp SET watts = 99", "DELETE FROM lamp", "INSERT INTO lamp (id, version, recorded_at) VALUES ('x', 1, 'y')"]
    {
        let (_, said) = run("ogrinfo", &["-sql", sql, file]);
        assert!(said.contains("Meydan"), "{sql}: {said}");
    }
    let copy = directory.path().join("copy.geojson");
    let (fine, said) = run("ogr2ogr", &["-f", "GeoJSON", copy.to_str().expect("UTF-8"), file, "street"]);
    assert!(fine, "{said}");
    let (fine, said) = run("ogr2ogr", &["-append", "-nln", "street", file, copy.to_str().expect("UTF-8")]);
    assert!(!fine && said.contains("Meydan"), "{said}");
    town.lamp("C", 1, None).await;
    assert!(town.store.checks().await.expect("an answer").iter().all(|(_, fine, _)| *fine));
}

/// Files that are not ours are left alone, with a sentence.
#[tokio::test]
async fn other_files_are_left_alone() {
    let directory = tempfile::tempdir().expect("a directory");
    let open = |name: &str| {
        let path = directory.path().join(name);
        async move { SqliteStore::open(&path).await.map(|_| ()).expect_err("it is not ours") }
    };
    let path = directory.path().join("notes.txt");
    std::fs::write(&path, "Sayın Başkan, …\n".repeat(100)).expect("written");
    let error = open("notes.txt").await;
    assert_eq!((error.kind(), error.code()), (Kind::Invalid, "not-a-store"), "{error}");
    assert_eq!(std::fs::read_to_string(&path).expect("readable"), "Sayın Başkan, …\n".repeat(100));

    let other = rusqlite::Connection::open(directory.path().join("other.gpkg")).expect("made");
    other.execute_batch("CREATE TABLE building (fid INTEGER PRIMARY KEY); PRAGMA application_id = 1196444487;").expect("made");
    drop(other);
    assert_eq!(open("other.gpkg").await.code(), "not-a-store");

    let path = directory.path().join("newer.gpkg");
    drop(SqliteStore::open(&path).await.expect("the store opens"));
    let newer = rusqlite::Connection::open(&path).expect("opened");
    newer.set_db_config(rusqlite::config::DbConfig::SQLITE_DBCONFIG_ENABLE_TRIGGER, false).expect("set");
    newer.execute_batch("UPDATE meydan_meta SET value = '999' WHERE name = 'schema'").expect("written");
    drop(newer);
    assert_eq!(open("newer.gpkg").await.code(), "newer-store");
    assert_eq!(open("no/such/directory/city.gpkg").await.code(), "store-unavailable");
}

/// A backup taken while writers write opens as a store of one moment, and does not overwrite.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_backup_is_one_moment() {
    let directory = tempfile::tempdir().expect("a directory");
    let town = Arc::new(town(&directory.path().join("city.gpkg")).await);
    let writing = Arc::clone(&town);
    let writer = tokio::spawn(async move {
        for i in 0..300 {
            writing.lamp(&format!("yedek-{i}"), i, Some((39.0, 41.0))).await;
        }
    });
    let mut copies = Vec::new();
    for i in 0..3 {
        let copy = directory.path().join(format!("copy-{i}.gpkg"));
        town.store.backup(&copy).await.expect("it is copied");
        copies.push(copy);
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    writer.await.expect("the writer");
    let again = town.store.backup(&copies[0]).await.expect_err("it is there already");
    assert_eq!((again.kind(), again.code()), (Kind::Conflict, "file-exists"));
    for copy in copies {
        let store = SqliteStore::open(&copy).await.expect("the copy opens");
        let head = store.head();
        let entries = store.entries(0, 10_000).await.expect("entries");
        assert_eq!(entries.len() as i64, head);
        let all = town.store.entries(0, entries.len()).await.expect("entries");
        assert_eq!(entries, all);
        for (name, fine, detail) in store.checks().await.expect("an answer") {
            assert!(fine, "{name}: {detail}");
        }
    }
}

/// A time of recording that happens to be of whole milliseconds, or of whole seconds, is compared as any other.
#[tokio::test]
async fn times_of_recording_are_compared_to_the_microsecond() {
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path().join("city.gpkg");
    let town = town(&path).await;
    let street = town.register("street");
    let conn = rusqlite::Connection::open(&path).expect("opens");
    conn.set_db_config(rusqlite::config::DbConfig::SQLITE_DBCONFIG_ENABLE_TRIGGER, false).expect("set");
    for (stored, asked) in [
        ("2026-01-01T00:00:00.123000Z", "2026-01-01T00:00:00.123Z"),
        ("2026-01-01T00:00:00.000000Z", "2026-01-01T00:00:00Z"),
        ("2026-01-01T00:00:00.123456Z", "2026-01-01T00:00:00.123456Z"),
    ] {
        conn.execute("UPDATE street SET recorded_at = ?1", [stored]).expect("written");
        for (sign, found) in [("=", 2), ("<=", 2), (">=", 2), ("<", 0), (">", 0)] {
            let filter =
                meydan_kernel::cql2::parse(&street, &format!("recorded_at {sign} TIMESTAMP('{asked}')")).expect("a filter");
            let query =
                meydan_kernel::Query { filter: Some(filter), limit: Some(9), ..meydan_kernel::Query::all(Arc::clone(&street)) };
            assert_eq!(town.store.query(&query).await.expect("an answer").len(), found, "{stored} {sign} {asked}");
        }
    }
}

/// A write-ahead log that an older file left behind would be played into the restored one.
#[tokio::test]
async fn a_restore_beside_a_left_write_ahead_log_is_refused() {
    let directory = tempfile::tempdir().expect("a directory");
    let (path, copy) = (directory.path().join("city.gpkg"), directory.path().join("copy.gpkg"));
    let wal = directory.path().join("city.gpkg-wal");
    {
        let town = town(&path).await;
        meydan_store::backup::backup(&*town.store, &copy).await.expect("it is copied");
        town.lamp("sonra", 1, None).await;
        std::fs::copy(&wal, directory.path().join("kept-wal")).expect("it is there while the store is open");
    }
    // Somebody deletes the file and leaves what stands beside it.
    for name in ["city.gpkg", "city.gpkg-wal", "city.gpkg-shm"] {
        let _ = std::fs::remove_file(directory.path().join(name));
    }
    std::fs::copy(directory.path().join("kept-wal"), &wal).expect("put back");
    let location = path.display().to_string();
    let error = meydan_store::backup::restore(&copy, &location, &[]).await.expect_err("refused");
    assert_eq!((error.kind(), error.code()), (Kind::Conflict, "store-exists"), "{error}");
    assert!(!path.exists());
    std::fs::remove_file(&wal).expect("removed");
    assert_eq!(meydan_store::backup::restore(&copy, &location, &[]).await.expect("restored").entries, 7);
    let names: Vec<String> = std::fs::read_dir(directory.path())
        .expect("a list")
        .map(|e| e.expect("an entry").file_name().to_string_lossy().into_owned())
        .collect();
    assert!(!names.iter().any(|n| n.contains("restoring")), "{names:?}");
}

/// What an intruder with the file in hand may do to what is not a record is told by the checks of health.
#[tokio::test]
async fn a_moved_box_and_a_missing_guard_are_told() {
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path().join("city.gpkg");
    let town = town(&path).await;
    let conn = rusqlite::Connection::open(&path).expect("opens");
    let wrong = async || -> Vec<String> {
        let checks = town.store.checks().await.expect("an answer");
        checks.into_iter().filter(|(_, fine, _)| !fine).map(|(name, ..)| name).collect()
    };
    assert_eq!(wrong().await, [""; 0]);
    // A street that no map finds any more.
    conn.execute_batch("UPDATE rtree_street_geom SET minx = 10, maxx = 11 WHERE id = 1").expect("an R-tree has no triggers");
    assert_eq!(wrong().await, ["street: R-tree"]);
    conn.execute_batch("UPDATE rtree_street_geom SET minx = 39.0, maxx = 40.0 WHERE id = 1").expect("moved back");
    conn.execute_batch("DROP TRIGGER meydan_guard_lamp_update").expect("dropped");
    assert_eq!(wrong().await, ["guards"]);
}

/// Nobody but their owner may open the store, what SQLite puts beside it, a backup and what is restored: not even where the umask
/// lets everybody, and where the backup lay open.
#[cfg(unix)]
#[tokio::test]
async fn its_files_are_its_owners_alone() {
    use meydan_store::backup::{backup, manifest_path, restore};
    use std::os::unix::fs::PermissionsExt as _;
    let mode = |path: &Path| std::fs::metadata(path).expect("it is there").permissions().mode() & 0o777;
    let directory = tempfile::tempdir().expect("a directory");
    // What this process makes without saying so is open to others: else the test would prove nothing.
    let plain = directory.path().join("plain");
    std::fs::write(&plain, "").expect("written");
    assert_ne!(mode(&plain) & 0o077, 0, "the tests run with a umask that lets others read");
    let (path, copy) = (directory.path().join("city.gpkg"), directory.path().join("copy.gpkg"));
    let town = town(&path).await;
    backup(&*town.store, &copy).await.expect("it is copied");
    let beside = |end: &str| directory.path().join(format!("city.gpkg{end}"));
    for made in [path.clone(), beside("-wal"), beside("-shm"), copy.clone(), manifest_path(&copy)] {
        assert_eq!(mode(&made), 0o600, "{}", made.display());
    }
    std::fs::set_permissions(&copy, std::fs::Permissions::from_mode(0o644)).expect("allowed");
    let restored = directory.path().join("new/city.gpkg");
    restore(&copy, &restored.display().to_string(), &[]).await.expect("it is restored");
    assert_eq!((mode(&restored), mode(&directory.path().join("new"))), (0o600, 0o700));
}

/// Kinds of secrets that are to be forgotten are not in the restored store; others are as they were, and the backup holds all.
#[tokio::test]
async fn named_kinds_of_secrets_are_not_restored() {
    let directory = tempfile::tempdir().expect("a directory");
    let town = town(&directory.path().join("city.gpkg")).await;
    let secret = |kind: &str, i: usize| meydan_kernel::Secret {
        kind: kind.to_owned(),
        key: format!("{i}"),
        owner: None,
        content: "{}".to_owned(),
        created_at: jiff::Timestamp::UNIX_EPOCH,
        expires_at: None,
    };
    for i in 0..300 {
        town.store.keep_secret(&secret("session", i)).await.expect("it is kept");
    }
    town.store.keep_secret(&secret("token", 0)).await.expect("it is kept");
    let digest = sha2::Digest::finalize(<sha2::Sha256 as sha2::Digest>::new_with_prefix(b"a photo")).into();
    town.store.keep_blob(digest, b"a photo".to_vec()).await.expect("it is kept");
    // Parts that another process did not get to the end of.
    let file = rusqlite::Connection::open(directory.path().join("city.gpkg")).expect("the file opens");
    file.set_db_config(rusqlite::config::DbConfig::SQLITE_DBCONFIG_ENABLE_TRIGGER, false).expect("set");
    file.execute("INSERT INTO meydan_blob_part (digest, number, bytes) VALUES (zeroblob(32), 0, x'00')", []).expect("written");
    let copy = directory.path().join("copy.gpkg");
    meydan_store::backup::backup(&*town.store, &copy).await.expect("it is copied");
    for (name, forget, sessions) in [("all.gpkg", &[][..], 300), ("some.gpkg", &["session"][..], 0)] {
        let location = directory.path().join(name).display().to_string();
        meydan_store::backup::restore(&copy, &location, forget).await.expect("it is restored");
        let store = meydan_store::open(&location).await.expect("it opens");
        assert_eq!(store.secrets("session", None).await.expect("an answer").len(), sessions, "{name}");
        assert_eq!(store.secrets("token", None).await.expect("an answer"), [secret("token", 0)], "{name}");
        assert_eq!(store.blob(digest).await, Ok(Some(b"a photo".to_vec())), "{name}");
        store.keep_secret(&secret("token", 0)).await.expect("what writes does so after it has tidied up");
        let file = rusqlite::Connection::open(&location).expect("the file opens");
        let parts = file.query_row("SELECT count(*) FROM meydan_blob_part", [], |row| row.get::<_, i64>(0));
        assert_eq!(parts, Ok(1), "{name}");
    }
}
