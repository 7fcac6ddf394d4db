//! Every operation that reads, by every caller.

use crate::{
    callers::{self, Caller},
    embedded,
    grants::Definitions,
    harness::{Answer, City, Server},
    in_database, leaks,
    operations::{self, Operation},
    truth::Truth,
};
use serde_json::Value as Json;
use std::collections::BTreeSet;

/// The right that an operation takes, by its name in the document; none for what tells nothing of a record.
fn action(operation: &Operation) -> Option<&'static str> {
    Some(match operation.kind() {
        "getFeatures"
        | "getFeature"
        | "getRecord"
        | "getCase"
        | "getCaseParts"
        | "getAttachmentContent"
        | "getCurrentCall"
        | "getAnswerPaper"
        | "getReceiptPaper"
        | "getCollection"
        | "getQueryables"
        | "getSchema"
        | "getFeatureSchema" => "read",
        kind if kind.starts_with(".collection.vector.") || kind == "getLayersTile" || kind == "getTileJson" => "read",
        "export" => "export",
        "getHistory" | "getRecordProof" | "getVersions" | "getChanges" => "history",
        _ => return None,
    })
}

/// What everybody gets, besides the entries of the log.
const OPEN: [&str; 14] = [
    "find",
    "getLandingPage",
    "getApi",
    "getConformance",
    "getFunctions",
    "getCollections",
    "getStyles",
    "getStyle",
    "getTileMatrixSetsList",
    "getTileMatrixSet",
    "getConsistencyProof",
    "getInclusionProof",
    "getLog",
    "getPushKey",
];

struct House<'a> {
    definitions: &'a Definitions,
    truth: &'a Truth,
    server: &'a Server,
    /// Every route is misused, too: once is enough, for what a face refuses has nothing to do with the store.
    is_misused: bool,
}

impl House<'_> {
    /// The statuses that an operation may answer this caller with.
    fn expected(&self, caller: &Caller, operation: &Operation) -> Vec<u16> {
        if caller.is_refused {
            return vec![401];
        }
        if operation.kind().starts_with("open311") {
            return vec![self.open311(caller, operation)];
        }
        if matches!(operation.kind(), "getInbox" | "getInboxCounts" | "getFieldDay" | "getFieldFile") {
            return vec![if caller.person.is_some() { 200 } else { 401 }];
        }
        if operation.kind() == "getRequestReport" {
            // Reports are for who may take requests away with all that numbers go by; the channel is not public.
            let counts = |action| self.definitions.could_with(caller, "request", action, "channel");
            return vec![if counts("export") && counts("read") { 200 } else { caller.refusal() }];
        }
        let (Some(register), Some(action)) = (&operation.register, action(operation)) else {
            assert!(OPEN.contains(&operation.kind()), "{} is an operation that this test doesn't know", operation.id);
            if operation.kind() == "getLog" {
                let any = self.definitions.registers.keys().any(|r| self.definitions.whole(caller, r, "history"));
                return vec![if any { 200 } else { caller.refusal() }];
            }
            return vec![200];
        };
        if !self.definitions.could(caller, register, action) {
            return vec![caller.refusal()];
        }
        let Some(id) = &operation.record else {
            // FlatGeobuf holds no record without a place, and says so.
            let theirs = |r: &crate::truth::Record| self.definitions.shown(self.truth, caller, register, action, r).is_some();
            let placeless = || self.truth.records[register].iter().any(|r| r.geometry.is_null() && theirs(r));
            return if operation.path.ends_with("/export/fgb") && placeless() { vec![400] } else { vec![200, 204] };
        };
        if matches!(operation.kind(), "getCaseParts" | "getAttachmentContent" | "getAnswerPaper" | "getReceiptPaper") {
            // Through the case; and then by the grants of the parts, which have tests of their own.
            return vec![200, 404, caller.refusal()];
        }
        let record = self.truth.find(register, id);
        let shown = record.and_then(|r| self.definitions.shown(self.truth, caller, register, action, r));
        vec![if shown.is_some() { 200 } else { 404 }]
    }

    /// Open311: services are categories, service requests are requests.
    fn open311(&self, caller: &Caller, operation: &Operation) -> u16 {
        let register = match operation.kind() {
            "open311Discovery" => return 200,
            "open311Services" | "open311Service" => "request_category",
            "open311Requests" | "open311Request" | "open311Token" => "request",
            other => panic!("{other} is an operation that this test doesn't know"),
        };
        if !self.definitions.could(caller, register, "read") {
            return caller.refusal();
        }
        let shown = |r: &crate::truth::Record| self.definitions.shown(self.truth, caller, register, "read", r).is_some();
        let there = match operation.kind() {
            "open311Service" => !self.truth.records[register].is_empty(),
            "open311Request" | "open311Token" => {
                self.truth.find(register, &operations::some(self.truth, register)[0]).is_some_and(shown)
            }
            _ => true,
        };
        if there { 200 } else { 404 }
    }

    /// Each record of an answer is the caller's to see, and each value of it that isn't is hidden.
    fn is_within(&self, caller: &Caller, operation: &Operation, answer: &Answer) {
        let (Some(register), Some(action)) = (&operation.register, action(operation)) else { return };
        let features = match operation.kind() {
            "getFeatures" => answer.json()["features"].as_array().expect("features").clone(),
            "export" if operation.path.contains("/geojson") => lines(answer),
            "getFeature" => vec![answer.json()],
            // Nothing of the city is older than this test, so what they were changed to is what they are.
            "getChanges" => {
                let is_there = |f: &&Json| !f["after"].is_null();
                answer.json()["features"].as_array().expect("features").iter().filter(is_there).cloned().collect()
            }
            "getRecord" => {
                let record = answer.json();
                let mut values = record["values"].clone();
                values["id"] = record["id"].clone();
                vec![serde_json::json!({ "properties": values })]
            }
            _ => return,
        };
        let mut met = BTreeSet::new();
        for feature in &features {
            let properties = feature["properties"].as_object().expect("properties");
            let id = properties["id"].as_str().expect("an id");
            let Some(record) = self.truth.find(register, id) else {
                assert!(self.definitions.registers[register].journal, "{register} {id} is no record");
                // Journals grow while everybody asks.
                continue;
            };
            let what = format!("{} at {}: {register} {id}", caller.name, operation.path);
            let shown = self.definitions.shown(self.truth, caller, register, action, record);
            let shown = shown.unwrap_or_else(|| panic!("{what} is not theirs to see"));
            for field in &self.definitions.registers[register].fields {
                let (told, real) = (properties.get(field), record.values.get(field).unwrap_or(&Json::Null));
                if shown.contains(&field.as_str()) {
                    assert_eq!(told, Some(real), "{what}: {field} is theirs to see");
                } else {
                    assert!(real.is_null() || told != Some(real), "{what}: {field} is not theirs to see: {told:?}");
                }
            }
            met.insert(id.to_owned());
        }
        // And nothing that is theirs is missing.
        if operation.record.is_none() && operation.kind() != "getChanges" {
            let theirs = |r: &&crate::truth::Record| self.definitions.shown(self.truth, caller, register, action, r).is_some();
            let wanted: BTreeSet<String> = self.truth.records[register].iter().filter(theirs).map(|r| r.id.clone()).collect();
            assert_eq!(met, wanted, "{} at {}: which records", caller.name, operation.path);
        }
    }

    fn ask(&self, caller: &Caller, operation: &Operation, is_first: bool, secrets: &BTreeSet<String>) {
        let at = caller.at(self.server);
        let whole = match operation.kind() {
            "getFeatures" => "?limit=10000",
            // Some of each register: every answer is searched for every secret.
            "getChanges" => "&limit=20",
            _ => "",
        };
        let answer = at.get(&format!("{}{whole}", operation.path));
        let what = format!("{} at {}", caller.name, operation.path);
        let expected = self.expected(caller, operation);
        assert!(expected.contains(&answer.status), "{what}: {} instead of {expected:?}: {}", answer.status, answer.text());
        is_told(&what, &answer);
        let text = answer.text();
        assert_eq!(secrets.iter().find(|s| text.contains(s.as_str())), None, "{what} tells a secret");
        if answer.status == 200 {
            self.is_within(caller, operation, &answer);
        }
        if self.is_misused {
            self.misuse(&at, caller, operation, is_first, &answer);
        }
    }

    /// Another method, an extra parameter, an address that is too long.
    /// The first of its kind is misused in every way, the others of it in the main ones.
    fn misuse(&self, at: &Server, caller: &Caller, operation: &Operation, is_first: bool, good: &Answer) {
        let what = format!("{} at {}", caller.name, operation.path);
        // Once per kind and register is enough: the records of one register are one route.
        if operation.record.is_some()
            && operation.record.as_ref()
                != operations::some(self.truth, operation.register.as_deref().unwrap_or_default()).first()
        {
            return;
        }
        let methods = ["DELETE", "POST", "PUT", "PATCH"];
        for method in &methods[..if is_first { 4 } else { 1 }] {
            // There it is a filing.
            if *method == "POST" && operation.kind() == "open311Requests"
                || ["POST", "DELETE"].contains(method) && operation.kind() == "getPushKey"
                || *method == "POST" && operation.kind() == "getFeatures"
                || *method != "POST" && operation.kind() == "getFeature"
                || *method == "PUT" && operation.kind() == "getFieldFile"
            {
                continue;
            }
            let answer = at.send(method, &operation.path, "application/json", b"{}".to_vec());
            // Tiles are answered before anybody asks who comes.
            let expected = if caller.is_refused && !operation.kind().ends_with("Tile") { 401 } else { 405 };
            assert_eq!(answer.status, expected, "{method} by {what}: {}", answer.text());
            assert!(caller.is_refused || answer.header("allow").contains("GET"), "{what}: {}", answer.header("allow"));
            is_told(&what, &answer);
        }
        let and = if operation.path.contains('?') { '&' } else { '?' };
        let extra = at.get(&format!("{}{and}yok_boyle_bir_sey=1", operation.path));
        let tile = operation.kind().ends_with("Tile");
        assert!(
            extra.status == good.status && (tile || good.status != 200) || extra.status == 400,
            "{what}, with a parameter that isn't there: {}",
            extra.status
        );
        is_told(&what, &extra);
        if !is_first {
            return;
        }
        let long = at.get(&format!("{}{and}filter={}", operation.path, "a".repeat(60_000)));
        assert!([400, 401, 403, 414, 431].contains(&long.status) || tile, "{what}, with 60 KB of address: {}", long.status);
        is_told(&what, &long);
    }

    /// A field that is hidden from the caller tells nothing by being filtered, sorted or asked for.
    fn hidden_fields(&self, caller: &Caller) {
        let at = caller.at(self.server);
        for (register, definition) in &self.definitions.registers {
            for field in &definition.personal {
                let records = &self.truth.records[register];
                let theirs = |r: &crate::truth::Record| {
                    let shown = self.definitions.shown(self.truth, caller, register, "read", r);
                    shown.is_some_and(|fields| fields.contains(&field.as_str()))
                };
                let shown: BTreeSet<String> = records.iter().filter(|r| theirs(r)).map(|r| r.id.clone()).collect();
                for query in [format!("filter={field}%20IS%20NOT%20NULL"), format!("sortby={field}")] {
                    let path = format!("/ogc/collections/{register}/items?limit=10000&{query}");
                    let answer = at.get(&path);
                    let what = format!("{} at {path}", caller.name);
                    assert!([200, 400, 401, 403].contains(&answer.status), "{what}: {}", answer.text());
                    is_told(&what, &answer);
                    if answer.status != 200 {
                        continue;
                    }
                    let found = answer.json()["features"].as_array().expect("features").clone();
                    let ids = found.iter().map(|f| f["properties"]["id"].as_str().expect("an id").to_owned());
                    // Journals grow while everybody asks.
                    let known = |id: &String| !definition.journal || self.truth.find(register, id).is_some();
                    let told: BTreeSet<String> = ids.filter(known).collect();
                    assert!(told.is_subset(&shown), "{what} tells of records whose {field} is hidden");
                }
            }
        }
    }
}

/// The features of GeoJSON, or of a sequence of it.
fn lines(answer: &Answer) -> Vec<Json> {
    let text = answer.text();
    if let Ok(read) = serde_json::from_str::<Json>(&text)
        && let Some(features) = read["features"].as_array()
    {
        return features.clone();
    }
    text.lines()
        .map(|l| l.trim_start_matches('\u{1e}'))
        .filter(|l| !l.is_empty())
        .map(|l| serde_json::from_str(l).expect("JSON"))
        .collect()
}

/// A refusal is a problem as RFC 9457 has it, tells no inside, and a 401 says how to come in.
pub fn is_told(what: &str, answer: &Answer) {
    assert!(answer.status < 500, "{what}: {} {}", answer.status, answer.text());
    if answer.status < 400 {
        return;
    }
    if what.contains(" at /open311/") {
        // Open311 has its own way of telling errors: a list in the format of the address.
        let code = answer.status.to_string();
        let told = match answer.header("content-type") {
            "text/xml; charset=utf-8" => answer.text().contains(&format!("<errors><error><code>{code}</code><description>")),
            _ => answer.json()[0]["code"] == answer.status,
        };
        assert!(told, "{what}: {}", answer.text());
    } else {
        is_a_problem(what, answer);
    }
    if answer.status == 401 {
        assert!(answer.header("www-authenticate").starts_with("Bearer"), "{what}: {}", answer.header("www-authenticate"));
    }
}

fn is_a_problem(what: &str, answer: &Answer) {
    assert_eq!(answer.header("content-type"), "application/problem+json", "{what}: {} {}", answer.status, answer.text());
    let problem = answer.json();
    assert_eq!(problem["status"], answer.status, "{what}");
    assert!(
        ["detail_tr", "detail_en", "code"].iter().all(|m| problem[m].as_str().is_some_and(|t| !t.is_empty())),
        "{what}: {problem}"
    );
}

fn everybody_asks_everything(city: &City, is_misused: bool) {
    let server = city.serve();
    let definitions = Definitions::read();
    let truth = Truth::of(city, &definitions);
    let callers = callers::all(city, &truth);
    let all = operations::all(&server, &truth);
    let seal = || server.get("/log/checkpoint").status == 200;
    while !seal() {
        std::thread::sleep(std::time::Duration::from_millis(100));
    }
    let house = House { definitions: &definitions, truth: &truth, server: &server, is_misused };
    for caller in &callers {
        let secrets = leaks::secrets(&definitions, &truth, caller);
        assert!(secrets.len() > 40, "too few secrets for {} to prove anything: {secrets:?}", caller.name);
        let mut met = BTreeSet::new();
        for operation in all.iter().filter(|o| o.method == "get") {
            house.ask(caller, operation, met.insert(operation.kind()), &secrets);
        }
        house.hidden_fields(caller);
    }
}

#[test]
fn duty_7_f_every_route_gives_every_caller_what_the_grants_say_and_no_more() {
    everybody_asks_everything(&embedded(), true);
}

#[test]
fn duty_7_f_every_route_gives_every_caller_what_the_grants_say_in_postgresql() {
    everybody_asks_everything(&in_database(), false);
}
