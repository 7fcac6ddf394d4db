//! `meydan backup`.

use crate::context::Context;
use std::{path::PathBuf, process::ExitCode};

/// Write a consistent copy of everything while the server goes on, and beside it a manifest with digests.
#[derive(clap::Args)]
pub struct Args {
    /// File to write; must not exist. A GeoPackage for the embedded store, a `pg_dump` archive for PostgreSQL.
    to: PathBuf,
}

/// Runs it.
///
/// # Errors
/// Those of [`meydan_store::backup::backup`].
pub async fn run(context: &Context, args: Args) -> anyhow::Result<ExitCode> {
    let store = context.store().await?;
    let manifest = meydan_store::backup::backup(&*store, &args.to).await?;
    if context.json {
        println!("{}", serde_json::to_string(&manifest)?);
    } else {
        println!("{} {}", context.say("Yedek yazıldı:", "Backup written:"), args.to.display());
        println!("SHA-256 {}", manifest.file_sha256);
        if let Some(contents) = &manifest.contents {
            let records: u64 = contents.registers.values().map(|(n, _)| n).sum();
            println!(
                "{} {records}, {} {}",
                context.say("kayıt", "records"),
                context.say("defter girdisi", "log entries"),
                contents.entries
            );
        }
        println!("{}", key_note(context));
    }
    Ok(ExitCode::SUCCESS)
}

/// The key that seals is not in a backup: a copy that is stolen can't sign in the city's name.
pub fn key_note(context: &Context) -> String {
    let path = context.config.seal_key_path();
    let path = path.display();
    match context.lang {
        meydan_kernel::Lang::Tr => format!("Mühür anahtarı ({path}) yedekte değildir; ayrı ve kapalı bir yerde saklayın."),
        meydan_kernel::Lang::En => format!("The sealing key ({path}) is not in the backup; keep it apart, under lock."),
    }
}
