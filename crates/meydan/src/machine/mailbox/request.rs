//! A mail as a new request.

use super::{Done, files, short};
use crate::machine::made_of;
use jiff::Timestamp;
use meydan_geo::Wkb;
use meydan_identity::Contact;
use meydan_kernel::{Desk, Principal, Record, Register, Result, Value, desk::Edit, query::Key};
use meydan_messages::inbox::{Fault, Incoming};
use std::sync::Arc;
use uuid::Uuid;

/// Register of citizens' requests.
const REQUEST: &str = "request";
/// Limits of its fields, in letters.
const MAX_DESCRIPTION: usize = 4_000;
const MAX_NAME: usize = 200;
const MAX_ID: usize = 200;

/// Opens the request, if it isn't open already, and adds its files.
pub(super) async fn take(desk: &Desk, principal: &Principal, mail: &Incoming) -> Result<Done> {
    let register = desk.register(REQUEST)?;
    let id = made_of(&["mail", &mail.message_id]);
    let there = there(desk, &register, id).await?;
    if there.is_none() {
        let set = values(&register, mail);
        let edit = Edit::Insert { id: Some(id), set, geometry: None::<Wkb> };
        match desk.change(principal, vec![(REQUEST.to_owned(), edit)]).await {
            // Another process was faster, or one of the random reference numbers was taken: then the mail comes again.
            Err(e) if e.code() != "key-taken" || self::there(desk, &register, id).await?.is_none() => return Err(e),
            _ => {}
        }
    }
    let long = (mail.text.chars().count() > MAX_DESCRIPTION - mail.subject.chars().count().min(MAX_DESCRIPTION))
        .then_some(&*mail.text);
    files::add(desk, principal, &register, id, mail, files::More { long, audience: "applicant" }).await?;
    Ok(if there.is_none() { Done::Opened } else { Done::Known })
}

async fn there(desk: &Desk, register: &Arc<Register>, id: Uuid) -> Result<Option<Record>> {
    desk.store().get(register, Key::Id(id), None).await
}

fn values(register: &Register, mail: &Incoming) -> Vec<(usize, Value)> {
    let text = |text: Option<String>| text.map_or(Value::Null, Value::Text);
    let email = Contact::email(&mail.from.email).map(|c| c.address().to_owned());
    let named = mail.from.name.as_deref().and_then(|name| short(name, MAX_NAME));
    let id = if mail.message_id.chars().count() <= MAX_ID {
        mail.message_id.clone()
    } else {
        made_of(&["mail", &mail.message_id]).to_string()
    };
    let all = [
        ("kind", text(Some("request".to_owned()))),
        ("channel", text(Some("email".to_owned()))),
        ("external_id", Value::Text(id)),
        ("applicant_name", text(named.or_else(|| email.clone()))),
        ("applicant_email", text(email)),
        ("description", Value::Text(description(mail))),
        ("received_at", Value::instant(Timestamp::now()).unwrap_or(Value::Null)),
    ];
    all.into_iter().filter_map(|(name, value)| Some((register.field_index(name)?, value))).collect()
}

/// Subject and text.
fn description(mail: &Incoming) -> String {
    let missing = match mail.fault {
        Some(Fault::TooLarge) => "[İleti çok büyük olduğu için alınamadı; posta kutusunda duruyor.]",
        _ => "[İletide metin yok.]",
    };
    let body = if mail.text.trim().is_empty() { missing } else { mail.text.trim() };
    let whole = if mail.subject.is_empty() { body.to_owned() } else { format!("{}\n\n{body}", mail.subject) };
    short(&whole, MAX_DESCRIPTION).unwrap_or_else(|| missing.to_owned())
}
