//! Copies: a backup taken while serving, restored into another database.

use super::super::{
    contract::{
        House as _,
        city::{Town, delete},
    },
    house, pg_server,
};
use meydan_store::{
    backup::{backup, contents, manifest_path, restore},
    postgres::PostgresStore,
};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_restored_backup_is_equal_by_digest_and_goes_on() {
    let database = house().await;
    let town = Town::found(database.open().await).await;
    for i in 0..20 {
        let id = town.lamp(&format!("L{i}"), i, Some((39.7, 41.0))).await;
        if i % 4 == 0 {
            town.commit(vec![delete("lamp", id, 1)]).await.expect("it is ended");
        }
    }
    let digest = sha2::Digest::finalize(<sha2::Sha256 as sha2::Digest>::new_with_prefix(b"a photo")).into();
    town.store.keep_blob(digest, b"a photo".to_vec()).await.expect("it is kept");
    let folder = tempfile::tempdir().expect("a directory");
    let file = folder.path().join("city.dump");
    let manifest = backup(&*town.store, &file).await.expect("a backup is made");
    for made in [file.clone(), manifest_path(&file)] {
        let mode = std::os::unix::fs::PermissionsExt::mode(&std::fs::metadata(&made).expect("it is there").permissions());
        assert_eq!(mode & 0o777, 0o600, "{}", made.display());
    }

    let server = pg_server::shared();
    let other = server.database();
    // Proven against the manifest: another log than the one that was copied is noticed.
    let forged =
        meydan_store::backup::Manifest { log: manifest.log.clone().map(|(n, _)| (n, "0".repeat(64))), ..manifest.clone() };
    let write = |manifest| std::fs::write(manifest_path(&file), serde_json::to_vec(manifest).expect("JSON")).expect("written");
    write(&forged);
    assert_eq!(restore(&file, &server.database(), &[]).await.expect_err("differs").code(), "restore-differs");
    write(&manifest);
    assert_eq!(restore(&file, &other, &[]).await, contents(&*town.store).await);
    assert_eq!(restore(&file, &other, &[]).await.expect_err("there already").code(), "store-exists");
    let copy = PostgresStore::connect(&other).await.expect("the copy opens");
    assert_eq!(contents(&copy).await.expect("reads"), contents(&*town.store).await.expect("reads"));
    assert_eq!(meydan_kernel::Store::blob(&copy, digest).await, Ok(Some(b"a photo".to_vec())));
    let copy = Town { store: std::sync::Arc::new(copy), catalogue: town.catalogue.clone() };
    copy.lamp("sonra", 1, None).await;
    let name = other.rsplit('/').next().expect("a name");
    assert!(server.try_psql(name, "UPDATE meydan.lamp SET watts = 0").expect_err("guarded").contains("Meydan"));
    let checks = copy.store.checks().await.expect("answers");
    assert!(checks.iter().all(|(_, fine, _)| *fine), "{checks:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_no_database_is_told_clearly() {
    let told = |url: String| async move { PostgresStore::connect(&url).await.err().map(|e| e.code()) };
    assert_eq!(told("postgres://127.0.0.1:kapı/meydan".to_owned()).await, Some("bad-location"));
    assert_eq!(told(pg_server::shared().url("postgres") + "?sslmode=require").await, Some("postgres-tls"));
    assert_eq!(told("postgres://meydan@127.0.0.1:1/nowhere".to_owned()).await, Some("store-unavailable"));
    assert_eq!(told(pg_server::shared().url("nowhere")).await, Some("store-unavailable"));
    let server = pg_server::shared();
    server.psql("postgres", "CREATE DATABASE latin TEMPLATE template0 ENCODING 'LATIN5' LOCALE 'C'");
    assert_eq!(told(server.url("latin")).await, Some("postgres-not-utf8"));
    // A database without PostGIS gets it, if the user may.
    server.psql("postgres", "CREATE DATABASE bare");
    assert_eq!(told(server.url("bare")).await, None);
    server.psql("postgres", "CREATE DATABASE strict");
    server.psql("postgres", "CREATE ROLE weak LOGIN");
    assert_eq!(told(server.url("strict").replace("meydan@", "weak@")).await, Some("postgis-missing"));
}
