//! A mail that answers one of our notices: a comment on its case, and on it goes if it waited for that.

use super::{Done, files, short};
use crate::machine::{
    made_of,
    notices::{NOTICE, notice_of},
};
use meydan_identity::Contact;
use meydan_kernel::{
    Desk, Principal, Record, Register, Result, Value, case::state_of, catalogue::workflow::part, desk::Edit, query::Key,
};
use meydan_messages::inbox::Incoming;
use std::sync::Arc;
use uuid::Uuid;

/// Register of what is written to a case.
const COMMENT: &str = "comment";
/// Limit: letters of a comment.
const MAX_COMMENT: usize = 8_000;
/// The transition by which who applied has replied.
const REPLY: &str = "reply";

/// Takes it in; none if it answers nothing of ours.
pub(super) async fn take(desk: &Desk, principal: &Principal, mail: &Incoming) -> Result<Option<Done>> {
    let Some((register, case)) = answered(desk, mail).await? else { return Ok(None) };
    let id = made_of(&["answer", &mail.message_id]);
    let comments = desk.register(COMMENT)?;
    let known = desk.store().get(&comments, Key::Id(id), None).await?.is_some();
    if !known {
        let mut edits = vec![(COMMENT.to_owned(), comment(&comments, &register, case.id, id, mail))];
        let workflow = desk.workflow(&register, &case).await?;
        let state = state_of(&register, &case);
        if workflow.transition(REPLY).is_some_and(|t| t.from.iter().any(|from| from == state)) {
            let (transition, expected) = (REPLY.to_owned(), Some(case.version));
            edits.push((register.name.clone(), Edit::Proceed { id: case.id, expected, transition, set: Vec::new(), at: None }));
        }
        desk.change(principal, edits).await?;
    }
    files::add(desk, principal, &register, case.id, mail, None).await?;
    Ok(Some(if known { Done::Known } else { Done::Answered }))
}

fn comment(comments: &Register, register: &Register, case: Uuid, id: Uuid, mail: &Incoming) -> Edit {
    let said = short(&mail.text, MAX_COMMENT).or_else(|| short(&mail.subject, MAX_COMMENT));
    let values = [
        ("text", Value::Text(said.unwrap_or_else(|| "—".to_owned()))),
        ("audience", Value::Text("applicant".to_owned())),
        ("written_at", Value::instant(jiff::Timestamp::now()).unwrap_or(Value::Null)),
        (part::WHOLE_REGISTER, Value::Text(register.name.clone())),
        (part::WHOLE, Value::Text(case.to_string())),
    ];
    let set = values.into_iter().filter_map(|(name, value)| Some((comments.field_index(name)?, value))).collect();
    Edit::Insert { id: Some(id), set, geometry: None }
}

/// The case whose notice it answers. A notice's id is known to nobody but who got it, and stands for them as a proven contact does: so
/// the answer must come from where the notice went. Somebody to whom it was passed on opens a request of their own.
async fn answered(desk: &Desk, mail: &Incoming) -> Result<Option<(Arc<Register>, Record)>> {
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
        let sent_to = text("address").and_then(|address| Contact::email(&address));
        let theirs = sent_to.is_some() && sent_to == Contact::email(&mail.from.email);
        let case = text("case_register").zip(text("case_id").and_then(|id| Uuid::parse_str(&id).ok()));
        let Some((name, id)) = case.filter(|_| to_applicant && theirs) else { continue };
        let Ok(register) = desk.register(&name) else { continue };
        if let Some(case) = desk.store().get(&register, Key::Id(id), None).await? {
            return Ok(Some((register, case)));
        }
    }
    Ok(None)
}
