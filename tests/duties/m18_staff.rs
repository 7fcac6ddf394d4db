//! Articles 18 and 19: chiefs have work done and report; staff see what is theirs and finish it in time.

use crate::{
    harness::people::day,
    sample::{self, OTHER_CHIEF, OTHER_MANAGER},
};
use serde_json::json;

#[test]
fn duty_18_a_ğ_a_chief_divides_the_work_and_reports_to_the_manager() {
    let city = sample::embedded();
    let server = city.serve();
    let [manager, chief] = [OTHER_MANAGER, OTHER_CHIEF].map(|login| server.asked_by(&city, login));
    let unit = server.id("unit", "code = 'BIDB-ESD-AG'");
    let given =
        manager.open_case("task", json!({ "title": "Ağ raporu", "kind": "task", "unit": unit, "due_on": day(9) }), None);
    assert!(chief.inbox("unit").contains(&given));
    chief.proceed("task", &given, "take", json!({}));
    // Parts of it go to the office's people; their reports come to the chief.
    let parts: Vec<String> = ["kerem.altun", "sibel.ucar"]
        .iter()
        .map(|login| {
            let part = json!({ "title": "Ağ raporunun bölümü", "kind": "task", "unit": unit, "assignee": server.person(login), "about_register": "task", "about": given });
            let part = chief.open_case("task", part, None);
            let worker = server.asked_by(&city, login);
            assert!(worker.inbox("mine").contains(&part));
            worker.proceed("task", &part, "report", json!({ "outcome": "Bölüm hazır." }));
            part
        })
        .collect();
    for part in &parts {
        assert!(!chief.told_of(part).is_empty());
        chief.proceed("task", part, "accept", json!({}));
    }
    assert_eq!(chief.number_of("task", &format!("about = '{given}' AND state = 'done'")), 2);
    chief.proceed("task", &given, "report", json!({ "outcome": "Rapor: iki bölüm." }));
    assert!(!manager.told_of(&given).is_empty());
    manager.proceed("task", &given, "accept", json!({}));
}

#[test]
fn duty_19_a_g_staff_see_their_own_work_and_finish_it() {
    let city = sample::embedded();
    let server = city.serve();
    let chief = server.asked_by(&city, OTHER_CHIEF);
    let unit = server.id("unit", "code = 'BIDB-ESD-AG'");
    let task = json!({ "title": "Anahtar değişimi", "kind": "task", "unit": unit, "assignee": server.person("kerem.altun"), "due_on": day(1) });
    let task = chief.open_case("task", task, None);
    let [mine, other] = ["kerem.altun", "onur.dogan"].map(|login| server.asked_by(&city, login));
    assert!(mine.inbox("mine").contains(&task) && mine.inbox("due_soon").contains(&task));
    let offers = mine.case("task", &task)["offers"].to_string();
    assert!(offers.contains("\"take\"") && !offers.contains("\"accept\""), "{offers}");
    // Another office's staff neither see nor do it.
    assert_eq!(other.get(&format!("/api/cases/task/{task}")).status, 404);
    assert!(other.refused_step("task", &task, "take", json!({})).0 >= 403);
    mine.proceed("task", &task, "take", json!({}));
    assert!(mine.refused_step("task", &task, "report", json!({})).0 == 400, "an outcome is needed");
    mine.proceed("task", &task, "report", json!({ "outcome": "Değişti." }));
    let clock = mine.clock_of("task", &task, "due");
    assert_eq!((&clock["late"], clock["ended"].is_string()), (&json!(false), true), "{clock}");
}
