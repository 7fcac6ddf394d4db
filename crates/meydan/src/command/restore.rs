//! `meydan restore`.

use crate::context::Context;
use meydan_kernel::{Error, Kind};
use std::{path::PathBuf, process::ExitCode};

/// Make a new store from a backup at the place that `--store` names, and prove by digest that it holds the same.
#[derive(clap::Args)]
pub struct Args {
    /// The backup; its manifest lies beside it.
    from: PathBuf,
}

/// Runs it.
///
/// # Errors
/// `no-backup`; those of [`meydan_store::backup::restore`].
pub async fn run(context: &Context, args: Args) -> anyhow::Result<ExitCode> {
    for path in [args.from.clone(), meydan_store::backup::manifest_path(&args.from)] {
        if !path.is_file() {
            let place = path.display();
            return Err(Error::new(
                Kind::NotFound,
                "no-backup",
                format!("Böyle bir dosya yok: {place}"),
                format!("There is no such file: {place}"),
            )
            .hint(
                "Bir yedek iki dosyadır: kopya ve yanındaki .manifest.json. İkisi de gerekir.",
                "A backup is two files: the copy and the .manifest.json beside it. Both are needed.",
            )
            .into());
        }
    }
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
        println!("{}", super::backup::key_note(context));
    }
    Ok(ExitCode::SUCCESS)
}
