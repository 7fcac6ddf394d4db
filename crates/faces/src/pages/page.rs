//! What every page has: language, look, the frame round it, and the headers that keep it to itself.

use super::{
    admin::Rights,
    assets::Assets,
    nav::{self, Group, Has},
    params::Params,
    texts::Texts,
};
use crate::{App, Caller, Problem, cases::inbox, cookies, negotiate, who};
use askama::Template;
use axum::{
    extract::FromRequestParts,
    http::{HeaderMap, HeaderValue, StatusCode, header, request::Parts},
    response::{IntoResponse, Response},
};
use meydan_kernel::{Bilingual, Error, Lang, Principal, Register, catalogue::Action, permission::Standing, post::StandingKey};
use sha2::{Digest as _, Sha256};
use std::sync::Arc;
use uuid::Uuid;

/// No script, style, font, image or connection but our own; no inline script or style. MapLibre's images are `data:` and `blob:`.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; font-src 'self'; \
    connect-src 'self'; worker-src 'self' blob:; manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";
const YEAR_S: u32 = 31_536_000;
/// Name of the input that carries the form token.
const TOKEN: &str = "meydan-form";
/// Name of the header that carries it where a script sends JSON.
const TOKEN_HEADER: &str = "x-meydan-form";

/// Which part of the house a page belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Room {
    /// The map.
    Map,
    /// Registers, lists, records.
    Registers,
    /// The data standard.
    Standard,
    /// The log.
    Log,
    /// The API's documentation.
    Docs,
    /// The citizen's pages: requests and public reports.
    Citizen,
    /// The inbox: cases and notices of who asks.
    Inbox,
    /// Work in the field.
    Field,
    /// Taking requests down: calls, desk, letters.
    Intake,
    /// Reports on requests.
    Reports,
    /// Who does what.
    Directory,
    /// Organisation, people, grants, journals.
    Administration,
    /// None of them: errors, search.
    None,
}

/// One request of a person.
pub struct Visit {
    /// The app.
    pub app: Arc<App>,
    /// Who they are.
    pub caller: Caller,
    /// Their language.
    pub lang: Lang,
    /// Texts of their language.
    pub t: Texts,
    /// What of the administration they have.
    pub rights: Rights,
    /// The query.
    pub query: Params,
    /// The path.
    pub path: String,
    /// Light or dark, if they chose.
    pub theme: Option<&'static str>,
    /// The form token of their browser, or a new one.
    pub token: String,
    /// Where the server is, as the browser sees it.
    pub base_url: String,
    /// The browser comes by https.
    pub secure: bool,
    /// The request's headers.
    pub headers: HeaderMap,
    /// Of who is logged in and opens a page: their open cases, their unread notices.
    pub waiting: Option<(u64, u64)>,
    fresh_token: bool,
}

impl FromRequestParts<Arc<App>> for Visit {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Self::Rejection> {
        let Ok(caller) = Caller::from_request_parts(parts, app).await;
        let mut visit = Self::new(app, &parts.uri, &parts.headers, caller);
        let opens = parts.method == axum::http::Method::GET && negotiate::wants_html(&parts.headers);
        if opens && visit.caller.principal.person().is_some() {
            // A page without its badge is better than none.
            visit.waiting = inbox::waiting(&app.desk, &visit.principal()).await.ok();
        }
        Ok(visit)
    }
}

fn theme(word: &str) -> Option<&'static str> {
    ["light", "dark", "auto"].into_iter().find(|t| *t == word)
}

impl Visit {
    /// A visit from a request's head.
    pub fn new(app: &Arc<App>, uri: &axum::http::Uri, headers: &HeaderMap, caller: Caller) -> Self {
        // What comes back from a provider is secret: no link of the page repeats it.
        let returned = uri.path().starts_with(meydan_identity::RETURN_PATH);
        let query = Params::parse(uri.query().filter(|_| !returned).unwrap_or_default());
        let lang = negotiate::lang(uri, headers);
        let rights = Rights::of(&app.desk, &caller.principal);
        let chosen = query.get("theme").and_then(theme).or_else(|| cookies::value(headers, "theme").and_then(theme));
        let secure = who::is_secure(app, headers);
        // Who is logged in has a token bound to the session: a new login is a new token.
        let of_session = caller.cookie.as_deref().map(token_of);
        let of_browser = cookies::FORM.value(secure, headers).map(str::to_owned);
        let plausible = |t: &String| t.len() == 64 && t.bytes().all(|b| b.is_ascii_hexdigit());
        let known = of_session.or(of_browser.filter(plausible));
        let new_token = || format!("{}{}", Uuid::now_v7().simple(), Uuid::now_v7().simple());
        Self {
            app: Arc::clone(app),
            caller,
            lang,
            t: Texts(lang),
            rights,
            // Links of the page begin with it: one that began with two slashes would lead to another host.
            path: format!("/{}", uri.path().trim_start_matches(['/', '\\'])),
            theme: chosen,
            fresh_token: known.is_none(),
            token: known.unwrap_or_else(new_token),
            base_url: negotiate::base_url(app, headers),
            secure,
            headers: headers.clone(),
            waiting: None,
            query,
        }
    }

    /// Who comes to this page.
    pub fn principal(&self) -> Principal {
        self.caller.through("page", None)
    }

    /// True if they may do this to some record of the register: whether a link to it is worth showing.
    pub fn may(&self, register: &Register, action: Action) -> bool {
        self.app.desk.could(&self.caller.principal, register, action)
    }

    /// The same with all that a grant may ask of them (a reason, a proof of who they are): for what to offer, never for doing it.
    pub fn at_best(&self) -> Principal {
        let principal = self.because("?");
        Principal { verified_at: Some(principal.now), ..principal }
    }

    /// Who acts on this page, for a reason; an empty one is none.
    pub fn because(&self, reason: &str) -> Principal {
        self.caller.through("page", Some(reason.to_owned()))
    }

    /// A text of a definition in the visitor's language.
    pub fn say<'a>(&self, text: &'a Bilingual) -> &'a str {
        text.get(self.lang)
    }

    /// The frame of a page.
    pub fn page(&self, room: Room, title: impl Into<String>) -> Page {
        let settings = &self.app.settings;
        let here = self.query.without(&["lang", "theme"]);
        let who = &self.caller.principal;
        let has = Has {
            account: who.person().is_some(),
            takes_down: super::intake::takes_down(&self.app.desk, who),
            takes_calls: super::intake::takes_calls(&self.app.desk, who),
            reports: !who.is_everyone() && super::reports::may_see(&self.app, who),
            administers: self.rights.any(),
        };
        Page {
            lang: self.lang,
            t: self.t,
            title: title.into(),
            rooms: nav::groups(self, room, has),
            city: settings.city_title.get(self.lang).to_owned(),
            theme: self.theme.unwrap_or("auto"),
            in_turkish: format!("{}{}", self.path, here.with("lang", "tr").query()),
            in_english: format!("{}{}", self.path, here.with("lang", "en").query()),
            looks: ["auto", "light", "dark"].map(|t| format!("{}{}", self.path, here.with("theme", t).query())),
            assets: Assets::now(),
            token: self.token.clone(),
            account: Account::of(self),
            generated: settings.generated,
            waiting: self.waiting,
        }
    }

    /// True if a form was sent by a page that this server gave to this browser (double-submit cookie).
    pub fn check_token(&self, form: &Params) -> Result<(), Problem> {
        self.check_given_token(form.get(TOKEN))
    }

    /// As [`Visit::check_token`], of a request that a script of ours sends.
    pub fn check_header_token(&self) -> Result<(), Problem> {
        self.check_given_token(self.headers.get(TOKEN_HEADER).and_then(|v| v.to_str().ok()))
    }

    /// As [`Visit::check_token`], of a token that was read already.
    pub fn check_given(&self, given: Option<&str>) -> Result<(), Problem> {
        self.check_given_token(given)
    }

    fn check_given_token(&self, given: Option<&str>) -> Result<(), Problem> {
        // Hashes are compared: the time it takes tells nothing.
        let same = |given: &str| Sha256::digest(given) == Sha256::digest(&self.token);
        if !self.fresh_token && given.is_some_and(same) {
            return Ok(());
        }
        let error = Error::new(
            meydan_kernel::Kind::Forbidden,
            "form-expired",
            "Formun güvenlik anahtarı geçersiz ya da çerezler kapalı; hiçbir şey değiştirilmedi.",
            "The form's security token is not valid, or cookies are off; nothing was changed.",
        );
        Err(error
            .hint("Önceki sayfaya dönüp yenileyin ve yeniden gönderin.", "Go back, reload the page and send it again.")
            .into())
    }

    /// A page as a response.
    ///
    /// # Errors
    /// A template that can't be written (it never happens with our own).
    pub fn show(&self, template: &impl Template) -> Result<Response, Problem> {
        self.show_as(StatusCode::OK, template)
    }

    /// A page with another status.
    ///
    /// # Errors
    /// As [`Visit::show`].
    pub fn show_as(&self, status: StatusCode, template: &impl Template) -> Result<Response, Problem> {
        let html = template.render().map_err(Error::internal)?;
        let mut response = (status, html).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
        headers.insert(header::CONTENT_LANGUAGE, HeaderValue::from_static(self.lang.tag()));
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
        headers.insert(header::VARY, HeaderValue::from_static("cookie, accept-language"));
        guard(headers);
        self.set_cookies(headers);
        Ok(response)
    }

    fn set_cookies(&self, headers: &mut HeaderMap) {
        let mut set = |text: String| {
            if let Ok(value) = HeaderValue::from_str(&text) {
                headers.append(header::SET_COOKIE, value);
            }
        };
        if self.query.get("lang").is_some() {
            set(format!("lang={}; Path=/; Max-Age={YEAR_S}; SameSite=Lax", self.lang.tag()));
        }
        if let Some(theme) = self.query.get("theme").and_then(theme) {
            set(format!("theme={theme}; Path=/; Max-Age={YEAR_S}; SameSite=Lax"));
        }
        if self.fresh_token {
            headers.append(header::SET_COOKIE, cookies::FORM.keep(self.secure, &self.token));
        }
    }
}

/// The form token of a session.
pub fn token_of(session: &str) -> String {
    let hash = Sha256::digest(format!("{TOKEN}/{session}"));
    hash.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A response that no browser and no proxy keeps.
pub fn private(mut response: Response) -> Response {
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// A response with a cookie more.
pub fn with_cookie(mut response: Response, cookie: HeaderValue) -> Response {
    response.headers_mut().append(header::SET_COOKIE, cookie);
    response
}

/// The headers that keep a page to itself.
pub fn guard(headers: &mut HeaderMap) {
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("same-origin"));
    headers.insert("cross-origin-opener-policy", HeaderValue::from_static("same-origin"));
}

/// Sends the browser on after a form (303, RFC 9110).
pub fn see_other(to: &str) -> Response {
    let location = HeaderValue::from_str(to).unwrap_or(HeaderValue::from_static("/"));
    (StatusCode::SEE_OTHER, [(header::LOCATION, location)]).into_response()
}

/// Who is logged in, as the frame shows it.
pub struct Account {
    /// Name.
    pub name: String,
    /// The post that they act in; none if they hold none.
    pub post: Option<String>,
    /// For whom they act, if by proxy.
    pub on_behalf_of: Option<String>,
    /// The posts that they may act in.
    pub standings: Vec<Choice>,
    /// This page, to come back to.
    pub here: String,
}

/// One post to act in.
pub struct Choice {
    /// Its key.
    pub key: String,
    /// The post.
    pub post: String,
    /// For whom, if by proxy.
    pub on_behalf_of: Option<String>,
    /// They act in it.
    pub chosen: bool,
}

impl Account {
    fn of(visit: &Visit) -> Option<Self> {
        let caller = &visit.caller;
        let (principal, directory) = (&caller.principal, &caller.directory);
        let person = principal.person()?;
        let acting = principal.standing().map(StandingKey::of);
        let choice = |standing: &Standing| {
            let key = StandingKey::of(standing);
            Choice {
                post: directory.name_of(&standing.post.to_string()),
                on_behalf_of: standing.proxy.as_ref().map(|p| directory.name_of(&p.delegator.to_string())),
                chosen: acting.as_ref() == Some(&key),
                key: key.to_string(),
            }
        };
        let act = &principal.act;
        Some(Self {
            name: caller.name_of(&act.person),
            post: Some(caller.name_of(&act.post)).filter(|p| !p.is_empty()),
            on_behalf_of: act.on_behalf_of.as_ref().map(|other| caller.name_of(other)),
            standings: directory.standings(person, principal.today()).iter().map(choice).collect(),
            here: format!("{}{}", visit.path, visit.query.query()),
        })
    }
}

/// The frame round a page's content; `layout.html` reads it.
pub struct Page {
    /// Language.
    pub lang: Lang,
    /// Texts.
    pub t: Texts,
    /// Title.
    pub title: String,
    /// The rooms of the house that there are for who asks.
    pub rooms: Vec<Group>,
    /// The city's name.
    pub city: String,
    /// `auto`, `light`, `dark`.
    pub theme: &'static str,
    /// This page in Turkish.
    pub in_turkish: String,
    /// This page in English.
    pub in_english: String,
    /// This page in each theme: auto, light, dark.
    pub looks: [String; 3],
    /// Addresses of the web files.
    pub assets: Assets,
    /// Form token.
    pub token: String,
    /// Who is logged in.
    pub account: Option<Account>,
    /// The data is generated.
    pub generated: bool,
    /// Open cases and unread notices of who is logged in.
    pub waiting: Option<(u64, u64)>,
}

impl Page {
    /// An icon of the sprite; decoration, hidden from screen readers.
    pub fn icon(&self, name: &str) -> Icon {
        Icon(format!("{}#{name}", self.assets.url("icons.svg")))
    }

    /// True in Turkish.
    pub fn is_turkish(&self) -> bool {
        self.lang == Lang::Tr
    }
}

/// An icon; its address is made of our own names only.
pub struct Icon(String);

impl std::fmt::Display for Icon {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, r#"<svg class="icon" aria-hidden="true" focusable="false"><use href="{}"/></svg>"#, self.0)
    }
}

impl askama::filters::HtmlSafe for Icon {}
