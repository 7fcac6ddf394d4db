//! People and tokens on the command line: the first administrator, enrolment links, tokens.

use crate::{
    harness::{City, foreign, visitor::Visitor},
    parks::{self, said},
};
use serde_json::Value as Json;
use std::{
    io::Write as _,
    process::{Output, Stdio},
};

fn admin(city: &City) -> Json {
    city.json(&["people", "admin", "--login", "ayse", "--name", "Ayşe Nur Yılmaz"])
}

fn with_input(city: &City, args: &[&str], input: &str) -> Output {
    let mut child = city
        .command(args)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the binary starts");
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    child.wait_with_output().unwrap()
}

fn error(output: &Output) -> String {
    assert_eq!(output.status.code(), Some(1), "{}", said(output));
    let told: Json = serde_json::from_slice(&output.stdout).unwrap_or_else(|e| panic!("{e}: {}", said(output)));
    told["error"]["code"].as_str().unwrap().to_owned()
}

#[test]
fn the_first_administrator_is_made_in_an_empty_house() {
    let city = City::embedded();
    let told = admin(&city);
    let link = told["enrolment"]["link"].as_str().unwrap();
    let code = told["enrolment"]["code"].as_str().unwrap();
    assert!(link.starts_with("http://127.0.0.1:8061/enrol/") && link.ends_with(code) && code.len() == 43, "{told}");
    let listed = city.json(&["people", "list"]);
    let [person] = listed["people"].as_array().unwrap().as_slice() else { panic!("{listed}") };
    assert_eq!((&person["login"], &person["name"]), (&"ayse".into(), &"Ayşe Nur Yılmaz".into()));
    assert_eq!((&person["active"], &person["password"], &person["totp"]), (&true.into(), &false.into(), &false.into()));
    assert_eq!(person["posts"], serde_json::json!([{ "post": "Sistem yöneticisi, Meydan", "role": "administrator" }]));

    // Twice is a mistake, unless it is said.
    let again = ["people", "admin", "--login", "AYSE", "--name", "Ayşe Yılmaz"];
    assert_eq!(error(&city.run(&[&["--json"][..], &again[..]].concat())), "login-taken");
    let other = city.json(&["people", "admin", "--login", "ayse", "--again"]);
    assert_eq!(other["person"], told["person"]);
    assert_ne!(other["enrolment"]["code"], told["enrolment"]["code"]);
    let listed = city.json(&["people", "list"]);
    assert_eq!(listed["people"][0]["posts"].as_array().unwrap().len(), 1, "no second post: {listed}");

    // A second administrator stands in the same unit.
    city.ok(&["people", "admin", "--login", "ali", "--name", "Ali Kaya"]);
    assert_eq!(city.json(&["people", "list"])["people"].as_array().unwrap().len(), 2);
    for (args, code) in [
        (&["people", "admin", "--login", "veli", "--name", "Veli"][..], "name-missing"),
        (&["people", "enrol", "--login", "yok"], "no-such-login"),
        (&["people", "disable", "--login", "yok"], "no-such-login"),
    ] {
        assert_eq!(error(&city.run(&[&["--json"], args].concat())), code);
    }
}

#[test]
fn a_password_may_come_from_standard_input_and_is_judged() {
    let city = City::embedded();
    let args = ["--json", "people", "admin", "--login", "ayse", "--name", "Ayşe Yılmaz", "--password-stdin"];
    assert_eq!(error(&with_input(&city, &args, "parola123456\n")), "weak-password");
    assert!(city.json(&["people", "list"])["people"].as_array().unwrap().is_empty(), "nothing is made then");
    let output = with_input(&city, &args, "pencere kaldırım lodos\n");
    assert!(output.status.success(), "{}", said(&output));
    let told: Json = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((&told["login"], &told["enrolment"]), (&"ayse".into(), &Json::Null));
    assert!(!said(&output).contains("pencere"));
    assert_eq!(city.json(&["people", "list"])["people"][0]["password"], true);
}

#[test]
fn an_account_is_disabled_with_all_it_has() {
    let city = City::embedded();
    admin(&city);
    city.ok(&["token", "new", "--login", "ayse", "--name", "QGIS"]);
    let last = city.run(&["--json", "people", "disable", "--login", "ayse"]);
    assert_eq!(error(&last), "invalid-record", "the house keeps an administrator");
    city.ok(&["people", "admin", "--login", "zeki", "--name", "Zeki Kaya"]);
    let told = city.json(&["people", "disable", "--login", "ayse"]);
    assert_eq!((&told["status"], &told["sessions_ended"]), (&"disabled".into(), &0.into()));
    assert_eq!(city.json(&["people", "list"])["people"][0]["active"], false);
    assert_eq!(city.json(&["token", "list", "--login", "ayse"])["tokens"], serde_json::json!([]));
    let refused = |args: &[&str]| error(&city.run(&[&["--json"], args].concat()));
    assert_eq!(refused(&["people", "enrol", "--login", "ayse"]), "no-longer-active");
    assert_eq!(refused(&["token", "new", "--login", "ayse", "--name", "QGIS"]), "no-longer-active");
    city.ok(&["people", "enable", "--login", "ayse"]);
    assert!(city.json(&["people", "enrol", "--login", "ayse"])["enrolment"]["link"].is_string());
}

#[test]
fn tokens_are_made_listed_revoked_and_shown_once() {
    let city = parks::city();
    admin(&city);
    let new = ["token", "new", "--login", "ayse", "--name", "gece aktarımı"];
    let scope = ["--register", "park", "--action", "read", "--action", "export", "--days", "30"];
    let made = city.json(&[&new[..], &scope[..]].concat());
    let secret = made["secret"].as_str().unwrap();
    assert!(secret.starts_with("meydan_") && secret.ends_with(made["ends_with"].as_str().unwrap()), "{made}");
    assert_eq!((&made["registers"], &made["actions"]), (&serde_json::json!(["park"]), &serde_json::json!(["read", "export"])));
    assert_eq!(made["post"], "Sistem yöneticisi, Meydan", "{made}");
    let listed = city.ok(&["--json", "token", "list", "--login", "ayse"]);
    assert!(listed.contains(made["id"].as_str().unwrap()) && !listed.contains(secret), "{listed}");
    assert_eq!(city.ok(&[&new[..], &["--post", "Sistem yöneticisi"]].concat()).lines().next().unwrap().len(), secret.len());
    let id = made["id"].as_str().unwrap();
    assert_eq!(city.json(&["token", "revoke", "--login", "ayse", id])["revoked"], made["id"]);
    let refused = |args: &[&str]| error(&city.run(&[&["--json"], args].concat()));
    assert_eq!(refused(&["token", "revoke", "--login", "ayse", id]), "no-such-token");
    for (more, code) in [
        (&["--days", "0"][..], "bad-token"),
        (&["--days", "367"], "bad-token"),
        (&["--register", "yok"], "no-such-register"),
        (&["--post", "Belediye başkanı"], "no-such-post"),
    ] {
        assert_eq!(refused(&[&new[..], more].concat()), code);
    }
    let misused = city.run(&[&new[..], &["--action", "fly"]].concat());
    assert!(misused.status.code() == Some(64) && said(&misused).contains("unmask"), "{}", said(&misused));
}

#[test]
fn a_token_opens_the_server_until_it_is_revoked() {
    let city = parks::city();
    admin(&city);
    let made = city.json(&["token", "new", "--login", "ayse", "--name", "QGIS", "--register", "person", "--action", "read"]);
    let server = city.serve();
    let (with, without) = (server.with_token(made["secret"].as_str().unwrap()), server.public());
    let people = "/ogc/collections/person/items";
    assert_eq!(with.get(people).status, 200);
    assert_ne!(without.get(people).status, 200, "people are nobody else's business");
    city.ok(&["token", "revoke", "--login", "ayse", made["id"].as_str().unwrap()]);
    assert_eq!(with.get(people).status, 401);
}

#[test]
fn a_city_named_from_the_folder_of_another_acts_by_its_own_configuration() {
    let (mine, other) = (City::embedded(), City::embedded());
    // The other's file would give links to its address, and the keys beside it.
    std::fs::write(other.path("meydan.toml"), "base_url = \"https://other.example\"\n").unwrap();
    let admin = ["--json", "people", "admin", "--login", "ayse", "--name", "Ayşe Yılmaz", "--again"];
    let link = |more: &[&str]| {
        let output = mine.command(&[&admin[..], more].concat()).current_dir(other.folder.path()).output().unwrap();
        let told: Json = serde_json::from_slice(&output.stdout).unwrap_or_else(|e| panic!("{e}: {}", said(&output)));
        told["enrolment"]["link"].as_str().unwrap().to_owned()
    };
    assert!(link(&[]).starts_with("http://127.0.0.1:8061/enrol/"), "the defaults");
    std::fs::write(mine.path("meydan.toml"), "base_url = \"https://mine.example\"\n").unwrap();
    assert!(link(&[]).starts_with("https://mine.example/enrol/"));
    assert!(link(&["--config", "meydan.toml"]).starts_with("https://other.example/enrol/"), "a named one wins");
}

#[test]
fn why_somebody_may_or_may_not_is_explained() {
    let city = parks::city();
    admin(&city);
    let run = |args: &[&str], lang: &str| {
        let args = [&["people", "explain", "--login", "ayse"][..], args].concat();
        city.command(&args).env("MEYDAN_LANG", lang).output().unwrap()
    };
    let asked = |args: &[&str]| {
        let output = run(&[&["--json"][..], args].concat(), "en");
        let told: Json = serde_json::from_slice(&output.stdout).unwrap_or_else(|e| panic!("{e}: {}", said(&output)));
        (output.status.code(), told)
    };
    let (code, told) = asked(&["--register", "park", "--action", "update", "--record", "1", "--post", "Sistem yöneticisi"]);
    assert_eq!((code, &told["allowed"], &told["answer"]), (Some(0), &true.into(), &"yes".into()), "{told}");
    assert_eq!((&told["needed"], &told["post"]), (&serde_json::json!([]), &"Sistem yöneticisi, Meydan".into()), "{told}");
    let grants = told["grants"].as_array().unwrap();
    assert!(grants[0]["holds"] == true && grants[0]["grant"] == "administrator", "{told}");
    assert_eq!(grants[0]["conditions"][0]["met"], true);

    // Proving anew who they are would be enough; another role would be needed for personal data.
    let (code, told) = asked(&["--register", "park", "--action", "audit"]);
    assert_eq!((code, &told["allowed"], &told["answer"]), (Some(1), &false.into(), &"if".into()), "{told}");
    assert_eq!(told["needed"], serde_json::json!(["proving anew who they are"]), "{told}");
    let unmask = ["--register", "park", "--action", "unmask"];
    let (code, told) = asked(&unmask);
    assert_eq!((code, &told["answer"]), (Some(1), &"no".into()), "{told}");
    let needed = told["needed"].to_string();
    assert!(needed.contains("being one of these: ") && needed.contains(" and giving a reason"), "{told}");
    let needed = asked(&[&unmask[..], &["--reason", "Başvuru 2026/17"]].concat()).1["needed"].to_string();
    assert!(!needed.contains("giving a reason"), "{needed}");

    let output = run(&unmask, "tr");
    let text = said(&output);
    assert_eq!(output.status.code(), Some(1), "{text}");
    let lines: Vec<&str> = text.lines().collect();
    assert!(lines[0].starts_with("Ayşe Nur Yılmaz (Sistem yöneticisi, Meydan) — "), "{text}");
    assert_eq!(lines[1], "Hayır, yapamaz.");
    for line in ["✗ data_protection_unmask: ", "    ✗ bu yetkinin verildiği kişilerden", "    ✗ gerekçe yazılmış"] {
        assert!(lines.iter().any(|l| l.starts_with(line)), "{line} is not in {text}");
    }
    let output = run(&["--register", "park", "--action", "read"], "tr");
    assert!(output.status.success() && said(&output).contains("Evet, yapabilir."), "{}", said(&output));
    let output = run(&["--register", "look", "--action", "insert"], "tr");
    assert!(output.status.code() == Some(1) && said(&output).contains("yalnızca sistem yazar"), "{}", said(&output));
    for (more, code) in [
        (&["--register", "yok", "--action", "read"][..], "no-such-register"),
        (&["--register", "park", "--action", "read", "--record", "999999"], "no-such-record"),
        (&["--register", "park", "--action", "read", "--record", "x"], "no-such-record"),
        (&["--register", "park", "--action", "read", "--post", "Belediye başkanı"], "no-such-post"),
    ] {
        assert_eq!(error(&run(&[&["--json"][..], more].concat(), "en")), code);
    }
}

/// The code that an app shows for a key, by a program that is not ours.
fn shown(key: &str) -> String {
    let program = "import base64, hashlib, hmac, sys, time\nkey = base64.b32decode(sys.argv[1])\n\
        h = hmac.digest(key, int(time.time() // 30).to_bytes(8, 'big'), 'sha1')\nat = h[19] & 15\n\
        print(f'{(int.from_bytes(h[at:at + 4], \"big\") & 0x7fffffff) % 1000000:06}', end='')";
    foreign(std::process::Command::new("python3").args(["-c", program, key]))
}

#[test]
fn a_lost_phone_and_a_lost_key_of_the_apps_are_told_and_mended() {
    const PASSWORD: &str = "pencere kaldırım lodos";
    let city = City::embedded();
    let again = ["--json", "people", "admin", "--login", "ayse", "--name", "Ayşe Yılmaz", "--again"];
    let with_password = |more: &[&str]| {
        let output = with_input(&city, &[&again[..], &["--password-stdin"], more].concat(), PASSWORD);
        assert!(output.status.success(), "{}", said(&output));
        serde_json::from_slice::<Json>(&output.stdout).unwrap()
    };
    let key_check = || {
        let output = city.run(&["--json", "doctor"]);
        let told: Json = serde_json::from_slice(&output.stdout).unwrap();
        let check = told["checks"].as_array().unwrap().iter().find(|c| c["check"] == "secrets-key").unwrap().clone();
        (output.status.code(), check["status"].as_str().unwrap().to_owned(), check["advice"].to_string())
    };
    let app = || {
        city.json(&["people", "list"])["people"].as_array().unwrap().iter().find(|p| p["login"] == "ayse").unwrap()["totp"]
            .clone()
    };
    assert!(with_password(&[]).get("app_removed").is_none());
    assert_eq!(key_check().1, "fine", "nobody needs the key yet");
    let server = city.serve();
    let mut ayse = Visitor::of(&server);
    ayse.log_in("ayse", PASSWORD);
    let page = ayse.fill("/account/login", "/account/app", &[]).text();
    let key = page.split("secret=").nth(1).expect("a key").split(|c: char| !c.is_ascii_alphanumeric()).next().unwrap();
    let form = page.split("action=\"/account/app/confirm\"").nth(1).expect("a form").split("name=\"meydan-form\" value=\"");
    let token = form.clone().nth(1).unwrap().split('"').next().unwrap();
    let answer = ayse.send("/account/app/confirm", &[("meydan-form", token), ("code", &shown(key))]);
    assert_eq!((answer.status, app()), (200, true.into()), "{}", answer.text());

    let (right, other) = (city.path("secrets.key"), City::embedded());
    assert_eq!((key_check().0, key_check().1.as_str()), (Some(0), "fine"));
    let kept = std::fs::read(&right).unwrap();
    std::fs::remove_file(&right).unwrap();
    let (code, status, advice) = key_check();
    assert!(code == Some(1) && status == "broken" && advice.contains("--remove-app"), "{status} {advice}");
    assert!(!right.exists(), "the doctor makes no key");
    drop(other.serve());
    std::fs::copy(other.path("secrets.key"), &right).unwrap();
    assert_eq!((key_check().0, key_check().1.as_str()), (Some(1), "broken"));
    std::fs::write(&right, kept).unwrap();
    assert_eq!(key_check().1, "fine");

    // A new password alone still asks for a code; without the app it opens.
    with_password(&[]);
    let enters = || {
        let mut somebody = Visitor::of(&server);
        somebody.log_in("ayse", PASSWORD);
        somebody.get("/account").status == 200
    };
    assert!(!enters());
    assert_eq!(with_password(&["--remove-app"])["app_removed"], true);
    assert_eq!(app(), false);
    assert!(enters());
    assert_eq!(with_password(&["--remove-app"])["app_removed"], false);
    let misused = city.run(&["people", "admin", "--login", "ayse", "--remove-app"]);
    assert_eq!(misused.status.code(), Some(64), "{}", said(&misused));
}
