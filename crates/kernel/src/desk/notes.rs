//! What the desk writes down itself: looks at personal data and refusals. Records of registers like any other, so they stand
//! in the sealed log.

use super::Desk;
use crate::{
    Act, Catalogue, Change, Changeset, Error, Kind, Operation, Principal, Record, Register, Result, Store, Value,
    catalogue::Action,
    permission::FieldSet,
    post::{LOOK, SECURITY_EVENT},
};
use jiff::{SignedDuration, Timestamp};
use std::{collections::HashMap, sync::Arc};
use uuid::Uuid;

/// The same refusal of the same person is written once in this time.
const REFUSAL_WINDOW: SignedDuration = SignedDuration::from_secs(60);
/// Limit: refusals remembered.
const MAX_REMEMBERED: usize = 10_000;
/// Name that the desk writes by.
const DESK: &str = "meydan";

/// What the desk writes with.
pub(super) struct Pen {
    store: Arc<dyn Store>,
    /// Refusals written a moment ago.
    refusals: parking_lot::Mutex<HashMap<(Uuid, String, Action), Timestamp>>,
}

/// Something that concerns security.
#[derive(Debug, Clone, Default)]
pub struct SecurityEvent {
    /// What happened, a code of the list `security_event_kind`.
    pub kind: &'static str,
    /// The person concerned.
    pub person: Option<Uuid>,
    /// The register concerned.
    pub register: Option<String>,
    /// The record concerned.
    pub record: Option<Uuid>,
    /// The client's address.
    pub address: Option<String>,
    /// More, in few words; never a secret.
    pub detail: Option<String>,
}

impl Desk {
    /// Writes down what concerns security; on disk when this returns.
    ///
    /// # Errors
    /// `no-such-register` if the catalogue has no register of security events; those of the store.
    pub async fn note(&self, act: &Act, event: SecurityEvent) -> Result<()> {
        self.pen.note(&self.catalogue(), act, event).await
    }

    /// Writes down that somebody who is logged in was refused; not again within [`REFUSAL_WINDOW`].
    pub(super) async fn note_refusal(&self, principal: &Principal, register: &Register, action: Action, error: &Error) {
        self.pen.note_refusal(&self.catalogue(), principal, register, action, error).await;
    }
}

impl Pen {
    pub(super) fn new(store: Arc<dyn Store>) -> Self {
        Self { store, refusals: parking_lot::Mutex::default() }
    }

    async fn note(&self, catalogue: &Catalogue, act: &Act, event: SecurityEvent) -> Result<()> {
        let register = Arc::clone(catalogue.register(SECURITY_EVENT)?);
        let text = |t: Option<String>| t.map_or(Value::Null, Value::Text);
        let values = draft(
            &register,
            [
                ("kind", Value::Text(event.kind.to_owned())),
                ("person", event.person.map_or(Value::Null, Value::Reference)),
                ("register", text(event.register)),
                ("record", text(event.record.map(|id| id.to_string()))),
                ("address", text(event.address)),
                ("detail", text(event.detail)),
            ],
        );
        let act = if act.person.is_empty() { Act { person: DESK.to_owned(), ..act.clone() } } else { act.clone() };
        self.write(&act, vec![(register, values)]).await
    }

    /// See [`Desk::note_refusal`].
    pub(super) async fn note_refusal(
        &self,
        catalogue: &Catalogue,
        principal: &Principal,
        register: &Register,
        action: Action,
        error: &Error,
    ) {
        let Some(person) = principal.person().filter(|_| error.kind() == Kind::Forbidden) else { return };
        let key = (person, register.name.clone(), action);
        {
            let mut refusals = self.refusals.lock();
            if refusals.len() >= MAX_REMEMBERED {
                refusals.retain(|_, at| principal.now.duration_since(*at) < REFUSAL_WINDOW);
            }
            if refusals.get(&key).is_some_and(|at| principal.now.duration_since(*at) < REFUSAL_WINDOW) {
                return;
            }
            refusals.insert(key, principal.now);
        }
        let event = SecurityEvent {
            kind: "refused",
            person: Some(person),
            register: Some(register.name.clone()),
            detail: Some(format!("{}: {}", action.word(), error.code())),
            ..SecurityEvent::default()
        };
        // It is refused whether it can be written down or not.
        let _ = self.note(catalogue, &principal.act, event).await;
    }

    /// Writes down that personal fields of records are shown whole; before they are.
    pub(super) async fn note_looks(
        &self,
        catalogue: &Catalogue,
        principal: &Principal,
        register: &Register,
        shown: &[(&Record, FieldSet)],
    ) -> Result<()> {
        let personal = FieldSet::personal(register);
        // One look for each record, whatever number of its versions is shown.
        let mut looks: Vec<(Uuid, FieldSet, Option<Uuid>)> = Vec::new();
        for (record, fields) in shown {
            let filled = |i: &usize| record.values.get(*i).is_some_and(|v| !v.is_null());
            let seen = fields.common(personal).iter().filter(filled).fold(FieldSet::EMPTY, FieldSet::with);
            let subject = subject(register, record);
            let own = subject.is_some() && subject == principal.person();
            if seen.is_empty() || own {
                continue;
            }
            match looks.last_mut().filter(|(id, _, of)| *id == record.id && *of == subject) {
                Some((_, fields, _)) => *fields = fields.and(seen),
                None => looks.push((record.id, seen, subject)),
            }
        }
        if looks.is_empty() {
            return Ok(());
        }
        let look = Arc::clone(catalogue.register(LOOK)?);
        let id = |id: Option<Uuid>| id.map_or(Value::Null, Value::Reference);
        let standing = principal.standing();
        let rows = looks
            .into_iter()
            .map(|(record, fields, subject)| {
                let names: Vec<&str> = fields.iter().filter_map(|i| register.fields.get(i)).map(|f| f.name.as_str()).collect();
                let values = draft(
                    &look,
                    [
                        ("viewer", id(principal.person())),
                        ("post", id(standing.map(|s| s.post))),
                        ("on_behalf_of", id(standing.and_then(|s| s.proxy.as_ref()).map(|p| p.delegator))),
                        ("register", Value::Text(register.name.clone())),
                        ("record", Value::Text(record.to_string())),
                        ("fields", Value::Text(names.join(", "))),
                        ("subject", id(subject)),
                        ("reason", principal.act.reason.clone().map_or(Value::Null, Value::Text)),
                        ("face", Value::Text(principal.act.source.clone())),
                    ],
                );
                (Arc::clone(&look), values)
            })
            .collect();
        self.write(&principal.act, rows).await
    }

    async fn write(&self, act: &Act, rows: Vec<(Arc<Register>, Vec<Value>)>) -> Result<()> {
        let changes = rows.into_iter().map(|(register, values)| Change {
            register: register.name.clone(),
            id: Uuid::now_v7(),
            operation: Operation::Insert { values, geometry: None },
        });
        let changeset = Changeset { id: Uuid::now_v7(), act: act.clone(), changes: changes.collect() };
        self.store.commit(changeset).await.map(|_| ())
    }
}

/// Values of a register by the names of its fields; fields that it doesn't have are left out.
pub(super) fn draft<const N: usize>(register: &Register, set: [(&str, Value); N]) -> Vec<Value> {
    let mut values: Vec<Value> = register.fields.iter().map(crate::Field::default_value).collect();
    for (name, value) in set {
        if let Some(slot) = register.field_index(name).and_then(|i| values.get_mut(i)) {
            *slot = value;
        }
    }
    values
}

/// The person whom a record is about: its subject field, or the record itself.
pub(super) fn subject(register: &Register, record: &Record) -> Option<Uuid> {
    match register.subject.as_deref()? {
        "id" => Some(record.id),
        field => match record.value(register, field)? {
            Value::Reference(id) => Some(*id),
            _ => None,
        },
    }
}
