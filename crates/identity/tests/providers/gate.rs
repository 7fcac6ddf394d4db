//! A gate that speaks as e-Devlet does, as far as public integrations show it: three controllers, forms, Turkish names, codes
//! that are used once. It is no copy of theirs; the official description was not seen.

use super::server::{Answer, Request, serve};
use meydan_identity::ReturnQuery;
use parking_lot::Mutex;
use serde_json::{Value as Json, json};
use std::sync::Arc;

pub const SECRET: &str = "gate+secret & more";

pub struct Gate {
    pub base: String,
    inside: Arc<Inside>,
}

#[derive(Default)]
struct Inside {
    /// Codes given and not used: code, redirect_uri.
    codes: Mutex<Vec<(String, String)>>,
    person: Mutex<Option<Instead>>,
    token: Mutex<Option<Instead>>,
}

/// An answer in the place of the gate's own.
type Instead = Box<dyn Fn() -> Answer + Send + Sync>;

impl Gate {
    pub fn start(number: &'static str) -> Self {
        let inside = Arc::new(Inside::default());
        let served = Arc::clone(&inside);
        let base = serve(move |request| served.answer(request, number)) + "/OAuth2AuthorizationServer";
        Self { base, inside }
    }

    /// What a person does there: logs in and is sent back; the query that the browser brings home.
    pub fn log_in(&self, url: &str) -> String {
        let config = ureq::Agent::config_builder().max_redirects(0).max_redirects_will_error(false).http_status_as_error(false);
        let answer = config.build().new_agent().get(url).call().unwrap();
        let location = answer.headers().get("location").unwrap_or_else(|| panic!("HTTP {}", answer.status())).to_str().unwrap();
        location.split_once('?').unwrap().1.to_owned()
    }

    /// Answers for the person otherwise from now on.
    pub fn person(&self, answer: impl Fn() -> Answer + Send + Sync + 'static) {
        *self.inside.person.lock() = Some(Box::new(answer));
    }

    /// Answers for the token otherwise from now on.
    pub fn token(&self, answer: impl Fn() -> Answer + Send + Sync + 'static) {
        *self.inside.token.lock() = Some(Box::new(answer));
    }

    /// Forgets the codes given, as when their time is over.
    pub fn forget_codes(&self) {
        self.inside.codes.lock().clear();
    }
}

impl Inside {
    fn answer(&self, request: &Request, number: &str) -> Answer {
        let (path, query) = request.path.split_once('?').unwrap_or((&request.path, ""));
        let controller = path.strip_prefix("/OAuth2AuthorizationServer/").unwrap_or("");
        match (controller, request.method.as_str()) {
            ("AuthorizationController", "GET") => self.authorize(&ReturnQuery::read(query)),
            ("AccessTokenController", "POST") => match &*self.token.lock() {
                Some(answer) => answer(),
                None => self.exchange(&ReturnQuery::read(&request.body)),
            },
            ("AuthenticationController", "POST") => match &*self.person.lock() {
                Some(answer) => answer(),
                None => who(&ReturnQuery::read(&request.body), number),
            },
            _ => Answer::html(404, "<html><body>Sayfa bulunamadı</body></html>"),
        }
    }

    fn authorize(&self, asked: &ReturnQuery) -> Answer {
        let fine = asked.get("response_type") == Some("code") && asked.get("client_id") == Some("0b4f");
        if !fine || asked.get("scope") != Some("Kimlik-Dogrula") {
            return Answer::html(400, "<html><body>Geçersiz istek</body></html>");
        }
        let (back, state) = (asked.get("redirect_uri").unwrap(), asked.get("state").unwrap());
        let mut codes = self.codes.lock();
        let code = format!("code-{}-{:p}", codes.len(), asked);
        codes.push((code.clone(), back.to_owned()));
        Answer { headers: vec![("location", format!("{back}?code={code}&state={state}"))], ..Answer::html(302, "") }
    }

    fn exchange(&self, form: &ReturnQuery) -> Answer {
        let refuse = |error: &str| Answer::json(400, &json!({ "error": error, "error_description": "Hata" }));
        if form.get("client_id") != Some("0b4f") || form.get("client_secret") != Some(SECRET) {
            return refuse("invalid_client");
        }
        let wanted = (form.get("code").unwrap_or_default().to_owned(), form.get("redirect_uri").unwrap_or_default().to_owned());
        let mut codes = self.codes.lock();
        let Some(at) = codes.iter().position(|c| *c == wanted) else { return refuse("invalid_grant") };
        codes.remove(at);
        match form.get("grant_type") {
            Some("authorization_code") => Answer::json(200, &json!({ "access_token": "token-1", "expires_in": 300 })),
            _ => refuse("unsupported_grant_type"),
        }
    }
}

fn who(form: &ReturnQuery, number: &str) -> Answer {
    let asked = ["accessToken", "resourceId", "kapsam", "clientId"].map(|name| form.get(name).unwrap_or_default());
    if asked != ["token-1", "1", "Ad-Soyad", "0b4f"] {
        return Answer::json(200, &json!({ "sonucKodu": "EDV09.001", "sonucAciklamasi": "Geçersiz erişim" }));
    }
    Answer::json(200, &person(number))
}

pub fn person(number: &str) -> Json {
    json!({ "kullaniciBilgileri": { "kimlikNo": number, "ad": "AYŞE", "soyad": "YILMAZ" }, "sonucKodu": "EDV09.000",
        "sonucAciklamasi": "İşlem başarılı" })
}
