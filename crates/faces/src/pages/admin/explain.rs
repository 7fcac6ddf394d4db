//! `/explain`: why may, or may not, this person do this? Each grant weighed, with what it asked for and what was found. One's own
//! case is everybody's to ask; another's is for who looks after logins or audits.

use super::{
    super::{
        account::tokens::action_name,
        page::{Page, Room, Visit, private},
        params::Params,
        record::key,
        shown::Shower,
    },
    Rights, logged_in,
    sentence::{self, Sentence},
};
use crate::Problem;
use askama::Template;
use axum::response::Response;
use meydan_kernel::{
    Act, Catalogue, Error, Principal, Register,
    catalogue::Action,
    permission::{Explanation, Met, Weighed, not_allowed, step_up_required},
    post::{PERSON, StandingKey},
    query::Key,
};
use std::sync::Arc;
use uuid::Uuid;

#[derive(Template)]
#[template(path = "admin/explain.html")]
struct ExplainPage {
    page: Page,
    tab: &'static str,
    rights: Rights,
    /// May ask about others.
    others: bool,
    person: String,
    person_id: String,
    standings: Vec<(String, String, bool)>,
    registers: Vec<(String, String, bool)>,
    actions: Vec<(&'static str, &'static str, bool)>,
    record: String,
    verdict: Option<Verdict>,
    fault: Option<String>,
}

/// What came of it.
struct Verdict {
    /// `yes`, `if` or `no`.
    answer: &'static str,
    sentence: String,
    /// What would be needed.
    needed: Vec<String>,
    record: Option<String>,
    notes: Vec<&'static str>,
    /// First those that are given to the person.
    grants: Vec<WeighedGrant>,
}

struct WeighedGrant {
    sentence: Sentence,
    /// It allows it.
    holds: bool,
    met: Vec<(&'static str, bool)>,
    fields: Option<String>,
}

/// `GET /explain?register=…&action=…`, with `record`, `standing` and, for who oversees the house, `person`.
///
/// # Errors
/// `login-required`; for another's case `not-allowed`, `step-up-required`; those of the store.
pub async fn show(visit: Visit) -> Result<Response, Problem> {
    logged_in(&visit)?;
    let catalogue = visit.app.desk.catalogue();
    let others = oversees(&visit, true).is_ok();
    let mut fault = None;
    let asked = match visit.query.get("person").map(str::trim) {
        Some(text) => {
            let found = find_person(&visit, text, visit.query.get("person.id"));
            if found.is_none() {
                fault = Some(visit.t.no_such_person(text));
            }
            found
        }
        None => visit.caller.principal.person(),
    };
    let own = asked.is_none() || asked == visit.caller.principal.person();
    if !own {
        oversees(&visit, false)?;
    }
    let principal = match asked {
        Some(person) if !own || visit.query.get("standing").is_some() => standing_of(&visit, person, &mut fault),
        _ => Some(visit.principal()),
    };
    let register = visit.query.get("register").and_then(|name| catalogue.registers.get(name));
    let action = visit.query.get("action").and_then(Action::from_word).unwrap_or(Action::Read);
    let verdict = match (register, principal) {
        (Some(register), Some(principal)) if fault.is_none() => {
            Some(weigh(&visit, &catalogue, &principal, register, action, &mut fault).await?)
        }
        _ => None,
    };
    let name = asked.map(|id| visit.caller.name_of(&id.to_string())).unwrap_or_default();
    let template = ExplainPage {
        page: visit.page(Room::Administration, visit.t.explain_title()),
        tab: "explain",
        rights: visit.rights,
        others,
        person_id: asked.map(|id| id.to_string()).unwrap_or_default(),
        standings: asked.map(|person| standings(&visit, person)).unwrap_or_default(),
        registers: catalogue
            .registers
            .values()
            .map(|r| (r.name.clone(), visit.say(&r.title).to_owned(), register.is_some_and(|c| c.name == r.name)))
            .collect(),
        actions: Action::ALL.map(|a| (a.word(), action_name(&visit, a), a == action)).to_vec(),
        record: visit.query.get("record").unwrap_or_default().trim().to_owned(),
        person: if fault.is_some() { visit.query.get("person").unwrap_or_default().to_owned() } else { name },
        verdict,
        fault,
    };
    Ok(private(visit.show(&template)?))
}

/// The address of the page for one's own case.
pub fn link(register: &str, action: Action, record: Option<&str>) -> String {
    let mut query = Params::default().with("register", register).with("action", action.word());
    if let Some(record) = record {
        query = query.with("record", record);
    }
    format!("/explain{}", query.query())
}

/// Refuses who may not ask about others: they look after logins (proven anew) or audit the log. With `perhaps` also who would
/// have to prove anew who they are.
///
/// # Errors
/// `not-allowed`, `step-up-required`.
pub fn oversees(visit: &Visit, perhaps: bool) -> Result<(), Problem> {
    let register = visit.app.desk.register(PERSON)?;
    let principal = &visit.caller.principal;
    let desk = &visit.app.desk;
    let now = |action| desk.access(principal, &register, action).whole().is_some();
    if now(Action::Manage) || now(Action::Audit) {
        return Ok(());
    }
    let could = desk.could(principal, &register, Action::Manage) || desk.could(principal, &register, Action::Audit);
    match could {
        true if perhaps => Ok(()),
        true => Err(step_up_required().into()),
        false => Err(not_allowed(principal, &register, Action::Audit).into()),
    }
}

/// A person by id, by login name, or by the full name if only one bears it.
pub fn find_person(visit: &Visit, text: &str, picked: Option<&str>) -> Option<Uuid> {
    let directory = &visit.caller.directory;
    let picked =
        picked.and_then(|id| Uuid::parse_str(id).ok()).filter(|id| directory.person(*id).is_some_and(|p| p.name == text));
    if picked.is_some() {
        return picked;
    }
    if let Ok(id) = Uuid::parse_str(text) {
        return directory.person(id).map(|p| p.id);
    }
    if let Some(person) = directory.by_login(text) {
        return Some(person.id);
    }
    let folded = meydan_kernel::text::search_fold(text);
    let mut named = directory.persons().filter(|p| meydan_kernel::text::search_fold(&p.name) == folded);
    named.next().filter(|_| named.next().is_none()).map(|p| p.id)
}

/// The person as who comes to the desk, in the post asked for.
fn standing_of(visit: &Visit, person: Uuid, fault: &mut Option<String>) -> Option<Principal> {
    let wish = visit.query.get("standing").and_then(StandingKey::parse);
    let act = Act { source: "page".to_owned(), ..Act::default() };
    let now = visit.caller.principal.now;
    match visit.caller.directory.principal(person, wish.as_ref(), act, now) {
        Ok(mut principal) => {
            if Some(person) == visit.caller.principal.person() {
                principal.verified_at = visit.caller.principal.verified_at;
            }
            Some(principal)
        }
        Err(error) => {
            *fault = Some(Error::message(&error, visit.lang).to_owned());
            None
        }
    }
}

fn standings(visit: &Visit, person: Uuid) -> Vec<(String, String, bool)> {
    let directory = &visit.caller.directory;
    let chosen = visit.query.get("standing");
    let rows = directory.standings(person, visit.caller.principal.today()).into_iter().map(|standing| {
        let key = StandingKey::of(&standing).to_string();
        let post = directory.name_of(&standing.post.to_string());
        let name = match &standing.proxy {
            Some(p) => format!("{post} · {}", visit.t.proxy_of(directory.name_of(&p.delegator.to_string()))),
            None => post,
        };
        let is_chosen = chosen == Some(key.as_str());
        (key, name, is_chosen)
    });
    rows.collect()
}

async fn weigh(
    visit: &Visit,
    catalogue: &Catalogue,
    principal: &Principal,
    register: &Arc<Register>,
    action: Action,
    fault: &mut Option<String>,
) -> Result<Verdict, Problem> {
    let (record, name) = match visit.query.get("record") {
        Some(text) => match seen(visit, register, text.trim()).await? {
            Some((key, name)) => (Some(key), Some(name)),
            None => {
                *fault = Some(visit.t.explain_no_record().to_owned());
                (None, None)
            }
        },
        None => (None, None),
    };
    let explanation = visit.app.desk.explain(principal, register, action, record).await?;
    Ok(verdict(visit, catalogue, register, action, &explanation, name))
}

/// The record, if who asks may see it: that there is one is not told otherwise.
async fn seen(visit: &Visit, register: &Arc<Register>, text: &str) -> Result<Option<(Key, String)>, Problem> {
    let Ok(key) = key(register, text) else { return Ok(None) };
    let record = match visit.app.desk.get(&visit.principal(), register, key, None).await {
        Ok(record) => record,
        Err(error) if error.is_refusal() || error.code() == "no-such-record" => return Ok(None),
        Err(error) => return Err(error.into()),
    };
    let catalogue = visit.app.desk.catalogue();
    let labels = super::super::labels::Labels::default();
    let name = Shower { t: visit.t, catalogue: &catalogue, labels: &labels }.name(register, &record);
    Ok(Some((Key::Id(record.id), name)))
}

fn verdict(
    visit: &Visit,
    catalogue: &Catalogue,
    register: &Register,
    action: Action,
    explanation: &Explanation,
    record: Option<String>,
) -> Verdict {
    let t = visit.t;
    let closed = explanation.outside_limits || explanation.journal;
    let doable = |w: &&Weighed| w.given && w.met.iter().all(|(what, met)| *met || matches!(what, Met::Reason | Met::StepUp));
    let nearly = explanation.weighed.iter().find(doable).filter(|_| !closed && !explanation.allowed);
    // Without a record, what a grant asks of one is open still.
    let asks = |w: &Weighed| w.met.iter().any(|(what, _)| matches!(what, Met::Scope | Met::Area | Met::Condition));
    let some =
        record.is_none() && !explanation.operator && explanation.weighed.iter().filter(|w| w.given && w.holds()).all(asks);
    let (answer, sentence) = match (explanation.allowed, nearly) {
        (true, _) if some => ("if", t.explain_some()),
        (true, _) => ("yes", t.explain_yes()),
        (false, Some(_)) => ("if", t.explain_if()),
        (false, None) => ("no", t.explain_no()),
    };
    let mut notes = Vec::new();
    for (is, note) in [
        (explanation.outside_limits, t.explain_limits()),
        (explanation.journal, t.explain_journal()),
        (explanation.operator, t.explain_operator()),
        (explanation.weighed.is_empty() && !explanation.operator, t.explain_nobody()),
    ] {
        if is {
            notes.push(note);
        }
    }
    let mut grants: Vec<&Weighed> = explanation.weighed.iter().collect();
    grants.sort_by_key(|w| (!(w.given && w.holds()), !w.given, w.met.iter().filter(|(_, met)| !met).count()));
    Verdict {
        answer,
        sentence: sentence.to_owned(),
        needed: if explanation.allowed || closed { Vec::new() } else { needed(visit, catalogue, &grants, nearly) },
        record,
        notes,
        grants: grants.into_iter().map(|w| weighed(visit, catalogue, register, action, w)).collect(),
    }
}

/// What would open the door: the conditions that the nearest grants miss.
fn needed(visit: &Visit, catalogue: &Catalogue, grants: &[&Weighed], nearly: Option<&Weighed>) -> Vec<String> {
    let of = |w: &Weighed| {
        let missing: Vec<String> = w
            .met
            .iter()
            .filter(|(_, met)| !met)
            .map(|(what, _)| match what {
                Met::Party => visit.t.need_party(sentence::who(visit, catalogue, &w.grant)),
                other => need(visit, *other).to_owned(),
            })
            .collect();
        let missing: Vec<&str> = missing.iter().map(String::as_str).collect();
        sentence::listed(&missing, visit.t.word_and())
    };
    match nearly {
        Some(w) => vec![of(w)],
        None => {
            let mut ways: Vec<String> = Vec::new();
            for way in grants.iter().map(|w| of(w)).filter(|way| !way.is_empty()) {
                if !ways.contains(&way) {
                    ways.push(way);
                }
            }
            ways
        }
    }
}

fn need(visit: &Visit, what: Met) -> &'static str {
    let t = visit.t;
    match what {
        Met::Party => t.met_party(),
        Met::Units => t.need_units(),
        Met::InPerson => t.need_in_person(),
        Met::Scope => t.need_scope(),
        Met::Area => t.need_area(),
        Met::Condition => t.need_condition(),
        Met::Reason => t.need_reason(),
        Met::StepUp => t.need_step_up(),
    }
}

fn met_words(visit: &Visit, what: Met) -> &'static str {
    let t = visit.t;
    match what {
        Met::Party => t.met_party(),
        Met::Units => t.met_units(),
        Met::InPerson => t.met_in_person(),
        Met::Scope => t.met_scope(),
        Met::Area => t.met_area(),
        Met::Condition => t.met_condition(),
        Met::Reason => t.met_reason(),
        Met::StepUp => t.met_step_up(),
    }
}

fn weighed(visit: &Visit, catalogue: &Catalogue, register: &Register, action: Action, w: &Weighed) -> WeighedGrant {
    let holds = w.given && w.holds();
    // Which fields, where it makes a difference.
    let all = meydan_kernel::permission::FieldSet::of_register(register);
    let titles = || {
        let fields = w.fields.common(all).iter().filter_map(|i| register.fields.get(i));
        fields.map(|f| visit.say(&f.title)).collect::<Vec<_>>().join(", ")
    };
    let tells = holds && !w.fields.covers(all) && action != Action::Delete;
    WeighedGrant {
        sentence: sentence::of(visit, catalogue, &w.grant, Some(register)),
        holds,
        met: w.met.iter().map(|(what, met)| (met_words(visit, *what), *met)).collect(),
        fields: tells.then(titles),
    }
}
