//! `/people/{id}`: one person: posts with their days, proxies both ways, and, for who looks after logins, how they log in.

use super::{
    super::{
        account::agent_name,
        format,
        labels::Labels,
        page::{Page, Room, Visit, private},
        refusal::Refusal,
        shown::Shower,
    },
    Rights, logged_in,
    reading::{Row, visible},
};
use crate::Problem;
use askama::Template;
use axum::{extract::Path, http::StatusCode, response::Response};
use jiff::civil::Date;
use meydan_identity::Enrolment;
use meydan_kernel::{
    Record, Register, Value,
    catalogue::Action,
    post::{HOLDING, PERSON, PROXY},
    query::Key,
};
use uuid::Uuid;

/// Limit: holdings, and proxies, shown of a person; the registers have the rest.
const MAX_SHOWN: usize = 60;

#[derive(Template)]
#[template(path = "admin/person.html")]
struct PersonPage {
    page: Page,
    tab: &'static str,
    rights: Rights,
    id: Uuid,
    name: String,
    login: Option<String>,
    email: Option<String>,
    status: String,
    active: bool,
    version: i64,
    holdings: Vec<HoldingRow>,
    proxies: Vec<ProxyRow>,
    /// How they log in; none for who doesn't look after logins.
    login_state: Option<LoginState>,
    /// Would be shown if who asks proved anew who they are.
    prove: Option<String>,
    may_disable: bool,
    is_self: bool,
    /// Their accesses, for who sees them all.
    looks: bool,
    events: bool,
    why: String,
    link: Option<(String, String)>,
    refusal: Option<Refusal>,
    done: Option<&'static str>,
}

struct HoldingRow {
    id: Uuid,
    post: String,
    span: String,
    when: &'static str,
}

struct ProxyRow {
    id: Uuid,
    /// This person stands in.
    stands_in: bool,
    other: String,
    post: Option<String>,
    span: String,
    status: String,
}

/// How somebody logs in.
struct LoginState {
    password: Option<String>,
    app: Option<String>,
    passkeys: Vec<(Uuid, String)>,
    sessions: Vec<SessionRow>,
    tokens: Vec<TokenRow>,
    last: Option<String>,
    may_log_in: bool,
}

struct SessionRow {
    id: Uuid,
    device: String,
    address: Option<String>,
    seen: String,
}

struct TokenRow {
    id: Uuid,
    name: String,
    ends_with: String,
    until: String,
}

/// `GET /people/{id}`.
///
/// # Errors
/// `login-required`, `not-allowed`, `no-such-record`; those of the store.
pub async fn show(visit: Visit, Path(id): Path<Uuid>) -> Result<Response, Problem> {
    page(&visit, id, None, None).await
}

/// The page, after something was done or refused.
///
/// # Errors
/// As [`show`].
pub async fn page(visit: &Visit, id: Uuid, made: Option<&Enrolment>, refusal: Option<Refusal>) -> Result<Response, Problem> {
    logged_in(visit)?;
    let register = visit.app.desk.register(PERSON)?;
    let record = visit.app.desk.get(&visit.principal(), &register, Key::Id(id), None).await?;
    let row = Row { register: &register, record: &record };
    let catalogue = visit.app.desk.catalogue();
    let labels = Labels::default();
    let name = Shower { t: visit.t, catalogue: &catalogue, labels: &labels }.name(&register, &record);
    let status = row.text("status").unwrap_or_default();
    let title = catalogue.code_lists.get("person_status").and_then(|l| l.get(status)).map(|c| visit.say(&c.title));
    let (login_state, prove) = match visit.app.identity.may_manage(&visit.principal(), id).await {
        Ok(()) => (Some(login_state(visit, id).await?), None),
        Err(error) if error.code() == "step-up-required" => (None, Some(format!("/account/verify?next=/people/{id}"))),
        Err(error) if error.is_refusal() => (None, None),
        Err(error) => return Err(error.into()),
    };
    let writable = visit.app.desk.access(&visit.at_best(), &register, Action::Update).of(&record).unwrap_or_default();
    let is_self = visit.caller.principal.person() == Some(id);
    let template = PersonPage {
        page: visit.page(Room::Administration, name.as_str()),
        tab: "people",
        rights: visit.rights,
        id,
        login: row.text("login").map(str::to_owned),
        email: row.text("email").map(str::to_owned),
        status: title.unwrap_or(status).to_owned(),
        active: status == "active",
        version: record.version,
        holdings: holdings(visit, id).await?,
        proxies: proxies(visit, id).await?,
        login_state,
        prove,
        may_disable: !is_self && register.field_index("status").is_some_and(|i| writable.has(i)),
        is_self,
        looks: visit.rights.looks,
        events: visit.rights.events,
        why: super::explain::link(PERSON, Action::Manage, Some(&id.to_string())),
        link: made.map(|e| (format!("{}/enrol/{}", visit.base_url, e.code), format::instant(visit.lang, e.expires_at))),
        done: visit.query.get("done").and_then(|word| done(visit, word)),
        name,
        refusal,
    };
    let status = template.refusal.as_ref().map_or(StatusCode::OK, |r| r.status);
    Ok(private(visit.show_as(status, &template)?))
}

fn done(visit: &Visit, word: &str) -> Option<&'static str> {
    let t = visit.t;
    match word {
        "disabled" => Some(t.person_was_disabled()),
        "enabled" => Some(t.person_was_enabled()),
        "sessions" => Some(t.sessions_were_ended()),
        "token" => Some(t.token_revoked()),
        "passkey" => Some(t.passkey_was_removed()),
        "app" => Some(t.app_removed()),
        _ => None,
    }
}

async fn login_state(visit: &Visit, id: Uuid) -> Result<LoginState, Problem> {
    let identity = &visit.app.identity;
    let (password, factor, passkeys, mut sessions, tokens) = futures::try_join!(
        identity.password_set_at(id),
        identity.second_factor_of(id),
        identity.passkeys_of(id),
        identity.sessions_of(id),
        identity.tokens_of(id),
    )?;
    sessions.sort_by_key(|s| std::cmp::Reverse(s.seen_at));
    let day = |at| format::day(visit.lang, at);
    let person = visit.caller.directory.person(id);
    Ok(LoginState {
        password: password.map(day),
        app: factor.totp_since.map(day),
        passkeys: passkeys.into_iter().map(|p| (p.id, p.name)).collect(),
        last: last_login(visit, id).await?,
        sessions: sessions
            .iter()
            .map(|s| SessionRow {
                id: s.id,
                device: agent_name(visit, s.agent.as_deref()),
                address: s.address.clone(),
                seen: format::instant(visit.lang, s.seen_at),
            })
            .collect(),
        tokens: tokens
            .into_iter()
            .map(|t| TokenRow { id: t.id, name: t.name, ends_with: t.ends_with, until: day(t.expires_at) })
            .collect(),
        may_log_in: person.is_some_and(|p| p.active && p.login.is_some()),
    })
}

/// When they last logged in, by the journal, as far as who asks may read it.
async fn last_login(visit: &Visit, id: Uuid) -> Result<Option<String>, Problem> {
    let filter = format!("person = '{id}' AND kind = 'login'");
    let (_, events) = visible(visit, meydan_kernel::post::SECURITY_EVENT, &filter).await?;
    Ok(events.iter().map(|r| r.recorded_at).max().map(|at| format::instant(visit.lang, at)))
}

async fn holdings(visit: &Visit, id: Uuid) -> Result<Vec<HoldingRow>, Problem> {
    let (register, mut records) = visible(visit, HOLDING, &format!("person = '{id}'")).await?;
    records.sort_by_key(|record| std::cmp::Reverse(Row { register: &register, record }.date("valid_from")));
    let today = visit.caller.principal.today();
    let row = |record: &Record| {
        let row = Row { register: &register, record };
        let (from, until) = (row.date("valid_from"), row.date("valid_until"));
        HoldingRow {
            id: record.id,
            post: row.reference("post").map(|post| visit.caller.name_of(&post.to_string())).unwrap_or_default(),
            span: span(visit, from, until),
            when: when(today, from, until),
        }
    };
    Ok(records.iter().take(MAX_SHOWN).map(row).collect())
}

async fn proxies(visit: &Visit, id: Uuid) -> Result<Vec<ProxyRow>, Problem> {
    let (register, mut records) = visible(visit, PROXY, &format!("delegator = '{id}' OR delegate = '{id}'")).await?;
    records.sort_by_key(|record| std::cmp::Reverse(Row { register: &register, record }.date("valid_from")));
    Ok(records.iter().take(MAX_SHOWN).map(|record| proxy_row(visit, &register, record, id)).collect())
}

fn proxy_row(visit: &Visit, register: &Register, record: &Record, id: Uuid) -> ProxyRow {
    let row = Row { register, record };
    let stands_in = row.reference("delegate") == Some(id);
    let other = row.reference(if stands_in { "delegator" } else { "delegate" });
    let catalogue = visit.app.desk.catalogue();
    let labels = Labels::default();
    let shower = Shower { t: visit.t, catalogue: &catalogue, labels: &labels };
    let status = register.field("status").zip(record.value(register, "status"));
    ProxyRow {
        id: record.id,
        stands_in,
        other: other.map(|id| visit.caller.name_of(&id.to_string())).unwrap_or_default(),
        post: row.reference("post").map(|post| visit.caller.name_of(&post.to_string())),
        span: span(visit, row.date("valid_from"), row.date("valid_until")),
        status: status.map(|(field, value): (_, &Value)| shower.show(field, value).text).unwrap_or_default(),
    }
}

/// From when to when, in words.
pub fn span(visit: &Visit, from: Option<Date>, until: Option<Date>) -> String {
    let day = |d: Option<Date>| d.map(|d| format::date(visit.lang, d)).unwrap_or_else(|| "…".to_owned());
    format!("{} – {}", day(from), day(until))
}

/// `now`, `later` or `over`.
pub fn when(today: Date, from: Option<Date>, until: Option<Date>) -> &'static str {
    match () {
        () if until.is_some_and(|until| until < today) => "over",
        () if from.is_some_and(|from| today < from) => "later",
        () => "now",
    }
}
