//! Articles 10–16/j, 11/ç and 11/d: stolen keys open nothing, guesses are slowed down and written down, and two duties that law keeps
//! apart stay with two persons.

use crate::{
    harness::{
        City, Server,
        people::{day, refusal, text},
        visitor::Visitor,
    },
    sample::{self, HEAD, MANAGER},
};
use serde_json::json;
use std::{io::Write as _, process::Stdio};

const PASSWORD: &str = "lodos kaldırım pencere";
const PATH: &str = "/ogc/collections/person/items?limit=1";

/// Another administrator, who has a password.
fn with_password(city: &City, login: &str) {
    let args = ["people", "admin", "--login", login, "--name", "Parolalı Yönetici", "--password-stdin"];
    let mut child = city.command(&args).stdin(Stdio::piped()).stdout(Stdio::null()).spawn().expect("the binary starts");
    child.stdin.take().unwrap().write_all(PASSWORD.as_bytes()).unwrap();
    assert!(child.wait().unwrap().success());
}

/// A token is good for nothing once it is revoked, over, or its owner is disabled; nor is half of one, nor one in an address.
fn stolen_tokens_open_nothing(city: &City) {
    let server = city.serve();
    let is_refused = |token: &str| {
        let answer = server.with_token(token).get(PATH);
        assert!(answer.header("www-authenticate").starts_with("Bearer"), "{}", answer.text());
        refusal(&answer).0 == 401
    };
    let args = ["token", "new", "--login", MANAGER, "--name", "QGIS"];
    let made = city.json(&args);
    let secret = text(&made["secret"]);
    assert_eq!(server.with_token(&secret).get(PATH).status, 200);
    for wrong in [&secret[..secret.len() - 1], &secret.to_uppercase(), &format!("{secret}A"), "", "meydan_"] {
        assert!(is_refused(wrong), "“{wrong}” opens the house");
    }
    let in_address = server.public().get(&format!("{PATH}&access_token={secret}"));
    assert!([400, 401].contains(&in_address.status), "{}", in_address.status);
    city.ok(&["token", "revoke", "--login", MANAGER, &text(&made["id"])]);
    assert!(is_refused(&secret), "revoked");
    // The owner is disabled: at that moment.
    let other = city.token_of(MANAGER);
    assert_eq!(server.with_token(&other).get(PATH).status, 200);
    city.ok(&["people", "disable", "--login", MANAGER]);
    assert!(is_refused(&other), "its owner is disabled");
    city.ok(&["people", "enable", "--login", MANAGER]);
    assert!(is_refused(&other), "and it doesn't come back with its owner");
    // Over.
    let short = city.new_token(&["--login", MANAGER, "--name", "kısa", "--days", "1"]);
    assert_eq!(server.with_token(&short).get(PATH).status, 200);
    let journal = std::fs::read_to_string(city.path("server.log")).unwrap();
    assert!(![&secret, &other, &short].iter().any(|s| journal.contains(s.as_str())), "a token stands in the journal");
    drop(server);
    let server = city.serve_at(&format!("{} 12:00:00", day(2)));
    assert_eq!(refusal(&server.with_token(&short).get(PATH)).0, 401, "a day later");
    assert_eq!(server.get(PATH).status, 200, "the longer one of the tests still is");
}

#[test]
fn duty_11_d_a_stolen_token_opens_nothing_once_it_is_revoked_over_or_its_owner_disabled() {
    stolen_tokens_open_nothing(&sample::embedded());
}

#[test]
fn duty_11_d_a_stolen_token_opens_nothing_in_postgresql() {
    stolen_tokens_open_nothing(&sample::in_database());
}

fn enters(visitor: &mut Visitor) -> bool {
    visitor.get("/account").status == 200
}

/// A session's cookie is good for nothing after logout, after its end from elsewhere, and once the person is disabled.
fn stolen_sessions_open_nothing(city: &City) {
    with_password(city, "ikinci.yonetici");
    let server = city.serve();
    let log_in = || {
        let mut visitor = Visitor::of(&server);
        assert_eq!(visitor.log_in("ikinci.yonetici", PASSWORD).status, 303);
        assert!(enters(&mut visitor));
        visitor
    };
    let thief_of = |visitor: &Visitor| {
        let mut thief = Visitor::of(&server);
        thief.cookies = visitor.cookies.clone();
        assert!(enters(&mut thief), "the cookie is worth something while the session lives");
        thief
    };
    let mut owner = log_in();
    let mut thief = thief_of(&owner);
    let [before, after] = [owner.cookies["session"].clone(), log_in().cookies["session"].clone()];
    assert_ne!(before, after, "each login has a session of its own");
    assert_eq!(owner.fill("/account", "/logout", &[]).status, 200);
    assert!(!enters(&mut thief) && !enters(&mut owner), "after logout");
    // Ended from another device.
    let (mut here, elsewhere) = (log_in(), log_in());
    let mut thief = thief_of(&elsewhere);
    assert_eq!(here.fill("/account/sessions", "/account/sessions/end-others", &[]).status, 303);
    assert!(!enters(&mut thief) && enters(&mut here), "ended from elsewhere");
    // A form sent by another site, or without its token, changes nothing.
    assert_eq!(here.send("/logout", &[]).status, 403);
    assert!(enters(&mut here));
    // Disabled.
    city.ok(&["people", "disable", "--login", "ikinci.yonetici"]);
    assert!(!enters(&mut here), "the person is disabled");
}

#[test]
fn duty_11_d_a_stolen_session_opens_nothing_after_logout_or_disabling() {
    stolen_sessions_open_nothing(&sample::embedded());
}

#[test]
fn duty_11_d_a_stolen_session_opens_nothing_in_postgresql() {
    stolen_sessions_open_nothing(&sample::in_database());
}

/// Guesses are told apart from nothing, slowed down, and written down; the right password doesn't help the guesser meanwhile.
fn guesses_are_slowed_down(city: &City) {
    with_password(city, "ikinci.yonetici");
    let server = city.serve();
    let mut guesser = Visitor::of(&server);
    let mut statuses = Vec::new();
    for n in 0..12 {
        let answer = guesser.log_in("ikinci.yonetici", &format!("yanlış parola {n}"));
        statuses.push(answer.status);
        if answer.status == 429 {
            assert!(answer.header("retry-after").parse::<u64>().is_ok_and(|s| s > 0));
            break;
        }
        assert_eq!(answer.status, 401, "{}", answer.text());
    }
    assert_eq!(statuses.last(), Some(&429), "{statuses:?}");
    let events = server.records("security_event", "fid > 0");
    let noted = |kind: &str| events.iter().any(|e| e["kind"] == kind);
    assert!(noted("login_failed") && noted("locked"), "the guesses are not written down: {events:?}");
    assert!(!serde_json::to_string(&events).unwrap().contains("yanlış parola"), "what was typed is nobody's business");
    let journal = std::fs::read_to_string(city.path("server.log")).unwrap();
    assert!(!journal.contains("yanlış parola"));
}

#[test]
fn duty_11_ç_guesses_at_a_password_are_slowed_down_and_written_down() {
    guesses_are_slowed_down(&sample::embedded());
}

#[test]
fn duty_11_ç_guesses_at_a_password_are_slowed_down_in_postgresql() {
    guesses_are_slowed_down(&sample::in_database());
}

/// Spending authority and realisation officer: not one person, by assignment neither nor by proxy.
fn two_duties_stay_with_two(city: &City) {
    let server = city.serve();
    let [head, manager] = [HEAD, MANAGER].map(|login| server.person(login));
    // The manager is realisation officer of the branch; the head has the department's spending authority.
    let spending = server.record("post", "role = 'spending_authority'");
    let message = "5018";
    let faults = |answer: &crate::harness::Answer| {
        assert_eq!(answer.status, 400, "{}", answer.text());
        answer.json()["errors"].to_string()
    };
    let insert = |who: &Server, register: &str, values: serde_json::Value| {
        who.post("/api/changes", &json!({ "changes": [{ "register": register, "op": "insert", "values": values }] }))
    };
    let holding = json!({ "person": manager, "post": spending["id"], "unit": spending["unit"], "valid_from": day(0), "kind": "additional" });
    let refused = faults(&insert(&server, "holding", holding));
    assert!(refused.contains(message), "{refused}");
    // Lent for a week, it would come to the same.
    let wish = |registers: &str| {
        json!({ "delegator": head, "delegate": manager, "post": spending["id"], "unit": spending["unit"], "registers": registers,
            "valid_from": day(1), "valid_until": day(7), "reason": "Yıllık izin" })
    };
    let as_head = server.asked_by(city, HEAD);
    for registers in ["", "building"] {
        let refused = faults(&insert(&as_head, "proxy", wish(registers)));
        assert!(refused.contains(message), "{refused}");
    }
    // To who has no part in realisation it can be lent.
    let other = server.person("orhan.denizer");
    let mut fine = wish("");
    fine["delegate"] = json!(other);
    assert_eq!(insert(&as_head, "proxy", fine).status, 201);
    drop(server);
    city.ok(&["log", "verify"]);
}

#[test]
fn duty_10_12_14_16_j_spending_and_realisation_stay_with_two_persons_by_proxy_too() {
    two_duties_stay_with_two(&sample::embedded());
}

#[test]
fn duty_10_12_14_16_j_spending_and_realisation_stay_with_two_persons_in_postgresql() {
    two_duties_stay_with_two(&sample::in_database());
}
