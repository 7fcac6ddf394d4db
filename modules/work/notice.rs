//! Notices: born with the deed that they tell of, sent by somebody else later.

use meydan_kernel::{Bilingual, Lang, Record, Value, case, catalogue::workflow::field, desk::Deed};
use uuid::Uuid;

/// Limit: characters of a notice's subject (as the register has it).
const MAX_SUBJECT: usize = 300;
/// Limit: characters of a notice's text.
const MAX_BODY: usize = 20_000;

/// What a notice says.
pub struct Told {
    /// Why it is sent: a code of `notice_reason`.
    pub reason: &'static str,
    /// Subject, without personal data.
    pub subject: Bilingual,
    /// Text.
    pub body: Bilingual,
    /// Text where there is little room (SMS); the subject if there is none.
    pub short: Option<Bilingual>,
}

/// Where somebody who is not staff is reached: the first of e-mail and phone.
pub struct Contact {
    /// `email` or `sms`.
    pub channel: &'static str,
    /// E-mail address or phone number.
    pub address: String,
    /// Their language.
    pub lang: Lang,
}

/// A person of the house reads it in the program, in their language. Nobody is told what they do themselves.
pub fn to_person(deed: &mut Deed<'_>, person: Uuid, told: &Told) {
    if deed.principal.person() == Some(person) {
        return;
    }
    let now = Value::instant(deed.at).unwrap_or(Value::Null);
    let lang = deed.directory.person(person).map_or(Lang::Tr, |p| p.lang);
    let values = [
        ("person", Value::Reference(person)),
        ("channel", text("in_app")),
        ("status", text("sent")),
        ("sent_at", now),
        ("subject", text(cut(told.subject.get(lang), MAX_SUBJECT))),
        ("body", text(cut(told.body.get(lang), MAX_BODY))),
    ];
    let case = deed.after.id;
    add(deed, told.reason, lang, case, &values);
}

/// Somebody outside gets it by e-mail or SMS, about the case with this id.
pub fn to_contact(deed: &mut Deed<'_>, contact: Contact, case: Uuid, told: &Told) {
    let now = Value::instant(deed.principal.now).unwrap_or(Value::Null);
    let subject = told.subject.get(contact.lang);
    let body = match (contact.channel, &told.short) {
        ("sms", Some(short)) => short.get(contact.lang),
        ("sms", None) => subject,
        _ => told.body.get(contact.lang),
    };
    let values = [
        ("address", text(contact.address.as_str())),
        ("channel", text(contact.channel)),
        ("status", text("waiting")),
        ("next_at", now),
        ("subject", text(cut(subject, MAX_SUBJECT))),
        ("body", text(cut(body, MAX_BODY))),
    ];
    add(deed, told.reason, contact.lang, case, &values);
}

fn add(deed: &mut Deed<'_>, reason: &str, lang: Lang, case: Uuid, values: &[(&str, Value)]) {
    let register = deed.register.name.clone();
    let common = [
        ("reason", text(reason)),
        ("language", text(lang.tag())),
        ("case_register", text(register)),
        ("case_id", text(case.to_string())),
        ("created_at", Value::instant(deed.at).unwrap_or(Value::Null)),
    ];
    let all: Vec<(&str, Value)> = common.into_iter().chain(values.iter().cloned()).collect();
    deed.add("notice", &all);
}

/// The number of a case as it is said: `4821 7736 9105`.
pub fn number_of(deed: &Deed<'_>, case: &Record) -> String {
    match case.value(deed.register, field::REFERENCE) {
        Some(Value::Text(number)) => case::readable(number),
        _ => String::new(),
    }
}

/// What a case is called in a list: its label, else its number.
pub fn label_of(deed: &Deed<'_>) -> String {
    let label = deed.register.field(&deed.register.label).map(|f| deed.text(&f.name).to_owned()).unwrap_or_default();
    if label.trim().is_empty() { number_of(deed, &deed.after) } else { label }
}

/// A text value.
pub(crate) fn text(text: impl Into<String>) -> Value {
    Value::Text(text.into())
}

fn cut(text: &str, most: usize) -> String {
    text.chars().take(most).collect()
}
