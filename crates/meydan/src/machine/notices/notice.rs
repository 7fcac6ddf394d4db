//! A notice as its register has it.

use jiff::Timestamp;
use meydan_kernel::{Lang, Record, Register, Value};
use uuid::Uuid;

/// A notice.
#[derive(Debug, Clone, Default)]
pub(super) struct Notice {
    pub(super) id: Uuid,
    pub(super) version: i64,
    pub(super) channel: String,
    /// Somebody of the house.
    pub(super) person: Option<Uuid>,
    /// E-mail or phone.
    pub(super) address: Option<String>,
    pub(super) reason: String,
    pub(super) lang: Lang,
    pub(super) subject: String,
    pub(super) body: String,
    /// Register and id of the case that it is about.
    pub(super) case: Option<(String, Uuid)>,
    pub(super) status: String,
    pub(super) attempts: i64,
    pub(super) created_at: Option<Timestamp>,
    pub(super) next_at: Option<Timestamp>,
}

impl Notice {
    pub(super) fn read(register: &Register, record: &Record) -> Self {
        let value = |name: &str| record.value(register, name);
        let text = |name: &str| match value(name) {
            Some(Value::Text(text)) => Some(text.clone()),
            _ => None,
        };
        let instant = |name: &str| match value(name) {
            Some(Value::Timestamp(at)) => Some(*at),
            _ => None,
        };
        Self {
            id: record.id,
            version: record.version,
            channel: text("channel").unwrap_or_default(),
            person: match value("person") {
                Some(Value::Reference(id)) => Some(*id),
                _ => None,
            },
            address: text("address"),
            reason: text("reason").unwrap_or_default(),
            lang: if text("language").as_deref() == Some("en") { Lang::En } else { Lang::Tr },
            subject: text("subject").unwrap_or_default(),
            body: text("body").unwrap_or_default(),
            case: text("case_register").zip(text("case_id").and_then(|id| Uuid::parse_str(&id).ok())),
            status: text("status").unwrap_or_default(),
            attempts: match value("attempts") {
                Some(Value::Int(n)) => *n,
                _ => 0,
            },
            created_at: instant("created_at"),
            next_at: instant("next_at"),
        }
    }
}
