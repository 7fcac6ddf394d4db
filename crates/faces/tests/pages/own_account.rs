//! One's own account: posts and proxies, ways in, sessions, tokens, looks, and one's own data.

use crate::{
    browser::{Browser, between, fields_to, unescape},
    house::{House, PASSWORD, log_in},
};
use hmac::{Hmac, KeyInit as _, Mac as _};
use jiff::{SignedDuration, Timestamp};
use meydan_kernel::{permission::FieldSet, post::StandingKey, query::Key};

/// The code of an authenticator app at an instant (RFC 6238).
fn one_time_code(base32: &str, at: Timestamp) -> String {
    let bits: String =
        base32.chars().map(|c| format!("{:05b}", "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".find(c).expect("base32"))).collect();
    let key: Vec<u8> = (0..bits.len() / 8).map(|i| u8::from_str_radix(&bits[8 * i..8 * i + 8], 2).expect("bits")).collect();
    let mut mac = Hmac::<sha1::Sha1>::new_from_slice(&key).expect("any length");
    mac.update(&u64::try_from(at.as_second() / 30).expect("after 1970").to_be_bytes());
    let hash: [u8; 20] = mac.finalize().into_bytes().into();
    let start = usize::from(hash[19] & 15);
    let word = u32::from_be_bytes(hash[start..start + 4].try_into().expect("four")) & 0x7fff_ffff;
    format!("{:06}", word % 1_000_000)
}

/// Sends the form of a page that goes to `action`, some inputs changed.
async fn submit(browser: &mut Browser<'_>, page: &str, action: &str, changes: &[(&str, &str)]) -> crate::city::Reply {
    let html = browser.get(page).await.text();
    let form = fields_to(&html, action);
    browser.send(action, form, changes).await
}

#[tokio::test]
async fn who_stands_in_chooses_it_and_every_page_says_for_whom() {
    let house = House::new().await;
    let mut browser = house.logged_in("mehmet").await;
    let page = browser.get("/account").await.text();
    for text in [
        "Mehmet Işık",
        "CBS Uzmanı, Bilgi İşlem Dairesi",
        "Daire Başkanı, Bilgi İşlem Dairesi",
        "Ayşe Yılmaz yerine",
        "gününe kadar",
    ] {
        assert!(page.contains(text), "{text}: {page}");
    }
    assert!(!page.contains("vekâleten işlem yapıyorsunuz"), "standing in is never assumed");
    let proxied = StandingKey { post: house.head_post, proxy: Some(house.proxy) }.to_string();
    let reply = submit(&mut browser, "/account", "/account/post", &[("standing", &proxied)]).await;
    assert_eq!(reply.status, 303, "{}", reply.text());
    let page = browser.get("/registers").await.text();
    assert!(page.contains("Ayşe Yılmaz adına, vekâleten işlem yapıyorsunuz"), "{page}");
    // A post that isn't theirs, a proxy that isn't there.
    for standing in [
        StandingKey { post: house.head_post, proxy: None }.to_string(),
        format!("{}/{}", house.head_post, house.head),
        "x".into(),
    ] {
        let reply = submit(&mut browser, "/account", "/account/post", &[("standing", &standing)]).await;
        assert!(reply.status.is_client_error(), "{standing}");
    }
    let own = StandingKey { post: house.expert_post, proxy: None }.to_string();
    submit(&mut browser, "/account", "/account/post", &[("standing", &own)]).await;
    assert!(!browser.get("/registers").await.text().contains("vekâleten"));
    // The head sees who stands in for them.
    let page = house.logged_in("ayse").await.get("/account").await.text();
    assert!(page.contains("Mehmet Işık") && page.contains("/people/proxies/new"), "{page}");
}

#[tokio::test]
async fn a_new_password_ends_all_other_sessions() {
    let house = House::new().await;
    let mut office = house.logged_in("ayse").await;
    let mut phone = house.logged_in("ayse").await;
    let new = "rüzgârlı tepede kır evi";
    let reply = submit(&mut office, "/account/login", "/account/password", &[("current", "yanlış"), ("password", new)]).await;
    assert_eq!(reply.status, 401);
    assert!(reply.text().contains("Parolanız yanlış") && reply.text().contains("id=\"current\""));
    let reply =
        submit(&mut office, "/account/login", "/account/password", &[("current", PASSWORD), ("password", "ayse12345678")])
            .await;
    assert_eq!(reply.status, 400, "{}", reply.text());
    let reply = submit(&mut office, "/account/login", "/account/password", &[("current", PASSWORD), ("password", new)]).await;
    assert_eq!(reply.status, 303, "{}", reply.text());
    assert_eq!(office.get("/account").await.status, 200, "goes on with a new cookie");
    assert_eq!(phone.get("/account").await.status, 303);
    assert_eq!(log_in(&mut Browser::new(&house.city), "ayse", PASSWORD).await.status, 401);
    assert_eq!(log_in(&mut Browser::new(&house.city), "ayse", new).await.status, 303);
}

#[tokio::test]
async fn sessions_are_ended_one_by_one_and_all_together() {
    let house = House::new().await;
    let mut here = house.logged_in("ayse").await;
    let mut others = [house.logged_in("ayse").await, house.logged_in("ayse").await, house.logged_in("ayse").await];
    let sessions = house.city.app.identity.sessions_of(house.head).await.expect("sessions");
    let second = sessions[1].id;
    let reply = submit(&mut here, "/account/sessions", &format!("/account/sessions/{second}/end"), &[]).await;
    assert_eq!(reply.status, 303);
    let mut on = 0;
    for browser in &mut others {
        on += u32::from(browser.get("/account").await.status == 200);
    }
    assert_eq!(on, 2);
    // Another person's session is none of theirs.
    let mut stranger = house.logged_in("mehmet").await;
    let form = fields_to(&stranger.get("/account").await.text(), "/logout");
    stranger.send(&format!("/account/sessions/{}/end", sessions[0].id), form, &[]).await;
    assert_eq!(here.get("/account").await.status, 200);
    let stolen = here.cookie("session").expect("a session").to_owned();
    submit(&mut here, "/account/sessions", "/account/sessions/end-others", &[]).await;
    for browser in &mut others {
        assert_eq!(browser.get("/account").await.status, 303);
    }
    assert_eq!(here.get("/account").await.status, 200);
    let mut thief = Browser::new(&house.city);
    thief.plant("session", &stolen);
    assert_eq!(thief.get("/account").await.status, 303, "a copy of the cookie is over too");
}

#[tokio::test]
async fn a_token_is_shown_once_and_can_do_less_than_its_owner() {
    let house = House::new().await;
    let mut browser = house.logged_in("mehmet").await;
    let reply =
        submit(&mut browser, "/account/tokens", "/account/tokens", &[("name", "QGIS"), ("days", "900"), ("registers", "all")])
            .await;
    assert_eq!(reply.status, 400, "{}", reply.text());
    assert!(reply.text().contains("value=\"QGIS\"") && reply.text().contains("1–366"), "{}", reply.text());
    let reply = submit(&mut browser, "/account/tokens", "/account/tokens", &[("name", "QGIS"), ("days", "30")]).await;
    assert!(reply.text().contains("En az bir kütük seçin"), "nothing chosen isn't everything");
    let reply =
        submit(&mut browser, "/account/tokens", "/account/tokens", &[("name", "QGIS"), ("days", "30"), ("register", "unit")])
            .await;
    assert_eq!(reply.status, 200, "{}", reply.text());
    assert_eq!(reply.header("cache-control"), "no-store");
    let html = reply.text();
    let secret = between(&html, "id=\"secret\" class=\"mono\" readonly value=\"", "\"").expect("the token").to_owned();
    assert!(secret.starts_with("meydan_"));
    let page = browser.get("/account/tokens").await.text();
    assert!(page.contains("QGIS") && !page.contains(&secret));
    let bearer = format!("Bearer {secret}");
    let ask = async |path: &str| house.city.get_with(path, &[("authorization", &bearer)]).await.status.as_u16();
    assert_eq!(ask("/ogc/collections/unit/items").await, 200);
    assert_eq!(ask("/ogc/collections/person/items").await, 403, "not among the registers");
    assert_eq!(ask("/account").await, 401, "a token is no person at a browser");
    let id = house.city.app.identity.tokens_of(house.expert).await.expect("tokens")[0].id;
    submit(&mut browser, "/account/tokens", &format!("/account/tokens/{id}/revoke"), &[]).await;
    assert_eq!(ask("/ogc/collections/unit/items").await, 401);
}

#[tokio::test]
async fn an_authenticator_app_is_asked_for_and_a_recovery_code_does_too() {
    let house = House::new().await;
    let mut browser = house.logged_in("ayse").await;
    let html = submit(&mut browser, "/account/login", "/account/app", &[]).await.text();
    assert!(html.contains("<svg") && html.contains("class=\"qr\""), "{html}");
    let key = between(&html, "id=\"key\" class=\"mono\" readonly value=\"", "\"").expect("the key").to_owned();
    let confirm = fields_to(&html, "/account/app/confirm");
    let reply = browser.send("/account/app/confirm", confirm.clone(), &[("code", "000000")]).await;
    assert_eq!(reply.status, 401);
    let now = Timestamp::now();
    let reply = browser.send("/account/app/confirm", confirm, &[("code", &one_time_code(&key, now))]).await;
    assert_eq!(reply.status, 200, "{}", reply.text());
    let html = reply.text();
    let codes = between(&html, "<ol class=\"codes mono\">", "</ol>").expect("recovery codes").to_owned();
    let recovery = between(&codes, "<li>", "</li>").expect("a code").to_owned();
    // The password alone is only half of it.
    let mut other = Browser::new(&house.city);
    let reply = log_in(&mut other, "ayse", PASSWORD).await;
    assert_eq!((reply.status.as_u16(), reply.header("location")), (303, "/login/code?next=%2F"));
    assert_eq!(other.cookie("session"), None);
    assert_eq!(other.get("/account").await.status, 303);
    let reply = other.fill("/login/code", &[("code", "123456")]).await;
    assert_eq!(reply.status, 401);
    let next = now + SignedDuration::from_secs(30);
    let reply = other.fill("/login/code", &[("code", &one_time_code(&key, next))]).await;
    assert_eq!(reply.status, 303, "{}", reply.text());
    assert_eq!(other.get("/account").await.status, 200);
    for (code, status) in [(recovery.as_str(), 303), (recovery.as_str(), 401)] {
        let mut lost = Browser::new(&house.city);
        log_in(&mut lost, "ayse", PASSWORD).await;
        assert_eq!(lost.fill("/login/code", &[("code", code)]).await.status, status, "a recovery code is good once");
    }
}

/// Makes it long ago that the browser's person proved who they are.
async fn long_ago(house: &House, browser: &Browser<'_>) {
    use sha2::{Digest as _, Sha256};
    let cookie = browser.cookie("session").expect("a session");
    let store = house.city.app.desk.store();
    let secrets = store.secrets("session", None).await.expect("secrets");
    let hash = Sha256::digest(cookie);
    let hex: String = hash.iter().map(|b| format!("{b:02x}")).collect();
    let mine = secrets.iter().find(|s| s.key.contains(&hex) || secrets.len() == 1).expect("the session");
    let mut content: serde_json::Value = serde_json::from_str(&mine.content).expect("JSON");
    content["verified_at"] = (Timestamp::now() - SignedDuration::from_hours(1)).to_string().into();
    let old = meydan_kernel::Secret { content: content.to_string(), ..mine.clone() };
    store.keep_secret(&old).await.expect("kept");
}

#[tokio::test]
async fn what_needs_a_proof_leads_there_and_back_with_the_form() {
    let house = House::new().await;
    let mut browser = house.logged_in("mehmet").await;
    long_ago(&house, &browser).await;
    let reply = submit(
        &mut browser,
        "/account/tokens",
        "/account/tokens",
        &[("name", "QGIS “harita”"), ("days", "30"), ("register", "unit")],
    )
    .await;
    assert_eq!(reply.status, 403);
    let html = reply.text();
    assert!(
        html.contains("Kimliğinizi yeniden doğrulayın") && html.contains("formun") || html.contains("form bekliyor"),
        "{html}"
    );
    let verify = fields_to(&html, "/account/verify");
    assert_eq!(verify["kept:name"], "QGIS “harita”");
    let before = browser.cookie("session").expect("a session").to_owned();
    let reply = browser.send("/account/verify", verify.clone(), &[("password", "yanlış")]).await;
    assert_eq!(reply.status, 401);
    let again = fields_to(&reply.text(), "/account/verify");
    assert_eq!(again["kept:name"], "QGIS “harita”", "kept through a mistake");
    let reply = browser.send("/account/verify", again, &[("password", PASSWORD)]).await;
    assert_eq!(reply.status, 200, "{}", reply.text());
    assert_ne!(browser.cookie("session"), Some(before.as_str()), "a new cookie");
    let resend = fields_to(&reply.text(), "/account/tokens");
    let reply = browser.send("/account/tokens", resend, &[]).await;
    assert!(reply.status == 200 && reply.text().contains("anahtarı üretildi"), "{}", reply.text());
    assert_eq!(house.city.app.identity.tokens_of(house.expert).await.expect("tokens").len(), 1);
    // A kept form goes to a path of ours only.
    long_ago(&house, &browser).await;
    let mut form = fields_to(&browser.get("/account/verify").await.text(), "/account/verify");
    form.insert("kept-path".to_owned(), "https://evil.example/".to_owned());
    form.insert("kept:x".to_owned(), "y".to_owned());
    let reply = browser.send("/account/verify", form, &[("password", PASSWORD), ("next", "//evil.example")]).await;
    assert_eq!((reply.status.as_u16(), reply.header("location")), (303, "/account"));
}

#[tokio::test]
async fn i_see_who_looked_at_my_data_and_why_and_take_all_of_it_away() {
    let house = House::new().await;
    let mut browser = house.logged_in("mehmet").await;
    assert!(browser.get("/account/looks").await.text().contains("Henüz kimse"));
    // The data protection officer opens Mehmet's phone number.
    let desk = &house.city.app.desk;
    let person = desk.register("person").expect("there");
    let post = crate::house::insert(
        &house.city,
        "post",
        serde_json::json!({
            "title": "KVKK Görevlisi", "role": "data_protection_officer",
            "unit": desk.directory().await.expect("the house").posts().next().expect("a post").unit,
        }),
    )
    .await;
    let unit = desk.directory().await.expect("the house").post(post).expect("there").unit;
    let officer =
        crate::house::insert(&house.city, "person", serde_json::json!({ "first_name": "Deniz", "last_name": "Kaya" })).await;
    crate::house::insert(
        &house.city,
        "holding",
        serde_json::json!({ "person": officer, "post": post, "unit": unit, "valid_from": "2020-01-01" }),
    )
    .await;
    let directory = desk.directory().await.expect("the house");
    let who = directory.principal(officer, None, meydan_kernel::Act::default(), Timestamp::now()).expect("active");
    let phone = FieldSet::named(&person, &["phone".to_owned()]);
    let record =
        desk.unmask(&who.through("page").because(Some("Dilekçe 42".into())), &person, Key::Id(house.expert), phone).await;
    assert!(record.is_ok(), "{record:?}");
    let page = browser.get("/account/looks").await.text();
    for text in ["Deniz Kaya", "KVKK Görevlisi, Bilgi İşlem Dairesi", "Cep telefonu", "Dilekçe 42", "1 erişim"] {
        assert!(page.contains(text), "{text}: {page}");
    }
    assert!(!house.logged_in("ayse").await.get("/account/looks").await.text().contains("Dilekçe 42"), "it is nobody else's");
    // Also while standing in for somebody: what is kept of me stays mine, and only mine.
    let proxied = StandingKey { post: house.head_post, proxy: Some(house.proxy) }.to_string();
    submit(&mut browser, "/account", "/account/post", &[("standing", &proxied)]).await;
    assert!(browser.get("/account/looks").await.text().contains("Dilekçe 42"));
    let reply = submit(&mut browser, "/account/looks", "/account/data.json", &[]).await;
    assert_eq!(reply.status, 200, "{}", reply.text());
    assert!(reply.header("content-disposition").contains("attachment"));
    let data = reply.json();
    let registers = &data["registers"];
    assert_eq!(registers["person"]["records"].as_array().map(Vec::len), Some(1), "{data}");
    assert_eq!(registers["person"]["records"][0]["fields"]["phone"], "+905324445566");
    assert_eq!(registers["holding"]["records"][0]["fields"]["person"], house.expert.to_string());
    assert!(registers["look"]["records"].as_array().is_some_and(|l| l.iter().any(|l| l["fields"]["reason"] == "Dilekçe 42")));
    assert!(!registers["security_event"]["records"].as_array().expect("events").is_empty());
    let text = unescape(&reply.text());
    assert!(!text.contains("+905321112233") && !text.contains("argon2"), "nothing of others, no secret");
}
