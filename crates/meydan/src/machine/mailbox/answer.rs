//! A mail that answers one of our notices: a comment on its case, and on it goes if it waited for that. Who has the id of a notice may
//! have it forwarded: only what comes from the applicant's own address is the applicant's; the rest a person of the house judges.

use super::{Done, files, short};
use crate::machine::{
    made_of,
    notices::{NOTICE, notice_of},
};
use meydan_identity::Contact;
use meydan_kernel::{
    Bilingual, Desk, Principal, Record, Register, Result, Value,
    case::state_of,
    catalogue::workflow::{field, part},
    desk::Edit,
    query::Key,
};
use meydan_messages::inbox::Incoming;
use meydan_modules::work::holders;
use std::sync::Arc;
use uuid::Uuid;

/// Register of what is written to a case.
const COMMENT: &str = "comment";
/// Limit: letters of a comment.
const MAX_COMMENT: usize = 8_000;
/// The transition by which who applied has replied.
const REPLY: &str = "reply";
/// Field of the applicant's address.
const EMAIL: &str = "applicant_email";
/// What an applicant reads.
const FOR_APPLICANT: &str = "applicant";
/// What the house reads only.
const INTERNAL: &str = "internal";

/// What a mail answers.
struct Answered {
    register: Arc<Register>,
    case: Record,
    /// The address that our notice went to.
    told: Option<String>,
}

/// Takes it in; none if it answers nothing of ours.
pub(super) async fn take(desk: &Desk, principal: &Principal, mail: &Incoming) -> Result<Option<Done>> {
    let Some(answered) = answered(desk, mail).await? else { return Ok(None) };
    let Answered { register, case, .. } = &answered;
    let id = made_of(&["answer", &mail.message_id]);
    let comments = desk.register(COMMENT)?;
    let there = desk.store().get(&comments, Key::Id(id), None).await?;
    // Taken in again, it stays what it was judged to be.
    let theirs = match &there {
        Some(comment) => comment.value(&comments, "audience") == Some(&Value::Text(FOR_APPLICANT.to_owned())),
        None => answered.is_by(mail),
    };
    let audience = if theirs { FOR_APPLICANT } else { INTERNAL };
    let known = there.is_some();
    if !known {
        let mut edits = vec![(COMMENT.to_owned(), comment(&comments, register, case.id, id, mail, audience))];
        if theirs {
            let workflow = desk.workflow(register, case).await?;
            let state = state_of(register, case);
            if workflow.transition(REPLY).is_some_and(|t| t.from.iter().any(|from| from == state)) {
                let (transition, expected) = (REPLY.to_owned(), Some(case.version));
                edits.push((
                    register.name.clone(),
                    Edit::Proceed { id: case.id, expected, transition, set: Vec::new(), at: None },
                ));
            }
        } else {
            edits.extend(told(desk, principal, &answered).await?);
        }
        desk.change(principal, edits).await?;
    }
    files::add(desk, principal, register, case.id, mail, files::More { long: None, audience }).await?;
    Ok(Some(match (known, theirs) {
        (true, _) => Done::Known,
        (false, true) => Done::Answered,
        (false, false) => Done::Unproven,
    }))
}

impl Answered {
    /// True if the mail says that it comes from the applicant: from where our notice went, and that must still be the address of the
    /// case if its register has one.
    fn is_by(&self, mail: &Incoming) -> bool {
        let from = Contact::email(&mail.from.email);
        let same = |address: Option<&str>| from.is_some() && address.and_then(Contact::email) == from;
        let now = match self.case.value(&self.register, EMAIL) {
            Some(Value::Text(text)) => Some(text.as_str()),
            _ => None,
        };
        same(self.told.as_deref()) && (self.register.field_index(EMAIL).is_none() || same(now))
    }
}

fn comment(comments: &Register, register: &Register, case: Uuid, id: Uuid, mail: &Incoming, audience: &str) -> Edit {
    let said = short(&mail.text, MAX_COMMENT).or_else(|| short(&mail.subject, MAX_COMMENT)).unwrap_or_else(|| "—".to_owned());
    let said = if audience == FOR_APPLICANT {
        said
    } else {
        let from = &mail.from.email;
        let head = format!(
            "[{from} adresinden geldi; başvuranın adresi değil, başvuranın yanıtı sayılmadı. / Came from {from}, which is not the \
             applicant's address; it does not count as theirs.]\n\n"
        );
        short(&format!("{head}{said}"), MAX_COMMENT).unwrap_or(head)
    };
    let values = [
        ("text", Value::Text(said)),
        ("audience", Value::Text(audience.to_owned())),
        ("written_at", Value::instant(jiff::Timestamp::now()).unwrap_or(Value::Null)),
        (part::WHOLE_REGISTER, Value::Text(register.name.clone())),
        (part::WHOLE, Value::Text(case.to_string())),
    ];
    Edit::Insert { id: Some(id), set: set(comments, &values), geometry: None }
}

/// Tells who has the case, or else who is told of what concerns its unit, that there is something to judge.
async fn told(desk: &Desk, principal: &Principal, answered: &Answered) -> Result<Vec<(String, Edit)>> {
    let Answered { register, case, .. } = answered;
    let (directory, notices) = (desk.directory().await?, desk.register(NOTICE)?);
    let reference = |name: &str| match case.value(register, name) {
        Some(Value::Reference(id)) => Some(*id),
        _ => None,
    };
    let (unit, day) = (reference(field::UNIT), principal.today());
    let assignee = reference(field::ASSIGNEE).and_then(|p| match holders::presence(&directory, p, unit, day) {
        holders::Presence::Here => Some(p),
        holders::Presence::Deputy(deputy) => Some(deputy),
        holders::Presence::Gone => None,
    });
    let persons = match (assignee, unit) {
        (Some(person), _) => vec![person],
        (None, Some(unit)) => holders::to_tell(&directory, unit, day),
        (None, None) => Vec::new(),
    };
    let word = |name: &str| match case.value(register, name) {
        Some(Value::Text(text)) => text.clone(),
        _ => String::new(),
    };
    let number = meydan_kernel::case::readable(&word(field::REFERENCE));
    let said = Bilingual::new(
        format!("Başvuranın olmayan bir adresten yanıt geldi: {number}"),
        format!("An answer came from an address that is not the applicant's: {number}"),
    );
    let now = Value::instant(principal.now).unwrap_or(Value::Null);
    let one = |person: Uuid| {
        let lang = directory.person(person).map(|p| p.lang).unwrap_or_default();
        let text = |text: &str| Value::Text(text.to_owned());
        let values = [
            ("person", Value::Reference(person)),
            ("channel", text("in_app")),
            ("reason", text("comment")),
            ("language", text(lang.tag())),
            ("subject", text(said.get(lang))),
            ("body", text(said.get(lang))),
            ("case_register", text(&register.name)),
            ("case_id", text(&case.id.to_string())),
            ("status", text("sent")),
            ("created_at", now.clone()),
            ("sent_at", now.clone()),
        ];
        (NOTICE.to_owned(), Edit::Insert { id: None, set: set(&notices, &values), geometry: None })
    };
    Ok(persons.into_iter().map(one).collect())
}

fn set(register: &Register, values: &[(&str, Value)]) -> Vec<(usize, Value)> {
    values.iter().filter_map(|(name, value)| Some((register.field_index(name)?, value.clone()))).collect()
}

/// The case whose notice it answers. A notice's id is known to nobody but who got it and whom they passed it on to.
async fn answered(desk: &Desk, mail: &Incoming) -> Result<Option<Answered>> {
    let notices = desk.register(NOTICE)?;
    let before = mail.in_reply_to.iter().chain(mail.references.iter().rev());
    for id in before.filter_map(|id| notice_of(id)) {
        let Some(notice) = desk.store().get(&notices, Key::Id(id), None).await? else { continue };
        let text = |name: &str| match notice.value(&notices, name) {
            Some(Value::Text(text)) => Some(text.clone()),
            _ => None,
        };
        // A copy for somebody of the house is no way for an applicant to write.
        let to_applicant =
            text("channel").as_deref() == Some("email") && matches!(notice.value(&notices, "person"), Some(Value::Null));
        let case = text("case_register").zip(text("case_id").and_then(|id| Uuid::parse_str(&id).ok()));
        let Some((name, id)) = case.filter(|_| to_applicant) else { continue };
        let Ok(register) = desk.register(&name) else { continue };
        if let Some(case) = desk.store().get(&register, Key::Id(id), None).await? {
            return Ok(Some(Answered { register, case, told: text("address") }));
        }
    }
    Ok(None)
}
