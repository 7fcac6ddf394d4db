//! Article 7/f: personal data is masked, taken away only with a reason, kept no longer than it may be, and destroyed on request.

use crate::{
    harness::{
        Answer, City, Server,
        people::{refusal, text},
        python,
        visitor::Visitor,
    },
    pg_server,
};
use serde_json::{Value as Json, json};
use std::{path::Path, process::Command, time::Duration};

/// A city's own register: applicants for a place on the market, ten years after the answer without their data.
const APPLICANTS: &str = r#"[register]
name = "applicant"
title = { tr = "Başvuran", en = "Applicant" }
description = { tr = "Pazar yeri başvuruları.", en = "Applications for a place on the market." }
label = "stall"
[geometry]
type = "point"
[[field]]
name = "stall"
title = { tr = "Tezgâh", en = "Stall" }
type = "text"
[[field]]
name = "national_id"
title = { tr = "T.C. kimlik no", en = "National identity number" }
type = "text"
personal = true
mask = "last_two"
format = "national_id"
[[field]]
name = "answered_on"
title = { tr = "Yanıt günü", en = "Answered on" }
type = "date"
[processing]
purpose = { tr = "Başvuruyu yanıtlamak.", en = "To answer the application." }
basis = { tr = "KVKK madde 5/2-ç", en = "KVKK article 5/2-ç" }
subjects = { tr = "Pazarcılar", en = "Stallholders" }
[retention]
years = 10
after = "answered_on"
basis = { tr = "Saklama ve imha politikası, madde 4", en = "Policy of retention, article 4" }
[[grant]]
name = "applicant_staff"
to = ["staff"]
actions = ["read", "export"]
"#;
const NUMBER: &str = "10000000146";

fn city(city: City) -> City {
    std::fs::create_dir_all(city.path("definitions")).unwrap();
    std::fs::write(city.path("definitions/applicant.toml"), APPLICANTS).unwrap();
    // The configuration stands beside the definitions, for a store that is elsewhere too.
    std::fs::write(city.path("meydan.toml"), "").unwrap();
    city
}

fn insert(server: &Server, stall: &str, number: &str, answered: Option<&str>) -> String {
    let values = json!({ "stall": stall, "national_id": number, "answered_on": answered });
    let point = json!({ "type": "Point", "coordinates": [39.72, 41.0] });
    let change = json!({ "register": "applicant", "op": "insert", "values": values, "geometry": point });
    text(&server.change(&json!({ "changes": [change] }))["records"][0]["id"])
}

/// A file's bytes; of an archive those of all of its files.
fn bytes(path: &Path) -> Vec<u8> {
    let bytes = std::fs::read(path).unwrap();
    if !bytes.starts_with(b"PK") {
        return bytes;
    }
    let script =
        "import sys, zipfile\nz = zipfile.ZipFile(sys.argv[1])\nfor n in z.namelist(): sys.stdout.buffer.write(z.read(n))";
    Command::new(python()).args(["-c", script]).arg(path).output().unwrap().stdout
}

fn holds(bytes: &[u8], what: &str) -> bool {
    bytes.windows(what.len()).any(|w| w == what.as_bytes())
}

/// What a journal says, as the operator reads it.
fn journal(city: &City, register: &str) -> Vec<Json> {
    let file = city.path(&format!("{register}-{}.geojson", rand()));
    city.ok(&["export", register, "--out", &file.display().to_string()]);
    let told: Json = serde_json::from_slice(&std::fs::read(file).unwrap()).unwrap();
    told["features"].as_array().unwrap().iter().map(|f| f["properties"].clone()).collect()
}

/// A name that no file has yet.
fn rand() -> u128 {
    std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_nanos()
}

#[test]
fn duty_7_f_exports_hold_no_personal_number_unless_asked_for_with_a_reason() {
    let city = city(City::embedded());
    let server = city.serve();
    insert(&server, "Balıkçı 4", NUMBER, None);
    let formats = [("csv", "csv"), ("gpkg", "gpkg"), ("geojson", "geojson"), ("fgb", "fgb"), ("shp", "zip")];
    for (format, ending) in formats {
        // Over HTTP nobody has them whole, not the administrator either.
        let answer = server.get(&format!("/ogc/collections/applicant/export/{format}"));
        assert_eq!(answer.status, 200, "{format}: {}", answer.text());
        let file = city.path(&format!("http.{ending}"));
        std::fs::write(&file, &answer.body).unwrap();
        assert!(!holds(&bytes(&file), NUMBER), "{format} over HTTP holds the number");
        assert!(holds(&bytes(&file), "Bal"), "{format} over HTTP holds the record");
        // At the command line they are left away.
        let file = city.path(&format!("plain.{ending}")).display().to_string();
        city.ok(&["export", "applicant", "--out", &file]);
        assert!(!holds(&bytes(Path::new(&file)), NUMBER), "{format} holds the number");
        assert!(!holds(&bytes(Path::new(&file)), "national_i"), "{format} has a column for it");
        let file = city.path(&format!("personal.{ending}")).display().to_string();
        let refused = city.run(&["export", "applicant", "--out", &file, "--with-personal"]);
        assert_eq!(refused.status.code(), Some(64), "without a reason");
        assert!(!Path::new(&file).exists());
        city.ok(&["export", "applicant", "--out", &file, "--with-personal", "--reason", "Mahkeme yazısı 2026/5"]);
        assert!(holds(&bytes(Path::new(&file)), NUMBER), "{format} holds what was asked for");
    }
    let noted = journal(&city, "security_event");
    let exports: Vec<&Json> = noted.iter().filter(|e| e["kind"] == "personal_export").collect();
    assert_eq!(exports.len(), formats.len(), "each is written down: {noted:?}");
    assert!(exports.iter().all(|e| e["register"] == "applicant"), "{exports:?}");
    // A reference never brings the number of a person with it.
    let file = city.path("holdings.csv").display().to_string();
    city.ok(&["export", "holding", "--out", &file, "--references", "key"]);
    assert!(!holds(&bytes(Path::new(&file)), "registration_no"));
}

fn what_is_over_its_time_is_destroyed(city: &City) {
    let server = city.serve();
    let numbers = ["11111111110", "10000000146", "12345678950", "99900000074"];
    let old = insert(&server, "Eski", numbers[0], Some("2014-02-28"));
    let held = insert(&server, "Davalı", numbers[1], Some("2014-02-28"));
    let new = insert(&server, "Yeni", numbers[2], Some("2024-02-29"));
    let open = insert(&server, "Açık", numbers[3], None);
    let hold = json!({ "register": "applicant", "record": held, "reason": "Trabzon İdare Mahkemesi 2026/12", "valid_from": "2026-01-01" });
    server.change(&json!({ "changes": [{ "register": "legal_hold", "op": "insert", "values": hold }] }));
    if !city.store.contains("://") {
        let there = |f: &str| holds(&std::fs::read(city.path(f)).unwrap_or_default(), numbers[0]);
        assert!(there("city.gpkg") || there("city.gpkg-wal"), "it is in the files before");
    }
    let plan = city.json(&["retention", "plan", "--register", "applicant"]);
    let due: Vec<String> = plan["registers"][0]["records"].as_array().unwrap().iter().map(|r| text(&r["id"])).collect();
    assert_eq!((due.len(), due.contains(&old), due.contains(&held)), (2, true, true), "{plan}");
    // A leap day's ten years end on 28 February; that day still belongs to them.
    let count = |day: &str| city.json(&["retention", "plan", "--register", "applicant", "--on", day])["due"].clone();
    assert_eq!((count("2034-02-28"), count("2034-03-01")), (json!(2), json!(3)));
    assert_eq!(city.run(&["retention", "run"]).status.code(), Some(64), "not without a reason");
    assert_eq!(city.json(&["retention", "run", "--dry-run"])["due"], 2);
    let done = city.json(&["retention", "run", "--register", "applicant", "--reason", "Yıllık imha"]);
    assert_eq!((&done["destroyed"], &done["left"]), (&json!(1), &json!(1)), "{done}");
    assert_eq!(done["registers"][0]["left"][0], json!({ "id": held, "code": "legal-hold" }));
    let again = city.json(&["retention", "run", "--register", "applicant", "--reason", "Yıllık imha"]);
    assert_eq!(again["destroyed"], 0, "what is gone is gone");
    let file = city.path("all.csv").display().to_string();
    city.ok(&["export", "applicant", "--out", &file, "--with-personal", "--reason", "deneme"]);
    let left = bytes(Path::new(&file));
    assert_eq!(numbers.map(|n| holds(&left, n)), [false, true, true, true]);
    assert!(holds(&left, "Eski"), "what isn't personal stays");
    for id in [&new, &open] {
        assert!(holds(&left, id));
    }
    let told = journal(city, "destruction");
    let [told] = told.as_slice() else { panic!("{told:?}") };
    assert_eq!((&told["record"], &told["fields"], &told["kind"]), (&json!(old), &json!("national_id"), &json!("retention")));
    assert_eq!(told["basis"], "Saklama ve imha politikası, madde 4");
    the_log_is_fine(city, &server, &old, 1);
}

/// The log verifies, counts the lawful erasures, and still proves every entry of the record.
fn the_log_is_fine(city: &City, server: &Server, id: &str, erased: i64) {
    std::thread::sleep(Duration::from_secs(3));
    let verified = city.json(&["log", "verify"]);
    assert_eq!(verified["fine"], true, "{verified}");
    assert!(verified["erased"].as_i64().unwrap() >= erased, "{verified}");
    let history = server.get(&format!("/api/records/applicant/{id}/history")).json();
    for version in history["versions"].as_array().unwrap() {
        let position = version["position"].to_string();
        city.ok(&[
            "log",
            "proof",
            "--position",
            &position,
            "--out",
            &city.path(&format!("{position}.txt")).display().to_string(),
        ]);
    }
}

#[test]
fn duty_7_f_what_is_over_its_time_is_destroyed() {
    let city = city(City::embedded());
    what_is_over_its_time_is_destroyed(&city);
    gone_from(&city, "11111111110");
}

#[test]
fn duty_7_f_what_is_over_its_time_is_destroyed_postgres() {
    let city = city(City::in_database(&pg_server::shared().database()));
    what_is_over_its_time_is_destroyed(&city);
    assert_eq!(city.json(&["privacy", "scrub"])["scrubbed"], true);
}

/// The store's files hold none of it, byte for byte.
fn gone_from(city: &City, what: &str) {
    let files = ["city.gpkg", "city.gpkg-wal"].map(|f| city.path(f));
    let mut tries = 0;
    while files.iter().any(|f| f.exists() && holds(&std::fs::read(f).unwrap(), what)) {
        tries += 1;
        assert!(tries < 60, "{what} is still in the files");
        std::thread::sleep(Duration::from_millis(500));
    }
}

#[test]
fn duty_7_f_the_server_destroys_by_itself_each_day() {
    let city = city(City::embedded());
    let server = city.serve();
    insert(&server, "Yeni", NUMBER, Some("2026-02-28"));
    drop(server);
    // It was off for years; the first day that it is on again makes up for it.
    let server = city.serve_at("2036-02-29 21:30:00");
    let mut tries = 0;
    loop {
        let told = journal(&city, "destruction");
        if let Some(told) = told.iter().find(|t| t["register"] == "applicant") {
            assert_eq!((&told["kind"], &told["fields"]), (&json!("periodic"), &json!("national_id")));
            break;
        }
        tries += 1;
        assert!(tries < 120, "nothing was destroyed: {told:?}");
        std::thread::sleep(Duration::from_millis(500));
    }
    drop(server);
    gone_from(&city, NUMBER);
    assert_eq!(city.json(&["log", "verify"])["fine"], true);
}

#[test]
fn duty_7_f_a_request_of_the_person_concerned_is_answered_and_carried_out() {
    let city = city(City::embedded());
    let server = city.serve();
    let id = insert(&server, "Balıkçı 4", NUMBER, None);
    let path = |what: &str| format!("/api/records/applicant/{id}/{what}");
    let asked = json!({ "fields": ["national_id"], "reason": "Başvuru 2026/17" });
    // No grant, no act: neither to see it whole nor to destroy it.
    for what in ["unmask", "erase"] {
        assert_eq!(refusal(&server.public().post(&path(what), &asked)), (401, "login-required".to_owned()), "{what}");
        assert_eq!(refusal(&server.post(&path(what), &asked)), (403, "not-allowed".to_owned()), "{what}");
        let silent = json!({ "fields": ["national_id"] });
        assert_eq!(refusal(&server.post(&path(what), &silent)), (400, "reason-required".to_owned()), "{what}");
    }
    assert_eq!(refusal(&server.post(&path("erase"), &json!({ "reason": "x" }))).1, "what-to-destroy");
    // The officer sees it whole with a reason, and a program doesn't destroy in their name: that takes the person themselves.
    let officer = officer(&city, &server);
    let seen = officer.post(&path("unmask"), &asked);
    assert_eq!((seen.status, seen.header("cache-control")), (200, "no-store"), "{}", seen.text());
    assert_eq!(seen.json()["values"], json!({ "national_id": NUMBER }));
    assert_eq!(refusal(&officer.post(&path("erase"), &asked)), (403, "step-up-required".to_owned()));
    // What is kept about it: itself, who looked.
    let record = format!("applicant/{id}");
    let report = city.json(&["privacy", "report", "--record", &record]);
    assert_eq!(report["subject"]["versions"][0]["values"]["national_id"], NUMBER, "{report}");
    assert_eq!(report["subject"]["kept"]["years"], 10);
    let looks = report["spoken_of"].as_array().unwrap().iter().find(|r| r["register"] == "look").expect("the look");
    assert_eq!(looks["records"][0]["reason"], "Başvuru 2026/17");
    let done = city.json(&["privacy", "erase", "--register", "applicant", "--record", &id, "--reason", "Başvuru 2026/17"]);
    assert_eq!(done["fields"], json!(["national_id"]), "the personal ones: {done}");
    let report = city.json(&["privacy", "report", "--record", &record]);
    assert!(report["subject"]["versions"].as_array().unwrap().iter().all(|v| v["values"]["national_id"].is_null()), "{report}");
    let told = &journal(&city, "destruction")[0];
    assert_eq!((&told["kind"], &told["basis"], &told["versions"]), (&json!("requested"), &json!("Başvuru 2026/17"), &json!(1)));
    the_log_is_fine(&city, &server, &id, 1);
    gone_from(&city, NUMBER);
    // The look stays: who saw it is the person's to ask.
    assert_eq!(journal(&city, "look").len(), 1);
}

/// A data protection officer, with a token.
fn officer(city: &City, server: &Server) -> Server {
    city.ok(&["people", "admin", "--login", "kisisel.veri", "--name", "Selma Toprak"]);
    let person = text(&server.record("person", "login = 'kisisel.veri'")["id"]);
    let unit = text(&server.records("unit", "code IS NOT NULL")[0]["id"]);
    let post = server.insert("post", json!({ "title": "KVKK görevlisi", "role": "data_protection_officer", "unit": unit }));
    server.insert("holding", json!({ "person": person, "post": post, "unit": unit, "valid_from": "2026-01-01" }));
    server.with_token(&city.token_in("kisisel.veri", "KVKK görevlisi"))
}

#[test]
fn duty_7_f_a_backup_brings_back_nothing_that_was_destroyed() {
    let city = city(City::embedded());
    let server = city.serve();
    let [erased, kept] = ["Balıkçı 4", "Manav 2"].map(|stall| insert(&server, stall, NUMBER, None));
    drop(server);
    let backup = city.path("yedek.gpkg").display().to_string();
    city.ok(&["backup", &backup]);
    city.ok(&["privacy", "erase", "--register", "applicant", "--record", &erased, "--reason", "Başvuru 2026/17"]);
    city.ok(&[
        "privacy",
        "erase",
        "--register",
        "applicant",
        "--record",
        &kept,
        "--fields",
        "stall",
        "--reason",
        "Başvuru 2026/18",
    ]);
    let destructions = city.path("imha.csv").display().to_string();
    city.ok(&["export", "destruction", "--out", &destructions]);
    // Everything is lost but the backup and the list of destructions, which holds no personal data.
    assert!(!holds(&bytes(Path::new(&destructions)), NUMBER));
    let restored = self::city(City::embedded());
    restored.ok(&["restore", &backup]);
    std::fs::copy(city.path("seal.key"), restored.path("seal.key")).unwrap();
    let number = |id: &str| {
        let report = restored.json(&["privacy", "report", "--record", &format!("applicant/{id}")]);
        report["subject"]["versions"].as_array().unwrap().iter().any(|v| v["values"]["national_id"] == NUMBER)
    };
    assert!(number(&erased), "the backup brings it back");
    let done = restored.json(&["privacy", "reapply", &destructions]);
    assert_eq!((&done["destroyed"], &done["gone_already"]), (&json!(2), &json!(0)), "{done}");
    assert!(!number(&erased) && number(&kept));
    let again = restored.json(&["privacy", "reapply", &destructions]);
    assert_eq!((&again["destroyed"], &again["gone_already"]), (&json!(0), &json!(2)), "{again}");
    assert_eq!(restored.json(&["log", "verify"])["fine"], true);
}

/// Logs in at a browser as the data protection officer, who has two posts, and goes into that one.
fn officer_at_a_browser(city: &City, server: &Server) -> Visitor {
    use std::{io::Write as _, process::Stdio};
    const PASSWORD: &str = "pencere kaldırım lodos";
    let args = ["people", "admin", "--login", "kisisel.veri", "--name", "Selma Toprak", "--password-stdin"];
    let mut child = city.command(&args).stdin(Stdio::piped()).stdout(Stdio::null()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(format!("{PASSWORD}\n").as_bytes()).unwrap();
    assert!(child.wait().unwrap().success());
    let person = text(&server.record("person", "login = 'kisisel.veri'")["id"]);
    let unit = text(&server.records("unit", "code IS NOT NULL")[0]["id"]);
    let post = server.insert("post", json!({ "title": "KVKK görevlisi", "role": "data_protection_officer", "unit": unit }));
    server.insert("holding", json!({ "person": person, "post": post, "unit": unit, "valid_from": "2026-01-01" }));
    let mut visitor = Visitor::of(server);
    assert_eq!(visitor.log_in("kisisel.veri", PASSWORD).status, 303);
    let changed = visitor.fill("/account", "/account/post", &[("standing", &post)]);
    assert_eq!(changed.status, 303, "{}", changed.text());
    visitor
}

/// What a script of a site sends in the officer's browser.
fn by_script(officer: &Visitor, server: &Server, path: &str, body: &Json, origin: &str) -> Answer {
    let agent = ureq::Agent::config_builder().http_status_as_error(false).build().new_agent();
    let cookies: Vec<String> = officer.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
    let request = agent.post(format!("{}{path}", server.url)).header("content-type", "application/json");
    let request = request.header("origin", origin).header("cookie", cookies.join("; "));
    let mut answer = request.send(body.to_string()).unwrap();
    let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
    Answer { status, headers, body: answer.body_mut().read_to_vec().unwrap() }
}

#[test]
fn duty_7_f_the_officer_destroys_in_person() {
    let city = city(City::embedded());
    let server = city.serve();
    let id = insert(&server, "Balıkçı 4", NUMBER, None);
    let officer = officer_at_a_browser(&city, &server);
    let erase =
        |body: &Json, origin: &str| by_script(&officer, &server, &format!("/api/records/applicant/{id}/erase"), body, origin);
    let asked = json!({ "fields": ["national_id"], "reason": "Başvuru 2026/17" });
    assert_eq!(erase(&asked, "https://elsewhere.example").status, 403, "not from another site");
    // A journal doesn't go before its time, nor does who looked.
    let look = by_script(&officer, &server, &format!("/api/records/applicant/{id}/unmask"), &asked, &server.url);
    assert_eq!(look.status, 200, "{}", look.text());
    let looks = text(&server.records("look", "record IS NOT NULL")[0]["id"]);
    let whole = json!({ "whole": true, "reason": "iz kalmasın" });
    let kept = by_script(&officer, &server, &format!("/api/records/look/{looks}/erase"), &whole, &server.url);
    assert_eq!(refusal(&kept), (409, "kept-by-law".to_owned()));
    let done = erase(&asked, &server.url);
    assert_eq!((done.status, done.header("cache-control")), (200, "no-store"), "{}", done.text());
    let told = &journal(&city, "destruction")[0];
    assert_eq!(
        (&told["kind"], &told["basis"], &told["fields"]),
        (&json!("requested"), &json!("Başvuru 2026/17"), &json!("national_id"))
    );
    assert!(told["decided_by"].is_string(), "{told}");
    // The whole record: it ends, and the log still proves that it was.
    assert_eq!(erase(&json!({ "whole": true, "reason": "Başvuru 2026/18" }), &server.url).status, 200);
    assert_eq!(server.get(&format!("/api/records/applicant/{id}")).status, 404);
    the_log_is_fine(&city, &server, &id, 2);
    gone_from(&city, NUMBER);
    gone_from(&city, "Balıkçı 4");
}

#[test]
fn duty_7_f_whoever_is_destroyed_leaves_no_way_in() {
    let city = city(City::embedded());
    let server = city.serve();
    city.ok(&["people", "admin", "--login", "eski.yonetici", "--name", "Nurgül Kaçmaz"]);
    let token = city.token_of("eski.yonetici");
    let id = server.person("eski.yonetici");
    assert_eq!(server.with_token(&token).get("/ogc/collections/person/items?limit=1").status, 200);
    let report = city.json(&["privacy", "report", "--person", "eski.yonetici"]);
    assert_eq!(report["logins"], json!({ "enrolment": 1, "token": 1 }), "{report}");
    let holding = report["records"].as_array().unwrap().iter().find(|r| r["register"] == "holding").expect("the holding");
    assert_eq!((&holding["records"][0]["by"], &holding["records"][0]["about"]), (&json!(["person"]), &json!(true)));
    // Retention of persons takes the personal fields; who left ten years ago is due, and nobody else.
    assert_eq!(city.json(&["retention", "plan", "--register", "person", "--on", "2099-01-01"])["due"], 0);
    let args = ["privacy", "erase", "--register", "person", "--record", &id, "--whole", "--reason", "Başvuru 2026/19"];
    let done = city.json(&[&args[..], &["--requested-by", "eski.yonetici"]].concat());
    assert_eq!(done["logins_forgotten"], 2, "{done}");
    assert_eq!(server.with_token(&token).get("/ogc/collections/person/items?limit=1").status, 401);
    // Their holding refers to them: an empty shell stays, by which acts in the log are still one person's.
    let shell = server.get(&format!("/api/records/person/{id}")).json();
    assert_eq!((&shell["values"]["first_name"], &shell["values"]["login"]), (&json!("—"), &Json::Null), "{shell}");
    assert!(!city.json(&["people", "list"]).to_string().contains("Nurgül"));
    gone_from(&city, "Nurgül");
    assert_eq!(city.json(&["log", "verify"])["fine"], true);
}
