//! `meydan serve`.

use crate::context::Context;
use std::process::ExitCode;

/// Serves the city until it is stopped (Ctrl+C or SIGTERM).
#[derive(clap::Args)]
pub struct Args {
    /// Address and port; overrides the configuration.
    #[arg(long)]
    pub listen: Option<String>,
}

/// Runs it.
pub async fn run(context: &Context, _args: Args) -> anyhow::Result<ExitCode> {
    let _city = context.city().await?;
    Ok(ExitCode::SUCCESS)
}
