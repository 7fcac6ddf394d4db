//! The doctor, on both stores.

use crate::{
    harness::City,
    parks::{self, said},
    pg_server,
};
use serde_json::Value as Json;
use std::os::unix::fs::PermissionsExt as _;

fn examined(city: &City, lang: &str) -> (Option<i32>, Json) {
    let output = city.command(&["--json", "doctor"]).env("MEYDAN_LANG", lang).output().unwrap();
    (output.status.code(), serde_json::from_slice(&output.stdout).unwrap_or_else(|e| panic!("{e}: {}", said(&output))))
}

fn status(told: &Json, check: &str) -> String {
    let found = told["checks"].as_array().unwrap().iter().find(|c| c["check"] == check);
    found.unwrap_or_else(|| panic!("no check “{check}”: {told}"))["status"].as_str().unwrap().to_owned()
}

/// Every check that is not fine says what to do, in both languages.
fn advises(city: &City) {
    let (tr, en) = (examined(city, "tr").1, examined(city, "en").1);
    for (tr, en) in tr["checks"].as_array().unwrap().iter().zip(en["checks"].as_array().unwrap()) {
        if tr["status"] != "fine" {
            let advice = |c: &Json| c["advice"].as_str().unwrap_or_else(|| panic!("no advice: {c}")).to_owned();
            assert!(!advice(tr).is_empty() && (advice(tr) != advice(en) || advice(tr).starts_with("chmod")), "{tr}\n{en}");
        }
    }
}

#[test]
fn a_healthy_store_is_told_so_and_waiting_entries_are_a_warning() {
    let city = parks::city();
    let (code, told) = examined(&city, "en");
    assert_eq!((code, told["healthy"].as_bool()), (Some(0), Some(true)), "{told}");
    for (check, wanted) in [
        ("seal", "warning"),
        ("seal-key", "warning"),
        ("definitions", "fine"),
        ("disk", "fine"),
        ("time-stamp", "warning"),
        ("backup", "warning"),
        ("sqlite quick_check", "fine"),
        ("park: R-tree", "fine"),
    ] {
        assert_eq!(status(&told, check), wanted, "{check}: {told}");
    }
    advises(&city);
    let server = city.serve();
    for _ in 0..100 {
        if status(&examined(&city, "en").1, "seal") == "fine" {
            break;
        }
        std::thread::sleep(std::time::Duration::from_millis(100));
    }
    let (_, told) = examined(&city, "en");
    assert_eq!((status(&told, "seal"), status(&told, "seal-key")), ("fine".to_owned(), "fine".to_owned()), "{told}");
    drop(server);
    std::fs::set_permissions(city.path("seal.key"), std::fs::Permissions::from_mode(0o644)).unwrap();
    let (code, told) = examined(&city, "en");
    assert_eq!((code, status(&told, "seal-key")), (Some(1), "broken".to_owned()), "{told}");
    assert!(told.to_string().contains("chmod 600"), "{told}");
    advises(&city);
}

#[test]
fn an_authority_that_never_answered_is_a_warning() {
    let city = parks::city();
    std::fs::write(city.path("meydan.toml"), "[time_stamp]\nurl = \"http://127.0.0.1:1/tsa\"\n").unwrap();
    let (code, told) = examined(&city, "en");
    assert_eq!((code, status(&told, "time-stamp")), (Some(0), "warning".to_owned()), "{told}");
    assert!(told.to_string().contains("no stamp yet, http://127.0.0.1:1/tsa"), "{told}");
}

#[test]
fn definitions_ahead_of_the_store_are_a_warning_and_lossy_ones_are_broken() {
    let city = parks::city();
    std::fs::create_dir(city.path("definitions")).unwrap();
    let text = "[register]\nname = \"fountain\"\ntitle = { tr = \"Çeşme\", en = \"Fountain\" }\ndescription = { tr = \"Çeşmeler.\", en = \"Fountains.\" }\nlabel = \"name\"\n[[field]]\nname = \"name\"\ntitle = { tr = \"Ad\", en = \"Name\" }\ntype = \"text\"\n";
    std::fs::write(city.path("definitions/fountain.toml"), text).unwrap();
    let (code, told) = examined(&city, "en");
    assert_eq!((code, status(&told, "definitions")), (Some(0), "warning".to_owned()), "{told}");
    city.ok(&["catalog", "apply"]);
    std::fs::write(city.path("f.csv"), "name\nAbdullah Paşa\n").unwrap();
    city.ok(&["import", "f.csv", "--into", "fountain", "--key", "none", "--yes"]);
    std::fs::remove_file(city.path("definitions/fountain.toml")).unwrap();
    let (code, told) = examined(&city, "en");
    assert_eq!((code, status(&told, "definitions")), (Some(1), "broken".to_owned()), "{told}");
    advises(&city);
}

#[test]
fn what_is_broken_is_found_and_not_made_whole_by_looking() {
    let nothing = City::embedded();
    let (code, told) = examined(&nothing, "tr");
    assert_eq!((code, status(&told, "store")), (Some(1), "broken".to_owned()), "{told}");
    assert!(!nothing.path("city.gpkg").exists(), "the doctor makes no store");
    advises(&nothing);
    std::fs::write(nothing.path("city.gpkg"), "not a store").unwrap();
    let (code, told) = examined(&nothing, "en");
    assert_eq!((code, status(&told, "store")), (Some(1), "broken".to_owned()), "{told}");
    let unreachable = City::in_database("postgres://meydan@127.0.0.1:1/nowhere");
    let (code, told) = examined(&unreachable, "en");
    assert_eq!((code, status(&told, "store")), (Some(1), "broken".to_owned()), "{told}");
    assert_eq!(status(&told, "definitions"), "fine");
    advises(&unreachable);
}

#[test]
fn a_database_is_examined_too() {
    let server = pg_server::shared();
    let city = City::in_database(&server.database());
    city.ok(&["catalog", "apply"]);
    let (code, told) = examined(&city, "en");
    assert_eq!((code, told["store"].as_str()), (Some(0), Some("postgres")), "{told}");
    let server_check = told["checks"].as_array().unwrap().iter().find(|c| c["check"] == "server").unwrap();
    let detail = server_check["detail"].as_str().unwrap();
    assert!(detail.contains("PostgreSQL 1") && detail.contains("PostGIS 3."), "{detail}");
    for check in ["log-gapless", "guards", "definitions"] {
        assert_eq!(status(&told, check), "fine", "{told}");
    }
    advises(&city);
}
