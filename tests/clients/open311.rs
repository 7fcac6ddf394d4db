//! `georeport`, an Open311 client of another maker, and real service requests of a city that has had Open311 for long.

use crate::{
    harness::{City, shared, tests_folder},
    script_as,
};
use serde_json::{Value as Json, json};
use std::collections::BTreeMap;

/// Who looks after the categories of a branch in the sample organisation, and who takes calls.
const MANAGER: &str = "aylin.erdem";
const AGENT: &str = "merve.tunc";
/// The branch.
const UNIT: &str = "BIDB-AKS";
/// The category that the examples of the documents file under.
const EXAMPLE: (&str, &str) = ("yol-cukur", "Pothole");

#[test]
fn duty_13_a_open311_takes_real_requests_and_gives_them_back() {
    let city = City::embedded();
    city.ok(&["demo", "--doors", "60"]);
    let server = city.serve();
    let data = shared("data/04-requests/open311dashboard_sf_test.json");
    let rows: Json = serde_json::from_slice(&std::fs::read(&data).expect("read")).expect("JSON");
    let requests = rows.as_array().expect("rows").iter().filter(|r| r["model"] == "dashboard.request");
    let text = |value: &Json| value.as_str().expect("a text").to_owned();
    let mut categories: BTreeMap<String, String> =
        requests.map(|r| (text(&r["fields"]["service_code"]), text(&r["fields"]["service_name"]))).collect();
    categories.insert(EXAMPLE.0.to_owned(), EXAMPLE.1.to_owned());
    let unit = server.id("unit", &format!("code = '{UNIT}'"));
    let question = json!([{ "code": "NEREDE", "datatype": "singlevaluelist", "order": 1, "description": { "tr": "Nerede?", "en": "Where?" },
        "values": [{ "key": "yol", "name": { "tr": "Yolda", "en": "On the road" } }] }]);
    let changes: Vec<Json> = categories
        .iter()
        .map(|(code, name)| {
            let questions = if code == EXAMPLE.0 { question.to_string() } else { String::new() };
            let values = json!({ "code": code, "title": name, "title_en": name, "unit": unit, "questions": questions });
            json!({ "register": "request_category", "op": "insert", "values": values })
        })
        .collect();
    server.asked_by(&city, MANAGER).change(&json!({ "reason": "e2e", "changes": changes }));
    let docs = tests_folder().join("../docs/open311.md");
    let paths = [data, docs].map(|p| p.display().to_string());
    script_as(&city.token_of(AGENT), "open311.py", &[&server.url, &paths[0], &paths[1]]);
    drop(server);
    city.ok(&["log", "verify"]);
}
