//! Destruction through the desk (KVKK article 7): not of what must be kept, and never without a record of it in the same changeset.

use super::{Desk, Edit, Prepared, notes};
use crate::{
    Change, Changeset, Committed, Error, Kind, Operation, Principal, Query, Record, Register, Result, Value,
    catalogue::Catalogue,
    permission::Capacity,
    post::{DESTRUCTION, day},
    query::Key,
    retention::{DESTRUCTION_YEARS, LEGAL_HOLD, Rule, years_after},
};
use futures::StreamExt;
use jiff::civil::Date;
use std::sync::Arc;
use uuid::Uuid;

/// Limit: records destroyed in one changeset.
pub const MAX_DESTROYED: usize = 100;
/// Limit: how often a destruction is tried again when others change the same record.
const MAX_TRIES: usize = 8;
/// What stands for the record's id where one entry tells of many entries of a journal.
const MANY: &str = "*";
/// The law that speaks where nobody named another basis.
const LAW: &str = "6698 sayılı Kanun (KVKK) madde 7";
/// How values are destroyed.
const METHOD: &str = "Değerler ve defterdeki tuzları her sürümden silindi; boşalan yer veri dosyasında yeniden yazılır.";

/// Why something is destroyed: what the record of destruction says of it.
#[derive(Debug, Clone)]
pub struct Destruction {
    /// A code of the list `destruction_kind`.
    pub kind: &'static str,
    /// The basis: law, decision, number of the request. Never personal data: it can't be destroyed.
    pub basis: String,
    /// The person who asked for it, if the house knows them.
    pub requested_by: Option<Uuid>,
}

impl Destruction {
    /// On request of the person concerned.
    pub fn requested(basis: Option<String>, requested_by: Option<Uuid>) -> Self {
        Self { kind: "requested", basis: basis.unwrap_or_else(|| LAW.to_owned()), requested_by }
    }

    /// Because the time of keeping is over: as somebody carries it out (`retention`), or by itself (`periodic`).
    pub fn retention(register: &Register, periodic: bool) -> Self {
        let basis = register.retention.as_ref().map_or_else(|| LAW.to_owned(), |r| r.basis.tr.clone());
        Self { kind: if periodic { "periodic" } else { "retention" }, basis, requested_by: None }
    }
}

/// What a round of destruction did.
#[derive(Debug, Default)]
pub struct Destroyed {
    /// Records of which something was destroyed.
    pub records: u64,
    /// Versions that held it.
    pub versions: u64,
    /// Records left as they are, each with the reason.
    pub left: Vec<(Uuid, Error)>,
}

/// One record's destruction as it was prepared.
pub(super) struct Told {
    register: Arc<Register>,
    id: Uuid,
    /// `None` for the whole record.
    fields: Option<Vec<usize>>,
    versions: usize,
}

impl Desk {
    /// Destroys values of a record for ever: some fields, or the whole record (`None`), which ends it too unless others refer to it.
    /// The record of destruction is in the same changeset.
    ///
    /// # Errors
    /// `login-required`, `not-allowed`, `forbidden-field`, `reason-required`, `step-up-required`; `legal-hold`, `kept-by-law`;
    /// `no-such-record`; those of [`crate::Store::commit`].
    pub async fn destroy(
        &self,
        principal: &Principal,
        register: &str,
        id: Uuid,
        fields: Option<Vec<usize>>,
        destruction: &Destruction,
    ) -> Result<Committed> {
        let _one_at_a_time = self.careful.lock().await;
        self.destroy_all(principal, register, &[id], fields, destruction).await
    }

    /// Destroys what a register's rule says of those of the records that are due on the principal's day; at most [`MAX_DESTROYED`].
    /// What is under a legal hold, or can't be destroyed, is left and told.
    ///
    /// # Errors
    /// `login-required`, `not-allowed` and their like; `store-unavailable`.
    pub async fn destroy_due(
        &self,
        principal: &Principal,
        register: &Arc<Register>,
        ids: &[Uuid],
        destruction: &Destruction,
    ) -> Result<Destroyed> {
        let mut done = Destroyed::default();
        let Some(rule) = Rule::of(register) else { return Ok(done) };
        let _one_at_a_time = self.careful.lock().await;
        let holds = self.holds(&self.catalogue(), principal.today()).await?;
        let mut due = Vec::with_capacity(ids.len());
        for id in ids.iter().take(MAX_DESTROYED) {
            let versions = self.store.history(register, *id).await?;
            let (Some(found), Some(newest)) = (rule.due(&versions, principal.today()), versions.last()) else { continue };
            match holds.iter().any(|hold| hold.covers(register, &newest.record)) {
                true => done.left.push((*id, legal_hold(register))),
                false => due.push((*id, found.versions)),
            }
        }
        if due.is_empty() {
            return Ok(done);
        }
        let all: Vec<Uuid> = due.iter().map(|(id, _)| *id).collect();
        if self.destroy_all(principal, &register.name, &all, rule.fields(), destruction).await.is_ok() {
            done.records = due.len() as u64;
            done.versions = due.iter().map(|(_, n)| *n as u64).sum();
            return Ok(done);
        }
        // One that can't be destroyed must not keep the others.
        for (id, versions) in due {
            match self.destroy_all(principal, &register.name, &[id], rule.fields(), destruction).await {
                Ok(_) => {
                    done.records += 1;
                    done.versions += versions as u64;
                }
                Err(error) if error.is_refusal() || error.kind() == Kind::Unavailable => return Err(error),
                Err(error) => done.left.push((id, error)),
            }
        }
        Ok(done)
    }

    async fn destroy_all(
        &self,
        principal: &Principal,
        register: &str,
        ids: &[Uuid],
        fields: Option<Vec<usize>>,
        destruction: &Destruction,
    ) -> Result<Committed> {
        let mut ending = fields.is_none();
        let mut tries = 0;
        let files = self.files_of(&self.register(register)?, ids).await?;
        loop {
            tries += 1;
            let edits = ids.iter().map(|id| (register.to_owned(), Edit::Erase { id: *id, fields: fields.clone() })).collect();
            let (mut changeset, _) = self.prepare_with(principal, edits, destruction).await?;
            if ending {
                self.end_first(&mut changeset, register).await?;
            }
            match self.store.commit(changeset).await {
                // What others refer to, be it the record of its destruction, stays as an empty shell.
                Err(e) if ending && matches!(e.code(), "still-referenced" | "missing-reference") => ending = false,
                Err(e) if e.code() == "version-conflict" && tries < MAX_TRIES => {}
                Ok(done) => {
                    self.forget_unused(&files).await?;
                    return Ok(done);
                }
                other => return other,
            }
        }
    }

    /// Puts the end of each record that is still there before its destruction.
    async fn end_first(&self, changeset: &mut Changeset, name: &str) -> Result<()> {
        let register = self.register(name)?;
        let mut changes = Vec::with_capacity(2 * changeset.changes.len());
        for mut change in std::mem::take(&mut changeset.changes) {
            if let Operation::Erase { expected, .. } = &mut change.operation
                && change.register == name
                && self.store.get(&register, Key::Id(change.id), None).await?.is_some()
            {
                let operation = Operation::Delete { expected: *expected };
                changes.push(Change { register: name.to_owned(), id: change.id, operation });
                *expected += 1;
            }
            changes.push(change);
        }
        changeset.changes = changes;
        Ok(())
    }

    /// Refuses to destroy what must be kept, whoever asks; gives what the record of destruction will tell.
    pub(super) async fn refuse_kept(
        &self,
        prepared: &Prepared,
        principal: &Principal,
        register: &Arc<Register>,
        newest: &Record,
        fields: &[usize],
        whole: bool,
    ) -> Result<Told> {
        let today = principal.today();
        let versions = self.store.history(register, newest.id).await?;
        let written = versions.first().map_or(today, |v| day(v.record.recorded_at));
        if register.name == DESTRUCTION && today <= years_after(written, DESTRUCTION_YEARS) {
            return Err(kept_by_law(register));
        }
        let over = Rule::of(register).is_some_and(|rule| rule.due(&versions, today).is_some());
        if register.journal && !over && !matches!(principal.capacity, Capacity::Operator) {
            return Err(kept_by_law(register));
        }
        let holds = self.holds(&prepared.catalogue, today).await?;
        if holds.iter().any(|hold| hold.covers(register, newest)) {
            return Err(legal_hold(register));
        }
        let filled = |r: &Record| fields.iter().any(|i| r.values.get(*i).is_some_and(|v| !v.is_null()));
        let versions = versions.iter().filter(|v| filled(&v.record) || (whole && v.record.geometry.is_some())).count();
        Ok(Told { register: Arc::clone(register), id: newest.id, fields: (!whole).then(|| fields.to_vec()), versions })
    }

    /// The legal holds of a day.
    async fn holds(&self, catalogue: &Catalogue, today: Date) -> Result<Vec<Hold>> {
        let Some(register) = catalogue.registers.get(LEGAL_HOLD) else { return Ok(Vec::new()) };
        let mut batches = self.store.scan(Query::all(Arc::clone(register)));
        let mut holds = Vec::new();
        while let Some(batch) = batches.next().await {
            holds.extend(batch?.iter().filter_map(|record| Hold::read(register, record, today)));
        }
        Ok(holds)
    }
}

/// What must not be destroyed now.
struct Hold {
    register: String,
    /// `None` for all records of the register.
    record: Option<Uuid>,
}

impl Hold {
    /// A hold that is in force on the day.
    fn read(register: &Register, record: &Record, today: Date) -> Option<Self> {
        let text = |field| match record.value(register, field) {
            Some(Value::Text(text)) if !text.trim().is_empty() => Some(text.trim()),
            _ => None,
        };
        let date = |field| match record.value(register, field) {
            Some(Value::Date(date)) => Some(*date),
            _ => None,
        };
        let begun = date("valid_from").is_none_or(|from| from <= today);
        let goes_on = date("valid_until").is_none_or(|until| today <= until);
        let name = text("register").filter(|_| begun && goes_on)?.to_owned();
        // An id that can't be read protects the whole register: in doubt nothing is destroyed.
        Some(Self { register: name, record: text("record").and_then(|id| Uuid::parse_str(id).ok()) })
    }

    /// True if it protects the record: itself, or as an entry of a journal that speaks of what is protected.
    fn covers(&self, register: &Register, record: &Record) -> bool {
        let own = self.register == register.name && self.record.is_none_or(|id| id == record.id);
        let text = |field| match record.value(register, field) {
            Some(Value::Text(text)) => Some(text.as_str()),
            _ => None,
        };
        let spoken_of = || {
            text("register") == Some(self.register.as_str())
                && self.record.is_none_or(|id| text("record").and_then(|t| Uuid::parse_str(t).ok()) == Some(id))
        };
        own || (register.journal && spoken_of())
    }
}

/// The records of destruction of a changeset: one for each record, and one for all entries of a journal.
pub(super) fn journal(catalogue: &Catalogue, principal: &Principal, told: &[Told], why: &Destruction) -> Vec<Change> {
    let Some(register) = catalogue.registers.get(DESTRUCTION) else { return Vec::new() };
    let row = |first: &Told, record: String, records: usize, versions: usize| {
        let names = first.fields.as_ref().map(|fields| {
            let names: Vec<&str> =
                fields.iter().filter_map(|i| first.register.fields.get(*i)).map(|f| f.name.as_str()).collect();
            Value::Text(names.join(", "))
        });
        let id = |id: Option<Uuid>| id.map_or(Value::Null, Value::Reference);
        let count = |n: usize| Value::Int(i64::try_from(n).unwrap_or(i64::MAX));
        let values = notes::draft(
            register,
            [
                ("register", Value::Text(first.register.name.clone())),
                ("record", Value::Text(record)),
                ("records", count(records)),
                ("fields", names.unwrap_or(Value::Null)),
                ("kind", Value::Text(why.kind.to_owned())),
                ("versions", count(versions)),
                ("basis", Value::Text(why.basis.clone())),
                ("requested_by", id(why.requested_by)),
                ("decided_by", id(principal.person())),
                ("method", Value::Text(METHOD.to_owned())),
            ],
        );
        let operation = Operation::Insert { values, geometry: None };
        Change { register: register.name.clone(), id: Uuid::now_v7(), operation }
    };
    let mut rows = Vec::new();
    let mut journals: Vec<(&Told, usize, usize)> = Vec::new();
    for one in told {
        if !one.register.journal {
            rows.push(row(one, one.id.to_string(), 1, one.versions));
            continue;
        }
        match journals.iter_mut().find(|(t, ..)| t.register.name == one.register.name && t.fields == one.fields) {
            Some((_, records, versions)) => (*records, *versions) = (*records + 1, *versions + one.versions),
            None => journals.push((one, 1, one.versions)),
        }
    }
    rows.extend(journals.into_iter().map(|(first, records, versions)| row(first, MANY.to_owned(), records, versions)));
    rows
}

fn legal_hold(register: &Register) -> Error {
    Error::new(
        Kind::Conflict,
        "legal-hold",
        format!("“{}” kütüğündeki bu kayıt bir dava ya da inceleme için saklanıyor; yok edilemez.", register.title.tr),
        format!("This record of the register “{}” is kept for a case or an inquiry; it can't be destroyed.", register.title.en),
    )
    .hint(
        "Yasal saklama bitince yeniden deneyin; süresini “Yasal saklama” kütüğü gösterir.",
        "Try again when the legal hold is over; the register “Legal hold” says until when.",
    )
}

fn kept_by_law(register: &Register) -> Error {
    Error::new(
        Kind::Conflict,
        "kept-by-law",
        format!("“{}” kütüğünün kayıtları saklama süresi dolmadan yok edilemez.", register.title.tr),
        format!("Records of the register “{}” can't be destroyed before their time of keeping is over.", register.title.en),
    )
    .hint("Süre dolunca sistem kendisi yok eder.", "The house destroys them itself when the time is over.")
}
