//! A case's day: in the inbox, taken, asked, answered; its comments and files; who may see what of them.

use crate::{
    browser::{Browser, fields_to},
    house::{House, insert},
};
use axum::{
    body::Body,
    http::{Request, StatusCode},
};
use meydan_kernel::{Principal, Value, desk::Edit, query::Key};
use serde_json::json;
use uuid::Uuid;

/// The smallest PNG: one grey pixel.
const PIXEL: &[u8] = &[
    0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 0x0d, 0x49, 0x48, 0x44, 0x52, 0, 0, 0, 1, 0, 0, 0, 1, 8, 0, 0, 0,
    0, 0x3a, 0x7e, 0x9b, 0x55, 0, 0, 0, 0x0a, 0x49, 0x44, 0x41, 0x54, 0x78, 0x9c, 0x63, 0x60, 0, 0, 0, 2, 0, 1, 0x48, 0xaf,
    0xa4, 0x71, 0, 0, 0, 0, 0x49, 0x45, 0x4e, 0x44, 0xae, 0x42, 0x60, 0x82,
];

async fn task(house: &House, title: &str, unit: Uuid) -> Uuid {
    let due = meydan_kernel::post::day(jiff::Timestamp::now()).tomorrow().expect("a day").to_string();
    insert(&house.city, "task", json!({ "title": title, "unit": unit, "due_on": due, "given_by": house.head })).await
}

async fn unit(house: &House) -> Uuid {
    let desk = &house.city.app.desk;
    let directory = desk.directory().await.expect("a directory");
    directory.post(house.head_post).expect("the post").unit
}

async fn value(house: &House, id: Uuid, field: &str) -> Value {
    let desk = &house.city.app.desk;
    let register = desk.register("task").expect("there");
    let operator = Principal::operator(meydan_kernel::Act::default());
    let record = desk.get(&operator, &register, Key::Id(id), None).await.expect("the task");
    record.value(&register, field).cloned().expect("a field")
}

#[tokio::test]
async fn a_case_is_found_taken_answered_and_told() {
    let house = House::new().await;
    let unit = unit(&house).await;
    let first = task(&house, "Çınarlı kavşağında sinyal arızası", unit).await;
    let second = task(&house, "İskele yolu çizgileri", unit).await;
    let mut browser = house.logged_in("ayse").await;
    let html = browser.get("/inbox").await.text();
    for text in ["Çınarlı kavşağında sinyal arızası", "İskele yolu çizgileri", "due-tag", "Birimimin"] {
        assert!(html.contains(text), "{text}: {html}");
    }
    assert_eq!(browser.get("/masam?view=mine").await.status, 303);

    let gone = format!("task/{}", Uuid::now_v7());
    let taken = format!("task/{first}");
    let form = fields_to(&html, "/inbox/act");
    let reply = browser.send("/inbox/act", form.clone(), &[("case", &taken), ("act", "take"), ("back", "view=unit")]).await;
    assert!(reply.status == 200 && reply.text().contains("1 iş yapıldı, 0 iş yapılamadı"), "{}", reply.text());
    assert_eq!(value(&house, first, "assignee").await, Value::Reference(house.head));
    let reply = browser.send("/inbox/act", form, &[("case", &gone), ("act", "take")]).await;
    assert!(reply.text().contains("0 iş yapıldı, 1 iş yapılamadı"), "{}", reply.text());

    let path = format!("/registers/task/{first}");
    let html = browser.get(&path).await.text();
    for text in ["Sonucu bildir", "Üzerime al", "Süreler", "Not yaz", "İşin yolu"] {
        assert!(html.contains(text), "{text}: {html}");
    }
    let html = browser.get(&format!("{path}/workflow")).await.text();
    assert!(html.contains("<svg") && html.contains("Yapılıyor: şu anda burada"), "{html}");
    assert!(browser.get("/registers/task/workflow").await.text().contains("Geri gönder"));
    assert_eq!(value(&house, second, "assignee").await, Value::Null);
}

#[tokio::test]
async fn a_file_comes_through_its_case_once_and_only_to_who_may_see_it() {
    let house = House::new().await;
    let unit = unit(&house).await;
    let case = task(&house, "Rögar kapağı", unit).await;
    let browser = house.logged_in("ayse").await;
    let id = Uuid::now_v7();
    let path = format!("/api/cases/task/{case}/attachments");
    let send = async |browser: Option<&Browser<'_>>, name: &str, bytes: &[u8]| {
        let mut request = Request::post(format!("{path}?name={name}&audience=internal&id={id}"));
        if let Some(browser) = browser {
            request = request.header("cookie", format!("session={}", browser.cookie("session").expect("a session")));
        }
        house.city.send(request.body(Body::from(bytes.to_vec())).expect("a request")).await
    };
    assert_eq!(send(None, "a.png", PIXEL).await.status, StatusCode::UNAUTHORIZED);
    assert_eq!(send(Some(&browser), "a.exe", b"MZ not a picture").await.status, StatusCode::UNSUPPORTED_MEDIA_TYPE);
    let reply = send(Some(&browser), "rogar.exe", PIXEL).await;
    assert_eq!(reply.status, StatusCode::CREATED, "{}", reply.text());
    assert_eq!(send(Some(&browser), "rogar.exe", PIXEL).await.status, StatusCode::OK, "sent again it is kept once");
    let content = format!("{path}/{id}/content");
    assert_eq!(house.city.get(&content).await.status, StatusCode::UNAUTHORIZED);
    let mut browser = browser;
    let reply = browser.get(&content).await;
    assert_eq!((reply.status, &reply.body[..]), (StatusCode::OK, PIXEL));
    assert!(reply.headers["content-disposition"].to_str().expect("text").contains("rogar%2Epng"));
    assert_eq!(reply.headers["content-security-policy"], "default-src 'none'; sandbox");
    let other = task(&house, "Başka iş", unit).await;
    let stray = format!("/api/cases/task/{other}/attachments/{id}/content");
    assert_eq!(browser.get(&stray).await.status, StatusCode::NOT_FOUND, "not through another case");
    let json = browser.get(&format!("/api/cases/task/{case}")).await.text();
    assert!(json.contains("\"offers\":[{") && json.contains("\"urgency\":"), "{json}");
    let counts = browser.get("/api/inbox/counts").await.text();
    assert!(counts.contains("\"unit\":2") && counts.contains("\"unassigned\":2"), "{counts}");
}

#[tokio::test]
async fn the_letter_is_one_and_a_number_alone_does_not_open_it() {
    let house = House::new().await;
    let (app, unit) = (&house.city.app, unit(&house).await);
    let asked = json!({
        "kind": "petition", "description": "Kaldırım çöktü.", "channel": "letter", "applicant_name": "Ayşe Örnek",
        "applicant_email": "ayse@ornek.example", "unit": unit,
    });
    let id = insert(&house.city, "request", asked).await;
    let register = app.desk.register("request").expect("there");
    let operator = Principal::operator(meydan_kernel::Act::default());
    let answer = json!({ "resolution": "informed", "answer": "Onarım programa alındı." });
    for (step, said) in [("submit_answer", answer), ("approve", json!({}))] {
        let set = app.desk.read_values(&register, said.as_object().expect("an object")).expect("values");
        let go = Edit::Proceed { id, expected: None, transition: step.to_owned(), set, at: None };
        app.desk.change(&operator, vec![("request".to_owned(), go)]).await.unwrap_or_else(|e| panic!("{step}: {e}"));
    }
    let record = app.desk.get(&operator, &register, Key::Id(id), None).await.expect("the request");
    let Some(Value::Text(number)) = record.value(&register, "reference").cloned() else { panic!("no number") };
    let path = format!("/api/cases/request/{id}/answer.pdf");
    let mut browser = Browser::new(&house.city);
    assert_eq!(browser.get(&path).await.status, StatusCode::NOT_FOUND, "to strangers it is not there");
    let pass = app.identity.make_case_pass(&number, None).await.expect("a pass");
    browser.plant("case", &pass);
    assert_eq!(browser.get(&path).await.status, StatusCode::FORBIDDEN, "the number alone");
    let files = "/basvuru/takip";
    assert!(browser.get(files).await.text().contains("Kaldırım çöktü."), "but it shows where the request is");
    let pass = app.identity.make_case_pass(&number, Some(jiff::Timestamp::now())).await.expect("a pass");
    browser.plant("case", &pass);
    let theirs = browser.get(&path).await;
    assert!(theirs.status == StatusCode::OK && theirs.body.starts_with(b"%PDF"), "{}", theirs.text());
    // The officer's kept copy, and the applicant's other way to it: the list of their files.
    let ours = house.logged_in("ayse").await.get(&path).await;
    assert_eq!((ours.status, ours.body == theirs.body), (StatusCode::OK, true));
    let page = browser.get(files).await.text();
    let file = page.split("href=\"").find_map(|rest| rest.strip_prefix("/basvuru/takip/ek/")).expect("the letter is listed");
    let file = format!("/basvuru/takip/ek/{}", file.split('"').next().unwrap_or_default());
    assert!(browser.get(&file).await.body == theirs.body);
    let pass = app.identity.make_case_pass(&number, None).await.expect("a pass");
    browser.plant("case", &pass);
    assert!(!browser.get(files).await.text().contains("/basvuru/takip/ek/"));
    assert_eq!(browser.get(&file).await.status, StatusCode::NOT_FOUND, "nor by its address");
}
