//! `meydan restore`.

use crate::context::Context;
use std::{path::PathBuf, process::ExitCode};

/// Makes a new store from a backup at the place that `--store` names, and proves by digest that it holds the same.
#[derive(clap::Args)]
pub struct Args {
    /// The backup; its manifest lies beside it.
    from: PathBuf,
}

/// Runs it.
pub async fn run(context: &Context, args: Args) -> anyhow::Result<ExitCode> {
    let location = context.config.store_location();
    let contents = meydan_store::backup::restore(&args.from, &location).await?;
    if context.json {
        println!("{}", serde_json::to_string(&contents)?);
    } else {
        let records: u64 = contents.registers.values().map(|(n, _)| n).sum();
        println!(
            "{} {records} {}, {} {}.",
            context.say("Geri yüklendi ve özetlerle eşit bulundu:", "Restored and found equal by digest:"),
            context.say("kayıt", "records"),
            contents.entries,
            context.say("defter girdisi", "log entries")
        );
    }
    Ok(ExitCode::SUCCESS)
}
