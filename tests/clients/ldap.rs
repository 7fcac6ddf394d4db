//! The organisation from the house's directory, by the command line: a real slapd.

use crate::{directory_server::slapd::Slapd, harness::City};
use serde_json::{Value as Json, json};

/// Units by the ordinary import, the parent by its code.
fn units(city: &City) {
    std::fs::write(city.path("unit.csv"), "code;name;kind\nBIDB;Bilgi İşlem;department\nCBS;CBS Şubesi;branch\n")
        .expect("written");
    city.ok(&["import", "unit.csv", "--into", "unit", "--yes"]);
    std::fs::write(city.path("parent.csv"), "code;name;kind;parent\nCBS;CBS Şubesi;branch;BIDB\n").expect("written");
    city.ok(&["import", "parent.csv", "--into", "unit", "--lookup", "parent=parent:code", "--yes"]);
}

fn configure(city: &City, section: &str) {
    std::fs::write(city.path("meydan.toml"), format!("[ldap]\n{section}")).expect("written");
}

const POSTS: &str = r#"
[[ldap.posts]]
group = "cn=derin-1,ou=gruplar,dc=bel,dc=tr"
unit = "CBS"
role = "staff"
"#;

fn count(report: &Json, name: &str) -> u64 {
    report[name].as_u64().unwrap_or_else(|| panic!("{name} in {report}"))
}

#[test]
fn the_command_line_brings_people_and_posts_and_the_same_again_changes_nothing() {
    let slapd = Slapd::start();
    let city = City::embedded();
    units(&city);
    let missing = city.run(&["people", "import-ldap"]);
    let told = String::from_utf8_lossy(&missing.stderr).into_owned();
    assert!(!missing.status.success() && told.contains("[ldap]"), "{told}");
    configure(&city, &slapd.settings(&slapd.ldap(), "ou=kisiler,dc=bel,dc=tr", POSTS));
    let look = city.json(&["people", "import-ldap", "--dry-run"]);
    assert_eq!((count(&look, "inserted"), count(&look, "opened"), &look["dry_run"]), (7, 2, &json!(true)));
    let done = city.json(&["people", "import-ldap", "--reason", "ilk eşleme"]);
    assert_eq!((count(&done, "inserted"), count(&done, "opened"), count(&done, "posts")), (7, 2, 1), "{done}");
    let again = city.json(&["people", "import-ldap"]);
    assert_eq!(count(&again, "unchanged"), 7);
    for change in ["inserted", "updated", "disabled", "enabled", "opened", "closed", "posts"] {
        assert_eq!(count(&again, change), 0, "{again}");
    }
    let shown = city.ok(&["--lang", "tr", "people", "import-ldap", "--dry-run"]);
    assert!(shown.contains("aynı kalan") && shown.contains("Yalnızca bakıldı"), "{shown}");
    // It stands in the log like any other change, and the log holds.
    city.ok(&["log", "verify"]);
}

#[test]
fn a_directory_that_is_down_is_told_and_changes_nothing() {
    let slapd = Slapd::start();
    let city = City::embedded();
    units(&city);
    let section = slapd.settings(&slapd.ldap(), "ou=kisiler,dc=bel,dc=tr", "");
    configure(&city, &section);
    drop(slapd);
    let refused = city.run(&["--json", "people", "import-ldap"]);
    let told: Json = serde_json::from_slice(&refused.stdout).expect("JSON");
    assert_eq!((refused.status.code(), &told["error"]["code"]), (Some(1), &json!("directory-unavailable")), "{told}");
    configure(&city, &section.replace("timeout_s = 2", "timeout_s = 0"));
    let refused = city.run(&["--json", "people", "import-ldap"]);
    let told: Json = serde_json::from_slice(&refused.stdout).expect("JSON");
    assert_eq!(told["error"]["code"], json!("ldap-settings"), "{told}");
    assert_eq!(told["error"]["fields"][0]["field"], json!("timeout_s"), "{told}");
}
