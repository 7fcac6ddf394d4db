//! `/account`: who I am, in which posts, by whose proxies; and which of them I act in.

use super::{
    super::{
        format,
        next::own_path,
        page::{Page, Room, Visit, private, see_other},
        params::Params,
    },
    here,
};
use crate::Problem;
use askama::Template;
use axum::{body::Bytes, response::Response};
use jiff::civil::Date;
use meydan_kernel::{
    Error,
    catalogue::Action,
    post::{Directory, PROXY, Proxy, StandingKey, day},
};
use uuid::Uuid;

#[derive(Template)]
#[template(path = "account/overview.html")]
struct OverviewPage {
    page: Page,
    tab: &'static str,
    name: String,
    login: Option<String>,
    email: Option<String>,
    /// What they may act in now: key, post, for whom, until when, chosen.
    standings: Vec<StandingRow>,
    /// All posts they held, hold or will hold.
    holdings: Vec<HoldingRow>,
    /// In which they stand in for others.
    standing_in: Vec<ProxyRow>,
    /// In which others stand in for them.
    stood_in: Vec<ProxyRow>,
    /// Where to ask for a proxy.
    request: Option<String>,
    changed: bool,
}

struct StandingRow {
    key: String,
    post: String,
    on_behalf_of: Option<String>,
    until: Option<String>,
    chosen: bool,
}

struct HoldingRow {
    post: String,
    span: String,
    when: &'static str,
}

struct ProxyRow {
    id: Uuid,
    other: String,
    post: Option<String>,
    span: String,
    when: &'static str,
}

/// `GET /account`.
///
/// # Errors
/// `login-required`; a template that can't be written.
pub async fn show(visit: Visit) -> Result<Response, Problem> {
    let (session, _) = here(&visit)?;
    let directory = &visit.caller.directory;
    let me = session.person;
    let person = directory.person(me).ok_or_else(|| Error::internal("a session without a person"))?;
    let today = day(visit.caller.principal.now);
    let register = visit.app.desk.register(PROXY);
    let may_request = register.is_ok_and(|r| visit.may(&r, Action::Insert));
    let mut stood_in: Vec<&Proxy> = directory.all_proxies().filter(|p| p.delegator == me).collect();
    stood_in.sort_by_key(|p| (std::cmp::Reverse(p.from), p.id));
    let mut standing_in: Vec<&Proxy> = directory.proxies(me).iter().collect();
    standing_in.sort_by_key(|p| (std::cmp::Reverse(p.from), p.id));
    let template = OverviewPage {
        page: visit.page(Room::None, visit.t.account_title()),
        tab: "overview",
        name: person.name.clone(),
        login: person.login.clone(),
        email: person.email.clone(),
        standings: standings(&visit, me, today),
        holdings: holdings(&visit, me, today),
        standing_in: standing_in.into_iter().map(|p| proxy(&visit, p, p.delegator, today)).collect(),
        stood_in: stood_in.into_iter().map(|p| proxy(&visit, p, p.delegate, today)).collect(),
        request: may_request.then(|| "/people/proxies/new".to_owned()),
        changed: visit.query.get("post").is_some(),
    };
    Ok(private(visit.show(&template)?))
}

/// `POST /account/post`: acts in another post from now on.
///
/// # Errors
/// `form-expired`, `login-required`, `not-your-post`; those of the store.
pub async fn choose(visit: Visit, body: Bytes) -> Result<Response, Problem> {
    let form = Params::parse(&String::from_utf8_lossy(&body));
    visit.check_token(&form)?;
    let (_, cookie) = here(&visit)?;
    let wished = match form.get("standing") {
        Some(text) => Some(StandingKey::parse(text).ok_or_else(bad_standing)?),
        None => None,
    };
    visit.app.identity.choose_standing(cookie, wished).await?;
    Ok(private(see_other(&own_path(form.get("next"), "/account?post=changed"))))
}

/// A standing that can't be read.
pub fn bad_standing() -> Error {
    Error::invalid("bad-standing", "Seçilen görev okunamadı.", "The chosen post can't be read.")
}

fn standings(visit: &Visit, me: Uuid, today: Date) -> Vec<StandingRow> {
    let directory = &visit.caller.directory;
    let acting = visit.caller.principal.standing().map(StandingKey::of);
    let rows = directory.standings(me, today).into_iter().map(|standing| {
        let key = StandingKey::of(&standing);
        let until = match &standing.proxy {
            Some(proxied) => directory.proxies(me).iter().find(|p| p.id == proxied.proxy).map(|p| p.until),
            None => directory.holdings(me).iter().filter(|h| h.post == standing.post && h.from <= today).find_map(|h| h.until),
        };
        StandingRow {
            post: post_name(directory, standing.post),
            on_behalf_of: standing.proxy.as_ref().map(|p| directory.name_of(&p.delegator.to_string())),
            until: until.map(|d| format::date(visit.lang, d)),
            chosen: acting.as_ref() == Some(&key),
            key: key.to_string(),
        }
    });
    rows.collect()
}

fn holdings(visit: &Visit, me: Uuid, today: Date) -> Vec<HoldingRow> {
    let directory = &visit.caller.directory;
    let mut all: Vec<_> = directory.holdings(me).iter().collect();
    all.sort_by_key(|h| (std::cmp::Reverse(h.from), h.id));
    let row = |h: &meydan_kernel::post::Holding| HoldingRow {
        post: post_name(directory, h.post),
        span: span(visit, h.from, h.until),
        when: when(today, h.from, h.until),
    };
    all.into_iter().map(row).collect()
}

fn proxy(visit: &Visit, proxy: &Proxy, other: Uuid, today: Date) -> ProxyRow {
    let directory = &visit.caller.directory;
    let when = if proxy.approved { when(today, proxy.from, Some(proxy.until)) } else { "waiting" };
    ProxyRow {
        id: proxy.id,
        other: directory.name_of(&other.to_string()),
        post: proxy.post.map(|post| post_name(directory, post)),
        span: span(visit, proxy.from, Some(proxy.until)),
        when,
    }
}

fn post_name(directory: &Directory, post: Uuid) -> String {
    directory.name_of(&post.to_string())
}

/// `now`, `later` or `over`.
fn when(today: Date, from: Date, until: Option<Date>) -> &'static str {
    match () {
        () if until.is_some_and(|until| until < today) => "over",
        () if today < from => "later",
        () => "now",
    }
}

fn span(visit: &Visit, from: Date, until: Option<Date>) -> String {
    let from = format::date(visit.lang, from);
    match until {
        Some(until) => format!("{from} – {}", format::date(visit.lang, until)),
        None => visit.t.since_day(from),
    }
}
