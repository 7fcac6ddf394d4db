//! Article 13, the communication and coordination branch: requests from the first call to the answer, the directory, tasks among units.

use crate::{
    harness::{
        people::text,
        photo::{CAMERA, photo},
        visitor::Visitor,
    },
    m09_requests::{complaint, street, unit_of},
    sample::{self, AGENT, OFFICER, ROADS_CHIEF, ROADS_MANAGER, ROADS_TEAM},
};
use serde_json::json;

#[test]
fn duty_13_a_petitions_and_information_requests_have_the_clock_of_their_law() {
    let city = sample::embedded();
    let server = city.serve();
    let agent = server.asked_by(&city, AGENT);
    for (kind, clock, law) in [("petition", "petition", "3071"), ("information_request", "information", "4982")] {
        let mut values = json!({ "kind": kind, "channel": "desk", "description": "Deneme." });
        let refused =
            agent.post("/api/changes", &json!({ "changes": [{ "register": "request", "op": "insert", "values": values }] }));
        assert_eq!(refused.status, 400, "name and address are needed: {}", refused.text());
        values["applicant_name"] = "Deneme Kişi".into();
        values["applicant_address"] = "Örnek Mah. 1".into();
        let case = agent.open_case("request", values, None);
        let clock = agent.clock_of("request", &case, clock);
        assert!(clock["source"].as_str().unwrap().contains(law) && clock["ended"].is_null(), "{clock}");
    }
}

#[test]
fn duty_13_b_who_comes_in_person_is_answered_at_once_and_gets_a_receipt() {
    let city = sample::embedded();
    let server = city.serve();
    let agent = server.asked_by(&city, AGENT);
    let mut values = complaint(&agent, "bus_late", "gelen@ornek.example");
    values["channel"] = "desk".into();
    values["unit"] = agent.id("unit", "code = 'BIDB-IKS-153'").into();
    let case = agent.open_case("request", values, None);
    let receipt = agent.get(&format!("/api/cases/request/{case}/receipt.pdf"));
    assert_eq!((receipt.status, receipt.header("content-type")), (200, "application/pdf"));
    agent.proceed("request", &case, "resolve", json!({ "resolution": "informed", "answer": "Hat saatleri anlatıldı." }));
    let clock = agent.clock_of("request", &case, "service");
    assert_eq!((&clock["late"], clock["ended"].is_string()), (&json!(false), true), "{clock}");
}

#[test]
fn duty_13_e_one_number_shows_the_state_without_login_and_nothing_of_others() {
    let city = sample::embedded();
    let server = city.serve();
    let agent = server.asked_by(&city, AGENT);
    let (road, place) = street(&agent, "metropolitan");
    let mut values = complaint(&agent, "pothole", "izleyen@ornek.example");
    values["street"] = road.into();
    let case = agent.open_case("request", values, Some(place));
    let number = text(&agent.case("request", &case)["reference"]);
    assert_eq!(number.len(), 12);
    let mut visitor = Visitor::of(&server);
    assert_eq!(visitor.fill("/basvuru/takip", "/basvuru/takip", &[("no", &number)]).status, 303);
    let page = visitor.get("/basvuru/takip").text();
    assert!(page.contains("Yol Bakım ve Onarım") && page.contains("Lütfen bakın."), "{page}");
    for hidden in ["Deneme Arayan", "izleyen@ornek"] {
        assert!(!page.contains(hidden), "{hidden} is shown by the number alone");
    }
    // The state follows the work.
    server.asked_by(&city, ROADS_CHIEF).proceed("request", &case, "take", json!({}));
    assert!(visitor.get("/basvuru/takip").text().contains("Birim çalışıyor."));
    // A slip of the finger is nobody's number; a guess is answered like it, and soon not at all.
    let mut guesser = Visitor::of(&server);
    let mut last = 0;
    let mut tries = 0;
    for n in 0_u64..400 {
        let guess = format!("{:012}", 100_000_000_000 + n);
        if guess == number {
            continue;
        }
        let answer = guesser.fill("/basvuru/takip", "/basvuru/takip", &[("no", &guess)]);
        assert_ne!(answer.status, 303, "{guess} is nobody's");
        last = answer.status;
        tries += 1;
        if last == 429 {
            break;
        }
    }
    assert_eq!(last, 429, "throttled after {tries}");
    // Nor does the case tell more by other ways.
    let open = server.public().get(&format!("/ogc/collections/request/items?filter=id%3D%27{case}%27"));
    assert!(!open.text().contains("izleyen@ornek") && !open.text().contains(&number), "{}", open.text());
}

#[test]
fn duty_13_j_a_suggestion_is_passed_to_the_unit_concerned() {
    let city = sample::embedded();
    let server = city.serve();
    let agent = server.asked_by(&city, AGENT);
    let category = agent.id("request_category", "code = 'stop'");
    let suggestion = json!({ "kind": "suggestion", "channel": "social_media", "category": category, "description": "Durağa bank konsun.", "anonymous": true, "address": "Örnek Durağı" });
    let case = agent.open_case("request", suggestion, None);
    assert_eq!(unit_of(&agent, &case), "UDB-TT");
    assert!(server.asked_by(&city, "cengiz.alkan").inbox("unit").contains(&case));
    // Wrongly sent: passed on with a reason, and who had it how long stays readable.
    let parks = agent.id("unit", "code = 'PBB-YA'");
    let chief = server.asked_by(&city, "cengiz.alkan");
    chief.proceed("request", &case, "hand_over", json!({ "unit": parks }));
    assert!(server.asked_by(&city, "selcuk.tan").inbox("unit").contains(&case));
    assert!(server.asked_by(&city, "selcuk.tan").told_of(&case).contains(&"new_in_unit".to_owned()));
    assert!(!chief.inbox("unit").contains(&case));
}

#[test]
fn duty_13_l_every_number_of_the_report_opens_exactly_its_cases() {
    let city = sample::embedded();
    let server = city.serve();
    let manager = server.asked_by(&city, "sule.ozkaya");
    let agent = server.asked_by(&city, AGENT);
    for who in [&manager, &agent] {
        let report = who.get("/api/reports/requests?lang=en");
        assert_eq!(report.status, 200, "{}", report.text());
        let report = report.json();
        let mut looked = 0;
        let groups = report["by"].as_object().unwrap().values().flat_map(|rows| rows.as_array().unwrap().iter().take(3));
        for row in std::iter::once(&report["all"]).chain(groups) {
            for (name, number) in row.as_object().unwrap().iter().filter(|(_, n)| n["href"].is_string()) {
                let href = text(&number["href"]);
                let path = href.strip_prefix(&who.url).unwrap_or_else(|| panic!("{href} is not of {}", who.url));
                let list = who.get(&format!("{path}&limit=1&count=true")).json();
                assert_eq!(list["numberMatched"], number["number"], "{name} of {row}: {href}");
                looked += 1;
            }
        }
        assert!(looked > 20, "{looked}");
    }
    assert!(agent.get("/api/reports/requests").json()["all"]["all"]["number"].as_u64() > Some(100));
    assert!([401, 403].contains(&server.public().get("/api/reports/requests").status));
}

#[test]
fn duty_13_m_what_comes_by_any_channel_is_recorded_routed_and_solved() {
    let city = sample::embedded();
    let server = city.serve();
    let agent = server.asked_by(&city, AGENT);
    let chief = server.asked_by(&city, "selcuk.tan");
    let category = agent.id("request_category", "code = 'tree'");
    for channel in ["phone", "desk", "letter", "email", "social_media", "cimer", "acik_kapi", "web"] {
        let values = json!({ "kind": "request", "channel": channel, "category": category, "description": "Ağaç budansın.", "anonymous": true, "address": "Örnek Sokak" });
        // By web people file themselves.
        let who = if channel == "web" {
            server.public()
        } else {
            server.with_token(agent.authorization().unwrap().trim_start_matches("Bearer "))
        };
        let case = who.open_case("request", values, None);
        assert_eq!(unit_of(&agent, &case), "PBB-YA", "{channel}");
        assert_eq!(text(&agent.case("request", &case)["reference"]).len(), 12);
        chief.proceed("request", &case, "resolve", json!({ "resolution": "solved", "answer": "Budandı." }));
        let record = agent.record("request", &format!("id = '{case}'"));
        assert_eq!(
            (&record["channel"], &record["state"], &record["late"]),
            (&json!(channel), &json!("answered"), &json!(false))
        );
    }
}

#[test]
fn duty_13_n_the_field_team_finds_and_fixes_on_the_spot_with_a_photo() {
    let city = sample::embedded();
    let server = city.serve();
    let team = server.asked_by(&city, ROADS_TEAM);
    let me = server.person(ROADS_TEAM);
    let (road, place) = street(&server, "metropolitan");
    let category = server.id("request_category", "code = 'pothole'");
    let [case, deed] = [(); 2].map(|()| uuid::Uuid::new_v4().to_string());
    let values = json!({ "kind": "complaint", "channel": "field", "category": category, "description": "Çukur bulundu.", "anonymous": true, "street": road });
    let found = json!([{ "id": deed, "register": "request", "record": case, "at": jiff::Timestamp::now().to_string(), "kind": "new_request", "values": values, "place": place }]);
    let told = team.post("/api/field/sync", &json!({ "person": me, "device": "telefon", "deeds": found })).json();
    assert_eq!(told["results"][0]["outcome"], "done", "{told}");
    let path = format!("/api/cases/request/{case}/attachments");
    let bytes = photo();
    assert!(holds(&bytes, CAMERA));
    let kept = team.send("POST", &format!("{path}?name=once.jpg&audience=public"), "image/jpeg", bytes.clone());
    assert_eq!(kept.status, 201, "{}", kept.text());
    let content = text(&kept.json()["content"]);
    team.proceed(
        "request",
        &case,
        "resolve",
        json!({ "resolution": "solved", "answer": "Yerinde kapatıldı.", "public_text": "Çukur kapatıldı." }),
    );
    server.asked_by(&city, ROADS_CHIEF).proceed(
        "request",
        &case,
        "publish",
        json!({ "public": true, "public_text": "Çukur kapatıldı." }),
    );
    // The house has the photo with its place; everybody the copy without.
    assert_eq!(team.get(&content).body, bytes);
    let parts = team.get(&format!("/api/cases/request/{case}/parts/attachment")).json();
    assert!(parts["parts"][0]["values"]["name"] == "once.jpg", "{parts}");
    let shown = server.public().get(&content);
    assert_eq!((shown.status, shown.header("content-type")), (200, "image/jpeg"), "{}", shown.text());
    assert!(!holds(&shown.body, CAMERA) && !holds(&shown.body, "Exif") && shown.body.starts_with(&[0xff, 0xd8]));
}

fn holds(bytes: &[u8], what: &str) -> bool {
    bytes.windows(what.len()).any(|w| w == what.as_bytes())
}

#[test]
fn duty_13_o_an_information_request_is_answered_by_the_department_concerned_in_time() {
    let city = sample::embedded();
    let server = city.serve();
    let [agent, officer, chief, manager] =
        [AGENT, OFFICER, ROADS_CHIEF, ROADS_MANAGER].map(|login| server.asked_by(&city, login));
    let asked = json!({ "kind": "information_request", "channel": "email", "description": "Asfalt planı.", "applicant_name": "Deneme Soran", "applicant_email": "soran2@ornek.example" });
    let asked = agent.open_case("request", asked, None);
    assert_eq!(unit_of(&officer, &asked), "BIDB-IKS");
    let clock = officer.clock_of("request", &asked, "information");
    let roads = server.id("unit", "code = 'FIB-YB'");
    officer.proceed("request", &asked, "direct", json!({ "unit": roads }));
    assert_eq!(unit_of(&officer, &asked), "FIB-YB");
    // It is the same term, whoever has it; and who had it from when to when is in its history.
    assert_eq!(chief.clock_of("request", &asked, "information")["due"], clock["due"]);
    let history = officer.get(&format!("/api/records/request/{asked}/history")).json();
    let step = &history["versions"][1];
    let changed = |name: &str| step["changed"].as_array().unwrap().iter().find(|c| c["field"] == name).expect(name).clone();
    assert_eq!((&step["person"], &changed("unit")["new"]), (&json!(server.person(OFFICER)), &json!(roads)), "{history}");
    let held = changed("held_since");
    assert!(text(&held["old"]) < text(&held["new"]), "{held}");
    chief.proceed("request", &asked, "submit_answer", json!({ "resolution": "informed", "answer": "Plan ektedir." }));
    manager.proceed("request", &asked, "approve", json!({}));
    let clock = officer.clock_of("request", &asked, "information");
    assert_eq!((&clock["late"], clock["ended"].is_string()), (&json!(false), true), "{clock}");
    assert!(city.told_applicant(&asked).iter().any(|(reason, body)| reason == "answered" && body.contains("Plan ektedir.")));
}

#[test]
fn duty_13_ö_the_directory_says_who_does_what_and_can_be_reached_now() {
    let city = sample::embedded();
    let server = city.serve();
    let page = server.asked_by(&city, AGENT).get("/rehber?q=su&lang=tr").text();
    for text in ["Su ve kanal arızası", "tel:+90462", "Su ve Kanal Arıza Şube Müdürlüğü", "Levent Saygın"] {
        assert!(page.contains(text), "“{text}” is not in the directory: {page}");
    }
    // Who holds a post is for the house.
    let page = server.public().get("/rehber?q=su&lang=tr").text();
    assert!(page.contains("Su ve kanal arızası") && !page.contains("Levent Saygın"), "{page}");
}

#[test]
fn duty_13_p_reception_finds_where_to_go_for_what() {
    let city = sample::embedded();
    let server = city.serve();
    let agent = server.asked_by(&city, AGENT);
    let category = agent.id("request_category", "code = 'sewer'");
    let page = server.public().get(&format!("/rehber?category={category}&lang=tr")).text();
    assert!(page.contains("Su ve Kanal Arıza Şube Müdürlüğü"), "{page}");
    // By any word, with Turkish letters and endings.
    for (asked, code) in [("aboneliği", "su-aboneligi"), ("BUDAMA", "agac-budama"), ("numarataj", "numarataj")] {
        let service = agent.id("service", &format!("code = '{code}'"));
        let mut found = String::new();
        for _ in 0..100 {
            let answer =
                server.public().get(&format!("/api/find?register=service&q={}", crate::harness::people::encode(asked)));
            assert_eq!(answer.status, 200, "{}", answer.text());
            found = answer.text();
            if found.contains(&service) {
                break;
            }
            std::thread::sleep(std::time::Duration::from_millis(100));
        }
        assert!(found.contains(&service), "{asked}: {found}");
    }
}

#[test]
fn duty_13_r_a_task_goes_among_units_with_parts_and_its_report_comes_back() {
    let city = sample::embedded();
    let server = city.serve();
    let [manager, roads, water] = ["sule.ozkaya", ROADS_CHIEF, "aysel.korkut"].map(|login| server.asked_by(&city, login));
    let [roads_unit, water_unit] = ["FIB-YB", "SKI-AR"].map(|code| server.id("unit", &format!("code = '{code}'")));
    let task = json!({ "title": "Kazı sonrası yama", "kind": "coordination", "unit": roads_unit, "due_on": crate::harness::people::day(12) });
    let task = manager.open_case("task", task, None);
    assert!(roads.inbox("unit").contains(&task));
    roads.proceed("task", &task, "take", json!({}));
    // A part of it is another unit's.
    let part = json!({ "title": "Borunun onarımı", "kind": "coordination", "unit": water_unit, "about_register": "task", "about": task });
    let part = roads.open_case("task", part, None);
    assert!(water.inbox("unit").contains(&part));
    assert!(water.told_of(&part).contains(&"new_in_unit".to_owned()), "{:?}", water.told_of(&part));
    water.proceed("task", &part, "take", json!({}));
    water.proceed("task", &part, "report", json!({ "outcome": "Boru onarıldı." }));
    assert!(!roads.told_of(&part).is_empty());
    roads.proceed("task", &part, "accept", json!({}));
    roads.proceed("task", &task, "report", json!({ "outcome": "Yama yapıldı." }));
    assert!(!manager.told_of(&task).is_empty());
    assert_eq!(manager.record("task", &format!("id = '{task}'"))["outcome"], "Yama yapıldı.");
    manager.proceed("task", &task, "accept", json!({}));
    assert_eq!(manager.number_of("task", &format!("id = '{task}' AND state = 'done'")), 1);
}

#[test]
fn duty_13_ş_other_duties_from_above_come_to_the_branch_and_are_reported() {
    let city = sample::embedded();
    let server = city.serve();
    let [secretary, manager] = ["nermin.akinci", "sule.ozkaya"].map(|login| server.asked_by(&city, login));
    let unit = server.id("unit", "code = 'BIDB-IKS'");
    let duty = json!({ "title": "Tören hazırlığı", "kind": "order", "unit": unit, "due_on": crate::harness::people::day(4) });
    let duty = secretary.open_case("task", duty, None);
    assert!(manager.inbox("unit").contains(&duty));
    manager.proceed("task", &duty, "take", json!({}));
    manager.proceed("task", &duty, "report", json!({ "outcome": "Hazır." }));
    assert!(!secretary.told_of(&duty).is_empty());
    secretary.proceed("task", &duty, "accept", json!({}));
    assert_eq!(manager.case("task", &duty)["state"], "done");
}
