//! Articles 8/a and 8/ç: orders are followed until they are reported; applications from every channel are answered inside of their
//! terms, and nobody can let one pass unseen.

use crate::{
    harness::{City, Server, foreign, python, shared, tests_folder},
    sample::{self, AGENT, HEAD, OFFICER},
};
use serde_json::{Value as Json, json};
use std::process::Command;

/// Of Baltimore's 10,000 requests every so-manieth is replayed in a run of all tests, and all that are marked as duplicates;
/// `MEYDAN_REPLAY_EVERY=1` replays them all.
const EVERY: &str = "6";

#[test]
fn duty_8_ç_real_requests_replayed_with_their_own_dates_keep_their_clocks() {
    let city = sample::embedded();
    let server = city.serve();
    let every = std::env::var("MEYDAN_REPLAY_EVERY").unwrap_or_else(|_| EVERY.to_owned());
    let told = foreign(
        Command::new(python())
            .arg(tests_folder().join("clients/replay.py"))
            .args([&server.url, &server.authorization().expect("a token")])
            .arg(shared("data/04-requests/baltimore_311.csv"))
            .arg(shared("data/08-reference-tr/tr_holidays_2015_2035_pypi_holidays.csv"))
            .arg(every),
    );
    println!("{told}");
    drop(server);
    city.ok(&["log", "verify"]);
}

/// What a clock says of its end.
fn end(clock: &Json) -> &str {
    clock["due"].as_str().unwrap()
}

/// Kurban Bayramı 2027 is from the afternoon of 15 May to 19 May. By hand: 30 days after 16 April is 16 May, a feast day, so the
/// petition's last day is 20 May; 15 working days after 3 May end on 27 May (on 24 May without the feast), 30 on 17 June.
fn terms_over_a_feast(city: &City) {
    let at = "2027-04-16 07:00:00";
    let server = city.serve_at(at);
    let agent = server.asked_at(city, at, AGENT);
    let petition = json!({ "kind": "petition", "channel": "letter", "description": "Sokağımıza park yapılması isteği.", "applicant_name": "Deneme Dilekçeci", "applicant_address": "Örnek Mah. 1" });
    let petition = agent.open_case("request", petition, None);
    let clock = agent.clock_of("request", &petition, "petition");
    assert_eq!(end(&clock), "2027-05-20T20:59:59Z");
    assert!(clock["source"].as_str().unwrap().contains("3071"), "{clock}");
    drop(server);
    let at = "2027-05-03 07:00:00";
    let server = city.serve_at(at);
    let [agent, officer] = [AGENT, OFFICER].map(|login| server.asked_at(city, at, login));
    let asked = json!({ "kind": "information_request", "channel": "cimer", "external_id": "CIMER-2027-1", "description": "Park bütçesi.", "applicant_name": "Deneme Soran", "applicant_email": "soran@ornek.example" });
    let asked = agent.open_case("request", asked, None);
    assert_eq!(end(&agent.clock_of("request", &asked, "information")), "2027-05-27T20:59:59Z");
    officer.proceed("request", &asked, "take", json!({}));
    drop(server);
    // One working day after its end the branch manager knows of the petition, the head does not yet.
    let at = "2027-05-24 06:00:00";
    let server = city.serve_at(at);
    let [chief, manager, head] = ["canan.isik", "sule.ozkaya", HEAD].map(|login| server.asked_at(city, at, login));
    manager.is_told(&petition, "escalated");
    assert!(chief.told_of(&petition).contains(&"overdue".to_owned()));
    assert_eq!(head.told_of(&petition), Vec::<String>::new());
    assert!(manager.inbox("overdue").contains(&petition));
    drop(server);
    let at = "2027-05-26 06:00:00";
    let server = city.serve_at(at);
    let [officer, head] = [OFFICER, HEAD].map(|login| server.asked_at(city, at, login));
    head.is_told(&petition, "escalated");
    officer.is_told(&asked, "due_soon");
    assert!(officer.inbox("due_soon").contains(&asked));
    // Lengthened once, with a reason that the applicant is told, before the end.
    assert_eq!(officer.refused_step("request", &asked, "extend", json!({})).0, 400, "needs a reason");
    officer.proceed("request", &asked, "extend", json!({ "extension_reason": "Belgeler başka birimden isteniyor." }));
    assert_eq!(end(&officer.clock_of("request", &asked, "information")), "2027-06-17T20:59:59Z");
    let again = officer.refused_step("request", &asked, "extend", json!({ "extension_reason": "Bir daha." }));
    assert!([400, 409].contains(&again.0), "{again:?}");
    let told = city.told_applicant(&asked);
    assert!(told.iter().any(|(_, body)| body.contains("Belgeler başka birimden") && body.contains("17.06.2027")), "{told:?}");
    drop(server);
    // Answered on the last day but one, signed by the manager; nothing late about it.
    let at = "2027-06-16 07:00:00";
    let server = city.serve_at(at);
    let [officer, manager] = [OFFICER, "sule.ozkaya"].map(|login| server.asked_at(city, at, login));
    officer.proceed("request", &asked, "submit_answer", json!({ "resolution": "informed", "answer": "Bütçe ektedir." }));
    assert!(manager.told_of(&asked).contains(&"progress".to_owned()), "{:?}", manager.told_of(&asked));
    manager.proceed("request", &asked, "approve", json!({}));
    let case = officer.case("request", &asked);
    assert_eq!((&case["state"], &case["late"]), (&json!("answered"), &json!(false)), "{case}");
    let told = city.told_applicant(&asked);
    assert!(told.iter().any(|(reason, body)| reason == "answered" && body.contains("Bütçe ektedir.")), "{told:?}");
    drop(server);
    city.ok(&["log", "verify"]);
}

#[test]
fn duty_8_ç_legal_terms_run_over_a_feast_and_nobody_lets_one_pass_unseen() {
    terms_over_a_feast(&sample::embedded());
}

#[test]
fn duty_8_ç_legal_terms_run_over_a_feast_in_postgresql() {
    terms_over_a_feast(&sample::in_database());
}

#[test]
fn duty_8_ç_satisfaction_is_asked_once_and_measured() {
    let city = sample::embedded();
    let server = city.serve();
    let agent = server.asked_by(&city, AGENT);
    let values = json!({ "kind": "petition", "channel": "acik_kapi", "description": "Durağın yeri.", "applicant_name": "Deneme Kişi", "applicant_email": "kisi@ornek.example" });
    let case = agent.open_case("request", values, None);
    let rating = |server: &Server| server.get("/api/reports/requests?channel=acik_kapi").json()["all"]["rating"].clone();
    assert!(rating(&agent).is_null(), "{}", rating(&agent));
    assert!(agent.refused_step("request", &case, "rate", json!({ "rating": 5 })).0 >= 400, "not before it is answered");
    agent.proceed("request", &case, "submit_answer", json!({ "resolution": "informed", "answer": "Durak taşınacak." }));
    server.asked_by(&city, "sule.ozkaya").proceed("request", &case, "approve", json!({}));
    assert_eq!(city.told_applicant(&case).iter().filter(|(reason, _)| reason == "satisfaction").count(), 1);
    agent.proceed("request", &case, "rate", json!({ "rating": 4 }));
    assert!(agent.refused_step("request", &case, "rate", json!({ "rating": 1 })).0 >= 400, "once");
    assert_eq!(rating(&agent), json!(4.0));
}

#[test]
fn duty_8_a_an_order_is_given_with_a_day_reported_upward_and_escalated_when_late() {
    let city = sample::embedded();
    let at = "2027-03-01 07:00:00";
    let server = city.serve_at(at);
    let [head, chief] = [HEAD, "canan.isik"].map(|login| server.asked_at(&city, at, login));
    let unit = head.id("unit", "code = 'BIDB-IKS-153'");
    let order = json!({ "title": "Çağrı kayıtlarının incelenmesi", "kind": "order", "unit": unit, "due_on": "2027-03-03" });
    let order = head.open_case("task", order, None);
    // What the superiors should see goes up as a paper; their instruction comes back.
    let top = head.id("unit", "code = 'BB'");
    let paper = head.open_case(
        "task",
        json!({ "title": "Valilik yazısı: görülmesi gereken evrak", "kind": "paper", "unit": top }),
        None,
    );
    let secretary = server.asked_at(&city, at, "nermin.akinci");
    assert!(secretary.inbox("unit").contains(&paper));
    secretary.proceed("task", &paper, "take", json!({}));
    secretary.proceed("task", &paper, "report", json!({ "outcome": "Süresinde yanıt verilsin." }));
    assert!(!head.told_of(&paper).is_empty());
    assert_eq!(head.record("task", &format!("id = '{paper}'"))["outcome"], "Süresinde yanıt verilsin.");
    head.proceed("task", &paper, "accept", json!({}));
    assert!(chief.inbox("unit").contains(&order));
    chief.proceed("task", &order, "take", json!({}));
    drop(server);
    let at = "2027-03-05 06:00:00";
    let server = city.serve_at(at);
    let [chief, manager] = ["canan.isik", "sule.ozkaya"].map(|login| server.asked_at(&city, at, login));
    chief.is_told(&order, "overdue");
    chief.is_told(&order, "escalated");
    assert_eq!(manager.told_of(&order), Vec::<String>::new(), "not yet the manager");
    drop(server);
    let at = "2027-03-09 06:00:00";
    let server = city.serve_at(at);
    let [head, chief, manager] = [HEAD, "canan.isik", "sule.ozkaya"].map(|login| server.asked_at(&city, at, login));
    manager.is_told(&order, "escalated");
    assert!(head.inbox("given").contains(&order) && head.inbox("overdue").contains(&order));
    chief.proceed("task", &order, "report", json!({ "outcome": "İncelendi, tutanak ektedir." }));
    assert!(!head.told_of(&order).is_empty());
    assert!(chief.refused_step("task", &order, "accept", json!({})).0 >= 400, "who gave it accepts it");
    head.proceed("task", &order, "accept", json!({}));
    let case = head.case("task", &order);
    assert_eq!((&case["state"], &case["late"]), (&json!("done"), &json!(true)), "{case}");
}
