//! `/account/tokens`: keys for programs that work in my name.

use super::{
    super::{
        format,
        page::{Page, Room, Visit, private, see_other},
        params::Params,
        refusal::Refusal,
    },
    here,
    overview::bad_standing,
    proven,
};
use crate::Problem;
use askama::Template;
use axum::{body::Bytes, extract::Path, http::StatusCode, response::Response};
use meydan_identity::{NewToken, Token, TokenWish};
use meydan_kernel::{
    catalogue::Action,
    permission::Limits,
    post::{StandingKey, day},
};
use uuid::Uuid;

/// Days that a token lives if nobody says otherwise.
const DAYS: &str = "90";
/// What a program may be allowed to do; the rest is for persons only.
const ACTIONS: [Action; 6] = [Action::Read, Action::History, Action::Export, Action::Insert, Action::Update, Action::Delete];

#[derive(Template)]
#[template(path = "account/tokens.html")]
struct TokensPage {
    page: Page,
    tab: &'static str,
    tokens: Vec<Row>,
    /// The one just made: its name, its secret.
    made: Option<(String, String)>,
    revoked: bool,
    refusal: Option<Refusal>,
    /// What stands in the form.
    name: String,
    days: String,
    standings: Vec<(String, String, bool)>,
    actions: Vec<(&'static str, &'static str, bool)>,
    registers: Vec<(String, String, bool)>,
}

impl TokensPage {
    fn fault(&self, field: &str) -> Option<&str> {
        self.refusal.as_ref()?.at(field)
    }
}

struct Row {
    id: Uuid,
    name: String,
    ends_with: String,
    post: Option<String>,
    actions: String,
    registers: String,
    made: String,
    until: String,
}

/// `GET /account/tokens`.
///
/// # Errors
/// `login-required`; those of the store.
pub async fn list(visit: Visit) -> Result<Response, Problem> {
    here(&visit)?;
    let fresh = Params::default().with("days", DAYS).with("action", Action::Read.word());
    show(&visit, &fresh, None, None).await
}

/// `POST /account/tokens`: makes one; its secret is on the answer and nowhere else.
///
/// # Errors
/// `form-expired`, `login-required`, `step-up-required`; those of the store. What the person can mend comes back in the form.
pub async fn make(visit: Visit, body: Bytes) -> Result<Response, Problem> {
    let form = Params::parse(&String::from_utf8_lossy(&body));
    visit.check_token(&form)?;
    let (session, _) = proven(&visit)?;
    let wish = match wish(&visit, &form) {
        Ok(wish) => wish,
        Err(refusal) => return show(&visit, &form, None, Some(refusal)).await,
    };
    match visit.app.identity.make_token_by(&visit.principal(), session.person, wish).await {
        Ok(new) => {
            let fresh = Params::default().with("days", DAYS).with("action", Action::Read.word());
            show(&visit, &fresh, Some(new), None).await
        }
        Err(error) => {
            let refusal = Refusal::of(&visit, error)?;
            show(&visit, &form, None, Some(refusal)).await
        }
    }
}

/// `POST /account/tokens/{id}/revoke`.
///
/// # Errors
/// `form-expired`, `login-required`; those of the store.
pub async fn revoke(visit: Visit, Path(id): Path<Uuid>, body: Bytes) -> Result<Response, Problem> {
    visit.check_token(&Params::parse(&String::from_utf8_lossy(&body)))?;
    let (session, _) = here(&visit)?;
    visit.app.identity.revoke_token_by(&visit.principal(), session.person, id).await?;
    Ok(private(see_other("/account/tokens?revoked=1")))
}

fn wish(visit: &Visit, form: &Params) -> Result<TokenWish, Refusal> {
    let actions: Vec<Action> = form.all("action").filter_map(Action::from_word).filter(|a| ACTIONS.contains(a)).collect();
    if actions.is_empty() {
        return Err(Refusal::at_field(visit.t.token_no_action(), "action"));
    }
    let catalogue = visit.app.desk.catalogue();
    let registers: Vec<String> =
        form.all("register").filter(|name| catalogue.registers.contains_key(*name)).map(str::to_owned).collect();
    // Nothing chosen is not the same as everything: that has to be said.
    let all = form.get("registers") == Some("all");
    if !all && registers.is_empty() {
        return Err(Refusal::at_field(visit.t.token_no_register(), "register"));
    }
    let standing = match form.get("standing") {
        Some(text) => {
            Some(StandingKey::parse(text).ok_or_else(|| Refusal::at_field(bad_standing().message(visit.lang), "standing"))?)
        }
        None => None,
    };
    Ok(TokenWish {
        name: form.get("name").unwrap_or_default().to_owned(),
        standing,
        limits: Limits { actions: Some(actions), registers: (!all).then_some(registers) },
        days: form.get("days").and_then(|d| d.trim().parse().ok()).unwrap_or(0),
    })
}

async fn show(visit: &Visit, form: &Params, made: Option<NewToken>, refusal: Option<Refusal>) -> Result<Response, Problem> {
    let (session, _) = here(visit)?;
    let directory = &visit.caller.directory;
    let catalogue = visit.app.desk.catalogue();
    let mut tokens = visit.app.identity.tokens_of(session.person).await?;
    tokens.reverse();
    let today = day(visit.caller.principal.now);
    let standing = |s: &meydan_kernel::permission::Standing| {
        let key = StandingKey::of(s).to_string();
        let post = directory.name_of(&s.post.to_string());
        let name = match &s.proxy {
            Some(p) => format!("{post} · {}", visit.t.proxy_of(directory.name_of(&p.delegator.to_string()))),
            None => post,
        };
        let chosen = form.get("standing") == Some(&key);
        (key, name, chosen)
    };
    let wanted: Vec<&str> = form.all("register").collect();
    let template = TokensPage {
        page: visit.page(Room::None, visit.t.tokens_title()),
        tab: "tokens",
        tokens: tokens.iter().map(|t| row(visit, t)).collect(),
        made: made.map(|new| (new.token.name, new.secret)),
        revoked: visit.query.get("revoked").is_some(),
        refusal,
        name: form.raw("name").unwrap_or_default().to_owned(),
        days: form.raw("days").unwrap_or_default().to_owned(),
        standings: directory.standings(session.person, today).iter().map(standing).collect(),
        actions: ACTIONS.map(|a| (a.word(), action_name(visit, a), form.all("action").any(|w| w == a.word()))).to_vec(),
        registers: catalogue
            .registers
            .values()
            .filter(|r| ACTIONS.iter().any(|a| visit.may(r, *a)))
            .map(|r| (r.name.clone(), visit.say(&r.title).to_owned(), wanted.contains(&r.name.as_str())))
            .collect(),
    };
    let status = template.refusal.as_ref().map_or(StatusCode::OK, |r| r.status);
    Ok(private(visit.show_as(status, &template)?))
}

fn row(visit: &Visit, token: &Token) -> Row {
    let catalogue = visit.app.desk.catalogue();
    let title = |name: &String| catalogue.registers.get(name).map_or(name.clone(), |r| visit.say(&r.title).to_owned());
    let all = || visit.t.token_all().to_owned();
    let actions = token.limits.actions.as_ref();
    let registers = token.limits.registers.as_ref();
    Row {
        id: token.id,
        name: token.name.clone(),
        ends_with: token.ends_with.clone(),
        post: token.standing.as_ref().map(|key| visit.caller.name_of(&key.post.to_string())),
        actions: actions.map_or_else(all, |a| a.iter().map(|a| action_name(visit, *a)).collect::<Vec<_>>().join(", ")),
        registers: registers.map_or_else(all, |r| r.iter().map(title).collect::<Vec<_>>().join(", ")),
        made: format::day(visit.lang, token.created_at),
        until: format::day(visit.lang, token.expires_at),
    }
}

/// An action as people call it.
pub fn action_name(visit: &Visit, action: Action) -> &'static str {
    match action {
        Action::Read => visit.t.action_read(),
        Action::History => visit.t.action_history(),
        Action::Export => visit.t.action_export(),
        Action::Insert => visit.t.action_insert(),
        Action::Update => visit.t.action_update(),
        Action::Delete => visit.t.action_delete(),
        Action::Unmask => visit.t.action_unmask(),
        Action::Erase => visit.t.action_erase(),
        Action::Manage => visit.t.action_manage(),
        Action::Audit => visit.t.action_audit(),
    }
}
