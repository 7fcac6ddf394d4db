//! People of the sample organisation and what they do over HTTP.

use super::{City, Server};
use serde_json::{Value as Json, json};

impl City {
    /// A token of somebody, in the first of their own posts.
    pub fn token_of(&self, login: &str) -> String {
        self.new_token(&["--login", login, "--name", "e2e"])
    }

    /// The same by another clock ([`City::serve_at`]).
    pub fn token_at(&self, instant: &str, login: &str, post: &str) -> String {
        let args = ["--json", "token", "new", "--login", login, "--name", "e2e", "--post", post];
        let output = self.command(&args).envs(super::clock(instant)).output().expect("the binary starts");
        let told: Json = serde_json::from_slice(&output.stdout).expect("JSON");
        text(&told["secret"])
    }

    /// A token by another clock of somebody in the first of their own posts.
    pub fn token_then(&self, instant: &str, login: &str) -> String {
        let args = ["--json", "token", "new", "--login", login, "--name", "e2e"];
        let output = self.command(&args).envs(super::clock(instant)).output().expect("the binary starts");
        let told: Json = serde_json::from_slice(&output.stdout)
            .unwrap_or_else(|e| panic!("{e}: {}", String::from_utf8_lossy(&output.stderr)));
        text(&told["secret"])
    }

    /// A token of somebody in one of their posts: its title, or `post/proxy` for one by proxy.
    pub fn token_in(&self, login: &str, post: &str) -> String {
        self.new_token(&["--login", login, "--name", "e2e", "--post", post])
    }
}

impl Server {
    /// The same server, asked by somebody of the sample organisation.
    pub fn asked_by(&self, city: &City, login: &str) -> Self {
        self.with_token(&city.token_of(login))
    }

    /// The records of a collection that a CQL2 condition holds for, as far as who asks sees them: their properties.
    pub fn records(&self, collection: &str, filter: &str) -> Vec<Json> {
        let filter = encode(filter);
        let answer = self.get(&format!("/ogc/collections/{collection}/items?limit=1000&filter={filter}"));
        assert_eq!(answer.status, 200, "{collection}: {}", answer.text());
        let features = answer.json()["features"].as_array().expect("features").clone();
        features.into_iter().map(|mut feature| feature["properties"].take()).collect()
    }

    /// The one record that a condition holds for.
    pub fn record(&self, collection: &str, filter: &str) -> Json {
        let mut found = self.records(collection, filter);
        assert_eq!(found.len(), 1, "{collection} with {filter}: {found:?}");
        found.remove(0)
    }

    /// The id of that record.
    pub fn id(&self, collection: &str, filter: &str) -> String {
        text(&self.record(collection, filter)["id"])
    }

    /// The person who logs in by this name.
    pub fn person(&self, login: &str) -> String {
        self.id("person", &format!("login = '{login}'"))
    }

    /// A new record; its id.
    pub fn insert(&self, register: &str, values: Json) -> String {
        let change = json!({ "register": register, "op": "insert", "values": values });
        let made = self.change(&json!({ "reason": "e2e", "changes": [change] }));
        text(&made["records"][0]["id"])
    }

    /// A record changed.
    pub fn update(&self, register: &str, id: &str, values: Json) {
        self.change(&one_update(register, id, values));
    }

    /// Status and problem code of a change of a record that is refused.
    pub fn refused(&self, register: &str, id: &str, values: Json) -> (u16, String) {
        refusal(&self.post("/api/changes", &one_update(register, id, values)))
    }
}

/// The body of one update.
pub fn one_update(register: &str, id: &str, values: Json) -> Json {
    json!({ "reason": "e2e", "changes": [{ "register": register, "op": "update", "id": id, "values": values }] })
}

/// Status and problem code of an answer that must be a refusal.
pub fn refusal(answer: &super::Answer) -> (u16, String) {
    assert!(answer.status >= 400, "{}: {}", answer.status, answer.text());
    assert_eq!(answer.header("content-type"), "application/problem+json", "{}", answer.text());
    (answer.status, text(&answer.json()["code"]))
}

/// A JSON text.
pub fn text(value: &Json) -> String {
    value.as_str().unwrap_or_else(|| panic!("{value} is no text")).to_owned()
}

/// A text as a part of a query.
pub fn encode(text: &str) -> String {
    text.bytes().map(|b| if b.is_ascii_alphanumeric() { char::from(b).to_string() } else { format!("%{b:02X}") }).collect()
}

/// The day in the city, so many days from today.
pub fn day(days: i64) -> String {
    let today = jiff::tz::TimeZone::fixed(jiff::tz::offset(3)).to_datetime(jiff::Timestamp::now()).date();
    today.checked_add(jiff::Span::new().days(days)).expect("a day").to_string()
}
