//! Backup while serving, and restore proven equal.

use crate::{
    harness::City,
    parks::{self, PARKS, said},
    pg_server,
};
use serde_json::json;

#[test]
fn a_backup_taken_while_serving_is_restored_equal() {
    let city = parks::city();
    let server = city.serve();
    server.change(&json!({ "changes": [{ "register": "province", "op": "insert", "values": { "official_id": "61", "name": "Trabzon" } }] }));
    let manifest = city.json(&["backup", "copy.gpkg"]);
    assert_eq!(manifest["contents"]["registers"]["park"][0], PARKS, "{manifest}");
    server.change(
        &json!({ "changes": [{ "register": "province", "op": "insert", "values": { "official_id": "53", "name": "Rize" } }] }),
    );
    let again = city.run(&["backup", "copy.gpkg"]);
    assert!(again.status.code() == Some(1) && said(&again).contains("not overwritten"), "{}", said(&again));

    let other = City::embedded();
    let copy = city.path("copy.gpkg").display().to_string();
    // The backup holds the administrator's token.
    let mut restored = other.json(&["restore", &copy]);
    let tokens = restored.as_object_mut().unwrap().remove("tokens").unwrap();
    assert_eq!(tokens["living"], 1, "{tokens}");
    assert!(tokens["advice"].as_str().unwrap().contains("meydan token revoke"), "{tokens}");
    let left = restored.as_object_mut().unwrap().remove("not_restored").unwrap();
    assert!(["session", "challenge", "enrolment"].iter().all(|kind| left.as_array().unwrap().contains(&json!(kind))), "{left}");
    let kept = tokio::runtime::Runtime::new().unwrap().block_on(async {
        let store = meydan_store::open(&other.store).await.unwrap();
        let mut kept = Vec::new();
        for kind in left.as_array().unwrap() {
            kept.extend(store.secrets(kind.as_str().unwrap(), None).await.unwrap());
        }
        kept
    });
    assert!(kept.is_empty(), "{kept:?}");
    assert_eq!(restored, manifest["contents"]);
    // The sealing key is not in the backup: whoever verifies brings the verifier key.
    let key = city.json(&["log", "head"])["key"].as_str().unwrap().to_owned();
    other.ok(&["log", "verify", "--key", &key]);
    let taken = other.run(&["restore", &copy]);
    assert!(taken.status.code() == Some(1) && said(&taken).contains("not overwritten"), "{}", said(&taken));
    let second = other.json(&["backup", "second.gpkg"]);
    assert_eq!(second["contents"], manifest["contents"], "the copy of the copy holds the same");
}

#[test]
fn a_damaged_or_lonely_backup_is_refused_in_words() {
    let city = parks::city();
    city.ok(&["backup", "copy.gpkg"]);
    let mut bytes = std::fs::read(city.path("copy.gpkg")).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    std::fs::write(city.path("copy.gpkg"), bytes).unwrap();
    let other = City::embedded();
    let copy = city.path("copy.gpkg").display().to_string();
    let refused = other.run(&["restore", &copy]);
    assert!(refused.status.code() == Some(1) && said(&refused).contains("does not match the digest"), "{}", said(&refused));
    assert!(!other.path("city.gpkg").exists());
    std::fs::remove_file(city.path("copy.gpkg.manifest.json")).unwrap();
    let lonely = other.run(&["restore", &copy]);
    assert!(lonely.status.code() == Some(1) && said(&lonely).contains("copy.gpkg.manifest.json"), "{}", said(&lonely));
    let nothing = other.run(&["restore", "nothing.gpkg"]);
    assert!(nothing.status.code() == Some(1) && said(&nothing).contains("nothing.gpkg"), "{}", said(&nothing));
    assert!(!other.path("city.gpkg").exists());
}

#[test]
fn a_database_is_backed_up_while_serving_and_restored_into_another() {
    let database = pg_server::shared();
    let city = City::in_database(&database.database());
    std::fs::write(city.path("parks.csv"), parks::csv()).unwrap();
    city.ok(&["import", "parks.csv", "--into", "park", "--yes"]);
    let server = city.serve();
    let entries = parks::head(&city);
    assert!(entries > PARKS as i64, "the parks, and the administrator's own entries");
    assert_eq!(city.json(&["backup", "copy.dump"])["store"], "postgres");
    server.change(
        &json!({ "changes": [{ "register": "province", "op": "insert", "values": { "official_id": "53", "name": "Rize" } }] }),
    );
    let other = City::in_database(&database.database());
    let copy = city.path("copy.dump").display().to_string();
    let restored = other.json(&["restore", &copy]);
    assert_eq!((&restored["registers"]["park"][0], &restored["entries"]), (&json!(PARKS), &json!(entries)), "{restored}");
    // Twice into two places: the same digests.
    assert_eq!(City::in_database(&database.database()).json(&["restore", &copy]), restored);
    let key = city.json(&["log", "head"])["key"].as_str().unwrap().to_owned();
    other.ok(&["log", "verify", "--key", &key]);
    let taken = other.run(&["restore", &copy]);
    assert!(taken.status.code() == Some(1) && said(&taken).contains("not overwritten"), "{}", said(&taken));
    // What the city wrote later is not in it, and the city still has it.
    assert_eq!(parks::head(&city), entries + 1);
}
