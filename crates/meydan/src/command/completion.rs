//! `meydan completion`.

use crate::{cli::Cli, context::Context, help};
use clap::CommandFactory as _;
use std::process::ExitCode;

/// Print the completion script of a shell.
#[derive(clap::Args)]
pub struct Args {
    /// The shell.
    shell: clap_complete::Shell,
}

/// Runs it: the script's descriptions are in the person's language.
pub fn run(context: &Context, args: &Args) -> ExitCode {
    let mut tree = help::in_language(Cli::command(), context.lang);
    clap_complete::generate(args.shell, &mut tree, "meydan", &mut std::io::stdout());
    ExitCode::SUCCESS
}
