//! Articles 8/z and 15/s: in which capacity somebody decides; change of unit, authorisation, proxy, with dates.

use crate::{
    harness::{
        City, Server,
        people::{day, refusal, text},
    },
    sample::{self, DEPUTY, GIS_EXPERT, HEAD, MANAGER, NETWORK_STAFF, OTHER_CHIEF, OTHER_MANAGER, PERSONNEL},
};
use serde_json::{Value as Json, json};
use std::time::Duration;

/// The proxy that the sample's branch manager has given for these days.
fn running_proxy(server: &Server) -> Json {
    let (manager, deputy) = (server.person(MANAGER), server.person(DEPUTY));
    server.record("proxy", &format!("delegator = '{manager}' AND delegate = '{deputy}'"))
}

/// Standing in for the branch manager, as a token names it.
pub fn standing_for_the_manager(server: &Server) -> String {
    let proxy = running_proxy(server);
    format!("{}/{}", text(&proxy["post"]), text(&proxy["id"]))
}

/// Each decision carries who took it, in which post, for whom: in the record's history, in the log and on the pages.
fn carries_who_decided(city: &City) {
    let server = city.serve();
    let [manager, deputy, clerk] = [MANAGER, DEPUTY, "oguz.kaptan"].map(|login| server.person(login));
    let for_her = server.with_token(&city.token_in(DEPUTY, &standing_for_the_manager(&server)));
    let post = server.record("post", "role = 'address_officer' AND valid_until IS NULL");
    let values =
        json!({ "person": clerk, "post": post["id"], "unit": post["unit"], "valid_from": day(1), "kind": "additional" });
    let holding = for_her.insert("holding", values);
    let her_post = running_proxy(&server)["post"].clone();
    // The superior then changes it in their own name.
    let head = server.asked_by(city, HEAD);
    head.update("holding", &holding, json!({ "basis": "Olur 17" }));
    let head_post = server.id("post", "role = 'department_head'");
    let expected = [json!([deputy, her_post, manager]), json!([server.person(HEAD), head_post, null])];
    let of = |entry: &Json| json!([entry["person"], entry["post"], entry["on_behalf_of"]]);
    let history = head.get(&format!("/api/records/holding/{holding}/history")).json();
    let found: Vec<Json> = history["versions"].as_array().expect("a list").iter().map(of).collect();
    assert_eq!(found, expected, "{history}");
    let log = server.get(&format!("/api/log?register=holding&record={holding}")).json();
    let found: Vec<Json> = log["entries"].as_array().expect("a list").iter().rev().map(of).collect();
    assert_eq!(found, expected, "{log}");
    // For people: by name.
    for (lang, sentence) in [("tr", "Aylin Erdem adına (vekâleten)"), ("en", "for Aylin Erdem (by proxy)")] {
        let page = server.get(&format!("/registers/holding/{holding}/history?lang={lang}")).text();
        // Fluent sets names apart by invisible marks of direction.
        let page = page.replace(['\u{2068}', '\u{2069}'], "");
        for text in [sentence, "Emre Yıldırım", "Şube Müdürü", "İbrahim Karadağ", "Daire Başkanı"] {
            assert!(page.contains(text), "“{text}” is not in the history: {page}");
        }
    }
    drop(server);
    city.ok(&["log", "verify"]);
}

#[test]
fn duty_8_z_every_decision_carries_who_took_it_in_which_post_for_whom() {
    carries_who_decided(&sample::embedded());
}

#[test]
fn duty_8_z_every_decision_carries_who_took_it_in_postgresql() {
    carries_who_decided(&sample::in_database());
}

/// Requested, refused to the wrong ones, approved by the superior, used, and withdrawn; never passed on.
fn is_lent_and_taken_back(city: &City) {
    let server = city.serve();
    let [chief, staff, manager] = [OTHER_CHIEF, NETWORK_STAFF, OTHER_MANAGER].map(|login| server.person(login));
    let unit = server.id("unit", "code = 'BIDB-ESD-AG'");
    let post = server.id("post", &format!("unit = '{unit}' AND role = 'chief'"));
    let as_chief = server.asked_by(city, OTHER_CHIEF);
    let wish = json!({ "delegator": chief, "delegate": staff, "post": post, "unit": unit, "valid_from": day(0), "valid_until": day(14), "reason": "Yıllık izin" });
    let proxy = as_chief.insert("proxy", wish.clone());
    let standing = format!("{post}/{proxy}");
    let ask = ["token", "new", "--login", NETWORK_STAFF, "--name", "vekil", "--post", &standing];
    assert!(!city.run(&ask).status.success(), "a request gives no power");
    // Neither the two themselves nor another branch's manager decides.
    let approval = |by: &str| json!({ "status": "approved", "approved_by": by, "approved_on": day(0) });
    assert_eq!(as_chief.refused("proxy", &proxy, approval(&chief)).0, 403);
    assert_eq!(server.asked_by(city, NETWORK_STAFF).refused("proxy", &proxy, approval(&staff)).0, 403);
    let stranger = server.person(MANAGER);
    assert!([403, 404].contains(&server.asked_by(city, MANAGER).refused("proxy", &proxy, approval(&stranger)).0));
    let as_manager = server.asked_by(city, OTHER_MANAGER);
    assert_eq!(as_manager.refused("proxy", &proxy, approval(&chief)).0, 400, "in somebody else's name");
    as_manager.update("proxy", &proxy, approval(&manager));
    // Now the deputy has the office before them; in their own post still only themselves.
    let deputy = server.with_token(&city.new_token(&ask[2..]));
    let seen = |who: &Server| who.records("holding", "valid_until IS NULL").len();
    assert!(seen(&deputy) > 1 && seen(&server.asked_by(city, NETWORK_STAFF)) == 1);
    // What is lent isn't passed on, nor made longer.
    let onward = json!({ "delegator": staff, "delegate": server.person("sibel.ucar"), "post": post, "unit": unit, "valid_from": day(0), "valid_until": day(3), "reason": "Başkasına" });
    let (status, _) = refusal(
        &deputy.post("/api/changes", &json!({ "changes": [{ "register": "proxy", "op": "insert", "values": onward }] })),
    );
    assert!([400, 403].contains(&status), "passed on: {status}");
    assert_eq!(as_manager.refused("proxy", &proxy, json!({ "valid_until": day(30) })).0, 400);
    // Taken back: at once.
    as_chief.update("proxy", &proxy, json!({ "status": "withdrawn" }));
    let (status, code) = refusal(&deputy.get("/ogc/collections/holding/items"));
    assert_eq!((status, code.as_str()), (403, "not-your-post"));
    drop(server);
    city.ok(&["log", "verify"]);
}

#[test]
fn duty_15_s_a_proxy_is_requested_approved_used_and_taken_back() {
    is_lent_and_taken_back(&sample::embedded());
}

#[test]
fn duty_15_s_a_proxy_is_requested_approved_used_and_taken_back_in_postgresql() {
    is_lent_and_taken_back(&sample::in_database());
}

/// A proxy is there on its last day until midnight in the city (21:00 UTC), and then gone, with no hand moved.
fn ends_by_itself(city: &City) {
    let server = city.serve();
    let proxy = running_proxy(&server);
    let last_day = text(&proxy["valid_until"]);
    let standing = standing_for_the_manager(&server);
    let token = city.token_in(DEPUTY, &standing);
    // One that is over and one that is still to come give nothing.
    let standing_of = |delegator: &str| {
        let found = server.record("proxy", &format!("delegator = '{}' AND status = 'approved'", server.person(delegator)));
        format!("{}/{}", text(&found["post"]), text(&found["id"]))
    };
    for (delegator, delegate) in [(HEAD, "tolga.bayraktar"), ("fatma.ince", "ramazan.tasci")] {
        let refused = city.run(&["token", "new", "--login", delegate, "--name", "x", "--post", &standing_of(delegator)]);
        let told = String::from_utf8_lossy(&refused.stderr).into_owned();
        assert!(!refused.status.success() && told.contains("holds no such post today"), "{told}");
    }
    drop(server);
    let server = city.serve_at(&format!("{last_day} 20:59:52"));
    let deputy = server.with_token(&token);
    let path = "/ogc/collections/holding/items?limit=1";
    let answer = deputy.get(path);
    assert_eq!(answer.status, 200, "the last day is included: {}", answer.text());
    let mut answer = deputy.get(path);
    for _ in 0..150 {
        if answer.status != 200 {
            break;
        }
        std::thread::sleep(Duration::from_millis(100));
        answer = deputy.get(path);
    }
    assert_eq!(refusal(&answer), (403, "not-your-post".to_owned()), "after midnight");
    drop(server);
    city.ok(&["log", "verify"]);
}

#[test]
fn duty_15_s_a_proxy_ends_by_itself_at_midnight() {
    ends_by_itself(&sample::embedded());
}

#[test]
fn duty_15_s_a_proxy_ends_by_itself_at_midnight_in_postgresql() {
    ends_by_itself(&sample::in_database());
}

/// Who changes unit loses the powers of the old post and has those of the new one, at once, programs too; who is authorised has
/// what the new role gives; both with their dates.
fn moves_with_the_post(city: &City) {
    let server = city.serve();
    let expert = server.person(GIS_EXPERT);
    let token = city.token_of(GIS_EXPERT);
    let in_old_post = server.with_token(&token);
    let building = text(&server.records("building", "floors >= 1")[0]["id"]);
    let door = text(&server.records("door", "fid > 0")[0]["id"]);
    in_old_post.update("building", &building, json!({ "floors": 3 }));
    let holding = server.id("holding", &format!("person = '{expert}' AND valid_until IS NULL"));
    let post = server.record("post", "role = 'address_officer' AND valid_until IS NULL");
    let personnel = server.asked_by(city, PERSONNEL);
    personnel.update("holding", &holding, json!({ "valid_until": day(-1) }));
    let new = json!({ "person": expert, "post": post["id"], "unit": post["unit"], "valid_from": day(0), "kind": "permanent", "basis": "Onay 42" });
    personnel.insert("holding", new);
    // The token was for the old post.
    let change = |floors: i64| json!({ "changes": [{ "register": "building", "op": "update", "id": building, "values": { "floors": floors } }] });
    assert_eq!(refusal(&in_old_post.post("/api/changes", &change(4))), (403, "not-your-post".to_owned()));
    let in_new_post = server.asked_by(city, GIS_EXPERT);
    assert_eq!(refusal(&in_new_post.post("/api/changes", &change(5))), (403, "not-allowed".to_owned()));
    let number = server.record("door", &format!("id = '{door}'"))["number"].clone();
    in_new_post.update("door", &door, json!({ "number": number }));
    // From tomorrow on also an auditor: only the administrator gives that role, and it isn't there today.
    let auditor = server.record("post", "role = 'auditor'");
    let duty =
        json!({ "person": expert, "post": auditor["id"], "unit": auditor["unit"], "valid_from": day(1), "kind": "additional" });
    let body = json!({ "changes": [{ "register": "holding", "op": "insert", "values": duty }] });
    let (status, _) = refusal(&personnel.post("/api/changes", &body));
    assert_eq!(status, 400, "only the administrator gives this role");
    server.insert("holding", duty);
    let refused = city.run(&["token", "new", "--login", GIS_EXPERT, "--name", "x", "--post", &text(&auditor["id"])]);
    assert!(!refused.status.success(), "not before its first day");
    // It is there tomorrow.
    drop(server);
    let tomorrow = format!("{} 21:00:05", day(0));
    let server = city.serve_at(&tomorrow);
    let token = city.token_at(&tomorrow, GIS_EXPERT, &text(&auditor["id"]));
    assert_eq!(server.with_token(&token).get("/ogc/collections/security_event/items?limit=1").status, 200);
}

#[test]
fn duty_15_s_powers_move_with_the_post() {
    moves_with_the_post(&sample::embedded());
}

#[test]
fn duty_15_s_powers_move_with_the_post_in_postgresql() {
    moves_with_the_post(&sample::in_database());
}
