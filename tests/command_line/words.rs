//! What the command line says: two languages, help that teaches, JSON that programs can rely on, exit codes.

use crate::{
    harness::{City, MEYDAN},
    parks::{self, said},
};
use std::process::{Command, Output};

fn meydan(lang: &str, args: &[&str]) -> Output {
    Command::new(MEYDAN).args(args).env("MEYDAN_LANG", lang).env_remove("MEYDAN_STORE").output().unwrap()
}

#[test]
fn help_is_in_the_persons_language_and_ends_with_examples() {
    for command in
        ["serve", "demo", "import", "export", "catalog", "log", "backup", "restore", "doctor", "completion", "people", "token"]
    {
        let (tr, en) = (meydan("tr", &[command, "--help"]), meydan("en", &[command, "--help"]));
        assert!(tr.status.success() && en.status.success());
        let (tr, en) = (said(&tr), said(&en));
        assert!(tr.contains("Kullanım: meydan") && tr.contains("Örnekler:") && !tr.contains("Usage"), "{tr}");
        assert!(en.contains("Usage: meydan") && en.contains("Examples:") && !en.contains("Kullanım"), "{en}");
        assert_eq!(said(&meydan("tr", &["help", command])), tr, "help {command}");
        assert_eq!(said(&meydan("tr", &["--lang", "en", command, "--help"])), en);
    }
    // Turkish where nobody said anything.
    let output = Command::new(MEYDAN).arg("--help").env_remove("MEYDAN_LANG").output().unwrap();
    assert!(said(&output).contains("Çıkış kodları"), "{}", said(&output));
}

#[test]
fn a_command_written_wrongly_is_explained_with_its_own_exit_code() {
    for (args, tr, en) in [
        (&["imprt"][..], "Böyle bir komut yok: imprt", "unrecognized subcommand"),
        (&["doctor", "--fast"], "Böyle bir seçenek yok: --fast", "unexpected argument"),
        (&["export", "park"], "Eksik: --out <DOSYA>", "not provided"),
        (&["demo", "--doors", "çok"], "“çok”", "invalid value 'çok'"),
        (
            &["export", "park", "--out", "x.csv", "--references", "adres"],
            "olabilecekler: id, key, name",
            "possible values: id, key, name",
        ),
    ] {
        for (lang, wanted) in [("tr", tr), ("en", en)] {
            let output = meydan(lang, args);
            assert!(output.status.code() == Some(64) && said(&output).contains(wanted), "{args:?} {lang}: {}", said(&output));
            let json = meydan(lang, &[&["--json"], args].concat());
            let told: serde_json::Value =
                serde_json::from_slice(&json.stdout).unwrap_or_else(|e| panic!("{e}: {}", said(&json)));
            assert!(json.status.code() == Some(64) && told["error"]["code"] == "usage", "{told}");
            assert!(json.stderr.is_empty(), "{}", said(&json));
        }
    }
}

#[test]
fn errors_are_in_the_persons_language_and_are_json_for_programs() {
    let city = parks::city();
    std::fs::write(city.path("wrong.toml"), "[city]\ntitel = 3\n").unwrap();
    for (args, code) in [
        (&["export", "no_such_register", "--out", "x.csv"][..], "no-such-register"),
        (&["export", "park", "--out", "x.csv", "--filter", "no_such_field > 3"], ""),
        (&["--config", "absent.toml", "doctor"], "config-missing"),
        (&["--config", "wrong.toml", "doctor"], "config-wrong"),
        (&["export", "park", "--out", "x.docx"], ""),
        (&["export", "park", "--out", "x.csv", "--crs", "EPSG:1"], ""),
        (&["export", "park", "--out", "x.csv", "--bbox", "1,2,3"], ""),
        (&["export", "park", "--out", "x.csv", "--as-of", "dün"], ""),
        (&["import", "parks.csv", "--into", "park", "--delimiter", "ş"], ""),
        (&["serve", "--listen", "0.0.0.0:0"], ""),
        (&["log", "proof", "--position", "0"], "not-sealed"),
        (&["log", "export", "--out", "audit"], "not-sealed"),
        (&["log", "verify", "--key", "absent.key"], "verifier-key"),
        (&["restore", "absent.gpkg"], "no-backup"),
        (&["demo"], "store-not-empty"),
    ] {
        let run = |lang: &str, json: bool| {
            let mut command = city.command(if json { &["--json"] } else { &[] });
            command.args(args).env("MEYDAN_LANG", lang).output().unwrap()
        };
        // The sample city is refused only where there are real records.
        if args == ["demo"] {
            std::fs::write(city.path("p.csv"), "official_id,name\n61,Trabzon\n").unwrap();
            city.ok(&["import", "p.csv", "--into", "province", "--yes"]);
        }
        let (tr, en) = (run("tr", false), run("en", false));
        assert_eq!((tr.status.code(), en.status.code()), (Some(1), Some(1)), "{args:?}: {}{}", said(&tr), said(&en));
        assert_ne!(said(&tr), said(&en), "{args:?} says the same in both languages");
        assert!(tr.stdout.is_empty(), "{args:?}: an error belongs to standard error");
        let json = run("tr", true);
        let told: serde_json::Value =
            serde_json::from_slice(&json.stdout).unwrap_or_else(|e| panic!("{args:?}: {e}: {}", said(&json)));
        assert!(told["error"]["message"].as_str().is_some_and(|m| !m.is_empty()), "{told}");
        assert!(code.is_empty() || told["error"]["code"] == code, "{args:?}: {told}");
    }
    assert!(!city.path("x.csv").exists() && !city.path("x.csv.part").exists());
}

#[test]
fn every_command_prints_one_json_document() {
    let city = City::embedded();
    let demo = city.json(&["demo", "--doors", "300"]);
    assert_eq!(demo["doors"], 300, "{demo}");
    assert!(city.json(&["catalog", "check"])["registers"].as_u64().is_some_and(|n| n > 10));
    assert!(city.json(&["catalog", "plan"])["steps"].is_array());
    assert!(city.json(&["catalog", "apply"])["steps"].is_array());
    assert_eq!(city.json(&["export", "street", "--out", "s.csv"])["register"], "street");
    assert!(city.json(&["import", "s.csv", "--into", "street", "--yes"])["unchanged"].as_u64().is_some_and(|n| n > 10));
    assert_eq!(city.json(&["log", "head"])["size"], demo["log"]);
    assert_eq!(city.json(&["log", "verify"])["fine"], true);
    assert!(city.json(&["backup", "copy.gpkg"])["file_sha256"].is_string());
    assert_eq!(city.json(&["doctor"])["healthy"], true);
}

#[test]
fn passwords_cross_no_network_in_the_clear() {
    let city = parks::city();
    for address in ["0.0.0.0:0", "[::]:0", "192.0.2.7:8061"] {
        let output = city.run(&["serve", "--listen", address]);
        assert!(output.status.code() == Some(1) && said(&output).contains("only https is served"), "{}", said(&output));
    }
}

#[test]
fn completion_knows_the_commands_and_their_options() {
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let text = said(&meydan("tr", &["completion", shell]));
        assert!(
            ["serve", "import", "doctor", "--dry-run"].iter().all(|w| text.contains(w.trim_start_matches('-'))),
            "{shell}: {text}"
        );
    }
    let script = said(&meydan("tr", &["completion", "bash"]));
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("meydan.bash"), script).unwrap();
    let asked = "source meydan.bash && COMP_WORDS=(meydan imp) && COMP_CWORD=1 && _meydan meydan imp meydan && echo \"${COMPREPLY[@]}\"";
    let output = Command::new("bash").args(["-c", asked]).current_dir(folder.path()).output().unwrap();
    assert_eq!(said(&output).trim(), "import");
}
