//! A login by the real `oidc-provider` through the real binary: from the login page to the account page.

use crate::{
    harness::City,
    oidc_provider::{HOME, OidcProvider, browser::Browser},
};
use std::{os::unix::fs::PermissionsExt as _, time::Duration};

struct Answer {
    status: u16,
    location: String,
    cookies: Vec<String>,
    text: String,
}

impl Answer {
    /// The cookie of this name as a browser would send it back.
    fn cookie(&self, name: &str) -> Option<&str> {
        let found = self.cookies.iter().find(|c| c.starts_with(&format!("{name}=")))?;
        found.split(';').next().filter(|pair| !pair.ends_with('='))
    }
}

/// GET, followed nowhere.
fn get(url: &str, cookie: &str) -> Answer {
    let config = ureq::Agent::config_builder()
        .max_redirects(0)
        .max_redirects_will_error(false)
        .http_status_as_error(false)
        .timeout_global(Some(Duration::from_secs(30)));
    let mut answer =
        config.build().new_agent().get(url).header("cookie", cookie).header("accept", "text/html").call().expect(url);
    let text = |value: &ureq::http::HeaderValue| value.to_str().expect("a text").to_owned();
    Answer {
        status: answer.status().as_u16(),
        location: answer.headers().get("location").map(text).unwrap_or_default(),
        cookies: answer.headers().get_all("set-cookie").iter().map(text).collect(),
        text: answer.body_mut().read_to_string().expect("a page"),
    }
}

#[test]
fn a_person_logs_in_by_the_provider_and_nobody_by_the_same_answer() {
    let provider = OidcProvider::start();
    let city = City::embedded();
    let secret = city.path("oidc.secret");
    std::fs::write(&secret, "a secret: with+signs%\n").expect("written");
    std::fs::set_permissions(&secret, std::fs::Permissions::from_mode(0o600)).expect("closed");
    let config = format!(
        "base_url = \"{HOME}\"\n[[oidc]]\nkey = \"rs\"\ntitle = {{ tr = \"Kent hesabı\", en = \"City account\" }}\nissuer = \"{}\"\n\
         client_id = \"rs\"\nclient_secret_file = \"oidc.secret\"\nlink_by = \"login\"\n[oidc.reach]\nallow_http = true\n",
        provider.issuer
    );
    std::fs::write(city.path("meydan.toml"), config).expect("written");
    std::fs::write(city.path("person.csv"), "registration_no;first_name;last_name;login\n1001;Ayşe;Yılmaz;ayse\n")
        .expect("written");
    city.ok(&["import", "person.csv", "--into", "person", "--yes"]);
    let server = city.serve();
    let at = |path: &str| format!("{}{path}", server.url);

    let page = get(&at("/login?next=/account"), "");
    assert!(page.text.contains("/login/with/rs") && page.text.contains("Kent hesabı"), "{}", page.text);
    let away = get(&at("/login/with/rs?next=/account"), "");
    assert!(away.status == 303 && away.location.starts_with(&provider.issuer), "{} {}", away.status, away.location);
    let flow = away.cookie("flow").expect("a flow cookie");
    let query = Browser::new().log_in(&away.location, "ayse");
    let back = at(&format!("/login/return/rs?{query}"));

    // Whoever saw the address, in another browser.
    let thief = get(&back, "");
    assert!(thief.cookie("session").is_none() && thief.status >= 400, "{}", thief.status);
    // Herself.
    let home = get(&back, flow);
    let session = home.cookie("session").unwrap_or_else(|| panic!("no session: {} {}", home.status, home.text));
    assert_eq!((home.status, home.location.as_str()), (303, "/account"));
    let account = get(&at("/account"), session);
    assert!(account.status == 200 && account.text.contains("Ayşe"), "{} {}", account.status, account.text);
    // The same once more.
    let again = get(&back, flow);
    assert!(again.cookie("session").is_none() && again.status >= 400, "{}", again.status);

    // Who isn't recorded is told so and is not let in.
    let away = get(&at("/login/with/rs"), "");
    let query = Browser::new().log_in(&away.location, "stranger");
    let stranger = get(&at(&format!("/login/return/rs?{query}")), away.cookie("flow").expect("a flow cookie"));
    assert_eq!(stranger.status, 403);
    assert!(stranger.cookie("session").is_none() && stranger.text.contains("kayıtlı değil"), "{}", stranger.text);

    // Nothing of it is in the journal.
    let journal = std::fs::read_to_string(city.path("server.log")).expect("a journal");
    assert!(journal.contains("unknown-person"), "{journal}");
    for part in query.split('&').filter_map(|pair| pair.split_once('=')).filter(|(name, _)| *name != "iss") {
        assert!(!journal.contains(part.1), "{} is in the journal", part.0);
    }
    assert!(!journal.contains("a secret") && !journal.contains("sub-stranger"), "{journal}");
}
