//! Open311 GeoReport v2 over the embedded store and the real definitions with their effects: as nobody in particular, and as somebody
//! who sees all.

use crate::city::{Reply, surveyor};
use axum::{
    Router,
    body::{Body, to_bytes},
    http::Request,
};
use meydan_faces::{App, Caller, Settings, router};
use meydan_identity::Identity;
use meydan_kernel::{
    Desk, Store,
    catalogue::{Catalogue, load, plan},
    desk::Edit,
};
use meydan_store::sqlite::SqliteStore;
use proptest::prelude::*;
use serde_json::{Value as Json, json};
use std::sync::Arc;
use tower::ServiceExt;
use uuid::Uuid;

const FORM: &str = "application/x-www-form-urlencoded";
const QUESTIONS: &str = r#"[{ "code": "NEREDE", "datatype": "singlevaluelist", "required": true, "order": 1,
    "description": { "tr": "Nerede?", "en": "Where?" },
    "values": [{ "key": "yol", "name": { "tr": "Yolda", "en": "On the road" } },
               { "key": "kaldirim", "name": { "tr": "Kaldırımda", "en": "On the pavement" } }] }]"#;

struct Town {
    desk: Arc<Desk>,
    /// Nobody in particular asks.
    router: Router,
    /// Who sees all asks.
    seeing: Router,
    _folder: tempfile::TempDir,
}

impl Town {
    /// A unit, a branch of categories with a public and a hidden one below it.
    async fn new() -> Self {
        let catalogue = load(&meydan_modules::sources()).expect("the definitions have no fault");
        let folder = tempfile::tempdir().expect("a folder");
        let store: Arc<dyn Store> = Arc::new(SqliteStore::open(&folder.path().join("city.gpkg")).await.expect("opens"));
        store.apply(&plan(&Catalogue::default(), &catalogue, &[]), &catalogue).await.expect("tables");
        let desk = Desk::new(store, Arc::new(catalogue)).expect("a desk");
        let desk = Arc::new(desk.with_checks(meydan_modules::checks()).with_effects(meydan_modules::effects()));
        let identity = Arc::new(Identity::new(Arc::clone(&desk)));
        let app = Arc::new(App::new(Arc::clone(&desk), identity, Settings::default()));
        let town = Self {
            router: router(Arc::clone(&app)),
            seeing: router(app).layer(axum::Extension(Caller::of(surveyor()))),
            desk,
            _folder: folder,
        };
        let unit = town
            .insert("unit", json!({ "code": "FEN", "name": "Fen İşleri", "name_en": "Public Works", "kind": "branch" }))
            .await;
        let category = |code: &str, more: Json| {
            let mut all =
                json!({ "code": code, "title": format!("Konu {code}"), "title_en": format!("Topic {code}"), "unit": unit });
            all.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
            all
        };
        let above = town.insert("request_category", category("YOL", json!({}))).await;
        let open = json!({ "parent": above, "questions": QUESTIONS, "keywords": "çukur, asfalt", "order": 1 });
        town.insert("request_category", category("CUKUR", open)).await;
        town.insert("request_category", category("GIZLI", json!({ "parent": above, "public": false, "needs_place": false })))
            .await;
        town.insert("request_category", category("ESKI", json!({ "active": false }))).await;
        town
    }

    async fn insert(&self, register: &str, values: Json) -> Uuid {
        let definition = self.desk.register(register).expect("there");
        let set = self.desk.read_values(&definition, values.as_object().expect("an object")).expect("values");
        let edit = Edit::Insert { id: None, set, geometry: None };
        let done = self.desk.change(&surveyor(), vec![(register.to_owned(), edit)]).await.unwrap_or_else(|e| panic!("{e:?}"));
        done.records[0].0
    }

    async fn send(&self, request: Request<Body>) -> Reply {
        Self::sent(&self.router, request).await
    }

    async fn sent(router: &Router, request: Request<Body>) -> Reply {
        let response = router.clone().oneshot(request).await.expect("the router never fails");
        let (parts, body) = response.into_parts();
        Reply { status: parts.status, headers: parts.headers, body: to_bytes(body, usize::MAX).await.expect("a body").to_vec() }
    }

    async fn get(&self, path: &str) -> Reply {
        self.send(Request::get(path).header("accept-language", "en").body(Body::empty()).expect("a request")).await
    }

    async fn json(&self, path: &str) -> Json {
        let reply = self.get(path).await;
        assert_eq!(reply.status, 200, "{path}: {}", reply.text());
        assert_eq!(reply.header("content-type"), "application/json; charset=utf-8");
        reply.json()
    }

    async fn seen(&self, path: &str) -> Json {
        Self::sent(&self.seeing, Request::get(path).body(Body::empty()).expect("a request")).await.json()
    }

    async fn post(&self, path: &str, media_type: &str, body: impl Into<Body>) -> Reply {
        self.send(Request::post(path).header("content-type", media_type).body(body.into()).expect("a request")).await
    }

    async fn file(&self, body: &str) -> String {
        let reply = self.post("/open311/v2/requests.json", FORM, body.to_owned()).await;
        assert_eq!(reply.status, 201, "{}", reply.text());
        assert_eq!(reply.header("cache-control"), "no-store", "the number is told once");
        let answer = reply.json();
        let number = answer[0]["reference"].as_str().expect("a number").to_owned();
        assert!(number.len() == 12 && number.bytes().all(|b| b.is_ascii_digit()), "{number}");
        let id = answer[0]["service_request_id"].as_str().expect("an id").to_owned();
        assert!(reply.header("location").ends_with(&format!("/open311/v2/requests/{id}.json")));
        let spoken: String =
            answer[0]["service_notice"].as_str().expect("a notice").chars().filter(char::is_ascii_digit).collect();
        assert!(spoken.starts_with(&number), "{answer}");
        id
    }
}

const POTHOLE: &str = "service_code=CUKUR&lat=41.005&long=39.7200&attribute%5BNEREDE%5D=yol&description=B%C3%BCy%C3%BCk+%C3%A7ukur\
    &first_name=Ay%C5%9Fe&last_name=Gizli&phone=0532+765+43+21&email=ayse.gizli%40example.com&address_string=Gizli+Sokak+7\
    &media_url=https%3A%2F%2Fexample.org%2Fcukur.jpg";
const SECRETS: [&str; 6] = ["Ayşe", "Gizli Sokak", "5327654321", "ayse.gizli", "Büyük çukur", "cukur.jpg"];

#[tokio::test]
async fn services_are_told_and_requests_filed_listed_and_closed() {
    let town = Town::new().await;
    services(&town).await;
    let id = town.file(POTHOLE).await;
    let hidden = town.file("service_code=GIZLI&description=x").await;
    listed(&town, &id, &hidden).await;
    closed(&town, &id).await;
    refusals(&town, &hidden).await;
}

async fn services(town: &Town) {
    let discovery = town.json("/open311/discovery.json").await;
    assert_eq!(discovery["endpoints"][0]["url"], "http://localhost/open311/v2");
    let services = town.json("/open311/v2/services.json?jurisdiction_id=kent.example").await;
    let codes: Vec<&str> = services.as_array().expect("a list").iter().filter_map(|s| s["service_code"].as_str()).collect();
    assert_eq!(codes, ["CUKUR", "GIZLI"], "neither the branch nor what is no longer in use");
    assert_eq!(
        services[0],
        json!({ "service_code": "CUKUR", "service_name": "Topic CUKUR", "description": null, "metadata": true, "type": "realtime",
            "keywords": "çukur, asfalt", "group": "Topic YOL" })
    );
    let definition = town.json("/open311/v2/services/CUKUR.json").await;
    assert_eq!(definition["attributes"][0]["values"][1], json!({ "key": "kaldirim", "name": "On the pavement" }));
    let xml = town.get("/open311/v2/services/CUKUR.xml").await;
    assert_eq!(xml.header("content-type"), "text/xml; charset=utf-8");
    assert!(xml.text().contains("<attribute><variable>true</variable><code>NEREDE</code>"), "{}", xml.text());
}

async fn listed(town: &Town, id: &str, hidden: &str) {
    let list = town.json("/open311/v2/requests.json?service_code=CUKUR&status=open").await;
    assert_eq!(list.as_array().map(Vec::len), Some(1), "{list}");
    assert_eq!(town.json("/open311/v2/requests.json").await, list, "what isn't public is not listed");
    let request = &list[0];
    for (name, value) in [
        ("service_request_id", json!(id)),
        ("status", json!("open")),
        ("service_name", json!("Topic CUKUR")),
        ("agency_responsible", json!("Public Works")),
        ("lat", json!(41.005)),
        ("long", json!(39.72)),
        ("description", Json::Null),
        ("address", Json::Null),
        ("media_url", Json::Null),
    ] {
        assert_eq!(request[name], value, "{name} in {request}");
    }
    assert!(request["requested_datetime"].as_str().is_some_and(|t| t.ends_with("+03:00")), "{request}");
    assert_eq!(town.json(&format!("/open311/v2/requests/{id}.json")).await, list);
    assert_eq!(town.json(&format!("/open311/v2/requests.json?service_request_id={id},{hidden},99")).await, list);
    let xml = town.get(&format!("/open311/v2/requests/{id}.xml?extensions=true")).await.text();
    assert!(xml.contains(&format!("<service_requests><request><service_request_id>{id}</service_request_id>")), "{xml}");
    assert!(xml.contains("<extended_attributes><kind>complaint</kind>"), "{xml}");
    // Nobody in particular learns who filed it, what they wrote and where they live: not here, and not from the open data.
    let open = town.get("/ogc/collections/request/export/csv").await;
    assert_eq!(open.status, 200, "{}", open.text());
    assert!(open.text().contains("Konu CUKUR"), "the open data has the request: {}", open.text());
    for secret in SECRETS {
        assert!(!xml.contains(secret) && !list.to_string().contains(secret) && !open.text().contains(secret), "{secret}");
    }
    let seen = town.seen(&format!("/open311/v2/requests/{id}.json")).await;
    for (name, value) in
        [("description", "Büyük çukur"), ("media_url", "https://example.org/cukur.jpg"), ("address", "Gizli Sokak 7")]
    {
        assert_eq!(seen[0][name], value, "who may see it reads it back as it was filed");
    }
    let tag = town.get("/open311/v2/requests.json").await.header("etag").to_owned();
    let again = Request::get("/open311/v2/requests.json").header("accept-language", "en").header("if-none-match", tag);
    assert_eq!(town.send(again.body(Body::empty()).expect("a request")).await.status, 304);
    let record = town.seen(&format!("/ogc/collections/request/items/{id}")).await["properties"].clone();
    assert_eq!((&record["channel"], &record["applicant_phone"]), (&json!("open311"), &json!("+905327654321")));
    let token = record["id"].as_str().expect("an id");
    let pair = town.json(&format!("/open311/v2/tokens/{token}.json")).await;
    assert_eq!(pair, json!([{ "service_request_id": id, "token": token }]));
}

async fn closed(town: &Town, id: &str) {
    let register = town.desk.register("request").expect("there");
    let record = town.seen(&format!("/ogc/collections/request/items/{id}")).await;
    let record: Uuid = record["properties"]["id"].as_str().expect("an id").parse().expect("a UUID");
    let set = json!({ "resolution": "solved", "answer": "Çukur kapatıldı." });
    let set = town.desk.read_values(&register, set.as_object().expect("an object")).expect("values");
    let edit = Edit::Proceed { id: record, expected: None, transition: "resolve".into(), set, at: None };
    town.desk.change(&surveyor(), vec![("request".to_owned(), edit)]).await.unwrap_or_else(|e| panic!("{e:?}"));
    let list = town.json("/open311/v2/requests.json?status=closed").await;
    assert_eq!(
        (&list[0]["service_request_id"], &list[0]["status"], &list[0]["status_notes"]),
        (&json!(id), &json!("closed"), &json!("Answered."))
    );
    assert_eq!(town.json("/open311/v2/requests.json?status=open").await, json!([]));
    let found = town.json("/open311/v2/requests.json?q=konu%20CUKUR&per_page=1").await;
    assert_eq!(found[0]["service_request_id"], *id);
    assert_eq!(town.json("/open311/v2/requests.json?q=25%25").await, json!([]), "a sign of patterns is a sign");
    assert_eq!(town.json("/open311/v2/requests.json?end_date=2011-01-01").await, json!([]));
}

async fn refusals(town: &Town, hidden: &str) {
    let missing = format!("/open311/v2/requests/{hidden}.json");
    for (path, status) in [
        (missing.as_str(), 404),
        ("/open311/v2/requests/x.xml", 404),
        ("/open311/v2/services/YOK.json", 404),
        ("/open311/v2/requests.json?service_code=YOK", 404),
        ("/open311/v2/requests.yaml", 406),
        ("/open311/v2/nothing.json", 404),
        ("/open311/v2/a/b/c.xml", 404),
        ("/open311/v2/requests.xml?status=done", 400),
    ] {
        is_told(path, &town.get(path).await, status);
    }
    let file = "/open311/v2/requests.json";
    for (body, status, named) in [
        ("service_code=CUKUR", 400, "NEREDE"),
        ("service_code=CUKUR&attribute[NEREDE]=yol", 400, "lat"),
        ("service_code=CUKUR&attribute[NEREDE]=yol&attribute[YOK]=1&lat=1&long=2", 400, "YOK"),
        ("service_code=CUKUR&attribute[NEREDE]=yol&lat=1", 400, "lat"),
        ("service_code=GIZLI&phone=1", 400, "phone"),
        ("service_code=GIZLI&media_url=file%3A///etc/passwd", 400, "media_url"),
        ("", 400, "service_code"),
        ("service_code=ESKI", 404, "ESKI"),
        ("service_code=GIZLI&api_key=mdy_yok", 403, ""),
    ] {
        let reply = town.post(file, FORM, body).await;
        is_told(body, &reply, status);
        assert!(reply.text().contains(named), "{body}: {}", reply.text());
    }
    is_told("another type", &town.post(file, "multipart/form-data", "x").await, 415);
    let wrong = town.post("/open311/v2/services.json", FORM, "").await;
    is_told("nothing is posted there", &wrong, 405);
    let json =
        town.post(file, "application/json", json!({ "service_code": "GIZLI", "lat": 41, "long": 39.7 }).to_string()).await;
    assert_eq!(json.status, 201, "{}", json.text());
}

/// A refusal is a list of `{code, description}` in the format of the address.
fn is_told(what: &str, reply: &Reply, status: u16) {
    assert_eq!(reply.status, status, "{what}: {}", reply.text());
    if what.split('?').next().is_some_and(|path| path.ends_with(".xml")) {
        assert_eq!(reply.header("content-type"), "text/xml; charset=utf-8", "{what}");
        assert!(reply.text().contains(&format!("<errors><error><code>{status}</code><description>")), "{}", reply.text());
        return;
    }
    assert_eq!(reply.header("content-type"), "application/json; charset=utf-8", "{what}");
    assert_eq!(reply.json()[0]["code"], status, "{what}");
    assert!(reply.json()[0]["description"].as_str().is_some_and(|d| !d.is_empty()), "{what}");
}

#[test]
fn any_body_has_an_answer_of_the_standard() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().expect("a runtime");
    let town = runtime.block_on(Town::new());
    let known = prop::sample::select(vec![
        "service_code=GIZLI",
        "service_code=CUKUR",
        "lat=41",
        "long=x",
        "attribute[NEREDE]=yol",
        "description=%F0",
        "phone=%2B90",
        "email=a",
        "media_url=http://x",
        "api_key=",
        "first_name=%00",
        "address_id=1",
    ]);
    let bytes = prop::collection::vec(any::<u8>(), 0..40);
    let mut runner =
        proptest::test_runner::TestRunner::new(ProptestConfig { cases: 150, failure_persistence: None, ..Default::default() });
    let outcome = runner.run(&(prop::collection::vec(known, 0..4), bytes, any::<bool>()), |(known, bytes, json)| {
        let mut body = known.join("&").into_bytes();
        body.push(b'&');
        body.extend(bytes);
        let (media_type, end) = if json { ("application/json", "xml") } else { (FORM, "json") };
        let reply = runtime.block_on(town.post(&format!("/open311/v2/requests.{end}"), media_type, body));
        prop_assert!([201, 400, 403, 404].contains(&reply.status.as_u16()), "{} {}", reply.status, reply.text());
        let list = if json { reply.text().starts_with("<?xml") } else { reply.json()[0].is_object() };
        prop_assert!(list, "{}", reply.text());
        Ok(())
    });
    outcome.unwrap_or_else(|error| panic!("{error}"));
}
