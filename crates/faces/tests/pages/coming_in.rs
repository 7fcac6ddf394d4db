//! Logging in and out, and what others may not make of it.

use crate::{
    browser::{Browser, fields, fields_to},
    house::{House, PASSWORD, insert, log_in},
};
use axum::{body::Body, http::Request};
use meydan_faces::Settings;
use meydan_kernel::desk::Edit;
use serde_json::json;

#[tokio::test]
async fn who_comes_to_a_closed_page_logs_in_and_is_there() {
    let house = House::new().await;
    let mut browser = Browser::new(&house.city);
    let reply = browser.get("/registers/person?sort=last_name").await;
    assert_eq!(reply.status, 303, "{}", reply.text());
    assert_eq!(reply.header("location"), "/login?next=%2Fregisters%2Fperson%3Fsort%3Dlast_name");
    assert_eq!(reply.header("cache-control"), "no-store");
    let to = reply.header("location").to_owned();
    let (to, page) = browser.fill_and_follow(&to, &[("login", "AYSE"), ("password", PASSWORD)]).await;
    assert_eq!(to, "/registers/person?sort=last_name");
    assert!(page.status == 200 && page.text().contains("Işık"), "{}", page.text());
}

#[tokio::test]
async fn a_login_opens_a_session_and_a_logout_ends_it() {
    let house = House::new().await;
    let mut browser = Browser::new(&house.city);
    let page = browser.get("/login?next=/account/sessions").await;
    assert_eq!(page.header("cache-control"), "no-store");
    let form = fields_to(&page.text(), "/login");
    let reply = browser.send("/login", form, &[("login", "Mehmet"), ("password", PASSWORD)]).await;
    assert_eq!((reply.status.as_u16(), reply.header("location")), (303, "/account/sessions"));
    let session =
        reply.headers.get_all("set-cookie").iter().map(|c| c.to_str().expect("ASCII")).find(|c| c.starts_with("session="));
    assert!(
        session.is_some_and(|c| c.contains("HttpOnly") && c.contains("SameSite=Lax") && c.contains("Path=/")),
        "{session:?}"
    );
    let page = browser.get("/account/sessions").await;
    assert!(page.text().contains("bu oturum") && page.text().contains("10.1.2.3"), "{}", page.text());
    assert_eq!(page.header("cache-control"), "no-store");
    let stolen = browser.cookie("session").expect("a session").to_owned();
    let form = fields_to(&page.text(), "/logout");
    let reply = browser.send("/logout", form, &[]).await;
    assert!(reply.text().contains("Oturumunuz kapatıldı"));
    assert_eq!(browser.cookie("session"), None);
    let mut thief = Browser::new(&house.city);
    thief.plant("session", &stolen);
    assert_eq!(thief.get("/account").await.status, 303, "a cookie kept from before opens nothing");
}

#[tokio::test]
async fn nobody_learns_whether_login_or_password_was_wrong() {
    let house = House::new().await;
    let mut browser = Browser::new(&house.city);
    let mut texts = Vec::new();
    for (login, password) in [("ayse", "yanlış bir parola"), ("nobody", PASSWORD)] {
        let reply = log_in(&mut browser, login, password).await;
        assert_eq!(reply.status, 401);
        let html = reply.text();
        assert!(html.contains(&format!("value=\"{login}\"")) && !html.contains(password), "{html}");
        assert!(html.contains("role=\"alert\"") && html.contains("aria-describedby=\"refusal\""));
        texts.push(html.replace(login, ""));
    }
    assert_eq!(texts[0], texts[1]);
}

#[tokio::test]
async fn who_guesses_is_told_to_wait() {
    let house = House::new().await;
    let mut browser = Browser::new(&house.city);
    let mut last = log_in(&mut browser, "ayse", "birinci yanlış parola").await;
    for _ in 0..7 {
        if last.status == 429 {
            break;
        }
        last = log_in(&mut browser, "ayse", "birinci yanlış parola").await;
    }
    assert_eq!(last.status, 429, "{}", last.text());
    assert!(last.header("retry-after").parse::<u64>().is_ok_and(|s| s > 0));
    assert!(last.text().contains("bekleyin"));
}

#[tokio::test]
async fn a_session_planted_before_the_login_is_worth_nothing_after_it() {
    let house = House::new().await;
    // The attacker's own session, planted into the victim's browser.
    let attacker = house.logged_in("mehmet").await;
    let planted = attacker.cookie("session").expect("a session").to_owned();
    let mut victim = Browser::new(&house.city);
    let form = fields(&victim.get("/login").await.text());
    let before = victim.cookie("meydan-form").expect("a token").to_owned();
    victim.plant("session", &planted);
    // Who is logged in (as the attacker) has that session's token, not the one from before.
    let reply = victim.send("/login", form, &[("login", "ayse"), ("password", PASSWORD)]).await;
    assert_eq!(reply.status, 403, "the planted session changes the form's token");
    let mut victim = Browser::new(&house.city);
    victim.plant("session", "x".repeat(43).as_str());
    log_in(&mut victim, "ayse", PASSWORD).await;
    let session = victim.cookie("session").expect("a session").to_owned();
    assert_ne!(session, "x".repeat(43));
    assert_eq!(victim.cookie("meydan-form"), None, "the token from before is over");
    let page = victim.get("/account").await.text();
    let token = fields_to(&page, "/logout")["meydan-form"].clone();
    assert_ne!(token, before);
    // The token of another session doesn't do.
    let mut other = house.logged_in("mehmet").await;
    let own = fields_to(&other.get("/account").await.text(), "/logout");
    assert_ne!(own["meydan-form"], token);
    assert_eq!(other.send("/logout", own, &[("meydan-form", &token)]).await.status, 403);
    assert_eq!(other.get("/account").await.status, 200, "still logged in");
}

#[tokio::test]
async fn a_login_goes_on_to_pages_of_ours_only() {
    let house = House::new().await;
    for next in ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)", "/login", "/logout"] {
        let mut browser = Browser::new(&house.city);
        let form = fields(&browser.get("/login").await.text());
        let reply = browser.send("/login", form, &[("login", "ayse"), ("password", PASSWORD), ("next", next)]).await;
        assert_eq!((reply.status.as_u16(), reply.header("location")), (303, "/"), "{next}");
    }
}

#[tokio::test]
async fn nobody_is_logged_in_or_out_by_a_form_of_another_page() {
    let house = House::new().await;
    let mut browser = house.logged_in("ayse").await;
    for path in [
        "/logout",
        "/account/post",
        "/account/tokens",
        "/account/sessions/end-others",
        "/account/password",
        "/account/data.json",
    ] {
        for token in ["", "0".repeat(64).as_str()] {
            let form = [("meydan-form".to_owned(), token.to_owned())].into();
            assert_eq!(browser.send(path, form, &[]).await.status, 403, "{path}");
        }
    }
    assert_eq!(browser.get("/account").await.status, 200);
    let mut stranger = Browser::new(&house.city);
    let form = [("login".to_owned(), "ayse".to_owned()), ("password".to_owned(), PASSWORD.to_owned())].into();
    assert_eq!(stranger.send("/login", form, &[]).await.status, 403);
}

#[tokio::test]
async fn who_is_disabled_is_out_at_once() {
    let house = House::new().await;
    let mut browser = house.logged_in("mehmet").await;
    assert_eq!(browser.get("/account").await.status, 200);
    let desk = &house.city.app.desk;
    let register = desk.register("person").expect("there");
    let set = desk.read_values(&register, json!({ "status": "disabled" }).as_object().expect("an object")).expect("values");
    let edit = Edit::Update { id: house.expert, expected: None, set, geometry: None };
    desk.change(&crate::city::surveyor(), vec![("person".to_owned(), edit)]).await.expect("disabled");
    assert_eq!(browser.get("/account").await.status, 303);
    let mut again = Browser::new(&house.city);
    assert_eq!(log_in(&mut again, "mehmet", PASSWORD).await.status, 401);
}

#[tokio::test]
async fn over_https_only_this_hosts_own_cookies_count() {
    let settings = Settings { base_url: Some("https://kent.example".into()), ..Settings::default() };
    let house = House::with(settings).await;
    let mut browser = Browser::new(&house.city);
    let reply = log_in(&mut browser, "ayse", PASSWORD).await;
    assert_eq!(reply.status, 303, "{}", reply.text());
    let cookies: Vec<&str> = reply.headers.get_all("set-cookie").iter().map(|c| c.to_str().expect("ASCII")).collect();
    assert!(cookies.iter().all(|c| c.starts_with("__Host-") && c.contains("Secure")), "{cookies:?}");
    let session = browser.cookie("__Host-session").expect("a session").to_owned();
    let mut neighbour = Browser::new(&house.city);
    neighbour.plant("session", &session);
    assert_eq!(neighbour.get("/account").await.status, 303, "a cookie that a neighbour can plant isn't believed");
}

#[tokio::test]
async fn an_enrolment_link_is_good_once_and_leaves_no_trace_in_the_address() {
    let house = House::new().await;
    let person =
        insert(&house.city, "person", json!({ "first_name": "Zeynep", "last_name": "Çelik", "login": "zeynep" })).await;
    let enrolment = house.city.app.identity.make_enrolment(&crate::city::surveyor(), person).await.expect("a link");
    let mut browser = Browser::new(&house.city);
    let reply = browser.get(&format!("/enrol/{}", enrolment.code)).await;
    assert_eq!((reply.status.as_u16(), reply.header("location")), (303, "/enrol"));
    let page = browser.get("/enrol").await.text();
    assert!(page.contains("Zeynep Çelik") && page.contains("autocomplete=\"new-password\""), "{page}");
    assert!(!page.contains(&enrolment.code));
    let reply = browser.fill("/enrol", &[("password", "123456789012")]).await;
    assert_eq!(reply.status, 400);
    assert!(reply.text().contains("kolay tahmin edilir") && reply.text().contains("aria-invalid"), "{}", reply.text());
    let reply = browser.fill("/enrol", &[("password", PASSWORD)]).await;
    assert_eq!((reply.status.as_u16(), reply.header("location")), (303, "/account"), "{}", reply.text());
    assert!(browser.get("/account").await.text().contains("Zeynep Çelik"));
    let mut other = Browser::new(&house.city);
    other.get(&format!("/enrol/{}", enrolment.code)).await;
    let page = other.get("/enrol").await;
    assert_eq!(page.status, 401);
    assert!(page.text().contains("kullanılmış"), "{}", page.text());
}

#[tokio::test]
async fn a_bad_token_is_told_so_in_the_programs_language() {
    let house = House::new().await;
    let reply =
        house.city.get_with("/ogc/collections", &[("authorization", "Bearer meydan_nothing"), ("accept-language", "en")]).await;
    assert_eq!(reply.status, 401);
    assert_eq!(reply.json()["code"], "bad-credentials");
}

#[tokio::test]
async fn a_provider_that_is_not_there_is_told_on_the_login_page() {
    let house = House::new().await;
    let mut browser = Browser::new(&house.city);
    let reply = browser.get("/login/with/nobody?next=/account").await;
    assert_eq!(reply.status, 404);
    assert!(reply.text().contains("Böyle bir kimlik sağlayıcı yok") && fields(&reply.text())["next"] == "/account");
    let reply = browser.get("/login/return/nobody?code=q7x9kv&state=x").await;
    assert!(reply.status.is_client_error() && !reply.text().contains("q7x9kv"), "{}", reply.text());
    let cross = [("accept", "text/html"), ("sec-fetch-site", "cross-site")];
    let reply = house.city.get_with("/login/with/nobody?next=/account", &cross).await;
    assert_eq!(
        (reply.status.as_u16(), reply.header("location")),
        (303, "/login?next=%2Faccount"),
        "another site starts no login"
    );
}

#[tokio::test]
async fn passkeys_are_asked_for_by_our_own_script_only() {
    let house = House::new().await;
    for path in [
        "/login/passkey",
        "/login/passkey/options",
        "/account/passkeys",
        "/account/passkeys/options",
        "/account/verify/passkey",
        "/enrol/passkey",
    ] {
        let reply = house.city.post(path, &json!({ "challenge": "x", "credential": {} })).await;
        assert_eq!((reply.status.as_u16(), reply.json()["code"].as_str()), (403, Some("form-expired")), "{path}");
    }
}

#[tokio::test]
async fn what_a_client_says_of_where_it_comes_from_is_not_believed() {
    let house = House::with(Settings { behind_proxy: true, ..Settings::default() }).await;
    let mut browser = Browser::new(&house.city);
    let token = fields(&browser.get("/login").await.text())["meydan-form"].clone();
    let mut statuses = Vec::new();
    for n in 0..6 {
        let request = Request::post("/login")
            .header("host", "kent.example")
            .header("content-type", "application/x-www-form-urlencoded")
            .header("cookie", format!("meydan-form={token}"))
            // The client's own line, another each time; then the one that the proxy added.
            .header("x-forwarded-for", format!("203.0.113.{n}"))
            .header("x-forwarded-for", "198.51.100.7");
        let body = Body::from(format!("meydan-form={token}&login=ayse&password=tahmin"));
        statuses.push(house.city.send(request.body(body).expect("a request")).await.status.as_u16());
    }
    assert_eq!(statuses, [401, 401, 401, 401, 401, 429]);
}

#[tokio::test]
async fn no_page_links_to_another_host_because_of_its_address() {
    let house = House::new().await;
    let mut browser = house.logged_in("mehmet").await;
    let reply = browser.get("//elsewhere.example/x").await;
    assert_eq!(reply.status, 404);
    let text = reply.text();
    assert!(text.contains("href=\"/elsewhere.example/x?lang=en\"") && !text.contains("\"//"), "{text}");
}
