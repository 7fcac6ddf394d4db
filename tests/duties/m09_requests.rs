//! Articles 9/ii-5 and 9/m: the solution centre sends each complaint where it belongs; work in the field is told later, once.

use crate::{
    harness::{City, Server, people::text},
    sample::{self, AGENT, ROADS_CHIEF, ROADS_TEAM},
};
use serde_json::{Value as Json, json};

/// A street that somebody maintains: its id and a place on it.
pub fn street(server: &Server, owner: &str) -> (String, [f64; 2]) {
    let filter = crate::harness::people::encode(&format!("maintained_by = '{owner}'"));
    let answer = server.get(&format!("/ogc/collections/street/items?limit=1&filter={filter}")).json();
    let feature = &answer["features"][0];
    let mut line = &feature["geometry"]["coordinates"];
    while line[0][0].is_array() {
        line = &line[0];
    }
    let at = &line[0];
    (text(&feature["properties"]["id"]), [at[0].as_f64().unwrap(), at[1].as_f64().unwrap()])
}

/// A complaint by phone about a category.
pub fn complaint(server: &Server, code: &str, email: &str) -> Json {
    let category = server.id("request_category", &format!("code = '{code}'"));
    json!({ "kind": "complaint", "channel": "phone", "category": category, "description": "Lütfen bakın.", "applicant_name": "Deneme Arayan", "applicant_email": email })
}

/// The code of the unit that has a case.
pub fn unit_of(server: &Server, case: &str) -> String {
    let unit = text(&server.case("request", case)["unit"]);
    text(&server.record("unit", &format!("id = '{unit}'"))["code"])
}

fn each_goes_where_it_belongs(city: &City) {
    let server = city.serve();
    let agent = server.asked_by(city, AGENT);
    let open = |code: &str, at: Option<(&str, [f64; 2])>| {
        let mut values = complaint(&agent, code, "arayan@ornek.example");
        values["street"] = at.map_or(Json::Null, |(street, _)| street.into());
        agent.open_case("request", values, at.map(|(_, place)| place))
    };
    // By category × owner of the road × area: the same pothole, three roads.
    let (districts, metropolitan) = (street(&agent, "district"), street(&agent, "metropolitan"));
    let at_district = open("pothole", Some((&districts.0, districts.1)));
    let at_metropolitan = open("pothole", Some((&metropolitan.0, metropolitan.1)));
    assert!(unit_of(&agent, &at_district).starts_with("ILCE-"), "{}", unit_of(&agent, &at_district));
    assert_eq!(unit_of(&agent, &at_metropolitan), "FIB-YB");
    let water = open("water_leak", Some((&districts.0, districts.1)));
    assert_eq!(unit_of(&agent, &water), "SKI-AR");
    // A rule for one area goes before.
    let [x, y] = metropolitan.1;
    let unit = agent.id("unit", "code = 'UDB-TT'");
    let d = 0.001;
    let area = json!({ "type": "MultiPolygon", "coordinates": [[[[x - d, y - d], [x + d, y - d], [x + d, y + d], [x - d, y + d], [x - d, y - d]]]] });
    let rule = json!({ "title": "Proje alanı", "unit": unit, "order": 1, "category": agent.id("request_category", "code = 'pothole'") });
    let change = json!({ "register": "routing_rule", "op": "insert", "values": rule, "geometry": area });
    server.asked_by(city, "sule.ozkaya").change(&json!({ "changes": [change] }));
    let again = open("pothole", Some((&metropolitan.0, metropolitan.1)));
    assert_eq!(unit_of(&agent, &again), "UDB-TT");
    // The unit has it at once, with its clock running, and no other.
    let chief = server.asked_by(city, ROADS_CHIEF);
    assert!(chief.inbox("unit").contains(&at_metropolitan));
    assert!(chief.clock_of("request", &at_metropolitan, "service")["ended"].is_null());
    assert!(!chief.inbox("unit").contains(&water));
    // The second complaint of the same is joined; both are told, and both are answered.
    let second = agent.open_case("request", complaint_at(&agent, &metropolitan.0), Some(metropolitan.1));
    agent.proceed("request", &second, "join", json!({ "duplicate_of": at_metropolitan }));
    assert_eq!(agent.record("request", &format!("id = '{at_metropolitan}'"))["supporters"], 2);
    assert_eq!(agent.case("request", &second)["state"], "duplicate");
    chief.proceed("request", &at_metropolitan, "resolve", json!({ "resolution": "solved", "answer": "Çukur kapatıldı." }));
    let told = |case: &str| city.told_applicant(case).into_iter().find(|(reason, _)| reason == "answered").expect("told").1;
    assert!(told(&at_metropolitan).contains("Çukur kapatıldı."));
    assert!(told(&second).contains("katıldığı başvuru yanıtlandı"), "{}", told(&second));
    drop(server);
    city.ok(&["log", "verify"]);
}

fn complaint_at(agent: &Server, street: &str) -> Json {
    let mut values = complaint(agent, "pothole", "ikinci@ornek.example");
    values["street"] = street.into();
    values
}

#[test]
fn duty_9_ii_5_a_complaint_goes_by_category_area_and_owner_of_the_road() {
    each_goes_where_it_belongs(&sample::embedded());
}

#[test]
fn duty_9_ii_5_a_complaint_goes_where_it_belongs_in_postgresql() {
    each_goes_where_it_belongs(&sample::in_database());
}

fn told_later_and_once(city: &City) {
    let server = city.serve();
    let [agent, chief, team] = [AGENT, ROADS_CHIEF, ROADS_TEAM].map(|login| server.asked_by(city, login));
    let me = server.person(ROADS_TEAM);
    let (road, place) = street(&agent, "metropolitan");
    let case = agent.open_case("request", complaint_at(&agent, &road), Some(place));
    chief.proceed("request", &case, "assign", json!({ "assignee": me }));
    let today = team.get(&format!("/api/field/today?lon={}&lat={}", place[0], place[1]));
    assert_eq!(today.status, 200, "{}", today.text());
    assert!(today.text().contains(&case), "it is in my day: {}", today.text());
    let version = team.record("request", &format!("id = '{case}'"))["version"].clone();
    let version =
        if version.is_null() { team.get(&format!("/api/records/request/{case}")).json()["version"].clone() } else { version };
    let done_at = jiff::Timestamp::now();
    std::thread::sleep(std::time::Duration::from_millis(1100));
    let [step, comment] = [(); 2].map(|()| uuid::Uuid::new_v4().to_string());
    let deeds = json!([
        { "id": step, "register": "request", "record": case, "at": done_at.to_string(), "expected": version, "kind": "transition", "transition": "resolve", "set": { "resolution": "solved", "answer": "Yerinde yamandı." } },
        { "id": comment, "register": "request", "record": case, "at": done_at.to_string(), "kind": "comment", "text": "Asfalt 40 kg." },
    ]);
    let tell = || team.post("/api/field/sync", &json!({ "person": me, "device": "telefon-1", "deeds": deeds })).json();
    let outcomes = |told: &Json| told["results"].as_array().unwrap().iter().map(|r| text(&r["outcome"])).collect::<Vec<_>>();
    let first = tell();
    assert_eq!(outcomes(&first), ["done", "done"], "{first}");
    // The answer was lost on the way: told again, nothing is done twice.
    assert_eq!(outcomes(&tell()), ["already", "already"]);
    let shown = team.case("request", &case);
    assert_eq!(shown["state"], "answered");
    let closed: jiff::Timestamp = text(&shown["closed_at"]).parse().unwrap();
    assert!(closed.duration_since(done_at).as_secs().abs() <= 1, "closed when it was done: {closed} {done_at}");
    let comments = team.get(&format!("/api/cases/request/{case}/parts/comment")).json();
    assert_eq!(comments["parts"].as_array().unwrap().len(), 1, "{comments}");
    // Another's deeds nobody sends.
    let other = server.asked_by(city, "hasan.duman");
    let answer = other.post("/api/field/sync", &json!({ "person": me, "device": "telefon-2", "deeds": [] }));
    assert_eq!(answer.status, 409, "{}", answer.text());
}

#[test]
fn duty_9_m_what_was_done_without_reception_is_told_later_and_once() {
    told_later_and_once(&sample::embedded());
}

#[test]
fn duty_9_m_what_was_done_without_reception_is_told_later_and_once_in_postgresql() {
    told_later_and_once(&sample::in_database());
}
