//! Cases as their people work on them over HTTP.

use super::{
    City, Server,
    people::{encode, refusal, text},
};
use serde_json::{Value as Json, json};
use std::time::Duration;

impl City {
    /// What the house has written to applicants about a case (e-mail, SMS): reason and text, as the operator reads them.
    pub fn told_applicant(&self, case: &str) -> Vec<(String, String)> {
        let file = self.path(&format!("notice-{}.geojson", uuid::Uuid::new_v4()));
        self.ok(&["export", "notice", "--with-personal", "--reason", "e2e", "--out", &file.display().to_string()]);
        let told: Json = serde_json::from_slice(&std::fs::read(file).expect("a file")).expect("JSON");
        let all = told["features"].as_array().expect("features").iter().map(|f| &f["properties"]);
        let mine = all.filter(|p| p["case_id"] == case && p["channel"] != "in_app");
        mine.map(|p| (text(&p["reason"]), p["body"].as_str().unwrap_or_default().to_owned())).collect()
    }
}

impl Server {
    /// The same server by another clock ([`City::serve_at`]), asked by somebody in the first of their own posts.
    pub fn asked_at(&self, city: &City, instant: &str, login: &str) -> Self {
        self.with_token(&city.token_then(instant, login))
    }

    /// A new case; its id.
    pub fn open_case(&self, register: &str, values: Json, point: Option<[f64; 2]>) -> String {
        let geometry = point.map(|at| json!({ "type": "Point", "coordinates": at }));
        let change = json!({ "register": register, "op": "insert", "values": values, "geometry": geometry });
        text(&self.change(&json!({ "reason": "e2e", "changes": [change] }))["records"][0]["id"])
    }

    /// A case goes a transition.
    pub fn proceed(&self, register: &str, id: &str, transition: &str, set: Json) {
        self.change(&one_step(register, id, transition, set));
    }

    /// Status and problem code of a transition that is refused.
    pub fn refused_step(&self, register: &str, id: &str, transition: &str, set: Json) -> (u16, String) {
        refusal(&self.post("/api/changes", &one_step(register, id, transition, set)))
    }

    /// Where a case is.
    pub fn case(&self, register: &str, id: &str) -> Json {
        let answer = self.get(&format!("/api/cases/{register}/{id}"));
        assert_eq!(answer.status, 200, "{}", answer.text());
        answer.json()
    }

    /// One clock of a case.
    pub fn clock_of(&self, register: &str, id: &str, name: &str) -> Json {
        let case = self.case(register, id);
        let clocks = case["clocks"].as_array().expect("clocks");
        clocks.iter().rfind(|c| c["name"] == name).unwrap_or_else(|| panic!("no clock {name} in {case}")).clone()
    }

    /// Ids of the cases in a view of the inbox.
    pub fn inbox(&self, view: &str) -> Vec<String> {
        let answer = self.get(&format!("/api/inbox?view={view}&limit=250"));
        assert_eq!(answer.status, 200, "{}", answer.text());
        answer.json()["items"].as_array().expect("items").iter().map(|i| text(&i["id"])).collect()
    }

    /// Why who asks was told of a case, in the program.
    pub fn told_of(&self, case: &str) -> Vec<String> {
        self.records("notice", &format!("case_id = '{case}'")).iter().map(|n| text(&n["reason"])).collect()
    }

    /// Waits until who asks is told of a case for a reason: timers look within a second.
    pub fn is_told(&self, case: &str, reason: &str) {
        for _ in 0..100 {
            if self.told_of(case).iter().any(|r| r == reason) {
                return;
            }
            std::thread::sleep(Duration::from_millis(100));
        }
        panic!("nobody told {reason} of {case}: {:?}", self.told_of(case));
    }

    /// How many records a condition holds for.
    pub fn number_of(&self, collection: &str, filter: &str) -> u64 {
        let answer = self.get(&format!("/ogc/collections/{collection}/items?limit=1&count=true&filter={}", encode(filter)));
        assert_eq!(answer.status, 200, "{}", answer.text());
        answer.json()["numberMatched"].as_u64().expect("a number")
    }
}

fn one_step(register: &str, id: &str, transition: &str, set: Json) -> Json {
    let change = json!({ "register": register, "proceed": transition, "id": id, "set": set });
    json!({ "reason": "e2e", "changes": [change] })
}
