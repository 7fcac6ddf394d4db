//! A city's own definitions by command: checked, planned, applied; what would lose data is refused until it is named.

use crate::harness::City;
use crate::parks::{head, said};

const FOUNTAIN: &str = r#"[register]
name = "fountain"
title = { tr = "Çeşme", en = "Fountain" }
description = { tr = "Tarihî çeşmeler.", en = "Historic fountains." }
label = "name"
key = ["name"]
[[field]]
name = "name"
title = { tr = "Ad", en = "Name" }
type = "text"
required = true
"#;
const NOTE: &str = r#"[[field]]
name = "note"
title = { tr = "Not", en = "Note" }
type = "text"
"#;

fn define(city: &City, text: &str) {
    std::fs::create_dir_all(city.path("definitions")).unwrap();
    std::fs::write(city.path("definitions/fountain.toml"), text).unwrap();
}

#[test]
fn a_register_is_added_and_what_would_lose_data_is_refused_until_it_is_named() {
    let city = City::embedded();
    define(&city, &format!("{FOUNTAIN}{NOTE}"));
    city.ok(&["catalog", "check"]);
    let plan = city.json(&["catalog", "plan"]);
    assert!(plan["steps"].to_string().contains("fountain") && plan["refused"].as_array().unwrap().is_empty(), "{plan}");
    assert!(!city.path("city.gpkg").exists(), "a plan makes no store");
    city.ok(&["catalog", "apply"]);
    std::fs::write(city.path("f.csv"), "name,note\nAbdullah Paşa,akıyor\n").unwrap();
    assert_eq!(city.json(&["import", "f.csv", "--into", "fountain", "--yes"])["inserted"], 1);
    let before = head(&city);

    define(&city, FOUNTAIN);
    for action in ["plan", "apply"] {
        let refused = city.run(&["catalog", action]);
        assert!(refused.status.code() == Some(1) && said(&refused).contains("--allow fountain.note"), "{}", said(&refused));
    }
    // No other command does it by the way, and each says what to do.
    let refused = city.run(&["import", "f.csv", "--into", "fountain", "--yes"]);
    assert!(refused.status.code() == Some(1) && said(&refused).contains("meydan catalog plan"), "{}", said(&refused));
    let wrong = city.run(&["catalog", "apply", "--allow", "fountain.other"]);
    assert_eq!(wrong.status.code(), Some(1), "{}", said(&wrong));
    assert_eq!(head(&city), before);
    city.ok(&["catalog", "apply", "--allow", "fountain.note"]);
    city.ok(&["export", "fountain", "--out", "f2.csv"]);
    let rest = std::fs::read_to_string(city.path("f2.csv")).unwrap();
    assert!(rest.contains("Abdullah Paşa") && !rest.contains("akıyor"), "{rest}");
    city.ok(&["log", "verify"]);
}

#[test]
fn faults_are_told_with_file_and_line_in_both_languages() {
    let city = City::embedded();
    define(&city, &FOUNTAIN.replace("type = \"text\"", "type = \"txt\""));
    let mut texts = Vec::new();
    for lang in ["tr", "en"] {
        for args in [&["catalog", "check"][..], &["import", "f.csv", "--into", "fountain"], &["doctor"]] {
            std::fs::write(city.path("f.csv"), "name\nx\n").unwrap();
            let output = city.command(args).env("MEYDAN_LANG", lang).output().unwrap();
            let text = said(&output);
            assert!(output.status.code() == Some(1) && text.contains("fountain.toml:10"), "{args:?}: {text}");
            texts.push(text);
        }
    }
    assert_ne!(texts[0], texts[3]);
    assert!(!city.path("city.gpkg").exists(), "faults keep a store from being made");
}
