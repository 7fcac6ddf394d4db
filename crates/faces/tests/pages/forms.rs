//! Entering, changing, ending a record by form.

use crate::{
    browser::{Browser, between, fields},
    city::City,
};

const POINT: [(&str, &str); 2] = [("geometry.lon", "39,7178"), ("geometry.lat", "41,0053")];

/// A tea garden; returns its address.
async fn tea_garden(browser: &mut Browser<'_>) -> String {
    let form = [&POINT[..], &[("name", "Iğdır Çay Bahçesi"), ("service_type", "turizm_ve_eglence"), ("reason", "Yeni açıldı")]]
        .concat();
    let (to, page) = browser.fill_and_follow("/registers/point_of_interest/new", &form).await;
    assert!(page.text().contains("Iğdır Çay Bahçesi") && page.text().contains("Yeni açıldı"), "{}", page.text());
    to.split('?').next().expect("a path").to_owned()
}

#[tokio::test]
async fn a_record_is_entered_and_its_faults_stand_at_their_fields() {
    let city = City::empty().await;
    let mut browser = Browser::new(&city);
    let reply = browser
        .fill("/registers/point_of_interest/new", &[("name", "Kuş Evi"), ("geometry.lon", "otuz"), ("geometry.lat", "41")])
        .await;
    let html = reply.text();
    assert_eq!(reply.status, 400);
    assert!(html.contains("value=\"Kuş Evi\"") && html.contains("value=\"otuz\""), "what was typed is kept: {html}");
    assert!(html.contains("Boylam ve enlem birer sayı olmalı"));
    let reply = browser.fill("/registers/point_of_interest/new", &[("name", "Kuş Evi")]).await;
    let html = reply.text();
    assert_eq!(reply.status, 400);
    let at_type = between(&html, "id=\"d-service_type\">", "</p>").expect("help of the field");
    assert!(at_type.contains("zorunlu alan boş"), "{at_type}");
    assert!(between(&html, "id=\"d-geometry\">", "</p>").is_some_and(|h| h.contains("geometri zorunlu")));
    tea_garden(&mut browser).await;
}

#[tokio::test]
async fn a_form_that_nobody_touched_changes_nothing() {
    let city = City::with_a_street().await;
    let mut browser = Browser::new(&city);
    for path in [tea_garden(&mut browser).await, format!("/registers/building/{}", city.building(3).await)] {
        let head = city.app.desk.head();
        let (to, page) = browser.fill_and_follow(&format!("{path}/edit"), &[("reason", "bakıyorum")]).await;
        assert!(to.ends_with("?unchanged=1") && page.text().contains("Hiçbir alan değişmediği"), "{to}");
        assert_eq!(city.app.desk.head(), head);
    }
}

#[tokio::test]
async fn numbers_dates_and_references_are_read_as_people_type_them() {
    let city = City::empty().await;
    let mut browser = Browser::new(&city);
    browser.fill_and_follow("/registers/neighbourhood/new", &[("name", "İskelebaşı"), ("type", "mahalle")]).await;
    let square = r#"{"type":"Polygon","coordinates":[[[39.7,41.0],[39.71,41.0],[39.71,41.01],[39.7,41.0]]]}"#;
    let form = [
        ("name", "Zağnos Parkı"),
        ("kind", "park"),
        ("area_m2", "12.345,5"),
        ("opened", "1998-05-19"),
        ("accessible", "true"),
        ("neighbourhood", "iskelebaşı"),
        ("geometry", square),
    ];
    let (to, page) = browser.fill_and_follow("/registers/park/new", &form).await;
    let html = page.text();
    for text in ["12.345,5 m²", "19 Mayıs 1998", "Evet", "İskelebaşı", "Zağnos Parkı"] {
        assert!(html.contains(text), "{text}: {html}");
    }
    let edit = format!("{}/edit", to.split('?').next().expect("a path"));
    let reply = browser.fill(&edit, &[("area_m2", "1.234")]).await;
    assert_eq!(reply.status, 400);
    assert!(reply.text().contains("iki türlü okunabilir"));
    let reply = browser.fill(&edit, &[("neighbourhood", "Olmayan")]).await;
    assert!(reply.text().contains("kütüğünde “Olmayan” bulunamadı"));
}

#[tokio::test]
async fn who_came_second_sees_the_three_values_and_decides() {
    let city = City::empty().await;
    let mut browser = Browser::new(&city);
    let path = tea_garden(&mut browser).await;
    let edit = format!("{path}/edit");
    let opened = fields(&browser.get(&edit).await.text());
    browser.fill_and_follow(&edit, &[("name", "Iğdır Çay Evi"), ("phone", "0462 000 00 00"), ("reason", "Ad değişti")]).await;
    let reply = browser.send(&edit, opened, &[("name", "Iğdır Bahçesi"), ("website", "https://ornek.example")]).await;
    let html = reply.text();
    assert_eq!(reply.status, 409);
    let three = between(&html, "<dl class=\"three\">", "</dl>").expect("three values");
    for value in ["Iğdır Çay Bahçesi", "Iğdır Çay Evi", "Iğdır Bahçesi"] {
        assert!(three.contains(value), "{three}");
    }
    assert!(html.contains("Emine Kaya") && html.contains("Ad değişti"), "who and why");
    let merged = fields(&html);
    assert_eq!(
        (merged["phone"].as_str(), merged["website"].as_str()),
        ("0462 000 00 00", "https://ornek.example"),
        "the rest is merged"
    );
    let reply = browser.send(&edit, merged, &[]).await;
    assert_eq!(reply.status, 303, "{}", reply.text());
    assert!(browser.get(&path).await.text().contains("Iğdır Bahçesi"));
    let history = browser.get(&format!("{path}/history")).await.text();
    assert_eq!(history.matches("sürüm <span class=\"verb\">").count(), 3, "{history}");
}

#[tokio::test]
async fn nothing_is_changed_without_the_forms_token() {
    let city = City::empty().await;
    let mut browser = Browser::new(&city);
    let path = tea_garden(&mut browser).await;
    let head = city.app.desk.head();
    for target in [format!("{path}/edit"), "/registers/point_of_interest/new".to_owned(), format!("{path}/delete")] {
        let opened = fields(&browser.get(&format!("{path}/edit")).await.text());
        let reply = browser
            .send(&target, opened, &[("meydan-form", &"0".repeat(64)), ("name", "Ele geçirildi"), ("reason", "x")])
            .await;
        assert_eq!(reply.status, 403, "{target}");
    }
    assert_eq!(city.app.desk.head(), head);
}

#[tokio::test]
async fn a_record_ends_with_a_reason_and_its_past_stays() {
    let city = City::empty().await;
    let mut browser = Browser::new(&city);
    let path = tea_garden(&mut browser).await;
    let opened = fields(&browser.get(&format!("{path}/edit")).await.text());
    let reply = browser.send(&format!("{path}/delete"), opened.clone(), &[("reason", "  ")]).await;
    assert_eq!(reply.status, 400);
    let reply = browser.send(&format!("{path}/delete"), opened, &[("reason", "Kapandı")]).await;
    assert_eq!(reply.status, 303, "{}", reply.text());
    let page = browser.get(&path).await;
    assert_eq!(page.status, 410);
    assert!(page.text().contains("tarihinde silindi") && page.text().contains("Kapandı"));
    let history = browser.get(&format!("{path}/history")).await;
    assert!(history.text().contains("Silindi") && history.text().contains("Oluşturuldu"));
    assert_eq!(browser.get(&format!("{path}/edit")).await.status, 404);
    assert!(!browser.get("/registers/point_of_interest").await.text().contains("Iğdır Çay Bahçesi"));
    let then = between(&history.text(), "?as-of=", "\"").expect("a link to the past").to_owned();
    assert!(browser.get(&format!("{path}?as-of={then}")).await.status.is_client_error(), "the newest version is the end");
}

#[tokio::test]
async fn a_second_click_makes_no_second_record() {
    let city = City::empty().await;
    let mut browser = Browser::new(&city);
    let path = "/registers/point_of_interest/new";
    let form = fields(&browser.get(path).await.text());
    let typed = [&POINT[..], &[("name", "Çifte Çınar"), ("service_type", "turizm_ve_eglence")]].concat();
    let first = browser.send(path, form.clone(), &typed).await;
    let second = browser.send(path, form.clone(), &typed).await;
    assert!(first.status == 303 && second.status == 303, "{}", second.text());
    assert_eq!(first.header("location"), second.header("location"), "both clicks lead to one record");
    // The same form with other content is another record, not a lost one.
    let other = [&typed[..], &[("name", "Tek Çınar")]].concat();
    let third = browser.send(path, form, &other).await;
    assert_eq!(third.status, 303, "{}", third.text());
    assert_ne!(third.header("location"), first.header("location"));
}
