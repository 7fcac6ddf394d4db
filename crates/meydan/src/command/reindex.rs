//! `meydan reindex`.

use crate::context::Context;
use meydan_followers::FullText;
use std::{process::ExitCode, sync::Arc, time::Instant};

/// Name of the index's own folder within ours.
pub(crate) const INDEX: &str = "full-text";

/// Make the text index anew from the registers; the server must be stopped.
///
/// The index holds nothing of its own: it may be thrown away at any time, and is made anew by itself when definitions change.
#[derive(clap::Args)]
pub struct Args {}

/// Runs it.
///
/// # Errors
/// If a server has the index; those of the store and the disk.
pub async fn run(context: &Context, _args: Args) -> anyhow::Result<ExitCode> {
    let started = Instant::now();
    let city = context.existing_city().await?;
    let folder = context.config.search_folder();
    std::fs::create_dir_all(&folder)?;
    let catalogue = city.desk.catalogue();
    // Only who could write to it may throw it away.
    drop(FullText::open(Some(&folder), Arc::clone(&city.store), &catalogue)?);
    std::fs::remove_dir_all(folder.join(INDEX))?;
    let index = FullText::open(Some(&folder), Arc::clone(&city.store), &catalogue)?;
    index.catch_up().await?;
    let (size, seconds) = (index.size(), started.elapsed().as_secs_f64());
    if context.json {
        println!(
            "{}",
            serde_json::json!({ "records": size.records, "segments": size.segments, "behind": index.behind(), "seconds": seconds })
        );
    } else {
        println!("{}: {} ({seconds:.1} s)", context.say("Dizine alınan kayıt", "Records indexed"), size.records);
    }
    Ok(ExitCode::SUCCESS)
}
