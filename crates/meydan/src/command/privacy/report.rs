//! `meydan privacy report`: all that is kept about a person or a record (KVKK article 11), as JSON.

use super::{person_named, record_id};
use crate::context::{City, Context};
use anyhow::Result;
use futures::StreamExt as _;
use meydan_identity::Identity;
use meydan_kernel::{
    Error, FieldKind, Query, Record, Register, Value,
    cql2::{Comparison, Expr, Operand},
    desk::SecurityEvent,
    post::PERSON,
    retention::Rule,
    store::LogQuery,
};
use serde_json::{Map, Value as Json, json};
use std::{collections::BTreeMap, process::ExitCode, sync::Arc};
use uuid::Uuid;

/// Limit: log entries of a person's own acts that are counted.
const MAX_ENTRIES: usize = 100_000;

// No doc comment: clap would take it for the command's text.
#[derive(clap::Args)]
#[group(required = true, multiple = false)]
pub(super) struct What {
    /// The person: login name or id.
    #[arg(long, value_name = "LOGIN|ID")]
    person: Option<String>,
    /// The record, as register/id.
    #[arg(long, value_name = "REGISTER/ID")]
    record: Option<String>,
}

/// Print everything that is kept about a person, or about a record and what refers to it, as JSON.
///
/// Records of the person with all their versions, records that refer to them, who looked at them, logins (their number, never a
/// secret), how long each is kept. It is written down that it was asked for.
#[derive(clap::Args)]
pub(super) struct Args {
    #[command(flatten)]
    what: What,
    /// Why it is asked for: number of the application. For the log; no names.
    #[arg(long, value_name = "TEXT")]
    reason: Option<String>,
}

pub(super) async fn run(context: &Context, args: Args) -> Result<ExitCode> {
    let city = context.existing_city().await?;
    let (register, id) = match (&args.what.person, &args.what.record) {
        (Some(who), _) => (city.desk.register(PERSON)?, person_named(&*city.desk.directory().await?, who)?),
        (None, Some(text)) => {
            let (name, id) = text.split_once('/').unwrap_or((text, ""));
            (city.desk.register(name)?, record_id(id)?)
        }
        (None, None) => return Err(Error::internal("neither a person nor a record").into()),
    };
    let versions = city.store.history(&register, id).await?;
    if versions.is_empty() {
        return Err(meydan_kernel::desk::no_such_record(&register, &id.to_string()).into());
    }
    let act = context.operator("privacy").because(args.reason).act;
    let is_person = register.name == PERSON;
    let event = SecurityEvent {
        kind: "personal_export",
        person: is_person.then_some(id),
        register: Some(register.name.clone()),
        record: Some(id),
        detail: Some("privacy report".to_owned()),
        ..SecurityEvent::default()
    };
    city.desk.note(&act, event).await?;
    let lives: Vec<Json> = versions
        .iter()
        .map(|v| json!({ "version": v.record.version, "recorded_at": v.record.recorded_at.to_string(), "deleted": v.deleted, "values": values(&register, &v.record) }))
        .collect();
    let mut report = json!({
        "made_at": jiff::Timestamp::now().to_string(),
        "subject": { "register": register.name, "id": id, "kept": kept(&register), "versions": lives },
        "records": about(&city, &register, id).await?,
        "spoken_of": spoken_of(&city, &register, id).await?,
    });
    if is_person && let Some(object) = report.as_object_mut() {
        let acts = LogQuery { person: Some(id.to_string()), limit: MAX_ENTRIES, ..LogQuery::default() };
        object.insert("own_acts_in_the_log".to_owned(), city.store.find_entries(&acts).await?.len().into());
        let secrets = Identity::new(Arc::clone(&city.desk)).secrets_kept_of(id).await?;
        let secrets: BTreeMap<&str, usize> = secrets.into_iter().collect();
        object.insert("logins".to_owned(), json!(secrets));
    }
    println!("{}", serde_json::to_string_pretty(&report)?);
    Ok(ExitCode::SUCCESS)
}

/// How long a register's records are kept, and why they are at all.
fn kept(register: &Arc<Register>) -> Json {
    json!({
        "purpose": register.processing.as_ref().map(|p| both(&p.purpose)),
        "legal_basis": register.processing.as_ref().map(|p| both(&p.basis)),
        "years": register.retention.as_ref().and_then(|r| r.years),
        "after": register.retention.as_ref().and_then(|r| r.after.clone()),
        "destroyed_by_itself": Rule::of(register).is_some(),
        "retention_basis": register.retention.as_ref().map(|r| both(&r.basis)),
    })
}

fn both(text: &meydan_kernel::Bilingual) -> Json {
    json!({ "tr": text.tr, "en": text.en })
}

fn values(register: &Register, record: &Record) -> Map<String, Json> {
    register.fields.iter().zip(&record.values).map(|(field, value)| (field.name.clone(), value.to_json())).collect()
}

/// Records of all registers that refer to it, with the fields by which; also those whose earlier versions did, and ended ones.
async fn about(city: &City, subject: &Register, id: Uuid) -> Result<Vec<Json>> {
    let mut out = Vec::new();
    for register in city.desk.catalogue().registers.values() {
        let refers = |(_, f): &(usize, &meydan_kernel::Field)| matches!(&f.kind, FieldKind::Reference { register } if *register == subject.name);
        let fields: Vec<usize> = register.fields.iter().enumerate().filter(refers).map(|(i, _)| i).collect();
        if fields.is_empty() {
            continue;
        }
        let me = || Operand::Literal(Value::Reference(id));
        let terms = fields.iter().map(|i| Expr::Compare(Operand::Field(*i), Comparison::Eq, me())).collect();
        let query = Query { filter: Some(Expr::Or(terms)), ..Query::all(Arc::clone(register)) };
        let by = |r: &Record| -> Vec<String> {
            let hit = |i: &&usize| r.values.get(**i) == Some(&Value::Reference(id));
            fields.iter().filter(hit).filter_map(|i| register.fields.get(*i)).map(|f| f.name.clone()).collect()
        };
        let is_about = |r: &Record| by(r).iter().any(|f| register.subject.as_ref() == Some(f));
        let mut current = Vec::new();
        let mut batches = city.store.scan(query);
        while let Some(batch) = batches.next().await {
            for r in batch? {
                current.push(json!({ "id": r.id, "by": by(&r), "about": is_about(&r), "values": values(register, &r) }));
            }
        }
        // What it was in the past, by record.
        let mut past: BTreeMap<Uuid, (usize, Vec<String>)> = BTreeMap::new();
        let mut batches = city.store.scan_history(Arc::clone(register));
        while let Some(batch) = batches.next().await {
            for r in batch?.iter().filter(|r| !by(r).is_empty()) {
                let entry = past.entry(r.id).or_default();
                (entry.0, entry.1) = (entry.0 + 1, by(r));
            }
        }
        if current.is_empty() && past.is_empty() {
            continue;
        }
        let past: Vec<Json> =
            past.into_iter().map(|(id, (versions, by))| json!({ "id": id, "versions": versions, "by": by })).collect();
        out.push(json!({
            "register": register.name, "title": both(&register.title), "kept": kept(register),
            "records": current, "earlier_versions": past,
        }));
    }
    Ok(out)
}

/// Entries of journals that name the record, and legal holds and destructions of it: registers with the texts `register` and `record`.
async fn spoken_of(city: &City, subject: &Register, id: Uuid) -> Result<Vec<Json>> {
    let mut out = Vec::new();
    for register in city.desk.catalogue().registers.values() {
        let text = |name: &str| register.field_index(name).filter(|i| register.fields[*i].kind == FieldKind::Text);
        let (Some(named), Some(record)) = (text("register"), text("record")) else { continue };
        let is = |field: usize, value: String| {
            Expr::Compare(Operand::Field(field), Comparison::Eq, Operand::Literal(Value::Text(value)))
        };
        let filter = Some(Expr::And(vec![is(named, subject.name.clone()), is(record, id.to_string())]));
        let mut batches = city.store.scan(Query { filter, ..Query::all(Arc::clone(register)) });
        let mut records = Vec::new();
        while let Some(batch) = batches.next().await {
            for r in batch? {
                let mut told = values(register, &r);
                told.insert("recorded_at".to_owned(), r.recorded_at.to_string().into());
                told.insert("id".to_owned(), r.id.to_string().into());
                records.push(Json::Object(told));
            }
        }
        if !records.is_empty() {
            out.push(json!({ "register": register.name, "title": both(&register.title), "records": records }));
        }
    }
    Ok(out)
}
