//! `meydan backup`.

use crate::context::Context;
use std::{path::PathBuf, process::ExitCode};

/// Writes a consistent copy of everything while the server goes on, and beside it a manifest with digests.
#[derive(clap::Args)]
pub struct Args {
    /// File to write; must not exist. A GeoPackage for the embedded store, a `pg_dump` archive for PostgreSQL.
    to: PathBuf,
}

/// Runs it.
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
            println!("{} {records}, {} {}", context.say("kayıt", "records"), context.say("defter girdisi", "log entries"), contents.entries);
        }
    }
    Ok(ExitCode::SUCCESS)
}
