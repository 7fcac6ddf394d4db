//! `meydan cases`: timers by hand, and what is late.

mod fire;
mod list;

use crate::context::Context;
use std::process::ExitCode;

/// Cases: fire timers that are due, list what is late.
#[derive(clap::Args)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(clap::Subcommand)]
enum Command {
    /// Look at every case whose timer is due and tell what time brought; the server does it by itself.
    ///
    /// To catch up after a long pause, and for trials with another clock. Whatever runs beside it, nothing is told twice.
    Fire(fire::Args),
    /// List the open cases, those due first at the top.
    List(list::Args),
}

/// Runs it.
///
/// # Errors
/// Those of the store and of the definitions.
pub async fn run(context: &Context, args: Args) -> anyhow::Result<ExitCode> {
    match args.command {
        Command::Fire(args) => fire::run(context, args).await,
        Command::List(args) => list::run(context, args).await,
    }
}
