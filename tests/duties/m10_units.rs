//! Articles 10, 12, 14 and 16: what every branch manager does: orders, supervision, division of duties, everything in time.

use crate::{
    harness::{City, Server, people::text},
    sample::{self, AGENT, ROADS_CHIEF, ROADS_MANAGER},
};
use serde_json::json;

/// The four branch managers with somebody of their branch and that one's unit; of the first, who stands in these days.
const BRANCHES: [(&str, &str, &str); 3] = [
    ("murat.gungor", "kerem.altun", "BIDB-ESD-AG"),
    ("sule.ozkaya", "gizem.unal", "BIDB-IKS-153"),
    ("tolga.bayraktar", "onur.dogan", "BIDB-YAZ-GEL"),
];

#[test]
fn duty_10_12_14_16_a_c_managers_give_written_orders_and_supervise_the_work() {
    let city = sample::embedded();
    let server = city.serve();
    // The manager of the smart cities branch is away: who stands in gives orders in her post.
    let deputy =
        server.with_token(&city.token_in(sample::DEPUTY, &crate::m15_software_branch::standing_for_the_manager(&server)));
    ordered(&server, &city, &deputy, "elif.simsek", "BIDB-AKS-CBS");
    for (manager, worker, unit) in BRANCHES {
        ordered(&server, &city, &server.asked_by(&city, manager), worker, unit);
    }
}

fn ordered(server: &Server, city: &City, manager: &Server, worker: &str, unit: &str) {
    let person = server.person(worker);
    let unit = server.id("unit", &format!("code = '{unit}'"));
    let order = json!({ "title": "Yazılı emir", "kind": "order", "unit": unit, "assignee": person, "due_on": crate::harness::people::day(9) });
    let order = manager.open_case("task", order, None);
    let worker = server.asked_by(city, worker);
    assert!(worker.inbox("mine").contains(&order));
    assert!(worker.told_of(&order).contains(&"assigned".to_owned()));
    // The work is seen by who leads, and by nobody in another branch.
    assert!(manager.inbox("unit").contains(&order) && manager.inbox("given").contains(&order));
    let stranger = server.asked_by(city, ROADS_MANAGER);
    assert_eq!(stranger.get(&format!("/api/cases/task/{order}")).status, 404);
    worker.proceed("task", &order, "take", json!({}));
    worker.proceed("task", &order, "report", json!({ "outcome": "Yapıldı." }));
    // Not well done: sent back with the reason, then accepted.
    manager.proceed("task", &order, "return", json!({}));
    assert_eq!(worker.case("task", &order)["state"], "in_progress");
    worker.proceed("task", &order, "report", json!({ "outcome": "Düzeltildi." }));
    manager.proceed("task", &order, "accept", json!({}));
    assert_eq!(manager.case("task", &order)["state"], "done");
}

#[test]
fn duty_10_12_14_16_ç_duties_are_divided_among_the_staff() {
    let city = sample::embedded();
    let server = city.serve();
    let manager = server.asked_by(&city, ROADS_MANAGER);
    let unit = server.id("unit", "code = 'FIB-YB'");
    let tasks: Vec<String> = (0..2)
        .map(|n| manager.open_case("task", json!({ "title": format!("Bakım {n}"), "kind": "field", "unit": unit }), None))
        .collect();
    assert!(tasks.iter().all(|t| manager.inbox("unassigned").contains(t)));
    let workers = ["yakup.aksoy", "hasan.duman"];
    for (task, worker) in tasks.iter().zip(workers) {
        let refused =
            server.asked_by(&city, worker).refused_step("task", task, "assign", json!({ "assignee": server.person(worker) }));
        assert_eq!(refused.0, 403, "staff don't assign: {refused:?}");
        manager.proceed("task", task, "assign", json!({ "assignee": server.person(worker) }));
    }
    for (index, worker) in workers.iter().enumerate() {
        let mine = server.asked_by(&city, worker).inbox("mine");
        assert_eq!((mine.contains(&tasks[index]), mine.contains(&tasks[1 - index])), (true, false), "{worker}");
    }
    assert!(tasks.iter().all(|t| !manager.inbox("unassigned").contains(t)));
}

#[test]
fn duty_10_12_14_16_f_what_is_late_is_seen_by_who_leads() {
    let city = sample::embedded();
    let server = city.serve();
    // One that is late for long, filed by the administrator from an old file.
    let unit = server.id("unit", "code = 'FIB-YB'");
    let category = server.id("request_category", "code = 'pavement'");
    let old = json!({ "kind": "complaint", "channel": "letter", "category": category, "unit": unit, "description": "Eski dosya.", "anonymous": true, "address": "Örnek Sokak", "received_at": "2026-01-05T08:00:00Z" });
    let old = server.open_case("request", old, None);
    let manager = server.asked_by(&city, ROADS_MANAGER);
    assert!(manager.inbox("overdue").contains(&old));
    let case = manager.case("request", &old);
    assert_eq!((&case["late"], &case["clocks"][0]["urgency"]), (&json!(true), &json!("over")), "{case}");
    // Counts are right: what the view holds.
    let counts = manager.get("/api/inbox/counts").json();
    for view in ["mine", "unit", "unassigned", "overdue", "due_soon", "given"] {
        assert_eq!(counts[view], json!(manager.inbox(view).len()), "{view}: {counts}");
    }
    assert!(!server.asked_by(&city, "levent.saygin").inbox("overdue").contains(&old), "another branch's");
    // Whatever was due while nobody served is told at the next start.
    drop(server);
    let server = city.serve();
    server.asked_by(&city, ROADS_MANAGER).is_told(&old, "escalated");
}

#[test]
fn duty_10_12_14_16_s_a_petition_is_answered_in_time_by_a_signed_letter() {
    let city = sample::embedded();
    let server = city.serve();
    let [agent, chief, manager] = [AGENT, ROADS_CHIEF, ROADS_MANAGER].map(|login| server.asked_by(&city, login));
    let category = server.id("request_category", "code = 'pavement'");
    let unit = server.id("unit", "code = 'FIB-YB'");
    let petition = json!({ "kind": "petition", "channel": "letter", "category": category, "unit": unit, "description": "Kaldırımımız bozuk.", "applicant_name": "Deneme Dilekçeci", "applicant_address": "Örnek Mah. 1", "address": "Örnek Mah." });
    let petition = agent.open_case("request", petition, None);
    assert!(chief.inbox("unit").contains(&petition));
    chief.proceed("request", &petition, "take", json!({}));
    assert_eq!(
        chief.refused_step("request", &petition, "resolve", json!({ "resolution": "solved", "answer": "x" })).0,
        403,
        "only signed"
    );
    chief.proceed(
        "request",
        &petition,
        "submit_answer",
        json!({ "resolution": "planned", "answer": "Kaldırım programa alındı." }),
    );
    assert_eq!(chief.refused_step("request", &petition, "approve", json!({})).0, 403, "the manager signs");
    manager.proceed("request", &petition, "approve", json!({}));
    let letter = manager.get(&format!("/api/cases/request/{petition}/answer.pdf"));
    assert_eq!((letter.status, letter.header("content-type")), (200, "application/pdf"));
    assert!(letter.body.starts_with(b"%PDF"));
    let record = manager.record("request", &format!("id = '{petition}'"));
    assert_eq!(text(&record["approver"]), server.person(ROADS_MANAGER));
    let clock = manager.clock_of("request", &petition, "petition");
    assert_eq!((&clock["late"], clock["ended"].is_string()), (&json!(false), true), "{clock}");
}

#[test]
fn duty_10_12_14_16_y_other_duties_given_by_the_head_are_done_and_reported() {
    let city = sample::embedded();
    let server = city.serve();
    let [head, manager] = [sample::HEAD, "murat.gungor"].map(|login| server.asked_by(&city, login));
    let unit = server.id("unit", "code = 'BIDB-ESD'");
    let duty = json!({ "title": "Komisyona katılım", "kind": "task", "unit": unit, "assignee": server.person("murat.gungor"), "due_on": crate::harness::people::day(5) });
    let duty = head.open_case("task", duty, None);
    assert!(manager.inbox("mine").contains(&duty));
    manager.proceed("task", &duty, "report", json!({ "outcome": "Katıldım; tutanak ektedir." }));
    assert!(!head.told_of(&duty).is_empty());
    head.proceed("task", &duty, "accept", json!({}));
    assert!(manager.told_of(&duty).contains(&"progress".to_owned()), "{:?}", manager.told_of(&duty));
}
