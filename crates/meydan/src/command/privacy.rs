//! `meydan privacy`: what is kept about a person, and its destruction on request (KVKK articles 7 and 11).

mod erase;
mod reapply;
mod report;
mod scrub;

use crate::context::Context;
use anyhow::Result;
use meydan_kernel::{Error, post::Directory};
use std::process::ExitCode;
use uuid::Uuid;

/// Requests of persons concerned (KVKK article 11): what is kept about them, and its destruction.
#[derive(clap::Args)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(clap::Subcommand)]
enum Command {
    Report(report::Args),
    Erase(erase::Args),
    Reapply(reapply::Args),
    /// Take the last bytes of what was destroyed out of the store's files. At night: nobody can write meanwhile.
    ///
    /// The embedded store does it by itself, at once while the file is small, else between 2 and 5 o'clock. In PostgreSQL it writes
    /// the tables anew that something was destroyed of.
    Scrub,
}

/// Runs it.
///
/// # Errors
/// `no-such-register`, `no-such-record`, `no-such-login`, `legal-hold`, `kept-by-law`; those of the store.
pub async fn run(context: &Context, args: Args) -> Result<ExitCode> {
    match args.command {
        Command::Report(args) => report::run(context, args).await,
        Command::Erase(args) => erase::run(context, args).await,
        Command::Reapply(args) => reapply::run(context, args).await,
        Command::Scrub => scrub::run(context).await,
    }
}

/// A record's id as people write it.
fn record_id(text: &str) -> Result<Uuid> {
    Ok(Uuid::parse_str(text).map_err(|_| {
        Error::invalid("bad-id", format!("Kayıt kimliği (UUID) değil: {text}"), format!("Not a record's id (UUID): {text}"))
    })?)
}

/// The person that somebody named: by login name, or by the id of their record.
fn person_named(directory: &Directory, text: &str) -> Result<Uuid> {
    match Uuid::parse_str(text) {
        Ok(id) if directory.person(id).is_some() => Ok(id),
        _ => Ok(super::people::person(directory, text)?.id),
    }
}
