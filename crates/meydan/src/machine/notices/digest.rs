//! The daily digest: on each working day at eight, to everybody who has something due, what is due.

use super::{Outbox, instant, text};
use crate::machine::made_of;
use futures::StreamExt as _;
use jiff::{SignedDuration, Timestamp};
use meydan_kernel::{
    Lang, Query, Record, Register, Result, Secret, Value,
    case::readable,
    catalogue::workflow::field,
    cql2,
    post::{begins, day},
};
use std::{collections::BTreeMap, sync::Arc};
use uuid::Uuid;

/// The hour in the city.
const HOUR: SignedDuration = SignedDuration::from_hours(8);
/// What is due within so many days is in it.
const AHEAD: SignedDuration = SignedDuration::from_hours(3 * 24);
/// Limit: cases that one digest lists; of the others it tells the number.
const MAX_LISTED: usize = 50;
/// Kind and key of the mark of the day's digest: a thing of the house that is swapped as a whole.
const MARK: (&str, &str) = ("house", "digest");

/// One case that is due.
struct Due {
    at: Timestamp,
    line: String,
}

impl Outbox {
    /// Makes today's digests, if it is time and nobody has.
    pub(super) async fn digest(&self, notices: &Arc<Register>, now: Timestamp) -> Result<()> {
        let today = day(now);
        if now < begins(today) + HOUR || !self.desk.calendar().await?.is_working_day(today) {
            return Ok(());
        }
        let store = self.desk.store();
        let found = store.secret(MARK.0, MARK.1).await?;
        if found.as_ref().is_some_and(|s| s.content == today.to_string()) {
            return Ok(());
        }
        let directory = self.desk.directory().await?;
        for (person, mut due) in self.due(now + AHEAD).await? {
            let Some(person) = directory.person(person).filter(|p| p.active) else { continue };
            let Some(address) = &person.email else { continue };
            due.sort_by_key(|d| d.at);
            let subject = match person.lang {
                Lang::Tr => format!("Süresi dolan ve yaklaşan işleriniz ({})", due.len()),
                Lang::En => format!("Your cases that are overdue or due soon ({})", due.len()),
            };
            let values = [
                ("person", Value::Reference(person.id)),
                ("address", text(address.as_str())),
                ("channel", text("email")),
                ("reason", text("digest")),
                ("language", text(person.lang.tag())),
                ("subject", text(subject)),
                ("body", text(body(&due))),
                ("created_at", instant(now)),
                ("next_at", instant(now)),
            ];
            self.make(notices, made_of(&["digest", &today.to_string(), &person.id.to_string()]), &values).await?;
        }
        // Made again after a failure, each digest that is there already stays the one.
        let mark = Secret {
            kind: MARK.0.to_owned(),
            key: MARK.1.to_owned(),
            owner: None,
            content: today.to_string(),
            created_at: now,
            expires_at: None,
        };
        store.swap_secret(found.as_ref(), &mark).await.map(|_| ())
    }

    /// What everybody has that is due until an instant.
    async fn due(&self, until: Timestamp) -> Result<BTreeMap<Uuid, Vec<Due>>> {
        let mut all: BTreeMap<Uuid, Vec<Due>> = BTreeMap::new();
        for register in self.desk.catalogue().registers.values().filter(|r| r.workflow.is_some()) {
            let filter = format!("closed_at IS NULL AND assignee IS NOT NULL AND due_at <= TIMESTAMP('{until}')");
            let query = Query { filter: Some(cql2::parse(register, &filter)?), ..Query::all(Arc::clone(register)) };
            let mut batches = self.desk.store().scan(query);
            while let Some(batch) = batches.next().await {
                for case in batch? {
                    let (Some(Value::Reference(who)), Some(due)) =
                        (case.value(register, field::ASSIGNEE), due(register, &case))
                    else {
                        continue;
                    };
                    all.entry(*who).or_default().push(due);
                }
            }
        }
        Ok(all)
    }
}

fn due(register: &Register, case: &Record) -> Option<Due> {
    let Some(Value::Timestamp(at)) = case.value(register, field::DUE_AT) else { return None };
    let word = |name: &str| match case.value(register, name) {
        Some(Value::Text(text)) => text.clone(),
        _ => String::new(),
    };
    let (label, number) = (word(&register.label), readable(&word(field::REFERENCE)));
    Some(Due { at: *at, line: format!("{}  {number}  {label}", day(*at).strftime("%d.%m.%Y")) })
}

fn body(due: &[Due]) -> String {
    let mut lines: Vec<&str> = due.iter().take(MAX_LISTED).map(|d| d.line.as_str()).collect();
    let more = due.len().saturating_sub(MAX_LISTED);
    let rest = format!("… +{more}");
    if more > 0 {
        lines.push(&rest);
    }
    lines.join("\n")
}
