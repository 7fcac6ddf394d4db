//! Articles 5, 6 and 10–17: the department, its four branches, and who answers to whom.

use crate::{
    harness::{
        City,
        people::{day, encode, text},
    },
    sample::{self, DEPUTY, GIS_EXPERT, HEAD, MANAGER, NETWORK_STAFF, OTHER_CHIEF, OTHER_MANAGER, PERSONNEL},
};
use serde_json::{Value as Json, json};
use std::collections::BTreeSet;

fn names(records: &[Json], field: &str) -> BTreeSet<String> {
    records.iter().map(|r| text(&r[field])).collect()
}

/// The department and its branches are records; the branch that closed is still there, with its last day; who moved from it is read
/// with the unit of the day; and a change of unit today leaves last year and yesterday's answers as they were.
fn stands_as_dated_records(city: &City) {
    let server = city.serve();
    let public = server.public();
    let head = public.id("unit", "code = 'BIDB'");
    let branches = public.records("unit", &format!("kind = 'branch' AND parent = '{head}' AND valid_until IS NULL"));
    let expected = ["Akıllı Şehirler", "Elektronik Sistemler ve Donanım", "İletişim ve Koordinasyon", "Yazılım"];
    assert_eq!(names(&branches, "name"), expected.iter().map(|n| format!("{n} Şube Müdürlüğü")).collect());
    assert_eq!(branches.len(), 4, "the regulation's four: {branches:?}");
    let closed = public.record("unit", "code = 'BIDB-CBS-ESKI'");
    let last_day = text(&closed["valid_until"]);
    assert!(last_day < day(0), "{closed}");

    // Last year she was in the branch that closed, since then in the office that took its work over.
    let expert = server.person(GIS_EXPERT);
    let on = |when: &str| {
        let filter = format!(
            "person = '{expert}' AND valid_from <= DATE('{when}') AND (valid_until IS NULL OR valid_until >= DATE('{when}'))"
        );
        server.record("holding", &filter)
    };
    let now_in = server.id("unit", "code = 'BIDB-AKS-CBS'");
    assert_eq!((&on(&last_day)["unit"], &on(&day(0))["unit"]), (&closed["id"], &json!(now_in)));

    // She decides something in her post; then she changes unit.
    let building = text(&public.records("building", "floors >= 1")[0]["id"]);
    let as_expert = server.asked_by(city, GIS_EXPERT);
    as_expert.update("building", &building, json!({ "floors": 7 }));
    let before = on(&day(0));
    let holding = text(&before["id"]);
    let instant = jiff::Timestamp::now().to_string();
    std::thread::sleep(std::time::Duration::from_millis(20));
    let post = server.record("post", "role = 'address_officer' AND valid_until IS NULL");
    let personnel = server.asked_by(city, PERSONNEL);
    personnel.update("holding", &holding, json!({ "valid_until": day(-1), "basis": "Birim değişikliği" }));
    personnel.insert(
        "holding",
        json!({ "person": expert, "post": post["id"], "unit": post["unit"], "valid_from": day(0), "kind": "permanent" }),
    );
    assert_eq!(on(&day(0))["post"], post["id"], "from today on in the other office");
    assert_eq!((&on(&day(-1))["unit"], &on(&last_day)["unit"]), (&json!(now_in), &closed["id"]), "the past is as it was");
    // As the registers stood before the change.
    let path = format!("/ogc/collections/holding/items?datetime={instant}&filter={}", encode(&format!("person = '{expert}'")));
    let then = server.get(&path).json();
    let open: Vec<&Json> =
        then["features"].as_array().expect("a list").iter().filter(|f| f["properties"]["valid_until"].is_null()).collect();
    assert_eq!(open.len(), 1, "{then}");
    assert_eq!((&open[0]["properties"]["id"], &open[0]["properties"]["post"]), (&json!(holding), &before["post"]));
    // Her decision is read with the post in which she took it.
    let history = server.get(&format!("/api/records/building/{building}/history")).json();
    let decided = history["versions"].as_array().and_then(|v| v.last()).expect("a version");
    assert_eq!((&decided["person"], &decided["post"]), (&json!(expert), &before["post"]));
    let page = server.get(&format!("/registers/building/{building}/history?lang=tr")).text();
    assert!(page.contains("Zeynep Uzun") && page.contains("CBS Uzmanı"), "{page}");
    drop(server);
    city.ok(&["log", "verify"]);
}

#[test]
fn duty_6_a_ç_the_department_and_its_branches_stand_as_dated_records() {
    stands_as_dated_records(&sample::embedded());
}

#[test]
fn duty_6_a_ç_the_department_and_its_branches_stand_as_dated_records_in_postgresql() {
    stands_as_dated_records(&sample::in_database());
}

/// From any post of the department the chain of superiors leads to its head and on; each sees those below and nobody beside.
fn answers_upwards(city: &City) {
    let server = city.serve();
    let chain = |mut post: Json| {
        let mut roles = Vec::new();
        while let Some(above) = post["reports_to"].as_str() {
            post = server.record("post", &format!("id = '{above}'"));
            roles.push(text(&post["role"]));
        }
        roles
    };
    let unit = |code: &str| server.id("unit", &format!("code = '{code}'"));
    let expert = server.record("post", &format!("role = 'gis_expert' AND unit = '{}'", unit("BIDB-AKS-CBS")));
    assert_eq!(chain(expert), ["chief", "branch_manager", "department_head", "secretary_general", "mayor"]);
    let technician = server.record("post", &format!("role = 'staff' AND unit = '{}'", unit("BIDB-ESD-TD")));
    assert_eq!(chain(technician), ["chief", "branch_manager", "department_head", "secretary_general", "mayor"]);

    let sees = |login: &str| names(&server.asked_by(city, login).records("holding", "valid_until IS NULL"), "unit");
    let all = |codes: &[&str]| codes.iter().map(|code| unit(code)).collect::<BTreeSet<_>>();
    assert_eq!(sees(MANAGER), all(&["BIDB-AKS", "BIDB-AKS-CBS", "BIDB-AKS-NUM"]), "the branch with its offices");
    assert_eq!(sees(OTHER_MANAGER), all(&["BIDB-ESD", "BIDB-ESD-AG", "BIDB-ESD-TD"]), "and no other's");
    let head = sees(HEAD);
    assert!(head.is_superset(&sees(MANAGER)) && head.is_superset(&sees(OTHER_MANAGER)), "the head sees all four");
    assert!(!head.contains(&unit("IKDB")) && !head.contains(&unit("BB")), "and neither another department nor what is above");
    // The manager shares out the duties below, and none beside.
    let (mine, theirs) = ("BIDB-AKS-NUM", "BIDB-ESD-AG");
    let manager = server.asked_by(city, MANAGER);
    let assign = |code: &str, role: &str| {
        let post = server.id("post", &format!("unit = '{}' AND role = '{role}'", unit(code)));
        let values = json!({ "person": server.person("halil.cakir"), "post": post, "unit": unit(code), "valid_from": day(1), "kind": "additional" });
        manager.post("/api/changes", &json!({ "changes": [{ "register": "holding", "op": "insert", "values": values }] }))
    };
    assert_eq!(assign(mine, "address_officer").status, 201);
    let refused = assign(theirs, "staff");
    assert_eq!((refused.status, &refused.json()["code"]), (403, &json!("not-allowed")), "{}", refused.text());
}

#[test]
fn duty_10_12_14_16_ğ_every_post_answers_upwards_and_each_superior_sees_those_below() {
    answers_upwards(&sample::embedded());
}

#[test]
fn duty_10_12_14_16_ğ_every_post_answers_upwards_in_postgresql() {
    answers_upwards(&sample::in_database());
}

/// The chief has the own office before them, whole, and decides for the branch only while standing in for its manager.
fn chief(city: &City) {
    let server = city.serve();
    let office = server.id("unit", "code = 'BIDB-ESD-AG'");
    let there = server.records("holding", &format!("unit = '{office}' AND valid_until IS NULL"));
    let seen = server.asked_by(city, OTHER_CHIEF).records("holding", "valid_until IS NULL");
    assert!(there.len() >= 3, "{there:?}");
    assert_eq!(names(&seen, "id"), names(&there, "id"), "the chief sees the own office");
    // Staff see themselves.
    let own = server.asked_by(city, NETWORK_STAFF).records("holding", "valid_until IS NULL");
    assert_eq!(names(&own, "person"), BTreeSet::from([server.person(NETWORK_STAFF)]));
    // In the own post no assignment; for the manager, whose proxy the chief of the GIS office has, those of the branch.
    let post = server.record("post", "role = 'address_officer' AND valid_until IS NULL");
    let values = json!({ "person": server.person("oguz.kaptan"), "post": post["id"], "unit": post["unit"], "valid_from": day(1), "kind": "additional" });
    let body = json!({ "changes": [{ "register": "holding", "op": "insert", "values": values }] });
    let own_post = server.asked_by(city, DEPUTY).post("/api/changes", &body);
    assert_eq!((own_post.status, &own_post.json()["code"]), (403, &json!("not-allowed")), "{}", own_post.text());
    let for_her = server.with_token(&city.token_in(DEPUTY, &crate::m15_software_branch::standing_for_the_manager(&server)));
    assert_eq!(for_her.post("/api/changes", &body).status, 201);
}

#[test]
fn duty_17_the_chief_has_the_own_office_and_what_was_entrusted() {
    chief(&sample::embedded());
}

#[test]
fn duty_17_the_chief_has_the_own_office_and_what_was_entrusted_in_postgresql() {
    chief(&sample::in_database());
}
