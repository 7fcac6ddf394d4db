//! A browser without script: keeps cookies, follows 303, sends forms.

use crate::city::{City, Reply};
use axum::{body::Body, http::Request};
use std::collections::BTreeMap;

pub struct Browser<'a> {
    city: &'a City,
    cookies: BTreeMap<String, String>,
}

impl<'a> Browser<'a> {
    pub fn new(city: &'a City) -> Self {
        Self { city, cookies: BTreeMap::new() }
    }

    fn cookie_header(&self) -> String {
        self.cookies.iter().map(|(n, v)| format!("{n}={v}")).collect::<Vec<_>>().join("; ")
    }

    fn keep_cookies(&mut self, reply: &Reply) {
        for cookie in reply.headers.get_all("set-cookie") {
            let cookie = cookie.to_str().expect("ASCII");
            let (name, value) = cookie.split(';').next().and_then(|c| c.split_once('=')).expect("name=value");
            if cookie.contains("Max-Age=0") {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
    }

    /// A cookie that the browser holds.
    pub fn cookie(&self, name: &str) -> Option<&str> {
        self.cookies.get(name).map(String::as_str)
    }

    /// Puts a cookie into the browser, as somebody with bad intentions might.
    pub fn plant(&mut self, name: &str, value: &str) {
        self.cookies.insert(name.to_owned(), value.to_owned());
    }

    pub async fn get(&mut self, path: &str) -> Reply {
        let cookies = self.cookie_header();
        let reply = self.city.get_with(path, &[("accept", "text/html"), ("cookie", &cookies)]).await;
        self.keep_cookies(&reply);
        reply
    }

    /// Opens the page of a form and sends it with what its inputs hold, some of them changed.
    pub async fn fill(&mut self, path: &str, changes: &[(&str, &str)]) -> Reply {
        let page = self.get(path).await;
        assert_eq!(page.status, 200, "{path}: {}", page.text());
        self.send(path, fields(&page.text()), changes).await
    }

    /// Sends a form as it was read from a page before.
    pub async fn send(&mut self, path: &str, mut form: BTreeMap<String, String>, changes: &[(&str, &str)]) -> Reply {
        for (name, value) in changes {
            form.insert((*name).to_owned(), (*value).to_owned());
        }
        let encode = |text: &str| percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC).to_string();
        let body: Vec<String> = form.iter().map(|(n, v)| format!("{}={}", encode(n), encode(v))).collect();
        let request = Request::post(path)
            .header("host", "kent.example")
            .header("origin", "http://kent.example")
            .header("accept", "text/html")
            .header("cookie", self.cookie_header())
            .header("content-type", "application/x-www-form-urlencoded")
            .body(Body::from(body.join("&")))
            .expect("a request");
        let reply = self.city.send(request).await;
        self.keep_cookies(&reply);
        reply
    }

    /// The same, and on to where the answer leads.
    pub async fn fill_and_follow(&mut self, path: &str, changes: &[(&str, &str)]) -> (String, Reply) {
        let reply = self.fill(path, changes).await;
        assert_eq!(reply.status, 303, "{path}: {}", reply.text());
        let to = reply.header("location").to_owned();
        let reply = self.get(&to).await;
        (to, reply)
    }
}

/// Names and values of the first form that is sent by POST.
pub fn fields(html: &str) -> BTreeMap<String, String> {
    read_fields(between(html, "<form method=\"post\"", "</form>").expect("a form"))
}

/// Names and values of the form that is sent there by POST.
pub fn fields_to(html: &str, action: &str) -> BTreeMap<String, String> {
    let mut forms = all_between(html, "<form ", "</form>").into_iter();
    let form = forms.find(|f| f.split('>').next().is_some_and(|head| head.contains(&format!("action=\"{action}\""))));
    read_fields(form.unwrap_or_else(|| panic!("no form to {action}: {html}")))
}

fn read_fields(form: &str) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    for tag in form.split('<').filter(|t| t.starts_with("input") || t.starts_with("textarea")) {
        let (head, text) = tag.split_once('>').expect("a whole tag");
        let Some(name) = attribute(head, "name") else { continue };
        let choice = head.contains("type=\"checkbox\"") || head.contains("type=\"radio\"");
        if choice && !head.ends_with(" checked") {
            continue;
        }
        let value = if tag.starts_with("textarea") {
            text.trim_start_matches('\n').to_owned()
        } else {
            attribute(head, "value").unwrap_or_default()
        };
        found.insert(name, unescape(&value));
    }
    for select in form.split("<select").skip(1) {
        let name = attribute(select.split_once('>').expect("a whole tag").0, "name").expect("a name");
        let chosen = select.split("<option").skip(1).find(|o| o.split('>').next().is_some_and(|h| h.ends_with(" selected")));
        found.insert(name, chosen.and_then(|o| attribute(o, "value")).map(|v| unescape(&v)).unwrap_or_default());
    }
    found
}

pub fn between<'a>(text: &'a str, from: &str, to: &str) -> Option<&'a str> {
    let start = text.find(from)? + from.len();
    Some(&text[start..start + text[start..].find(to)?])
}

/// All that stands between two marks.
pub fn all_between<'a>(text: &'a str, from: &str, to: &str) -> Vec<&'a str> {
    text.split(from).skip(1).filter_map(|part| part.split(to).next()).collect()
}

fn attribute(head: &str, name: &str) -> Option<String> {
    between(head, &format!(" {name}=\""), "\"").map(str::to_owned)
}

pub fn unescape(text: &str) -> String {
    let pairs = [
        ("&#60;", "<"),
        ("&#62;", ">"),
        ("&#34;", "\""),
        ("&#39;", "'"),
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&quot;", "\""),
        ("&#38;", "&"),
        ("&amp;", "&"),
    ];
    pairs.into_iter().fold(text.to_owned(), |text, (from, to)| text.replace(from, to))
}
