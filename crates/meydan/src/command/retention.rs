//! `meydan retention`: what is due to be destroyed, and its destruction.

pub mod daily;
mod plan;
mod round;
mod run;

use crate::context::Context;
use anyhow::Result;
use meydan_kernel::{Desk, Register, retention::Rule};
use std::{process::ExitCode, sync::Arc};

/// Records whose time of keeping is over: see which they are, and destroy them.
///
/// Each register's definition says how long its records are kept and what is destroyed then. `meydan serve` does it by itself once
/// a day (`[retention] automatic` in the configuration); what is under a legal hold is left. What is destroyed doesn't come back.
#[derive(clap::Args)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(clap::Subcommand)]
enum Command {
    Plan(plan::Args),
    Run(run::Args),
}

/// Runs it.
///
/// # Errors
/// `no-such-register`; those of the desk and of the store.
pub async fn run(context: &Context, args: Args) -> Result<ExitCode> {
    match args.command {
        Command::Plan(args) => plan::run(context, args).await,
        Command::Run(args) => run::run(context, args).await,
    }
}

/// The rules of one register or of all.
fn rules(desk: &Desk, only: Option<&str>) -> Result<Vec<(Arc<Register>, Rule)>> {
    let registers = match only {
        Some(name) => vec![desk.register(name)?],
        None => desk.catalogue().registers.values().cloned().collect(),
    };
    Ok(registers.into_iter().filter_map(|register| Rule::of(&register).map(|rule| (register, rule))).collect())
}
