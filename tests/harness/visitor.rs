//! A person at a browser without script: keeps cookies, fills in forms, follows nothing by itself.

use super::{Answer, Server, people::encode, read};
use std::{collections::BTreeMap, time::Duration};

/// A person at a browser.
pub struct Visitor {
    url: String,
    agent: ureq::Agent,
    pub cookies: BTreeMap<String, String>,
}

impl Visitor {
    /// Somebody with a new browser.
    pub fn of(server: &Server) -> Self {
        let config = ureq::Agent::config_builder()
            .max_redirects(0)
            .max_redirects_will_error(false)
            .http_status_as_error(false)
            .timeout_global(Some(Duration::from_secs(60)));
        Self { url: server.url.clone(), agent: config.build().new_agent(), cookies: BTreeMap::new() }
    }

    fn cookie(&self) -> String {
        self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("; ")
    }

    fn keep(&mut self, answer: Answer) -> Answer {
        for cookie in answer.headers.get_all("set-cookie") {
            let cookie = cookie.to_str().expect("a text");
            let (name, value) = cookie.split(';').next().and_then(|pair| pair.split_once('=')).expect("name=value");
            if cookie.contains("Max-Age=0") {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
        answer
    }

    /// A page.
    pub fn get(&mut self, path: &str) -> Answer {
        let request =
            self.agent.get(format!("{}{path}", self.url)).header("accept", "text/html").header("cookie", self.cookie());
        let answer = read(path, request.call());
        self.keep(answer)
    }

    /// Opens a page and sends its form to `action`, with what is in its hidden fields and this.
    pub fn fill(&mut self, page: &str, action: &str, values: &[(&str, &str)]) -> Answer {
        let html = self.get(page).text();
        let token = form_token(&html, action);
        let mut values = values.to_vec();
        values.push(("meydan-form", &token));
        self.send(action, &values)
    }

    /// Sends a form.
    pub fn send(&mut self, action: &str, values: &[(&str, &str)]) -> Answer {
        let body: Vec<String> = values.iter().map(|(name, value)| format!("{}={}", encode(name), encode(value))).collect();
        let request = self
            .agent
            .post(format!("{}{action}", self.url))
            .header("accept", "text/html")
            .header("origin", &self.url)
            .header("content-type", "application/x-www-form-urlencoded")
            .header("cookie", self.cookie());
        let answer = read(action, request.send(body.join("&")));
        self.keep(answer)
    }

    /// Logs in by password.
    pub fn log_in(&mut self, login: &str, password: &str) -> Answer {
        self.fill("/login", "/login", &[("login", login), ("password", password)])
    }
}

/// The token in the form that goes to `action`.
fn form_token(html: &str, action: &str) -> String {
    let goes = |form: &&str| form.split('>').next().is_some_and(|head| head.contains(&format!("action=\"{action}\"")));
    let form = html.split("<form ").skip(1).find(goes).unwrap_or_else(|| panic!("no form to {action} in {html}"));
    let after = form.split("name=\"meydan-form\" value=\"").nth(1).expect("a form token");
    after.split('"').next().expect("its end").to_owned()
}
