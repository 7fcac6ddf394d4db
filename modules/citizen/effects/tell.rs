//! `tell_applicant`, `tell_joined`, `ask_satisfaction`, `official_answer`: what the applicant learns.

use crate::{
    citizen::wording::{self, About},
    work::notice::{self, Contact, Told},
};
use meydan_kernel::{
    Bilingual, Lang, Query, Record, Result, Value,
    case::{Clocks, state_of},
    cql2::{Comparison, Expr, Operand},
    desk::{Deed, Effect, Event},
};
use std::sync::Arc;

/// Limit: joined requests whose applicants are told with one deed.
const MAX_JOINED: usize = 1_000;

/// Where the applicant of a request is reached; `None` for who gave no name or wants it secret, and who left no address.
pub(super) fn applicant(deed: &Deed<'_>, request: &Record) -> Option<Contact> {
    let text = |name: &str| match request.value(deed.register, name) {
        Some(Value::Text(text)) if !text.trim().is_empty() => Some(text.clone()),
        _ => None,
    };
    if request.value(deed.register, "anonymous") == Some(&Value::Bool(true)) {
        return None;
    }
    let lang = if text("language").as_deref() == Some("en") { Lang::En } else { Lang::Tr };
    let email = text("applicant_email").map(|address| Contact { channel: "email", address, lang });
    email.or_else(|| text("applicant_phone").map(|address| Contact { channel: "sms", address, lang }))
}

/// Texts about a request.
pub(super) fn words<T>(deed: &Deed<'_>, request: &Record, make: impl FnOnce(&About<'_>) -> T) -> T {
    let text = |name: &str| match request.value(deed.register, name) {
        Some(Value::Text(text)) => text.as_str(),
        _ => "",
    };
    let number = notice::number_of(deed, request);
    // A stranger may have typed the address of another: what they wrote as a name is not sent there in the house's name.
    let typed = matches!(text("channel"), "web" | "app" | "open311");
    let unproven = typed && request.value(deed.register, "contact_confirmed") != Some(&Value::Bool(true));
    make(&About { name: if unproven { "" } else { text("applicant_name") }, subject: text("subject"), number: &number })
}

/// Tells the applicant what the transition means for them.
pub(super) struct TellApplicant;

#[async_trait::async_trait]
impl Effect for TellApplicant {
    async fn run(&self, deed: &mut Deed<'_>) -> Result<()> {
        let Some(contact) = applicant(deed, &deed.after) else { return Ok(()) };
        let told = words(deed, &deed.after, |about| message(deed, about));
        notice::to_contact(deed, contact, deed.after.id, &told);
        Ok(())
    }
}

fn message(deed: &Deed<'_>, about: &About<'_>) -> Told {
    let Event::Went(step) = &deed.event else { return about.moved(&state(deed, ""), &Bilingual::default()) };
    let reason = deed.principal.act.reason.as_deref().unwrap_or_default();
    let to = state(deed, step);
    match step.as_str() {
        "resolve" | "approve" => about.answered(deed.text("answer"), &grounds(deed)),
        "reject" | "forward" => {
            let answer = Bilingual::new(deed.text("answer"), deed.text("answer"));
            let grounds = grounds(deed);
            let more = Bilingual::new(wording::joined(&answer.tr, &grounds.tr), wording::joined(&answer.en, &grounds.en));
            Told { reason: "answered", ..about.moved(&to, &more) }
        }
        "ask" => about.moved(&to, &wording::question(reason)),
        "ask_fee" => match deed.value("fee") {
            Value::Int(kurus) => about.moved(&to, &wording::fee(*kurus)),
            _ => about.moved(&to, &Bilingual::default()),
        },
        "extend" => {
            let due = Clocks::of(deed.register, &deed.after).active("information").map(|c| c.due);
            let title = Bilingual::new("Yanıt süreniz uzatıldı.", "The term of your answer was extended.");
            about.moved(&title, &wording::extended(deed.text("extension_reason"), due))
        }
        _ => about.moved(&to, &Bilingual::default()),
    }
}

/// What the state that a transition leads to is called for the applicant.
fn state(deed: &Deed<'_>, step: &str) -> Bilingual {
    let to = deed.workflow.transition(step).and_then(|t| t.to.clone());
    let name = to.unwrap_or_else(|| deed.text("state").to_owned());
    deed.workflow.state(&name).map_or_else(Bilingual::default, |s| s.told.clone().unwrap_or_else(|| s.title.clone()))
}

/// Of a refusal the ground and how to appeal (4982, article 12).
fn grounds(deed: &Deed<'_>) -> Bilingual {
    let ground = deed.text("refusal_ground");
    let known = deed.catalogue.code_lists.get("refusal_ground").and_then(|list| list.get(ground));
    let Some(known) = known else { return Bilingual::default() };
    let refused = wording::refused(&known.title);
    let appeal = wording::appeal(deed.text("kind")).unwrap_or_default();
    Bilingual::new(wording::joined(&refused.tr, &appeal.tr), wording::joined(&refused.en, &appeal.en))
}

/// The requests joined to one; not those that only name it and wait for somebody to see whether it is the same.
pub(super) async fn joined_to(deed: &Deed<'_>, root: uuid::Uuid) -> Result<Vec<Record>> {
    let Some(index) = deed.register.field_index("duplicate_of") else { return Ok(Vec::new()) };
    let same = Expr::Compare(Operand::Field(index), Comparison::Eq, Operand::Literal(Value::Reference(root)));
    let query = Query { filter: Some(same), limit: Some(MAX_JOINED), ..Query::all(Arc::clone(deed.register)) };
    let named = deed.desk.store().query(&query).await?;
    Ok(named.into_iter().filter(|r| state_of(deed.register, r) == "duplicate").collect())
}

/// Tells everybody whose request was joined to this one what became of it.
pub(super) struct TellJoined;

#[async_trait::async_trait]
impl Effect for TellJoined {
    async fn run(&self, deed: &mut Deed<'_>) -> Result<()> {
        let public = deed.text("public_text").to_owned();
        for joined in joined_to(deed, deed.after.id).await? {
            let Some(contact) = applicant(deed, &joined) else { continue };
            let told = words(deed, &joined, |about| about.joined_answered(&public));
            notice::to_contact(deed, contact, joined.id, &told);
        }
        Ok(())
    }
}

/// Asks how content they were; once.
pub(super) struct AskSatisfaction;

#[async_trait::async_trait]
impl Effect for AskSatisfaction {
    async fn run(&self, deed: &mut Deed<'_>) -> Result<()> {
        let again = matches!(deed.value("reopened"), Value::Int(times) if *times > 0);
        if again || !deed.value("rating").is_null() {
            return Ok(());
        }
        let Some(contact) = applicant(deed, &deed.after) else { return Ok(()) };
        let told = words(deed, &deed.after, |a| a.satisfaction());
        notice::to_contact(deed, contact, deed.after.id, &told);
        Ok(())
    }
}

/// Marks that the official letter is due: who prints it clears the mark.
pub(super) struct OfficialAnswer;

#[async_trait::async_trait]
impl Effect for OfficialAnswer {
    async fn run(&self, deed: &mut Deed<'_>) -> Result<()> {
        deed.set("letter_due", Value::Bool(true));
        Ok(())
    }
}
