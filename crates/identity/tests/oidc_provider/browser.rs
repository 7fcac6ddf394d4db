//! A plain HTTP client that keeps cookies, follows redirects and fills in the provider's own forms, until it is sent home.

use super::HOME;
use std::{collections::BTreeMap, time::Duration};

pub struct Browser {
    agent: ureq::Agent,
    cookies: BTreeMap<String, String>,
}

struct Page {
    status: u16,
    location: Option<String>,
    text: String,
}

impl Browser {
    pub fn new() -> Self {
        let config = ureq::Agent::config_builder()
            .max_redirects(0)
            .max_redirects_will_error(false)
            .http_status_as_error(false)
            .timeout_global(Some(Duration::from_secs(20)));
        Self { agent: config.build().new_agent(), cookies: BTreeMap::new() }
    }

    /// Goes to the provider, logs in by this name where it is asked, consents; the query with which it is sent home.
    pub fn log_in(&mut self, url: &str, name: &str) -> String {
        self.go(url, |form| {
            if form.contains("value=\"login\"") {
                format!("prompt=login&login={name}&password=x")
            } else {
                "prompt=consent".into()
            }
        })
    }

    /// Goes to the provider, which has to know it already.
    pub fn pass(&mut self, url: &str) -> String {
        self.go(url, |form| panic!("it was asked: {form}"))
    }

    /// Goes to the provider and presses Cancel.
    pub fn cancel(&mut self, url: &str) -> String {
        let page = self.follow(url).expect_err("a page");
        let end = page.1.find("/abort").expect("a link to cancel");
        let start = page.1[..end].rfind('"').expect("a link") + 1;
        let link = page.1[start..end].to_owned() + "/abort";
        self.follow(&absolute(&page.0, &link)).expect("home")
    }

    fn go(&mut self, url: &str, fill: impl Fn(&str) -> String) -> String {
        let mut next = self.follow(url);
        for _ in 0..5 {
            match next {
                Ok(home) => return home,
                Err((at, form)) => {
                    let action = form
                        .split("action=\"")
                        .nth(1)
                        .and_then(|rest| rest.split('"').next())
                        .unwrap_or_else(|| panic!("no form: {form}"));
                    let page = self.request(&absolute(&at, action), Some(fill(&form)));
                    let location = page.location.unwrap_or_else(|| panic!("HTTP {}: {}", page.status, page.text));
                    next = self.follow(&absolute(&at, &location));
                }
            }
        }
        panic!("asked again and again");
    }

    /// Follows redirects: the query it is sent home with, or the page (and its address) where it is asked something.
    fn follow(&mut self, url: &str) -> Result<String, (String, String)> {
        let mut url = url.to_owned();
        for _ in 0..10 {
            if let Some(home) = url.strip_prefix(HOME) {
                return Ok(home.split_once('?').map_or("", |(_, query)| query).to_owned());
            }
            let page = self.request(&url, None);
            match page.location {
                Some(location) => url = absolute(&url, &location),
                None => return Err((url, page.text)),
            }
        }
        panic!("redirected again and again");
    }

    fn request(&mut self, url: &str, form: Option<String>) -> Page {
        let cookies: Vec<String> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let mut answer = match form {
            None => self.agent.get(url).header("cookie", cookies.join("; ")).call(),
            Some(form) => self
                .agent
                .post(url)
                .header("cookie", cookies.join("; "))
                .content_type("application/x-www-form-urlencoded")
                .send(form),
        }
        .unwrap_or_else(|e| panic!("{url}: {e}"));
        for cookie in answer.headers().get_all("set-cookie") {
            let pair = cookie.to_str().unwrap().split(';').next().unwrap();
            let (name, value) = pair.split_once('=').unwrap();
            if value.is_empty() {
                self.cookies.remove(name)
            } else {
                self.cookies.insert(name.into(), value.into())
            };
        }
        let location = answer.headers().get("location").map(|l| l.to_str().unwrap().to_owned());
        Page { status: answer.status().as_u16(), location, text: answer.body_mut().read_to_string().unwrap() }
    }
}

fn absolute(at: &str, link: &str) -> String {
    if link.contains("://") {
        return link.to_owned();
    }
    let host = at.split('/').take(3).collect::<Vec<_>>().join("/");
    format!("{host}{link}")
}
