//! `/people/proxies/new`: asking for a proxy: who, for which post, which days, which powers, why.

use super::{
    super::{
        account::tokens::action_name,
        form as record_form,
        page::{Page, Room, Visit, private, see_other},
        params::Params,
        refusal::Refusal,
    },
    Rights, logged_in,
};
use crate::Problem;
use askama::Template;
use axum::{body::Bytes, http::StatusCode, response::Response};
use jiff::ToSpan;
use meydan_kernel::{
    Value,
    catalogue::Action,
    desk::Edit,
    permission::not_allowed,
    post::{PERSON, PROXY},
};
use std::collections::BTreeSet;
use uuid::Uuid;

/// Days that the form proposes.
const PROPOSED_DAYS: i64 = 13;
/// Actions that can be lent one by one.
const ACTIONS: [Action; 7] =
    [Action::Read, Action::History, Action::Export, Action::Insert, Action::Update, Action::Delete, Action::Unmask];

#[derive(Template)]
#[template(path = "admin/proxy_request.html")]
struct RequestPage {
    page: Page,
    tab: &'static str,
    rights: Rights,
    posts: Vec<(String, String, bool)>,
    delegate: String,
    delegate_id: String,
    from: String,
    until: String,
    today: String,
    reason: String,
    actions: Vec<(&'static str, &'static str, bool)>,
    registers: Vec<(String, String, bool)>,
    limited: bool,
    refusal: Option<Refusal>,
}

impl RequestPage {
    fn fault(&self, field: &str) -> Option<&str> {
        self.refusal.as_ref()?.at(field)
    }
}

/// `GET /people/proxies/new`.
///
/// # Errors
/// `login-required`, `not-allowed`.
pub async fn form(visit: Visit) -> Result<Response, Problem> {
    let tomorrow = visit.caller.principal.today().saturating_add(1.day());
    let until = tomorrow.saturating_add(PROPOSED_DAYS.days());
    let fresh = visit.query.with("valid_from", &tomorrow.to_string()).with("valid_until", &until.to_string());
    show(&visit, &fresh, None)
}

/// `POST /people/proxies/new`.
///
/// # Errors
/// `form-expired`, `login-required`, `not-allowed`; what can be mended comes back in the form.
pub async fn make(visit: Visit, body: Bytes) -> Result<Response, Problem> {
    let form = Params::parse(&String::from_utf8_lossy(&body));
    visit.check_token(&form)?;
    logged_in(&visit)?;
    let register = visit.app.desk.register(PROXY)?;
    let values = match values(&visit, &form).await? {
        Ok(values) => values,
        Err((field, fault)) => return show(&visit, &form, Some(Refusal::at_field(&fault, field))),
    };
    let set = values.into_iter().filter_map(|(name, value)| Some((register.field_index(name)?, value))).collect();
    let edit = Edit::Insert { id: None, set, geometry: None };
    match visit.app.desk.change(&visit.principal(), vec![(PROXY.to_owned(), edit)]).await {
        Ok(_) => Ok(private(see_other("/people/proxies?state=waiting&done=requested"))),
        Err(error) if error.is_refusal() => Err(error.into()),
        Err(error) => {
            let refusal = Refusal::of(&visit, error)?;
            show(&visit, &form, Some(refusal))
        }
    }
}

/// The record's values, or the field that can't be read and why.
async fn values(visit: &Visit, form: &Params) -> Result<Result<Vec<(&'static str, Value)>, (&'static str, String)>, Problem> {
    let principal = &visit.caller.principal;
    let Some(me) = principal.person() else { return Ok(Err(("delegate", visit.t.log_in().to_owned()))) };
    let Some(typed) = form.get("delegate").map(str::trim) else {
        return Ok(Err(("delegate", visit.t.fault_delegate().to_owned())));
    };
    let delegate = record_form::reference(visit, PERSON, typed, form.raw("delegate.id"), form.raw("delegate.name")).await?;
    let delegate = match delegate {
        Ok(value) => value,
        Err(fault) => return Ok(Err(("delegate", fault))),
    };
    let mut days = [Value::Null, Value::Null];
    for (slot, field) in days.iter_mut().zip(["valid_from", "valid_until"]) {
        let typed = form.get(field).unwrap_or_default().trim();
        match typed.parse() {
            Ok(day) => *slot = Value::Date(day),
            Err(_) => return Ok(Err((field, visit.t.fault_date(typed)))),
        }
    }
    let [from, until] = days;
    let post = form.get("post").and_then(|id| Uuid::parse_str(id).ok());
    let limited = form.get("limited").is_some();
    let words = |name: &str| match limited {
        true => Some(form.all(name).collect::<Vec<_>>().join(", ")).filter(|w| !w.is_empty()).map_or(Value::Null, Value::Text),
        false => Value::Null,
    };
    let reference = |id: Option<Uuid>| id.map_or(Value::Null, Value::Reference);
    Ok(Ok(vec![
        ("delegator", Value::Reference(me)),
        ("delegate", delegate),
        ("post", reference(post)),
        ("unit", reference(unit_of(visit, me, post))),
        ("actions", words("action")),
        ("registers", words("register")),
        ("valid_from", from),
        ("valid_until", until),
        ("reason", form.get("reason").map_or(Value::Null, |r| Value::Text(r.trim().to_owned()))),
        ("status", Value::Text("requested".to_owned())),
    ]))
}

/// The post's unit; without a post the one of the person's units that all of their posts are in or under.
fn unit_of(visit: &Visit, me: Uuid, post: Option<Uuid>) -> Option<Uuid> {
    let directory = &visit.caller.directory;
    if let Some(post) = post {
        return directory.post(post).map(|p| p.unit);
    }
    let standings = directory.standings(me, visit.caller.principal.today());
    let units: BTreeSet<Uuid> = standings.iter().filter(|s| s.proxy.is_none()).map(|s| s.unit.id).collect();
    let covers = |unit: &&Uuid| directory.line(**unit).is_some_and(|line| units.iter().all(|u| line.below.contains(u)));
    units.iter().find(covers).or_else(|| units.first()).copied()
}

fn show(visit: &Visit, form: &Params, refusal: Option<Refusal>) -> Result<Response, Problem> {
    logged_in(visit)?;
    let register = visit.app.desk.register(PROXY)?;
    if !visit.may(&register, Action::Insert) {
        return Err(not_allowed(&visit.caller.principal, &register, Action::Insert).into());
    }
    let (directory, today) = (&visit.caller.directory, visit.caller.principal.today());
    let me = visit.caller.principal.person();
    let chosen = form.get("post");
    let standings = me.map(|me| directory.standings(me, today)).unwrap_or_default();
    let own = standings.iter().filter(|s| s.proxy.is_none());
    let posts = own.map(|s| {
        let key = s.post.to_string();
        (key.clone(), directory.name_of(&key), chosen == Some(key.as_str()))
    });
    let catalogue = visit.app.desk.catalogue();
    let wanted: Vec<&str> = form.all("register").collect();
    let registers = catalogue.registers.values().filter(|r| ACTIONS.iter().any(|a| visit.may(r, *a)));
    let text = |name: &str| form.raw(name).unwrap_or_default().to_owned();
    let template = RequestPage {
        page: visit.page(Room::Administration, visit.t.proxy_request()),
        tab: "proxies",
        rights: visit.rights,
        posts: posts.collect(),
        delegate: text("delegate"),
        delegate_id: text("delegate.id"),
        from: text("valid_from"),
        until: text("valid_until"),
        today: today.to_string(),
        reason: text("reason"),
        actions: ACTIONS.map(|a| (a.word(), action_name(visit, a), form.all("action").any(|w| w == a.word()))).to_vec(),
        registers: registers
            .map(|r| (r.name.clone(), visit.say(&r.title).to_owned(), wanted.contains(&r.name.as_str())))
            .collect(),
        limited: form.get("limited").is_some(),
        refusal,
    };
    let status = template.refusal.as_ref().map_or(StatusCode::OK, |r| r.status);
    Ok(private(visit.show_as(status, &template)?))
}

/// A proxy's powers in words, from the words of its record.
pub fn powers(visit: &Visit, actions: Option<&str>, registers: Option<&str>) -> String {
    let catalogue = visit.app.desk.catalogue();
    let words = |text: &str| text.split(',').map(|w| w.trim().to_owned()).filter(|w| !w.is_empty()).collect::<Vec<_>>();
    let action = |word: &String| Action::from_word(word).map_or_else(|| word.clone(), |a| action_name(visit, a).to_owned());
    let title = |name: &String| catalogue.registers.get(name).map_or_else(|| name.clone(), |r| visit.say(&r.title).to_owned());
    let actions = actions.map(words).map(|w| w.iter().map(action).collect::<Vec<_>>().join(", "));
    let registers = registers.map(words).map(|w| w.iter().map(title).collect::<Vec<_>>().join(", "));
    match (actions, registers) {
        (None, None) => visit.t.powers_all().to_owned(),
        (actions, registers) => {
            let all = || visit.t.token_all().to_owned();
            visit.t.powers_some_actions_registers(actions.unwrap_or_else(all), registers.unwrap_or_else(all))
        }
    }
}
