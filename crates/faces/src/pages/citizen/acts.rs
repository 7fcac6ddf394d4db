//! What an applicant does to their request: adds, replies, withdraws, reopens, rates. Their contact is proven by a code first.

use super::{COMMENT, REQUEST, follow};
use crate::{
    Problem,
    cookies::CASE,
    pages::{
        login::wait_for,
        page::{Page, Room, Visit, private, see_other, with_cookie},
        params::Params,
        refusal::Refusal,
    },
    rates,
};
use askama::Template;
use axum::{body::Bytes, extract::Path, http::StatusCode, response::Response};
use jiff::Timestamp;
use meydan_identity::seconds_to_wait;
use meydan_kernel::{Error, Principal, Register, Value, desk::Edit, desk::Offer, query::Key};
use serde_json::json;
use std::sync::Arc;

/// Where somebody proves their contact.
pub const CODE: &str = "/basvuru/takip/kod";
/// Where they follow.
pub const FOLLOW: &str = "/basvuru/takip";
/// A reply is this transition.
const REPLY: &str = "reply";

/// What may be done, by the last part of its path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Act {
    Write,
    Withdraw,
    Reopen,
    Rate,
}

impl Act {
    fn of(word: &str) -> Option<Self> {
        Some(match word {
            "yaz" => Self::Write,
            "geri-cek" => Self::Withdraw,
            "yeniden-ac" => Self::Reopen,
            "puanla" => Self::Rate,
            _ => return None,
        })
    }

    const fn transition(self) -> Option<&'static str> {
        match self {
            Self::Write => None,
            Self::Withdraw => Some("withdraw"),
            Self::Reopen => Some("reopen"),
            Self::Rate => Some("rate"),
        }
    }
}

#[derive(Template)]
#[template(path = "citizen/code.html")]
struct CodePage {
    page: Page,
    refusal: Option<Refusal>,
    minutes: i64,
    /// They left a contact that a code can go to.
    reachable: bool,
    sent: bool,
}

/// What was done, told on the page after it.
pub fn done(visit: &Visit, word: &str) -> Option<&'static str> {
    let t = visit.t;
    if word == "foto" {
        return Some(t.citizen_done_photo());
    }
    Some(match Act::of(word)? {
        Act::Write => t.citizen_done_written(),
        Act::Withdraw => t.citizen_done_withdrawn(),
        Act::Reopen => t.citizen_done_reopened(),
        Act::Rate => t.citizen_done_rated(),
    })
}

/// `GET /basvuru/takip/kod`.
///
/// # Errors
/// Those of the store.
pub async fn code_form(visit: Visit) -> Result<Response, Problem> {
    match follow::bearer(&visit).await? {
        Some(bearer) => show_code(&visit, &bearer, None).await,
        None => Ok(see_other(FOLLOW)),
    }
}

/// `POST /basvuru/takip/kod`: sends a code, or takes it.
///
/// # Errors
/// `form-expired`; our own failures.
pub async fn code(visit: Visit, body: Bytes) -> Result<Response, Problem> {
    let form = Params::parse(&String::from_utf8_lossy(&body));
    visit.check_token(&form)?;
    let Some(bearer) = follow::bearer(&visit).await? else { return Ok(see_other(FOLLOW)) };
    let identity = &visit.app.identity;
    if form.get("go") == Some("send") {
        let sent = match rates::ask_code(&visit.app, visit.caller.address.as_deref()) {
            Ok(()) => identity.send_case_code(&bearer, visit.lang).await,
            Err(error) => Err(error),
        };
        return match sent {
            Ok(_) => Ok(private(see_other(&format!("{CODE}?sent=1")))),
            Err(error) => refused_code(&visit, &bearer, error).await,
        };
    }
    match identity.take_case_code(&bearer, form.get("code").unwrap_or_default()).await {
        Ok(()) => {
            let number = number(&visit, &bearer).await?;
            let pass = identity.make_case_pass(&number, Some(Timestamp::now())).await?;
            if let Some(old) = CASE.value(visit.secure, &visit.headers) {
                identity.end_case_pass(old).await?;
            }
            Ok(private(with_cookie(see_other(FOLLOW), CASE.keep(visit.secure, &pass))))
        }
        Err(error) => refused_code(&visit, &bearer, error).await,
    }
}

async fn refused_code(visit: &Visit, bearer: &Principal, error: Error) -> Result<Response, Problem> {
    let wait = seconds_to_wait(&error);
    let refusal = Refusal::of(visit, error)?;
    Ok(wait_for(show_code(visit, bearer, Some(refusal)).await?, wait))
}

async fn show_code(visit: &Visit, bearer: &Principal, refusal: Option<Refusal>) -> Result<Response, Problem> {
    let template = CodePage {
        page: visit.page(Room::Citizen, visit.t.citizen_code_title()),
        sent: refusal.is_some() || visit.query.get("sent").is_some(),
        refusal,
        minutes: meydan_identity::CODE_MINUTES,
        reachable: visit.app.identity.contact_of(bearer).await?.is_some(),
    };
    let status = template.refusal.as_ref().map_or(StatusCode::OK, |r| r.status);
    Ok(private(visit.show_as(status, &template)?))
}

async fn number(visit: &Visit, bearer: &Principal) -> Result<String, Problem> {
    let register = visit.app.desk.register(REQUEST)?;
    let id = bearer.bears().map(meydan_kernel::permission::Whole::id).ok_or_else(|| Error::internal("a pass to no case"))?;
    let record = visit.app.desk.get(bearer, &register, Key::Id(id), None).await?;
    Ok(super::text(&register, &record, "reference").to_owned())
}

/// `POST /basvuru/takip/{act}`.
///
/// # Errors
/// `form-expired`, `no-such-path`; our own failures. What the person can mend comes back in the page.
pub async fn act(visit: Visit, Path(word): Path<String>, body: Bytes) -> Result<Response, Problem> {
    let form = Params::parse(&String::from_utf8_lossy(&body));
    visit.check_token(&form)?;
    let Some(act) = Act::of(&word) else { return Err(crate::problem::no_such_path()) };
    let Some(bearer) = follow::bearer(&visit).await? else { return Ok(see_other(FOLLOW)) };
    if !bearer.is_verified() {
        return Ok(private(see_other(CODE)));
    }
    let said = form.get("text").unwrap_or_default().trim().to_owned();
    let result = match act {
        Act::Write => write(&visit, &bearer, &said).await,
        _ => go(&visit, &bearer, act, &form, &said).await,
    };
    match result {
        Ok(()) => Ok(private(see_other(&format!("{FOLLOW}?done={word}")))),
        Err(problem) => {
            let refusal = Refusal::of(&visit, problem)?;
            follow::case_page(&visit, &bearer, Some(refusal), &said).await
        }
    }
}

/// The case's register and the case.
///
/// # Errors
/// `no-such-register`.
pub fn of(visit: &Visit, bearer: &Principal) -> Result<(Arc<Register>, uuid::Uuid), Error> {
    let register = visit.app.desk.register(REQUEST)?;
    let id = bearer.bears().map(meydan_kernel::permission::Whole::id).ok_or_else(|| Error::internal("a pass to no case"))?;
    Ok((register, id))
}

/// A comment; where the house waits for it, a reply.
async fn write(visit: &Visit, bearer: &Principal, said: &str) -> Result<(), Error> {
    let desk = &visit.app.desk;
    let (register, id) = of(visit, bearer)?;
    let comment = desk.register(COMMENT)?;
    let through = desk.with_whole(bearer, &register, id).await?;
    let json = json!({
        "text": said,
        "audience": "applicant",
        "written_at": Timestamp::now().to_string(),
        "whole_register": register.name,
        "whole": id.to_string(),
    });
    let set = desk.read_values(&comment, json.as_object().unwrap_or(&serde_json::Map::new()))?;
    let mut edits = vec![(comment.name.clone(), Edit::Insert { id: None, set, geometry: None })];
    let is_reply = |offer: &Offer| offer.transition.name == REPLY;
    if desk.offers(bearer, &register, id).await?.iter().any(is_reply) {
        edits.push((register.name.clone(), proceed(id, REPLY, Vec::new())));
    }
    desk.change(&through, edits).await.map(|_| ())
}

fn proceed(id: uuid::Uuid, transition: &str, set: Vec<(usize, Value)>) -> Edit {
    Edit::Proceed { id, expected: None, transition: transition.to_owned(), set, at: None }
}

/// A transition that its applicant goes.
async fn go(visit: &Visit, bearer: &Principal, act: Act, form: &Params, said: &str) -> Result<(), Error> {
    let desk = &visit.app.desk;
    let (register, id) = of(visit, bearer)?;
    let mut set = Vec::new();
    if act == Act::Rate {
        let rating: Option<i64> = form.get("rating").and_then(|n| n.parse().ok());
        let mut put = |name: &str, value: Value| set.extend(register.field_index(name).map(|i| (i, value)));
        put("rating", rating.map_or(Value::Null, Value::Int));
        if !said.is_empty() {
            put("rating_comment", Value::Text(said.to_owned()));
        }
    }
    let reason = (act != Act::Rate).then(|| said.to_owned());
    let because = bearer.clone().because(reason);
    let transition = act.transition().unwrap_or_default();
    desk.change(&because, vec![(register.name.clone(), proceed(id, transition, set))]).await.map(|_| ())
}
