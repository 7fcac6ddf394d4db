//! `meydan privacy erase`.

use super::{person_named, record_id};
use crate::context::Context;
use anyhow::Result;
use meydan_identity::Identity;
use meydan_kernel::{Error, Register, desk::Destruction};
use std::{process::ExitCode, sync::Arc};
use uuid::Uuid;

/// Destroy values of a record for ever, on request of the person concerned or by a decision.
///
/// They go from every version, with the salts of the log: nobody can prove or guess any more what they were, and every proof of
/// the log still holds. The destruction is written down. What a person's record loses of its login name ends their logins too.
#[derive(clap::Args)]
pub(super) struct Args {
    /// The register.
    #[arg(long, value_name = "REGISTER")]
    register: String,
    /// The record's id.
    #[arg(long, value_name = "ID")]
    record: String,
    /// Only these fields (separated by commas); the personal ones if left out.
    #[arg(long, value_name = "FIELDS", value_delimiter = ',')]
    fields: Vec<String>,
    /// The whole record: every field and the geometry. It ends, unless others refer to it.
    #[arg(long, conflicts_with = "fields")]
    whole: bool,
    /// Basis: number of the application or of the decision. No names: it can't be destroyed.
    #[arg(long, value_name = "TEXT")]
    reason: String,
    /// Who asked, if they are in the register of persons: login name or id.
    #[arg(long, value_name = "LOGIN|ID")]
    requested_by: Option<String>,
    /// By decision of the authority or a court, not on request.
    #[arg(long)]
    decision: bool,
}

pub(super) async fn run(context: &Context, args: Args) -> Result<ExitCode> {
    let city = context.existing_city().await?;
    let register = city.desk.register(&args.register)?;
    let id = record_id(&args.record)?;
    let fields = if args.whole { None } else { Some(indexes(&register, &args.fields)?) };
    let requested_by = match &args.requested_by {
        Some(who) => Some(person_named(&*city.desk.directory().await?, who)?),
        None => None,
    };
    let mut why = Destruction::requested(Some(args.reason.clone()), requested_by);
    if args.decision {
        why.kind = "decision";
    }
    let names: Option<Vec<&str>> =
        fields.as_ref().map(|f| f.iter().filter_map(|i| register.fields.get(*i)).map(|f| f.name.as_str()).collect());
    let principal = context.operator("privacy").because(Some(args.reason));
    let done = city.desk.destroy(&principal, &register.name, id, fields.clone(), &why).await?;
    let logins = Identity::new(Arc::clone(&city.desk)).forget_destroyed(&register.name, id).await?;
    tell(context, &register, id, names.as_deref(), done.first_position, logins);
    Ok(ExitCode::SUCCESS)
}

fn tell(context: &Context, register: &Register, id: Uuid, names: Option<&[&str]>, position: i64, logins: u64) {
    if context.json {
        println!(
            "{}",
            serde_json::json!({
                "register": register.name, "record": id, "fields": names, "first_position": position, "logins_forgotten": logins,
            })
        );
        return;
    }
    let what = names.map_or_else(|| context.say("kaydın tamamı", "the whole record").to_owned(), |names| names.join(", "));
    println!("{} {} {id}: {what}", context.say("Yok edildi:", "Destroyed:"), register.name);
    println!(
        "{}",
        context.say(
            "Yedeklerde, süreleri dolana kadar durur; dosyaların son baytları için: meydan privacy scrub",
            "Backups keep it until they expire; for the last bytes in the files: meydan privacy scrub"
        )
    );
}

/// The fields named; the personal ones if none is.
fn indexes(register: &Register, names: &[String]) -> Result<Vec<usize>> {
    if names.is_empty() {
        let personal: Vec<usize> = (0..register.fields.len()).filter(|i| register.fields[*i].personal).collect();
        if personal.is_empty() {
            return Err(Error::invalid(
                "no-personal-fields",
                "Bu kütükte kişisel alan yok.",
                "This register has no personal fields.",
            )
            .hint(
                "Alanları --fields ile ya da kaydın tamamını --whole ile söyleyin.",
                "Name fields with --fields, or say --whole.",
            )
            .into());
        }
        return Ok(personal);
    }
    let mut found = Vec::with_capacity(names.len());
    for name in names {
        let index = register.field_index(name.trim()).ok_or_else(|| {
            Error::invalid("no-such-field", format!("Böyle bir alan yok: {name}"), format!("There is no such field: {name}"))
        })?;
        found.push(index);
    }
    Ok(found)
}
